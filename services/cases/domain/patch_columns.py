"""Columns of the upper system's tables (domain.md 7.6): which header means what, and in which order they stand."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

Layout = Literal["working_table", "shapefile_fields"]

_BRACKETED = re.compile(r"\([^)]*\)|\[[^]]*\]")
_NOTHING = re.compile(r"[\s*:_、，,]+")
# In brackets only these are no part of the name: 状态(系统) is not 状态.
_UNITS = frozenset({"亩", "平方米", "m2", "㎡", "公顷", "%", "必填", "选填"})


@dataclass(frozen=True, slots=True)
class Column:
    """mu: an area in mu. group: of the working table; empty for others."""

    key: str
    header: str
    group: str = ""
    mu: bool = False


def plain_header(header: str) -> str:
    """A header without what counts for nothing."""
    text = unicodedata.normalize("NFKC", header)
    text = _BRACKETED.sub(lambda found: "" if found[0][1:-1].strip().lower() in _UNITS else found[0], text)
    return _NOTHING.sub("", text).replace("(", "").replace(")", "").upper()


class ColumnBook:
    """table: register/patch_columns.toml as parsed. Raises ValueError when one header would mean two things."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.working = [_column(row) for row in table["working"]]
        self.classic = [_column(row) for row in table["classic"]]
        further = [_column(row) for row in table["further"]]
        self._known: dict[str, Column] = {}
        for column, row in zip((*self.working, *further), (*table["working"], *table["further"]), strict=True):
            for name in (column.header, *row.get("names", ())):
                if self._known.setdefault(plain_header(name), column) is not column:
                    raise ValueError(f"{name} stands for two columns")

    def column(self, header: str) -> Column | None:
        """What a header means; None for one that nobody knows."""
        return self._known.get(plain_header(header))

    def layout(self, name: Layout) -> list[Column]:
        return self.working if name == "working_table" else self.classic

    def meant(self, headers: Iterable[str]) -> dict[str, str]:
        """key -> header, of those that are known; the first of two headers for one key counts."""
        found: dict[str, str] = {}
        for header in headers:
            if (column := self.column(header)) is not None:
                found.setdefault(column.key, header)
        return found

    @classmethod
    def load(cls, file: Path = Path(__file__).parents[1] / "register" / "patch_columns.toml") -> Self:
        return cls(tomllib.loads(file.read_text(encoding="utf-8")))


def _column(row: Mapping[str, Any]) -> Column:
    return Column(row["key"], row["header"], row.get("group", ""), row.get("mu", False))
