"""Issuing: number, text, receipts and deliveries of one notice in one unit of work."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from services.notify.domain.channel import route_of
from services.notify.domain.documents import Heading, NoticeText, heading
from services.notify.domain.notice import Draft, Notice, issue
from services.notify.domain.offices import notice_no, party_of
from services.notify.storage.endpoints import routes_of
from services.notify.storage.numbers import take_number
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts.codes import ChannelKind
from shared.contracts.notify import NoticeLine
from shared.outgoing import deliveries


@dataclass(frozen=True)
class Order:
    """A notice to be issued. division_code: where the case is, 12 digits. caused_by: event or command id."""

    notice_id: UUID
    division_code: str
    recipients: tuple[NoticeLine, ...]
    basis: str
    case_id: UUID
    caused_by: str


def issue_notice_on(order: Order, write: Callable[[Heading], NoticeText], unit: NotifyUnit) -> Notice:
    """Write, number and record the notice, and owe it to each recipient. Raises OfficeMissing."""
    office = unit.desk.offices.of(order.division_code)
    today = local_day(unit.now)
    text = write(heading(office, order.recipients, today, order.basis))
    rendered = unit.desk.renderer.render(text)
    draft = Draft(
        kind=text.kind,
        title=rendered.title,
        body=rendered.body,
        issuer=office.name,
        recipients=order.recipients,
        case_id=order.case_id,
        caused_by=order.caused_by,
    )
    notice = Notice(id=order.notice_id, jurisdiction=order.division_code)
    series = office.series(text.kind)
    number = notice_no(series, today.year, take_number(unit.connection, series, today.year))
    unit.record(notice, unit.notices, [issue(draft, notice.id, number, unit.now)])
    _owe(notice, unit)
    return notice


def _owe(notice: Notice, unit: NotifyUnit) -> None:
    """A delivery per recipient: by the first of its ways, waiting in the inbox for who has none."""
    for recipient in notice.receipts:
        party = party_of(notice.jurisdiction, recipient)
        channel = next(iter(routes_of(unit.connection, party)), ChannelKind.INBOX)
        deliveries.add(unit.connection, notice.id, route_of(party, channel), channel.value, unit.correlation_id)
