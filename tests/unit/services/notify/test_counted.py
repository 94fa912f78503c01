"""What an object counts as after each of its events: state, opinion, areas, clocks, and since when."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.notify.domain.counted import KINDS, Counted, Counts, after
from shared.contracts.cases_events import CasesEvent, DeadlinesRecountedV1
from shared.contracts.catalogue import of_source
from shared.contracts.clocks import DeadlineFact, PauseFact, RecountFact, ResumeFact
from shared.contracts.codes import DocumentKind, PauseReason, WorkKind
from shared.contracts.parts import DocumentRef
from tests.unit.services.notify import facts

AT = datetime(2026, 6, 22, 1, tzinfo=UTC)
PAPER = DocumentRef(kind=DocumentKind.STRIKE_OFF_SHEET, title="销号单", dated_on=date(2026, 6, 29))


def clock(rule_id: str, due_on: date, **more: Any) -> DeadlineFact:
    said = {"rule_id": rule_id, "title": "t", "limit": 15, "unit": "calendar_day", "started_at": AT, **more}
    return DeadlineFact(due_on=due_on, provisional=False, **said)


def item(*events: CasesEvent) -> Counted:
    found: Counted | None = None
    for event in events:
        found = after(found, event)
    assert found is not None
    return found


ORDERED = facts.rectification_ordered(starts=[clock("R01", date(2026, 7, 7))])


def test_every_event_of_what_is_counted_has_its_object() -> None:
    counted = [event for event in of_source("cases") if issubclass(event, tuple(KINDS))]
    assert len(counted) > 100
    for event in counted:
        (name,) = [field for base, (_, field) in KINDS.items() if issubclass(event, base)]
        assert name in event.model_fields


def test_an_event_of_an_object_whose_beginning_was_never_told_counts_nothing() -> None:
    assert after(None, facts.rectification_struck_off()) is None
    assert after(None, facts.investigation_started()) is None


def test_a_case_counts_with_its_areas_from_its_filing_on() -> None:
    found = item(facts.case_filed())
    assert found.counts == Counts(
        "filed", area_m2=Decimal(8400), farmland_area_m2=Decimal(7000), pbf_area_m2=Decimal(4200)
    )
    assert (found.kind, found.county_code, found.township_code) == (WorkKind.CASE, "640521", "640521104")
    assert found.case_id == facts.CASE_ID


def test_an_item_is_overdue_by_the_earliest_of_its_running_clocks() -> None:
    later = clock("R02", date(2026, 7, 9))
    assert item(ORDERED).counts.due_on == date(2026, 7, 7)
    assert item(facts.rectification_ordered(starts=[*ORDERED.starts, later])).counts.due_on == date(2026, 7, 7)
    stopped = facts.rectification_struck_off(stops=["R01"], starts=[later])
    assert item(ORDERED, stopped).counts.due_on == date(2026, 7, 9)
    first_day = clock("R03", date(2026, 7, 1), direction="not_before")
    assert item(facts.rectification_ordered(starts=[first_day])).counts.due_on is None


def test_a_clock_that_stands_still_is_not_overdue_and_goes_on_with_its_new_end() -> None:
    paused = facts.rectification_ordered(
        from_state="rectifying",
        pauses=[PauseFact(rule_id="R01", reason=PauseReason.APPRAISAL, from_on=date(2026, 6, 24), proof=PAPER)],
    )
    assert item(ORDERED, paused).counts.due_on is None
    resumed = facts.rectification_ordered(
        from_state="rectifying",
        resumes=[ResumeFact(rule_id="R01", reason=PauseReason.APPRAISAL, to_on=date(2026, 6, 28))],
        recounts=[RecountFact(rule_id="R01", due_on=date(2026, 7, 11), provisional=False)],
    )
    assert item(ORDERED, paused, resumed).counts.due_on == date(2026, 7, 11)


def test_a_changed_calendar_moves_the_end_and_nothing_else() -> None:
    moved = DeadlinesRecountedV1(
        at=AT + timedelta(days=1),
        object_type="rectification",
        object_id=facts.ITEM_ID,
        object_no="n",
        from_state="rectifying",
        to_state="rectifying",
        recounts=[RecountFact(rule_id="R01", due_on=date(2026, 7, 8), provisional=False)],
    )
    before, now = item(ORDERED), item(ORDERED, moved)
    assert now.counts.due_on == date(2026, 7, 8)
    assert now.counts.state == before.counts.state
    of_case = moved.model_copy(update={"object_type": "case", "object_id": UUID(int=1)})
    assert after(before, of_case) is before


def test_what_is_told_late_holds_since_its_paper_and_never_before_the_step_before() -> None:
    told = datetime(2026, 7, 3, 1, tzinfo=UTC)
    found = item(ORDERED, facts.rectification_struck_off(at=told, documents=[PAPER], stops=["R01"]))
    assert found.told_at == told
    assert found.valid_at is not None
    assert found.valid_at.date() == date(2026, 6, 29)
    old = PAPER.model_copy(update={"dated_on": date(2026, 1, 1)})
    found = item(ORDERED, facts.rectification_struck_off(at=told, documents=[old]))
    assert found.valid_at == AT


def test_a_step_that_changes_nothing_counted_leaves_the_times() -> None:
    filed = item(facts.case_filed())
    same = facts.investigation_started(to_state="filed", at=AT)
    assert after(filed, same) == filed


@pytest.mark.parametrize(("at", "told"), [(-5, 0), (5, 5)])
def test_the_clock_that_ran_back_does_not_turn_the_order(at: int, told: int) -> None:
    first = facts.case_filed(at=AT)
    second = facts.investigation_started(at=AT + timedelta(days=at))
    assert item(first, second).told_at == AT + timedelta(days=told)
