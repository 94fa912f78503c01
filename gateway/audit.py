"""What is written down at the door: who came in, who was refused, what the gateway itself did, read or gave out.

What a service was asked for it writes down by itself; here only what no service has seen.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import Response

from gateway.auth.caller import Caller
from gateway.storage.tables import account
from shared.audit import chain, checkpoints, search
from shared.audit.chain import Entry
from shared.audit.links import HashName
from shared.audit.retention import Retention
from shared.audit.tables import audit_entry
from shared.audit.witness import outcome_of
from shared.audit.writer import ROUND_S, AuditWriter
from shared.contracts.audit import (
    AuditEntryView,
    AuditKind,
    Chain,
    ChainLink,
    ChainPage,
    ListAudit,
    Outcome,
    ReadChain,
)
from shared.contracts.base import Page
from shared.errors import NotFound, TianweiError, Unavailable

log = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

# What the gateway does without a service, by the operation's id: written down before the answer leaves.
OWN = {
    "token": AuditKind.ACCESS,
    "session-open": AuditKind.ACCESS,
    "session-end": AuditKind.ACCESS,
    "sign-on": AuditKind.ACCESS,
    "sign-on-ended": AuditKind.ACCESS,
    "sign-on-logout": AuditKind.ACCESS,
    "logout": AuditKind.ACCESS,
    "password-change": AuditKind.ACCESS,
    "second-factor-begin": AuditKind.ACCESS,
    "second-factor-confirm": AuditKind.ACCESS,
    "recovery-codes-renew": AuditKind.ACCESS,
    "account-list": AuditKind.READ,
    "account-log": AuditKind.READ,
    "account-sessions": AuditKind.READ,
    "account-create": AuditKind.ACCESS,
    "account-enable": AuditKind.ACCESS,
    "account-disable": AuditKind.ACCESS,
    "account-password": AuditKind.ACCESS,
    "account-second-factor-reset": AuditKind.ACCESS,
    "account-sessions-revoke": AuditKind.ACCESS,
    "grant-list": AuditKind.READ,
    "grant-propose": AuditKind.ACCESS,
    "grant-approve": AuditKind.ACCESS,
    "grant-reject": AuditKind.ACCESS,
    "identity-list": AuditKind.READ,
    "identity-propose": AuditKind.ACCESS,
    "identity-confirm": AuditKind.ACCESS,
    "identity-end": AuditKind.ACCESS,
    "calendar-make": AuditKind.ACCESS,
    "calendar-end": AuditKind.ACCESS,
    "audit-list": AuditKind.READ,
    "audit-export": AuditKind.EXPORT,
    "audit-chain": AuditKind.EXPORT,
    "audit-checkpoint": AuditKind.ACCESS,
}
# Whose refusal is worth an entry even where nothing was to be changed.
_ALWAYS = frozenset({"unauthenticated", "not-allowed", "too-often", "not-found"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SERVICE = "gateway"
"""Whose chain it is, beside those of the services."""
_CALLER, _ABOUT = "tianwei.caller", "tianwei.about"


@dataclass(frozen=True)
class About:
    """What a handler knows of a request beside who sent it. login: as typed, or of whom another house has proved."""

    login: str | None = None
    objects: tuple[UUID, ...] = ()


def sent_by(request: Request, caller: Caller) -> None:
    """Who sent it, once that is known."""
    request.scope[_CALLER] = caller


def about(request: Request, **known: Any) -> None:
    """Remember of About what is known by now."""
    request.scope[_ABOUT] = replace(request.scope.get(_ABOUT, About()), **known)


class DoorAudit:
    """engine: of the gateway's own database. days: for which its entries are kept."""

    def __init__(self, engine: Engine, days: int, digest: HashName = "sha256") -> None:
        self._engine = engine
        self._retention = Retention(engine, days, digest)
        self.writer = AuditWriter(engine, digest)

    async def around(self, operation: str, handler: Handler, request: Request) -> Response:
        """Serve the request, and see that it is written down. Raises what the handler raises; Unavailable."""
        try:
            answer = await handler(request)
        except TianweiError as error:
            await self._refused(operation, error, request)
            raise
        if (kind := OWN.get(operation)) is not None:
            await self._done(operation, kind, request)
        return answer

    async def _done(self, operation: str, kind: AuditKind, request: Request) -> None:
        if request.scope.get(_CALLER) is None and request.scope.get(_ABOUT) is None:
            return  # a session that goes on by its refresh token: nobody came in
        entry = await self._entry(operation, kind, Outcome.DONE, None, request)
        if kind is AuditKind.READ:
            await self._note(entry)
        else:
            await asyncio.to_thread(self.writer.write, entry)

    async def _refused(self, operation: str, error: TianweiError, request: Request) -> None:
        outcome = outcome_of(error.kind)
        if error.remote or outcome is None or (request.method in _SAFE and error.kind not in _ALWAYS):
            return
        kind = OWN.get(operation, AuditKind.READ if request.method in _SAFE else AuditKind.COMMAND)
        await self._note(await self._entry(operation, kind, outcome, error.code, request))

    async def _note(self, entry: Entry) -> None:
        if self.writer.full:
            await asyncio.to_thread(self.writer.note, entry)
        else:
            self.writer.note(entry)

    async def _entry(
        self, operation: str, kind: AuditKind, outcome: Outcome, code: str | None, request: Request
    ) -> Entry:
        caller: Caller | None = request.scope.get(_CALLER)
        known: About = request.scope.get(_ABOUT, About())
        objects = [*known.objects, *_named_in_path(request)]
        entry = Entry(
            kind=kind,
            operation=operation,
            outcome=outcome,
            code=code,
            objects=tuple(objects),
            request_id=str(request.scope.get("correlation_id", "")),
            source=request.client.host if request.client else None,
        )
        if caller is not None:
            by = caller.actor
            return replace(entry, actor=by.account_id, actor_name=by.name, org_code=by.org_code)
        if known.login is not None:
            return await asyncio.to_thread(self._whose_login, entry, known.login)
        return entry

    def _whose_login(self, entry: Entry, login: str) -> Entry:
        """Of a login that exists the account; of another one its digest: people type passwords in the wrong field.

        Who is refused has not proved who it is: then the account is what was tried, not who acted.
        """
        plain = login.strip().lower()
        asked = sa.select(account.c.id, account.c.name, account.c.org_code).where(account.c.login == plain)
        with self._engine.connect() as connection:
            found = connection.execute(asked).one_or_none()
        if found is None:
            return replace(entry, actor_name=f"login:{hashlib.sha256(plain.encode()).hexdigest()[:16]}")
        if entry.outcome is Outcome.DONE:
            return replace(entry, actor=str(found.id), actor_name=found.name, org_code=found.org_code)
        return replace(entry, actor_name=found.name, org_code=found.org_code, objects=(*entry.objects, found.id))

    def list(self, q: ListAudit) -> Page[AuditEntryView]:
        """As a service answers it, of the door's own chain. Blocks. Raises CursorInvalid."""
        with self._engine.connect() as connection:
            number = search.total(connection, q) if q.with_total else None
            return search.one_page(search.entries(connection, q, SERVICE), q, number)

    def read_chain(self, q: ReadChain) -> ChainPage:
        """Links above a position. Blocks. Raises NotFound: the door has no log of changes."""
        if q.chain is not Chain.ACCESS:
            raise NotFound
        with self._engine.connect() as connection:
            head = checkpoints.access_head(connection)
            first = connection.execute(sa.select(sa.func.min(audit_entry.c.position))).scalar_one()
            links = [ChainLink(**link) for link in chain.links(connection, q.after, q.limit)]
        return ChainPage(
            service=SERVICE, chain=q.chain, log_id=head.log_id, head=head.position, first=first or 1, links=links
        )

    async def run(self) -> None:
        """Write what waits, round by round, until it is cancelled; then once more. By the hour forget what is old."""
        try:
            while True:
                await asyncio.sleep(ROUND_S)
                await self._round(self.writer.flush)
                await self._round(self._retention.turn)
        finally:
            await asyncio.shield(self._round(self.writer.flush))

    @staticmethod
    async def _round(act: Callable[[], int]) -> None:
        try:
            await asyncio.to_thread(act)
        except (Unavailable, DBAPIError, PoolTimeout) as error:
            log.warning("the audit of the door waits: %s", error)


def _named_in_path(request: Request) -> list[UUID]:
    try:
        return [UUID(request.path_params["id"])]
    except (KeyError, ValueError):
        return []
