"""Messages as docs/asyncapi.json promises them."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from shared.contracts import asyncapi


@cache
def _document() -> dict[str, Any]:
    return dict(json.loads(asyncapi.FILE.read_text(encoding="utf-8")))


@cache
def _validator(type_: str) -> Draft202012Validator | None:
    message = _document()["components"]["messages"].get(type_)
    if message is None:
        return None
    return Draft202012Validator(
        {**message["payload"], "components": _document()["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def faults_of(envelopes: Iterable[dict[str, Any]]) -> list[str]:
    """What is not as promised, each with its type and place; also a type that the document does not name."""
    found = []
    for envelope in envelopes:
        validator = _validator(envelope["type"])
        if validator is None:
            found.append(f"{envelope['type']}: not told of")
            continue
        for error in validator.iter_errors(envelope):
            found.append(f"{envelope['type']} {error.json_path}: {error.message[:200]}")
    return sorted(set(found))
