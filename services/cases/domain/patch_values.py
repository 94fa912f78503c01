"""Reading one attribute of a patch row: text, number, date, code. Each refuses with the field and a stable code."""

import math
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

RawValue = str | int | float | bool | None
Raw = Mapping[str, RawValue]

_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:(\d{2})(\d{2})|[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[T ].*)?", re.ASCII | re.S
)
# NUL breaks PostgreSQL text, other controls break a listing, bidirectional marks reorder what a reader sees.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_UNDECODED = "\ufffd"
_SHOWN = Decimal("0.01")
_STATED = Decimal("0.0001")  # float noise of the writer ends here
_MOST_MU = Decimal(1_500_000)  # shared.area.MOST_M2


class Fault(Exception):
    """Why a row is refused. It never leaves the domain: see patch.judge."""

    def __init__(self, field: str, code: str, **facts: Any) -> None:
        super().__init__(field, code, facts)
        self.field, self.code, self.facts = field, code, facts


def shown(value: RawValue) -> RawValue:
    """A value as it may stand in a message: short, and nothing JSON cannot say."""
    if isinstance(value, str):
        return value[:80]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def optional_text(raw: Raw, field: str, longest: int = 200) -> str | None:
    """The text of a field without blanks around it; None when empty. A whole number counts as its digits."""
    value = raw.get(field)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        raise Fault(field, "attribute.wrong-type", expected="text", value=value)
    if isinstance(value, float):
        if not value.is_integer():
            raise Fault(field, "attribute.wrong-type", expected="text", value=shown(value))
        value = int(value)
    text = str(value).strip()
    if _UNDECODED in text:
        raise Fault(field, "attribute.undecodable", value=text[:80])
    if FORBIDDEN.search(text):
        raise Fault(field, "attribute.forbidden-character", value=FORBIDDEN.sub("?", text)[:80])
    if len(text) > longest:
        raise Fault(field, "attribute.too-long", longest=longest, length=len(text))
    return text or None


def text(raw: Raw, field: str, longest: int = 200) -> str:
    """As optional_text, but it must be there."""
    if (value := optional_text(raw, field, longest)) is None:
        raise Fault(field, "attribute.missing")
    return value


def optional_mu(raw: Raw, field: str) -> Decimal | None:
    """An area in mu, zero or more, with 2 decimals or 4 where needed; None when empty.

    Takes numbers and numbers written as text.
    """
    value = raw.get(field)
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    written = "" if isinstance(value, bool) else str(value).strip()
    if not written and isinstance(value, str):
        return None
    if not _NUMBER.fullmatch(written):
        raise Fault(field, "attribute.wrong-type", expected="number", value=shown(value))
    number = Decimal(written)
    if not 0 <= number <= _MOST_MU:
        raise Fault(field, "attribute.out-of-range", least=0, most=int(_MOST_MU), value=shown(value))
    exact, short = number.quantize(_STATED), number.quantize(_SHOWN)
    return short if short == exact else exact


def mu(raw: Raw, field: str) -> Decimal:
    """As optional_mu, but it must be there."""
    if (value := optional_mu(raw, field)) is None:
        raise Fault(field, "attribute.missing")
    return value


def optional_day(raw: Raw, field: str) -> date | None:
    """A day, with or without a time behind it; None when empty.

    Takes 20260328, 2026-03-28, 2026/3/28, 2026.3.28 and 2026年3月28日.
    """
    value = raw.get(field)
    written = optional_text(raw, field) if not isinstance(value, bool) else str(value)
    if written is None:
        return None
    match = _DATE.fullmatch(written)
    try:
        if match is None:
            raise ValueError(written)
        year, month, day = (int(part) for part in match.groups() if part)
        found = date(year, month, day)
    except ValueError:
        raise Fault(field, "attribute.wrong-type", expected="date", value=shown(value)) from None
    if not 1980 <= found.year <= 2100:
        raise Fault(field, "attribute.out-of-range", least="1980-01-01", most="2100-12-31", value=shown(value))
    return found
