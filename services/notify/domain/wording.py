"""A fact as a document says it: checked against its field, then plain text."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.notify.domain.document_types import WANTED, Field, FieldKind
from services.notify.domain.documents import area, chinese_date
from services.notify.domain.errors import CharacterRefused, DocumentFieldWrong
from shared.clock import SHANGHAI

# Letters and symbols by their category, but nothing to see: Hangul fillers, the empty Braille cell.
_NO_SHAPE = ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")
MISSING = "〓"
_ENDS = "。；;"
_BLANK = "\u115f\u1160\u3164\uffa0\u2800"
MOST_IN_LINE, MOST_IN_TEXT, MOST_ROWS = 500, 20_000, 2_000


@dataclass(frozen=True)
class Said:
    """text: how it stands inside a sentence. lines: one by one, of what has several. parts: {x.mu} and the like."""

    text: str
    lines: tuple[str, ...] = ()
    parts: Mapping[str, str] | None = None
    rows: tuple[Mapping[str, str], ...] = ()


def say(field: Field, value: Any, document_type: str) -> Said:
    """Raises DocumentFieldWrong for a value of another kind, CharacterRefused for a sign that cannot be printed."""
    try:
        said = _SAY[field.kind](field, value)
    except (TypeError, ValueError, ArithmeticError, KeyError, AttributeError) as wrong:
        raise DocumentFieldWrong(document_type, field.name, field.title, WANTED[field.kind]) from wrong
    if field.required and not said.text and not said.rows:
        raise DocumentFieldWrong(document_type, field.name, field.title, WANTED[field.kind])
    return said


def line(text: str, field: str) -> str:
    """User text as one line: white space of any kind is one space, so that it cannot pass for a paragraph.

    Raises CharacterRefused for signs without a shape (control, format, unassigned, half a surrogate pair): dropping
    one silently would make the document say something else than the record.
    """
    plain = " ".join(text.split())
    for sign in plain:
        if unicodedata.category(sign) in _NO_SHAPE or sign in _BLANK:
            raise CharacterRefused(field, sign)
    return plain


def printable(text: str) -> str:
    """What another service tells, with 〓 for each sign that has no shape; lines stay lines."""
    return "\n".join("".join(MISSING if _shapeless(sign) else sign for sign in one) for one in text.splitlines())


def _shapeless(sign: str) -> bool:
    return sign != "\t" and (unicodedata.category(sign) in _NO_SHAPE or sign in _BLANK)


def paragraphs(text: str, field: str) -> tuple[str, ...]:
    """User text of several lines, empty ones left out."""
    return tuple(one for raw in text.splitlines() if (one := line(raw, field)))


def _line(field: Field, value: Any) -> Said:
    if not isinstance(value, str) or len(value) > MOST_IN_LINE:
        raise ValueError
    return Said(line(value, field.name))


def _text(field: Field, value: Any) -> Said:
    if not isinstance(value, str) or len(value) > MOST_IN_TEXT:
        raise ValueError
    lines = paragraphs(value, field.name)
    return Said("".join(lines), lines)


def _lines(field: Field, value: Any) -> Said:
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MOST_ROWS:
        raise ValueError
    lines = tuple(one for item in value if (one := _line(field, item).text))
    # Within a sentence an entry does not end one.
    return Said("、".join(one.rstrip(_ENDS) or one for one in lines), lines)


def _date(_field: Field, value: Any) -> Said:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError
    return Said(chinese_date(value))


def _instant(_field: Field, value: Any) -> Said:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError
    local = value.astimezone(SHANGHAI)
    return Said(f"{chinese_date(local.date())}{local.hour}时{local.minute:02d}分")


def _count(_field: Field, value: Any) -> Said:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError
    return Said(str(value))


def _area(_field: Field, value: Any) -> Said:
    if not isinstance(value, Decimal) or not value.is_finite() or value < 0:
        raise ValueError
    both = area(value)
    return Said(f"{both.mu}亩（{both.m2}平方米）", parts={"mu": both.mu, "m2": both.m2})


def _rows(field: Field, value: Any) -> Said:
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) > MOST_ROWS:
        raise ValueError
    rows = []
    for row in value:
        if set(row) != set(field.columns):
            raise ValueError
        rows.append({key: line(str(row[key]), f"{field.name}.{key}") for key in field.columns})
    return Said("", rows=tuple(rows))


_SAY = {
    FieldKind.LINE: _line,
    FieldKind.TEXT: _text,
    FieldKind.LINES: _lines,
    FieldKind.DATE: _date,
    FieldKind.INSTANT: _instant,
    FieldKind.COUNT: _count,
    FieldKind.AREA: _area,
    FieldKind.ROWS: _rows,
}
