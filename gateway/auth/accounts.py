"""Accounts in the gateway's database. Everything here blocks: async callers use a thread."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert

from gateway.auth import account_log
from gateway.auth.codes import AccountAct
from gateway.auth.errors import LastAdministrator, LoginTaken, OwnAccount, ResetByAnother
from gateway.auth.rights import LargeGrants, Rights
from gateway.storage.tables import account, password_history, second_factor, session
from shared.clock import Clock
from shared.contracts.base import ListQuery, Page, View
from shared.contracts.codes import ADMINISTRATORS, Role
from shared.errors import NotFound, StaleVersion
from shared.paging import Listing, page
from shared.principal import Actor

V = TypeVar("V", bound=View)
# Between one person's resets of an account's two secrets.
_APART = timedelta(hours=24)

_HAS_FACTOR = (
    sa.exists()
    .where(second_factor.c.account_id == account.c.id, second_factor.c.confirmed_at.is_not(None))
    .label("second_factor")
)
COLUMNS = (*account.c, _HAS_FACTOR)
_LISTING = Listing(COLUMNS, keys=(account.c.login,), rising=True)


@dataclass(frozen=True)
class Account:
    """One who may log in. disabled_at: since when no more. must_change: the password is known to somebody else."""

    id: UUID
    login: str
    name: str
    roles: frozenset[Role]
    org_code: str
    jurisdiction: str
    version: int
    created_at: datetime
    disabled_at: datetime | None
    must_change: bool
    second_factor: bool

    @property
    def actor(self) -> Actor:
        return Actor(str(self.id), self.name, self.roles, self.org_code, self.jurisdiction)

    @property
    def rights(self) -> Rights:
        return Rights(self.roles, self.org_code, self.jurisdiction)

    @property
    def is_system(self) -> bool:
        return Role.AGENCY_SYSTEM in self.roles


@dataclass(frozen=True)
class NewAccount:
    login: str
    name: str
    roles: frozenset[Role]
    org_code: str
    jurisdiction: str

    @property
    def rights(self) -> Rights:
        return Rights(self.roles, self.org_code, self.jurisdiction)


class Accounts:
    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def create(self, new: NewAccount, password_hash: str, account_id: UUID, *, must_change: bool = False) -> Account:
        """An account with its roles, as the owner of the machine seeds it; over the API a grant gives them.

        The same one again for the same id and login. Raises LoginTaken, InvalidInput.
        """
        new.rights.check()
        with self._engine.begin() as connection:
            return add(
                connection, new, new.roles, password_hash, account_id, self._clock.now(), must_change=must_change
            )

    def existing(self, logins: Iterable[str]) -> set[str]:
        """Which of these logins there are."""
        with self._engine.connect() as connection:
            return set(connection.scalars(sa.select(account.c.login).where(account.c.login.in_(list(logins)))))

    def page(self, q: ListQuery, view: Callable[[Account], V]) -> Page[V]:
        """Accounts by login. Raises CursorInvalid."""
        with self._engine.connect() as connection:
            return page(_LISTING, (), q, connection, lambda rows: [view(read(row)) for row in rows])

    def disable(self, account_id: UUID, by: Actor, expected: int | None = None) -> Account:
        """End the account and all its sessions; ending it again changes nothing.

        Raises NotFound, StaleVersion, OwnAccount, LastAdministrator.
        """
        now = self._clock.now()
        with self._engine.begin() as connection:
            found = lock(connection, account_id, by, expected)
            if found.disabled_at is None:
                keep_an_administrator(connection, found, frozenset())
                change(connection, account_id, disabled_at=now)
                account_log.record(connection, AccountAct.DISABLED, account_id, found.login, now, by)
            end_sessions(connection, account_id, now)
            return by_id(connection, account_id)

    def active(self, account_id: UUID) -> Account | None:
        """The account while it has not been ended."""
        asked = sa.select(*COLUMNS).where(account.c.id == account_id, account.c.disabled_at.is_(None))
        with self._engine.connect() as connection:
            found = connection.execute(asked).mappings().one_or_none()
        return None if found is None else read(found)

    def ping(self) -> None:
        """Raise OperationalError when the database does not answer."""
        with self._engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))


# Within a transaction of whoever changes an account.


def add(
    connection: Connection,
    new: NewAccount,
    roles: frozenset[Role],
    password_hash: str,
    account_id: UUID,
    now: datetime,
    *,
    must_change: bool,
    by: Actor | None = None,
) -> Account:
    """The account with these roles; the same one again for the same id and login. Raises LoginTaken."""
    values = {
        "id": account_id,
        "login": new.login,
        "name": new.name,
        "roles": sorted(roles),
        "org_code": new.org_code,
        "jurisdiction": new.jurisdiction,
        "password_hash": password_hash,
        "must_change": must_change,
    }
    if connection.execute(insert(account).values(values).on_conflict_do_nothing()).rowcount:
        remember_password(connection, account_id, password_hash, now)
        account_log.record(connection, AccountAct.CREATED, account_id, new.login, now, by, roles=sorted(roles))
    found = by_login(connection, new.login)
    if found is None or found[0].id != account_id:
        raise LoginTaken(new.login)
    return found[0]


def by_login(connection: Connection, login: str) -> tuple[Account, str] | None:
    """The account and its password digest."""
    found = connection.execute(sa.select(*COLUMNS).where(account.c.login == login)).mappings().one_or_none()
    return None if found is None else (read(found), str(found["password_hash"]))


def by_id(connection: Connection, account_id: UUID) -> Account:
    return read(connection.execute(sa.select(*COLUMNS).where(account.c.id == account_id)).mappings().one())


def lock(connection: Connection, account_id: UUID, by: Actor | None = None, expected: int | None = None) -> Account:
    """The account, nobody else's to change until the transaction ends.

    by: who must not be its owner. expected: the version of If-Match. Raises NotFound, StaleVersion, OwnAccount.
    """
    asked = sa.select(*COLUMNS).where(account.c.id == account_id).with_for_update(of=account)
    row = connection.execute(asked).mappings().one_or_none()
    if row is None:
        raise NotFound
    if by is not None and str(account_id) == by.account_id:
        raise OwnAccount
    if expected is not None and expected != row["version"]:
        raise StaleVersion(expected, row["version"])
    return read(row)


def change(connection: Connection, account_id: UUID, **values: Any) -> None:
    """Values of columns; a new version."""
    connection.execute(
        sa.update(account).where(account.c.id == account_id).values(version=account.c.version + 1, **values)
    )


def set_password(connection: Connection, account_id: UUID, password_hash: str, now: datetime, *, known: bool) -> None:
    """known: to somebody else than its owner, who must change it first."""
    change(connection, account_id, password_hash=password_hash, must_change=known)
    remember_password(connection, account_id, password_hash, now)


def remember_password(connection: Connection, account_id: UUID, password_hash: str, now: datetime) -> None:
    connection.execute(sa.insert(password_history).values(account_id=account_id, digest=password_hash, set_at=now))


def end_sessions(connection: Connection, account_id: UUID, now: datetime, but: UUID | None = None) -> int:
    """How many were still open. but: one that stays."""
    ended = (
        sa.update(session)
        .where(session.c.account_id == account_id, session.c.revoked_at.is_(None), session.c.expires_at > now)
        .values(revoked_at=now)
    )
    return connection.execute(ended if but is None else ended.where(session.c.id != but)).rowcount


def require_another(connection: Connection, held: Account, by: Actor, did: AccountAct, now: datetime) -> None:
    """Raises ResetByAnother when `by` has lately reset the other secret of an account with large rights.

    With both one person could log in as its owner, and have alone what takes two to give.
    """
    if LargeGrants.load().is_large(held.rights) and account_log.has_done(connection, by, did, held.id, now - _APART):
        raise ResetByAnother(int(_APART.total_seconds() // 3600))


def keep_an_administrator(connection: Connection, held: Account, roles: frozenset[Role]) -> None:
    """Raises LastAdministrator when this account alone is one of the three, and would be no more."""
    for role in sorted(held.roles & ADMINISTRATORS - roles):
        # All of them are locked, in one order: two who take each other's role away do not both succeed.
        others = sa.select(account.c.id).where(
            account.c.roles.contains([role]), account.c.disabled_at.is_(None), account.c.id != held.id
        )
        if connection.execute(others.order_by(account.c.id).with_for_update()).first() is None:
            raise LastAdministrator(role)


def read(row: Mapping[Any, Any]) -> Account:
    kept = {field.name: row[field.name] for field in fields(Account)}
    return Account(**{**kept, "roles": frozenset(Role(role) for role in row["roles"])})
