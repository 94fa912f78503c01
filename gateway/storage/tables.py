"""Tables of identity: accounts and their rights, sessions, what proves who somebody is, and the log of all that."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

METADATA = sa.MetaData()

account = sa.Table(
    "account",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("login", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("org_code", sa.Text, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("disabled_at", sa.DateTime(timezone=True)),
    # Somebody else knows the password: its owner changes it before anything else.
    sa.Column("must_change", sa.Boolean, nullable=False, server_default=sa.false()),
)

# The digests of former passwords, the present one among them; none of the last few may come again.
password_history = sa.Table(
    "password_history",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
)

# The secret of RFC 6238, sealed; in force once a first code of it was shown.
second_factor = sa.Table(
    "second_factor",
    METADATA,
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("confirmed_at", sa.DateTime(timezone=True)),
    # The last time step whose code was taken: neither it nor an earlier one is taken again.
    sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
)

# One-time codes for who has lost the device.
recovery_code = sa.Table(
    "recovery_code",
    METADATA,
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("used_at", sa.DateTime(timezone=True)),
)

# A grant of rights: proposed by one, approved by another where it is large. It replaces what the account had.
rights_grant = sa.Table(
    "rights_grant",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("org_code", sa.Text, nullable=False),
    sa.Column("jurisdiction", sa.Text, nullable=False),
    sa.Column("grounds", ARRAY(sa.Text), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("decided_by", sa.Uuid, sa.ForeignKey("account.id")),
    sa.Column("decided_at", sa.DateTime(timezone=True)),
    sa.Column("decision_reason", sa.Text),
    sa.Index("rights_grant_open", "account_id", unique=True, postgresql_where=sa.text("state = 'proposed'")),
    sa.Index("rights_grant_by_time", "proposed_at", "id"),
)

# One login. By bearer it is held by a refresh token that changes with every use, by cookie by one token; of either only
# the digest is stored. Of a system's refresh token nobody is told.
session = sa.Table(
    "session",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("refresh_digest", sa.LargeBinary, nullable=False, unique=True),
    # The token before: whoever shows it again has a copy, so the session ends.
    sa.Column("spent_digest", sa.LargeBinary, unique=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("method", sa.Text, nullable=False, server_default="password"),
    sa.Column("by_cookie", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("address", sa.Text, nullable=False, server_default=""),
    sa.Column("client", sa.Text, nullable=False, server_default=""),
)

# Who did what to which account, append-only; no foreign keys, for it outlives what it tells of.
account_log = sa.Table(
    "account_log",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("account_id", sa.Uuid, nullable=False, index=True),
    sa.Column("login", sa.Text, nullable=False),
    # Of whoever acted; null for what happens before anybody is known, and for what the machine's owner seeds.
    sa.Column("by_id", sa.Uuid),
    sa.Column("by_name", sa.Text),
    sa.Column("facts", JSONB, nullable=False),
)

# By digest of the login typed, whether or not it exists: nothing tells the two apart. By digest of an address too.
login_attempts = sa.Table(
    "login_attempts",
    METADATA,
    sa.Column("login_digest", sa.LargeBinary, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("locked_until", sa.DateTime(timezone=True)),
)

# The private address at which a person's calendar program reads; its token is stored as a digest.
calendar_feed = sa.Table(
    "calendar_feed",
    METADATA,
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
)
