"""One connection and channel kept open for publishing to one exchange."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from amqp.exceptions import ChannelError
from kombu import Exchange

from shared.bus.connection import IO_TIMEOUT_S, connect, is_amqp, open_now
from shared.bus.transport import NO_ROUTE

PERSISTENT, TRANSIENT = 2, 1


class Unroutable(Exception):
    """A mandatory message for which no queue is bound. The connection is still good."""


class Sender:
    """Publishes; connects and declares its exchange when first needed or after drop(). One caller at a time.

    No heartbeat: a dead peer shows by the missing confirm, and a publisher may rest for hours.
    """

    def __init__(self, url: str, exchange: Exchange, *, confirm: bool = True) -> None:
        self._exchange = exchange
        self._connection = connect(url, confirm=confirm, acks=False, heartbeat=0)
        self._amqp = is_amqp(url)
        self._channel: Any = None
        self._returned = False

    def send(
        self,
        body: str,
        content_type: str,
        routing_key: str,
        properties: Mapping[str, Any],
        *,
        mandatory: bool = True,
        within_s: float = IO_TIMEOUT_S,
    ) -> None:
        """Publish and, with confirms, wait until the bus has the message. body: JSON text. within_s: seconds.

        Raises Unroutable, or one of connection.BUS_ERRORS; after the latter the connection is already dropped.
        """
        give_up_at = monotonic() + within_s
        try:
            channel = self._channel or self._open()
            message = channel.prepare_message(
                body, None, content_type, "utf-8", headers={}, properties=dict(properties)
            )
            self._publish(channel, message, routing_key, mandatory, give_up_at)
        except ChannelError as error:
            if error.reply_code == NO_ROUTE and not self._amqp:
                raise Unroutable(routing_key) from None
            self.drop()
            raise
        except BaseException:
            self.drop()
            raise
        if self._returned:
            raise Unroutable(routing_key)

    def _publish(self, channel: Any, message: Any, routing_key: str, mandatory: bool, give_up_at: float) -> None:
        self._returned = False
        left = min(IO_TIMEOUT_S, give_up_at - monotonic())
        if left <= 0:
            raise TimeoutError("connecting to the bus took all the time there was")
        channel.basic_publish(
            message,
            exchange=self._exchange.name,
            routing_key=routing_key,
            mandatory=mandatory,
            timeout=left,
            confirm_timeout=left,
        )

    def _open(self) -> Any:
        open_now(self._connection)
        channel = self._connection.channel()
        self._exchange(channel).declare()
        if self._amqp:
            # RabbitMQ returns before it confirms, so the flag is set by the time basic_publish comes back.
            channel.events["basic_return"].add(self._on_return)
        self._channel = channel
        return channel

    def _on_return(self, *_: Any) -> None:
        self._returned = True

    def drop(self) -> None:
        """Let go of the sockets without a handshake; the next send connects anew."""
        self._channel = None
        self._connection.collect()

    def close(self) -> None:
        """As drop(), after telling RabbitMQ that it is meant."""
        if self._amqp and self._channel is not None:
            self._channel = None
            self._connection.release()
        else:
            self.drop()
