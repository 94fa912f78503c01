"""What the press does with an approved document: read what to print; then number, freeze, tell and owe it in one unit.

The number stands in the text and is given in the transaction that freezes it, so the text is printed with the number
that would be next, outside any transaction, and kept in the file store; the unit takes the number and goes through only
if it is that one. If another was faster, nothing has happened and it is printed again. So no number is lost to a press
that dies, and nothing is issued whose files are not kept.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import Connection

from services.notify.domain import blocks
from services.notify.domain.composing import compose
from services.notify.domain.document import Document, Frozen, Number
from services.notify.domain.drafting import Imprint, header_of, number_of, read_facts, series_of
from services.notify.domain.errors import NumberTaken
from services.notify.handlers import serving
from services.notify.handlers.bulletin_papers import tell_number
from services.notify.storage import press_jobs
from services.notify.storage.documents import DocumentStore
from services.notify.storage.numbers import next_number, take_number
from services.notify.storage.unit import Desk, NotifyUnit
from shared.contracts.codes import DocumentState
from shared.contracts.documents import DocumentFile
from shared.errors import TianweiError
from shared.principal import Actor

PRESS = Actor("press", "文书印制", frozenset(), "", "")
_STORE = DocumentStore()


@dataclass(frozen=True)
class Plan:
    """What is to be printed, with the number that is next now. version: of the document that was read."""

    document_id: UUID
    version: int
    issuer: str
    number: Number | None
    document: blocks.Document

    def statement(self, content_sha256: str, files: tuple[DocumentFile, ...]) -> bytes:
        """What the office signs, in canonical JSON (RFC 8785): which document of whom these files are."""
        told: dict[str, Any] = {
            "content_sha256": content_sha256,
            "dated_on": self.document.dated_on.isoformat(),
            "document_id": str(self.document_id),
            "files": {file.format: {"sha256": file.sha256, "size": file.size, "sm3": file.sm3} for file in files},
            "issuer": self.issuer,
            "number": self.number.text if self.number else None,
            "template": self.document.template,
        }
        return rfc8785.dumps(told)


def plan(connection: Connection, document_id: UUID, desk: Desk) -> Plan | None:
    """None for what is not approved any more. Raises what is wrong with its content."""
    found = _STORE.get(connection, document_id)
    if found.state is not DocumentState.APPROVED or found.dated_on is None:
        return None
    version = desk.types.on(found.type, found.dated_on)
    issuer = desk.offices.of(found.jurisdiction).issuer(found.office)
    series, year = series_of(version, issuer), found.dated_on.year
    number = None if series is None else number_of(series, year, next_number(connection, series, year))
    imprint = Imprint(
        number=number.text if number else "",
        signer=found.approved_by or "",
        verify_url=f"{desk.public_url}/verify/{found.verify_code}",
    )
    header = header_of(found.content, version, issuer, found.dated_on, found.chain, imprint)
    composed = compose(version, header, read_facts(version, found.content.facts))
    return Plan(found.id, found.version, issuer.name, number, composed)


def seal(planned: Plan, frozen: Frozen, unit: NotifyUnit) -> None:
    """Raises NumberTaken, StaleVersion; DocumentNotInForce when what it corrects is not in force any more."""
    found = unit.documents.lock(unit.connection, planned.document_id, planned.version)
    corrected: Document | None = None
    if found.corrects is not None:
        corrected = unit.documents.lock(unit.connection, found.corrects.document_id)
    codes = serving.codes_of(found, unit)
    told = found.seal(planned.document.title, planned.number, frozen, corrected, unit.now, codes)
    number = planned.number
    if number is not None and take_number(unit.connection, number.series, number.year) != number.serial:
        raise NumberTaken(number.text)
    press_jobs.done(unit.connection, found.id)
    unit.record(found, unit.documents, told)
    serving.serve_issued(found, unit)
    if corrected is not None:
        unit.record(corrected, unit.documents, corrected.replace(found, unit.now))
        serving.call_off(corrected, "corrected", unit)
    tell_number(found, unit)


def refuse(document_id: UUID, problem: TianweiError, unit: NotifyUnit) -> None:
    """Back to its drafter, without a number. Nothing when a person has taken it back meanwhile."""
    found = unit.documents.lock(unit.connection, document_id)
    press_jobs.done(unit.connection, document_id)
    if found.state is DocumentState.APPROVED:
        unit.record(found, unit.documents, found.refuse_print(problem, unit.now))
