"""Tables of identity: accounts, sessions (refresh tokens), attempts to log in."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

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
)

# One login; its refresh token is stored as a digest and changes with every use. Of a system's nobody is given one.
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
)

# Who set whose password anew, and when; rows stay.
password_reset = sa.Table(
    "password_reset",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("reset_by", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("reset_at", sa.DateTime(timezone=True), nullable=False),
)

# By digest of the login typed, whether or not it exists: nothing tells the two apart.
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
