"""Notices: ask for one by hand; what those it is addressed to do with it: read, sign for."""

import secrets

from services.notify.domain.copies import facts_of, known_by_hand
from services.notify.domain.document import Document, Origin
from services.notify.domain.errors import CaseUnknown, RecipientNamedTwice
from services.notify.domain.verify_codes import CODE_BYTES, code_of
from services.notify.handlers.documents import approve_by_rule, begin, known_of
from services.notify.handlers.serving import hand_over
from services.notify.queries.notices import notice_view
from services.notify.storage.case_briefs import count_items, find_case
from services.notify.storage.scope import scope_of
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts.documents import COORDINATION, DocumentContent
from shared.contracts.notify import IssueNotice, NoticeView, ReadNotice, SignNotice
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import NotFound, StaleVersion
from shared.ids import new_id
from shared.operations import Call


def issue_notice(cmd: IssueNotice, call: Call, unit: NotifyUnit) -> NoticeView:
    """Tell recipients of a case of the caller's county. Raises CaseUnknown, RecipientNamedTwice, RuleMissing."""
    scope, today = scope_of(call.by), local_day(unit.now)
    case = find_case(unit.connection, cmd.case_id)
    if case is None or not scope.covers(case.division_code):
        raise CaseUnknown
    named = [cmd.main_recipient, *cmd.copies]
    for place, recipient in enumerate(named):
        if recipient in named[:place]:
            raise RecipientNamedTwice(recipient)
    rule = unit.desk.rules.one_for(cmd.operation, today)
    county = full_code(case.division_code[:COUNTY_DIGITS])
    office = unit.desk.offices.of(county)
    known = known_by_hand(case, count_items(unit.connection, case.case_id), cmd.remarks)
    content = DocumentContent(
        to=[office.called(cmd.main_recipient)],
        copies=[office.called(code) for code in cmd.copies],
        facts=facts_of(unit.desk.types.on(rule.document, today), known),
    )
    origin = Origin(
        office=COORDINATION,
        verify_code=code_of(secrets.token_bytes(CODE_BYTES)),
        caused_by=call.command_id,
        by=call.by,
        case_id=case.case_id,
        rule_id=rule.id,
    )
    made = Document(id=new_id(), jurisdiction=county)
    begin(made, rule.document, content, known_of(case.case_id, unit), origin, unit)
    approve_by_rule(made, rule, unit)
    return notice_view(made, scope, unit.desk.types)


def read_notice(_: ReadNotice, call: Call, unit: NotifyUnit) -> NoticeView:
    """Record that the caller's office opened the notice; only the first time changes anything."""
    found, name = _addressed(call, unit)
    if found.is_in_force and (told := found.open(name, unit.now)):
        unit.record(found, unit.documents, told)
        hand_over(found, name, unit)
    return notice_view(found, scope_of(call.by), unit.desk.types)


def sign_notice(cmd: SignNotice, call: Call, unit: NotifyUnit) -> NoticeView:
    """Sign for the notice in the name of the caller's office, over the digest of what was read.

    Raises DigestWrong, DocumentSignedFor, StaleVersion, NotFound; DocumentTransitionNotAllowed for a withdrawn one.
    """
    found, name = _addressed(call, unit)
    version = found.receipt(name).version
    if call.expected_version is not None and call.expected_version != version:
        raise StaleVersion(call.expected_version, version)
    unit.record(found, unit.documents, found.sign(name, cmd.signed_by, cmd.sha256, unit.now))
    hand_over(found, name, unit)
    return notice_view(found, scope_of(call.by), unit.desk.types)


def _addressed(call: Call, unit: NotifyUnit) -> tuple[Document, str]:
    """The notice, locked, and the caller's office as it names it; NotFound when it is not addressed to that office."""
    scope = scope_of(call.by)
    found = unit.documents.lock(unit.connection, call.target)
    scope.require(found)
    own = next((receipt for receipt in found.receipts if scope.is_own(receipt)), None)
    if own is None:
        raise NotFound
    return found, own.recipient
