"""The loops that number and publish: wake on NOTIFY or each second, one leader a service (reliability.md 4)."""

import logging
import time
from threading import Event
from typing import Any

import psycopg2
from eventlet.hubs import trampoline
from eventlet.timeout import Timeout
from sqlalchemy import Engine

from shared.delivery.relay import Relay
from shared.host.loops import Loop

log = logging.getLogger(__name__)

CHANNEL = "tianwei_outbox"
WAKE_S = 1.0
LEADER_CHECK_S = 5.0
# Under load, let a few commits gather: a batch costs about as much as one event. The first after a rest is not delayed.
GATHER_S = 0.03
# Advisory lock key of the relay in each service's own database.
_LEADER_KEY = 7_200_428


class Bell:
    """Tells the numbering loop, here or in another replica, that events wait.

    Rings in the process are free; a NOTIFY is sent only when another process leads, and many rings make one.
    """

    def __init__(self) -> None:
        self.wake = Event()
        # Only what was rung here is passed on: passing on what was heard would echo for ever.
        self.rung_here = False

    def ring(self) -> None:
        self.rung_here = True
        self.wake.set()


class Leadership:
    """One session that listens and, if it got the advisory lock, leads. A lost connection is a lost lead."""

    def __init__(self, engine: Engine, bell: Bell) -> None:
        self._engine = engine
        self._bell = bell
        self._connection: Any = None
        self._checked_at = 0.0
        self.leads = False

    def listen(self) -> None:
        """Wait up to a second for a NOTIFY and pass it on; keep the lead in order."""
        if self._connection is None:
            self._connect()
        if time.monotonic() - self._checked_at > LEADER_CHECK_S or not self.leads:
            self._check()
        try:
            trampoline(self._connection.fileno(), read=True, timeout=WAKE_S)
        except Timeout:
            return
        try:
            self._connection.poll()
        except psycopg2.Error:
            self.drop()
            raise
        if self._connection.notifies:
            self._connection.notifies.clear()
            self._bell.wake.set()

    def notify(self) -> None:
        """Wake whoever leads elsewhere."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"NOTIFY {CHANNEL}")
            connection.commit()

    def drop(self) -> None:
        self.leads = False
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> None:
        url = self._engine.url.set(drivername="postgresql")
        connection = psycopg2.connect(
            url.render_as_string(hide_password=False),
            application_name="tianwei-relay",
            connect_timeout=5,
            keepalives_idle=20,
            options="-c statement_timeout=5s",
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        self._connection = connection

    def _check(self) -> None:
        self._checked_at = time.monotonic()
        try:
            with self._connection.cursor() as cursor:
                if self.leads:
                    cursor.execute("SELECT 1")
                else:
                    cursor.execute("SELECT pg_try_advisory_lock(%s)", (_LEADER_KEY,))
                    self.leads = bool(cursor.fetchone()[0])
        except psycopg2.Error:
            self.drop()
            raise


class RelayLoops:
    """listen, number, publish: three loops, so that a bus that hangs never delays numbering."""

    def __init__(self, engine: Engine, relay: Relay, bell: Bell) -> None:
        self._relay = relay
        self._bell = bell
        self._numbered = Event()
        self._numbered_at = 0.0
        self._leadership = Leadership(engine, bell)
        self.last_tick_at: float | None = None
        self.last_publish_at: float | None = None

    @property
    def leads(self) -> bool:
        return self._leadership.leads

    @property
    def unrouted(self) -> bool:
        """Whether nobody has a queue for our events; consumers then hear by catch-up alone."""
        return self._relay.unrouted

    def loops(self) -> list[Loop]:
        return [
            Loop("relay.listen", self._leadership.listen),
            Loop("relay.number", self._number),
            Loop("relay.publish", self._publish),
        ]

    def _number(self) -> None:
        self._bell.wake.wait(WAKE_S)
        self._bell.wake.clear()
        rung_here, self._bell.rung_here = self._bell.rung_here, False
        if not self._leadership.leads:
            if rung_here:
                self._leadership.notify()
            return
        rest_s = self._numbered_at + GATHER_S - time.monotonic()
        if rest_s > 0:
            time.sleep(rest_s)
        if self._relay.number():
            self._numbered_at = time.monotonic()
            self._numbered.set()
        self.last_tick_at = time.monotonic()

    def _publish(self) -> None:
        self._numbered.wait(WAKE_S)
        self._numbered.clear()
        if self._leadership.leads:
            self._relay.publish()
            self.last_publish_at = time.monotonic()
