"""A producer restored from an older copy: its consumers stop, say so once, and go on when people accept it (R8)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from shared.contracts import maintenance
from shared.contracts.dead_letters import ReplayDeadLetter
from shared.contracts.envelope import CloudEvent, LogRequest
from shared.database import open_engine
from shared.delivery import catchup
from shared.delivery.feed import Standing
from shared.delivery.maintenance import Operator, renew_log
from shared.host.feed_loops import FeedLoops
from tests.integration.shared.delivery.ledger import Ledger, Watcher
from tests.integration.shared.delivery.test_dead_letters import Office
from tests.support.nodes import PostgresNode

_numbers = count(1)


class LedgerLogRenewedV1(maintenance.LogRenewed, source="ledger"):
    pass


class Copies:
    """Backups of the ledger, and what is restored from them."""

    def __init__(self, postgres: PostgresNode) -> None:
        self._postgres = postgres
        self._engines: list[sa.Engine] = []
        self._names: list[str] = []

    def of(self, ledger: Ledger) -> str:
        """Make a backup; its name."""
        ledger.engine.dispose()
        name = f"ledger_{next(_numbers)}"
        self._postgres.create_database(name, like=str(ledger.engine.url.database))
        self._names.append(name)
        return name

    def restored(self, backup: str) -> Ledger:
        """The ledger as it was then; it may be restored again."""
        name = f"ledger_{next(_numbers)}"
        engine = open_engine(self._postgres.create_database(name, like=backup), pool_size=2)
        self._names.append(name)
        self._engines.append(engine)
        return Ledger(engine)

    def close(self) -> None:
        for engine in self._engines:
            engine.dispose()
        for name in self._names:
            self._postgres.drop_database(name)


@pytest.fixture
def copies(postgres: PostgresNode) -> Iterator[Copies]:
    made = Copies(postgres)
    yield made
    made.close()


class Line:
    """The consumer's way to the producer's read_log."""

    def __init__(self, producer: Ledger) -> None:
        self.producer = producer

    def call(self, _service: str, _method: str, request: dict[str, Any], _timeout: float) -> dict[str, Any]:
        with self.producer.engine.connect() as connection:
            asked = LogRequest.model_validate(request)
            return {"ok": catchup.read_log(connection, "ledger", asked)}


def catch_up(watcher: Watcher, producer: Ledger) -> Standing:
    """What a consumer's process does when it starts: two rounds, the second as after ten seconds."""
    producer.relay.number()
    for _ in range(2):
        loops = FeedLoops(watcher.feed, "redis://127.0.0.1:1/0", Line(producer), lambda: None)  # type: ignore[arg-type]
        apply = next(loop for loop in loops.loops() if loop.name.endswith("apply"))
        apply.turn()
    return loops.standing


def renew(producer: Ledger) -> UUID:
    operator = Operator("root", "用备份恢复", "640521000000", datetime(2026, 4, 20, tzinfo=UTC))
    with producer.engine.begin() as connection:
        return renew_log(connection, operator, LedgerLogRenewedV1).log_id


def accept(watcher: Watcher) -> None:
    office = Office(watcher)
    (letter,) = office.letters(ended=False, kind="forked_feed")
    office.discard(letter.id)


def superseded(watcher: Watcher) -> list[int]:
    with watcher.engine.connect() as connection:
        return list(connection.execute(sa.text("SELECT position FROM inbox_superseded ORDER BY 1")).scalars())


def positions(watcher: Watcher) -> list[int]:
    with watcher.engine.connect() as connection:
        return list(connection.execute(sa.text("SELECT position FROM inbox ORDER BY 1")).scalars())


def nothing(_: Ledger) -> None:
    """As it was restored."""


def goes_on(producer: Ledger) -> None:
    """People work on in it before any consumer looks."""
    for _ in range(5):
        producer.open()


def is_renewed(producer: Ledger) -> None:
    renew(producer)


Change = Callable[[Ledger], None]


@pytest.fixture
def counter(producer: Ledger) -> UUID:
    """Counted to 3."""
    id_ = producer.open()
    producer.count_up(id_)
    producer.count_up(id_)
    return id_


