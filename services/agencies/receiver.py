"""The receiver process: `python -m services.agencies.receiver`. Takes packages and queue answers of agencies.

Every endpoint has a thread of its own: one whose folder or broker hangs holds up nobody else. Which endpoints there are
is looked up anew every few seconds, so that a change of address, keys or protocol needs no restart.
"""

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import SQLAlchemyError

from services.agencies.adapters.protocols import bus_queue, file_exchange
from services.agencies.adapters.protocols.package_intake import PackageIntake
from services.agencies.adapters.protocols.package_intake import Peer as PackagePeer
from services.agencies.adapters.protocols.queue_intake import Peer as QueuePeer
from services.agencies.adapters.protocols.queue_intake import QueueIntake
from services.agencies.handlers import outages
from services.agencies.handlers.inbound import system_of
from services.agencies.settings import ReceiverSettings
from services.agencies.storage.tables import endpoint
from services.agencies.storage.unit import AgenciesUnit
from services.agencies.wiring import NAME, desk_of, open_unit
from shared import telemetry
from shared.blob_stores import open_blobs
from shared.clock import open_clock
from shared.contracts.codes import Agency
from shared.database import open_engine
from shared.delivery.runner import UnitRunner
from shared.errors import TianweiError
from shared.exchange.places import open_store
from shared.exchange.store import ExchangeStore, StoreDown
from shared.ids import new_id
from shared.outgoing.endpoints import Safeguards
from shared.outgoing.secret_box import SecretUnreadable
from shared.outgoing.wake import OutboxBell

# How often a quiet endpoint says in the database that it was read, and how often a failing one may fail untold.
_SAY_S = 10.0
_OUTAGE_AFTER = 5
_CONNECTIONS = 8
_LONGEST_WAIT_S = 30.0

log = logging.getLogger(__name__)


class Intake(Protocol):
    def round(self) -> int: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Route:
    """What of an endpoint matters to who reads from it; another one makes its reader anew."""

    party: str
    protocol: str
    url: str
    host_key: str
    password: str


class FolderIntake:
    """A PackageIntake with its store, which is opened when it is first read."""

    def __init__(self, open_: Callable[[], ExchangeStore], make: Callable[[ExchangeStore], PackageIntake]) -> None:
        self._open = open_
        self._make = make
        self._store: ExchangeStore | None = None
        self._intake: PackageIntake | None = None

    def round(self) -> int:
        if self._intake is None:
            self._store = self._open()
            self._intake = self._make(self._store)
        return self._intake.round()

    def close(self) -> None:
        store, self._store, self._intake = self._store, None, None
        if store is not None:
            store.close()


class Reader(threading.Thread):
    """Reads one endpoint until it is told to stop."""

    def __init__(self, route: Route, intake: Intake, every_s: float, runner: UnitRunner[AgenciesUnit]) -> None:
        super().__init__(name=f"from-{route.party}", daemon=True)
        self.route = route
        self._intake = intake
        self._every_s = every_s
        self._runner = runner
        self._stopping = threading.Event()
        self._failures = 0
        self._said_at = float("-inf")

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                taken = self._intake.round()
            except (StoreDown, TianweiError, SQLAlchemyError, ValueError) as error:
                self._failed(error)
            except Exception as error:  # one endpoint's odd data must not end its reader for good
                log.exception("reading an endpoint failed unexpectedly", extra={"agency": self.route.party})
                self._failed(error)
            else:
                self._failures = 0
                self._say(None)
                if taken:
                    continue
            self._stopping.wait(min(self._every_s * 2**self._failures, _LONGEST_WAIT_S))
        self._intake.close()

    def _failed(self, error: Exception) -> None:
        log.warning("cannot read an endpoint", extra={"agency": self.route.party, "error": str(error)[:300]})
        self._failures = min(self._failures + 1, 30)
        self._intake.close()
        self._say(f"{type(error).__name__}: {error}"[:500])

    def _say(self, error: str | None) -> None:
        if error is None and monotonic() - self._said_at < _SAY_S:
            return
        values: dict[str, Any] = {"intake_error": error}
        if error is None:
            values["intake_at"] = datetime.now(UTC)

        def use_case(unit: AgenciesUnit) -> dict[str, Any]:
            statement = sa.update(endpoint).where(endpoint.c.party == self.route.party).values(**values)
            unit.connection.execute(statement)
            if error is not None and self._failures == _OUTAGE_AFTER:
                outages.tell_of(unit, self.route.party, error)
            return {}

        try:
            by = system_of(Agency(self.route.party), self.route.protocol, "")
            self._runner.run(by, use_case, correlation_id=f"intake-{new_id()}")
            self._said_at = monotonic() if error is None else float("-inf")
        except (SQLAlchemyError, TianweiError):
            log.warning("cannot say how an endpoint does", extra={"agency": self.route.party})


