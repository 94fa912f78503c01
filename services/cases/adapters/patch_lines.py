"""The JSON lines between the parser child and its parent. Needs no shapely: the parent stays small.

One object with one key per line, in this order:
    {"header": {"kind", "rows", "crs", "encoding", "sample", "warnings": [{"code", "facts"}],
                "completeness"}}                                                             first
    {"patch": {...}} or {"rejected": {"row_no", "field", "code", "facts", "raw"}}                one per row
    {"end": {"rows", "good", "bad"}}                                                             last, exit code 0
    {"problem": {"code", "kind", "field", "facts"}}                                              last, exit code 2
A problem refuses the whole file: forget the lines before it.
In a patch, areas are decimal strings, days ISO dates, the geometry hexadecimal WKB (EPSG:4490).
A stream without "end" or "problem" was cut off: the child died.
Every line passes _line, where text taken from the file loses what a database or a reader cannot take.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from services.cases.domain.patch import Patch, RowRejected, Warned
from services.cases.domain.patch_values import FORBIDDEN
from shared.errors import TianweiError, from_problem

_DECIMALS = ("area_m2", "stated_area_mu", "farmland_area_m2", "pbf_area_m2")
_LONGEST_FACT = 200
# Control characters stand escaped in JSON, the others as their UTF-8. A false alarm costs a moment.
_SUSPECT = re.compile(rb"\\u00|\\[bf]|\x7f|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
_DAYS = ("image_before_on", "image_after_on")


@dataclass(frozen=True, slots=True)
class HeaderLine:
    kind: str
    rows: int
    crs: str
    encoding: str
    sample: dict[str, str]
    warnings: tuple[Warned, ...]
    completeness: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class EndLine:
    rows: int
    good: int
    bad: int


def header_line(
    kind: str,
    rows: int,
    crs: str,
    encoding: str,
    sample: dict[str, str],
    warned: tuple[Warned, ...],
    completeness: dict[str, Any] | None = None,
) -> bytes:
    header = {"kind": kind, "rows": rows, "crs": crs, "encoding": encoding, "sample": sample, "warnings": warned}
    return _line("header", {**header, "completeness": completeness})


def outcome_line(outcome: Patch | RowRejected) -> bytes:
    """A row as a line."""
    return _line("rejected" if isinstance(outcome, RowRejected) else "patch", outcome)


def end_line(good: int, bad: int) -> bytes:
    return _line("end", {"rows": good + bad, "good": good, "bad": bad})


def problem_line(problem: TianweiError) -> bytes:
    return _line("problem", _cleaned(problem.as_problem(), _LONGEST_FACT))


def read_line(line: bytes) -> HeaderLine | Patch | RowRejected | EndLine | TianweiError:
    """What a line says. A problem is returned, not raised. Raises ValueError for anything else."""
    ((what, body),) = orjson.loads(line).items()
    if what == "patch":
        return _patch(body)
    if what == "rejected":
        return RowRejected(**body)
    if what == "header":
        return HeaderLine(**{**body, "warnings": tuple(Warned(**warning) for warning in body["warnings"])})
    if what == "end":
        return EndLine(**body)
    if what == "problem":
        return from_problem(body)
    raise ValueError(f"unknown line {what!r}")


def _line(what: str, body: dict[str, Any] | Patch | RowRejected) -> bytes:
    line = orjson.dumps({what: body}, default=_plain, option=orjson.OPT_APPEND_NEWLINE)
    if _SUSPECT.search(line):
        line = orjson.dumps(_cleaned(orjson.loads(line)), option=orjson.OPT_APPEND_NEWLINE)
    return line


def _cleaned(value: Any, longest: int | None = None) -> Any:
    """The same JSON with forbidden characters as U+FFFD, and every text, names too, cut to its longest."""
    if isinstance(value, str):
        return FORBIDDEN.sub("\ufffd", value)[:longest]
    if isinstance(value, list):
        return [_cleaned(each, longest) for each in value]
    if isinstance(value, dict):
        return {_cleaned(name, longest): _cleaned(each, longest) for name, each in value.items()}
    return value


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(type(value).__name__)


def _patch(body: dict[str, Any]) -> Patch:
    for name in _DECIMALS:
        body[name] = None if body[name] is None else Decimal(body[name])
    for name in _DAYS:
        body[name] = None if body[name] is None else date.fromisoformat(body[name])
    body["geometry_wkb"] = bytes.fromhex(body["geometry_wkb"])
    body["warnings"] = tuple(Warned(**warning) for warning in body["warnings"])
    body["aliases"] = tuple(body["aliases"])
    return Patch(**body)
