"""Terms to the day, limits to the last unit: what is right on the last day is wrong on the next, or the other way."""

from collections.abc import Callable
from datetime import UTC, date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.cases.domain import case_ending, case_table, police_transfer_table
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.decision import is_crime_open
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.transitions import Forbidden
from shared.aggregate import replay
from shared.clock import noon
from shared.contracts import case_paths as cp
from shared.contracts.codes import CaseState, DocumentKind, Measure, TransferState
from shared.contracts.parts import DocumentRef
from shared.contracts.procedure import Crime
from shared.errors import TianweiError
from shared.ids import new_id
from tests.unit.services.cases import commands, path_commands
from tests.unit.services.cases.test_path_machines import OFFICE

FILED_ON = date(2026, 4, 24)
EXTRA = frozenset({DocumentKind.HEARING_RIGHT_NOTICE, DocumentKind.APPRAISAL_OPINION, DocumentKind.JURISDICTION_LETTER})


def papers(verb: str) -> list[DocumentRef]:
    rows = (row for table in (case_table.TABLE, police_transfer_table.TABLE) for row in table)
    kinds = {kind for row in rows if row.verb == verb for kind in row.needs}
    return [
        DocumentRef(kind=kind, title=kind.value, document_no="1", dated_on=FILED_ON) for kind in sorted(kinds | EXTRA)
    ]


class Desk:
    """A case, and the hand-over beside it, moved by people who have every part in the office."""

    def __init__(self, act_ended_on: date | None = None, filed_on: date = FILED_ON) -> None:
        self.case, self.transfer = Case(id=new_id()), PoliceTransfer(id=new_id())
        self._on = filed_on
        clue = Clue(id=new_id(), clue_no="CL-1", division_code="640521104000", area_m2=Decimal(8400))
        clue.farmland_area_m2, clue.pbf_area_m2 = Decimal(7000), Decimal(4200)
        order = commands.filing([]).model_copy(update={"act_ended_on": act_ended_on})
        replay(self.case, [*self.case.file(order, self._moment, clue, "CA-1")])

    def on(self, day: date) -> "Desk":
        self._on = day
        return self

    @property
    def _moment(self) -> Any:
        return commands.moment(OFFICE, noon(self._on).astimezone(UTC))

    def take(self, *verbs: str, fined: bool = True, **changes: Any) -> None:
        """changes: of what the commands say."""
        for verb in verbs:
            step, order = path_commands.case_step(verb, papers(verb), self._moment.now, True, fined)
            known = {name: value for name, value in changes.items() if name in type(order).model_fields}
            replay(self.case, step(self.case, order.model_copy(update=known), self._moment))

    def move(self, *verbs: str, **changes: Any) -> None:
        for verb in verbs:
            step, order = path_commands.transfer_step(verb, papers(verb), self._moment.now, True)
            replay(self.transfer, step(self.transfer, order.model_copy(update=changes), self._moment))

    def due(self, rule_id: str) -> date:
        clock = self.case.clock(rule_id) or self.transfer.clock(rule_id)
        assert clock is not None
        assert clock.due_on is not None
        return clock.due_on


def code_of(step: Callable[..., Any], *args: Any, **named: Any) -> str:
    with pytest.raises(TianweiError) as caught:
        step(*args, **named)
    return caught.value.code


def test_an_act_is_filed_to_the_last_day_of_two_years() -> None:
    Desk(date(2024, 4, 24))
    with pytest.raises(Forbidden, match="time-barred"):
        Desk(date(2024, 4, 23))


def noticed(**changes: Any) -> Desk:
    desk = Desk()
    desk.take("investigate", "commission-appraisal")
    spared: dict[str, Any] = {"destroyed": False, "destroyed_area_m2": Decimal(0), "destroyed_pbf_area_m2": Decimal(0)}
    desk.take("record-appraisal", **spared)
    desk.take("conclude", "review", "notice", **{"major": False, **changes})
    return desk


def test_nothing_is_decided_on_the_last_day_on_which_the_party_may_speak() -> None:
    desk = noticed()
    last = desk.due("D14")
    assert code_of(desk.on(last).take, "decide") == "cases.notice-period-running"
    desk.on(last + timedelta(days=1)).take("decide")


