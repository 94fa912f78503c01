"""Since when a state holds, as its papers have it; and where a period ends."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.period import Period
from shared import validity
from shared.contracts.cases_events import CaseServedV1
from shared.contracts.codes import CaseState, DocumentKind
from shared.contracts.parts import DocumentRef
from shared.validity import valid_since

TOLD = datetime(2026, 7, 3, 1, tzinfo=UTC)


def paper(dated_on: date | None) -> DocumentRef:
    return DocumentRef(kind=DocumentKind.STRIKE_OFF_SHEET, title="销号单", dated_on=dated_on)


def step(*dated_on: date | None, **more: Any) -> Any:
    return SimpleNamespace(at=TOLD, documents=[paper(one) for one in dated_on], **more)


def day_of(event: Any, *, is_first: bool = False) -> str:
    return valid_since(event, is_first=is_first).isoformat()[:10]


def test_a_step_is_done_when_the_last_of_its_papers_is_dated() -> None:
    assert day_of(step(date(2026, 6, 20), date(2026, 6, 29))) == "2026-06-29"


def test_a_paper_without_a_day_leaves_the_day_of_telling() -> None:
    assert day_of(step(date(2026, 6, 29), None)) == "2026-07-03"
    assert day_of(step()) == "2026-07-03"


def test_nothing_holds_from_a_day_after_it_was_told() -> None:
    assert day_of(step(date(2026, 8, 1))) == "2026-07-03"


def test_papers_of_before_do_not_make_an_object_older_but_taking_it_over_does() -> None:
    assert day_of(step(date(2019, 1, 1)), is_first=True) == "2026-07-03"
    assert day_of(step(state_since=datetime(2025, 3, 1, tzinfo=UTC)), is_first=True) == "2025-03-01"


def test_what_an_event_says_of_its_own_day_comes_before_its_papers() -> None:
    served = CaseServedV1(
        case_id=UUID(int=1),
        case_no="ZW-CA-640521-2026-00001",
        from_state=CaseState.DECIDED,
        to_state=CaseState.SERVED,
        at=TOLD,
        service_method="direct",
        served_at=datetime(2026, 6, 28, 2, tzinfo=UTC),
        documents=[paper(date(2026, 6, 1))],
    )
    assert day_of(served) == "2026-06-28"


def test_every_stated_day_is_one_that_its_event_has() -> None:
    assert all(field in event.model_fields for event, field in validity._STATED.items())


@pytest.mark.parametrize(
    ("said", "last_month", "ends"),
    [
        ("2026-06", 202606, "2026-07-01T00:00:00+08:00"),
        ("2026-12", 202612, "2027-01-01T00:00:00+08:00"),
        ("2026-Q2", 202606, "2026-07-01T00:00:00+08:00"),
        ("2026-Q4", 202612, "2027-01-01T00:00:00+08:00"),
        ("2026-H1", 202606, "2026-07-01T00:00:00+08:00"),
        ("2026-H2", 202612, "2027-01-01T00:00:00+08:00"),
        ("2026", 202612, "2027-01-01T00:00:00+08:00"),
    ],
)
def test_a_period_ends_at_the_last_midnight_of_its_last_month(said: str, last_month: int, ends: str) -> None:
    period = Period.read(said)
    assert (period.last_month, period.ends_at.isoformat()) == (last_month, ends)
