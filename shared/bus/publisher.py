"""Publishing a service's events: one message carries a batch of consecutive CloudEvents of one source."""

import logging
from collections.abc import Sequence
from typing import Any

from shared.bus import serializer
from shared.bus.connection import BUS_ERRORS
from shared.bus.names import events_exchange
from shared.bus.sender import PERSISTENT, Sender, Unroutable
from shared.errors import Unavailable

DEADLINE_S = 5.0

log = logging.getLogger(__name__)


class EventPublisher:
    """The relay's own connection to the bus. For one thread or greenlet; works patched by eventlet and plain."""

    def __init__(self, url: str) -> None:
        self._sender = Sender(url, events_exchange())

    def publish(self, source: str, envelopes: Sequence[dict[str, Any]]) -> bool:
        """Publish the envelopes as one persistent message under the key `source`, in the order given.

        True: the bus has it for at least one consumer. False: nobody has a queue for this source (alert and go on).
        Raises Unavailable("bus.down") when it is not known to have arrived; publish again after a pause.
        """
        body = serializer.dumps(list(envelopes))
        try:
            self._sender.send(
                body,
                serializer.EVENTS_TYPE,
                source,
                {"delivery_mode": PERSISTENT},
                within_s=DEADLINE_S,
            )
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
