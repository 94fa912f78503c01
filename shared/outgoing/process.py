"""The process around a service's sender."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import SecretStr

from shared import telemetry
from shared.clock import open_clock
from shared.database import open_engine
from shared.delivery.runner import OpenUnit, UnitRunner
from shared.outgoing.courier import Courier
from shared.outgoing.endpoints import Safeguards
from shared.outgoing.sender import Errand, Sender, SenderLimits
from shared.outgoing.settings import OutgoingSettings
from shared.outgoing.unit import SendingUnit
from shared.outgoing.wake import OutboxBell

U = TypeVar("U", bound=SendingUnit)
S = TypeVar("S", bound=OutgoingSettings)

_CONNECTIONS = 6


def sender_of(
    service: str,
    dsn: SecretStr,
    settings: OutgoingSettings,
    open_unit: OpenUnit[U],
    errand: Errand[U],
    couriers: Mapping[str, Courier],
    limits: SenderLimits | None = None,
) -> Sender[U]:
    """Call it inside the loop that will run it. dsn: the service's database, as its run-time role."""
    return Sender(
        runner_of(f"{service}-sender", dsn, settings, open_unit, _CONNECTIONS),
        dsn.get_secret_value(),
        errand,
        couriers,
        Safeguards.of(settings).box,
        name=f"{service}-sender",
        heartbeat_file=settings.heartbeat_file,
        limits=limits,
    )


def runner_of(
    name: str, dsn: SecretStr, settings: OutgoingSettings, open_unit: OpenUnit[U], connections: int
) -> UnitRunner[U]:
    """Units of work of what sends, and of what takes in beside it, each with connections of its own."""
    engine = open_engine(dsn.get_secret_value(), pool_size=connections, application=f"tianwei-{name}")
    return UnitRunner(engine, open_unit, open_clock(settings.training_clock), OutboxBell(engine))


def run_sender(service: str, settings: S, build: Callable[[S], Sender[Any]]) -> None:
    """Until SIGTERM."""
    telemetry.configure(f"{service}.sender", settings.log_level)

    async def run() -> None:
        await build(settings).run()

    asyncio.run(run())
