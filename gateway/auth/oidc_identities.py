"""Whose account a provider's subject is: linked by one administrator, let in by another, and never by e-mail.

A link is a way into an account, so one person alone cannot make it: who proposed it does not confirm it, and nobody
confirms a link of their own account. Rows stay when a link ends. Everything here blocks: async callers use a thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert

from gateway.auth import oidc_store
from gateway.auth.oidc_errors import IdentitiesFull, IdentityTaken, SecondPersonNeeded, SystemsNotTaken
from gateway.auth.oidc_providers import Provider
from gateway.auth.oidc_store import PERSON
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

        Raises NotFound (no such account, or it has ended), SystemsNotTaken, IdentityTaken, IdentitiesFull.
        """
        with self._engine.begin() as connection:
            kind = oidc_store.kind_of(connection, account_id)
            if kind is None:
                raise NotFound
            if not (provider.people if kind == PERSON else provider.systems is not None):
                raise SystemsNotTaken(provider.title)
            open_ones = _open_of(account_id)
            count = connection.scalar(sa.select(sa.func.count()).select_from(open_ones.subquery())) or 0
            if count >= MOST:
                raise IdentitiesFull(MOST)
            connection.execute(
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
            )
            found = connection.execute(
                sa.select(oidc_identity).where(
                    oidc_identity.c.issuer == provider.issuer,
                    oidc_identity.c.kind == kind,
                    oidc_identity.c.subject == subject,
                    oidc_identity.c.ended_at.is_(None),
                )
            ).mappings()
            identity = _identity(found.one())
        if identity.account_id != account_id:
            raise IdentityTaken
        return identity

    def confirm(self, account_id: UUID, identity_id: UUID, by: Actor, now: datetime) -> Identity:
        """Let it in; again changes nothing. Raises NotFound, SecondPersonNeeded."""
        who = UUID(by.account_id)
        with self._engine.begin() as connection:
            row = connection.execute(
                _open_of(account_id).where(oidc_identity.c.id == identity_id).with_for_update()
            ).mappings()
            found = row.one_or_none()
            if found is None:
                raise NotFound
            if found["confirmed_at"] is not None:
                return _identity(found)
            if who in (found["proposed_by"], account_id):
                raise SecondPersonNeeded
            confirmed = connection.execute(
                sa.update(oidc_identity)
                .where(oidc_identity.c.id == identity_id)
                .values(confirmed_by=who, confirmed_at=now)
                .returning(oidc_identity)
            ).mappings()
            return _identity(confirmed.one())

    def end(self, account_id: UUID, identity_id: UUID, by: Actor, now: datetime) -> Identity:
        """It lets in no more, and what it opened ends. Raises NotFound, also for one that has ended."""
        with self._engine.begin() as connection:
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
        return identity

    def of_account(self, account_id: UUID) -> list[Identity]:
        """Links that have not ended, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_open_of(account_id).order_by(oidc_identity.c.id)).mappings()
            return [_identity(row) for row in rows]


def _open_of(account_id: UUID) -> sa.Select[Any]:
    return sa.select(oidc_identity).where(oidc_identity.c.account_id == account_id, oidc_identity.c.ended_at.is_(None))


def _identity(row: Mapping[Any, Any]) -> Identity:
    return Identity(**{field.name: row[field.name] for field in fields(Identity)})
