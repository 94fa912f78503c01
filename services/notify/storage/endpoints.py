"""Endpoints of recipients in and out of the database."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.notify.domain.endpoint import RecipientEndpoint
from services.notify.domain.offices import COUNTY_DIGITS, recipient_of
from services.notify.storage.tables import endpoint
from shared.delivery.unit import TableStore


class EndpointStore(TableStore[RecipientEndpoint]):
    def __init__(self) -> None:
        super().__init__(endpoint)

    def find(self, connection: Connection, party: str) -> RecipientEndpoint | None:
        """The party's endpoint, locked; None when it has none."""
        statement = sa.select(endpoint).where(endpoint.c.party == party).with_for_update()
        row = connection.execute(statement).mappings().one_or_none()
        return None if row is None else self.from_row(row)

    def to_row(self, aggregate: RecipientEndpoint) -> Mapping[str, Any]:
        return {
            "party": aggregate.party,
            "url": aggregate.url,
            "secret": aggregate.secret,
            "previous_secret": aggregate.previous_secret,
            "previous_until": aggregate.previous_until,
            "active": aggregate.active,
            "disabled_reason": aggregate.disabled_reason,
            "configured_at": aggregate.configured_at,
            "configured_by": aggregate.configured_by,
        }

    def from_row(self, row: RowMapping) -> RecipientEndpoint:
        return RecipientEndpoint(
            **row,
            recipient=recipient_of(row["party"]),
            jurisdiction=f"{row['party'][:COUNTY_DIGITS]}000000",
        )


def active_parties(connection: Connection, parties: list[str]) -> set[str]:
    """Those of the parties that have an endpoint in use."""
    statement = sa.select(endpoint.c.party).where(endpoint.c.party.in_(parties), endpoint.c.active)
    return set(connection.execute(statement).scalars())
