"""Whatever a value holds, the request around it stays what was configured; what cannot work is refused before."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.errors import ChannelSettingWrong
from services.notify.domain.sms_template import (
    NAMES,
    SmsTemplate,
    Success,
    check_phone,
    parse_path,
    value_at,
    without,
)
from shared.identifiers import masked_phone
from tests.unit.services.notify.channels.parcels import NASTY

_TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80)
_VALUES = st.one_of(st.none(), st.booleans(), st.integers(), _TEXTS, st.lists(st.integers(), max_size=2))
_JSON = '{"to": ["${phone}"], "content": "${text}", "key": "${secret}"}'


def values(**changes: str) -> dict[str, str]:
    return {**dict.fromkeys(NAMES, "x"), "phone": "13812345678", **changes}


@given(_TEXTS)
def test_json_body_reads_back_as_it_was_meant(text: str) -> None:
    body = SmsTemplate("POST", "https://sms.example/", "json", {}, _JSON).request(values(text=text)).body
    assert json.loads(body) == {"to": ["13812345678"], "content": text, "key": "x"}


@given(_TEXTS)
def test_form_body_and_address_read_back_as_they_were_meant(text: str) -> None:
    template = SmsTemplate("POST", "https://sms.example/send?q=${text}&n=1", "form", {}, "m=${phone}&c=${text}&z=")
    request = template.request(values(text=text))
    assert parse_qsl(request.body.decode(), keep_blank_values=True) == [("m", "13812345678"), ("c", text), ("z", "")]
    assert parse_qs(urlsplit(request.url).query, keep_blank_values=True) == {"q": [text], "n": ["1"]}
    assert urlsplit(request.url)[:3] == ("https", "sms.example", "/send")


@given(_TEXTS)
def test_no_value_breaks_out_of_a_header(text: str) -> None:
    template = SmsTemplate("POST", "https://sms.example/${phone}", "json", {"x-title": "t ${title}"}, "")
    (value,) = template.request(values(title=text)).headers.values()
    assert value.isascii()
    assert value.isprintable()


def test_a_placeholder_inside_a_value_is_text() -> None:
    request = SmsTemplate("POST", "https://sms.example/", "json", {}, _JSON).request(values(text=NASTY, secret="k"))
    assert json.loads(request.body)["content"] == NASTY


@pytest.mark.parametrize(
    ("template", "field", "reason"),
    [
        (
            SmsTemplate("POST", "https://s.example/", "json", {}, '{"a": "${phon}"}'),
            "sms.body",
            "placeholder-unknown",
        ),
        (
            SmsTemplate("POST", "https://s.example/", "json", {}, '{"a": "${phone"}'),
            "sms.body",
            "placeholder-unknown",
        ),
        (SmsTemplate("POST", "https://${phone}.example/", "json"), "url", "placeholder-in-host"),
        (SmsTemplate("POST", "https://sms.example/", "json", {}, '{"a": "${text}"}'), "sms.body", "phone-missing"),
        (SmsTemplate("POST", "https://sms.example/", "json", {}, '{"a": "${phone}"'), "sms.body", "not-json"),
        (SmsTemplate("GET", "https://sms.example/", "form", {}, "m=${phone}"), "sms.body", "body-not-allowed"),
        (SmsTemplate("GET", "https://s.example/${phone}", "form", {"Host": "x"}), "sms.headers", "header-not-allowed"),
        (
            SmsTemplate("GET", "https://s.example/${phone}", "form", {"A": "b\nc"}),
            "sms.headers",
            "header-not-allowed",
        ),
        (SmsTemplate("GET", "https://s.example/${phone}", "form", {"A b": "c"}), "sms.headers", "header-not-allowed"),
        (SmsTemplate("GET", "https://s.example/${phone}", "form", {"A": "电话"}), "sms.headers", "header-not-allowed"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_configured(template: SmsTemplate, field: str, reason: str) -> None:
    with pytest.raises(ChannelSettingWrong) as refused:
        template.check()
    assert (refused.value.field, refused.value.facts["reason"]) == (field, reason)


@given(st.text(max_size=200))
def test_any_template_is_either_refused_or_can_be_filled(body: str) -> None:
    template = SmsTemplate("POST", "https://sms.example/${phone}", "json", {}, body)
    try:
        template.check()
    except ChannelSettingWrong:
        return
    template.request(values(text=NASTY))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | _TEXTS, lambda inner: st.lists(inner, max_size=3), max_leaves=5
    )
)
def test_a_value_is_found_where_it_stands(value: Any) -> None:
    body = json.dumps({"a": [{"b-c": value}]}).encode()
    found = value_at(parse_path("$.a.0.b-c"), body)
    assert found == (None if isinstance(value, list) else value if isinstance(value, str) else json.dumps(value))


@given(st.text(max_size=60), st.binary(max_size=60))
def test_no_path_and_no_answer_is_more_than_refused(path: str, body: bytes) -> None:
    with suppress(ChannelSettingWrong):
        value_at(parse_path(path), body)


def test_a_200_that_says_no_is_no_success() -> None:
    success = Success((200,), parse_path("code"), ("0", "OK"))
    assert success.holds(200, b'{"code": 0}')
    assert success.holds(200, b'{"code": "OK"}')
    assert not success.holds(200, b'{"code": 42, "message": "balance"}')
    assert not success.holds(200, b"<html>")
    assert not success.holds(200, b"[" * 100_000)
    assert not success.holds(500, b'{"code": 0}')
    assert Success((200, 202)).holds(202, b"")


def test_telephone_numbers_are_read_and_masked() -> None:
    assert check_phone(" 138-1234 5678 ") == "13812345678"
    assert masked_phone("13812345678") == "138****5678"
    assert masked_phone("05512") == "****12"
    assert (
        without("no balance for 13812345678, key s3cret", "13812345678", "s3cret")
        == "no balance for 138****5678, key ****"
    )
    for wrong in ("", "138", "138123456789012345678901", "１３８１２３４５６７８", "13812345678;drop"):
        with pytest.raises(ChannelSettingWrong):
            check_phone(wrong)
