"""Random histories of a clock through the door every step goes through: its explained end is what a calendar shows."""

from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar  # type: ignore[import-untyped]
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.cases.domain import clocks
from services.cases.domain.case import Case
from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.explanation import explained
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import ALL_CLOCKS, Row
from shared.aggregate import replay
from shared.clock import SHANGHAI, local_day
from shared.contracts.cases_events import CaseInvestigationStartedV1
from shared.contracts.clocks import ExtensionFact, ResumeFact
from shared.contracts.codes import CaseState, DocumentKind, PauseReason
from shared.contracts.parts import DeadlineView, DocumentRef
from shared.errors import TianweiError
from shared.ids import new_id
from shared.workdays import WorkDays
from tests.unit.services.cases.commands import COORDINATOR, RULES

DAYS = WorkDays.load()
PAPER = DocumentRef(kind=DocumentKind.EVIDENCE_LIST, title="证明")
FIRST = date(2018, 1, 1)
WORKING = {FIRST + timedelta(n): chinese_calendar.is_workday(FIRST + timedelta(n)) for n in range(365 * 8)}
ROWS = [
    {"id": "X", "title": "试", "limit": limit, "unit": unit, "mark": "law", "rolls": rolls, "valid_from": FIRST}
    for limit in (0, 1, 5, 30, 90)
    for unit in ("working_day", "calendar_day")
    for rolls in (False, True)
]
reasons = st.sampled_from(list(PauseReason)[:3])


class History(RuleBasedStateMachine):
    """now: noon of a day. pauses and more: what was told, kept beside the clock to count by."""

    @initialize(row=st.sampled_from(ROWS), day=st.dates(date(2018, 6, 1), date(2022, 12, 31)))
    def begin(self, row: dict[str, Any], day: date) -> None:
        self.row = row
        self.register = DeadlineRegister.of({"rule": [row]}, DAYS)
        self.now = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)
        self.start = day
        self.pauses: list[list[Any]] = []
        self.more = 0
        self.case = Case(id=new_id(), state=CaseState.FILED, case_no="CA-1")
        self.step(starts=[self.register.start("X", self.now)])

    def step(self, stops: frozenset[str] = frozenset(), **facts: Any) -> bool:
        row = Row("stay", CaseState.FILED, CaseState.FILED, stops=stops)
        before = list(self.case.deadlines)
        try:
            told = self.case.told(row, Moment(COORDINATOR, self.now, self.register, RULES), **facts)
        except TianweiError:
            assert self.case.deadlines == before
            return False
        event = CaseInvestigationStartedV1(officers=["甲", "乙"], **told)
        replay(self.case, [CaseInvestigationStartedV1.model_validate_json(event.model_dump_json())])
        return True

    @property
    def clock(self) -> DeadlineView:
        return self.case.deadlines[-1]

    @property
    def today(self) -> date:
        return local_day(self.now)

    @rule(days=st.integers(0, 25))
    def time_passes(self, days: int) -> None:
        if self.today < date(2024, 1, 1):
            self.now += timedelta(days=days)

    @precondition(lambda self: self.clock.met_at is None)
    @rule(reason=reasons, back=st.integers(0, 6))
    def pause(self, reason: PauseReason, back: int) -> None:
        since = self.today - timedelta(back)
        if self.step(pauses=[clocks.pause("X", reason, since, PAPER)]):
            self.pauses.append([reason, since, None])

    @precondition(lambda self: self.clock.met_at is None)
    @rule(reason=reasons, back=st.integers(0, 6))
    def resume(self, reason: PauseReason, back: int) -> None:
        until = self.today - timedelta(back)
        if self.step(resumes=[ResumeFact(rule_id="X", reason=reason, to_on=until)]):
            (running,) = (one for one in self.pauses if one[0] is reason and one[2] is None)
            running[2] = until

    @precondition(lambda self: self.clock.met_at is None)
    @rule(amount=st.integers(1, 20))
    def extend(self, amount: int) -> None:
        fact = ExtensionFact(
            rule_id="X", amount=amount, unit=self.row["unit"], reason="因", approved_by="长", document=PAPER
        )
        if self.step(extends=[fact]):
            self.more += amount

    @precondition(lambda self: self.clock.met_at is None)
    @rule()
    def stop(self) -> None:
        assert self.step(stops=ALL_CLOCKS)

    @invariant()
    def ends_where_a_calendar_says(self) -> None:
        if not hasattr(self, "case"):
            return
        clock = self.clock
        as_of = local_day(clock.met_at or self.now)
        told = explained(clock, self.now, DAYS)
        standing = clock.met_at is None and any(until is None for *_, until in self.pauses)
        ended = [(since, until) for _, since, until in self.pauses if until is not None]
        assert told["current_due_on"] == self.counted(
            [(since, until or as_of) for _, since, until in self.pauses] if standing else ended
        )
        assert (told["status"] == "paused") == standing
        open_too = [(since, until or as_of) for _, since, until in self.pauses]
        passed = [self.start + timedelta(n) for n in range(1, (as_of - self.start).days + 1)]
        assert told["used"] == sum(self.counts(day, open_too) for day in passed)
        assert told["total"] == self.row["limit"] + self.more

    def counts(self, day: date, pauses: list[tuple[date, date]]) -> bool:
        paused = any(since < day <= until for since, until in pauses)
        return not paused and (self.row["unit"] == "calendar_day" or WORKING[day])

    def counted(self, pauses: list[tuple[date, date]]) -> date:
        day, left = self.start, self.row["limit"] + self.more
        while left:
            day += timedelta(1)
            left -= self.counts(day, pauses)
        while any(since <= day < until for since, until in pauses):
            day += timedelta(1)
            while self.row["unit"] == "working_day" and not WORKING[day]:
                day += timedelta(1)
        while self.row["rolls"] and not WORKING[day]:
            day += timedelta(1)
        return day


History.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestHistory = History.TestCase
