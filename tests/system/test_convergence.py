"""The database log is the truth: whatever the bus repeats, shuffles or loses, cursors and projections equal it."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from shared.bus.connection import BUS_ERRORS, connect, is_amqp
from shared.bus.names import event_queue
from shared.bus.publisher import EventPublisher
from shared.bus.rpc_client import RpcClient
from shared.contracts.catalogue import of_source
from shared.contracts.envelope import CloudEvent, LogRequest
from shared.delivery.log import GENESIS, is_whole
from shared.errors import Unavailable
from tests.system.books import Books
from tests.system.county import County, View, convening
from tests.system.running_house import SERVICES, RunningHouse

pytestmark = pytest.mark.timeout(300)

Envelope = dict[str, Any]
MESSAGES = 1000
FEEDS = {("agencies", "cases"), ("cases", "agencies"), ("notify", "cases"), ("notify", "agencies")}
"""(consumer, producer)"""
HEARD = ("cases", "agencies")
_BUS_IS_DOWN: tuple[type[Exception], ...] = (Unavailable, *BUS_ERRORS)


@dataclass(frozen=True)
class Doorbell:
    """The bus as any process of the house may use it."""

    url: str
    publisher: EventPublisher
    rpc: RpcClient

    def log(self, source: str, after: int = 0) -> list[Envelope]:
        """The source's events above a position, as its read_log tells them."""
        wanted = [event.type for event in of_source(source)]
        events: list[Envelope] = []
        while True:
            position = events[-1]["position"] if events else after
            asked = LogRequest(consumer="a-test", after=position, wanted=wanted, deadline=time.time() + 5)
            page = self.rpc.call(source, "read_log", asked.model_dump(mode="json"), 5.0)["ok"]
            events += page["events"]
            if not page["events"]:
                return events

    def everybody_answers(self) -> bool:
        try:
            return all("ok" in self.rpc.call(name, "health", {"deadline": time.time() + 5}, 5.0) for name in SERVICES)
        except Unavailable:
            return False

    def ring(self, source: str, events: list[Envelope]) -> None:
        """One message. Raises Unavailable."""
        self.publisher.publish(source, [events])

    def declare_queues(self) -> None:
        """As consumers do when they connect."""
        with connect(self.url) as connection, connection.channel() as channel:
            for consumer, producer in FEEDS:
                event_queue(producer, consumer, amqp=is_amqp(self.url))(channel).declare()


@pytest.fixture
def doorbell(house: RunningHouse) -> Iterator[Doorbell]:
    publisher, rpc = EventPublisher(house.bus_url), RpcClient(house.bus_url, "a-test")
    assert rpc.start(10.0)
    yield Doorbell(house.bus_url, publisher, rpc)
    rpc.close()
    publisher.close()


@pytest.fixture
def case(house: RunningHouse, county: County) -> View:
    """A case with what makes every service tell and hear something; all of it has arrived."""
    case = county.case(house.townships[0])
    action = county.joint_action(case, {"agriculture": "到场", "public_security": "维持秩序"})
    task = county.task(action, "agriculture")
    house.account("agriculture").post(f"/tasks/{task['id']}/sign", {"signed_by": "张三"})
    county.item(case, "砂场")
    house.settle()
    return case


@pytest.mark.usefixtures("case")
def test_a_thousand_repeated_and_shuffled_messages_change_nothing(
    house: RunningHouse, books: Books, doorbell: Doorbell
) -> None:
    # The first message that nobody can read opens a dead letter and tells of it; later ones are only counted.
    _wait_until_all_are_heard(house, books, doorbell)
    logs = {source: doorbell.log(source) for source in HEARD}
    dice = random.Random(20260401)
    before = books.digests(but=frozenset({"dead_letter"}))
    for _ in range(MESSAGES):
        source = dice.choice(HEARD)
        doorbell.ring(source, dice.choices(logs[source], k=dice.randint(1, 5)))
    _wait_until_all_are_heard(house, books, doorbell)
    assert books.digests(but=frozenset({"dead_letter"})) == before
    _agree(books)


def _wait_until_all_are_heard(house: RunningHouse, books: Books, doorbell: Doorbell) -> None:
    """A message that nobody can read comes last: each consumer lists it after all before it are in hand."""
    mark = uuid4().hex
    for source in HEARD:
        doorbell.ring(source, [{"mark": mark}])
    listed = f"SELECT producer FROM dead_letter WHERE excerpt LIKE '%{mark}%'"

    def heard() -> set[tuple[str, str]]:
        return {(name, producer) for name in SERVICES for (producer,) in books.rows(name, listed)}

    house.until(lambda: heard() == FEEDS, "the last message")
    house.settle()


