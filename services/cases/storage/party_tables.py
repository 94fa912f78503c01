"""The table of parties' identities: what names a person is a sealed column, under the secrets key of this service."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.cases.storage.tables import METADATA

party_identity = sa.Table(
    "party_identity",
    METADATA,
    sa.Column("id", pg.UUID(as_uuid=True), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("case_id", pg.UUID(as_uuid=True), nullable=False, unique=True),
    sa.Column("case_no", sa.Text, nullable=False),
    sa.Column("id_kind", sa.Text, nullable=False),
    sa.Column("has_phone", sa.Boolean, nullable=False),
    sa.Column("has_address", sa.Boolean, nullable=False),
    sa.Column("recorded_at", sa.TIMESTAMP(timezone=True), nullable=False),
    sa.Column("sealed_no", sa.Text, nullable=False, server_default=""),
    sa.Column("sealed_phone", sa.Text, nullable=False, server_default=""),
    sa.Column("sealed_address", sa.Text, nullable=False, server_default=""),
    sa.Column("masked_no", sa.Text, nullable=False, server_default=""),
    sa.Column("masked_phone", sa.Text, nullable=False, server_default=""),
    sa.Column("views", sa.Integer, nullable=False, server_default="0"),
)
# Of which the log says nothing: rebuilding leaves them as they are.
UNTOLD = frozenset({"sealed_no", "sealed_phone", "sealed_address", "masked_no", "masked_phone"})
