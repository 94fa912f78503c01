"""Tables of the rules: what is shipped, what people edited, and the number that tells every process of a change."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)


def _row() -> list[sa.Column[Any]]:
    """A row in both times: it holds from day to day, and is believed from one instant to another."""
    return [
        sa.Column("value", pg.JSONB, nullable=False, comment="shared/contracts/rule_values.py"),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, comment="last day; null: until further notice"),
        sa.Column("mark", sa.Text, nullable=False, comment="law, custom, order"),
        sa.Column("unsure", sa.Boolean, nullable=False),
        sa.Column("source", pg.JSONB, nullable=False, comment="RuleSource"),
        sa.Column("origin", sa.Text, nullable=False, comment="seed, edit"),
        sa.Column("recorded_at", _instant, nullable=False),
        sa.Column("superseded_at", _instant, comment="null: believed now"),
    ]


# Rows of the files of each release. Whole keys of it rest as soon as people have edited them.
rule_seed = sa.Table(
    "rule_seed",
    METADATA,
    sa.Column("row_id", _uuid, primary_key=True),
    sa.Column("register", sa.Text, nullable=False, comment="RuleRegister"),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, comment="of the row as shipped"),
    *_row(),
    sa.Index("rule_seed_key", "register", "key"),
)

# Rules that people have edited. Follows from the log.
rule = sa.Table(
    "rule",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("register", sa.Text, nullable=False, comment="RuleRegister"),
    sa.Column("key", sa.Text, nullable=False),
    sa.UniqueConstraint("register", "key", name="rule_key"),
)

rule_row = sa.Table(
    "rule_row",
    METADATA,
    sa.Column("row_id", _uuid, primary_key=True),
    sa.Column("rule_id", _uuid, nullable=False),
    *_row(),
    sa.Index("rule_row_rule", "rule_id"),
)

# Moved by triggers on the three tables above, whoever writes them: one cheap read says whether a book is still true.
rule_revision = sa.Table(
    "rule_revision",
    METADATA,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
)
