"""Recipients of a county: by which ways each is reached, how these do, and what is still owed."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.notify.domain.channel import channel_of_route, party_of_route
from services.notify.domain.document_table import OUT
from services.notify.domain.offices import party_of
from services.notify.storage.tables import delivery, document, document_receipt, endpoint
from shared.contracts.channels import RecipientChannelView
from shared.contracts.codes import ChannelKind, DeliveryState, Recipient, title
from shared.contracts.notify import ListRecipients, RecipientList, RecipientView
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound
from shared.identifiers import masked_phone
from shared.principal import Actor

_SHOWN = ("place", "url", "options", "active", "disabled_reason", "failing_since", "last_error", "last_delivered_at")
_COLUMNS = [endpoint.c[name] for name in ("party", *_SHOWN, "trial_id", "trial_at", "trial_error")]
_Owed = Mapping[tuple[str, str], int]


def list_recipients(_: ListRecipients, by: Actor, connection: Connection) -> RecipientList:
    """The recipients of the caller's county, with their ways and what is still owed to each."""
    county = by.jurisdiction[:COUNTY_DIGITS]
    if len(county) < COUNTY_DIGITS:
        raise NotFound
    owed, unsigned, ways = _owed(connection, county), _unsigned(connection, county), _ways(connection, county)
    return RecipientList(
        items=[_view(recipient, party_of(county, recipient), ways, owed, unsigned) for recipient in Recipient]
    )


def _view(
    recipient: Recipient,
    party: str,
    ways: Mapping[str, list[RowMapping]],
    owed: _Owed,
    unsigned: Mapping[str, int],
) -> RecipientView:
    channels = [_channel(row, owed) for row in ways.get(party, [])]
    webhook = next((one for one in channels if one.channel is ChannelKind.WEBHOOK), None)
    return RecipientView(
        code=recipient,
        name=title(recipient),
        endpoint_url=webhook.url if webhook else None,
        endpoint_active=webhook.active if webhook else None,
        notices_unsigned=unsigned.get(recipient.value, 0),
        deliveries_pending=sum(one.pending for one in channels),
        deliveries_exhausted=sum(one.exhausted for one in channels),
        channels=channels,
    )


def _channel(row: RowMapping, owed: _Owed) -> RecipientChannelView:
    settings = {name: value for name, value in row["options"].items() if name != "public_key"}
    if "phone" in settings:
        settings["phone"] = masked_phone(settings["phone"])
    shown: dict[str, Any] = {name: row[name] for name in _SHOWN if name != "options"}
    return RecipientChannelView(
        **shown,
        channel=channel_of_route(row["party"]),
        settings=settings,
        public_key=row["options"].get("public_key"),
        pending=owed.get((row["party"], DeliveryState.PENDING.value), 0),
        exhausted=owed.get((row["party"], DeliveryState.EXHAUSTED.value), 0),
        # While it is on its way nothing is known of it.
        tested_at=row["trial_at"] if row["trial_id"] is None else None,
        test_error=row["trial_error"] if row["trial_id"] is None else None,
    )


def _ways(connection: Connection, county: str) -> Mapping[str, list[RowMapping]]:
    """Endpoints by party, in their order."""
    statement = sa.select(*_COLUMNS).where(endpoint.c.party.startswith(f"{county}:", autoescape=True))
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(statement.order_by(endpoint.c.place, endpoint.c.party)).mappings():
        found[party_of_route(row["party"])].append(row)
    return found


def _owed(connection: Connection, county: str) -> _Owed:
    """Deliveries to endpoints, by route and state."""
    rows = connection.execute(
        sa.select(delivery.c.party, delivery.c.state, sa.func.count())
        .where(
            delivery.c.channel != ChannelKind.INBOX.value,
            delivery.c.party.startswith(f"{county}:", autoescape=True),
            delivery.c.state.in_([DeliveryState.PENDING.value, DeliveryState.EXHAUSTED.value]),
        )
        .group_by(delivery.c.party, delivery.c.state)
    )
    return {(party, state): number for party, state, number in rows}


def _unsigned(connection: Connection, county: str) -> Mapping[str, int]:
    rows = connection.execute(
        sa.select(document_receipt.c.code, sa.func.count().label("number"))
        .join(document, document.c.id == document_receipt.c.document_id)
        .where(
            document_receipt.c.signed_at.is_(None),
            document_receipt.c.code.is_not(None),
            document.c.state.in_([state.value for state in OUT]),
            document.c.jurisdiction.startswith(county, autoescape=True),
        )
        .group_by(document_receipt.c.code)
    )
    return {row.code: row.number for row in rows}
