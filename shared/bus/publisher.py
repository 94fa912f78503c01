"""Publishing a service's events: one message carries a batch of consecutive CloudEvents of one source."""

import logging
from collections.abc import Sequence
from typing import Any

from shared.bus import serializer
from shared.bus.connection import BUS_ERRORS, user_of
from shared.bus.names import events_exchange
from shared.bus.sender import PERSISTENT, Sender, Unroutable
from shared.crash_points import CrashPoint, reach
from shared.errors import Unavailable

DEADLINE_S = 5.0

log = logging.getLogger(__name__)


class EventPublisher:
    """The relay's own connection to the bus. For one thread or greenlet; works patched by eventlet and plain."""

    def __init__(self, url: str) -> None:
        self._sender = Sender(url, events_exchange())
        self._properties: dict[str, Any] = {"delivery_mode": PERSISTENT}
        if user := user_of(url):
            # RabbitMQ closes the channel of whoever gives another name than its own.
            self._properties["user_id"] = user

    def publish(self, source: str, batches: Sequence[Sequence[dict[str, Any]]]) -> bool:
        """Publish each batch as one persistent message under the key `source`, pipelined, in the order given.

        True: the bus has all of them for at least one consumer. False: nobody has a queue for this source.
        Raises Unavailable("bus.down") when it is not known to have arrived; publish again after a pause.
        """
        try:
            for batch in batches:
                body = serializer.dumps(list(batch))
                self._sender.post(body, serializer.EVENTS_TYPE, source, self._properties, within_s=DEADLINE_S)
            reach(CrashPoint.RELAY_BEFORE_CONFIRM)
            self._sender.settle(within_s=DEADLINE_S)
        except Unroutable:
            return False
        except BUS_ERRORS as error:
            log.warning("events of %s could not be published: %r", source, error)
            raise Unavailable("bus.down", source=source) from error
        return True

    def close(self) -> None:
        """Close the connection; errors of a bus already gone are of no interest."""
        try:
            self._sender.close()
        except BUS_ERRORS:
            self._sender.drop()
