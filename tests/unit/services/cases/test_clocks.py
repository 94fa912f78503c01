"""Clocks that stand still, go on and get more time: the worked example's figures, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.cases.domain import clocks
from services.cases.domain.case import Case
from services.cases.domain.transitions import Row
from shared.aggregate import replay
from shared.clock import SHANGHAI
from shared.contracts.cases_events import CaseInvestigationStartedV1
from shared.contracts.clocks import ExtensionFact, PauseFact, ResumeFact
from shared.contracts.codes import CaseState, DocumentKind, PauseReason
from shared.contracts.parts import DeadlineView, DocumentRef
from shared.errors import TianweiError
from shared.ids import new_id
from tests.unit.services.cases import commands

FILED = datetime(2026, 4, 24, 10, tzinfo=SHANGHAI)
PAPER = DocumentRef(kind=DocumentKind.EVIDENCE_LIST, title="鉴定委托书")
APPRAISAL, POLICE = PauseReason.APPRAISAL, PauseReason.AWAITING_POLICE_OR_PROCURATORATE
STAY = Row("stay", CaseState.FILED, CaseState.FILED)


def filed() -> Case:
    """A case whose decision clock D10 runs from 24 April 2026."""
    case = Case(id=new_id(), state=CaseState.FILED, case_no="CA-1")
    case.deadlines = [clocks.started(commands.REGISTER.start("D10", FILED))]
    return case


def step(case: Case, on: str, **facts: Any) -> DeadlineView:
    moment = commands.moment(now=datetime.fromisoformat(f"{on}T12:00:00+08:00"))
    event = CaseInvestigationStartedV1(officers=["甲", "乙"], **case.told(STAY, moment, **facts))
    replay(case, [CaseInvestigationStartedV1.model_validate_json(event.model_dump_json())])
    return case.deadlines[-1]


def pause(on: str, reason: PauseReason = APPRAISAL, rule: str = "D10") -> dict[str, Any]:
    return {"pauses": [clocks.pause(rule, reason, date.fromisoformat(on), PAPER)]}


def resume(on: str, reason: PauseReason = APPRAISAL) -> dict[str, Any]:
    return {"resumes": [ResumeFact(rule_id="D10", reason=reason, to_on=date.fromisoformat(on))]}


def extension(amount: int = 30, asked_on: str | None = None) -> dict[str, Any]:
    fact = ExtensionFact(
        rule_id="D10",
        amount=amount,
        unit="calendar_day",
        reason="案情复杂",
        approved_by="局长",
        document=PAPER,
        asked_on=None if asked_on is None else date.fromisoformat(asked_on),
    )
    return {"extends": [fact]}


def test_the_worked_example_stands_still_twice() -> None:
    case = filed()
    assert case.deadlines[0].due_on == date(2026, 7, 23)
    assert step(case, "2026-05-08", **pause("2026-05-08")).is_paused
    assert case.due_on is None
    assert step(case, "2026-05-25", **resume("2026-05-25")).due_on == date(2026, 8, 9)
    step(case, "2026-05-27", **pause("2026-05-27", POLICE))
    clock = step(case, "2026-06-01", **resume("2026-06-01", POLICE))
    assert clock.due_on == date(2026, 8, 14)
    assert [(one.from_on, one.to_on, one.proof.title) for one in clock.pauses] == [
        (date(2026, 5, 8), date(2026, 5, 25), "鉴定委托书"),
        (date(2026, 5, 27), date(2026, 6, 1), "鉴定委托书"),
    ]
    assert step(case, "2026-06-02", **extension()).due_on == date(2026, 9, 13)


def test_days_that_two_pauses_share_are_left_out_once() -> None:
    case = filed()
    step(case, "2026-05-08", **pause("2026-05-08"))
    step(case, "2026-05-20", **pause("2026-05-20", POLICE))
    step(case, "2026-05-25", **resume("2026-05-25"))
    assert step(case, "2026-06-01", **resume("2026-06-01", POLICE)).due_on == date(2026, 7, 23) + timedelta(24)


@pytest.mark.parametrize(
    ("before", "on", "facts", "code", "field"),
    [
        ({}, "2026-05-08", pause("2026-05-09"), "cases.in-the-future", "from_on"),
        ({}, "2026-05-08", pause("2026-04-23"), "cases.pause-before-clock", "from_on"),
        ({}, "2026-07-30", pause("2026-07-24"), "cases.pause-after-due", "from_on"),
        ({}, "2026-05-08", pause("2026-05-08", rule="D99"), "cases.clock-not-running", "rule_id"),
        (pause("2026-05-08"), "2026-05-09", pause("2026-05-09"), "cases.pause-running", "reason"),
        (pause("2026-05-08"), "2026-05-09", resume("2026-05-09", POLICE), "cases.no-pause-running", "reason"),
        (pause("2026-05-08"), "2026-05-09", resume("2026-05-07"), "cases.pause-end-before-start", "to_on"),
        (pause("2026-05-08"), "2026-05-09", resume("2026-05-10"), "cases.in-the-future", "to_on"),
        ({}, "2026-07-24", extension(), "cases.extension-too-late", "asked_on"),
        ({}, "2026-05-09", extension(asked_on="2026-05-10"), "cases.in-the-future", "asked_on"),
    ],
)
def test_what_a_clock_refuses(before: dict[str, Any], on: str, facts: dict[str, Any], code: str, field: str) -> None:
    case = filed()
    if before:
        step(case, "2026-05-08", **before)
    kept = list(case.deadlines)
    with pytest.raises(TianweiError) as refused:
        step(case, on, **facts)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert case.deadlines == kept


def test_a_pause_needs_its_paper() -> None:
    with pytest.raises(TianweiError) as refused:
        clocks.pause("D10", APPRAISAL, date(2026, 5, 8), None)
    assert (refused.value.code, refused.value.field) == ("cases.pause-without-proof", "proof")
    with pytest.raises(ValueError, match="proof"):
        PauseFact.model_validate({"rule_id": "D10", "reason": "appraisal", "from_on": "2026-05-08"})


def test_an_extension_asked_in_time_may_be_granted_later() -> None:
    assert step(filed(), "2026-07-24", **extension(asked_on="2026-07-23")).due_on == date(2026, 8, 22)


def test_a_clock_that_goes_on_keeps_its_past_and_repeats_no_alarm() -> None:
    case = filed()
    step(case, "2026-05-08", **pause("2026-05-08"))
    clock = step(case, "2026-05-25", **resume("2026-05-25"))
    assert [alarm.step for alarm in clock.alarms] == ["E0", "E1", "E2", "E3", "E4", "E5"]
    met = clocks.stopped(clock, datetime(2026, 8, 10, tzinfo=UTC))
    assert met.alarms == []
    again = clocks.started(clocks.again(met, commands.REGISTER.count(met), datetime(2026, 8, 10, 2, tzinfo=UTC)))
    assert again.pauses == clock.pauses
    assert again.due_on == clock.due_on
    assert [alarm.step for alarm in again.alarms] == ["E3", "E4", "E5"]
