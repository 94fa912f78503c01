"""What people do about dead letters: replay in order, discard by two, each told in the service's own log."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from shared.clock import SystemClock
from shared.contracts.base import Command
from shared.contracts.codes import Role
from shared.contracts.dead_letters import (
    ConfirmDiscard,
    DeadLetterKind,
    DeadLetterView,
    GetDeadLetter,
    ListDeadLetters,
    ProposeDiscard,
    ReplayDeadLetter,
)
from shared.dead_letter_desk import DeadLetterDesk, NotReplayable
from shared.delivery.dead_letters import DeadLetterEnded, DiscardNotProposed, SecondPersonNeeded
from shared.delivery.feed import Standing
from shared.delivery.runner import UnitRunner
from shared.delivery.unit import Unit
from shared.errors import NotFound, StaleVersion
from shared.operations import Call, CommandOperation
from shared.principal import Actor
from tests.integration.shared.delivery.ledger import WATCHER_BOOK, Ledger, Watcher, rewritten

FIRST = Actor("admin-1", "管理员", frozenset({Role.ADMINISTRATOR}), "", "640521")
SECOND = Actor("coordinator-1", "协调员", frozenset({Role.COORDINATOR}), "640521000000", "640521")
ELSEWHERE = replace(SECOND, account_id="coordinator-9", jurisdiction="640522")


class Office:
    """The desk of the watcher, as the dispatcher uses it."""

    def __init__(self, watcher: Watcher) -> None:
        self.engine = watcher.engine
        self.rings = 0
        self.desk = DeadLetterDesk(WATCHER_BOOK, {"ledger": watcher.reactor}, SystemClock())
        self._runner = UnitRunner(watcher.engine, Unit, SystemClock(), self._ring)
        self._handlers = {op.contract: op.handler for op in self.desk.operations() if isinstance(op, CommandOperation)}

    def _ring(self) -> None:
        self.rings += 1

    def letters(self, by: Actor = FIRST, **q: Any) -> list[DeadLetterView]:
        with self.engine.connect() as connection:
            return self.desk.list(ListDeadLetters(**q), by, connection).items

    def waiting(self) -> list[str]:
        """Reasons, oldest first."""
        return [letter.reason for letter in reversed(self.letters(ended=False))]

    def get(self, id_: UUID, by: Actor = FIRST) -> DeadLetterView:
        with self.engine.connect() as connection:
            return self.desk.get(GetDeadLetter(id=id_), by, connection)

    def do(self, command: Command, target: UUID, by: Actor = FIRST, version: int | None = None) -> dict[str, Any]:
        handler = self._handlers[type(command)]

        def use_case(unit: Unit) -> dict[str, Any]:
            call = Call(by, unit.now, "k", "c", target, version)
            return dict(handler(command, call, unit).model_dump())

        return self._runner.run(by, use_case, correlation_id="c")

    def discard(self, target: UUID) -> dict[str, Any]:
        self.do(ProposeDiscard(reason="数据有误"), target, FIRST)
        return self.do(ConfirmDiscard(), target, SECOND)


def poisoned(producer: Ledger, watcher: Watcher, value: int, length: int) -> UUID:
    """An account of `length` values of which one cannot be taken; it and what follows are parked."""
    account = producer.open()
    for _ in range(length - 1):
        producer.count_up(account)
    watcher.fails_on = {value}
    events = producer.events()
    for _ in range(6):
        watcher.feed.offer(events)
        watcher.make_due()
    return account


def test_a_replay_applies_what_is_parked_of_the_aggregate_in_order(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    account = poisoned(producer, watcher, 2, 4)
    office = Office(watcher)
    assert office.waiting() == ["handler_error", "blocked_by:2", "blocked_by:3"]
    watcher.fails_on = set()
    youngest = office.letters(subject_id=account)[0].id
    done = office.do(ReplayDeadLetter(), youngest)
    assert (done["replayed"], done["remaining"], done["failed_id"]) == (3, 0, None)
    assert (done["status"], done["decision"], done["decided_by"]) == ("settled", "replayed", "admin-1")
    assert watcher.values() == [1, 2, 3, 4]
    assert office.waiting() == []
    assert [name.split(".")[2] for name in watcher.told()].count("dead-letter-settled") == 3
    assert office.rings == 1


def test_a_replay_that_fails_again_says_so_and_changes_nothing_else(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    account = poisoned(producer, watcher, 2, 4)
    watcher.fails_on = {3}
    office = Office(watcher)
    done = office.do(ReplayDeadLetter(), office.letters(subject_id=account)[-1].id)
    assert (done["replayed"], done["remaining"]) == (1, 2)
    assert watcher.values() == [1, 2]
    failed = office.get(done["failed_id"])
    assert (failed.reason, failed.position, failed.status) == ("handler_error", 3, "open")
    assert office.waiting() == ["handler_error", "blocked_by:3"]


def test_events_that_come_meanwhile_wait_behind_what_is_parked(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    account = poisoned(producer, watcher, 2, 2)
    watcher.fails_on = set()
    producer.count_up(account)
    watcher.feed.offer(producer.events())
    office = Office(watcher)
    assert watcher.values() == [1]
    assert office.do(ReplayDeadLetter(), office.letters()[0].id)["replayed"] == 2
    producer.count_up(account)
    watcher.feed.offer(producer.events())
    assert watcher.values() == [1, 2, 3, 4]


def test_to_discard_takes_a_reason_and_a_second_person(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    poisoned(producer, watcher, 2, 3)
    office = Office(watcher)
    target = office.letters()[-1].id
    with pytest.raises(DiscardNotProposed):
        office.do(ConfirmDiscard(), target, SECOND)
    office.do(ProposeDiscard(reason="数据有误"), target, FIRST)
    with pytest.raises(SecondPersonNeeded):
        office.do(ConfirmDiscard(), target, FIRST)
    done = office.do(ConfirmDiscard(), target, SECOND)
    assert (done["status"], done["decision"], done["decided_by"]) == ("discarded", "数据有误", "coordinator-1")
    with pytest.raises(DeadLetterEnded):
        office.do(ReplayDeadLetter(), target)
    # What waited behind it can go on.
    assert office.do(ReplayDeadLetter(), office.letters(ended=False)[0].id)["replayed"] == 1
    assert watcher.values() == [1, 3]


def test_a_failed_replay_takes_a_proposal_to_discard_back(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    poisoned(producer, watcher, 1, 1)
    office = Office(watcher)
    (letter,) = office.letters()
    office.do(ProposeDiscard(reason="数据有误"), letter.id)
    office.do(ReplayDeadLetter(), letter.id)
    with pytest.raises(DiscardNotProposed):
        office.do(ConfirmDiscard(), letter.id, SECOND)


def test_a_letter_of_another_county_does_not_exist(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    poisoned(producer, watcher, 1, 1)
    office = Office(watcher)
    (letter,) = office.letters()
    assert office.letters(ELSEWHERE) == []
    with pytest.raises(NotFound):
        office.get(letter.id, ELSEWHERE)
    with pytest.raises(NotFound):
        office.do(ReplayDeadLetter(), letter.id, ELSEWHERE)
    with pytest.raises(NotFound):
        office.do(ReplayDeadLetter(), uuid4())


def test_a_stale_version_is_refused(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    poisoned(producer, watcher, 1, 1)
    office = Office(watcher)
    (letter,) = office.letters()
    office.do(ProposeDiscard(reason="数据有误"), letter.id, version=letter.version)
    with pytest.raises(StaleVersion):
        office.do(ProposeDiscard(reason="再提"), letter.id, version=letter.version)


def test_the_list_says_where_and_why_and_never_what(producer: Ledger, consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    producer.open()
    (event,) = producer.events()
    watcher.feed.offer([rewritten(event, data={"value": "张三的地"})])
    watcher.feed.refuse("unreadable", "张三的地")
    letters = Office(watcher).letters()
    assert [letter.kind for letter in letters] == [DeadLetterKind.REFUSED_MESSAGE, DeadLetterKind.PARKED_EVENT]
    assert "张三" not in repr(letters)
    assert letters[1].error == "counter_id: missing, value: int_parsing"


def test_of_a_refused_message_nothing_can_be_replayed(consumer: sa.Engine) -> None:
    watcher = Watcher(consumer)
    watcher.feed.refuse("unreadable", "x")
    office = Office(watcher)
    (letter,) = office.letters()
    with pytest.raises(NotReplayable):
        office.do(ReplayDeadLetter(), letter.id)
    office.discard(letter.id)
    watcher.feed.refuse("unreadable", "x")
    assert [letter.status for letter in office.letters()] == ["open", "discarded"]


def test_a_forked_feed_runs_again_after_a_replay_and_looks_for_the_fork_after_a_discard(
    producer: Ledger, consumer: sa.Engine
) -> None:
    watcher = Watcher(consumer)
    producer.open()
    (event,) = producer.events()
    foreign = rewritten(event, prevhash="f" * 64)
    office = Office(watcher)
    assert watcher.feed.offer([foreign]).standing is Standing.FORKED
    assert watcher.feed.offer([event]).standing is Standing.FORKED
    office.do(ReplayDeadLetter(), office.letters()[0].id)
    assert watcher.feed.offer([event]).standing is Standing.CURRENT
    assert watcher.values() == [1]
    producer.open()
    second = producer.events()[-1]
    assert watcher.feed.offer([rewritten(second, prevhash="f" * 64)]).standing is Standing.FORKED
    office.discard(office.letters(ended=False)[0].id)
    assert watcher.feed.offer([second]).standing is Standing.ACCEPTING
