"""Nameko's queue consumer with our patience: reconnects within seconds, and shows that it is alive."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from nameko.messaging import QueueConsumer

from shared.bus.connection import BUS_ERRORS

RECONNECT_FIRST_S = 0.2
RECONNECT_STEP_S = 0.5
RECONNECT_MAX_S = 5.0


class BusQueueConsumer(QueueConsumer):  # type: ignore[misc]
    """One consuming connection per container, shared by all its entrypoints. Consumes from the bus of the config.

    last_turn: time.monotonic() of the consuming loop's last turn; it turns at least each second while connected, so a
    loop silent for three heartbeats hangs on a dead link or on a blocked hub.
    """

    def __init__(self) -> None:
        self.last_turn = monotonic()
        super().__init__()

    def on_iteration(self) -> None:
        self.last_turn = monotonic()
        super().on_iteration()

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        self.last_turn = monotonic()
        super().on_connection_error(exc, interval)

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        """As kombu's, which waits up to 30 s between tries."""
        with self.create_connection() as connection:
            connection.ensure_connection(
                self.on_connection_error,
                interval_start=RECONNECT_FIRST_S,
                interval_step=RECONNECT_STEP_S,
                interval_max=RECONNECT_MAX_S,
            )
            yield connection

    @contextmanager
    def extra_context(self, connection: Any, channel: Any) -> Iterator[None]:  # noqa: ARG002 - kombu's signature
        """A broken link is dropped before kombu takes leave of it: over a link dead in one direction, waiting for the
        broker's answer to that has no end. Valkey takes leave without asking.
        """
        asks = connection.transport.driver_type == "amqp"
        try:
            yield
        except BUS_ERRORS:
            if asks:
                connection.collect()
            raise
