"""Whose account a provider's subject is: linked by one administrator, let in by another, and never by e-mail.

A link is a way into an account, so one person alone cannot make it: who proposed it does not confirm it, and nobody
acts on links of their own account. Rows stay when a link ends. Everything here blocks: async callers use a thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import insert

from gateway.auth import account_log, accounts, oidc_store
from gateway.auth.codes import AccountAct
from gateway.auth.errors import AccountDisabled
from gateway.auth.oidc_errors import IdentitiesFull, IdentityTaken, OtherPersonNeeded, SystemsNotTaken
from gateway.auth.oidc_providers import Provider
from gateway.auth.oidc_store import PERSON, SYSTEM
from gateway.storage.oidc_tables import oidc_identity
from shared.errors import NotFound
from shared.ids import new_id
from shared.principal import Actor

MOST = 20


@dataclass(frozen=True)
class Identity:
    """A link. kind: person (subject is the sub of id tokens) or system (subject is a client). confirmed_at: since when
    it lets in; None while it waits for the second person."""

    id: UUID
    account_id: UUID
    issuer: str
    kind: str
    subject: str
    proposed_by: UUID
    proposed_at: datetime
    confirmed_by: UUID | None
    confirmed_at: datetime | None


class Identities:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def propose(self, account_id: UUID, provider: Provider, subject: str, by: Actor, now: datetime) -> Identity:
        """A link that waits for a second person; the same one again when it is there.

        Raises NotFound, OwnAccount, AccountDisabled, SystemsNotTaken, IdentityTaken, IdentitiesFull.
        """
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id, by)
            if held.disabled_at is not None:
                raise AccountDisabled(held.login)
            kind = SYSTEM if held.is_system else PERSON
            if not (provider.people if kind == PERSON else provider.systems is not None):
                raise SystemsNotTaken(provider.title)
            if (there := _holding(connection, provider.issuer, kind, subject)) is not None:
                if there.account_id != account_id:
                    raise IdentityTaken
                return there
            count = connection.scalar(sa.select(sa.func.count()).select_from(_open_of(account_id).subquery())) or 0
            if count >= MOST:
                raise IdentitiesFull(MOST)
            made = connection.execute(
                insert(oidc_identity)
                .values(
                    id=new_id(),
                    account_id=account_id,
                    issuer=provider.issuer,
                    kind=kind,
                    subject=subject,
                    proposed_by=UUID(by.account_id),
                    proposed_at=now,
                )
                .on_conflict_do_nothing()
                .returning(oidc_identity)
            ).mappings()
            row = made.one_or_none()
            if row is None:  # at the same moment for another account: this one's row is locked
                raise IdentityTaken
            _record(connection, AccountAct.IDENTITY_PROPOSED, held, _identity(row), by, now)
            return _identity(row)

    def confirm(self, account_id: UUID, identity_id: UUID, by: Actor, now: datetime) -> Identity:
        """Let it in; again changes nothing. Raises NotFound, OwnAccount, AccountDisabled, OtherPersonNeeded."""
        who = UUID(by.account_id)
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id, by)
            found = connection.execute(_open_of(account_id).where(oidc_identity.c.id == identity_id)).mappings()
            row = found.one_or_none()
            if row is None:
                raise NotFound
            if row["confirmed_at"] is not None:
                return _identity(row)
            if held.disabled_at is not None:
                raise AccountDisabled(held.login)
            if who == row["proposed_by"]:
                raise OtherPersonNeeded
            confirmed = connection.execute(
                sa.update(oidc_identity)
                .where(oidc_identity.c.id == identity_id)
                .values(confirmed_by=who, confirmed_at=now)
                .returning(oidc_identity)
            ).mappings()
            identity = _identity(confirmed.one())
            _record(connection, AccountAct.IDENTITY_CONFIRMED, held, identity, by, now)
        return identity

    def end(self, account_id: UUID, identity_id: UUID, by: Actor, now: datetime) -> Identity:
        """It lets in no more, and what it opened ends. Raises NotFound, also for one that has ended; OwnAccount."""
        with self._engine.begin() as connection:
            held = accounts.lock(connection, account_id, by)
            ended = connection.execute(
                sa.update(oidc_identity)
                .where(
                    oidc_identity.c.id == identity_id,
                    oidc_identity.c.account_id == account_id,
                    oidc_identity.c.ended_at.is_(None),
                )
                .values(ended_by=UUID(by.account_id), ended_at=now)
                .returning(oidc_identity)
            ).mappings()
            row = ended.one_or_none()
            if row is None:
                raise NotFound
            identity = _identity(row)
            oidc_store.end_sessions_by(connection, identity.issuer, identity.subject, account_id, now)
            _record(connection, AccountAct.IDENTITY_ENDED, held, identity, by, now)
        return identity

    def of_account(self, account_id: UUID) -> list[Identity]:
        """Links that have not ended, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_open_of(account_id).order_by(oidc_identity.c.id)).mappings()
            return [_identity(row) for row in rows]


def _open_of(account_id: UUID) -> sa.Select[Any]:
    return sa.select(oidc_identity).where(oidc_identity.c.account_id == account_id, oidc_identity.c.ended_at.is_(None))


def _holding(connection: Connection, issuer: str, kind: str, subject: str) -> Identity | None:
    """The link of this identity that has not ended, whosoever it is."""
    asked = sa.select(oidc_identity).where(
        oidc_identity.c.issuer == issuer,
        oidc_identity.c.kind == kind,
        oidc_identity.c.subject == subject,
        oidc_identity.c.ended_at.is_(None),
    )
    row = connection.execute(asked).mappings().one_or_none()
    return None if row is None else _identity(row)


def _record(
    connection: Connection, act: AccountAct, held: accounts.Account, identity: Identity, by: Actor, now: datetime
) -> None:
    told = {"issuer": identity.issuer, "subject": identity.subject}
    account_log.record(connection, act, held.id, held.login, now, by, **told)


def _identity(row: Mapping[Any, Any]) -> Identity:
    return Identity(**{field.name: row[field.name] for field in fields(Identity)})
