"""Clues as a spreadsheet: every page of the service in one file, in its order, as text where it is text."""

import io
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest

from gateway.routers import clue_exports
from gateway.sheets import MEDIA_TYPE
from shared.contracts.codes import Role
from shared.errors import Unavailable
from tests.integration.gateway.conftest import House

HEADINGS = ["线索编号", "图斑编号", "图斑面积"]


@pytest.fixture
def desk(house: House) -> House:
    house.account("li", Role.COORDINATOR)
    house.account("city", Role.SUPERIOR_REVIEWER, "6405", "6405")
    return house


def pages(*pages: list[list[Any]], headings: list[str] = HEADINGS) -> Any:
    def answer(request: dict[str, Any]) -> dict[str, Any]:
        at = int(request["body"].get("cursor") or 0)
        after = str(at + 1) if at + 1 < len(pages) else None
        return {"headings": headings, "rows": pages[at], "next_cursor": after}

    return answer


def read(content: bytes) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return list(sheet.iter_rows(values_only=True))


def test_every_page_stands_in_one_file_with_its_headings(desk: House) -> None:
    desk.services.answers["clue.export"] = pages([["XS1", "P1", 12.6], ["XS2", "P2", None]], [["XS3", "P3", 3]])
    answer = desk.ask("GET", "/api/v1/clues/export.xlsx?layout=working_table&state=assigned", by="li")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    assert unquote(answer.headers["content-disposition"].partition("utf-8''")[2]).startswith("线索-")
    assert read(answer.content) == [
        tuple(HEADINGS),
        ("XS1", "P1", 12.6),
        ("XS2", "P2", None),
        ("XS3", "P3", 3),
    ]
    first, second = desk.services.all("clue.export")
    assert first["body"] == {"layout": "working_table", "state": "assigned", "limit": 500}
    assert second["body"] == {**first["body"], "cursor": "1"}


def test_what_a_person_wrote_is_never_a_formula_or_a_link(desk: House) -> None:
    wrote = ["=cmd|' /C calc'!A0", "http://example.com", "+86-955", "\x01坏"]
    desk.services.answers["clue.export"] = pages([[text, "P", 1] for text in wrote])
    answer = desk.ask("GET", "/api/v1/clues/export.xlsx", by="li")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [sheet.cell(row, 1) for row in range(2, 6)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells[:3]] == wrote[:3]
    assert not any(cell.hyperlink for cell in cells)


def test_the_classic_table_numbers_its_rows_through_the_pages(desk: House) -> None:
    rows = pages([[None, "P1"], [None, "P2"]], [[None, "P3"]], headings=["OBJECTID", "JCBH"])
    desk.services.answers["clue.export"] = rows
    answer = desk.ask("GET", "/api/v1/clues/export.xlsx?layout=shapefile_fields", by="li")
    assert read(answer.content)[1:] == [(1, "P1"), (2, "P2"), (3, "P3")]


def test_a_service_that_ends_in_the_middle_is_an_answer_and_no_broken_file(desk: House) -> None:
    whole = pages([["XS1", "P1", 1]], [["XS2", "P2", 2]])

    def answer(request: dict[str, Any]) -> Any:
        return Unavailable("bus.timeout", service="cases") if request["body"].get("cursor") else whole(request)

    desk.services.answers["clue.export"] = answer
    refused = desk.ask("GET", "/api/v1/clues/export.xlsx", by="li")
    assert (refused.status_code, refused.json()["code"]) == (503, "bus.timeout")


def test_more_rows_than_a_sheet_may_have_are_refused(desk: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clue_exports, "MOST_ROWS", 2)
    desk.services.answers["clue.export"] = pages([["1", "P", 1]] * 2, [["2", "P", 1]])
    refused = desk.ask("GET", "/api/v1/clues/export.xlsx", by="li")
    assert (refused.status_code, refused.json()["code"]) == (422, "http.export-too-large")


@pytest.mark.parametrize("asked", ["layout=pdf", "cursor=x", "limit=5", "colour=red"])
def test_what_a_file_has_not_cannot_be_asked_for(desk: House, asked: str) -> None:
    desk.services.answers["clue.export"] = pages([])
    answer = desk.ask("GET", f"/api/v1/clues/export.xlsx?{asked}", by="li")
    if asked in ("cursor=x", "limit=5"):
        assert desk.services.last("clue.export")["body"] == {"limit": 500}
    else:
        assert answer.status_code == 422


def test_without_a_login_there_is_no_file(desk: House) -> None:
    assert desk.ask("GET", "/api/v1/clues/export.xlsx").status_code == 401


def test_a_reviewer_of_the_city_has_a_jurisdiction_of_four_digits(desk: House) -> None:
    desk.services.answers["clue.export"] = pages([])
    assert desk.ask("GET", "/api/v1/clues/export.xlsx", by="city").status_code == 200
    actor = desk.services.actor_of(desk.services.last("clue.export"))
    assert (actor.roles, actor.jurisdiction) == (frozenset({Role.SUPERIOR_REVIEWER}), "6405")


@pytest.mark.parametrize(
    ("jurisdiction", "status"), [("6405", 201), ("64", 201), ("640521", 422), ("6499", 422), ("640521104", 422)]
)
def test_a_reviewer_account_is_of_a_city_or_a_region(house: House, jurisdiction: str, status: int) -> None:
    house.account("admin", Role.ADMINISTRATOR, "")
    body = {
        "login": "city-reviewer",
        "name": "吴市级",
        "roles": ["superior_reviewer"],
        "org_code": jurisdiction,
        "jurisdiction": jurisdiction,
        "password": "correct-horse-battery",
    }
    answer = house.ask("POST", "/api/v1/accounts", by="admin", json=body)
    assert answer.status_code == status, answer.text
