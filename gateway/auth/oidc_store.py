"""What the house keeps of sign-on by providers: logins begun, sessions that came by it, and whose identity is whose.

Everything here blocks: async callers use a thread.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from gateway.auth import accounts
from gateway.auth.accounts import Account
from gateway.auth.oidc_tokens import LEEWAY_S, LoggedOut, Person
from gateway.storage.oidc_tables import oidc_identity, oidc_login, oidc_session
from gateway.storage.tables import session

LOGIN_FOR = timedelta(minutes=10)
PERSON, SYSTEM = "person", "system"


@dataclass(frozen=True)
class Begun:
    """A login under way. browser: digest of what its cookie holds."""

    state: bytes
    browser: bytes
    provider: str
    return_to: str


class SignOnStore:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, login: Begun, now: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(oidc_login).values(
                    state_digest=login.state,
                    browser_digest=login.browser,
                    provider=login.provider,
                    return_to=login.return_to,
                    expires_at=now + LOGIN_FOR,
                )
            )
            old = sa.select(oidc_login.c.state_digest).where(oidc_login.c.expires_at < now)
            connection.execute(
                sa.delete(oidc_login).where(
                    oidc_login.c.state_digest.in_(old.limit(100).with_for_update(skip_locked=True))
                )
            )

    def take(self, state: bytes, browser: bytes, provider: str, now: datetime) -> str | None:
        """Where this login wanted to go: once, for its own browser and provider. Others find and end nothing."""
        with self._engine.begin() as connection:
            return connection.scalar(
                sa.delete(oidc_login)
                .where(
                    oidc_login.c.state_digest == state,
                    oidc_login.c.browser_digest == browser,
                    oidc_login.c.provider == provider,
                    oidc_login.c.expires_at > now,
                )
                .returning(oidc_login.c.return_to)
            )

    def holder(self, issuer: str, kind: str, subject: str) -> Account | None:
        """Whose identity it is, by a link that a second person let in; the account may have ended."""
        with self._engine.connect() as connection:
            found = connection.scalar(
                sa.select(oidc_identity.c.account_id).where(
                    oidc_identity.c.issuer == issuer,
                    oidc_identity.c.kind == kind,
                    oidc_identity.c.subject == subject,
                    oidc_identity.c.confirmed_at.is_not(None),
                    oidc_identity.c.ended_at.is_(None),
                )
            )
            return None if found is None else accounts.by_id(connection, found)

    def came(self, session_id: UUID, provider: str, issuer: str, person: Person) -> None:
        """A session that a provider vouched for."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(oidc_session).values(
                    session_id=session_id, provider=provider, issuer=issuer, subject=person.subject, sid=person.sid
                )
            )

    def provider_of(self, session_id: UUID) -> str | None:
        """By which provider a session came."""
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(oidc_session.c.provider).where(oidc_session.c.session_id == session_id))

    def end_sessions(self, issuer: str, out: LoggedOut, now: datetime) -> set[UUID]:
        """The accounts whose sessions ended. A notice shown again ends no session that began after it."""
        whose = oidc_session.c.sid == out.sid if out.sid is not None else oidc_session.c.subject == out.subject
        if out.sid is not None and out.subject is not None:
            whose = sa.and_(whose, oidc_session.c.subject == out.subject)
        meant = sa.select(oidc_session.c.session_id).where(oidc_session.c.issuer == issuer, whose)
        latest = sa.func.to_timestamp(out.issued_at + LEEWAY_S)
        with self._engine.begin() as connection:
            return set(
                connection.scalars(
                    sa.update(session)
                    .where(session.c.id.in_(meant), session.c.revoked_at.is_(None), session.c.created_at <= latest)
                    .values(revoked_at=now)
                    .returning(session.c.account_id)
                )
            )


def end_sessions_by(connection: Connection, issuer: str, subject: str, account_id: UUID, now: datetime) -> None:
    """End what an identity opened."""
    came = sa.select(oidc_session.c.session_id).where(
        oidc_session.c.issuer == issuer, oidc_session.c.subject == subject
    )
    connection.execute(
        sa.update(session)
        .where(session.c.id.in_(came), session.c.account_id == account_id, session.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
