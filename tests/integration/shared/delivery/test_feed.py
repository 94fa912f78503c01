"""Consuming: every position one outcome, in order, whatever the bus does (R3 to R8)."""

import random
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from shared.contracts.envelope import CloudEvent, LogPage, LogRequest
from shared.delivery import catchup
from shared.delivery.feed import Standing, Step
from tests.integration.shared.delivery.ledger import CountedUpV1, Ledger, Watcher


def read_page(producer: Ledger, watcher: Watcher, limit: int = 200) -> tuple[int, LogPage]:
    after = watcher.feed.position()
    asked = LogRequest(consumer="watcher", after=after, limit=limit, wanted=watcher.feed.wanted, deadline=0)
    with producer.engine.connect() as connection:
        return after, LogPage.model_validate(catchup.read_log(connection, "ledger", asked))


def catch_up(producer: Ledger, watcher: Watcher) -> Step:
    return watcher.feed.offer_page(*read_page(producer, watcher))


def counted(producer: Ledger, times: int) -> UUID:
    id_ = producer.open()
    for _ in range(times - 1):
        producer.count_up(id_)
    return id_


def test_events_are_applied_in_order_once(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 5)
    events = producer.events()
    assert watcher.feed.offer(events).position == 5
    assert watcher.feed.offer(events).position == 5
    assert watcher.values() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_and_repeated_batches_with_catch_up_give_the_same_projection(
    producer: Ledger, consumer: sa.Engine, seed: int
) -> None:
    chance = random.Random(seed)
    watcher = Watcher(consumer)
    ids = [counted(producer, 4) for _ in range(3)]
    events = producer.events()
    rain = events * 3
    chance.shuffle(rain)
    while rain:
        size = chance.randint(1, 6)
        batch, rain = rain[:size], rain[size:]
        watcher.feed.offer([event for event in batch if chance.random() > 0.3])
    assert catch_up(producer, watcher).position == 12
    for id_ in ids:
        assert watcher.values(id_) == [1, 2, 3, 4]
    assert len(watcher.values()) == 12


def test_a_gap_applies_nothing_behind_it(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 3)
    first, _, third = producer.events()
    step = watcher.feed.offer([first, third])
    assert (step.standing, step.position) == (Standing.GAP, 1)
    assert watcher.values() == [1]


def test_foreign_types_are_skipped_and_come_as_stubs(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 2)
    producer.events()
    after, page = read_page(producer, watcher)
    foreign = [event.model_copy(update={"type": "tianwei.ledger.other.v1", "data": None}) for event in page.events]
    assert watcher.feed.offer_page(after, page.model_copy(update={"events": foreign})).position == 2
    assert watcher.outcomes() == ["skipped", "skipped"]


def test_a_failing_reaction_is_tried_five_times_then_parked_and_holds_back_its_aggregate_only(
    producer: Ledger, consumer: sa.Engine
) -> None:
    watcher = Watcher(consumer)
    bad = counted(producer, 2)
    good = producer.open()
    producer.count_up(bad)
    producer.count_up(good)
    watcher.fails_on = {2}
    events = producer.events()
    standings = []
    for _ in range(5):
        standings.append(watcher.feed.offer(events).standing)
        assert watcher.values() == [1]
        watcher.make_due()
    assert standings == [Standing.LATER] * 5
    watcher.fails_on = set()  # mended too late: five tries are over
    assert watcher.feed.offer(events).position == 5
    assert watcher.parked_reasons() == ["handler_error", "blocked_by:2"]
    assert watcher.values(bad) == [1]
    assert watcher.values(good) == [1, 2]


