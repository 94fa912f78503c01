"""What the sender process asks of notify: the webhook to send (id and link, no text), what to tell of it (R10)."""

from datetime import UTC
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.domain.offices import county_of, recipient_of
from services.notify.storage.repository import NoticeStore
from services.notify.storage.tables import notice_receipt
from services.notify.storage.unit import NotifyUnit
from shared.contracts.codes import DeliveryState
from shared.outgoing import deliveries, endpoints
from shared.outgoing.courier import Delivered, Letter
from shared.outgoing.deliveries import Claimed

TYPE = "notice.issued"


class NoticeErrand:
    """public_url: the gateway as recipients reach it; empty: the link is a path."""

    def __init__(self, public_url: str = "") -> None:
        self._public_url = public_url.rstrip("/")
        self._notices = NoticeStore()

    def letter(self, connection: Connection, claimed: Claimed) -> Letter | None:
        """None when the recipient has read it meanwhile, or it is not addressed to it."""
        waiting = sa.select(notice_receipt.c.notice_id).where(
            notice_receipt.c.notice_id == claimed.subject_id,
            notice_receipt.c.recipient == recipient_of(claimed.party).value,
            notice_receipt.c.state.in_([DeliveryState.PENDING.value, DeliveryState.EXHAUSTED.value]),
        )
        if connection.execute(waiting).first() is None:
            return None
        link = f"{self._public_url}/api/v1/notices/{claimed.subject_id}"
        told = {
            "type": TYPE,
            "timestamp": claimed.created_at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "data": {"notice_id": str(claimed.subject_id), "link": link},
        }
        return Letter(orjson.dumps(told))

    def on_delivered(self, unit: NotifyUnit, claimed: Claimed, _: Delivered) -> None:
        notice = self._notices.lock(unit.connection, claimed.subject_id)
        unit.record(notice, unit.notices, notice.arrive(recipient_of(claimed.party), unit.now))

    def on_exhausted(self, unit: NotifyUnit, claimed: Claimed, error: str) -> str:
        notice = self._notices.lock(unit.connection, claimed.subject_id)
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
