"""Waking by PostgreSQL's NOTIFY: the sender when something is owed, the sequencer when a sender has told an event."""

import asyncio
import logging

import psycopg2
import psycopg2.extensions
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

OUTBOX_CHANNEL = "tianwei_outbox"


class OutboxBell:
    """Ring for a UnitRunner: wakes the service's sequencer after a commit that told events.

    A lost ring costs at most the sequencer's own period of one second.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def __call__(self) -> None:
        try:
            with self._engine.connect() as connection:
                connection.execute(sa.text(f"NOTIFY {OUTBOX_CHANNEL}"))
        except SQLAlchemyError:
            log.warning("could not wake the sequencer", exc_info=True)


class Listener:
    """Sets an event whenever a channel is notified; listens again after the connection is lost.

    dsn: SQLAlchemy URL. The connection is its own: LISTEN does not go through a pool.
    """

    def __init__(self, dsn: str, channel: str, woken: asyncio.Event) -> None:
        url = sa.make_url(dsn)
        self._arguments = url.translate_connect_args(username="user", database="dbname")
        self._arguments.update(url.query)
        self._channel = channel
        self._woken = woken
        self._connection: psycopg2.extensions.connection | None = None

    async def ensure(self) -> None:
        """Connect and listen unless listening already; a database that is down is tried again at the next call."""
        if self._connection is not None and not self._connection.closed:
            return
        try:
            connection = await asyncio.to_thread(self._connect)
        except psycopg2.Error:
            log.warning("cannot listen", exc_info=True)
            return
        self._connection = connection
        asyncio.get_running_loop().add_reader(connection.fileno(), self._read, connection, connection.fileno())
        self._woken.set()  # what was notified while nobody listened

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and not connection.closed:
            asyncio.get_running_loop().remove_reader(connection.fileno())
            connection.close()

    def _connect(self) -> psycopg2.extensions.connection:
        connection: psycopg2.extensions.connection = psycopg2.connect(
            **self._arguments, application_name="tianwei-listener", connect_timeout=5, keepalives_idle=20
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {self._channel}")
        return connection

    def _read(self, connection: psycopg2.extensions.connection, descriptor: int) -> None:
        try:
            connection.poll()
        except psycopg2.Error:
            log.warning("lost the listening connection")
            asyncio.get_running_loop().remove_reader(descriptor)
            connection.close()
        else:
            connection.notifies.clear()
        self._woken.set()
