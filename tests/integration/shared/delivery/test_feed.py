"""Consuming: every position one outcome, in order, whatever the bus does (R3 to R8)."""

import random
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from shared.contracts.envelope import CloudEvent, LogPage, LogRequest
from shared.delivery import catchup
from shared.delivery.feed import Standing, Step
from tests.integration.shared.delivery.ledger import Ledger, Watcher, rewritten


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


def test_a_failure_within_a_batch_takes_back_nothing_before_it(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 5)
    watcher.fails_on = {4}
    step = watcher.feed.offer(producer.events())
    assert (step.standing, step.position) == (Standing.LATER, 3)
    assert watcher.values() == [1, 2, 3]


def crash_through(consumer: sa.Engine, events: list[CloudEvent], dies_on: int) -> int:
    """Offer as a new process each time, as the supervisor would start it, until none dies; how many died."""
    for deaths in range(20):
        crashing = Watcher(consumer)  # what a dead process knew in memory is gone
        crashing.dies_on = {dies_on}
        try:
            crashing.feed.offer(events)
        except SystemExit:
            crashing.make_due()
        else:
            return deaths
    raise AssertionError("it goes on dying")


def test_a_reaction_that_crashes_the_process_three_times_is_parked(producer: Ledger, consumer: sa.Engine) -> None:
    producer.open()
    events = producer.events()
    assert crash_through(consumer, events, dies_on=1) == 3
    watcher = Watcher(consumer)
    assert watcher.feed.position() == 1
    assert watcher.parked_reasons() == ["crash_loop"]


def test_an_event_deep_in_a_batch_that_crashes_the_process_is_found_and_parked_alone(
    producer: Ledger, consumer: sa.Engine
) -> None:
    counted(producer, 40)
    others = producer.open()
    events = producer.events()
    assert crash_through(consumer, events, dies_on=30) == 4
    watcher = Watcher(consumer)
    assert watcher.feed.position() == 41
    assert watcher.parked_reasons() == ["crash_loop", *["blocked_by:30"], *(f"blocked_by:{n}" for n in range(31, 40))]
    assert watcher.values() == [*range(1, 30), 1]
    assert watcher.values(others) == [1]


def test_what_is_parked_is_a_dead_letter_told_in_the_same_transaction(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 2)
    first, second = producer.events()
    watcher.feed.offer([rewritten(first, data={"value": "many"})])
    assert watcher.opened() == [("parked_event", "invalid", 1)]
    assert watcher.told() == ["tianwei.watcher.dead-letter-opened.v1"]
    assert second.position == 2


def test_a_version_that_is_not_known_is_parked_not_skipped(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    producer.open()
    (event,) = producer.events()
    assert watcher.feed.offer([rewritten(event, type="tianwei.ledger.counted-up.v9")]).position == 1
    assert watcher.parked_reasons() == ["unsupported_version"]


def test_a_database_that_fails_never_parks(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    producer.open()
    events = producer.events()
    watcher.patience_ms = 20
    with consumer.connect() as holder:
        holder.execute(sa.text("LOCK TABLE seen IN ACCESS EXCLUSIVE MODE"))
        for _ in range(6):
            with pytest.raises(sa.exc.OperationalError):
                watcher.feed.offer(events)
    assert watcher.feed.offer(events).position == 1
    assert watcher.values() == [1]
    assert watcher.parked_reasons() == []


def test_an_event_that_does_not_fit_its_contract_is_parked_as_invalid_without_its_content(
    producer: Ledger, consumer: sa.Engine
) -> None:
    watcher = Watcher(consumer)
    producer.open()
    broken = [rewritten(event, data={"value": "ID 110101199003070011"}) for event in producer.events()]
    assert watcher.feed.offer(broken).position == 1
    assert watcher.parked_reasons() == ["invalid"]
    with consumer.connect() as connection:
        errors = list(
            connection.execute(sa.text("SELECT error FROM parked UNION ALL SELECT error FROM dead_letter")).scalars()
        )
    assert all("value" in error and "110101" not in error for error in errors)


def test_an_event_altered_on_the_way_is_refused_and_fetched(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 3)
    first, second, third = producer.events()
    altered = second.model_copy(update={"data": {**(second.data or {}), "value": 7}})
    for _ in range(2):
        assert watcher.feed.offer([first, altered, third]).standing is Standing.GAP
    assert watcher.values() == [1]
    assert watcher.opened() == [("refused_message", "hash_mismatch", 2)]
    assert catch_up(producer, watcher).position == 3
    assert watcher.values() == [1, 2, 3]


def test_many_refused_messages_of_one_reason_are_one_dead_letter_and_one_alert(consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    for number in range(5):
        watcher.feed.refuse("oversize", f"{number}")
    watcher.feed.refuse("unreadable", "")
    assert watcher.opened() == [("refused_message", "oversize", 5), ("refused_message", "unreadable", 1)]
    assert watcher.told() == ["tianwei.watcher.dead-letter-opened.v1"] * 2


def test_a_log_that_contradicts_what_was_seen_stops_the_feed(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    counted(producer, 2)
    events = producer.events()
    watcher.feed.offer(events[:1])
    forged = rewritten(events[1], prevhash="f" * 64)
    assert watcher.feed.offer([forged]).standing is Standing.FORKED
    assert watcher.feed.offer(events).standing is Standing.FORKED
    assert watcher.values() == [1]
    assert watcher.opened() == [("forked_feed", "log_contradicts", 1)]


def test_a_page_with_an_altered_event_stops_the_feed(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    producer.open()
    producer.events()
    after, page = read_page(producer, watcher)
    altered = [event.model_copy(update={"data": {"value": 3}}) for event in page.events]
    assert watcher.feed.offer_page(after, page.model_copy(update={"events": altered})).standing is Standing.FORKED


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
    forged = [*events[:2], rewritten(events[2], prevhash="f" * 64)]
    step = watcher.feed.offer(forged)
    assert (step.standing, step.position) == (Standing.FORKED, 2)
    assert watcher.values() == [1, 2]
    assert watcher.outcomes() == ["applied", "applied"]
