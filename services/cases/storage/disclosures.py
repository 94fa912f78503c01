"""The ledger of disclosure: who was told which field of a case."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.cases.domain.disclosure import Disclosure
from services.cases.storage.tables import METADATA
from shared.contracts.codes import Agency, DisclosurePurpose
from shared.delivery.tables import event_log
from shared.delivery.unit import TableStore

_uuid = pg.UUID(as_uuid=True)

disclosure = sa.Table(
    "disclosure",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("case_id", _uuid),
    sa.Column("clue_id", _uuid, comment="of evidence of a clue that became a case"),
    sa.Column("to_agency", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False, comment="DisclosurePurpose"),
    sa.Column("about", _uuid, nullable=False, comment="task of the receiver, or copy of a piece of evidence"),
    sa.Column("fields", pg.JSONB, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("rule_key", sa.Text, nullable=False),
    sa.Column("from_agency", sa.Text),
    sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
    sa.Index("disclosure_case", "case_id", sa.text("at DESC"), sa.text("id DESC")),
    sa.Index("disclosure_clue", "clue_id", sa.text("at DESC"), sa.text("id DESC")),
)
_PLAIN = ("case_id", "clue_id", "about", "fields", "basis", "rule_key", "at")


class DisclosureStore(TableStore[Disclosure]):
    def __init__(self) -> None:
        super().__init__(disclosure)

    def told_by(self, connection: Connection, event_id: UUID) -> Disclosure | None:
        """The entry that this event made, locked; None when it made none."""
        made = sa.select(event_log.c.aggregate_id).where(
            event_log.c.event_id == event_id, event_log.c.aggregate_type == Disclosure.TYPE
        )
        id_ = connection.execute(made).scalar_one_or_none()
        return None if id_ is None else self.lock(connection, id_)

    def to_row(self, aggregate: Disclosure) -> Mapping[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in _PLAIN},
            "division_code": aggregate.jurisdiction,
            "to_agency": aggregate.to_agency.value,
            "purpose": aggregate.purpose.value,
            "from_agency": aggregate.from_agency and aggregate.from_agency.value,
        }

    def from_row(self, row: RowMapping) -> Disclosure:
        return Disclosure(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            to_agency=Agency(row["to_agency"]),
            purpose=DisclosurePurpose(row["purpose"]),
            from_agency=Agency(row["from_agency"]) if row["from_agency"] else None,
            **{name: row[name] for name in _PLAIN},
        )