@pytest.mark.parametrize("after_restore", [nothing, goes_on, is_renewed])
def test_a_restored_producer_stops_its_consumer_once_and_it_goes_on_when_accepted(
    producer: Ledger, consumer: sa.Engine, counter: UUID, copies: Copies, after_restore: Change
) -> None:
    watcher = Watcher(consumer)
    backup = copies.of(producer)
    producer.count_up(counter)
    producer.count_up(counter)
    assert catch_up(watcher, producer) is Standing.CURRENT

    restored = copies.restored(backup)
    after_restore(restored)
    assert catch_up(watcher, restored) is Standing.FORKED
    assert catch_up(Watcher(consumer), restored) is Standing.FORKED
    restored.relay.publish()
    told = [CloudEvent.model_validate(event) for event in restored.sent]
    assert watcher.feed.offer(told).standing in (Standing.FORKED, Standing.CURRENT)
    assert watcher.values() == [1, 2, 3, 4, 5]
    assert watcher.opened() == [("forked_feed", "log_contradicts", 1)]
    assert watcher.told() == ["tianwei.watcher.dead-letter-opened.v1"]

    accept(watcher)
    restored.count_up(counter)
    assert catch_up(watcher, restored) is Standing.CURRENT
    assert superseded(watcher) == [4, 5]
    # 4 and 5 stay done, though their cause is gone; what the restored log tells is done once.
    assert watcher.values(counter) == [1, 2, 3, 4, 5, 4]
    with restored.engine.connect() as connection:
        head = connection.execute(sa.text("SELECT position, hash, log_id FROM log_head")).one()
    assert positions(watcher) == list(range(1, head.position + 1))
    cursor = watcher.feed.cursor()
    assert (cursor.position, cursor.hash, cursor.log_id, cursor.state) == (*head, "running")


def test_with_a_newer_copy_the_feed_goes_on_as_if_nothing_had_been(
    producer: Ledger, consumer: sa.Engine, counter: UUID, copies: Copies
) -> None:
    watcher = Watcher(consumer)
    older = copies.of(producer)
    producer.count_up(counter)
    newer = copies.of(producer)
    assert catch_up(watcher, producer) is Standing.CURRENT
    assert catch_up(watcher, copies.restored(older)) is Standing.FORKED
    office = Office(watcher)
    (letter,) = office.letters(ended=False)
    office.do(ReplayDeadLetter(), letter.id)
    restored = copies.restored(newer)
    restored.count_up(counter)
    assert catch_up(watcher, restored) is Standing.CURRENT
    assert watcher.values() == [1, 2, 3, 4, 5]
    assert superseded(watcher) == []


def test_the_same_copy_restored_twice_is_accepted_twice(
    producer: Ledger, consumer: sa.Engine, counter: UUID, copies: Copies
) -> None:
    watcher = Watcher(consumer)
    backup = copies.of(producer)
    producer.count_up(counter)
    catch_up(watcher, producer)
    for _ in range(2):
        restored = copies.restored(backup)
        assert catch_up(watcher, restored) is Standing.FORKED
        accept(watcher)
        restored.count_up(counter)
        assert catch_up(watcher, restored) is Standing.CURRENT
    assert superseded(watcher) == [4, 4]
    assert watcher.values() == [1, 2, 3, 4, 4, 4]


def test_what_was_parked_of_the_lost_events_needs_nobody_any_more(
    producer: Ledger, consumer: sa.Engine, counter: UUID, copies: Copies
) -> None:
    watcher = Watcher(consumer)
    backup = copies.of(producer)
    producer.count_up(counter)
    _park(watcher, producer, 4)
    restored = copies.restored(backup)
    assert catch_up(watcher, restored) is Standing.FORKED
    accept(watcher)
    restored.count_up(counter)
    restored.count_up(counter)
    assert catch_up(watcher, restored) is Standing.CURRENT
    office = Office(watcher)
    assert office.waiting() == []
    assert {letter.decision for letter in office.letters(kind="parked_event")} == {"superseded"}
    assert watcher.values() == [1, 2, 3, 4, 5]


def test_at_the_place_of_a_lost_parked_event_another_can_be_parked(
    producer: Ledger, consumer: sa.Engine, counter: UUID, copies: Copies
) -> None:
    watcher = Watcher(consumer)
    backup = copies.of(producer)
    producer.count_up(counter)
    _park(watcher, producer, 4)
    restored = copies.restored(backup)
    assert catch_up(watcher, restored) is Standing.FORKED
    accept(watcher)
    restored.count_up(counter)
    _park(watcher, restored, 4)
    assert watcher.parked_reasons() == ["handler_error"]
    assert Office(watcher).waiting() == ["handler_error"]


def _park(watcher: Watcher, producer: Ledger, value: int) -> None:
    """Have the consumer fail on a value until it puts the event aside."""
    watcher.fails_on = {value}
    for _ in range(6):
        catch_up(watcher, producer)
        watcher.make_due()
    catch_up(watcher, producer)
    watcher.fails_on = set()
    assert watcher.parked_reasons() == ["handler_error"]


def test_a_renewed_log_goes_on_in_position_and_hash_and_tells_why(producer: Ledger, counter: UUID) -> None:
    producer.relay.number()
    log_id = renew(producer)
    producer.count_up(counter)
    events = producer.events()
    assert [event.position for event in events] == [1, 2, 3, 4, 5]
    assert {event.logid for event in events} == {log_id}
    assert [event.numberedin is None for event in events] == [False, False, False, True, True]
    assert all(after.prevhash == before.hash for before, after in pairwise(events))
    renewed = events[3]
    assert (renewed.type, renewed.actor) == ("tianwei.ledger.log-renewed.v1", "os:root")
    assert renewed.data is not None
    assert (renewed.data["position"], renewed.data["log_id"], renewed.data["reason"]) == (3, str(log_id), "用备份恢复")
