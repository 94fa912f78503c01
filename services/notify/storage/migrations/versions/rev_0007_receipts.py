"""Receipts of documents as rows, services and urgings; every notice issued before is a document."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

from services.notify.storage.former_notices import adopt_notices
from services.notify.storage.tables import METADATA

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Documents of before: each receipt a row. They had no term; what is not signed for gets one (handlers/urging.py).
_RECEIPTS = """
INSERT INTO document_receipt (document_id, place, recipient, line, version, services, channel, delivered_at, signed_at,
                              signed_by, urged)
SELECT d.id, r.place - 1, r.receipt ->> 'recipient', r.receipt ->> 'line',
       1 + (r.receipt ->> 'delivered_at' IS NOT NULL AND r.receipt ->> 'channel' IS NOT NULL)::int
         + (r.receipt ->> 'signed_at' IS NOT NULL)::int,
       '[]'::jsonb, r.receipt ->> 'channel', (r.receipt ->> 'delivered_at')::timestamptz,
       (r.receipt ->> 'signed_at')::timestamptz, r.receipt ->> 'signed_by', 0
FROM document d CROSS JOIN LATERAL jsonb_array_elements(d.receipts) WITH ORDINALITY AS r(receipt, place)
"""


def upgrade() -> None:
    connection = op.get_bind()
    columns = {column["name"] for column in sa.inspect(connection).get_columns("document")}
    if "rule_id" not in columns:
        op.add_column("document", sa.Column("rule_id", sa.Text))
    for name in ("document_receipt", "document_service"):
        METADATA.tables[name].create(connection, checkfirst=True)
    if "receipts" in columns:
        op.execute(_RECEIPTS)
        op.drop_column("document", "receipts")
    if sa.inspect(connection).has_table("notice"):
        _adopt(connection)


def _adopt(connection: Connection) -> None:
    adopt_notices(connection)
    op.drop_table("notice_receipt")
    op.drop_table("notice")


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
