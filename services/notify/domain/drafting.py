"""What a document is composed of: facts as JSON brings them, what the case is known to say, and its header."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from services.notify.domain.case_brief import CaseBrief
from services.notify.domain.composing import Header
from services.notify.domain.document import Number
from services.notify.domain.document_table import AGENCY, OFFICE, law
from services.notify.domain.document_types import WANTED, Approver, Field, FieldKind, Version
from services.notify.domain.errors import (
    DocumentFieldWrong,
    DocumentOfAnother,
    DocumentSealed,
    FactContradicted,
    PartyNamedTwice,
)
from services.notify.domain.offices import Issuer, notice_no
from shared.clock import local_day
from shared.contracts.documents import COORDINATION, CorrectedDocument, DocumentContent

# Crockford's base 32: no I, L, O, U, so that a code is typed from paper without a mistake.
CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_SIGNER_TO_COME = "（待签发）"

# By a field's source: of a case only what never changes after its filing, and is said in one way.
FROM_CASE: Mapping[str, Callable[[CaseBrief], Any]] = {
    "case.case_no": lambda case: case.case_no,
    "case.title": lambda case: case.title,
    "case.party_name": lambda case: case.party_name,
    "case.place": lambda case: case.place,
    "case.filed_on": lambda case: local_day(case.filed_at).isoformat(),
    "case.area_m2": lambda case: float(case.area_m2),
    "case.farmland_area_m2": lambda case: float(case.farmland_area_m2),
    "case.pbf_area_m2": lambda case: float(case.pbf_area_m2),
}


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


def completed(version: Version, content: DocumentContent, case: CaseBrief | None) -> DocumentContent:
    """With what the case is known to say: nothing is typed again. Raises FactContradicted."""
    known = {} if case is None else _known(case)
    facts = dict(content.facts)
    for field in version.fields:
        if field.source not in known:
            continue
        said = known[field.source]
        if facts.setdefault(field.name, said) != said:
            raise FactContradicted(version.type, field.name, field.title)
    return content.model_copy(update={"facts": facts})


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


def code_of(random: bytes) -> str:
    """The code by which a copy is verified. random: 10 bytes."""
    bits = int.from_bytes(random, "big")
    return "".join(CODE_SIGNS[bits >> (5 * place) & 31] for place in range(CODE_LENGTH))


def _named(corrected: CorrectedDocument) -> str:
    return f"《{corrected.title}》（{corrected.number}）" if corrected.number else f"《{corrected.title}》"


def _known(case: CaseBrief) -> dict[str, Any]:
    return {source: said(case) for source, said in FROM_CASE.items()}


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
