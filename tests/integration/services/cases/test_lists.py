"""Lists, pages, finding by number, numbers."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_OFFICER,
    Office,
    Refused,
    filed,
    sand_yard,
)


def test_pages_show_every_clue_once_newest_first(office: Office) -> None:
    made = []
    for number in range(7):
        office.clock.at = office.clock.at.replace(minute=12 + number // 2)  # some share their instant
        made.append(office.command(COORDINATOR, "clue.report", sand_yard(place=f"地块{number}")))
    seen, cursor = [], None
    while True:
        page = office.query(COORDINATOR, "clue.list", limit=3, cursor=cursor)
        seen += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    expected = sorted(made, key=lambda clue: (clue["received_at"], UUID(clue["id"])), reverse=True)
    assert [clue["id"] for clue in seen] == [clue["id"] for clue in expected]
    assert page["total"] is None
    assert {name: made[0][name] for name in seen[-1]} == seen[-1]


def test_a_page_that_is_just_full_has_no_next(office: Office) -> None:
    for _ in range(3):
        office.command(COORDINATOR, "clue.report", sand_yard())
    page = office.query(COORDINATOR, "clue.list", limit=3, with_total=True)
    assert (len(page["items"]), page["next_cursor"], page["total"]) == (3, None, 3)


@pytest.mark.parametrize("cursor", ["", "x", "!!!!", "AAAA", "AAAAAAAAAAA=", "f" * 32])
def test_a_broken_cursor_is_refused(shared_office: Office, cursor: str) -> None:
    with pytest.raises(Refused) as caught:
        shared_office.query(COORDINATOR, "clue.list", cursor=cursor)
    assert (caught.value.code, caught.value.field) == ("cursor-invalid", "cursor")


def test_filters_narrow_the_list(office: Office) -> None:
    here = office.command(COORDINATOR, "clue.report", sand_yard())
    there = office.command(COORDINATOR, "clue.report", sand_yard(division_code="640521100000", source="media"))
    office.command(COORDINATOR, "clue.reject", {"reason": "重复"}, there["id"])

    def ids(**filters: str) -> list[str]:
        return [row["id"] for row in office.query(COORDINATOR, "clue.list", **filters)["items"]]

    assert ids(division="640521104") == [here["id"]]
    assert ids(division="640521104000") == [here["id"]]
    assert ids(division="640521100000") == [there["id"]]
    assert ids(state="rejected") == [there["id"]]
    assert ids(source="patrol") == [here["id"]]
    assert ids(no=there["clue_no"]) == [there["id"]]
    assert ids(no="ZW-CL-640521-2026-99999") == []


def test_a_township_lists_only_what_lies_in_it_or_was_given_to_it(office: Office) -> None:
    office.command(COORDINATOR, "clue.report", sand_yard())
    given = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521100000"}, given["id"])
    assert office.query(OFFICER, "clue.list", with_total=True)["total"] == 2
    assert [row["id"] for row in office.query(OTHER_OFFICER, "clue.list")["items"]] == [given["id"]]
    assert office.query(OTHER_OFFICER, "cases.statistics")["clues_by_state"] == {"assigned": 1}


def test_a_case_is_found_by_its_number_and_by_that_of_its_clue(office: Office) -> None:
    case = filed(office)
    for number in (case["case_no"], case["clue_no"]):
        [row] = office.query(COORDINATOR, "case.list", no=number)["items"]
        assert {name: case[name] for name in row} == row
    assert office.query(COORDINATOR, "case.list", no="ZW-CA-640521-2026-00002")["items"] == []


def test_numbers_are_unique_under_many_hands_and_have_the_form_of_the_glossary(office: Office) -> None:
    with ThreadPoolExecutor(8) as hands:
        made = list(hands.map(lambda _: office.command(COORDINATOR, "clue.report", sand_yard()), range(45)))
    numbers = {clue["clue_no"] for clue in made}
    assert len(numbers) == 45
    assert numbers == {f"ZW-CL-640521-2026-{number:05d}" for number in range(1, 46)}


def test_numbers_begin_anew_each_year(office: Office) -> None:
    office.command(COORDINATOR, "clue.report", sand_yard())
    office.days_pass(300)
    assert office.command(COORDINATOR, "clue.report", sand_yard())["clue_no"] == "ZW-CL-640521-2027-00001"
