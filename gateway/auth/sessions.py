"""Logging in and staying logged in. Everything here blocks: async callers use a thread."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert

from gateway.auth import accounts, passwords
from gateway.auth.errors import LoginRefused, RefreshRefused
from gateway.auth.lockout import LOCK_FOR, Attempts
from gateway.auth.tokens import LIFETIME_S, AccessTokens
from gateway.storage.tables import login_attempts, password_reset, session
from shared.clock import Clock
from shared.ids import new_id
from shared.principal import Actor

SESSION_FOR = timedelta(hours=12)
_FORGET_AFTER = 2 * LOCK_FOR


@dataclass(frozen=True)
class Granted:
    """refresh_token: shown once, None for systems. refresh_until: when the session ends at the latest."""

    access_token: str
    refresh_token: str | None
    refresh_until: datetime | None
    session_id: UUID


class Sessions:
    def __init__(self, engine: Engine, tokens: AccessTokens, clock: Clock) -> None:
        self._engine = engine
        self._tokens = tokens
        self._clock = clock

    def log_in(self, login: str, password: str) -> Granted:
        """Password grant, for persons. Raises LoginRefused, whatever was wrong."""
        found = self._prove(login, password)
        if found.is_system:
            raise LoginRefused
        return self.admit(found)

    def admit(self, person: accounts.Account) -> Granted:
        """A session for a person who has proven who they are, here or at a provider."""
        refresh = _fresh_token()
        session_id, until = self._open(person.id, refresh, SESSION_FOR)
        return Granted(self._tokens.issue(person.id, session_id), refresh, until, session_id)

    def log_in_system(self, client_id: str, client_secret: str) -> Granted:
        """Client credentials grant, for agency systems. Raises LoginRefused, whatever was wrong."""
        found = self._prove(client_id, client_secret)
        if not found.is_system:
            raise LoginRefused
        # Its tokens end with a session, so that they end with a reset of its secret too.
        session_id, _ = self._open(found.id, _fresh_token(), timedelta(seconds=LIFETIME_S))
        return Granted(self._tokens.issue(found.id, session_id), None, None, session_id)

    def refresh(self, refresh_token: str) -> Granted:
        """A new pair for a refresh token, which is spent by it; shown twice it ends the session.

        Raises RefreshRefused.
        """
        shown, fresh, now = _digest(refresh_token), _fresh_token(), self._clock.now()
        with self._engine.begin() as connection:
            renewed = connection.execute(
                sa.update(session)
                .where(session.c.refresh_digest == shown, session.c.revoked_at.is_(None), session.c.expires_at > now)
                .values(refresh_digest=_digest(fresh), spent_digest=shown)
                .returning(session.c.id, session.c.account_id, session.c.expires_at)
            ).one_or_none()
            if renewed is None:
                _end_copied(connection, shown, now)
            elif accounts.by_id(connection, renewed.account_id).disabled_at is None:
                access = self._tokens.issue(renewed.account_id, renewed.id)
                return Granted(access, fresh, renewed.expires_at, renewed.id)
        raise RefreshRefused

    def log_out(self, session_id: UUID) -> None:
        """End one session; its access tokens end within the minute."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(session)
                .where(session.c.id == session_id, session.c.revoked_at.is_(None))
                .values(revoked_at=self._clock.now())
            )

    def reset_password(self, account_id: UUID, password_hash: str, by: Actor) -> accounts.Account:
        """A new password; the sessions of the account end, its login is not locked any more, and it is kept who did it.

        Raises NotFound, AccountDisabled.
        """
        now = self._clock.now()
        with self._engine.begin() as connection:
            found = accounts.renew(connection, account_id, password_hash)
            connection.execute(
                sa.update(session)
                .where(session.c.account_id == account_id, session.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
            connection.execute(sa.delete(login_attempts).where(login_attempts.c.login_digest == _digest(found.login)))
            connection.execute(
                sa.insert(password_reset).values(account_id=account_id, reset_by=UUID(by.account_id), reset_at=now)
            )
        return found

    def _open(self, account_id: UUID, refresh: str, lasts: timedelta) -> tuple[UUID, datetime]:
        """A new session and when it ends."""
        now, session_id = self._clock.now(), new_id()
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(session).values(
                    id=session_id,
                    account_id=account_id,
                    refresh_digest=_digest(refresh),
                    created_at=now,
                    expires_at=now + lasts,
                )
            )
            connection.execute(sa.delete(session).where(session.c.expires_at < now - SESSION_FOR))
        return session_id, now + lasts

    def _prove(self, login: str, password: str) -> accounts.Account:
        """The same work for a login that does not exist, is locked or disabled as for one with a wrong password."""
        login = login.strip().lower()
        key = _digest(login)
        with self._engine.begin() as connection:
            allowed = _begin_attempt(connection, key, self._clock.now())
            found = accounts.by_login(connection, login)
        right = passwords.matches(password, found[1] if found else None)
        if found is None or not (allowed and right) or found[0].disabled_at is not None:
            raise LoginRefused
        with self._engine.begin() as connection:
            connection.execute(sa.delete(login_attempts).where(login_attempts.c.login_digest == key))
        return found[0]


def _begin_attempt(connection: Connection, key: bytes, now: datetime) -> bool:
    connection.execute(
        insert(login_attempts).values(login_digest=key, failures=0, last_at=now).on_conflict_do_nothing()
    )
    row = connection.execute(
        sa.select(login_attempts).where(login_attempts.c.login_digest == key).with_for_update()
    ).one()
    begun, allowed = Attempts(row.failures, row.last_at, row.locked_until).begin(now)
    connection.execute(
        sa.update(login_attempts)
        .where(login_attempts.c.login_digest == key)
        .values(failures=begun.failures, last_at=begun.last_at or now, locked_until=begun.locked_until)
    )
    # Logins that do not exist leave rows too.
    forgotten = sa.select(login_attempts.c.login_digest).where(login_attempts.c.last_at < now - _FORGET_AFTER)
    connection.execute(
        sa.delete(login_attempts).where(
            login_attempts.c.login_digest.in_(forgotten.limit(100).with_for_update(skip_locked=True))
        )
    )
    return allowed


def _end_copied(connection: Connection, shown: bytes, now: datetime) -> None:
    """A spent token shown again: either its owner or a thief has an old copy; neither goes on."""
    connection.execute(
        sa.update(session).where(session.c.spent_digest == shown, session.c.revoked_at.is_(None)).values(revoked_at=now)
    )


def _fresh_token() -> str:
    return secrets.token_urlsafe(32)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
