"""A case that was filed on paper before this house kept it, and its clue: the events by which they are taken over."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.cases.domain import decision
from services.cases.domain.case import Case
from services.cases.domain.case_table import UNDER_INQUIRY
from services.cases.domain.clue import Clue
from services.cases.domain.path_rules import Reach
from services.cases.domain.progress import Moment
from services.cases.domain.taken_row import TakenRow
from shared.clock import SHANGHAI
from shared.contracts.case_import_events import CaseTakenOverV1, ClueTakenOverV1
from shared.contracts.clocks import DeadlineFact
from shared.contracts.codes import CaseState, ClueSource, ClueState
from shared.contracts.procedure import Penalty, Procedure

# The clock that the table of transitions starts with the step into this state.
_OF_STATE = {
    CaseState.FILED: "S02",
    CaseState.INVESTIGATING: "S03",
    CaseState.REPORT_DONE: "S04",
    CaseState.UNDER_REVIEW: "S05",
    CaseState.CLOSED: "A01",
}
_REMEDIES = ("D19", "D20", "D21")


def clue_of(row: TakenRow, clue: Clue, clue_no: str, case: Case, case_no: str, moment: Moment) -> ClueTakenOverV1:
    """A case has a clue, on which its evidence and its place rest; one taken over brings its own."""
    return ClueTakenOverV1(
        at=moment.now,
        clue_id=clue.id,
        clue_no=clue_no,
        from_state=None,
        to_state=ClueState.TO_CASE,
        clue_source=ClueSource.TAKEN_OVER,
        description=f"接收原有案件 {row.old_no}：{row.title}",
        violation_type=row.violation_types[0],
        received_at=_noon(row.filed_on),
        case_id=case.id,
        case_no=case_no,
        **_land(row),
    )


def taken_over(row: TakenRow, case: Case, case_no: str, clue: Clue, import_id: UUID, moment: Moment) -> CaseTakenOverV1:
    """The case as its paper says it stands. clue: has been told already."""
    reach = decision.reach_of(row.pbf_area_m2, row.farmland_area_m2, moment)
    return CaseTakenOverV1(
        at=moment.now,
        case_id=case.id,
        case_no=case_no,
        from_state=None,
        to_state=row.state,
        import_id=import_id,
        old_no=row.old_no,
        title=row.title,
        violation_types=list(row.violation_types),
        party_name=row.party_name,
        party_kind=row.party_kind,
        lead_agency=row.lead_agency,
        officers=list(row.officers),
        clue_id=clue.id,
        clue_no=clue.clue_no,
        patch_no=row.patch_no,
        area_threshold_met=reach.met,
        near_threshold=reach.near,
        filed_at=_noon(row.filed_on),
        state_since=_noon(row.state_on),
        notice_served_at=_at(row.noticed_on),
        decision_no=row.decision_no,
        decided_at=_at(row.decided_on),
        fine_yuan=row.fine_yuan,
        served_at=_at(row.served_on),
        closed_at=_at(row.closed_on),
        closing_ground=row.closing_ground,
        starts=[_without_the_past(clock, moment.now) for clock in _clocks(row, reach, moment)],
        **_land(row),
    )


def _clocks(row: TakenRow, reach: Reach, moment: Moment) -> Sequence[DeadlineFact]:
    """What runs in its state, from the day on which it began; what the areas ask for, from today on."""
    start, found = moment.deadlines.start, []
    if row.state in UNDER_INQUIRY:
        found.append(start("D10", _noon(row.filed_on)))
        owed = (["S10"] if reach.met else []) + (["S09"] if reach.near else [])
        found += [start(rule_id, moment.now) for rule_id in owed]
    if row.state in _OF_STATE:
        found.append(start(_OF_STATE[row.state], _noon(row.state_on)))
    if row.state is CaseState.NOTICED and row.noticed_on is not None:
        found.append(start("D14", _noon(row.noticed_on)))
    if row.state is CaseState.DECIDED and row.decided_on is not None:
        found.append(start("D17", _noon(row.decided_on)))
    if row.state in (CaseState.SERVED, CaseState.PERFORMING) and row.served_on is not None:
        decided = Case(id=UUID(int=0), procedure=Procedure(penalty=Penalty(fine_yuan=row.fine_yuan)))
        served = decision.clocks_of_service(decided, _noon(row.served_on), moment)
        found += [clock for clock in served if _still_counts(clock, row, moment.today)]
    return found


def _still_counts(clock: DeadlineFact, row: TakenRow, today: date) -> bool:
    """A right of the party that has ended is nobody's clock any more; a fine that was not imposed is not owed."""
    if clock.rule_id in _REMEDIES:
        return clock.due_on is not None and clock.due_on >= today
    if clock.rule_id == "D18":
        return row.fine_yuan > 0
    return clock.rule_id != "S06" or row.state is CaseState.SERVED


def _without_the_past(clock: DeadlineFact, now: datetime) -> DeadlineFact:
    """Of the alarms that lie behind, the last one only: nobody is reminded of what was late years ago, step by step."""
    behind = [alarm for alarm in clock.alarms if alarm.at <= now]
    ahead = [alarm for alarm in clock.alarms if alarm.at > now]
    last = [max(behind, key=lambda alarm: alarm.at)] if behind else []
    return clock.model_copy(update={"alarms": [*last, *ahead]})


def _land(row: TakenRow) -> dict[str, Any]:
    names = ("division_code", "division_name", "place", "longitude", "latitude")
    areas: dict[str, Decimal] = {name: getattr(row, name) for name in ("area_m2", "farmland_area_m2", "pbf_area_m2")}
    return {**{name: getattr(row, name) for name in names}, **areas}


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI)


def _at(day: date | None) -> datetime | None:
    return None if day is None else _noon(day)


def same_case(row: TakenRow, filed_at: datetime, party_name: str) -> bool:
    """Whether a case of the same old number is this one."""
    return filed_at == _noon(row.filed_on) and party_name == row.party_name
