"""Names on the bus and how queues are declared: the one place that spells them."""

from typing import Any

from kombu import Exchange, Queue

EVENTS_EXCHANGE = "tianwei.events"
RPC_EXCHANGE = "nameko-rpc"
REPLY_PREFIX = "rpc.reply-"

# The bus is a doorbell: what overflows here is fetched from the producer's log by catch-up.
MAX_QUEUE_LENGTH = 10_000


def events_exchange() -> Exchange:
    """Durable topic exchange; the routing key is the source: cases, agencies, notify."""
    return Exchange(EVENTS_EXCHANGE, type="topic", durable=True)


def rpc_exchange() -> Exchange:
    """The exchange nameko 2.14.1 uses for calls (key `service.method`) and replies (key = reply_to)."""
    return Exchange(RPC_EXCHANGE, type="topic", durable=True)


def event_queue_name(source: str, consumer: str) -> str:
    return f"events.{source}.to.{consumer}"


def event_queue(source: str, consumer: str, *, amqp: bool) -> Queue:
    """The durable queue by which one consumer hears one source; a bounded quorum queue on RabbitMQ."""
    arguments: dict[str, Any] = (
        {"x-queue-type": "quorum", "x-max-length": MAX_QUEUE_LENGTH, "x-overflow": "drop-head"} if amqp else {}
    )
    return Queue(
        event_queue_name(source, consumer),
        exchange=events_exchange(),
        routing_key=source,
        durable=True,
        queue_arguments=arguments,
    )


def rpc_queue_name(service: str) -> str:
    """The queue nameko 2.14.1 declares for a service: durable, so it outlives restarts of service and broker."""
    return f"rpc-{service}"


def reply_queue(name: str) -> Queue:
    """A caller's own reply queue, gone with its connection. name: begins with REPLY_PREFIX; also its routing key."""
    return Queue(name, exchange=rpc_exchange(), routing_key=name, durable=False, exclusive=True, no_ack=True)
