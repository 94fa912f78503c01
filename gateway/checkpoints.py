"""Signed checkpoints of every chain of the house: made by the hour, kept by every service and in a write-once folder.

Whoever keeps one elsewhere can later prove what the chains were: the services keep it beside the chains, the one that
tells of it sends it out with its log, and the folder is meant to lie beyond the reach of who runs the database.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from gateway.audit import SERVICE
from gateway.rpc import Services
from shared.audit import checkpoints, folder
from shared.audit.tables import audit_checkpoint, audit_entry
from shared.clock import Clock, SystemClock
from shared.contracts.audit import (
    CheckpointView,
    GetAuditHeads,
    KeepCheckpoint,
    KeptCheckpoint,
    ListCheckpoints,
    SignedHead,
)
from shared.contracts.base import Page
from shared.contracts.catalogue import SOURCES
from shared.contracts.codes import Role
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import Conflict, TianweiError, Unavailable
from shared.paging import Listing, page
from shared.principal import Actor, PrincipalSigner

log = logging.getLogger(__name__)

# Only one of several gateways makes one at a time.
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(7200531)")
# How often it is looked whether one is due; and after which one is made again that some service had no part in.
_LOOK_S = 60.0
_LIST = Listing(tuple(audit_checkpoint.c), keys=(audit_checkpoint.c.number,))


@dataclass
class Checkpoints:
    """private_key: of the audit alone (shared/keys.py). every_s: between two. clock: the machine's, not a training one.

    contradicted: services whose chain is not what was signed of it, as of the last checkpoint.
    """

    engine: Engine
    services: Services
    signer: PrincipalSigner
    private_key: str
    county_code: str
    folder: Path
    every_s: float
    clock: Clock = field(default_factory=SystemClock)
    contradicted: tuple[str, ...] = ()

    async def run(self) -> None:
        """Make one whenever it is due, until cancelled."""
        while True:
            await asyncio.sleep(min(_LOOK_S, self.every_s))
            try:
                if await asyncio.to_thread(self._is_due):
                    await self.make(self._principal(), uuid4().hex)
            except (TianweiError, DBAPIError, OSError):
                log.warning("no checkpoint was made", exc_info=True)

    async def make(self, principal: str, correlation_id: str) -> CheckpointView:
        """Sign where the chains end now, and give it to all who keep it. Raises OperationalError."""
        asking = (self._heads(name, principal, correlation_id) for name in SOURCES)
        answers = dict(zip(SOURCES, await asyncio.gather(*asking), strict=True))
        heads = [head for found in answers.values() if found is not None for head in found]
        missing = [name for name, found in answers.items() if found is None]
        kept = await asyncio.to_thread(self._sign, heads, missing)
        await asyncio.to_thread(self._put, kept)
        handing = (self._hand_over(name, kept, principal, correlation_id) for name in SOURCES if name not in missing)
        self.contradicted = tuple(name for name in await asyncio.gather(*handing) if name is not None)
        return self._view(kept)

    def list(self, q: ListCheckpoints) -> Page[CheckpointView]:
        """Newest first. Blocks. Raises CursorInvalid."""
        names = KeptCheckpoint.model_fields

        def views(rows: list[dict[str, Any]]) -> list[CheckpointView]:
            return [self._view(KeptCheckpoint(**{name: row[name] for name in names})) for row in rows]

        with self.engine.connect() as connection:
            return page(_LIST, (), q, connection, views)

    def _is_due(self) -> bool:
        """So long after the last one; before the first, after the oldest entry of the door that nobody has signed."""
        with self.engine.connect() as connection:
            last = checkpoints.newest(connection)
            oldest = connection.execute(sa.select(sa.func.min(audit_entry.c.at))).scalar_one()
        since = oldest if last is None else last.made_at
        again_soon = last is not None and checkpoints.read(last)["missing"]
        wait_s = min(_LOOK_S, self.every_s) if again_soon else self.every_s
        return since is not None and self.clock.now() - since >= timedelta(seconds=wait_s)

    async def _heads(self, service: str, principal: str, correlation_id: str) -> Sequence[SignedHead] | None:
        try:
            told = await self.services.query(
                service, GetAuditHeads.operation, {}, principal=principal, correlation_id=correlation_id
            )
        except Unavailable:
            return None
        return [SignedHead(service=service, **head) for head in told["heads"]]

    def _sign(self, heads: Sequence[SignedHead], missing: Sequence[str]) -> KeptCheckpoint:
        with self.engine.begin() as connection:
            connection.execute(_ONE_AT_A_TIME)
            last = checkpoints.newest(connection)
            kept = checkpoints.sign(
                self.private_key,
                1 if last is None else last.number + 1,
                self._instant(last),
                self.county_code,
                [*heads, self._own(connection)],
                missing=missing,
                previous=None if last is None else checkpoints.digest(last),
            )
            checkpoints.keep(connection, kept, SERVICE)
        log.info("made a checkpoint", extra={"number": kept.number, "missing": ",".join(missing)})
        return kept

    def _instant(self, last: KeptCheckpoint | None) -> datetime:
        """Never before the one before, though the machine's clock was set back."""
        now = self.clock.now()
        return now if last is None else max(now, last.made_at)

    @staticmethod
    def _own(connection: Connection) -> SignedHead:
        return SignedHead(service=SERVICE, **checkpoints.access_head(connection).model_dump())

    def _put(self, kept: KeptCheckpoint) -> None:
        """A folder that cannot be written keeps no checkpoint from being made: the next is put there with its own."""
        try:
            folder.put(self.folder, kept)
        except (OSError, folder.OtherFile):
            log.error("checkpoint %s is not in the write-once folder", kept.number, exc_info=True)

    async def _hand_over(self, service: str, kept: KeptCheckpoint, principal: str, correlation_id: str) -> str | None:
        """The service, if its chain is not what was signed."""
        command = KeepCheckpoint(checkpoint=kept)
        try:
            await self.services.command(
                service,
                command.operation,
                command.model_dump(mode="json"),
                principal=principal,
                correlation_id=correlation_id,
            )
        except Conflict as error:
            log.error("the chain of %s is not what was signed: %s", service, error)
            return service
        except TianweiError as error:
            log.warning("%s did not take checkpoint %s: %s", service, kept.number, error)
        return None

    def _principal(self) -> str:
        county = self.county_code[:COUNTY_DIGITS]
        by = Actor("system:audit", "审计检查点", frozenset({Role.AUDIT_ADMINISTRATOR}), county, county)
        return self.signer.sign(by)

    def _view(self, kept: KeptCheckpoint) -> CheckpointView:
        name = folder.file_name(kept.number)
        return CheckpointView(
            number=kept.number,
            made_at=kept.made_at,
            sha256=checkpoints.digest(kept),
            key_id=kept.key_id,
            missing=checkpoints.read(kept)["missing"],
            file=name if (self.folder / name).is_file() else None,
            checkpoint=kept,
        )
