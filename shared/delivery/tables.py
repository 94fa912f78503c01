"""Tables of the kernel, the same in every service's database (reliability.md 2)."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

KERNEL = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)

event_log = sa.Table(
    "event_log",
    KERNEL,
    sa.Column("event_id", _uuid, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("aggregate_type", sa.Text, nullable=False),
    sa.Column("aggregate_id", _uuid, nullable=False),
    sa.Column("aggregate_seq", sa.Integer, nullable=False),
    sa.Column("audience", sa.Text, nullable=False, comment="12-digit division code: where it belongs"),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("actor_name", sa.Text, nullable=False),
    sa.Column("correlation_id", sa.Text, nullable=False),
    sa.Column("causation_id", sa.Text),
    sa.Column("occurred_at", _instant, nullable=False),
    sa.Column("payload", pg.JSONB, nullable=False),
    sa.UniqueConstraint("aggregate_id", "aggregate_type", "aggregate_seq", name="event_log_aggregate"),
    sa.Index("event_log_correlation", "correlation_id"),
)

# No foreign keys to event_log: it is insert-only, so a reference cannot dangle, and the check cost each event a query.
outbox = sa.Table(
    "outbox",
    KERNEL,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("event_id", _uuid, nullable=False),
)

log_order = sa.Table(
    "log_order",
    KERNEL,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", _uuid, nullable=False, unique=True),
    sa.Column("log_id", _uuid, nullable=False, comment="the log's identity when it was numbered; part of the hash"),
    sa.Column("previous", sa.BigInteger, comment="position of the former event of the same aggregate"),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

log_head = sa.Table(
    "log_head",
    KERNEL,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    sa.Column("log_id", _uuid, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("published", sa.BigInteger, nullable=False),
)

feed_cursor = sa.Table(
    "feed_cursor",
    KERNEL,
    sa.Column("consumer", sa.Text, primary_key=True),
    sa.Column("producer", sa.Text, primary_key=True),
    sa.Column("log_id", _uuid),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="running, forked, or accepting: looks for the fork to go on"),
)

inbox = sa.Table(
    "inbox",
    KERNEL,
    sa.Column("consumer", sa.Text, primary_key=True),
    sa.Column("producer", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("event_id", _uuid, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False, comment="applied, skipped or parked"),
    sa.Column("at", _instant, nullable=False, server_default=sa.func.now()),
)

# Outcomes of positions of a log that was given up (reliability.md R8): what was done, though its cause is gone.
inbox_superseded = sa.Table(
    "inbox_superseded",
    KERNEL,
    sa.Column("consumer", sa.Text, primary_key=True),
    sa.Column("producer", sa.Text, primary_key=True),
    sa.Column("log_id", _uuid, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    # A log restored without a new identity has several events at one place, one after the other.
    sa.Column("event_id", _uuid, primary_key=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("at", _instant, nullable=False),
    sa.Column("superseded_at", _instant, nullable=False, server_default=sa.func.now()),
)

attempt = sa.Table(
    "attempt",
    KERNEL,
    sa.Column("consumer", sa.Text, primary_key=True),
    sa.Column("producer", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, comment="null while no try ended: the process died in it"),
    sa.Column("next_at", _instant, nullable=False),
)

parked = sa.Table(
    "parked",
    KERNEL,
    sa.Column("consumer", sa.Text, primary_key=True),
    sa.Column("producer", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("aggregate_id", _uuid, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("at", _instant, nullable=False, server_default=sa.func.now()),
    sa.Column("envelope", pg.JSONB, nullable=False),
    sa.Column("status", sa.Text, sa.CheckConstraint("status in ('open', 'replayed', 'discarded')"), nullable=False),
    sa.Column("decided_by", sa.Text),
    sa.Column("decision", sa.Text),
    sa.Column("dead_letter_id", _uuid, nullable=False, unique=True),
    sa.Index("parked_aggregate", "consumer", "producer", "aggregate_id"),
)

dead_letter = sa.Table(
    "dead_letter",
    KERNEL,
    sa.Column("id", _uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False, comment="12-digit division code"),
    sa.Column(
        "kind", sa.Text, nullable=False, comment="parked_event, refused_message, exhausted_delivery, forked_feed"
    ),
    sa.Column("status", sa.Text, nullable=False, comment="open, discard_proposed, settled, discarded"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("error", sa.Text, comment="kind and place of the error, no content"),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("times", sa.Integer, nullable=False, server_default="1", comment="how often it came while it was open"),
    sa.Column("producer", sa.Text),
    sa.Column("position", sa.BigInteger),
    sa.Column("event_type", sa.Text),
    sa.Column("subject_id", _uuid, comment="the aggregate of a parked event, the subject of a delivery"),
    sa.Column("party", sa.Text, comment="of an exhausted delivery"),
    sa.Column("opened_at", _instant, nullable=False),
    sa.Column("last_at", _instant, comment="when it last came again"),
    sa.Column("excerpt", sa.Text, comment="beginning of a refused message, as Python repr; shown in no list"),
    sa.Column("proposed_by", sa.Text),
    sa.Column("proposed_reason", sa.Text),
    sa.Column("decided_by", sa.Text),
    sa.Column("decided_at", _instant),
    sa.Column("decision", sa.Text, comment="how it was settled, or why it was discarded"),
    sa.Index("dead_letter_newest", "opened_at", "id"),
    sa.Index("dead_letter_open", "kind", postgresql_where=sa.text("status IN ('open', 'discard_proposed')")),
)

idempotency = sa.Table(
    "idempotency",
    KERNEL,
    sa.Column("principal", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_hash", sa.Text, nullable=False),
    sa.Column("response", pg.JSONB, nullable=False),
    sa.Column("at", _instant, nullable=False, server_default=sa.func.now()),
)

# What the service role may only add to and read (reliability.md 2).
APPEND_ONLY = (event_log, log_order, inbox_superseded)
