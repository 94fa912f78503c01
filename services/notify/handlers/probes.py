"""Probes: what is sent when a person wants to know whether a way to a recipient works. No service of anything."""

from services.notify.domain.channel import Parcel, ParcelKind, party_of_route
from services.notify.domain.offices import recipient_of
from shared.contracts.codes import title
from shared.outgoing.deliveries import Claimed


def probe(claimed: Claimed, public_url: str) -> Parcel:
    """It names itself, its way and its recipient, and nothing of any case."""
    recipient = recipient_of(party_of_route(claimed.party))
    return Parcel(
        delivery_id=claimed.id,
        document_id=claimed.subject_id,
        about="notice",
        kind=ParcelKind.PROBE,
        number="",
        title="送达渠道测试",
        issuer="田卫系统",
        recipient=recipient.value,
        recipient_name=title(recipient),
        sha256="",
        signature="",
        link=public_url,
        verify_url="",
        made_at=claimed.created_at,
    )
