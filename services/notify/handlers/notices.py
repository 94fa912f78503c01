"""Notices: issue by hand, record a reading, sign."""

from services.notify.domain.channel import route_of
from services.notify.domain.documents import case_report
from services.notify.domain.errors import CaseUnknown
from services.notify.domain.notice import Notice, address
from services.notify.domain.offices import party_of
from services.notify.handlers.issuing import Order, issue_notice_on
from services.notify.queries.notices import notice_view
from services.notify.storage.case_briefs import count_items, find_case
from services.notify.storage.scope import recipient_of, scope_of
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts.codes import ChannelKind, Recipient
from shared.contracts.notify import IssueNotice, NoticeView, ReadNotice, SignNotice
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations import Call
from shared.outgoing import deliveries


def issue_notice(cmd: IssueNotice, call: Call, unit: NotifyUnit) -> NoticeView:
    """Tell main recipient and copies of a case of the caller's county. Raises CaseUnknown, RecipientNamedTwice."""
    scope = scope_of(call.by)
    case = find_case(unit.connection, cmd.case_id)
    if case is None or not scope.covers(case.division_code):
        raise CaseUnknown
    items = count_items(unit.connection, case.case_id)
    order = Order(
        notice_id=new_id(),
        division_code=case.division_code,
        recipients=address(cmd.main_recipient, cmd.copies),
        basis=unit.desk.rules.one_for(cmd.operation, local_day(unit.now)).basis,
        case_id=case.case_id,
        caused_by=call.command_id,
    )
    notice = issue_notice_on(order, lambda head: case_report(case, items, cmd.remarks, head), unit)
    return notice_view(notice, scope)


def read_notice(_: ReadNotice, call: Call, unit: NotifyUnit) -> NoticeView:
    """Record that the caller's office opened the notice; only the first time changes anything."""
    notice, recipient = _addressed(call, unit)
    told = notice.read(recipient, unit.now)
    if told:
        unit.record(notice, unit.notices, told)
        hand_over(notice, recipient, unit)
    return notice_view(notice, scope_of(call.by))


def sign_notice(cmd: SignNotice, call: Call, unit: NotifyUnit) -> NoticeView:
    """Sign for the notice in the name of the caller's office. Raises AlreadySigned, StaleVersion, NotFound."""
    notice, recipient = _addressed(call, unit)
    notice.check_version(recipient, call.expected_version)
    unit.record(notice, unit.notices, notice.sign(recipient, cmd.signed_by, unit.now))
    hand_over(notice, recipient, unit)
    return notice_view(notice, scope_of(call.by))


def _addressed(call: Call, unit: NotifyUnit) -> tuple[Notice, Recipient]:
    """The notice, locked, and for whom the caller acts; NotFound when it is not addressed to that office."""
    recipient = recipient_of(call.by)
    if recipient is None:
        raise NotFound
    notice = unit.notices.lock(unit.connection, call.target)
    scope_of(call.by).require(notice)
    notice.receipt(recipient)
    return notice, recipient


def hand_over(notice: Notice, recipient: Recipient, unit: NotifyUnit) -> None:
    """Nothing need be sent any more to who has it, by whatever way."""
    party = party_of(notice.jurisdiction, recipient)
    for route in sorted({route_of(party, channel) for channel in ChannelKind}):
        deliveries.handed_over(unit, notice.id, route)
