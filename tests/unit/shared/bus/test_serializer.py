"""What crosses the bus comes out as it went in, or is refused."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu import serialization
from kombu.exceptions import ContentDisallowed, DecodeError, EncodeError

from shared.bus import serializer

text = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)


def across(value: Any, name: str = serializer.JSON) -> Any:
    content_type, encoding, body = serialization.dumps(value, name)
    return serialization.loads(body.encode(), content_type, encoding, accept=serializer.ACCEPTED_TYPES)


@given(plain)
def test_a_plain_value_comes_out_as_it_went_in(value: Any) -> None:
    assert across(value) == value


@given(st.lists(st.dictionaries(text, plain, max_size=3), max_size=3))
def test_a_batch_of_envelopes_comes_out_as_it_went_in(batch: list[dict[str, Any]]) -> None:
    assert across(batch, serializer.EVENTS) == batch


@pytest.mark.parametrize("key", ["__type__", "__bound__"])
def test_a_users_type_and_value_dict_is_only_data(key: str) -> None:
    value = {"remark": {key: "datetime", "__value__": "os.system"}}
    assert across(value) == value


class Kind(StrEnum):
    CLUE = "clue"


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        {"area": float("inf")},
        [-float("inf")],
        (1, 2),
        {1: "a"},
        {"a": {1, 2}},
        b"bytes",
        2**63,
        UUID(int=1),
        datetime(2026, 1, 1, tzinfo=UTC),
        Kind.CLUE,
        "\ud800",
        object(),
    ],
    ids=lambda value: "object" if type(value) is object else repr(value),
)
def test_what_plain_json_cannot_carry_is_refused_on_the_way_in(value: Any) -> None:
    with pytest.raises(EncodeError):
        serialization.dumps(value, serializer.JSON)


def test_too_deep_a_value_is_refused_on_the_way_in() -> None:
    value: list[Any] = []
    for _ in range(serializer.MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(EncodeError):
        serialization.dumps(value, serializer.JSON)


@pytest.mark.parametrize("body", [b"{", b"[NaN]", b"[Infinity]", b"[1e999]", b"\xff", b"[" * 5000 + b"]" * 5000])
def test_a_body_that_is_no_json_is_a_decode_error(body: bytes) -> None:
    with pytest.raises(DecodeError):
        serialization.loads(body, serializer.JSON_TYPE, "utf-8", accept=serializer.ACCEPTED_TYPES)


@pytest.mark.parametrize("content_type", ["application/json", "application/x-python-serialize", "text/plain"])
def test_another_content_type_is_not_accepted(content_type: str) -> None:
    with pytest.raises(ContentDisallowed):
        serialization.loads(b"{}", content_type, "utf-8", accept=serializer.ACCEPTED_TYPES)


@pytest.mark.parametrize("content_type", ["application/data", "application/text", None])
def test_a_body_without_a_content_type_of_ours_is_a_decode_error(content_type: str | None) -> None:
    with pytest.raises(DecodeError):
        serialization.loads(b"{}", content_type, "utf-8", accept=serializer.ACCEPTED_TYPES)
