"""Reading a JSON body from a stranger: size, depth, kind of numbers and characters are checked before its contract."""

import json
import math
from collections.abc import Iterator
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from gateway.errors import MediaTypeUnsupported
from shared.contracts.base import Contract
from shared.errors import InvalidInput
from shared.operations import invalid

M = TypeVar("M", bound=BaseModel)

MOST_DEPTH = 32
JSON_TYPES = frozenset({"application/json"})


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object; an empty body is an empty object.

    Raises InvalidInput naming the field, MediaTypeUnsupported, BodyTooLarge.
    """
    raw = await request.body()
    if not raw:
        return {}
    if media_type(request) not in JSON_TYPES:
        raise MediaTypeUnsupported(media_type(request), sorted(JSON_TYPES))
    return parse_object(raw)


class _Nothing(Contract):
    """Of a request whose address says everything."""


async def read_nothing(request: Request) -> None:
    """There is no body, or an empty object. Raises what read_json raises, InvalidInput for any field."""
    parsed(_Nothing, await read_json(request))


def parsed(contract: type[M], given: dict[str, Any]) -> M:
    """What was given as the contract; InvalidInput names the first field at fault and lists all."""
    try:
        return contract.model_validate(given)
    except ValidationError as error:
        raise invalid(error) from error


def media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def parse_object(raw: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _unreadable(raw, error) from error
    if not isinstance(value, dict):
        raise InvalidInput("json.not-an-object", None, found=type(value).__name__)
    # Counting brackets is cheaper than walking, and most bodies have few.
    if raw.count(b"{") + raw.count(b"[") > MOST_DEPTH or b"u0000" in raw:
        for path, item in _walk(value, ()):
            _check(path, item)
    return value


def _check(path: tuple[str, ...], item: Any) -> None:
    if len(path) >= MOST_DEPTH:
        raise InvalidInput("json.too-deep", ".".join(path[:8]), most=MOST_DEPTH)
    if isinstance(item, str) and "\0" in item:
        raise InvalidInput("json.forbidden-character", ".".join(path))


def _walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value with its path, outer ones first: the caller stops at the first that is too deep."""
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), key
            yield from _walk(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*path, str(index)))


def _unreadable(raw: bytes, error: orjson.JSONDecodeError) -> InvalidInput:
    if "depth" in error.msg:
        return InvalidInput("json.too-deep", None, most=MOST_DEPTH)
    # Python's own reader takes NaN and 1e999, so it can say where they are.
    try:
        for path, item in _walk(json.loads(raw), ()):
            if isinstance(item, float) and not math.isfinite(item):
                return InvalidInput("json.not-finite", ".".join(path) or None)
    except (ValueError, RecursionError):
        pass
    return InvalidInput("json.malformed", None, line=error.lineno, column=error.colno)
