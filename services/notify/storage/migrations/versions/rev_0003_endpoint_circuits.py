"""How an endpoint does: its circuit, whether it is paused; notices of outages of agencies."""

from alembic import op

from services.notify.storage.tables import METADATA
from shared.outgoing.tables import add_operation_columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_operation_columns(op.get_bind())
    METADATA.tables["outage_notice"].create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
