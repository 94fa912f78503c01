"""Rules as dated data: shipped rows, edited rules with their rows, and the number of their last change."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CHANGED = """
CREATE FUNCTION tianwei_rules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rule_revision SET revision = revision + 1 WHERE id = 1;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    uuid = pg.UUID(as_uuid=True)
    op.create_table(
        "rule_seed",
        sa.Column("row_id", uuid, primary_key=True),
        sa.Column("register", sa.Text, nullable=False, comment="RuleRegister"),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False, comment="of the row as shipped"),
        *_row(),
    )
    op.create_index("rule_seed_key", "rule_seed", ["register", "key"])
    op.create_table(
        "rule",
        sa.Column("id", uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("division_code", sa.Text, nullable=False),
        sa.Column("register", sa.Text, nullable=False, comment="RuleRegister"),
        sa.Column("key", sa.Text, nullable=False),
        sa.UniqueConstraint("register", "key", name="rule_key"),
    )
    op.create_table(
        "rule_row",
        sa.Column("row_id", uuid, primary_key=True),
        sa.Column("rule_id", uuid, nullable=False),
        *_row(),
    )
    op.create_index("rule_row_rule", "rule_row", ["rule_id"])
    op.create_table(
        "rule_revision",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.execute("INSERT INTO rule_revision (id, revision) VALUES (1, 0)")
    op.execute(_CHANGED)
    for table in ("rule_seed", "rule", "rule_row"):
        op.execute(
            f"CREATE TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION tianwei_rules_changed()"
        )


def downgrade() -> None:
    raise NotImplementedError("rules that were edited are kept; restore a backup instead")


def _row() -> list[sa.Column[Any]]:
    instant = sa.TIMESTAMP(timezone=True)
    return [
        sa.Column("value", pg.JSONB, nullable=False, comment="shared/contracts/rule_values.py"),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, comment="last day; null: until further notice"),
        sa.Column("mark", sa.Text, nullable=False, comment="law, custom, order"),
        sa.Column("unsure", sa.Boolean, nullable=False),
        sa.Column("source", pg.JSONB, nullable=False, comment="RuleSource"),
        sa.Column("origin", sa.Text, nullable=False, comment="seed, edit"),
        sa.Column("recorded_at", instant, nullable=False),
        sa.Column("superseded_at", instant, comment="null: believed now"),
    ]
