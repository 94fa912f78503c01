"""What is seen in working lists, search and statistics is what scope.py shows of the objects, for everybody."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.cases.storage import path_tables, tables
from services.cases.storage.scope import visible
from services.cases.storage.work_scope import seen
from services.cases.storage.work_tables import work_item
from shared.contracts.codes import WorkKind
from tests.integration.services.cases.office import Office
from tests.integration.services.cases.work.county import PEOPLE

pytestmark = pytest.mark.evidence_not_asked

County = tuple[Office, dict[str, Any]]
TABLES: dict[WorkKind, sa.Table] = {
    WorkKind.CLUE: tables.clue,
    WorkKind.CASE: tables.case,
    WorkKind.RECTIFICATION: tables.rectification,
    WorkKind.JOINT_ACTION: tables.joint_action,
    WorkKind.LISTING: path_tables.listing,
    WorkKind.POLICE_TRANSFER: path_tables.police_transfer,
    WorkKind.ACTION_PROPOSAL: path_tables.action_proposal,
    WorkKind.ASSISTANCE_REQUEST: path_tables.assistance_request,
}


def ids(office: Office, statement: sa.Select[Any]) -> set[UUID]:
    with office.parts.engine.connect() as connection:
        return set(connection.execute(statement).scalars())


def everything(office: Office, who: str, operation: str, **asked: Any) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = office.query(PEOPLE[who], operation, limit=3, cursor=cursor, **asked)
        rows += page["items"]
        if (cursor := page["next_cursor"]) is None:
            return rows


def test_the_county_has_something_of_every_kind(county: County) -> None:
    office, _ = county
    for kind, table in TABLES.items():
        assert ids(office, sa.select(table.c.id)), kind


@pytest.mark.parametrize("who", PEOPLE)
def test_rows_are_seen_exactly_by_whom_scope_shows_the_objects(county: County, who: str) -> None:
    office, _ = county
    by = PEOPLE[who]
    for kind, table in TABLES.items():
        objects = ids(office, sa.select(table.c.id).where(visible(table, by)))
        work = ids(office, sa.select(work_item.c.id).where(work_item.c.kind == kind.value, seen(by)))
        assert work == objects, (who, kind)


@pytest.mark.parametrize("who", PEOPLE)
def test_lists_totals_and_statistics_tell_of_nothing_else(county: County, who: str) -> None:
    office, _ = county
    by = PEOPLE[who]
    expected = {
        kind: {str(id_) for id_ in ids(office, sa.select(table.c.id).where(visible(table, by)))}
        for kind, table in TABLES.items()
    }
    listed = everything(office, who, "work.list")
    assert [row["id"] for row in listed] == list(dict.fromkeys(row["id"] for row in listed))
    assert {row["id"] for row in listed} == set[str]().union(*expected.values())
    assert office.query(by, "work.list", with_total=True)["total"] == len(listed)
    for kind in WorkKind:
        table = office.query(by, "cases.statistic_table", kind=kind, basis="original")
        assert table["total"]["amounts"]["total"]["items"] == len(expected[kind]), (who, kind)
        assert table["difference"] == 0
    states = office.query(by, "cases.statistics")
    counted = {name: sum(states[name].values()) for name in states}
    assert counted == {
        "clues_by_state": len(expected[WorkKind.CLUE]),
        "cases_by_state": len(expected[WorkKind.CASE]),
        "rectifications_by_state": len(expected[WorkKind.RECTIFICATION]),
        "joint_actions_by_state": len(expected[WorkKind.JOINT_ACTION]),
    }
    held = sum(row["items"] for row in office.query(by, "work.stuck")["items"])
    assert held == sum(row["open"] for row in listed)


@pytest.mark.parametrize("who", PEOPLE)
def test_search_finds_nothing_else(county: County, who: str) -> None:
    office, _ = county
    seen_ids = {row["id"] for row in everything(office, who, "work.list")}
    found = {row["id"] for row in everything(office, who, "work.search", q="恩和")}
    found |= {row["id"] for row in everything(office, who, "work.search", q="640521")}
    assert found <= seen_ids
    everywhere = {"west": 100, "south": 30, "east": 110, "north": 40}
    assert {row["id"] for row in everything(office, who, "work.search", **everywhere)} <= seen_ids
    if who == "coordinator":
        assert found == seen_ids
