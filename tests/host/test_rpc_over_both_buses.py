"""Calls and events between real processes, on Valkey and on RabbitMQ alike."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shared.bus import serializer
from shared.bus.connection import connect, is_amqp
from shared.bus.names import event_queue, rpc_exchange
from shared.bus.publisher import EventPublisher
from shared.bus.rpc_client import Reply, RpcClient
from shared.bus.sender import Sender
from shared.errors import TianweiError, Unavailable
from tests.support.nodes import Node, RabbitNode, ValkeyNode, wait_until


class Bus:
    def __init__(self, node: ValkeyNode | RabbitNode, url: str) -> None:
        self.node = node
        self.url = url


@pytest.fixture(scope="module", params=["valkey", "valkey-socket", "rabbitmq"])
def bus(request: pytest.FixtureRequest) -> Iterator[Bus]:
    node: ValkeyNode | RabbitNode = RabbitNode() if request.param == "rabbitmq" else ValkeyNode()
    with node:
        url = node.socket_url if isinstance(node, ValkeyNode) and request.param == "valkey-socket" else node.url
        # Early: RabbitMQ loses the leader of a quorum queue that was declared less than a second before a SIGKILL
        # (rabbitmq-server issue 15725), and the test that kills it is not about that.
        with connect(url) as connection:
            event_queue("cases", "notify", amqp=is_amqp(url))(connection.channel()).declare()
        yield Bus(node, url)


@contextmanager
def echo_service(url: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", "tests.support.echo_service", url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def service(bus: Bus) -> Iterator[subprocess.Popen[bytes]]:
    with echo_service(bus.url) as process:
        yield process


@pytest.fixture(scope="module")
def client(bus: Bus, service: subprocess.Popen[bytes]) -> Iterator[RpcClient]:
    assert service.poll() is None
    client = RpcClient(bus.url, "test")
    assert client.start()
    yield client
    client.close()


def answers(client: RpcClient) -> bool:
    try:
        return client.call("echo", "echo", {}, timeout=2) == {"ok": {}}
    except Unavailable:
        return False


def test_a_call_is_answered_with_what_the_service_returned(client: RpcClient) -> None:
    request = {
        "operation": "list-cases",
        "body": {"remark": {"__type__": "x", "__value__": "占用耕地"}, "n": [1, 2.5, None]},
    }
    assert client.call("echo", "echo", request, timeout=5) == {"ok": request}


@pytest.mark.parametrize("in_flight", [16, 100])
def test_calls_in_flight_together_each_get_their_own_answer(client: RpcClient, in_flight: int) -> None:
    replies: dict[int, Reply] = {}
    all_in = threading.Event()
    wanted = in_flight * 5
    free = threading.Semaphore(in_flight)

    def keep(number: int, reply: Reply) -> None:
        replies[number] = reply
        free.release()
        if len(replies) == wanted:
            all_in.set()

    for number in range(wanted):
        free.acquire()
        client.submit("echo", "echo", {"n": number}, time.time() + 20, lambda r, n=number: keep(n, r))  # type: ignore[misc]
    assert all_in.wait(20)
    assert {number: reply.result for number, reply in replies.items()} == {n: {"ok": {"n": n}} for n in range(wanted)}


def test_a_call_unanswered_by_its_deadline_is_unavailable(client: RpcClient) -> None:
    replies: list[Reply] = []
    came = threading.Event()

    def keep(reply: Reply) -> None:
        replies.append(reply)
        came.set()

    client.submit("echo", "slow", {"seconds": 1}, time.time() + 0.2, keep)
    assert came.wait(5)
    assert isinstance(replies[0].error, Unavailable)
    assert replies[0].error.code == "bus.timeout"
    with pytest.raises(Unavailable, match=r"bus\.timeout"):
        client.call("echo", "slow", {"seconds": 1}, timeout=0.2)
    assert answers(client), "the late replies are dropped, the next call gets its own"
    assert len(replies) == 1


def test_a_call_whose_deadline_is_past_is_not_sent(client: RpcClient) -> None:
    with pytest.raises(Unavailable, match=r"bus\.timeout"):
        client.call("echo", "echo", {}, timeout=-1)


def test_a_service_nobody_runs_is_unavailable_at_once(client: RpcClient) -> None:
    with pytest.raises(Unavailable, match=r"bus\.no-service"):
        client.call("nobody", "query", {}, timeout=30)
    assert answers(client)


def test_more_calls_than_allowed_in_flight_are_refused(bus: Bus, client: RpcClient) -> None:
    narrow = RpcClient(bus.url, "narrow", max_in_flight=1)
    assert narrow.start()
    try:
        narrow.submit("echo", "slow", {"seconds": 0.5}, time.time() + 5, lambda _: None)
        with pytest.raises(Unavailable, match=r"bus\.busy"):
            narrow.call("echo", "echo", {}, timeout=5)
    finally:
        narrow.close()
    with pytest.raises(Unavailable, match=r"bus\.down"):
        narrow.call("echo", "echo", {}, timeout=5)
    assert answers(client)


@pytest.mark.parametrize("method", ["raises", "nan", "missing"])
def test_a_service_that_breaks_its_contract_is_a_remote_fault(client: RpcClient, method: str) -> None:
    with pytest.raises(TianweiError, match=r"bus\.remote-fault") as caught:
        client.call("echo", method, {"text": "secret"}, timeout=5)
    assert "secret" not in str(caught.value)
    assert answers(client)


@pytest.mark.parametrize(
    ("body", "content_type", "properties"),
    [
        ('{"args": [{}], "kwargs": {}}', serializer.JSON_TYPE, {}),
        ("[]", serializer.JSON_TYPE, {"reply_to": "rpc.reply-gone"}),
        ("{", serializer.JSON_TYPE, {"reply_to": "rpc.reply-gone"}),
        ("{}", "application/json", {"reply_to": "rpc.reply-gone"}),
        ("x", "application/data", {}),
        ('{"args": 1, "kwargs": 2}', serializer.JSON_TYPE, {"reply_to": "rpc.reply-gone"}),
    ],
)
def test_a_broken_call_does_not_end_the_service(
    bus: Bus,
    service: subprocess.Popen[bytes],
    client: RpcClient,
    body: str,
    content_type: str,
    properties: dict[str, Any],
) -> None:
    sender = Sender(bus.url, rpc_exchange())
    sender.send(body, content_type, "echo.echo", {"delivery_mode": 1, **properties})
    sender.close()
    assert answers(client)
    assert service.poll() is None


def test_events_come_as_they_were_published_in_order(bus: Bus) -> None:
    received: list[Any] = []
    publisher = EventPublisher(bus.url)
    with connect(bus.url) as connection:
        queue = event_queue("cases", "notify", amqp=is_amqp(bus.url))(connection.channel())
        batches = [[{"id": str(n), "source": "/cases", "position": n, "data": {"面积": 1.5}}] for n in range(1, 4)]
        for batch in batches:
            assert publisher.publish("cases", [batch])

        def keep(message: Any) -> None:
            assert message.content_type == serializer.EVENTS_TYPE
            received.append(message.decode())
            message.ack()

        queue.channel.basic_qos(0, 10, False)
        queue.consume("test", callback=lambda raw: keep(queue.channel.message_to_python(raw)))
        wait_until(lambda: drained(connection) and len(received) == 3, what="three batches")
    publisher.close()
    assert received == batches


def test_events_of_a_source_nobody_hears_are_reported_unheard(bus: Bus) -> None:
    publisher = EventPublisher(bus.url)
    assert publisher.publish("unheard", [[{"id": "1"}]]) is False
    publisher.close()


def drained(connection: Any) -> bool:
    try:
        connection.drain_events(timeout=0.2)
    except TimeoutError:
        return True
    return True


def test_after_the_bus_was_killed_and_restarted_all_goes_on(bus: Bus, client: RpcClient) -> None:
    publisher = EventPublisher(bus.url)
    publisher.publish("cases", [[{"id": "1"}]])
    unanswered: list[Reply] = []
    client.submit("echo", "slow", {"seconds": 30}, time.time() + 60, unanswered.append)
    bus.node.kill()
    wait_until(lambda: len(unanswered) == 1, 10, "failing what was in flight")
    assert isinstance(unanswered[0].error, Unavailable)
    assert unanswered[0].error.code == "bus.down"
    with pytest.raises(Unavailable, match=r"bus\.down"):
        client.call("echo", "echo", {}, timeout=30)
    with pytest.raises(Unavailable, match=r"bus\.down"):
        publisher.publish("cases", [[{"id": "2"}]])
    bus.node.start()
    wait_until(lambda: answers(client), 40, "the service answering again")
    wait_until(lambda: published(publisher), 10, "publishing again")
    publisher.close()


def test_after_the_bus_forgot_everything_all_goes_on(bus: Bus, client: RpcClient) -> None:
    forget(bus.node)
    wait_until(lambda: answers(client), 40, "the service answering again")
    assert all(answers(client) for _ in range(5))


def published(publisher: EventPublisher) -> bool:
    try:
        publisher.publish("cases", [[{"id": "2"}]])
    except Unavailable:
        return False
    return True


def forget(node: Node) -> None:
    """An empty broker takes the place of this one."""
    if isinstance(node, RabbitNode):
        node.wipe()
    elif isinstance(node, ValkeyNode):
        node.wipe()
        node.kill()
        node.start()
