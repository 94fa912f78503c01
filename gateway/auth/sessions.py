"""Being logged in: sessions of whoever has proven who they are, however they did. Blocks: use a thread."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from gateway.auth import account_log, accounts
from gateway.auth.accounts import Account
from gateway.auth.codes import AccountAct, AccountDuty, LoginMethod
from gateway.auth.errors import RefreshRefused
from gateway.auth.policy import Policy
from gateway.auth.tokens import LIFETIME_S, AccessTokens
from gateway.storage.tables import account, session
from shared.clock import Clock
from shared.errors import NotFound
from shared.ids import new_id
from shared.principal import Actor

_MOST_CLIENT = 200


@dataclass(frozen=True)
class Source:
    """Where somebody logs in from. address: of the network. client: what the program says of itself."""

    address: str
    client: str


@dataclass(frozen=True)
class Granted:
    """Of a session by bearer. refresh_token: shown once, None for systems. refresh_until: when it ends at last."""

    session_id: UUID
    access_token: str
    refresh_token: str | None
    refresh_until: datetime | None
    duties: tuple[AccountDuty, ...] = ()


@dataclass(frozen=True)
class Opened:
    """Of a session by cookie. token: the cookie's value, shown once. until: when it ends at the latest."""

    id: UUID
    token: str
    until: datetime
    duties: tuple[AccountDuty, ...]


@dataclass(frozen=True)
class Standing:
    """Who is in, while they are. session_id: None in tokens that no login gave. duties: before anything else."""

    account: Account
    session_id: UUID | None
    expires_at: datetime
    duties: tuple[AccountDuty, ...]


@dataclass(frozen=True)
class Session:
    """One of an account's open sessions, as its owner sees it."""

    id: UUID
    method: LoginMethod
    by_cookie: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    client: str


