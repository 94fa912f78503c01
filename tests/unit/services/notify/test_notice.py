"""A notice and its receipts: what may happen, in any order, and what never."""

import hashlib
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.notify.domain.errors import AlreadySigned, NoticeCancelled, RecipientNamedTwice
from services.notify.domain.notice import TABLE, Act, Draft, Notice, Standing, address, digest, issue
from shared.aggregate import replay
from shared.contracts.base import Event
from shared.contracts.codes import ChannelKind, DeliveryState, NoticeKind, Recipient
from shared.contracts.notify import NoticeDeliveredV1, NoticeSignedV1
from shared.errors import NotFound, StaleVersion

NOTICE_ID = UUID("0190a000-0000-7000-8000-00000000000a")
START = datetime(2026, 4, 24, 2, 0, tzinfo=UTC)
MAIN, COPY, STRANGER = Recipient.PARTY_COMMITTEE, Recipient.DISCIPLINE_COMMISSION, Recipient.ORGANISATION_DEPARTMENT


def fresh() -> tuple[Notice, list[Event]]:
    notice = Notice(id=NOTICE_ID, jurisdiction="640521104000")
    draft = Draft(
        kind=NoticeKind.CASE_FILED_COPY,
        title="关于某案立案情况的抄告单",
        body="正文",
        issuer="办公室",
        recipients=address(MAIN, [COPY]),
        case_id=None,
        caused_by="test",
    )
    events: list[Event] = [issue(draft, NOTICE_ID, "中宁耕保抄〔2026〕1号", START)]
    replay(notice, events)
    return notice, events


def issued() -> Notice:
    return fresh()[0]


def done(notice: Notice, events: list[Any]) -> list[str]:
    replay(notice, events)
    return [type(event).__name__ for event in events]


def test_signing_an_unread_notice_implies_its_delivery() -> None:
    notice = issued()
    assert done(notice, notice.sign(COPY, "王五", START)) == ["NoticeDeliveredV1", "NoticeSignedV1"]
    receipt = notice.receipt(COPY)
    assert (receipt.state, receipt.delivered_at, receipt.signed_by) == (DeliveryState.DELIVERED, START, "王五")
    assert notice.receipt(MAIN).state is DeliveryState.PENDING


def test_first_reading_delivers_and_later_ones_change_nothing() -> None:
    notice = issued()
    assert done(notice, notice.read(MAIN, START)) == ["NoticeDeliveredV1"]
    assert notice.read(MAIN, START + timedelta(hours=1)) == []
    assert done(notice, notice.sign(MAIN, "赵六", START)) == ["NoticeSignedV1"]
    assert notice.read(MAIN, START + timedelta(hours=2)) == []


def test_signing_twice_is_refused_with_a_stable_code() -> None:
    notice = issued()
    done(notice, notice.sign(MAIN, "赵六", START))
    with pytest.raises(AlreadySigned) as refused:
        notice.sign(MAIN, "另一人", START)
    assert (refused.value.code, refused.value.kind) == ("notify.already-signed", "conflict")
    assert notice.receipt(MAIN).signed_by == "赵六"


def test_notice_does_not_exist_for_who_is_not_addressed() -> None:
    notice = issued()
    with pytest.raises(NotFound):
        notice.read(STRANGER, START)
    with pytest.raises(NotFound):
        notice.sign(STRANGER, "某人", START)


def test_exhausted_endpoint_does_not_keep_anyone_from_reading_and_signing() -> None:
    notice = issued()
    assert done(notice, notice.exhaust(MAIN, "HTTP 500", START)) == ["NoticeDeliveryExhaustedV1"]
    assert notice.receipt(MAIN).state is DeliveryState.EXHAUSTED
    assert done(notice, notice.sign(MAIN, "赵六", START)) == ["NoticeDeliveredV1", "NoticeSignedV1"]


