"""Short messages through any gateway that speaks HTTP: request and success are configured, not programmed.

Values stand as `${name}` in address, headers and body. What a value holds can never change the request around it: it
is escaped for the place where it stands. Names that are not known, and templates that lose the telephone number, are
refused when they are configured and not when a notice is due.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from services.notify.domain.errors import ChannelSettingWrong
from shared.contracts.channels import SmsSettings
from shared.identifiers import masked_phone

NAMES = ("phone", "text", "number", "title", "recipient", "link", "due", "id", "secret")
JSON, FORM, TEXT = "json", "form", "text"
_MEDIA_TYPES = {
    JSON: "application/json; charset=utf-8",
    FORM: "application/x-www-form-urlencoded",
    TEXT: "text/plain; charset=utf-8",
}
_PLACE = re.compile(r"\$\{([^{}$]{0,40})\}|\$\{")
_PHONE = re.compile(r"\+?[0-9]{5,20}", re.ASCII)
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}", re.ASCII)
# Of HTTP's own, and what would change where the request goes or how long it is.
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "content-type", "expect", "te"})
_STEP = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)
_MOST_STEPS = 10


@dataclass(frozen=True)
class SmsRequest:
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Success:
    """When a gateway's answer means that it took the message. path: empty asks for the status alone."""

    statuses: tuple[int, ...] = (200,)
    path: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def holds(self, status: int, body: bytes) -> bool:
        return status in self.statuses and (not self.path or value_at(self.path, body) in self.values)


@dataclass(frozen=True)
class SmsTemplate:
    """method: GET, POST or PUT. encoding: of the body."""

    method: str
    url: str
    encoding: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def check(self) -> None:
        """Raises ChannelSettingWrong, naming the field."""
        for place, text in (("url", self.url), ("sms.body", self.body), *self._headers()):
            for name in _names(text):
                if name not in NAMES:
                    raise ChannelSettingWrong(place, "placeholder-unknown", value=name, allowed=list(NAMES))
        before_path = "".join(urlsplit(self.url)[:2])
        if _names(before_path):
            raise ChannelSettingWrong("url", "placeholder-in-host")
        for name, text in self.headers.items():
            if not _HEADER.fullmatch(name) or name.lower() in _OURS or not _is_header_value(text):
                raise ChannelSettingWrong("sms.headers", "header-not-allowed", value=name)
        if "phone" not in {*_names(self.url), *_names(self.body)}:
            raise ChannelSettingWrong("sms.body", "phone-missing")
        if self.method == "GET" and self.body:
            raise ChannelSettingWrong("sms.body", "body-not-allowed")
        if self.body and self.encoding == JSON:
            try:
                json.loads(_filled(self.body, dict.fromkeys(NAMES, "1"), _in_json))
            except ValueError as error:
                raise ChannelSettingWrong("sms.body", "not-json") from error

    def asks_for(self, name: str) -> bool:
        """Whether this value stands anywhere in it."""
        return any(name in _names(text) for text in (self.url, self.body, *self.headers.values()))

    def request(self, values: Mapping[str, str]) -> SmsRequest:
        """values: of all NAMES; line ends and control characters in them stay in the body alone."""
        escape = _ESCAPES[self.encoding]
        headers = {name: _filled(text, values, _in_header) for name, text in self.headers.items()}
        if self.body:
            headers["content-type"] = _MEDIA_TYPES[self.encoding]
        url = _filled(self.url, values, lambda value: quote(value, safe=""))
        return SmsRequest(url, headers, _filled(self.body, values, escape).encode("utf-8", "replace"))

    def _headers(self) -> list[tuple[str, str]]:
        return [("sms.headers", text) for text in self.headers.values()]


def template_of(url: str, settings: SmsSettings) -> SmsTemplate:
    return SmsTemplate(settings.method, url, settings.encoding, settings.headers, settings.body)


def success_of(settings: SmsSettings) -> Success:
    """Raises ChannelSettingWrong."""
    path = parse_path(settings.success_path)
    if bool(path) != bool(settings.success_values):
        raise ChannelSettingWrong("sms.success_values", "path-and-values")
    return Success(tuple(settings.success_status), path, tuple(settings.success_values))


def parse_path(text: str) -> tuple[str, ...]:
    """Of `code`, `$.data.0.status`: names and places of an answer in JSON. Raises ChannelSettingWrong."""
    steps = tuple(text.removeprefix("$.").split(".")) if text not in ("", "$") else ()
    if len(steps) > _MOST_STEPS or not all(_STEP.fullmatch(step) for step in steps):
        raise ChannelSettingWrong("sms.success_path", "path-wrong", value=text[:60])
    return steps


def value_at(path: tuple[str, ...], body: bytes) -> str | None:
    """What stands there, as text: true, false, null as JSON writes them. None when nothing does, or no single value."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    for step in path:
        if isinstance(found, dict):
            found = found.get(step, _NOTHING)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
        if found is _NOTHING:
            return None
    if isinstance(found, dict | list):
        return None
    return found if isinstance(found, str) else json.dumps(found)


def check_phone(text: str) -> str:
    """A number without blanks and hyphens. Raises ChannelSettingWrong."""
    number = re.sub(r"[\s-]", "", text)
    if not _PHONE.fullmatch(number):
        raise ChannelSettingWrong("sms.phone", "phone-wrong")
    return number


def without(text: str, *hidden: str) -> str:
    """A gateway's own words without what it may repeat of ours."""
    for value in hidden:
        if value:
            text = text.replace(value, masked_phone(value) if _PHONE.fullmatch(value) else "****")
    return text


_NOTHING = object()


def _names(text: str) -> list[str]:
    return [match[1] or "" for match in _PLACE.finditer(text)]


def _filled(text: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda match: escape(values[match[1]]), text)


def _in_json(value: str) -> str:
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False)[1:-1]


def _in_header(value: str) -> str:
    """Chinese has no place in a header: percent-encoded; a secret is as it is."""
    return value if _is_header_value(value) else quote(value)


def _is_header_value(text: str) -> bool:
    return text.isascii() and text.isprintable() and text == text.strip()


def _as_it_is(value: str) -> str:
    return value


_ESCAPES: Mapping[str, Callable[[str], str]] = {JSON: _in_json, FORM: quote_plus, TEXT: _as_it_is}
