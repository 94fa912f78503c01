"""The life of a document as people lead it: draft, revise, check, issue, record receipts, close, withdraw."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.notify.domain.case_brief import CaseBrief
from services.notify.domain.composing import compose
from services.notify.domain.copy_rules import CopyRule, Issue
from services.notify.domain.document import Document, Origin
from services.notify.domain.document_table import office_of
from services.notify.domain.document_types import Version
from services.notify.domain.drafting import (
    check_parties,
    completed,
    contradict,
    header_of,
    read_facts,
    require_open,
    sayable,
)
from services.notify.domain.known import Family, known
from services.notify.domain.verify_codes import CODE_BYTES, code_of
from services.notify.handlers import serving
from services.notify.handlers.bulletin_papers import require_frozen
from services.notify.queries.documents import document_view
from services.notify.queries.subjects import find_subject
from services.notify.storage import press_jobs
from services.notify.storage.dossiers import family_of
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts import documents as c
from shared.contracts.document_events import DocumentEvent
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations import Call


@dataclass(frozen=True)
class RuleDraft:
    """A document that a rule asks for. caused_by: the event; document_id: derived from it, so that it is made once.

    subject_id: what it is about, where that is not the case itself.
    rule: the copy rule, which may issue it by itself; None: a person checks and issues it like any other.
    """

    document_id: UUID
    county_code: str
    office: str
    type: str
    content: c.DocumentContent
    case: CaseBrief | None
    caused_by: str
    rule: CopyRule | None = None
    subject_id: UUID | None = None


def draft_document(cmd: c.DraftDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    """Raises DocumentTypeUnknown, DocumentSealed, DocumentOfAnother, CaseUnknown, SubjectUnknown, DocumentNotInForce,
    NotFound, what a wrong content raises."""
    office = office_of(call.by)
    if not office or len(call.by.jurisdiction) < COUNTY_DIGITS:
        raise NotFound
    corrects = None
    if cmd.corrects is not None:
        corrects = unit.documents.lock_seen(unit.connection, cmd.corrects, call.by, None)
    about = find_subject(unit.connection, cmd.case_id, cmd.subject_id, office, call.by.jurisdiction)
    origin = Origin(
        office=office,
        verify_code=code_of(secrets.token_bytes(CODE_BYTES)),
        caused_by=call.command_id,
        by=call.by,
        case_id=about.case_id if about else None,
        subject_id=cmd.subject_id,
        corrects=corrects,
    )
    made = Document(id=new_id(), jurisdiction=full_code(call.by.jurisdiction[:COUNTY_DIGITS]))
    begin(made, cmd.type, cmd.content, _known(about), origin, unit)
    return document_view(made)


def draft_by_rule(asked: RuleDraft, unit: NotifyUnit) -> None:
    """The same by a rule. Once is enough."""
    if unit.documents.exists(unit.connection, asked.document_id):
        return
    origin = Origin(
        office=asked.office,
        verify_code=code_of(secrets.token_bytes(CODE_BYTES)),
        caused_by=asked.caused_by,
        by=None,
        case_id=asked.case.case_id if asked.case else None,
        subject_id=asked.subject_id,
        rule_id=asked.rule.id if asked.rule else None,
    )
    made = Document(id=asked.document_id, jurisdiction=asked.county_code)
    begin(made, asked.type, asked.content, known_of(origin.subject_id or origin.case_id, unit), origin, unit)
    if asked.rule is not None:
        approve_by_rule(made, asked.rule, unit)


def approve_by_rule(made: Document, rule: CopyRule, unit: NotifyUnit) -> None:
    """签发 by the rule itself, where it is automatic. What could not reach somebody stays a draft for a person."""
    names = (*made.content.to, *made.content.copies)
    if rule.issue is not Issue.AUTOMATIC or not all(serving.ways_of(made, name, unit) for name in names):
        return
    issuer = unit.desk.offices.of(made.jurisdiction).issuer(made.office)
    unit.record(made, unit.documents, made.approve_by_rule(rule.signer(issuer.name), rule.id, unit.now))
    unit.flush()  # what waits for the press refers to it
    press_jobs.ask(unit.connection, made.id, unit.correlation_id)


def revise_document(cmd: c.ReviseDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    version = _version(found, unit)
    content = completed(version, cmd.content, known_of(found.subject_id or found.case_id, unit))
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
    """签发. It is composed once more as of today: what cannot be printed for its content is refused here and now.

    Raises FactContradicted where the case has become another since it was drafted.
    """
    found = _locked(call, unit)
    version = _version(found, unit)
    approved = found.approve(version, call.by, call.now)
    require_frozen(found, version, unit)
    _title(version, found.content, found, unit, local_day(unit.now))
    told = sayable(version, known_of(found.subject_id or found.case_id, unit))
    contradict(version, found.content.facts, told)
    serving.require_ways(found, unit)
    if found.corrects is not None:
        unit.documents.get(unit.connection, found.corrects.document_id).require_in_force()
    press_jobs.ask(unit.connection, found.id, unit.correlation_id)
    return _record(found, approved, unit)


def deliver_document(cmd: c.DeliverDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    view = _record(found, found.deliver(cmd.recipient, cmd.channel, cmd.delivered_at, call.by, call.now), unit)
    serving.hand_over(found, cmd.recipient, unit)
    return view


def sign_for_document(cmd: c.SignForDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    """Signed on paper: recorded by whoever sent it."""
    found = _locked(call, unit)
    told = found.sign_for(cmd.recipient, cmd.signed_by, cmd.signed_at, call.by, call.now, cmd.sha256)
    view = _record(found, told, unit)
    serving.hand_over(found, cmd.recipient, unit)
    return view


def re_serve_document(cmd: c.ReServeDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    """Raises WayMissing for a way that the recipient does not have."""
    found = _locked(call, unit)
    serving.serve_again(found, cmd.recipient, cmd.channel, cmd.reason, call.by, unit)
    return document_view(found)


def close_document(cmd: c.CloseDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    view = _record(found, found.close(cmd.reason, call.by, call.now), unit)
    serving.call_off(found, "closed", unit)
    return view


def withdraw_document(cmd: c.WithdrawDocument, call: Call, unit: NotifyUnit) -> c.DocumentView:
    found = _locked(call, unit)
    view = _record(found, found.withdraw(_version(found, unit), cmd.reason, call.by, call.now), unit)
    serving.call_off(found, "withdrawn", unit)
    return view


def begin(
    made: Document, type_: str, content: c.DocumentContent, facts: Mapping[str, Any], origin: Origin, unit: NotifyUnit
) -> None:
    """Record a new draft of a type. made: its id and county; facts: what is known, by source (known_of).

    Raises what a wrong content raises, and that the type is not the office's.
    """
    today = local_day(unit.now)
    version = unit.desk.types.on(type_, today)
    require_open(version, origin.office)
    by_rule = origin.by is None or origin.rule_id is not None
    full = completed(version, content, facts, by_rule=by_rule)
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


def known_of(id_: UUID | None, unit: NotifyUnit) -> dict[str, Any]:
    return _known(None if id_ is None else family_of(unit.connection, id_))


def _known(about: Family | None) -> dict[str, Any]:
    return {} if about is None else known(about)
