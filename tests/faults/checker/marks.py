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


def differences(sent: Mapping[str, Any], told: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of fields that events have too and none tells as it was sent."""
    payloads = list(told)
    return [
        name
        for name, value in sent.items()
        if value is not None
        and any(name in payload for payload in payloads)
        and not any(name in payload and tells(name, payload[name], value) for payload in payloads)
    ]


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
