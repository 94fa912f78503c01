"""Identities of parties: sealed by column, masked beside."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE IF NOT EXISTS party_identity (
            id uuid PRIMARY KEY, version integer NOT NULL, division_code text NOT NULL, case_id uuid NOT NULL UNIQUE,
            case_no text NOT NULL, id_kind text NOT NULL, has_phone boolean NOT NULL, has_address boolean NOT NULL,
            recorded_at timestamptz NOT NULL, sealed_no text NOT NULL DEFAULT '', sealed_phone text NOT NULL DEFAULT '',
            sealed_address text NOT NULL DEFAULT '', masked_no text NOT NULL DEFAULT '',
            masked_phone text NOT NULL DEFAULT '', views integer NOT NULL DEFAULT 0)
        """
    )


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