class Receiver:
    """All readers of one house."""

    def __init__(self, settings: ReceiverSettings) -> None:
        self._settings = settings
        desk = desk_of(settings)
        self._registry = desk.registry
        self._safeguards = Safeguards.of(settings)
        dsn = settings.agencies_dsn.get_secret_value()
        engine = open_engine(dsn, pool_size=_CONNECTIONS, application=f"tianwei-{NAME}-receiver")
        clock = open_clock(settings.training_clock)
        self._runner: UnitRunner[AgenciesUnit] = UnitRunner(engine, open_unit(desk), clock, OutboxBell(engine))
        self._blobs = open_blobs(settings)
        self._readers: dict[str, Reader] = {}
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Until stop()."""
        while not self._stopping.is_set():
            try:
                self._look()
            except SQLAlchemyError:
                log.warning("cannot look up the endpoints", exc_info=True)
            if self._settings.heartbeat_file is not None:
                self._settings.heartbeat_file.touch()
            self._stopping.wait(self._settings.look_s)
        for reader in self._readers.values():
            reader.stop()
        for reader in self._readers.values():
            reader.join(5)
        self._runner.engine.dispose()

    def _look(self) -> None:
        """Start readers of what is new or changed, stop those of what is gone."""
        with self._runner.engine.connect() as connection:
            rows = list(connection.execute(sa.select(endpoint).where(endpoint.c.active)).mappings())
        wanted: dict[str, Route] = {}
        for row in rows:
            try:
                if (route := self._route(row)) is not None:
                    wanted[route.party] = route
            except SecretUnreadable:
                log.error("an endpoint's secret cannot be read", extra={"agency": row["party"]})
        for party, reader in list(self._readers.items()):
            if wanted.get(party) != reader.route or not reader.is_alive():
                reader.stop()
                del self._readers[party]
        for party, route in wanted.items():
            if party not in self._readers:
                self._readers[party] = self._reader(route)
                self._readers[party].start()

    def _route(self, row: RowMapping) -> Route | None:
        if row["protocol"] not in (file_exchange.NAME, bus_queue.NAME):
            return None
        box, purpose = self._safeguards.box, f"{row['id']}:access"
        password = box.open(row["access"], purpose) if row["access"] else ""
        return Route(row["party"], row["protocol"], row["url"], row["host_key"] or "", password)

    def _reader(self, route: Route) -> Reader:
        agency, settings = Agency(route.party), self._settings
        if route.protocol == bus_queue.NAME:
            queue_peer = QueuePeer(agency, partial(self._secrets, route.party), settings.county_code)
            queue = QueueIntake(self._runner, settings.bus_url.get_secret_value(), queue_peer)
            return Reader(route, queue, 1.0, self._runner)
        allowed = self._safeguards.allowed_hosts
        peer = PackagePeer(agency, partial(self._trusted, route.party), settings.county_code)
        folder = FolderIntake(
            partial(open_store, route.url, settings.exchange, route.password, route.host_key, allowed),
            partial(PackageIntake, self._runner, peer=peer, blobs=self._blobs),
        )
        return Reader(route, folder, settings.folder_poll_s, self._runner)

    def _secrets(self, party: str) -> list[str]:
        row = self._keys(party)
        sealed = [row["secret"], row["previous_secret"]] if row else []
        return [self._safeguards.box.open(one, str(row["id"])) for one in sealed if row and one]

    def _trusted(self, party: str) -> list[str]:
        row = self._keys(party)
        return [key for key in (row["partner_key"], row["partner_previous_key"]) if key] if row else []

    def _keys(self, party: str) -> RowMapping | None:
        """As they are now: what was signed with a new key must not be refused by who remembers the old one."""
        found = endpoint.c
        holds = found.previous_until > sa.func.now()
        statement = sa.select(
            found.id,
            found.secret,
            found.partner_key,
            sa.case((holds, found.previous_secret)).label("previous_secret"),
            sa.case((holds, found.partner_previous_key)).label("partner_previous_key"),
        ).where(found.party == party)
        with self._runner.engine.connect() as connection:
            return connection.execute(statement).mappings().one_or_none()


def main() -> None:
    """Until SIGTERM."""
    settings = ReceiverSettings()
    telemetry.configure(f"{NAME}.receiver", settings.log_level)
    receiver = Receiver(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: receiver.stop())
    receiver.run()


if __name__ == "__main__":
    main()
