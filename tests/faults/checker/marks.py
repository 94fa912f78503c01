"""Comparing what was sent with what was told: the marks in a command's body come back in its event."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any


def decoded(text: str) -> dict[str, Any]:
    """A JSON object."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"not an object: {text[:80]}")
    return found


# A field that an event has twice: as older releases read it, and whole.
_ALSO = {"members": "on_site"}


def differences(sent: Mapping[str, Any], told: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of fields that events have too and none tells as it was sent."""
    payloads = list(told)
    return [
        name
        for name, value in sent.items()
        if value is not None
        and any(name in payload for payload in payloads)
        and not any(tells(name, payload[told_in], value) for payload in payloads for told_in in _where(name, payload))
    ]


def _where(name: str, payload: Mapping[str, Any]) -> list[str]:
    return [one for one in (name, _ALSO.get(name)) if one is not None and payload.get(one) is not None]


def tells(name: str, told: Any, sent: Any) -> bool:
    """Whether a told value holds all that was sent; it may hold more (ids, defaults)."""
    if isinstance(sent, dict):
        # A convened task wraps the letter that was sent.
        inner = told.get("letter", told) if isinstance(told, dict) else None
        return isinstance(inner, dict) and all(tells(key, inner.get(key), sent[key]) for key in sent)
    if isinstance(sent, list):
        return (
            isinstance(told, list)
            and len(told) == len(sent)
            and all(tells(name, one, other) for one, other in zip(told, sent, strict=True))
        )
    if isinstance(sent, str) and isinstance(told, str):
        return told == sent.strip() or (name.endswith("_at") and _same_instant(told, sent))
    return bool(told == sent)


def _same_instant(one: str, other: str) -> bool:
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except ValueError:
        return False
