"""Grants of rights: who has which is decided here, a large one by two persons. Blocks: async callers use a thread.

The system administrator makes accounts and says what they are for; the security administrator grants it. So no right
comes from one hand, but a small one that the security administrator gives to an account that is there.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert

from gateway.auth import account_log, accounts
from gateway.auth.accounts import Account, NewAccount
from gateway.auth.codes import AccountAct, GrantState, LargeGround
from gateway.auth.errors import AccountDisabled, GrantDecided, GrantOpen, OwnAccount, SecondPersonNeeded
from gateway.auth.rights import LargeGrants, Rights
from gateway.storage.tables import account, rights_grant
from shared.clock import Clock
from shared.contracts.base import ListQuery, Page, View
from shared.contracts.codes import Role
from shared.errors import Conflict, NotFound
from shared.ids import derived_id
from shared.paging import Listing, page
from shared.principal import Actor

V = TypeVar("V", bound=View)

_PROPOSER, _DECIDER = account.alias("proposer"), account.alias("decider")
_COLUMNS = (
    *rights_grant.c,
    account.c.login,
    account.c.name.label("account_name"),
    _PROPOSER.c.name.label("proposer_name"),
    _DECIDER.c.name.label("decider_name"),
)
_SOURCE = (
    rights_grant.join(account, account.c.id == rights_grant.c.account_id)
    .join(_PROPOSER, _PROPOSER.c.id == rights_grant.c.proposed_by)
    .outerjoin(_DECIDER, _DECIDER.c.id == rights_grant.c.decided_by)
)
_LISTING = Listing(_COLUMNS, keys=(rights_grant.c.proposed_at, rights_grant.c.id), source=_SOURCE)


@dataclass(frozen=True)
class Grant:
    """What one proposed and, where the grounds ask for it, another decided. It replaces all the account had."""

    id: UUID
    account_id: UUID
    login: str
    account_name: str
    rights: Rights
    grounds: tuple[LargeGround, ...]
    reason: str
    state: GrantState
    proposed_by: UUID
    proposer_name: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: UUID | None
    decider_name: str | None
    decided_at: datetime | None
    decision_reason: str | None


class Grants:
    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._large = LargeGrants.load()

    def admit(
        self, new: NewAccount, password_hash: str, account_id: UUID, by: Actor, reason: str
    ) -> tuple[Account, Grant | None]:
        """A new account without roles, and the proposal of its roles. Raises LoginTaken, InvalidInput."""
        new.rights.check()
        now = self._clock.now()
        with self._engine.begin() as connection:
            made = accounts.add(
                connection,
                new,
                frozenset(),
                password_hash,
                account_id,
                now,
                # A system's secret is changed by its own administrator, who has no page for it.
                must_change=Role.AGENCY_SYSTEM not in new.roles,
                by=by,
            )
            return made, self._propose(connection, made, new.rights, reason, by, derived_id("grant", str(account_id)))

    def readmit(
        self, account_id: UUID, by: Actor, reason: str, grant_id: UUID, expected: int | None = None
    ) -> tuple[Account, Grant | None]:
        """A disabled account may log in again, without roles; those it had are proposed. Any other stays as it is.

        Raises NotFound, StaleVersion, OwnAccount.
        """
        with self._engine.begin() as connection:
            found = accounts.lock(connection, account_id, by, expected)
            if found.disabled_at is None:
                return found, None
            accounts.change(connection, account_id, disabled_at=None, roles=[])
            account_log.record(connection, AccountAct.ENABLED, account_id, found.login, self._clock.now(), by)
            enabled = accounts.by_id(connection, account_id)
            return enabled, self._propose(connection, enabled, found.rights, reason, by, grant_id)

    def propose(
        self, account_id: UUID, rights: Rights, reason: str, by: Actor, grant_id: UUID, expected: int | None = None
    ) -> Grant:
        """A grant: in force at once if a security administrator gives what one may give, else it waits for another.

        The same one again for the same id. Raises NotFound, StaleVersion, OwnAccount, AccountDisabled, GrantOpen,
        LastAdministrator, InvalidInput.
        """
        rights.check()
        with self._engine.begin() as connection:
            if there := _found(connection, grant_id):
                if there.rights != rights:
                    raise Conflict("idempotency-key-reused", "Idempotency-Key")
                return there
            held = accounts.lock(connection, account_id, by, expected)
            if held.disabled_at is not None:
                raise AccountDisabled(held.login)
            return self._propose(connection, held, rights, reason, by, grant_id)

    def approve(self, grant_id: UUID, by: Actor) -> Grant:
        """The rights are in force. Approved again by the same person nothing changes.

        Raises NotFound, SecondPersonNeeded, OwnAccount, GrantDecided, AccountDisabled, LastAdministrator, InvalidInput.
        """
        with self._engine.begin() as connection:
            open_ = self._open(connection, grant_id)
            if open_.state is GrantState.APPROVED and str(open_.decided_by) == by.account_id:
                return open_
            _require_proposed(open_)
            if str(open_.proposed_by) == by.account_id:
                raise SecondPersonNeeded
            held = accounts.lock(connection, open_.account_id, by)
            if held.disabled_at is not None:
                raise AccountDisabled(held.login)
            self._give(connection, held, open_, by)
            return _needed(connection, grant_id)

    def reject(self, grant_id: UUID, reason: str, by: Actor) -> Grant:
        """It comes to nothing; who proposed it may say so too. Rejected again by the same person nothing changes.

        Raises NotFound, NotAllowed, OwnAccount, GrantDecided.
        """
        now = self._clock.now()
        with self._engine.begin() as connection:
            open_ = self._open(connection, grant_id)
            if open_.state is GrantState.REJECTED and str(open_.decided_by) == by.account_id:
                return open_
            _require_proposed(open_)
            if str(open_.proposed_by) != by.account_id:
                by.require(frozenset({Role.SECURITY_ADMINISTRATOR}))
            if str(open_.account_id) == by.account_id:
                raise OwnAccount
            _decide(connection, open_, GrantState.REJECTED, by, now, reason)
            return _needed(connection, grant_id)

    def page(
        self, q: ListQuery, state: GrantState | None, account_id: UUID | None, view: Callable[[Grant], V]
    ) -> Page[V]:
        """Newest first. Raises CursorInvalid."""
        now = self._clock.now()
        waiting = rights_grant.c.state == GrantState.PROPOSED
        by_state = {
            GrantState.PROPOSED: waiting & (rights_grant.c.expires_at > now),
            GrantState.EXPIRED: (rights_grant.c.state == GrantState.EXPIRED)
            | waiting & (rights_grant.c.expires_at <= now),
        }
        where = [] if account_id is None else [rights_grant.c.account_id == account_id]
        if state is not None:
            where.append(by_state.get(state, rights_grant.c.state == state))
        with self._engine.connect() as connection:
            return page(_LISTING, where, q, connection, lambda rows: [view(_read(row, now)) for row in rows])

    def _propose(
        self, connection: Connection, held: Account, rights: Rights, reason: str, by: Actor, grant_id: UUID
    ) -> Grant:
        now = self._clock.now()
        _end_expired(connection, held.id, now)
        grounds = self._large.grounds_of(held.rights, rights)
        made = connection.execute(
            insert(rights_grant)
            .values(
                id=grant_id,
                account_id=held.id,
                roles=sorted(rights.roles),
                org_code=rights.org_code,
                jurisdiction=rights.jurisdiction,
                grounds=[str(ground) for ground in grounds],
                reason=reason,
                state=GrantState.PROPOSED,
                proposed_by=UUID(by.account_id),
                proposed_at=now,
                expires_at=now + self._large.expires_after,
            )
            .on_conflict_do_nothing()
        ).rowcount
        proposed = _found(connection, grant_id)
        if proposed is None:
            raise GrantOpen
        if made:
            account_log.record(connection, AccountAct.GRANT_PROPOSED, held.id, held.login, now, by, **_facts(proposed))
            if not grounds and by.has(Role.SECURITY_ADMINISTRATOR):
                self._give(connection, held, proposed, by)
        return _needed(connection, grant_id)

    def _give(self, connection: Connection, held: Account, grant: Grant, by: Actor) -> None:
        """What was right when it was proposed is looked at again. Raises LastAdministrator, InvalidInput."""
        rights = grant.rights
        rights.check()
        accounts.keep_an_administrator(connection, held, rights.roles)
        accounts.change(
            connection,
            held.id,
            roles=sorted(rights.roles),
            org_code=rights.org_code,
            jurisdiction=rights.jurisdiction,
        )
        _decide(connection, grant, GrantState.APPROVED, by, self._clock.now(), None)

    def _open(self, connection: Connection, grant_id: UUID) -> Grant:
        """The grant, nobody else's to decide until the transaction ends. Raises NotFound."""
        asked = sa.select(rights_grant.c.id).where(rights_grant.c.id == grant_id).with_for_update()
        if connection.execute(asked).one_or_none() is None:
            raise NotFound
        row = connection.execute(sa.select(*_COLUMNS).select_from(_SOURCE).where(rights_grant.c.id == grant_id))
        return _read(row.mappings().one(), self._clock.now())


