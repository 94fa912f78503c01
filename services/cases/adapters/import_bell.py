"""Waits for PostgreSQL to say that work was asked for: an import, an examination of evidence, a proof bundle."""

import logging
import select
import time

import psycopg2
import psycopg2.extensions
import sqlalchemy as sa

log = logging.getLogger(__name__)


class ImportBell:
    """dsn: SQLAlchemy URL. The connection is its own: LISTEN does not go through a pool.

    A ring that is lost costs one waiting period, for the caller looks for work after every wait.
    """

    def __init__(self, dsn: str, channel: str, application: str = "tianwei-cases-worker-bell") -> None:
        url = sa.make_url(dsn)
        self._arguments = url.translate_connect_args(username="user", database="dbname")
        self._arguments.update(url.query)
        self._channel = channel
        self._application = application
        self._connection: psycopg2.extensions.connection | None = None

    def ensure(self) -> None:
        """Listen unless listening already: before looking for work, so that no ring falls between."""
        if self._connection is not None:
            return
        try:
            self._connection = self._connect()
        except psycopg2.Error:
            log.warning("cannot listen", exc_info=True)

    def wait(self, most_s: float) -> None:
        """Until it rings, or for that many seconds."""
        connection = self._connection
        if connection is None:
            time.sleep(most_s)
            return
        try:
            if not connection.notifies and select.select([connection], [], [], most_s)[0]:
                connection.poll()
            connection.notifies.clear()
        except psycopg2.Error:
            log.warning("lost the listening connection")
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> psycopg2.extensions.connection:
        connection: psycopg2.extensions.connection = psycopg2.connect(
            **self._arguments, application_name=self._application, connect_timeout=5, keepalives_idle=20
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {self._channel}")
        return connection
