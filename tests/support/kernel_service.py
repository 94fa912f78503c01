"""Two small services on the kernel, for tests of the host: python -m tests.support.kernel_service ledger|watcher."""

from shared.host.patching import patch

patch()

import sys  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import replace  # noqa: E402

from pydantic import SecretStr  # noqa: E402

from shared.clock import SystemClock  # noqa: E402
from shared.contracts.base import Command, View  # noqa: E402
from shared.contracts.codes import Role  # noqa: E402
from shared.database import open_engine  # noqa: E402
from shared.delivery.runner import UnitRunner  # noqa: E402
from shared.delivery.unit import Unit  # noqa: E402
from shared.host.kernel import Kernel  # noqa: E402
from shared.host.service import Hosted, run  # noqa: E402
from shared.ids import new_id  # noqa: E402
from shared.operations import Call, CommandOperation, Dispatcher, ScopeRule  # noqa: E402
from shared.principal import PrincipalVerifier  # noqa: E402
from shared.service import ServiceParts  # noqa: E402
from shared.settings import BusSettings  # noqa: E402
from tests.integration.shared.delivery.ledger import (  # noqa: E402
    WATCHER_BOOK,
    CountedUpV1,
    Counter,
    CounterStore,
    Watcher,
)


class LedgerSettings(BusSettings):
    ledger_dsn: SecretStr


ANY = ScopeRule("new", "makes a counter")


class OpenCounter(Command, on="counter", verb="open"):
    """Open a counter at 1."""


class CounterView(View):
    value: int


def _open(command: OpenCounter, call: Call, unit: Unit) -> CounterView:  # noqa: ARG001
    counter = Counter(new_id())
    unit.record(counter, CounterStore(), [CountedUpV1(counter_id=counter.id, value=1)])
    return CounterView(value=counter.value)


def _parts(name: str, settings: LedgerSettings, ring: Callable[[], None]) -> ServiceParts:
    engine = open_engine(settings.ledger_dsn.get_secret_value(), pool_size=settings.max_workers + 6)
    runner = UnitRunner(engine, Unit, SystemClock(), ring)
    operations = [CommandOperation(OpenCounter, _open, frozenset({Role.COORDINATOR}), ANY)]
    dispatcher = Dispatcher(operations, runner, engine, PrincipalVerifier(settings.principal_public_key))
    return ServiceParts(name, engine, dispatcher, Unit, SystemClock(), WATCHER_BOOK)


def wire_ledger(settings: LedgerSettings, ring: Callable[[], None]) -> ServiceParts:
    return _parts("ledger", settings, ring)


def wire_watcher(settings: LedgerSettings, ring: Callable[[], None]) -> ServiceParts:
    parts = _parts("watcher", settings, ring)
    watcher = Watcher(parts.engine)
    return replace(parts, reactors={"ledger": watcher.reactor})


class LedgerService(Hosted):
    name = "ledger"
    kernel = Kernel(wire_ledger)


class WatcherService(Hosted):
    name = "watcher"
    kernel = Kernel(wire_watcher)


if __name__ == "__main__":
    run({"ledger": LedgerService, "watcher": WatcherService}[sys.argv[1]], LedgerSettings())
