"""Conformance kits and the certificates earned with them."""

from alembic import op

from services.agencies.storage.tables import METADATA

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("agency_kit", "agency_certificate")


def upgrade() -> None:
    for name in _TABLES:
        METADATA.tables[name].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
