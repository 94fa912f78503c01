"""What the sender process asks of notify: the parcel to carry, what to tell of it (R10)."""

import hashlib
from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.domain.channel import (
    PROVES,
    Parcel,
    ParcelFile,
    ParcelKind,
    ReceiptGrade,
    channel_of_route,
)
from services.notify.domain.channel_wording import file_name
from services.notify.domain.notice import Notice
from services.notify.domain.offices import county_of, recipient_of
from services.notify.handlers.probes import probe
from services.notify.ports import ParcelLetter
from services.notify.storage.endpoints import is_probe, next_route, options_of
from services.notify.storage.packages import package_number
from services.notify.storage.repository import NoticeStore
from services.notify.storage.tables import notice_receipt
from services.notify.storage.unit import NotifyUnit
from shared.contracts.codes import ChannelKind, DeliveryState, title
from shared.outgoing import deliveries, endpoints
from shared.outgoing.courier import Delivered
from shared.outgoing.deliveries import Claimed


class NoticeErrand:
    """public_url: the gateway as recipients reach it; empty: the link is a path."""

    def __init__(self, public_url: str = "") -> None:
        self._public_url = public_url.rstrip("/")
        self._notices = NoticeStore()

    def letter(self, connection: Connection, claimed: Claimed) -> ParcelLetter | None:
        """None when the recipient has read it meanwhile, or it is not addressed to it, or a probe has been tried."""
        parcel = self._parcel(connection, claimed)
        if parcel is None:
            return None
        number = 0
        if claimed.channel == ChannelKind.FILE_EXCHANGE:
            number = package_number(connection, claimed.id, claimed.party, claimed.subject_id)
        return ParcelLetter(b"", number, parcel=parcel, options=options_of(connection, claimed.party))

    def _parcel(self, connection: Connection, claimed: Claimed) -> Parcel | None:
        if is_probe(connection, claimed.party, claimed.id) and not self._notices.exists(connection, claimed.subject_id):
            return probe(claimed, self._public_url)
        waiting = sa.select(notice_receipt.c.notice_id).where(
            notice_receipt.c.notice_id == claimed.subject_id,
            notice_receipt.c.recipient == recipient_of(claimed.party).value,
            notice_receipt.c.state.in_([DeliveryState.PENDING.value, DeliveryState.EXHAUSTED.value]),
        )
        if connection.execute(waiting).first() is None:
            return None
        return _of_notice(self._notices.get(connection, claimed.subject_id), claimed, self._public_url)

    def on_delivered(self, unit: NotifyUnit, claimed: Claimed, _: Delivered) -> None:
        """Only what lies with the recipient is told: that a transport took it proves nothing yet."""
        channel = ChannelKind(claimed.channel)
        if PROVES[channel] is ReceiptGrade.ACCEPTED or not self._notices.exists(unit.connection, claimed.subject_id):
            return
        notice = self._notices.lock(unit.connection, claimed.subject_id)
        unit.record(notice, unit.notices, notice.arrive(recipient_of(claimed.party), channel, unit.now))

    def on_exhausted(self, unit: NotifyUnit, claimed: Claimed, error: str) -> str:
        """It goes on by the recipient's next way; that all have failed is told when the last one has."""
        if not self._notices.exists(unit.connection, claimed.subject_id):
            return county_of(claimed.party)
        notice = self._notices.lock(unit.connection, claimed.subject_id)
        following = next_route(unit.connection, claimed.party)
        if following is not None:
            channel = channel_of_route(following).value
            deliveries.add(unit.connection, claimed.subject_id, following, channel, claimed.correlation_id)
        else:
            unit.record(notice, unit.notices, notice.exhaust(recipient_of(claimed.party), error, unit.now))
        return notice.jurisdiction

    def on_gone(self, unit: NotifyUnit, claimed: Claimed, error: str) -> None:
        """The endpoint takes no more; what is owed waits until it is configured again, and in the inbox meanwhile."""
        endpoint = unit.endpoints.of(unit.connection, claimed.party, county_of(claimed.party))
        endpoints.disable(unit, unit.endpoints, endpoint, claimed, error)

    def on_outage(self, unit: NotifyUnit, claimed: Claimed, error: str) -> None:
        """Nobody is told: a notice is proven in the inbox, and one that nobody signs climbs by itself."""

    def on_recovered(self, unit: NotifyUnit, claimed: Claimed) -> None:
        """As above."""


def resume_delivery(unit: NotifyUnit, notice_id: UUID, party: str) -> None:
    """A person has an endpoint tried again that was given up; nothing when the recipient has the notice meanwhile."""
    notice = unit.notices.lock(unit.connection, notice_id)
    if deliveries.resume(unit.connection, notice_id, party) is not None:
        unit.record(notice, unit.notices, notice.resume(recipient_of(party), unit.now))


def _of_notice(notice: Notice, claimed: Claimed, public_url: str) -> Parcel:
    recipient = recipient_of(claimed.party)
    text = f"{notice.title}\n{notice.notice_no}\n\n{notice.body}\n".encode()
    return Parcel(
        delivery_id=claimed.id,
        document_id=notice.id,
        about="notice",
        kind=ParcelKind.SERVE,
        number=notice.notice_no,
        title=notice.title,
        issuer=notice.issuer,
        recipient=recipient.value,
        recipient_name=title(recipient),
        sha256=notice.sha256,
        signature="",
        link=f"{public_url}/api/v1/notices/{notice.id}",
        verify_url="",
        made_at=claimed.created_at,
        files=(_text_file(f"{file_name(notice.notice_no)}.txt", text),),
    )


def _text_file(name: str, content: bytes) -> ParcelFile:
    load: Callable[[], bytes] = lambda: content  # noqa: E731
    return ParcelFile(name, "text/plain", hashlib.sha256(content).hexdigest(), load)
