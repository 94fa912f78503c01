"""kombu's Redis transport, corrected so that nameko and our clients meet the same bus on Valkey as on RabbitMQ.

Differences from kombu 5.7's own, each because something was seen to need it:
- every message carries `properties["content_type"]`: nameko's responder reads it there;
- an exchange not declared on this connection counts as `topic`: nameko publishes to exchanges it never declared there;
- a message for nobody is refused when it is `mandatory`, as RabbitMQ does;
- replies go straight to the queue named by their routing key and vanish after a minute: no binding is left behind by a
  caller that died, and no round trip is spent on looking one up;
- the routes of calls are remembered for some seconds (kombu asks the server at every publish);
- a list never outgrows MAX_QUEUE_LENGTH, a message past its expiration is not delivered, an unreadable one is dropped
  with a log line instead of ending the consumer;
- bindings are renewed by whoever consumes: a wiped server (FLUSHALL) routes again within seconds;
- a consumer at its prefetch limit goes on the moment a message is acknowledged: kombu sleeps a second first, which cost
  nine tenths of the calls per second as soon as all workers were busy;
- no redis-py retries: the callers decide, and a repeated LPUSH is a repeated message.
"""

import logging
import threading
from queue import Empty
from time import monotonic, time
from typing import Any

import orjson
from amqp.exceptions import ChannelError
from kombu import transport as kombu_transport
from kombu.transport import redis as kombu_redis
from kombu.transport import virtual
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared.bus.names import MAX_QUEUE_LENGTH, REPLY_PREFIX, RPC_EXCHANGE

ALIAS = "tianwei-valkey"
REPLY_KEPT_MS = 60_000
ROUTE_KEPT_S = 5.0
RENEW_S = 2.0
NO_ROUTE = 312

log = logging.getLogger(__name__)


def register() -> None:
    """Make `tianwei-valkey://` known to kombu. Idempotent."""
    kombu_transport.TRANSPORT_ALIASES[ALIAS] = "shared.bus.transport:Transport"


class CreditPoller(kombu_redis.MultiChannelPoller):  # type: ignore[misc]
    """Waits for an acknowledgement, not for a second to pass, when no consumer may take another message."""

    def __init__(self) -> None:
        self.credit = threading.Event()
        super().__init__()

    def get(self, callback: Any, timeout: float | None = None) -> None:
        self.credit.clear()
        if self._all_full():
            self.credit.wait(1 if timeout is None else min(timeout, 1))
            if self._all_full():
                raise Empty
        super().get(callback, timeout)

    def _all_full(self) -> bool:
        consuming = [channel for channel in self._channels if channel.active_queues]
        return bool(consuming) and not any(channel.qos.can_consume() for channel in consuming)


class MemoryQoS(virtual.QoS):  # type: ignore[misc]
    """Unacknowledged messages are known to this process alone; a closed channel puts them back, a crash loses them."""

    def restore_unacked(self) -> list[tuple[BaseException, Any]]:
        """Put back what was not acknowledged; what cannot be is lost.

        kombu would write those messages, bodies and all, to a file in the temporary folder.
        """
        lost: list[tuple[BaseException, Any]] = super().restore_unacked()
        if lost:
            log.warning("%d unacknowledged messages are lost with the bus: %r", len(lost), lost[0][0])
        return []

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        self.channel.credit_returned()

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().reject(delivery_tag, requeue)
        self.channel.credit_returned()


class StoredQoS(kombu_redis.QoS):  # type: ignore[misc]
    """Unacknowledged messages are kept on the server and come back after the visibility timeout."""

    def ack(self, delivery_tag: str) -> None:
        super().ack(delivery_tag)
        self.channel.credit_returned()

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        super().reject(delivery_tag, requeue)
        self.channel.credit_returned()