def test_a_failing_reaction_is_not_tried_before_it_is_due(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    watcher.fails_on = {1}
    producer.open()
    events = producer.events()
    watcher.feed.offer(events)
    with consumer.begin() as connection:
        connection.execute(sa.text("UPDATE attempt SET next_at = now() + interval '1 hour'"))
    watcher.fails_on = set()
    step = watcher.feed.offer(events)
    assert step.standing is Standing.LATER
    assert step.wait_s > 3000
    assert watcher.values() == []


def test_a_reaction_that_crashes_the_process_three_times_is_parked(producer: Ledger, consumer: sa.Engine) -> None:
    producer.open()
    events = producer.events()
    for _ in range(3):
        crashing = Watcher(consumer)  # a new process each time: what it knew in memory is gone
        crashing.feed._react = lambda *_: (_ for _ in ()).throw(SystemExit)  # type: ignore[method-assign]
        with pytest.raises(SystemExit):
            crashing.feed.offer(events)
    watcher = Watcher(consumer)
    assert watcher.feed.offer(events).position == 1
    assert watcher.parked_reasons() == ["crash_loop"]


def test_a_database_that_fails_never_parks(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    producer.open()
    events = producer.events()
    holder = consumer.connect()
    holder.execute(sa.text("LOCK TABLE seen IN ACCESS EXCLUSIVE MODE"))
    original = consumer.dialect
    assert original is not None
    for _ in range(6):
        with consumer.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
        _offer_with_short_lock_timeout(watcher, events)
    holder.rollback()
    holder.close()
    assert watcher.feed.offer(events).position == 1
    assert watcher.values() == [1]
    assert watcher.parked_reasons() == []


def _offer_with_short_lock_timeout(watcher: Watcher, events: list[CloudEvent]) -> None:
    def impatient(event: CountedUpV1, meta: object, unit: object) -> None:
        unit.connection.execute(sa.text("SET LOCAL lock_timeout = '20ms'"))  # type: ignore[attr-defined]
        watcher._on(event, meta, unit)  # type: ignore[arg-type]

    patient = watcher.feed._reactions
    watcher.feed._reactions = {name: type(reaction)(reaction.event, impatient) for name, reaction in patient.items()}
    try:
        with pytest.raises(sa.exc.OperationalError):
            watcher.feed.offer(events)
    finally:
        watcher.feed._reactions = patient


def test_an_event_that_does_not_fit_its_contract_is_parked_as_invalid(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    producer.open()
    broken = [event.model_copy(update={"data": {"value": "many"}}) for event in producer.events()]
    assert watcher.feed.offer(broken).position == 1
    assert watcher.parked_reasons() == ["invalid"]


def test_a_log_that_contradicts_what_was_seen_stops_the_feed(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 2)
    events = producer.events()
    watcher.feed.offer(events[:1])
    forged = events[1].model_copy(update={"prevhash": "f" * 64})
    assert watcher.feed.offer([forged]).standing is Standing.FORKED
    assert watcher.feed.offer(events).standing is Standing.FORKED
    assert watcher.values() == [1]


def test_a_producer_restored_from_an_old_backup_stops_the_feed(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 3)
    watcher.feed.offer(producer.events())
    after, page = read_page(producer, watcher)
    older = page.model_copy(update={"head": 2, "anchor_hash": None})
    assert watcher.feed.offer_page(after, older).standing is Standing.FORKED


def test_another_log_of_the_same_producer_stops_the_feed(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    producer.open()
    watcher.feed.offer(producer.events())
    after, page = read_page(producer, watcher)
    assert watcher.feed.offer_page(after, page.model_copy(update={"log_id": uuid4()})).standing is Standing.FORKED


def test_total_loss_of_the_bus_is_made_good_by_catch_up_in_pages(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 25)
    producer.events()
    while (page := read_page(producer, watcher, limit=10)) and page[1].events:
        watcher.feed.offer_page(*page)
    assert watcher.values() == list(range(1, 26))


def test_what_was_applied_before_a_contradiction_keeps_its_outcome(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 3)
    events = producer.events()
    forged = [*events[:2], events[2].model_copy(update={"prevhash": "f" * 64})]
    step = watcher.feed.offer(forged)
    assert (step.standing, step.position) == (Standing.FORKED, 2)
    assert watcher.values() == [1, 2]
    assert watcher.outcomes() == ["applied", "applied"]
