"""One connection and channel kept open for publishing to one exchange."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from amqp.exceptions import ChannelError, MessageNacked
from kombu import Exchange

from shared.bus.connection import IO_TIMEOUT_S, connect, is_amqp, open_now
from shared.bus.transport import NO_ROUTE

PERSISTENT, TRANSIENT = 2, 1


class Unroutable(Exception):
    """A mandatory message for which no queue is bound. The connection is still good."""


class Sender:
    """Publishes; connects and declares its exchange when first needed or after drop(). One caller at a time.

    With confirms, post() only sends and settle() waits until the bus has all that was posted. Valkey answers every
    message at once. No heartbeat: a dead peer shows by the missing confirm, and a publisher may rest for hours.
    """

    def __init__(self, url: str, exchange: Exchange, *, confirm: bool = True) -> None:
        self._exchange = exchange
        self._connection = connect(url, confirm=False, acks=False, heartbeat=0)
        self._amqp = is_amqp(url)
        self._confirm = confirm and self._amqp
        self._channel: Any = None
        self._posted = 0
        self._unconfirmed: set[int] = set()
        self._returned = False
        self._nacked = False

    def send(
        self,
        body: str,
        content_type: str,
        routing_key: str,
        properties: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        mandatory: bool = True,
        within_s: float = IO_TIMEOUT_S,
    ) -> None:
        """post() and settle(): publish and wait until the bus has the message. Raises what they raise."""
        give_up_at = monotonic() + within_s
        self.post(body, content_type, routing_key, properties, headers=headers, mandatory=mandatory, within_s=within_s)
        self.settle(within_s=min(IO_TIMEOUT_S, give_up_at - monotonic()))

    def post(
        self,
        body: str,
        content_type: str,
        routing_key: str,
        properties: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        mandatory: bool = True,
        within_s: float = IO_TIMEOUT_S,
    ) -> None:
        """Publish without waiting for the confirm. body: JSON text. within_s: seconds.

        Raises one of connection.BUS_ERRORS, after which the connection is dropped and nothing posted is known to have
        arrived; on Valkey, Unroutable.
        """
        give_up_at = monotonic() + within_s
        try:
            channel = self._channel or self._open()
            message = channel.prepare_message(
                body, None, content_type, "utf-8", headers=dict(headers or {}), properties=dict(properties)
            )
            left = min(IO_TIMEOUT_S, give_up_at - monotonic())
            if left <= 0:
                raise TimeoutError("connecting to the bus took all the time there was")
            channel.basic_publish(
                message, exchange=self._exchange.name, routing_key=routing_key, mandatory=mandatory, timeout=left
            )
        except ChannelError as error:
            if error.reply_code == NO_ROUTE and not self._amqp:
                raise Unroutable(routing_key) from None
            self.drop()
            raise
        except BaseException:
            self.drop()
            raise
        if self._confirm:
            self._posted += 1
            self._unconfirmed.add(self._posted)

    def settle(self, *, within_s: float = IO_TIMEOUT_S) -> None:
        """Wait until the bus has confirmed all that was posted.

        Raises Unroutable if any of it had no queue, or one of connection.BUS_ERRORS.
        """
        give_up_at = monotonic() + within_s
        try:
            while self._unconfirmed:
                left = give_up_at - monotonic()
                if left <= 0:
                    raise TimeoutError("the bus did not confirm in time")
                self._connection.drain_events(timeout=left)
            if self._nacked:
                raise MessageNacked
        except BaseException:
            self.drop()
            raise
        if self._returned:
            self._returned = False
            raise Unroutable(self._exchange.name)

    def _open(self) -> Any:
        open_now(self._connection)
        channel = self._connection.channel()
        self._exchange(channel).declare()
        if self._amqp:
            # RabbitMQ returns a message before it confirms it.
            channel.events["basic_return"].add(self._on_return)
        if self._confirm:
            channel.events["basic_ack"].add(self._on_ack)
            channel.events["basic_nack"].add(self._on_nack)
            channel.confirm_select()
        self._channel = channel
        return channel

    def _on_return(self, *_: Any) -> None:
        self._returned = True

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        if multiple:
            self._unconfirmed = {tag for tag in self._unconfirmed if tag > delivery_tag}
        else:
            self._unconfirmed.discard(delivery_tag)

    def _on_nack(self, delivery_tag: int, multiple: bool) -> None:
        self._nacked = True
        self._on_ack(delivery_tag, multiple)

    def drop(self) -> None:
        """Let go of the sockets without a handshake; the next send connects anew."""
        self._forget()
        self._connection.collect()

    def close(self) -> None:
        """As drop(), after telling RabbitMQ that it is meant."""
        if self._amqp and self._channel is not None:
            self._forget()
            self._connection.release()
        else:
            self.drop()

    def _forget(self) -> None:
        self._channel = None
        self._posted, self._unconfirmed = 0, set()
        self._returned = self._nacked = False