def test_what_the_bus_lost_shuffled_and_repeated_is_applied_once(
    house: RunningHouse, books: Books, doorbell: Doorbell, county: County, case: View
) -> None:
    clue, known = county.verified(house.townships[0]), books.head("cases")[0]
    house.settle()
    consumers = ("agencies", "notify")
    for consumer in consumers:
        house.pause(consumer)
    filed = county.filed(clue)
    marks = {"comprehensive_enforcement": "清理", "natural_resources": "勘测"}
    action = house.people.coordinator.post(f"/cases/{case['id']}/joint-actions", convening(case, marks))
    house.until(lambda: _published(books, "cases"), "cases' events published")
    fresh = doorbell.log("cases", after=known)
    house.wipe_bus()
    _ring_disordered(house, doorbell, fresh)
    for consumer in consumers:
        house.resume(consumer)
    house.until(doorbell.everybody_answers, "every service found again on the wiped bus")
    house.settle()
    _agree(books)
    (copy,) = house.coordinator.all("/notices", case_id=filed["id"])
    assert len(copy["receipts"]) == 3
    tasks = house.coordinator.all("/tasks", action_id=action["id"])
    assert {task["id"] for task in tasks} == {task["task_id"] for task in action["tasks"]}


def _ring_disordered(house: RunningHouse, doorbell: Doorbell, fresh: list[Envelope]) -> None:
    """Nothing of the old queues is left; of the new events four in five come, each twice, in no order."""

    def ready() -> bool:
        try:
            doorbell.declare_queues()
            doorbell.ring("cases", fresh[:1])
        except _BUS_IS_DOWN:
            return False
        return True

    house.until(ready, "the wiped bus takes messages")
    dice = random.Random(20260402)
    kept = [event for event in fresh if event["position"] % 5]
    for event in dice.sample(kept * 2, k=len(kept) * 2):
        doorbell.ring("cases", [event])


def _published(books: Books, source: str) -> bool:
    ((head, published, waiting),) = books.rows(
        source, "SELECT position, published, (SELECT count(*) FROM outbox) FROM log_head"
    )
    return bool(head == published and not waiting)


@pytest.mark.usefixtures("case")
def test_the_log_is_a_chain_without_a_gap_and_objects_are_at_their_last_event(
    house: RunningHouse, books: Books, doorbell: Doorbell
) -> None:
    house.settle()
    for source in SERVICES:
        events = doorbell.log(source)
        assert [event["position"] for event in events] == list(range(1, books.head(source)[0] + 1))
        assert [event["prevhash"] for event in events] == [GENESIS, *(event["hash"] for event in events[:-1])]
        assert all(is_whole(CloudEvent.model_validate(event)) for event in events)
        assert events[-1]["hash"] == books.head(source)[1]
    for service, table, kind in OBJECTS:
        versions = books.rows(service, f'SELECT id::text, version FROM "{table}" ORDER BY 1')
        assert versions
        assert versions == books.rows(service, LAST_EVENT.format(kind=kind))


OBJECTS = (
    ("cases", "clue", "clue"),
    ("cases", "case", "case"),
    ("cases", "rectification", "rectification"),
    ("cases", "joint_action", "joint_action"),
    ("agencies", "agency_task", "task"),
    ("notify", "document", "document"),
)
"""(service, table, aggregate type)"""
LAST_EVENT = (
    "SELECT aggregate_id::text, max(aggregate_seq) FROM event_log WHERE aggregate_type = '{kind}' GROUP BY 1 ORDER BY 1"
)


def _agree(books: Books) -> None:
    """Every consumer is at its producer's head with one outcome for every event; every projection equals its source."""
    feeds = books.feeds()
    assert {(feed.consumer, feed.producer) for feed in feeds} == FEEDS
    for feed in feeds:
        assert (feed.position, feed.hash) == books.head(feed.producer)
        assert (feed.state, feed.inbox) == ("running", books.log(feed.producer))
    assert books.in_trouble() == dict.fromkeys(SERVICES, 0)
    for projection, source in PROJECTIONS:
        assert books.rows(*projection) == books.rows(*source)


PROJECTIONS = (
    (
        ("cases", "SELECT t->>'id', t->>'state' FROM joint_action, jsonb_array_elements(tasks) t ORDER BY 1"),
        ("agencies", "SELECT id::text, state FROM agency_task ORDER BY 1"),
    ),
    (
        ("notify", "SELECT case_id::text, case_no, title, state FROM case_brief ORDER BY 1"),
        ("cases", 'SELECT id::text, case_no, title, state FROM "case" ORDER BY 1'),
    ),
    (
        ("notify", "SELECT item_id::text, case_id::text, state FROM rectification_brief ORDER BY 1"),
        ("cases", "SELECT id::text, case_id::text, state FROM rectification ORDER BY 1"),
    ),
    (
        (
            "notify",
            "SELECT payload ->> 'caused_by', payload ->> 'case_id' FROM event_log"
            " WHERE type = 'tianwei.notify.document-drafted.v1'"
            " AND payload ->> 'document_type' = 'case_filed_copy' ORDER BY 1",
        ),
        (
            "cases",
            "SELECT event_id::text, aggregate_id::text FROM event_log"
            " WHERE type = 'tianwei.cases.case-filed.v1' ORDER BY 1",
        ),
    ),
)
"""What a consumer keeps, and what it must equal at the producer: (service, query) each."""
