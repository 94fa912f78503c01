"""Hearing a producer's events: the counterpart of publisher.py."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from kombu import Connection, Consumer, Queue

from shared.bus import serializer
from shared.bus.connection import BUS_ERRORS, connect, is_amqp, open_now
from shared.bus.names import event_queue
from shared.errors import Unavailable

PREFETCH = 50
# A quorum queue that elects its leader after a restart answers within a second or two.
ANSWER_S = 5.0
# RabbitMQ itself waits 5 s for a queue that does not answer before it removes it by force.
DELETE_S = 15.0

log = logging.getLogger(__name__)


class EventConsumer:
    """One consumer's own connection and queue for one producer's events. For one thread or greenlet."""

    def __init__(self, url: str, producer: str, consumer: str, on_message: Callable[[Any], None]) -> None:
        self._url = url
        self._queue = event_queue(producer, consumer, amqp=is_amqp(url))
        self._on_message = on_message
        self._connection: Connection | None = None
        self._beat_at = 0.0

    def hear(self, within_s: float) -> bool:
        """Wait up to within_s seconds for messages; each is given to on_message, which acknowledges it.

        True when the connection is new: what was said before may be lost. Raises Unavailable("bus.down"), and what
        on_message raises, after which the bus brings that message again.
        """
        fresh = self._connection is None
        try:
            connection = self._connection or self._connect()
            if not fresh:
                self._drain(connection, within_s)
        except BUS_ERRORS as error:
            self.drop()
            raise Unavailable("bus.down") from error
        except Exception:
            self.drop()
            raise
        return fresh

    def drop(self) -> None:
        """Let go of the socket without a handshake; the next hear() connects anew."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect()

    def _drain(self, connection: Connection, within_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            connection.drain_events(timeout=within_s)
        if monotonic() > self._beat_at:
            connection.heartbeat_check()
            self._beat_at = monotonic() + 1

    def _connect(self) -> Connection:
        connection = connect(self._url, acks=False)  # the log keeps what a lost message said
        self._connection = connection
        open_now(connection)
        try:
            with _answering_within(ANSWER_S, connection):
                self._consume(connection)
        except TimeoutError:
            if is_amqp(self._url):
                self._bury()
            raise
        return connection

    def _consume(self, connection: Connection) -> None:
        Consumer(
            connection.channel(),
            queues=[self._queue],
            on_message=self._on_message,
            accept=serializer.ACCEPTED,
            prefetch_count=PREFETCH,
        ).consume()

    def _bury(self) -> None:
        """Delete the queue, which exists and never answers; the next connection declares it anew.

        A quorum queue declared less than a second before a SIGKILL of RabbitMQ comes back so (rabbitmq-server issue
        15725), and one such queue keeps every publish of its producer from being confirmed. All it held is in the
        producer's log.
        """
        log.error("the event queue does not answer; it is deleted and declared anew", extra={"queue": self._queue.name})
        self.drop()
        connection = connect(self._url, heartbeat=0)
        try:
            open_now(connection)
            with _answering_within(DELETE_S, connection):
                Queue(self._queue.name, channel=connection.channel()).delete()
        finally:
            connection.collect()


@contextlib.contextmanager
def _answering_within(seconds: float, connection: Connection) -> Iterator[None]:
    """RabbitMQ's answers raise TimeoutError when silence lasts so long; else they are waited for without end.

    Valkey's are bounded by its driver.
    """
    if connection.transport.driver_type != "amqp":
        yield
        return
    with connection.connection.transport.having_timeout(seconds):
        yield