def test_endpoint_that_gives_up_after_the_reading_tells_nothing() -> None:
    notice = issued()
    done(notice, notice.read(MAIN, START))
    assert notice.exhaust(MAIN, "HTTP 500", START) == []
    assert notice.arrive(MAIN, ChannelKind.WEBHOOK, START) == []


def test_cancelled_receipt_is_neither_read_nor_signed() -> None:
    notice = issued()
    notice.receipt(MAIN).state = DeliveryState.CANCELLED
    with pytest.raises(NoticeCancelled):
        notice.sign(MAIN, "赵六", START)


def test_table_says_something_of_every_act_while_a_notice_is_open() -> None:
    for act in Act:
        for standing in (Standing.PENDING, Standing.EXHAUSTED, Standing.DELIVERED):
            assert (act, standing) in TABLE


def test_version_of_a_recipient_is_not_moved_by_another() -> None:
    notice = issued()
    done(notice, notice.sign(MAIN, "赵六", START))
    notice.check_version(COPY, 1)
    with pytest.raises(StaleVersion):
        notice.check_version(MAIN, 1)


def test_recipient_is_named_once() -> None:
    for copies in ([MAIN], [COPY, COPY]):
        with pytest.raises(RecipientNamedTwice):
            address(MAIN, copies)


def test_digest_covers_number_title_recipients_and_body() -> None:
    lines = address(MAIN, [COPY])
    base = digest("1号", "题", lines, "文")
    text = '["1号","题",[["party_committee","main"],["discipline_commission","copy"]],"文"]'
    assert base == hashlib.sha256(text.encode()).hexdigest()
    others = {
        digest("2号", "题", lines, "文"),
        digest("1号", "题2", lines, "文"),
        digest("1号", "题", address(COPY, [MAIN]), "文"),
        digest("1号", "题", lines, "文2"),
    }
    assert base not in others
    assert len(others) == 4


class NoticeLife(RuleBasedStateMachine):
    """Anything in any order: the log alone gives the state, and no recipient ever signs twice."""

    recipients = st.sampled_from(list(Recipient))

    @initialize()
    def issue(self) -> None:
        self.notice, self.events = fresh()
        self.now = START

    def _do(self, act: Any) -> None:
        self.now += timedelta(minutes=1)
        before = deepcopy(self.notice)
        try:
            told = act(self.now)
        except (AlreadySigned, NotFound):
            assert self.notice == before
            return
        replay(self.notice, told)
        self.events.extend(told)

    @rule(by=recipients)
    def read(self, by: Recipient) -> None:
        self._do(lambda now: self.notice.read(by, now))

    @rule(by=recipients, name=st.text(min_size=1, max_size=5))
    def sign(self, by: Recipient, name: str) -> None:
        self._do(lambda now: self.notice.sign(by, name, now))

    @rule(at=recipients)
    def arrive(self, at: Recipient) -> None:
        self._do(lambda now: self.notice.arrive(at, ChannelKind.WEBHOOK, now))

    @rule(at=recipients)
    def exhaust(self, at: Recipient) -> None:
        self._do(lambda now: self.notice.exhaust(at, "HTTP 500", now))

    @invariant()
    def replaying_gives_the_same_state(self) -> None:
        again = Notice(id=NOTICE_ID, jurisdiction="640521104000")
        replay(again, self.events)
        assert again == self.notice

    @invariant()
    def each_recipient_signs_and_is_served_at_most_once(self) -> None:
        signed = [event.recipient for event in self.events if isinstance(event, NoticeSignedV1)]
        served = [event.recipient for event in self.events if isinstance(event, NoticeDeliveredV1)]
        assert len(signed) == len(set(signed))
        assert len(served) == len(set(served))
        assert set(signed) <= set(served) <= {MAIN, COPY}

    @invariant()
    def signed_is_delivered(self) -> None:
        for receipt in self.notice.receipts.values():
            if receipt.signed_at:
                assert receipt.state is DeliveryState.DELIVERED
                assert receipt.delivered_at is not None


TestNoticeLife = NoticeLife.TestCase
TestNoticeLife.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