def _found(connection: Connection, grant_id: UUID) -> Grant | None:
    asked = sa.select(*_COLUMNS).select_from(_SOURCE).where(rights_grant.c.id == grant_id)
    row = connection.execute(asked).mappings().one_or_none()
    return None if row is None else _read(row, None)


def _needed(connection: Connection, grant_id: UUID) -> Grant:
    found = _found(connection, grant_id)
    if found is None:
        raise NotFound
    return found


def _require_proposed(grant: Grant) -> None:
    if grant.state is not GrantState.PROPOSED:
        raise GrantDecided(grant.state)


def _decide(
    connection: Connection, grant: Grant, state: GrantState, by: Actor, now: datetime, reason: str | None
) -> None:
    connection.execute(
        sa.update(rights_grant)
        .where(rights_grant.c.id == grant.id)
        .values(state=state, decided_by=UUID(by.account_id), decided_at=now, decision_reason=reason)
    )
    act = AccountAct.GRANT_APPROVED if state is GrantState.APPROVED else AccountAct.GRANT_REJECTED
    account_log.record(connection, act, grant.account_id, grant.login, now, by, **_facts(grant))


def _end_expired(connection: Connection, account_id: UUID, now: datetime) -> None:
    """Makes room for a new proposal."""
    connection.execute(
        sa.update(rights_grant)
        .where(
            rights_grant.c.account_id == account_id,
            rights_grant.c.state == GrantState.PROPOSED,
            rights_grant.c.expires_at <= now,
        )
        .values(state=GrantState.EXPIRED)
    )


def _facts(grant: Grant) -> dict[str, Any]:
    return {
        "grant_id": str(grant.id),
        "roles": sorted(grant.rights.roles),
        "org_code": grant.rights.org_code,
        "jurisdiction": grant.rights.jurisdiction,
        "grounds": [str(ground) for ground in grant.grounds],
    }


def _read(row: Any, now: datetime | None) -> Grant:
    """now: by which a proposal may have run out; None where it was just made."""
    plain = {field.name: row[field.name] for field in fields(Grant) if field.name in row}
    state = GrantState(row["state"])
    if state is GrantState.PROPOSED and now is not None and row["expires_at"] <= now:
        state = GrantState.EXPIRED
    rights = Rights(frozenset(Role(role) for role in row["roles"]), row["org_code"], row["jurisdiction"])
    grounds = tuple(LargeGround(ground) for ground in row["grounds"])
    return Grant(**{**plain, "rights": rights, "state": state, "grounds": grounds})
