"""Identities of parties: whole records in and out; who sees the case finds the record."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.party_identity import PartyIdentity
from services.cases.storage.party_tables import UNTOLD, party_identity
from shared.delivery.unit import TableStore
from shared.errors import NotFound
from shared.ids import derived_id

_SAME = ("case_id", "case_no", "id_kind", "has_phone", "has_address", "recorded_at", "views", *sorted(UNTOLD))


def party_id(case_id: UUID) -> UUID:
    """The record of a case."""
    return derived_id("party_identity", case_id)


class PartyStore(TableStore[PartyIdentity]):
    def __init__(self) -> None:
        super().__init__(party_identity)

    def find(self, connection: Connection, case_id: UUID, *, lock: bool = False) -> PartyIdentity | None:
        """Of a case that the caller was found to see."""
        statement = sa.select(party_identity).where(party_identity.c.case_id == case_id)
        row = connection.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
        return None if row is None else self.from_row(row)

    def get_of(self, connection: Connection, case_id: UUID, *, lock: bool = False) -> PartyIdentity:
        """Raises NotFound where nothing is recorded."""
        found = self.find(connection, case_id, lock=lock)
        if found is None:
            raise NotFound
        return found

    def to_row(self, aggregate: PartyIdentity) -> Mapping[str, Any]:
        return {
            "division_code": aggregate.jurisdiction,
            **{name: getattr(aggregate, name) for name in _SAME},
        }

    def from_row(self, row: RowMapping) -> PartyIdentity:
        return PartyIdentity(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            **{name: row[name] for name in _SAME},
        )
