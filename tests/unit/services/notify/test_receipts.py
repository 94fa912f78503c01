"""A receipt: its table walked completely, and anything in any order; grades, digests, terms and urgings."""

from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.notify.adapters.registers import read_receipt_terms
from services.notify.domain.addressed import Dues, addressed_to
from services.notify.domain.document import Document, Frozen
from services.notify.domain.errors import DigestWrong, DocumentSignedFor
from services.notify.domain.receipt_terms import Body, last_day
from services.notify.domain.receipts import TABLE, Act, Standing, standing
from shared.aggregate import replay
from shared.clock import SHANGHAI, local_day
from shared.contracts.base import Event
from shared.contracts.codes import ChannelKind, DocumentState
from shared.contracts.document_events import DocumentServedV1, DocumentSignedForV1, DocumentUrgedV1
from shared.contracts.documents import DocumentFile
from shared.errors import TianweiError

ID = UUID("0190a000-0000-7000-8000-00000000000d")
START = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)
TERMS = read_receipt_terms()
LADDER = TERMS.ladder(date(2026, 4, 24))
PDF, DOCX = "a" * 64, "b" * 64
FILES = tuple(
    DocumentFile(format=kind, sha256=sha256, sm3=sha256, size=1) for kind, sha256 in (("pdf", PDF), ("docx", DOCX))
)
ONE, OTHER = "中宁县委", "中宁县纪委监委"
WAYS = (ChannelKind.WEBHOOK, ChannelKind.EMAIL, ChannelKind.INBOX, ChannelKind.PAPER)


def dues(now: datetime) -> Dues:
    due_at = TERMS.due_at("case_filed_copy", "", now)
    return Dues(due_at, LADDER.at(1, due_at, TERMS.days))


def issued() -> Document:
    made = Document(ID, "640521000000", state=DocumentState.ISSUED, issued_at=START)
    made.frozen = Frozen("办公室", "case_filed_copy/1", "c" * 64, FILES, None)
    made.receipts = addressed_to([ONE], [OTHER], {ONE: "party_committee"})
    return made


def served(way: ChannelKind = ChannelKind.WEBHOOK) -> Document:
    made = issued()
    replay(made, made.serve(ONE, way, None, dues(START), START))
    return made


def at(target: Standing) -> Document:
    made = issued() if target is Standing.OWED else served()
    if target is Standing.ACCEPTED:
        replay(made, made.accept(ONE, 1, ChannelKind.WEBHOOK, "r", START))
    elif target is Standing.EXHAUSTED:
        replay(made, made.exhaust(ONE, "HTTP 500", START))
    elif target is Standing.PLACED:
        replay(made, made.place(ONE, ChannelKind.WEBHOOK, START))
    elif target is Standing.SIGNED:
        replay(made, made.sign(ONE, "王五", PDF, START))
    assert standing(made.receipt(ONE)) is target
    return made


def act(made: Document, which: Act, now: datetime) -> list[Any]:
    steps = {
        Act.SERVE: lambda: made.serve(ONE, ChannelKind.INBOX, None, dues(now), now),
        Act.ACCEPT: lambda: made.accept(ONE, 1, ChannelKind.WEBHOOK, "r", now),
        Act.PLACE: lambda: made.place(ONE, ChannelKind.WEBHOOK, now),
        Act.OPEN: lambda: made.open(ONE, now),
        Act.SIGN: lambda: made.sign(ONE, "王五", PDF, now),
        Act.EXHAUST: lambda: made.exhaust(ONE, "HTTP 500", now),
        Act.RESUME: lambda: made.resume(ONE, now),
        Act.URGE: lambda: made.urge(ONE, LADDER, TERMS.days, now),
    }
    return list(steps[which]())


@pytest.mark.parametrize("target", Standing)
@pytest.mark.parametrize("which", Act)
def test_every_act_at_every_standing_does_as_the_table_says(which: Act, target: Standing) -> None:
    made = at(target)
    facts = TABLE.get((which, target))
    if facts is None:
        with pytest.raises(DocumentSignedFor):
            act(made, which, START + timedelta(days=30))
        return
    told = act(made, which, START + timedelta(days=30))
    assert len(told) == len(facts)
    version = made.receipt(ONE).version
    replay(made, told)
    assert made.receipt(ONE).version == version + len(told)


def test_what_has_arrived_loses_no_proof_when_it_is_sent_again() -> None:
    made = at(Standing.PLACED)
    replay(made, made.serve(ONE, ChannelKind.EMAIL, "收文员未见", dues(START), START))
    receipt = made.receipt(ONE)
    assert (standing(receipt), receipt.channel) == (Standing.PLACED, "webhook")
    assert [(one.round, one.channel) for one in receipt.services] == [(1, "webhook"), (2, "email")]


def test_the_term_is_counted_once_and_not_moved_by_serving_again() -> None:
    made = served()
    due_at = made.receipt(ONE).due_at
    later = START + timedelta(days=3)
    replay(made, made.serve(ONE, ChannelKind.PAPER, "网页推送未达", dues(later), later))
    assert made.receipt(ONE).due_at == due_at


def test_signing_is_over_the_digest_of_the_issued_text() -> None:
    made = served()
    with pytest.raises(DigestWrong) as refused:
        made.sign(ONE, "王五", "d" * 64, START)
    assert refused.value.facts["sha256"] == "d" * 64
    replay(made, made.sign(ONE, "王五", DOCX, START))
    assert made.receipt(ONE).sha256 == DOCX


