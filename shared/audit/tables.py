"""Tables of the audit, the same in every database of the house: of a service, and of the gateway."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

AUDIT = sa.MetaData()

_uuid = pg.UUID(as_uuid=True)
_instant = sa.TIMESTAMP(timezone=True)

# No foreign keys: an entry outlives what it tells of.
audit_entry = sa.Table(
    "audit_entry",
    AUDIT,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_id", _uuid, nullable=False, unique=True, comment="UUIDv7: of the instant"),
    sa.Column("log_id", _uuid, nullable=False, comment="the chain's identity; part of the hash"),
    sa.Column("prev_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("at", _instant, nullable=False, comment="of the machine's clock, never of a training clock"),
    sa.Column("actor", sa.Text, nullable=False, comment="account id; empty for who has not proved who it is"),
    sa.Column("actor_name", sa.Text, nullable=False),
    sa.Column("org_code", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, comment="read, export, unmasking, command, access"),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False, comment="done, denied, absent, refused, failed"),
    sa.Column("code", sa.Text, comment="of the error"),
    sa.Column("objects", pg.ARRAY(_uuid), nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("source", sa.Text, comment="address, where the gateway knows it"),
    sa.Column("times", sa.Integer, nullable=False, comment="more than 1: the same again and again by who is unknown"),
    sa.Index("audit_entry_actor", "actor", "entry_id"),
    sa.Index("audit_entry_objects", "objects", postgresql_using="gin"),
)

audit_head = sa.Table(
    "audit_head",
    AUDIT,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    sa.Column("log_id", _uuid, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)

# Signed checkpoints, as the gateway made them. Entries up to access_position are a closed segment.
audit_checkpoint = sa.Table(
    "audit_checkpoint",
    AUDIT,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", _instant, nullable=False),
    sa.Column("statement", sa.Text, nullable=False, comment="the very text that is signed"),
    sa.Column("public_key", sa.Text, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("alg", sa.Text, nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
    sa.Column("access_position", sa.BigInteger, comment="of this database's own chain; null when it was not asked"),
    sa.Column("access_hash", sa.Text),
    sa.Column("recorded_at", _instant, nullable=False, server_default=sa.func.now(), comment="set by a trigger"),
    sa.Index("audit_checkpoint_access", "access_position"),
)

# What the run-time role may only add to and read. Entries are forgotten by tianwei_audit_forget alone.
APPEND_ONLY = (audit_entry, audit_checkpoint)
