"""Accounts in the gateway's database. Everything here blocks: async callers use a thread."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert

from gateway.auth.errors import (
    AccountDisabled,
    JurisdictionWrong,
    LoginTaken,
    OrganisationWrong,
    OwnAccount,
    RolesIncompatible,
)
from gateway.storage.tables import account, session
from shared.contracts.base import ListQuery, Page, View
from shared.contracts.codes import COUNTY_AGENCIES, Recipient, Role
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS, DivisionLevel, Divisions, DivisionUnknown
from shared.errors import NotFound
from shared.paging import Listing, page
from shared.principal import Actor

# Roles that stand alone: separate hands.
_ALONE = (Role.ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR, Role.AGENCY_SYSTEM)
_ORGANISATIONS: dict[Role, list[str]] = {
    Role.AGENCY_OFFICER: list(COUNTY_AGENCIES),
    Role.AGENCY_SYSTEM: list(COUNTY_AGENCIES),
    Role.RECIPIENT_CLERK: list(Recipient),
    Role.CHIEF: list(COUNTY_AGENCIES),
    Role.ACTING_CHIEF: list(COUNTY_AGENCIES),
    Role.LEADER: list(COUNTY_AGENCIES),
    Role.LEGAL_REVIEWER: list(COUNTY_AGENCIES),
}
# Whose organisation is a division: of a township, or the leading group of the county.
_OF_A_DIVISION = frozenset({Role.TOWNSHIP_OFFICER, Role.COORDINATOR, Role.OFFICE_DIRECTOR, Role.GROUP_HEAD})
_DIVISION = re.compile(r"\d{2}(\d{2}(\d{2}(\d{3})?)?)?", re.ASCII)
_LEVEL_OF = {
    2: DivisionLevel.PROVINCE,
    4: DivisionLevel.CITY,
    COUNTY_DIGITS: DivisionLevel.COUNTY,
    TOWNSHIP_DIGITS: DivisionLevel.TOWNSHIP,
}
# Of whom the jurisdiction is not a county.
_DIGITS: dict[Role, tuple[int, ...]] = {Role.TOWNSHIP_OFFICER: (TOWNSHIP_DIGITS,), Role.SUPERIOR_REVIEWER: (4, 2)}
V = TypeVar("V", bound=View)

_LISTING = Listing(tuple(account.c), keys=(account.c.login,), rising=True)


@dataclass(frozen=True)
class Account:
    """One who may log in. disabled_at: since when no more."""

    id: UUID
    login: str
    name: str
    roles: frozenset[Role]
    org_code: str
    jurisdiction: str
    version: int
    created_at: datetime
    disabled_at: datetime | None

    @property
    def actor(self) -> Actor:
        return Actor(str(self.id), self.name, self.roles, self.org_code, self.jurisdiction)

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

    def check(self) -> None:
        """Raise what is wrong with the combination of roles, organisation and jurisdiction."""
        for role in sorted(self.roles):
            if role in _ALONE and len(self.roles) > 1:
                raise RolesIncompatible(role)
            known = _ORGANISATIONS.get(role)
            if known is not None and self.org_code not in known:
                raise OrganisationWrong(role, [str(code) for code in known])
            digits = _DIGITS.get(role, (COUNTY_DIGITS,))
            if len(self.jurisdiction) not in digits:
                raise JurisdictionWrong(role, digits[0])
        _known_division(self.jurisdiction, "jurisdiction")
        if not _OF_A_DIVISION.isdisjoint(self.roles):
            _known_division(self.org_code, "org_code")


@cache
def _register() -> Divisions:
    return Divisions.load()


def _known_division(code: str, field: str) -> None:
    """Raises DivisionUnknown unless it is a province, city, county or township of the register."""
    found = _register().find(code.ljust(COUNTY_DIGITS, "0")) if _DIVISION.fullmatch(code) else None
    if found is None or found.level is not _LEVEL_OF[len(code)]:
        raise DivisionUnknown(code, field)


class Accounts:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, new: NewAccount, password_hash: str, account_id: UUID) -> Account:
        """The account; the same one again for the same id and login. Raises LoginTaken, InvalidInput."""
        new.check()
        with self._engine.begin() as connection:
            connection.execute(insert(account).on_conflict_do_nothing(), [_values(new, password_hash, account_id)])
            found = connection.execute(sa.select(account).where(account.c.login == new.login)).mappings().one_or_none()
        if found is None or found["id"] != account_id:
            raise LoginTaken(new.login)
        return _account(found)

    def existing(self, logins: Iterable[str]) -> set[str]:
        """Which of these logins there are."""
        with self._engine.connect() as connection:
            return set(connection.scalars(sa.select(account.c.login).where(account.c.login.in_(list(logins)))))

    def page(self, q: ListQuery, view: Callable[[Account], V]) -> Page[V]:
        """Accounts by login. Raises CursorInvalid."""
        with self._engine.connect() as connection:
            return page(_LISTING, (), q, connection, lambda rows: [view(_account(row)) for row in rows])

    def disable(self, account_id: UUID, by: Actor, now: datetime) -> Account:
        """End the account and all its sessions; ending it again changes nothing. Raises NotFound, OwnAccount."""
        if str(account_id) == by.account_id:
            raise OwnAccount
        with self._engine.begin() as connection:
            connection.execute(
                sa.update(account)
                .where(account.c.id == account_id, account.c.disabled_at.is_(None))
                .values(disabled_at=now, version=account.c.version + 1)
            )
            found = connection.execute(sa.select(account).where(account.c.id == account_id)).mappings().one_or_none()
            if found is None:
                raise NotFound
            connection.execute(
                sa.update(session)
                .where(session.c.account_id == account_id, session.c.revoked_at.is_(None))
                .values(revoked_at=now)
            )
        return _account(found)

    def active(self, account_id: UUID, session_id: UUID | None) -> Account | None:
        """The account while neither it nor the session (if any) has been ended."""
        asked = sa.select(account).where(account.c.id == account_id, account.c.disabled_at.is_(None))
        if session_id is not None:
            asked = asked.where(
                sa.exists().where(
                    session.c.id == session_id, session.c.account_id == account_id, session.c.revoked_at.is_(None)
                )
            )
        with self._engine.connect() as connection:
            found = connection.execute(asked).mappings().one_or_none()
        return None if found is None else _account(found)

    def ping(self) -> None:
        """Raise OperationalError when the database does not answer."""
        with self._engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))


def by_login(connection: Connection, login: str) -> tuple[Account, str] | None:
    """The account and its password digest."""
    found = connection.execute(sa.select(account).where(account.c.login == login)).mappings().one_or_none()
    return None if found is None else (_account(found), str(found["password_hash"]))


def by_id(connection: Connection, account_id: UUID) -> Account:
    return _account(connection.execute(sa.select(account).where(account.c.id == account_id)).mappings().one())


def renew(connection: Connection, account_id: UUID, password_hash: str) -> Account:
    """The account with another password. Raises NotFound, AccountDisabled."""
    statement = (
        sa.update(account)
        .where(account.c.id == account_id)
        .values(password_hash=password_hash, version=account.c.version + 1)
        .returning(account)
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    if row["disabled_at"] is not None:
        raise AccountDisabled(row["login"])
    return _account(row)


def _values(new: NewAccount, password_hash: str, account_id: UUID) -> dict[str, Any]:
    return {
        "id": account_id,
        "login": new.login,
        "name": new.name,
        "roles": sorted(new.roles),
        "org_code": new.org_code,
        "jurisdiction": new.jurisdiction,
        "password_hash": password_hash,
    }


def _account(row: Mapping[Any, Any]) -> Account:
    kept = {field.name: row[field.name] for field in fields(Account)}
    return Account(**{**kept, "roles": frozenset(Role(role) for role in row["roles"])})
