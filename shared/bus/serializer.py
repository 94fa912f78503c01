"""The one way values cross the bus: plain JSON, no hooks, no NaN, only our two content types.

kombu's own JSON gives meaning to a user's {"__type__": ..., "__value__": ...} and would drop such a message; here every
value comes out as it went in or is refused on the way in.
"""

import math
from typing import Any, NoReturn

import orjson
from kombu import serialization

JSON = "tianwei-json"
JSON_TYPE = "application/x-tianwei+json"
EVENTS = "tianwei-events"
EVENTS_TYPE = "application/cloudevents-batch+json"
ACCEPTED = (JSON, EVENTS)
ACCEPTED_TYPES = frozenset({JSON_TYPE, EVENTS_TYPE})

# orjson stops at this depth on both ways; checking earlier gives one clear error.
MAX_DEPTH = 200
_MIN_INT, _MAX_INT = -(2**63), 2**63 - 1


class Unserializable(ValueError):
    """A value that plain JSON cannot carry unchanged. kombu hands it on as EncodeError."""


def check(value: Any, depth: int = 0) -> None:
    """Refuse all but dict (string keys), list, str, int of 64 bits, finite float, bool, None. Raises Unserializable."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not _MIN_INT <= value <= _MAX_INT:
            raise Unserializable("an integer beyond 64 bits")
    elif kind is float:
        if not math.isfinite(value):
            raise Unserializable(f"{value} is not JSON")
    else:
        _check_container(value, depth + 1)


def _check_container(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unserializable(f"nested deeper than {MAX_DEPTH}")
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise Unserializable(f"a key of type {type(key).__name__}")
            check(item, depth)
    elif type(value) is list:
        for item in value:
            check(item, depth)
    else:
        raise Unserializable(f"a value of type {type(value).__name__}")


def dumps(value: Any) -> str:
    """JSON text of a plain value. Raises Unserializable (NaN, other types, depth) or TypeError (lone surrogates)."""
    check(value)
    return orjson.dumps(value).decode()


def loads(text: str | bytes | memoryview) -> Any:
    """The value of JSON text. Raises orjson.JSONDecodeError, a ValueError; kombu hands it on as DecodeError."""
    return orjson.loads(text)


def _refuse(_body: Any) -> NoReturn:
    raise ValueError("a message without one of our content types")


def register() -> None:
    """Make both names known to kombu. Idempotent; done when this module is imported."""
    serialization.register(JSON, dumps, loads, JSON_TYPE, "utf-8")
    serialization.register(EVENTS, dumps, loads, EVENTS_TYPE, "utf-8")
    # kombu lets these two through whatever a consumer accepts; undecoded bytes must never reach a handler.
    for trusted in serialization.TRUSTED_CONTENT:
        serialization.register(f"refused-{trusted.rpartition('/')[2]}", None, _refuse, trusted)


register()