def test_a_fine_is_not_heavier_than_was_told() -> None:
    desk = noticed()
    desk.on(desk.due("D14") + timedelta(days=1))
    more = path_commands.FINE + Decimal("0.01")
    assert code_of(desk.take, "decide", fine_yuan=more) == "cases.heavier-than-told"
    desk.take("decide", fine_yuan=path_commands.FINE)


def test_a_fine_of_the_limit_itself_asks_for_a_hearing() -> None:
    limit = commands.RULES.hearing_rule(FILED_ON).fine_unit_yuan
    fine: dict[str, Any] = {"measures": [Measure.FINE], "hearing_offered": False}
    assert code_of(noticed, **fine, fine_yuan=limit) == "cases.hearing-not-offered"
    noticed(**fine, fine_yuan=limit - Decimal("0.01"))


def demanded() -> Desk:
    """A demolition, which may be enforced within three months from the end of its shorter remedy."""
    order: dict[str, Any] = {"measures": [Measure.DEMOLISH], "fine_yuan": Decimal(0)}
    desk = noticed(**order)
    desk.on(desk.due("D14") + timedelta(days=1)).take("decide", "serve", "perform", **order)
    desk.on(desk.due("D20") + timedelta(days=1)).take("demand")
    return desk


def test_the_court_is_asked_on_the_last_day_and_not_while_the_demand_runs() -> None:
    desk = demanded()
    waits, last = desk.due("D23"), desk.due("D22")
    assert code_of(desk.on(waits).take, "apply-to-court") == "cases.demand-running"
    assert code_of(desk.on(last + timedelta(days=1)).take, "apply-to-court") == "cases.court-too-late"
    desk.on(last).take("apply-to-court")


def test_a_clock_stands_still_from_its_last_day_and_not_after_it() -> None:
    for late, number in ((0, 1), (1, 0)):
        desk = Desk()
        desk.take("investigate")
        desk.on(desk.due("D10") + timedelta(days=late)).take("commission-appraisal", commissioned_on=desk._on)
        clock = desk.case.clock("D10")
        assert clock is not None
        assert len(clock.pauses) == number


@pytest.mark.parametrize("verb", ["reconsider", "suggest-supervision"])
def test_a_refusal_of_the_police_is_answered_on_the_last_day(verb: str) -> None:
    desk = Desk()
    step, order = path_commands.transfer_step("report", papers("report"), desk._moment.now, True)
    replay(desk.transfer, [*desk.transfer.become_due(desk.case, desk._moment, "TR-1")])
    replay(desk.transfer, step(desk.transfer, order, desk._moment))
    desk.move("approve", "hand-over", "police-refuse")
    last = desk.due("T06")
    assert code_of(desk.on(last + timedelta(days=1)).move, verb) == "cases.right-lost"
    desk.on(last).move(verb)


@pytest.mark.parametrize(
    ("due", "state", "is_open"),
    [
        (True, TransferState.REFUSED_BY_CHIEF, True),
        (False, TransferState.REFUSED_BY_CHIEF, False),
        (True, None, True),
        (False, None, False),
        (True, TransferState.RECEIPTED, True),
        (False, TransferState.REFUSED, True),
        (True, TransferState.FILED, False),
        (True, TransferState.CLOSED_ADMIN, False),
        (True, TransferState.ENDED, False),
    ],
)
def test_what_a_chief_refuses_to_hand_over_stays_open_where_it_is_due(
    due: bool, state: TransferState | None, is_open: bool
) -> None:
    case = Case(id=new_id())
    crime = (case.procedure.crime or Crime()).model_copy(update={"due": due, "transfer_state": state})
    case.procedure = case.procedure.model_copy(update={"crime": crime})
    assert is_crime_open(case) is is_open


@pytest.mark.parametrize("told_of_the_first", [True, False])
def test_of_two_cases_about_one_act_the_one_filed_later_is_closed(told_of_the_first: bool) -> None:
    """Whichever of the two tells of the other (domain.md 8.5 b)."""
    first, later = Desk(), Desk(filed_on=FILED_ON + timedelta(days=1))
    later_moment = later._moment
    told, other = (first, later) if told_of_the_first else (later, first)
    order = cp.ReportConflict(
        other_case_id=other.case.id, disputed=False, reason="同一行为", documents=papers("report-conflict")
    )
    mine, its = case_ending.report_conflict(told.case, other.case, order, later_moment)
    replay(told.case, [*mine])
    replay(other.case, [*its])
    assert (first.case.state, later.case.state) == (CaseState.FILED, CaseState.CLOSED)
