"""R1 to R8, each with its protecting line taken out: the checker notices, and only then (reliability.md 11)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event as Signal
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from shared.contracts.envelope import CloudEvent
from shared.crash_points import CrashPoint
from shared.delivery.feed import Standing
from shared.delivery.runner import Idempotency
from shared.delivery.unit import Unit
from tests.faults import broken_lines as without
from tests.faults.broken_ledger import Break, Ground, Pair, Situation, crash_at, proven
from tests.integration.shared.delivery.ledger import BY, CountedUpV1, Counter
from tests.support.nodes import PostgresNode

pytestmark = pytest.mark.timeout(60)


# ---- R1 --------------------------------------------------------------------------------------------------------------


def dies_before_the_commit(pair: Pair) -> None:
    id_ = pair.counted(2)
    with crash_at(CrashPoint.UNIT_BEFORE_COMMIT):
        pair.ledger.count_up(id_)
    pair.catch_up()


def dies_after_the_commit(pair: Pair) -> None:
    id_ = pair.counted(2)
    pair.ledger.events()
    with crash_at(CrashPoint.UNIT_AFTER_COMMIT):
        pair.ledger.count_up(id_)
    pair.catch_up()


# ---- R2 --------------------------------------------------------------------------------------------------------------


def the_sequencer_dies_before_its_commit(pair: Pair) -> None:
    for engine in (pair.ledger.engine, pair.consumer):
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE SEQUENCE places"))
    id_ = pair.counted(1)
    pair.ledger.relay.number()
    pair.ledger.count_up(id_)
    with crash_at(CrashPoint.SEQUENCER_BEFORE_COMMIT):
        pair.ledger.relay.number()
    pair.catch_up()


def a_slow_writer_commits_while_the_sequencer_dies(pair: Pair) -> None:
    """The slow writer's place in the outbox is before the one of a quick writer, which is numbered first."""
    told, go_on = Signal(), Signal()

    def slowly() -> None:
        def use_case(unit: Unit) -> dict[str, Any]:
            made = Counter(uuid4())
            unit.record(made, pair.ledger.store, [CountedUpV1(counter_id=made.id, value=1)])
            unit.flush()
            told.set()
            assert go_on.wait(10)
            return {}

        pair.ledger.runner.run(BY, use_case, correlation_id="c")

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(slowly)
        assert told.wait(10)
        pair.ledger.open()
        with crash_at(CrashPoint.SEQUENCER_BEFORE_COMMIT):
            pair.ledger.relay.number()
        sent = [CloudEvent.model_validate(made) for made in pair.ledger.sent]
        pair.hear(sent)
        go_on.set()
        slow.result(10)
    pair.catch_up()


def somebody_corrects_the_log(pair: Pair) -> None:
    pair.counted(3)
    pair.catch_up()
    with suppress(DBAPIError), pair.ledger.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE event_log SET payload = payload || '{\"value\": 7}' WHERE aggregate_seq = 2")
        )


# ---- R3 --------------------------------------------------------------------------------------------------------------


def the_consumer_dies_before_its_commit(pair: Pair) -> None:
    pair.counted(3)
    events = pair.ledger.events()
    with crash_at(CrashPoint.FEED_BEFORE_COMMIT):
        pair.hear(events)
    pair.new_feed()
    pair.catch_up()


def the_bus_loses_everything(pair: Pair) -> None:
    pair.counted(3)
    pair.ledger.events()
    pair.catch_up()


# ---- R4 --------------------------------------------------------------------------------------------------------------


def the_bus_repeats_itself(pair: Pair) -> None:
    pair.counted(3)
    events = pair.ledger.events()
    pair.hear(events)
    pair.hear(events[1:2])
    pair.new_feed()
    pair.hear(events)
    pair.catch_up()


def a_command_is_sent_twice(pair: Pair) -> None:
    id_ = pair.counted(1)

    def use_case(unit: Unit) -> dict[str, Any]:
        counter = pair.ledger.store.lock(unit.connection, id_)
        unit.record(counter, pair.ledger.store, [CountedUpV1(counter_id=id_, value=counter.value + 1)])
        return {"value": counter.value}

    once = Idempotency("clerk-1", "key-1", "request")
    for _ in range(2):
        answer = pair.ledger.runner.run(BY, use_case, correlation_id="c", causation_id="key-1", once=once)
        assert answer["value"] >= 2
    pair.catch_up()


# ---- R5 --------------------------------------------------------------------------------------------------------------


