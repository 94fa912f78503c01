"""What a document is composed of: facts as JSON brings them, what the case is known to say, and its header."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.notify.domain.composing import Header
from services.notify.domain.document_table import AGENCY, OFFICE, law
from services.notify.domain.document_types import WANTED, Approver, Field, FieldKind, Version
from services.notify.domain.errors import (
    DocumentFieldWrong,
    DocumentOfAnother,
    DocumentSealed,
    FactContradicted,
    PartyNamedTwice,
)
from services.notify.domain.frozen import Number
from services.notify.domain.known import is_fixed
from services.notify.domain.offices import Issuer, notice_no
from services.notify.domain.wording import say
from shared.contracts.documents import COORDINATION, CorrectedDocument, DocumentContent
from shared.errors import InvalidInput

_SIGNER_TO_COME = "（待签发）"


def require_open(version: Version, office: str) -> None:
    """Raises DocumentSealed for a type that few may see, DocumentOfAnother for one that another office issues."""
    if version.restricted:
        raise DocumentSealed(version.title)
    if not is_issued_by(version, office):
        of_agency = version.approver is Approver.AGENCY_HEAD
        raise DocumentOfAnother(version.title, AGENCY if of_agency else OFFICE, law("draft"))


def is_issued_by(version: Version, office: str) -> bool:
    """Whether the type may be drafted at the office: each is the leading group's or the agencies'; what few may see, is
    nobody's here."""
    return not version.restricted and (version.approver is Approver.AGENCY_HEAD) == (office != COORDINATION)


def check_parties(content: DocumentContent) -> None:
    """Each body stands once among 主送 and 抄送. Raises PartyNamedTwice."""
    named: set[str] = set()
    for field, names in (("to", content.to), ("copies", content.copies)):
        for name in names:
            if name in named:
                raise PartyNamedTwice(field, name)
            named.add(name)


def completed(
    version: Version, content: DocumentContent, known: Mapping[str, Any], *, by_rule: bool = False
) -> DocumentContent:
    """With what is known of its case and subject: nothing is typed again. known: by source. Raises FactContradicted.

    by_rule: what a rule took from an event or a brief gives way to what is known by now; nobody has typed it.
    """
    told = sayable(version, known)
    facts = {**told, **content.facts}
    if by_rule:
        facts |= {name: told[name] for name in told if (field := version.field(name)) and is_fixed(field, told[name])}
    else:
        contradict(version, facts, told)
    return content.model_copy(update={"facts": facts})


def sayable(version: Version, known: Mapping[str, Any]) -> dict[str, Any]:
    """What is known, by field, as far as the type can print it: what it cannot is for a person to word."""
    told = {}
    for field in version.fields:
        if field.source in known:
            value = known[field.source]
            if field.kind is FieldKind.TEXT and isinstance(value, list):
                value = "\n".join(value)
            with suppress(InvalidInput):
                _said(version, field, value)
                told[field.name] = value
    return told


def contradict(version: Version, facts: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """Raises FactContradicted where a name, a number, a day or an area is another than is known (known.is_fixed)."""
    for field in version.fields:
        if field.name not in told or not is_fixed(field, told[field.name]):
            continue
        given = facts.get(field.name)
        if given is None or _said(version, field, given) != _said(version, field, told[field.name]):
            raise FactContradicted(version.type, field.name, field.title)


def _said(version: Version, field: Field, value: Any) -> str:
    """As it will be printed. Raises DocumentFieldWrong, CharacterRefused."""
    return say(field, _read(version, field, value), version.type).text


def read_facts(version: Version, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as composing.py takes them: days, instants and decimals out of JSON. Raises DocumentFieldWrong."""
    return {name: _read(version, version.field(name), value) for name, value in facts.items()}


@dataclass(frozen=True)
class Imprint:
    """What only a document that is being printed has."""

    number: str = ""
    signer: str = ""
    verify_url: str = ""


def header_of(
    content: DocumentContent,
    version: Version,
    issuer: Issuer,
    on: date,
    chain: Sequence[CorrectedDocument] = (),
    imprint: Imprint | None = None,
) -> Header:
    """on: 成文日期, of a draft today's. imprint: None for a draft."""
    imprint = imprint or Imprint(signer=_SIGNER_TO_COME if version.upward else "")
    return Header(
        issuer=issuer.name,
        dated_on=on,
        number=imprint.number,
        to=tuple(content.to),
        copies=tuple(content.copies),
        signer=imprint.signer,
        urgency=content.urgency,
        contact=content.contact,
        printed_by=issuer.name,
        printed_on=on,
        corrects=tuple(_named(one) for one in chain),
        verify_url=imprint.verify_url,
    )


def series_of(version: Version, issuer: Issuer) -> str | None:
    """The series a document is numbered in; None for a type without numbers."""
    return f"{issuer.mark}{version.group}" if version.group else None


def number_of(series: str, year: int, serial: int) -> Number:
    return Number(series, year, serial, notice_no(series, year, serial))


def _named(corrected: CorrectedDocument) -> str:
    return f"《{corrected.title}》（{corrected.number}）" if corrected.number else f"《{corrected.title}》"


def _read(version: Version, field: Field | None, value: Any) -> Any:
    if field is None:
        return value  # composing refuses it by name
    try:
        match field.kind:
            case FieldKind.DATE:
                return date.fromisoformat(value)
            case FieldKind.INSTANT:
                return datetime.fromisoformat(value)
            case FieldKind.AREA if not isinstance(value, bool):
                return Decimal(str(value))
    except (TypeError, ValueError, ArithmeticError) as wrong:
        raise DocumentFieldWrong(version.type, field.name, field.title, WANTED[field.kind]) from wrong
    return value
