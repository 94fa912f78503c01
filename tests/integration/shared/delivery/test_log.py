"""Writing: atomic, gap-free, append-only, once per command (R1, R2, R12)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from shared.delivery.log import GENESIS, chain_hash, is_whole
from shared.delivery.relay import Relay
from shared.delivery.runner import Idempotency
from shared.delivery.unit import Unit
from shared.errors import Conflict, NotFound, Unavailable
from tests.integration.shared.delivery.ledger import BY, CountedUpV1, Counter, Ledger


def test_concurrent_writers_give_positions_without_gap_in_order_of_each_aggregate(producer: Ledger) -> None:
    ids = [producer.open() for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(producer.count_up, [id_ for _ in range(20) for id_ in ids]))
    events = producer.events()
    assert [event.position for event in events] == list(range(1, 85))
    for id_ in ids:
        mine = [event for event in events if event.subject == id_]
        assert [event.sequence for event in mine] == list(range(1, 22))
        assert [event.previous for event in mine] == [None, *(event.position for event in mine[:-1])]


def test_every_hash_follows_from_the_one_before(producer: Ledger) -> None:
    id_ = producer.open()
    producer.count_up(id_)
    hash_ = GENESIS
    for event in producer.events():
        assert event.prevhash == hash_
        assert is_whole(event)
        hash_ = event.hash


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "another"},
        {"actorname": "另一人"},
        {"time": datetime(2020, 1, 1, tzinfo=UTC)},
        {"subject": uuid4()},
        {"sequence": 7},
        {"jurisdiction": "110101000000"},
        {"correlationid": "another"},
        {"causationid": "another"},
        {"position": 9},
        {"data": {"counter_id": "x", "value": 2}},
    ],
)
def test_a_hash_covers_who_acted_and_when_as_well_as_what_was_said(producer: Ledger, changes: dict[str, Any]) -> None:
    producer.open()
    (event,) = producer.events()
    assert is_whole(event)
    assert not is_whole(event.model_copy(update=changes))


def test_an_event_numbered_by_the_first_form_is_still_verified(producer: Ledger) -> None:
    producer.open()
    (event,) = producer.events()
    former = chain_hash(event.prevhash, event.logid, event.position, event.id, event.type, event.data or {})
    assert is_whole(event.model_copy(update={"hash": former}))
    assert not is_whole(event.model_copy(update={"hash": former, "data": {}}))


def test_a_use_case_that_fails_leaves_nothing(producer: Ledger) -> None:
    def use_case(unit: Unit) -> dict[str, Any]:
        aggregate = Counter(uuid4())
        unit.record(aggregate, producer.store, [CountedUpV1(counter_id=aggregate.id, value=1)])
        unit.flush()
        raise Conflict("changed-my-mind")

    with pytest.raises(Conflict):
        producer.runner.run(BY, use_case, correlation_id="c")
    assert producer.events() == []
    assert producer.rung == 0


def test_the_same_command_twice_has_one_effect_and_one_answer(producer: Ledger) -> None:
    id_ = producer.open()
    assert producer.count_up(id_, key="k") == 2
    assert producer.count_up(id_, key="k") == 2
    assert len(producer.events()) == 2


def test_the_same_command_at_the_same_moment_has_one_effect(producer: Ledger) -> None:
    id_ = producer.open()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: producer.count_up(id_, key="k"), range(8)))
    assert set(answers) == {2}
    assert len(producer.events()) == 2


def test_a_key_used_for_another_request_is_refused(producer: Ledger) -> None:
    id_ = producer.open()
    producer.count_up(id_, key="k", request="a")
    with pytest.raises(Conflict) as refused:
        producer.count_up(id_, key="k", request="b")
    assert refused.value.code == "idempotency-key-reused"
    assert refused.value.field == "Idempotency-Key"


def test_a_missing_aggregate_is_not_found(producer: Ledger) -> None:
    with pytest.raises(NotFound):
        producer.count_up(uuid4())


@pytest.mark.parametrize("table", ["event_log", "log_order"])
@pytest.mark.parametrize("change", ["UPDATE {} SET event_id = event_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_logs_are_append_only(producer: Ledger, table: str, change: str) -> None:
    producer.open()
    producer.events()
    with pytest.raises(DBAPIError, match="append-only"), producer.engine.begin() as connection:
        connection.execute(sa.text(change.format(table)))


def test_a_bus_that_is_down_delays_publishing_but_not_numbering(producer: Ledger) -> None:
    producer.open()
    producer.bus_is_down = True
    assert producer.relay.number() == 1
    with pytest.raises(Unavailable):
        producer.relay.publish()
    producer.bus_is_down = False
    assert [event.position for event in producer.events()] == [1]


def test_two_relays_at_once_number_and_publish_each_event_once_in_order(producer: Ledger) -> None:
    for _ in range(30):
        producer.open()
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: producer.relay.number(), range(2))) == 30
    assert [event.position for event in producer.events()] == list(range(1, 31))


def test_a_secret_in_an_answer_is_shown_once_and_never_stored(producer: Ledger) -> None:
    once = Idempotency("clerk-1", "k", "r", frozenset({"secret"}))

    def answer() -> dict[str, Any]:
        return producer.runner.run(BY, lambda _: {"url": "u", "secret": "s"}, correlation_id="c", once=once)

    assert answer() == {"url": "u", "secret": "s"}
    assert answer() == {"url": "u", "secret": None}


def test_a_log_may_change_its_digest_and_stays_one_chain(producer: Ledger) -> None:
    producer.open()
    producer.relay.number()
    producer.relay = Relay(producer.engine, "ledger", producer, "sm3")
    producer.open()
    first, second = producer.events()
    assert first.hash.startswith("v2:")
    assert second.hash.startswith("v2-sm3:")
    assert second.prevhash == first.hash
    assert is_whole(first)
    assert is_whole(second)
    assert not is_whole(second.model_copy(update={"position": 3}))