def one_event_cannot_be_taken(pair: Pair) -> None:
    bad = pair.counted(3)
    pair.counted(1)
    pair.fails_on, pair.poisoned = {2}, {str(bad)}
    pair.catch_up()


def the_bus_shuffles(pair: Pair) -> None:
    pair.counted(3)
    first, second, third = pair.ledger.events()
    pair.hear([second, first, third])
    pair.catch_up()


# ---- R6 --------------------------------------------------------------------------------------------------------------


def the_bus_loses_one(pair: Pair) -> None:
    pair.counted(3)
    first, _, third = pair.ledger.events()
    pair.hear([first, third])
    pair.catch_up()


def events_come(pair: Pair) -> None:
    pair.counted(3)
    pair.hear()


# ---- R7 --------------------------------------------------------------------------------------------------------------


def a_message_is_altered_on_its_way(pair: Pair) -> None:
    id_ = pair.counted(2)
    first, second = pair.ledger.events()
    pair.refused = 1
    pair.hear([first, second.model_copy(update={"data": {"counter_id": str(id_), "value": 9}})])
    pair.catch_up()


# ---- R8 --------------------------------------------------------------------------------------------------------------


def _restored(pair: Pair, *, new_log_id: bool) -> None:
    """The producer loses two events that were heard, tells three others, and people agree to go on with those."""
    id_ = pair.counted(2)
    pair.catch_up()
    backup = pair.backup()
    for _ in range(2):
        pair.ledger.count_up(id_)
    pair.catch_up()
    pair.restore(backup, new_log_id=new_log_id)
    pair.counted(3)
    if pair.catch_up().standing is Standing.FORKED:
        assert pair.report().counts["forked"] > 0
        pair.accept_fork(common=2)
        pair.catch_up()


def the_producer_is_restored_from_a_backup(pair: Pair) -> None:
    _restored(pair, new_log_id=True)


def the_producer_keeps_its_log_id(pair: Pair) -> None:
    _restored(pair, new_log_id=False)


@pytest.fixture(scope="module")
def ground(postgres: PostgresNode) -> Ground:
    return Ground(postgres)


# ---- the proof ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "remove_line", "situation", "counts"),
    [
        ("R1", without.events_in_a_transaction_of_their_own, dies_before_the_commit, {"half_written"}),
        ("R1", without.outbox_in_a_second_transaction, dies_after_the_commit, {"gaps"}),
        ("R2", without.positions_from_a_sequence, the_sequencer_dies_before_its_commit, {"gaps", "cursor_behind"}),
        (
            "R2",
            without.published_before_the_commit,
            a_slow_writer_commits_while_the_sequencer_dies,
            {"forked", "lost", "cursor_behind"},
        ),
        ("R2", without.logs_that_may_be_changed, somebody_corrects_the_log, {"chain_broken"}),
        ("R3", without.cursor_before_effect, the_consumer_dies_before_its_commit, {"lost"}),
        ("R3", without.no_catch_up, the_bus_loses_everything, {"cursor_behind"}),
        ("R4", without.as_it_comes, the_bus_repeats_itself, {"doubled", "out_of_order"}),
        ("R4", without.answers_are_not_kept, a_command_is_sent_twice, {"doubled"}),
        ("R5", without.nothing_is_held_back, one_event_cannot_be_taken, {"out_of_order"}),
        ("R5", without.as_it_comes, the_bus_shuffles, {"out_of_order"}),
        ("R6", without.as_it_comes, the_bus_loses_one, {"inbox_holes", "lost"}),
        ("R6", without.outcomes_are_not_written, events_come, {"inbox_holes"}),
        ("R7", without.no_dead_letter, one_event_cannot_be_taken, {"unlisted"}),
        ("R7", without.parked_without_a_list, one_event_cannot_be_taken, {"unlisted"}),
        ("R7", without.refused_without_a_list, a_message_is_altered_on_its_way, {"unlisted"}),
        ("R8", without.the_cursor_forgets_what_it_saw, the_producer_is_restored_from_a_backup, {"forked", "lost"}),
        (
            "R8",
            without.the_cursor_forgets_what_it_saw,
            the_producer_keeps_its_log_id,
            {"forked", "lost"},
        ),
    ],
    ids=lambda value: getattr(value, "__name__", value if isinstance(value, str) else ""),
)
def test_the_checker_notices_when_the_protecting_line_is_gone(
    ground: Ground, rule: str, remove_line: Break, situation: Situation, counts: set[str]
) -> None:
    report = proven(ground, remove_line, situation)
    assert {count for count, number in report.counts.items() if number} == counts, (rule, report.findings)