class Channel(kombu_redis.Channel):  # type: ignore[misc]
    """A channel on Valkey. One thread (or greenlet) consumes on it; publishing has a connection pool of its own."""

    # Bodies are JSON text already; base64 would only make them longer.
    body_encoding = None
    # One list per queue: nobody here uses priorities, and each step is another key in every command.
    priority_steps = (0,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._routes: dict[str, tuple[list[str], float]] = {}
        self._bound: set[tuple[str, str, str, str]] = set()
        self._renew_at = monotonic() + RENEW_S
        self._publishing_client: Any = None
        super().__init__(*args, **kwargs)
        self.QoS = StoredQoS if self.ack_emulation else MemoryQoS

    def credit_returned(self) -> None:
        """Tell the poller that a message was acknowledged or rejected."""
        if self.connection is not None:
            self.connection.cycle.credit.set()

    # publishing

    def prepare_message(
        self, body: str, priority: Any = None, content_type: str | None = None, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        message: dict[str, Any] = super().prepare_message(body, priority, content_type, *args, **kwargs)
        message["properties"]["content_type"] = content_type
        return message

    def encode_body(self, body: str | bytes, encoding: str | None = None) -> tuple[str, str | None]:
        """Bodies travel as text; a message put back holds its body as bytes. Raises UnicodeDecodeError for others."""
        return (body.decode() if isinstance(body, bytes) else body), encoding

    def typeof(self, exchange: str, default: str = "topic") -> Any:
        return super().typeof(exchange, default)

    def basic_publish(
        self, message: dict[str, Any], exchange: str, routing_key: str, mandatory: bool = False, **_: Any
    ) -> None:
        """Put the message on every queue it is routed to. Raises ChannelError NO_ROUTE if mandatory and none."""
        self._inplace_augment_message(message, exchange, routing_key)
        properties = message["properties"]
        if properties.get("expiration") is not None:
            properties["expires_at"] = time() + int(properties["expiration"]) / 1000
        queues = self._lookup(exchange, routing_key)
        if mandatory and not queues:
            raise ChannelError(f"NO_ROUTE {exchange} {routing_key}", (60, 50), "Basic.publish", NO_ROUTE)
        for queue in queues:
            self._put(queue, message)

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        if routing_key.startswith(REPLY_PREFIX):
            return [routing_key]
        if exchange != RPC_EXCHANGE:
            return list(super()._lookup(exchange, routing_key, default))
        queues, until = self._routes.get(routing_key, ([], 0.0))
        if monotonic() < until:
            return queues
        queues = list(super()._lookup(exchange, routing_key, default))
        if queues:  # a miss is never remembered: the service may be starting
            self._routes[routing_key] = (queues, monotonic() + ROUTE_KEPT_S)
        return queues

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:
        raw = orjson.dumps(message)
        with self.conn_or_acquire() as client:
            if queue.startswith(REPLY_PREFIX):
                with client.pipeline(transaction=False) as pipe:
                    pipe.lpush(queue, raw).pexpire(queue, REPLY_KEPT_MS).execute()
            elif client.lpush(queue, raw) > MAX_QUEUE_LENGTH:
                client.ltrim(queue, 0, MAX_QUEUE_LENGTH - 1)
                log.warning("queue %s is full: its oldest messages are dropped", queue)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        if not routing_key.startswith(REPLY_PREFIX):
            super()._queue_bind(exchange, routing_key, pattern, queue)
            self._bound.add((exchange, routing_key, pattern, queue))

    # consuming

    def _brpop_start(self, timeout: float | None = None) -> None:
        """As kombu's; now and then the bindings are made again, for a server wiped under a living connection."""
        if monotonic() > self._renew_at:
            self._renew_at = monotonic() + RENEW_S
            for exchange, routing_key, pattern, queue in self._bound:
                super()._queue_bind(exchange, routing_key, pattern, queue)
        super()._brpop_start(timeout)

    def _brpop_read(self, **options: Any) -> bool:
        """Take what BRPOP answered and deliver it. Raises Empty if there was nothing to deliver."""
        try:
            answer = self._brpop_answer(options)
            if not answer:
                raise Empty
            queue = answer[0].decode() if isinstance(answer[0], bytes) else answer[0]
            self._queue_cycle.rotate(queue)
            message = _readable(answer[1], queue)
            if message is None:
                raise Empty
            self.connection._deliver(message, queue)
            return True
        finally:
            self._in_poll = None

    def _brpop_answer(self, options: dict[str, Any]) -> Any:
        connection = self.client.connection
        try:
            return self.client.parse_response(connection, "BRPOP", **options)
        except self.connection_errors:
            connection.disconnect()
            raise

    # connections

    def conn_or_acquire(self, client: Any = None) -> Any:
        """The client for short commands; kombu would build one anew for each."""
        if client is not None:
            return _Borrowed(client)
        if self._publishing_client is None or self._publishing_client.connection_pool is not self.pool:
            self._publishing_client = self._create_client()
        return _Borrowed(self._publishing_client)

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        params: dict[str, Any] = super()._connparams(asynchronous=asynchronous)
        params["retry"] = Retry(NoBackoff(), 0)
        return params

    def drop(self) -> None:
        """Close the sockets without a word to the server."""
        if self._qos is not None:
            self._qos._on_collect.cancel()
        self._in_poll = None
        self._disconnect_pools()


class _Borrowed:
    """What `with channel.conn_or_acquire() as client` needs and no more."""

    __slots__ = ("client",)

    def __init__(self, client: Any) -> None:
        self.client = client

    def __enter__(self) -> Any:
        return self.client

    def __exit__(self, *_: object) -> None:
        return None


class Transport(kombu_redis.Transport):  # type: ignore[misc]
    """kombu transport for Valkey over TCP or a unix socket."""

    Channel = Channel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = CreditPoller()

    def _collect(self, connection: Any) -> None:
        """kombu's Connection.collect(): let go of the sockets without waiting for the server."""
        if connection is None:
            return
        channels = [*self._avail_channels, *self.channels]
        self._avail_channels.clear()
        self.channels.clear()
        self.cycle.close()
        for channel in channels:
            channel.drop()


def _readable(raw: bytes, queue: str) -> dict[str, Any] | None:
    """The message of a list item, or None if it is unreadable or its time has passed."""
    try:
        message: dict[str, Any] = orjson.loads(raw)
        expires_at = message["properties"].get("expires_at")
        message["properties"]["delivery_tag"], message["properties"]["delivery_info"]["routing_key"]
    except (ValueError, TypeError, KeyError, AttributeError):
        log.exception("queue %s: an unreadable message of %d bytes is dropped", queue, len(raw))
        return None
    return message if expires_at is None or time() < expires_at else None
