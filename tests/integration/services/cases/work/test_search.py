"""Search finds what stands in an object, by all that is asked together; and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from services.cases.queries import search as searching
from shared.contracts.work import Search
from tests.integration.services.cases.office import COORDINATOR, OFFICER, Office, Refused, sand_yard
from tests.integration.services.cases.path_people import POLICE

pytestmark = pytest.mark.evidence_not_asked

County = tuple[Office, dict[str, Any]]


def found(office: Office, **asked: Any) -> set[str]:
    return {row["number"] for row in office.query(COORDINATOR, "work.search", limit=200, **asked)["items"]}


@pytest.mark.parametrize(
    ("asked", "name", "number"),
    [
        ({"q": "建筑垃圾"}, "seen", "clue_no"),
        ({"q": "垃"}, "seen", "clue_no"),
        ({"q": "清水河 垃圾"}, "seen", "clue_no"),
        ({"q": "plaza"}, "of the other township", "clue_no"),
        ({"q": "abc"}, "of the other township", "clue_no"),
        ({"place": "清水河"}, "seen", "clue_no"),
        ({"west": 105.69, "south": 37.44, "east": 105.71, "north": 37.46}, "seen", "clue_no"),
        ({"polygon": "105.69,37.44 105.71,37.44 105.70,37.46"}, "seen", "clue_no"),
    ],
)
def test_it_is_found_and_nothing_else_is(county: County, asked: dict[str, Any], name: str, number: str) -> None:
    office, made = county
    assert found(office, **asked) == {made[name][number]}


def test_a_party_and_a_number_find_the_case_and_what_stands_beside_it(county: County) -> None:
    office, made = county
    case = made["of agriculture"]
    by_party = found(office, party="老李")
    assert {case["case_no"], made["action"]["action_no"]} <= by_party
    by_number = found(office, no=case["case_no"])
    assert by_party == by_number
    assert found(office, no=case["case_no"][:-1]) == set()
    assert found(office, no=case["case_no"], kind="case") == {case["case_no"]}
    assert case["case_no"] in found(office, no=case["clue_no"])
    assert found(office, party="老李", q="宏达") == set()


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "垃圾砂"},
        {"q": "清水河 没有这个"},
        {"place": "建筑垃圾"},
        {"polygon": "105.69,37.44 105.71,37.44 105.71,37.449"},
        {"west": 105.71, "south": 37.44, "east": 105.72, "north": 37.46},
        {"q": "垃圾", "division": "640521100"},
        {"q": "垃圾", "kind": "case"},
    ],
)
def test_what_is_not_so_is_not_found(county: County, asked: dict[str, Any]) -> None:
    office, _ = county
    assert found(office, **asked) == set()


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({}, "cases.search-empty", "q"),
        ({"kind": "case"}, "cases.search-empty", "q"),
        ({"q": "%"}, "cases.search-too-short", "q"),
        ({"q": "ab"}, "cases.search-too-short", "q"),
        ({"party": "-"}, "cases.search-too-short", "party"),
        ({"q": "恩和", "cursor": "AAAA"}, "cursor-invalid", "cursor"),
        ({"polygon": "1,2 3,4"}, "invalid-field", "polygon"),
        ({"polygon": "1,2 3,4 x,5"}, "invalid-field", "polygon"),
        ({"west": 1, "south": 2, "east": 3}, "invalid-field", None),
        ({"west": 4, "south": 2, "east": 3, "north": 5}, "invalid-field", None),
    ],
)
def test_what_cannot_be_looked_for_is_refused(
    shared_office: Office, asked: dict[str, Any], code: str, field: str | None
) -> None:
    with pytest.raises(Refused) as caught:
        shared_office.query(COORDINATOR, "work.search", **asked)
    assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(("few", "most", "little"), [(1, 1, 9), (1, 3, 9), (1, 16, 1), (9, 16, 9), (9, 16, 1)])
@pytest.mark.parametrize("apart", [1, 3000, 20_000, 60_000])
def test_pages_go_through_all_blocks_the_last_entered_first(
    spread: Callable[[int], tuple[Office, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    apart: int,
    few: int,
    most: int,
    little: int,
) -> None:
    monkeypatch.setattr(searching, "_FEW", few)
    monkeypatch.setattr(searching, "_MOST", most)
    monkeypatch.setattr(searching, "_LITTLE", little)
    office, made = spread(apart)
    seen: list[str] = []
    cursor = None
    while True:
        page = office.query(COORDINATOR, "work.search", q="地块", limit=2, cursor=cursor)
        seen += [row["number"] for row in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == made[::-1]
    assert found(office, place="地块5") == {made[5]}


def test_blocks_are_asked_of_the_index_whatever_the_planner_believes(county: County) -> None:
    office, _ = county
    ran: list[tuple[str, Any]] = []
    with office.parts.engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *told: ran.append((told[2], told[3])))
        # All that led it to look for the words everywhere and to join the blocks to that.
        for way in ("nestloop", "seqscan", "indexscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        searching.search(Search(q="建筑垃圾", division="640521104"), COORDINATOR, connection, office.clock.now())
        statement, values = next(one for one in ran if "unnest" in one[0])
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars().all()
    asked = [line for line in plan if "Index Cond" in line and "grams @>" in line]
    assert len(asked) == 1
    assert "(block = " in asked[0]


@pytest.fixture(scope="module")
def spread(shared_office: Office) -> Callable[[int], tuple[Office, list[str]]]:
    """Nine clues, entered so far apart."""
    clues = [shared_office.command(COORDINATOR, "clue.report", sand_yard(place=f"地块{n}")) for n in range(9)]
    made = [clue["clue_no"] for clue in clues]

    def set_apart(by: int) -> tuple[Office, list[str]]:
        with shared_office.parts.engine.begin() as connection:
            for place, clue in enumerate(clues):
                connection.execute(
                    sa.text("UPDATE work_text SET serial = :serial WHERE id = :id"),
                    {"serial": 100_000 + by * 10 + place * by, "id": clue["id"]},
                )
        return shared_office, made

    return set_apart


def test_a_number_that_comes_later_finds_what_has_it(county: County) -> None:
    office, made = county
    case = office.query(COORDINATOR, "case.get", id=made["put right"]["id"])
    assert found(office, no=case["decision_no"]) == {case["case_no"]}
    assert case["case_no"] in found(office, q=case["decision_no"])


def test_the_police_find_what_was_handed_to_them_and_townships_do_not(county: County) -> None:
    office, made = county
    transfers = {
        who.name: [row["kind"] for row in office.query(who, "work.search", party="宏达")["items"]]
        for who in (COORDINATOR, OFFICER, POLICE)
    }
    assert "police_transfer" in transfers[COORDINATOR.name]
    assert "police_transfer" not in transfers[OFFICER.name]
    assert transfers[POLICE.name] == ["police_transfer"]
    numbers = {row["number"] for row in office.query(OFFICER, "work.search", party="宏达")["items"]}
    assert made["crime"]["case_no"] in numbers
