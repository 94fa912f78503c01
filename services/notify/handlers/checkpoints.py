"""Checkpoints of the audit on their way to the systems of recipients: who keeps one can prove later what was there."""

from uuid import UUID

from sqlalchemy import Connection

from services.notify.domain.channel import Parcel, ParcelKind, party_of_route
from services.notify.domain.offices import recipient_of
from services.notify.storage.checkpoints import newest_told
from services.notify.storage.endpoints import webhooks_in_use
from services.notify.storage.unit import NotifyUnit
from shared.contracts.codes import ChannelKind, title
from shared.outgoing import deliveries
from shared.outgoing.deliveries import Claimed


def send_checkpoint(unit: NotifyUnit, checkpoint_id: UUID) -> None:
    """Owe it to every recipient whose system takes webhooks: shared.audit_desk.OnKept."""
    for route in webhooks_in_use(unit.connection):
        deliveries.add(unit.connection, checkpoint_id, route, ChannelKind.WEBHOOK.value, unit.correlation_id)


def checkpoint_parcel(connection: Connection, claimed: Claimed) -> Parcel | None:
    """None of what is no checkpoint, and of one that a newer one has followed: that one covers all before it."""
    kept = newest_told(connection, claimed.subject_id)
    if kept is None:
        return None
    recipient = recipient_of(party_of_route(claimed.party))
    return Parcel(
        delivery_id=claimed.id,
        document_id=claimed.subject_id,
        about="audit",
        kind=ParcelKind.CHECKPOINT,
        number=str(kept.number),
        title="审计检查点",
        issuer="田卫系统",
        recipient=recipient.value,
        recipient_name=title(recipient),
        sha256="",
        signature=kept.signature,
        link="",
        verify_url="",
        made_at=claimed.created_at,
        checkpoint=kept.model_dump(mode="json"),
    )
