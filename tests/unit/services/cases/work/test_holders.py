"""Every state has somebody who holds it, and stands in exactly one part of every whole of the statistics."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.work import AFTERWARDS, HOLDERS, OfCase, WorkItem, bounds
from services.cases.queries.work_titles import STATES, unit_title
from shared.contracts.codes import Agency, Holder, VerificationOpinion, WorkKind
from shared.divisions.register import Divisions
from shared.statistics import TABLES, Sum, differs

_OUTCOMES: dict[WorkKind, tuple[str, ...]] = {
    WorkKind.CLUE: ("", *(opinion.value for opinion in VerificationOpinion)),
    WorkKind.RECTIFICATION: ("demolish_and_restore", "complete_formalities", "combined", "other"),
}
_KINDS = list(WorkKind)


def item(**changes: Any) -> WorkItem:
    facts: dict[str, Any] = {
        "id": UUID(int=1),
        "kind": WorkKind.CASE,
        "version": 1,
        "number": "案1",
        "title": "案",
        "state": "filed",
        "division_code": "640521104000",
        "place": "",
        "opened_at": datetime(2026, 4, 30, 16, 30, tzinfo=UTC),
    }
    return WorkItem(**{**facts, **changes})


@pytest.mark.parametrize("kind", _KINDS)
def test_every_state_has_its_holder(kind: WorkKind) -> None:
    assert {state.value for state in STATES[kind]} <= HOLDERS[kind].keys()


@pytest.mark.parametrize("kind", _KINDS)
def test_every_state_and_outcome_is_counted_once_in_every_whole(kind: WorkKind) -> None:
    table = TABLES[kind]
    for state, outcome in product((one.value for one in STATES[kind]), _OUTCOMES.get(kind, ("",))):
        row = table.row("", "", {(state, outcome): Sum(1, Decimal(3), Decimal(2), Decimal(1))})
        assert differs([row]) == 0, (state, outcome, row.differences)


def test_what_nobody_has_sorted_shows_as_a_difference() -> None:
    row = TABLES[WorkKind.CASE].row("", "", {("of_tomorrow", ""): Sum(1, Decimal(7))})
    assert differs([row]) == 1
    assert (row.differences[0].items, row.differences[0].area_m2) == (1, 7.0)


@pytest.mark.parametrize(
    ("changes", "unit"),
    [
        ({"of_case": OfCase(Agency.AGRICULTURE)}, "agriculture:640521"),
        ({}, "natural_resources:640521"),
        ({"state": "served"}, "party:640521"),
        ({"state": "court_applied"}, "court:640521"),
        ({"state": "archived"}, None),
        ({"state": "closed"}, None),
        ({"state": "closed", "due_on": date(2026, 8, 24)}, "natural_resources:640521"),
        ({"kind": WorkKind.RECTIFICATION, "state": "rectifying"}, "township:640521104"),
        ({"kind": WorkKind.RECTIFICATION, "state": "reviewing_up"}, "superior:6405"),
        ({"kind": WorkKind.CLUE, "state": "assigned", "given_township": "640521100"}, "township:640521100"),
        ({"kind": WorkKind.CLUE, "state": "assigned", "given_agency": Agency.AGRICULTURE}, "agriculture:640521"),
        ({"kind": WorkKind.CLUE, "state": "assigned"}, "township:640521104"),
        ({"kind": WorkKind.CLUE, "state": "to_case"}, None),
        ({"kind": WorkKind.CLUE, "state": "to_case", "review": "city_review"}, "superior:6405"),
        ({"kind": WorkKind.CLUE, "state": "to_case", "review": "province_review"}, "superior:64"),
        ({"kind": WorkKind.CLUE, "state": "to_case", "review": "sent_back"}, "township:640521104"),
        ({"kind": WorkKind.JOINT_ACTION, "state": "notified", "agency": Agency.AGRICULTURE}, "agriculture:640521"),
        ({"kind": WorkKind.POLICE_TRANSFER, "state": "receipted"}, "public_security:640521"),
    ],
)
def test_who_holds_it(changes: dict[str, Any], unit: str | None) -> None:
    one = item(**changes)
    assert one.holder_unit == unit
    assert (one.holder is Holder.NOBODY) is (unit is None)


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("superior:6405", "中卫市上级审核部门"),
        ("superior:64", "宁夏回族自治区上级审核部门"),
        ("coordinator:640521", "中宁县协调机构"),
        ("township:640521104", "恩和镇"),
        ("public_security:640521", "中宁县公安局"),
        (None, ""),
    ],
)
def test_whoever_holds_it_has_a_chinese_name(unit: str | None, name: str) -> None:
    assert unit_title(unit, Divisions.load()) == name


def test_what_comes_afterwards_is_of_states_that_are() -> None:
    assert all(state in HOLDERS[kind] for kind, state in AFTERWARDS)


def test_a_month_is_that_of_shanghai() -> None:
    assert item().month == 202605


def test_bounds_are_of_shape_and_position() -> None:
    ring = {"type": "Polygon", "coordinates": [[[105.1, 37.2], [105.3, 37.2], [105.2, 37.4], [105.1, 37.2]]]}
    assert bounds(item(geometry=ring)) == (105.1, 37.2, 105.3, 37.4)
    assert bounds(item(of_case=OfCase(longitude=105.0, latitude=37.0))) == (105.0, 37.0, 105.0, 37.0)
    assert bounds(item()) is None
