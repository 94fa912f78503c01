"""Tables of signing in at OpenID providers: whose identity is whose, logins under way, sessions that came by it."""

import sqlalchemy as sa

from gateway.storage.tables import METADATA

# One identity of a provider, one account. Rows stay when a link ends.
oidc_identity = sa.Table(
    "oidc_identity",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("issuer", sa.Text, nullable=False),
    # person: subject is the sub of id tokens; system: it is a client. A person may choose a client's name as sub.
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("confirmed_by", sa.Uuid, sa.ForeignKey("account.id")),
    sa.Column("confirmed_at", sa.DateTime(timezone=True)),
    sa.Column("ended_by", sa.Uuid, sa.ForeignKey("account.id")),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    sa.CheckConstraint("confirmed_by <> proposed_by AND confirmed_by <> account_id", name="oidc_identity_two_persons"),
    sa.Index(
        "oidc_identity_open", "issuer", "kind", "subject", unique=True, postgresql_where=sa.text("ended_at IS NULL")
    ),
)

# A login that has gone to its provider; taken when it comes back. What would open it is in the browser alone.
oidc_login = sa.Table(
    "oidc_login",
    METADATA,
    sa.Column("state_digest", sa.LargeBinary, primary_key=True),
    sa.Column("browser_digest", sa.LargeBinary, nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("return_to", sa.Text, nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
)

# By which provider's word a session began, so that the provider can end it. sid: the provider's own session.
oidc_session = sa.Table(
    "oidc_session",
    METADATA,
    sa.Column("session_id", sa.Uuid, sa.ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("sid", sa.Text),
    sa.Index("oidc_session_subject", "issuer", "subject"),
    sa.Index("oidc_session_sid", "issuer", "sid"),
)
