"""Tables beside the clue: proposals that two are one, clues to be looked at for them, who reported."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

METADATA = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)

clue_duplicate = sa.Table(
    "clue_duplicate",
    METADATA,
    sa.Column("id", _uuid, primary_key=True, comment="derived from the two clues: a pair is proposed once"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="DuplicateKind"),
    sa.Column("state", sa.Text, nullable=False, comment="DuplicateState"),
    sa.Column("clue_id", _uuid, nullable=False, comment="the newer"),
    sa.Column("clue_no", sa.Text, nullable=False),
    sa.Column("other_id", _uuid, nullable=False, comment="the older"),
    sa.Column("other_no", sa.Text, nullable=False),
    sa.Column("item_id", _uuid, comment="of a rebound: the struck-off item"),
    sa.Column("item_no", sa.Text),
    sa.Column("grounds", pg.JSONB, nullable=False),
    sa.Column("facts", pg.JSONB, nullable=False),
    sa.Column("into_id", _uuid, comment="of a link: the clue that goes on"),
    sa.Column("proposed_at", _instant, nullable=False),
    sa.Column("decided_at", _instant),
    sa.Column("decided_by", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Index("clue_duplicate_newest", sa.text("proposed_at DESC"), sa.text("id DESC")),
    sa.Index("clue_duplicate_clue", "clue_id"),
    sa.Index("clue_duplicate_other", "other_id"),
)

# No projection: what waits here was asked for in the transaction of its cause, and goes when it was looked at.
clue_check = sa.Table(
    "clue_check",
    METADATA,
    sa.Column("clue_id", _uuid, primary_key=True),
    sa.Column("asked_at", _instant, nullable=False, server_default=sa.func.now()),
    sa.Column("lease_until", _instant),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Index("clue_check_waiting", "asked_at"),
)

# What the log must never hold lies in `sealed` and `replies`, under the secrets key of this service.
clue_reporter = sa.Table(
    "clue_reporter",
    METADATA,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("division_code", sa.Text, nullable=False),
    sa.Column("clue_id", _uuid, nullable=False, unique=True),
    sa.Column("clue_no", sa.Text, nullable=False),
    sa.Column("received_by", sa.Text, nullable=False, comment="account of the clerk who alone may see it"),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("received_at", _instant, nullable=False),
    sa.Column("sealed", sa.Text, nullable=False, server_default=""),
    sa.Column("replies", sa.Text, nullable=False, server_default=""),
    sa.Column("views", sa.Integer, nullable=False, server_default="0"),
    sa.Column("told_at", _instant),
    sa.Column("told_outcome", sa.Text),
)
