"""What a route keeps sealed beside its address: named parts in one text."""

from collections.abc import Mapping, Sequence

import orjson


def pack_secret(parts: Mapping[str, str]) -> str:
    return orjson.dumps(dict(parts), option=orjson.OPT_SORT_KEYS).decode()


def secret_of(secrets: Sequence[str]) -> Mapping[str, str]:
    """Of the newest; empty when there is none."""
    return parts_of(secrets[0]) if secrets else {}


def parts_of(secret: str) -> Mapping[str, str]:
    """Raises ValueError for what pack_secret has not made."""
    found = orjson.loads(secret)
    if not isinstance(found, dict):
        raise ValueError("not a secret of a route")
    return {str(name): str(value) for name, value in found.items()}
