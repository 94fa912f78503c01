"""A queue that RabbitMQ brings back dead from a SIGKILL: it exists, and answers nobody."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.bus.connection import connect
from shared.bus.event_consumer import EventConsumer
from shared.bus.names import event_queue
from shared.bus.publisher import EventPublisher
from shared.errors import Unavailable
from tests.support.nodes import RabbitNode, wait_until

# The broker loses the leader of the queue declared last, and not at every kill.
FEEDS = (("agencies", "notify"), ("cases", "notify"), ("cases", "agencies"))
TRIES = 5


@pytest.fixture(scope="module")
def rabbit() -> Iterator[RabbitNode]:
    with RabbitNode() as node:
        yield node


def is_heard(publisher: EventPublisher) -> bool:
    try:
        return publisher.publish("cases", [[{"position": 1}]])
    except Unavailable:
        return False


def kill_until_a_queue_is_dead(rabbit: RabbitNode) -> EventPublisher:
    for _ in range(TRIES):
        rabbit.wipe()
        with connect(rabbit.url) as connection:
            channel = connection.channel()
            for feed in FEEDS:
                event_queue(*feed, amqp=True)(channel).declare()
            rabbit.kill()
        rabbit.start()
        publisher = EventPublisher(rabbit.url)
        if not is_heard(publisher):
            return publisher
        publisher.close()
    pytest.fail(f"no queue died in {TRIES} kills: is this still so in this RabbitMQ?")


def test_a_dead_queue_is_deleted_and_declared_anew_by_its_consumer(rabbit: RabbitNode) -> None:
    publisher = kill_until_a_queue_is_dead(rabbit)
    bodies: list[str] = []

    def take(message: Any) -> None:
        bodies.append(message.body)
        message.ack()

    consumer = EventConsumer(rabbit.url, *FEEDS[-1], take)

    def hear() -> bool:
        try:
            consumer.hear(0.5)
        except Unavailable:
            return False
        return True

    assert not hear(), "a dead queue must show as trouble, not as silence"
    wait_until(hear)
    wait_until(lambda: is_heard(publisher))
    wait_until(lambda: hear() and bool(bodies))
    assert bodies[0].startswith('[{"position"')
    consumer.drop()
    publisher.close()
