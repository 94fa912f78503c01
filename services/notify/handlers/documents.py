"""The life of a document as people lead it: draft, revise, check, issue, record receipts, close, withdraw."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.notify.domain.case_brief import CaseBrief
from services.notify.domain.composing import compose
from services.notify.domain.document import Document, Origin
from services.notify.domain.document_table import office_of
from services.notify.domain.document_types import Version
from services.notify.domain.drafting import check_parties, code_of, completed, header_of, read_facts, require_open
from services.notify.domain.errors import CaseUnknown
from services.notify.handlers.bulletin_papers import require_frozen
from services.notify.queries.documents import document_view
from services.notify.storage import press_jobs
from services.notify.storage.case_briefs import find_case
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts import documents as c
from shared.contracts.document_events import DocumentEvent
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations import Call

_CODE_BYTES = 10


@dataclass(frozen=True)
class RuleDraft:
    """A document that a rule asks for. caused_by: the event; document_id: derived from it, so that it is made once."""

    document_id: UUID
    county_code: str
    office: str
    type: str
    content: c.DocumentContent
    case: CaseBrief | None
    caused_by: str


def draft_document(cmd: c.DraftDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    """Raises DocumentTypeUnknown, DocumentSealed, DocumentOfAnother, CaseUnknown, DocumentNotInForce, NotFound, what a
    wrong content raises."""
    office = office_of(call.by)
    if not office or len(call.by.jurisdiction) < COUNTY_DIGITS:
        raise NotFound
    corrects = None
    if cmd.corrects is not None:
        corrects = unit.documents.lock_seen(unit.connection, cmd.corrects, call.by, None)
    origin = Origin(
        office=office,
        verify_code=code_of(secrets.token_bytes(_CODE_BYTES)),
        caused_by=call.command_id,
        by=call.by,
        case_id=cmd.case_id,
        corrects=corrects,
    )
    case = None if cmd.case_id is None else _case(cmd.case_id, office, call.by.jurisdiction, unit)
    made = Document(id=new_id(), jurisdiction=full_code(call.by.jurisdiction[:COUNTY_DIGITS]))
    begin(made, cmd.type, cmd.content, case, origin, unit)
    return document_view(made)


def draft_by_rule(asked: RuleDraft, unit: NotifyUnit) -> None:
    """The same by a rule: a person checks and issues it like any other. Once is enough."""
    if unit.documents.exists(unit.connection, asked.document_id):
        return
    origin = Origin(
        office=asked.office,
        verify_code=code_of(secrets.token_bytes(_CODE_BYTES)),
        caused_by=asked.caused_by,
        by=None,
        case_id=asked.case.case_id if asked.case else None,
    )
    made = Document(id=asked.document_id, jurisdiction=asked.county_code)
    begin(made, asked.type, asked.content, asked.case, origin, unit)


def revise_document(cmd: c.ReviseDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    version = _version(found, unit)
    case = None if found.case_id is None else find_case(unit.connection, found.case_id)
    content = completed(version, cmd.content, case)
    title = _title(version, content, found, unit, local_day(unit.now))
    return _record(found, found.revise(title, content, call.by, call.now), unit)


def discard_document(cmd: c.DiscardDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    return _record(found, found.discard(cmd.reason, call.by, call.now), unit)


def check_document(_: c.CheckDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    return _record(found, found.check(call.by, call.now), unit)


def return_document(cmd: c.ReturnDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    """Also what the press has not printed yet; what it has, stands."""
    found = _locked(call, unit)
    told = found.send_back(cmd.reason, call.by, call.now)
    press_jobs.done(unit.connection, found.id)
    return _record(found, told, unit)


def approve_document(_: c.ApproveDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    """签发. It is composed once more as of today: what cannot be printed for its content is refused here and now."""
    found = _locked(call, unit)
    version = _version(found, unit)
    told = found.approve(version, call.by, call.now)
    require_frozen(found, version, unit)
    _title(version, found.content, found, unit, local_day(unit.now))
    if found.corrects is not None:
        unit.documents.get(unit.connection, found.corrects.document_id).require_in_force()
    press_jobs.ask(unit.connection, found.id, unit.correlation_id)
    return _record(found, told, unit)


def deliver_document(cmd: c.DeliverDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    return _record(found, found.deliver(cmd.recipient, cmd.channel, cmd.delivered_at, call.by, call.now), unit)


def sign_for_document(cmd: c.SignForDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    return _record(found, found.sign_for(cmd.recipient, cmd.signed_by, cmd.signed_at, call.by, call.now), unit)


def close_document(cmd: c.CloseDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    return _record(found, found.close(cmd.reason, call.by, call.now), unit)


def withdraw_document(cmd: c.WithdrawDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    return _record(found, found.withdraw(_version(found, unit), cmd.reason, call.by, call.now), unit)


def begin(
    made: Document, type_: str, content: c.DocumentContent, case: CaseBrief | None, origin: Origin, unit: NotifyUnit
) -> None:
    """Record a new draft of a type. made: its id and county."""
    today = local_day(unit.now)
    version = unit.desk.types.on(type_, today)
    require_open(version, origin.office)
    full = completed(version, content, case)
    made.office = origin.office
    if origin.corrects is not None:
        made.chain = (*origin.corrects.chain, origin.corrects.named)
    title = _title(version, full, made, unit, today)
    unit.record(made, unit.documents, made.draft(version, title, full, origin, unit.now))


def _title(version: Version, content: c.DocumentContent, of: Document, unit: NotifyUnit, on: date) -> str:
    """What it is called, composed whole: raises all that is wrong with its content."""
    check_parties(content)
    issuer = unit.desk.offices.of(of.jurisdiction).issuer(of.office)
    return compose(version, header_of(content, version, issuer, on, of.chain), read_facts(version, content.facts)).title


def _version(found: Document, unit: NotifyUnit) -> Version:
    """The wording in force on its day, of a draft today's."""
    return unit.desk.types.on(found.type, found.dated_on or local_day(unit.now))


def _locked(call: Call, unit: NotifyUnit) -> Document:
    return unit.documents.lock_seen(unit.connection, call.target, call.by, call.expected_version)


def _record(found: Document, told: Sequence[DocumentEvent], unit: NotifyUnit) -> c.DocumentView:
    unit.record(found, unit.documents, told)
    return document_view(found)


def _case(case_id: UUID, office: str, jurisdiction: str, unit: NotifyUnit) -> CaseBrief:
    """A case of the county; for an agency, one that it leads. Raises CaseUnknown."""
    found = find_case(unit.connection, case_id)
    if found is None or not found.division_code.startswith(jurisdiction[:COUNTY_DIGITS]):
        raise CaseUnknown
    if office not in (c.COORDINATION, found.lead_agency.value):
        raise CaseUnknown
    return found
