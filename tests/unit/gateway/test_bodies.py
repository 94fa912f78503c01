"""What a stranger's JSON may not be."""

from typing import Any

import pytest

from gateway.bodies import MOST_DEPTH, parse_object
from shared.errors import InvalidInput


def _refusal(raw: bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        parse_object(raw)
    return caught.value


def _nested(depth: int, inner: bytes = b"1") -> bytes:
    return b'{"a":' * depth + inner + b"}" * depth


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (b"{", "json.malformed", None),
        (b'{"a": 1,}', "json.malformed", None),
        (b'{"a": "\\ud800"}', "json.malformed", None),
        (b"[1]", "json.not-an-object", None),
        (b"null", "json.not-an-object", None),
        (b'{"a": {"b": [1, NaN]}}', "json.not-finite", "a.b.1"),
        (b'{"area_m2": -Infinity}', "json.not-finite", "area_m2"),
        (b'{"area_m2": 1e999}', "json.not-finite", "area_m2"),
        (b'{"place": "a\\u0000b"}', "json.forbidden-character", "place"),
        (b'{"form": {"a\\u0000": 1}}', "json.forbidden-character", "form.a\0"),
        (_nested(MOST_DEPTH + 1), "json.too-deep", "a.a.a.a.a.a.a.a"),
        (_nested(5000), "json.too-deep", None),
    ],
)
def test_it_is_refused_with_the_field_named(raw: bytes, code: str, field: str | None) -> None:
    refusal = _refusal(raw)
    assert (refusal.code, refusal.field) == (code, field)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": "backslash u0000 as text: \\\\u0000"}',
        _nested(MOST_DEPTH - 1),
        b'{"a": [' + b"[]," * 100 + b"[]]}",
    ],
)
def test_what_only_looks_bad_is_taken(raw: bytes) -> None:
    value: dict[str, Any] = parse_object(raw)
    assert "a" in value
