"""What the areas of clues and cases rest on; in which system a file of patches is, as its sender says."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A new database is made by 0001 as the tables are today; there this finds its work done.
    for table in ("clue", '"case"'):
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS basis jsonb")
    op.execute("ALTER TABLE clue_import ADD COLUMN IF NOT EXISTS stated_crs text")


def downgrade() -> None:
    raise NotImplementedError("the log is kept; restore a backup instead")