class Sessions:
    def __init__(self, engine: Engine, tokens: AccessTokens, clock: Clock, policy: Policy) -> None:
        self._engine = engine
        self._tokens = tokens
        self._clock = clock
        self.policy = policy

    def grant(self, owner: Account, method: LoginMethod, source: Source) -> Granted:
        """A session by bearer for whoever has proven to be the owner."""
        if owner.is_system:
            # Its tokens end with a session, so that they end with a reset of its secret too.
            opened = self._open(owner, method, source, timedelta(seconds=LIFETIME_S), by_cookie=False)
            return Granted(opened.id, self._tokens.issue(owner.id, opened.id), None, None)
        opened = self._open(owner, method, source, self.policy.session_for, by_cookie=False)
        access = self._tokens.issue(owner.id, opened.id)
        return Granted(opened.id, access, opened.token, opened.until, opened.duties)

    def open(self, owner: Account, method: LoginMethod, source: Source) -> Opened:
        """A session by cookie, for the console, for whoever has proven to be the owner."""
        return self._open(owner, method, source, self.policy.session_for, by_cookie=True)

    def refresh(self, refresh_token: str) -> Granted:
        """A new pair for a refresh token, which is spent by it; shown twice it ends the session.

        Raises RefreshRefused.
        """
        shown, fresh, now = _digest(refresh_token), _fresh_token(), self._clock.now()
        with self._engine.begin() as connection:
            renewed = connection.execute(
                sa.update(session)
                .where(session.c.refresh_digest == shown, session.c.by_cookie.is_(False), *self._good(now))
                .values(refresh_digest=_digest(fresh), spent_digest=shown, last_used_at=now)
                .returning(session.c.id, session.c.account_id, session.c.expires_at, session.c.method)
            ).one_or_none()
            if renewed is None:
                _end_copied(connection, shown, now)
            else:
                owner = accounts.by_id(connection, renewed.account_id)
                if owner.disabled_at is None:
                    access = self._tokens.issue(owner.id, renewed.id)
                    duties = self._duties(owner, LoginMethod(renewed.method))
                    return Granted(renewed.id, access, fresh, renewed.expires_at, duties)
        raise RefreshRefused

    def touch(self, account_id: UUID, session_id: UUID) -> Standing | None:
        """Whose session it is, which is in use now; None when it or the account has ended, or it was idle too long."""
        return self._touch((session.c.id == session_id) & (session.c.account_id == account_id))

    def touch_cookie(self, token: str) -> Standing | None:
        """As touch(), by the value of a cookie."""
        return self._touch((session.c.refresh_digest == _digest(token)) & session.c.by_cookie)

    def is_open(self, account_id: UUID, session_id: UUID) -> bool:
        """As touch(), without being a use of it: an open stream keeps nobody in."""
        asked = sa.select(session.c.id).where(
            session.c.id == session_id,
            *self._good(self._clock.now()),
            account.c.id == account_id,
            session.c.account_id == account.c.id,
            account.c.disabled_at.is_(None),
        )
        with self._engine.connect() as connection:
            return connection.execute(asked).one_or_none() is not None

    def log_out(self, session_id: UUID) -> None:
        """End one session; its access tokens end within the minute."""
        now = self._clock.now()
        with self._engine.begin() as connection:
            _revoke(connection, now, session.c.id == session_id)

    def of(self, account_id: UUID) -> list[Session]:
        """The open sessions of an account, last used first."""
        asked = (
            sa.select(*(session.c[name] for name in Session.__dataclass_fields__))
            .where(session.c.account_id == account_id, *self._good(self._clock.now()))
            .order_by(session.c.last_used_at.desc(), session.c.id)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(asked).mappings().all()
        return [Session(**{**row, "method": LoginMethod(row["method"])}) for row in rows]

    def end(self, account_id: UUID, session_id: UUID) -> None:
        """End one of one's own. Raises NotFound."""
        with self._engine.begin() as connection:
            mine = (session.c.id == session_id) & (session.c.account_id == account_id)
            if not connection.execute(sa.select(session.c.id).where(mine)).one_or_none():
                raise NotFound
            _revoke(connection, self._clock.now(), mine)

    def revoke_all(self, account_id: UUID, by: Actor) -> int:
        """End every session of an account, and say how many were open. Raises NotFound."""
        now = self._clock.now()
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id)
            ended = accounts.end_sessions(connection, account_id, now)
            account_log.record(connection, AccountAct.SESSIONS_REVOKED, account_id, held.login, now, by, sessions=ended)
        return ended

    def _open(
        self, owner: Account, method: LoginMethod, source: Source, lasts: timedelta, *, by_cookie: bool
    ) -> Opened:
        now, session_id, token = self._clock.now(), new_id(), _fresh_token()
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(session).values(
                    id=session_id,
                    account_id=owner.id,
                    refresh_digest=_digest(token),
                    created_at=now,
                    last_used_at=now,
                    expires_at=now + lasts,
                    method=method,
                    by_cookie=by_cookie,
                    address=source.address,
                    client=source.client[:_MOST_CLIENT],
                )
            )
            if not owner.is_system:  # which logs in every quarter of an hour
                account_log.record(
                    connection,
                    AccountAct.LOGGED_IN,
                    owner.id,
                    owner.login,
                    now,
                    owner.actor,
                    method=str(method),
                    address=source.address,
                )
            connection.execute(sa.delete(session).where(session.c.expires_at < now - self.policy.session_for))
        return Opened(session_id, token, now + lasts, self._duties(owner, method))

    def _touch(self, which: sa.ColumnElement[bool]) -> Standing | None:
        now = self._clock.now()
        with self._engine.begin() as connection:
            used = connection.execute(
                sa.update(session)
                .where(which, *self._good(now), session.c.account_id == account.c.id, account.c.disabled_at.is_(None))
                .values(last_used_at=now)
                .returning(*(session.c[name] for name in ("id", "account_id", "method", "expires_at")))
            ).one_or_none()
            if used is None:
                return None
            owner, method = accounts.by_id(connection, used.account_id), LoginMethod(used.method)
        return Standing(owner, used.id, used.expires_at, self._duties(owner, method))

    def _good(self, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
        """Neither ended, nor over, nor unused for too long."""
        return (
            session.c.revoked_at.is_(None),
            session.c.expires_at > now,
            session.c.last_used_at > now - self.policy.idle_for,
        )

    def _duties(self, owner: Account, method: LoginMethod) -> tuple[AccountDuty, ...]:
        return self.policy.duties(owner.roles, method, must_change=owner.must_change, second_factor=owner.second_factor)


def _revoke(connection: Connection, now: datetime, which: sa.ColumnElement[bool]) -> None:
    connection.execute(sa.update(session).where(which, session.c.revoked_at.is_(None)).values(revoked_at=now))


def _end_copied(connection: Connection, shown: bytes, now: datetime) -> None:
    """A spent token shown again: either its owner or a thief has an old copy; neither goes on."""
    _revoke(connection, now, session.c.spent_digest == shown)


def _fresh_token() -> str:
    return secrets.token_urlsafe(32)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