def test_one_that_is_late_is_urged_once_for_all_that_passed_while_the_house_stood_still() -> None:
    made = served()
    asleep = START + timedelta(days=14)  # 8 May, the fifth working day: 1 to 5 May are a holiday
    (told,) = made.urge(ONE, LADDER, TERMS.days, asleep)
    assert isinstance(told, DocumentUrgedV1)
    assert told.step == 3
    replay(made, [told])
    assert made.urge(ONE, LADDER, TERMS.days, asleep) == []
    assert made.receipt(ONE).next_urge_at == LADDER.at(4, told.due_at, TERMS.days)


def test_a_copy_is_due_after_two_working_days_over_a_weekend_and_urged_the_morning_after() -> None:
    friday = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)
    due_at = TERMS.due_at("case_filed_copy", "", friday)
    assert last_day(due_at) == date(2026, 4, 28)
    first = LADDER.at(1, due_at, TERMS.days)
    assert (local_day(first), first.astimezone(SHANGHAI).time()) == (date(2026, 4, 29), time(9))
    assert TERMS.days_late(due_at, friday) == 0
    assert TERMS.days_late(due_at, datetime(2026, 4, 30, 2, 0, tzinfo=UTC)) == 2


def test_an_urgent_joint_action_notice_is_due_in_hours() -> None:
    assert TERMS.due_at("joint_action_notice", "特急", START) == START + timedelta(hours=2)
    assert last_day(TERMS.due_at("joint_action_notice", "", START)) == date(2026, 4, 27)


def test_a_year_without_a_published_calendar_holds_nothing_up() -> None:
    far = datetime(2099, 12, 30, 2, 0, tzinfo=UTC)
    assert last_day(TERMS.due_at("case_filed_copy", "", far)) > date(2099, 12, 30)


@given(st.integers(0, 400), st.integers(1, 30))
@settings(max_examples=50, deadline=None)
def test_steps_of_the_ladder_rise_and_the_passed_one_is_the_last_that_has_come(days: int, step: int) -> None:
    due_at = TERMS.due_at("case_filed_copy", "", START)
    assert due_at < LADDER.at(step, due_at, TERMS.days) < LADDER.at(step + 1, due_at, TERMS.days)
    now = START + timedelta(days=days)
    passed = LADDER.passed(due_at, 0, now, TERMS.days)
    assert passed == 0 or LADDER.at(passed, due_at, TERMS.days) <= now
    assert LADDER.at(passed + 1, due_at, TERMS.days) > now


@pytest.mark.parametrize("body", Body)
def test_every_kind_of_recipient_has_ways_on_every_day_the_register_knows(body: Body) -> None:
    assert TERMS.order(body, date(2026, 4, 24))
    assert ChannelKind.PAPER in TERMS.order(body, date(2026, 4, 24))


class ReceiptLife(RuleBasedStateMachine):
    """Anything in any order, time going on: the log alone gives the state, and no proof is ever taken away."""

    acts = st.sampled_from(list(Act))
    ways = st.sampled_from(WAYS)

    @initialize()
    def begin(self) -> None:
        self.document = issued()
        self.events: list[Event] = []
        self.now = START

    @rule(which=acts, hours=st.integers(0, 200))
    def step(self, which: Act, hours: int) -> None:
        self.now += timedelta(hours=hours)
        before = deepcopy(self.document)
        try:
            told = act(self.document, which, self.now)
        except TianweiError:
            assert self.document == before
            return
        proofs = self._proofs()
        replay(self.document, told)
        self.events.extend(told)
        assert all(new == old for old, new in zip(proofs, self._proofs(), strict=True) if old is not None)

    @rule(way=ways)
    def serve(self, way: ChannelKind) -> None:
        if standing(self.document.receipt(ONE)) is not Standing.SIGNED:
            told = self.document.serve(ONE, way, "再次", dues(self.now), self.now)
            replay(self.document, told)
            self.events.extend(told)

    def _proofs(self) -> list[Any]:
        receipt = self.document.receipt(ONE)
        return [receipt.delivered_at, receipt.opened_at, receipt.signed_at, receipt.sha256, receipt.due_at]

    @invariant()
    def replaying_gives_the_same_receipts(self) -> None:
        again = issued()
        replay(again, list(self.events))
        assert again.receipts == self.document.receipts

    @invariant()
    def the_other_recipient_is_not_concerned(self) -> None:
        assert self.document.receipt(OTHER).version == 1

    @invariant()
    def rounds_are_numbered_and_signed_is_once_and_urged_never_after(self) -> None:
        rounds = [event.round for event in self.events if isinstance(event, DocumentServedV1)]
        assert rounds == list(range(1, len(rounds) + 1))
        signed = [place for place, event in enumerate(self.events) if isinstance(event, DocumentSignedForV1)]
        assert len(signed) <= 1
        urged = [place for place, event in enumerate(self.events) if isinstance(event, DocumentUrgedV1)]
        assert not signed or all(place < signed[0] for place in urged)
        steps = [event.step for event in self.events if isinstance(event, DocumentUrgedV1)]
        assert steps == sorted(set(steps))


TestReceiptLife = ReceiptLife.TestCase
TestReceiptLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
