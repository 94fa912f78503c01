"""Valkey as a bus: what kombu's own Redis transport does not do."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from kombu import Connection, Consumer, Queue

from shared.bus import serializer
from shared.bus.connection import connect
from shared.bus.names import REPLY_PREFIX, event_queue, reply_queue, rpc_exchange
from shared.bus.publisher import EventPublisher
from shared.bus.sender import Sender, Unroutable
from tests.support.nodes import ValkeyNode


@pytest.fixture(scope="module")
def node() -> Iterator[ValkeyNode]:
    with ValkeyNode() as node:
        yield node


@pytest.fixture
def valkey(node: ValkeyNode) -> ValkeyNode:
    node.wipe()
    return node


@pytest.fixture
def sender(valkey: ValkeyNode) -> Iterator[Sender]:
    sender = Sender(valkey.url, rpc_exchange())
    yield sender
    sender.close()


def service_queue(name: str = "echo") -> Queue:
    return Queue(f"rpc-{name}", rpc_exchange(), f"{name}.*", durable=True)


def drain(connection: Connection, rounds: int = 20) -> None:
    """Take what is there: until one drain finds nothing."""
    for _ in range(rounds):
        try:
            connection.drain_events(timeout=0.1)
        except TimeoutError:
            return


def listen(connection: Connection, queue: Queue, got: list[Any], *, ack: bool = True) -> Consumer:
    def keep(body: Any, message: Any) -> None:
        got.append(body)
        if ack:
            message.ack()

    consumer = Consumer(connection.channel(), [queue], callbacks=[keep], accept=list(serializer.ACCEPTED))
    consumer.consume()
    return consumer


def test_a_message_past_its_expiration_is_not_delivered(valkey: ValkeyNode, sender: Sender) -> None:
    with connect(valkey.url, acks=False) as connection:
        got: list[Any] = []
        service_queue()(connection.channel()).declare()
        sender.send('{"n": 1}', serializer.JSON_TYPE, "echo.echo", {"expiration": "0"})
        sender.send('{"n": 2}', serializer.JSON_TYPE, "echo.echo", {"expiration": "60000"})
        listen(connection, service_queue(), got)
        drain(connection)
        assert got == [{"n": 2}]


def test_an_unreadable_item_of_a_list_is_passed_over(valkey: ValkeyNode, sender: Sender) -> None:
    with connect(valkey.url, acks=False) as connection:
        got: list[Any] = []
        listen(connection, service_queue(), got)
        valkey.ask("LPUSH", "rpc-echo", "no-json")
        drain(connection)
        sender.send('{"n": 1}', serializer.JSON_TYPE, "echo.echo", {})
        drain(connection)
        assert got == [{"n": 1}]


def test_a_full_queue_loses_its_oldest_messages(
    valkey: ValkeyNode, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.transport.MAX_QUEUE_LENGTH", 3)
    with connect(valkey.url, acks=False) as connection:
        got: list[Any] = []
        service_queue()(connection.channel()).declare()
        for n in range(5):
            sender.send(f"[{n}]", serializer.JSON_TYPE, "echo.echo", {})
        listen(connection, service_queue(), got)
        drain(connection)
        assert got == [[2], [3], [4]]


@pytest.mark.parametrize("acks", [True, False])
def test_a_channel_closed_in_good_order_puts_back_what_it_did_not_acknowledge(
    valkey: ValkeyNode, sender: Sender, acks: bool
) -> None:
    got: list[Any] = []
    with connect(valkey.url, acks=acks) as connection:
        service_queue()(connection.channel()).declare()
        sender.send('{"n": 1}', serializer.JSON_TYPE, "echo.echo", {})
        listen(connection, service_queue(), got, ack=False)
        drain(connection)
    with connect(valkey.url, acks=acks) as connection:
        listen(connection, service_queue(), got)
        drain(connection)
    assert got == [{"n": 1}, {"n": 1}]


def test_a_consumer_at_its_prefetch_limit_goes_on_when_a_message_is_acknowledged(
    valkey: ValkeyNode, sender: Sender
) -> None:
    with connect(valkey.url, acks=False) as connection:
        got: list[Any] = []
        messages: list[Any] = []
        consumer = listen(connection, service_queue(), got, ack=False)
        consumer.qos(prefetch_count=1)
        consumer.register_callback(lambda _body, message: messages.append(message))
        for n in range(2):
            sender.send(f"[{n}]", serializer.JSON_TYPE, "echo.echo", {})
        drain(connection)
        assert got == [[0]], "the second waits: one is enough at a time"
        acknowledge = threading.Timer(0.1, messages[0].ack)
        acknowledge.start()
        connection.drain_events(timeout=5)
        acknowledge.join()
        assert got == [[0], [1]]


def test_a_reply_goes_to_its_queue_without_a_binding_and_does_not_stay(valkey: ValkeyNode, sender: Sender) -> None:
    name = f"{REPLY_PREFIX}gone-1"
    with connect(valkey.url, acks=False) as connection:
        reply_queue(name)(connection.channel()).declare()
        assert name.encode() not in valkey.ask("SMEMBERS", "_kombu.binding.nameko-rpc")
        sender.send("{}", serializer.JSON_TYPE, name, {}, mandatory=False)
        left_ms = int(valkey.ask("PTTL", name).strip()[1:])
        assert 0 < left_ms <= 60_000


def test_a_new_consumers_queue_is_heard_from_the_next_event_on(valkey: ValkeyNode) -> None:
    publisher = EventPublisher(valkey.url)
    heard: dict[str, list[Any]] = {"notify": [], "agencies": []}
    assert publisher.publish("cases", [[{"position": 1}]]) is False
    with connect(valkey.url) as connection:
        for position, consumer in enumerate(heard, start=2):
            listen(connection, event_queue("cases", consumer, amqp=False), heard[consumer])
            assert publisher.publish("cases", [[{"position": position}]])
            drain(connection)
    publisher.close()
    assert heard == {"notify": [[{"position": 2}], [{"position": 3}]], "agencies": [[{"position": 3}]]}


def test_a_service_that_starts_late_is_found_at_the_next_call(valkey: ValkeyNode, sender: Sender) -> None:
    with pytest.raises(Unroutable):
        sender.send("{}", serializer.JSON_TYPE, "late.query", {})
    with connect(valkey.url) as connection:
        service_queue("late")(connection.channel()).declare()
        sender.send("{}", serializer.JSON_TYPE, "late.query", {})
        assert valkey.ask("LLEN", "rpc-late") == b":1\r\n"
