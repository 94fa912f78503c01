"""The log of accounts: who did what to which, append-only. Written in the transaction of the change it tells of, and in
the chain of the audit too: a change of an account that the audit has not does not take place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from gateway.auth.codes import AccountAct
from gateway.storage.tables import account_log
from shared.audit import chain
from shared.contracts.audit import AuditKind, Outcome
from shared.contracts.base import ListQuery, Page, View
from shared.paging import Listing, page
from shared.principal import Actor

V = TypeVar("V", bound=View)

_LISTING = Listing(tuple(account_log.c), keys=(account_log.c.id,))


@dataclass(frozen=True)
class Entry:
    """by_id, by_name: null for what happened before anybody was known. facts: JSON, no secrets."""

    id: int
    at: datetime
    act: str
    account_id: UUID
    login: str
    by_id: UUID | None
    by_name: str | None
    facts: dict[str, Any]


def record(
    connection: Connection,
    act: AccountAct,
    account_id: UUID,
    login: str,
    at: datetime,
    by: Actor | None = None,
    **facts: Any,
) -> None:
    """One entry. account_id, login: of the account acted on. by: None when nobody is known yet."""
    connection.execute(
        sa.insert(account_log).values(
            at=at,
            act=act,
            account_id=account_id,
            login=login,
            by_id=None if by is None else UUID(by.account_id),
            by_name=None if by is None else by.name,
            facts=facts,
        )
    )
    told = chain.Entry(
        kind=AuditKind.ACCESS,
        operation=act.value,
        outcome=Outcome.DONE,
        actor="" if by is None else by.account_id,
        actor_name="" if by is None else by.name,
        org_code="" if by is None else by.org_code,
        objects=(account_id,),
    )
    chain.append(connection, [told])


def has_done(connection: Connection, by: Actor, act: AccountAct, account_id: UUID, since: datetime) -> bool:
    """Whether this person has done this to this account since then."""
    asked = sa.select(account_log.c.id).where(
        account_log.c.account_id == account_id,
        account_log.c.act == act,
        account_log.c.by_id == UUID(by.account_id),
        account_log.c.at > since,
    )
    return connection.execute(asked.limit(1)).first() is not None


class AccountLog:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, q: ListQuery, account_id: UUID | None, view: Callable[[Entry], V]) -> Page[V]:
        """Newest first; of one account or of all. Raises CursorInvalid."""
        where = () if account_id is None else (account_log.c.account_id == account_id,)
        with self._engine.connect() as connection:
            return page(_LISTING, where, q, connection, lambda rows: [view(Entry(**row)) for row in rows])
