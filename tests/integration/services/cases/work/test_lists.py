"""Working lists: whose work, in which order, how late; and where it is stuck."""

from datetime import datetime
from typing import Any

import pytest

from services.cases.handlers.alarms import raise_alarms
from services.cases.storage.unit import CasesUnit
from services.cases.wiring import scheduler_actor
from shared.contracts.codes import Holder, Role
from shared.principal import Actor
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OFFICERS,
    OTHER_OFFICER,
    Office,
    Refused,
    filed,
    sand_yard,
)
from tests.integration.services.cases.path_people import CHIEF
from tests.integration.services.cases.test_main_path import strike_off


def names(page: dict[str, Any]) -> list[str]:
    return [row["number"] for row in page["items"]]


def sweep(office: Office) -> None:
    """What is due raises its alarms, as the scheduler does it."""
    with office.parts.engine.begin() as connection:
        unit: CasesUnit = office.parts.open_unit(
            connection, scheduler_actor("640521000000"), office.clock.now(), "sweep"
        )
        raise_alarms(unit, 200)
        unit.flush()


def given_out(office: Office, **changes: Any) -> dict[str, Any]:
    clue = office.command(COORDINATOR, "clue.report", sand_yard(**changes))
    return office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])


def test_my_unit_has_what_it_holds_and_i_have_what_names_me(office: Office) -> None:
    clue = given_out(office)
    assert names(office.query(OFFICER, "work.list", which="unit")) == [clue["clue_no"]]
    assert names(office.query(COORDINATOR, "work.list", which="unit")) == []
    assert names(office.query(OTHER_OFFICER, "work.list", which="unit")) == []
    assert names(office.query(OFFICER, "work.list", which="mine")) == []
    office.command(OFFICER, "clue.sign", {}, clue["id"])
    office.command(OFFICER, "clue.start-verification", {"officers": [OFFICER.name, "乙"]}, clue["id"])
    assert names(office.query(OFFICER, "work.list", which="mine")) == [clue["clue_no"]]


def test_who_is_named_as_a_handler_of_his_agencys_case_sees_it_among_his(office: Office) -> None:
    case = filed(office)
    mine = [named("甲"), named("乙")]
    for handler in mine:
        assert names(office.query(handler, "work.list", which="mine")) == [case["case_no"]]
        assert office.query(handler, "case.get", id=case["id"])["officers"] == ["甲", "乙"]
        assert [row["id"] for row in office.query(handler, "case.list")["items"]] == [case["id"]]
    for other in (named("丙"), named("甲", "agriculture")):
        assert names(office.query(other, "work.list", which="all")) == []
        with pytest.raises(Refused) as caught:
            office.query(other, "case.get", id=case["id"])
        assert caught.value.kind == "not-found"


def named(name: str, agency: str = "natural_resources") -> Actor:
    return Actor(f"{agency}:{name}", name, frozenset({Role.AGENCY_OFFICER}), agency, "640521")


@pytest.mark.evidence_not_asked
def test_a_sheet_names_every_holder_also_the_city_that_reviews(office: Office) -> None:
    item = strike_off(office, filed(office), until="request-review")
    assert item["state"] == "reviewing_up"
    sheet = office.query(COORDINATOR, "work.export", which="all")
    kind, unit = sheet["headings"].index("类别"), sheet["headings"].index("持有单位")
    held = {row[kind]: row[unit] for row in sheet["rows"]}
    assert held == {
        "线索": "",
        "案件": "中宁县自然资源局",
        "整改事项": "中卫市上级审核部门",
        "挂牌督办": "中宁县协调机构",
        "联合执法建议": "中宁县协调机构",
    }


def test_a_case_is_the_work_of_the_agency_that_leads_it(office: Office) -> None:
    case = filed(office)
    held = office.query(CHIEF, "work.list", which="unit")["items"]
    assert [(row["number"], row["holder"], row["holder_unit"]) for row in held] == [
        (case["case_no"], Holder.LEAD_AGENCY, "natural_resources:640521")
    ]


def test_due_today_and_overdue_by_the_step_of_the_ladder(office: Office) -> None:
    clue = given_out(office)
    first = office.query(COORDINATOR, "work.list")["items"][0]
    due = datetime.fromisoformat(f"{first['due_on']}T08:00:00+08:00")
    office.clock.at = due
    assert names(office.query(COORDINATOR, "work.list", which="due_today")) == [clue["clue_no"]]
    assert names(office.query(COORDINATOR, "work.list", which="overdue")) == []
    sweep(office)
    assert names(office.query(COORDINATOR, "work.list", which="overdue", step=2)) == []
    office.days_pass(4)
    sweep(office)
    late = office.query(COORDINATOR, "work.list", which="overdue")["items"]
    assert [(row["number"], row["overdue_days"]) for row in late] == [(clue["clue_no"], 4)]
    step = late[0]["ladder_step"]
    assert step is not None
    assert names(office.query(COORDINATOR, "work.list", which="overdue", step=step)) == [clue["clue_no"]]
    assert names(office.query(COORDINATOR, "work.list", which="overdue", step=(step + 1) % 6)) == []
    office.command(OFFICER, "clue.sign", {}, clue["id"])
    after = office.query(COORDINATOR, "work.list")["items"][0]
    assert after["due_on"] > first["due_on"]


def test_what_is_stuck_longest_comes_first_and_says_where_with_whom_and_how_long(office: Office) -> None:
    first = given_out(office)
    office.days_pass(3)
    second = given_out(office)
    waiting = office.command(COORDINATOR, "clue.report", sand_yard())
    office.days_pass(2)
    stuck = office.query(COORDINATOR, "work.list", which="stuck")["items"]
    assert [(row["number"], row["days_in_state"]) for row in stuck] == [
        (first["clue_no"], 5),
        (second["clue_no"], 2),
        (waiting["clue_no"], 2),
    ]
    board = office.query(COORDINATOR, "work.stuck")["items"]
    assert [
        (row["state"], row["holder_unit"], row["items"], row["longest_days"], row["longest_number"]) for row in board
    ] == [
        ("assigned", "township:640521104", 2, 5, first["clue_no"]),
        ("received", "coordinator:640521", 1, 2, waiting["clue_no"]),
    ]
    assert office.query(OFFICER, "work.stuck", kind="case") == {"items": []}
    assert [row["items"] for row in office.query(OFFICER, "work.stuck", division="640521104")["items"]] == [2, 1]


def test_an_act_moves_the_state_and_only_the_state_starts_the_wait_anew(office: Office) -> None:
    clue = given_out(office)
    office.days_pass(1)
    office.command(OFFICER, "clue.sign", {}, clue["id"])
    row = office.query(COORDINATOR, "work.list")["items"][0]
    assert (row["state"], row["days_in_state"]) == ("signed", 0)
    office.command(OFFICER, "clue.start-verification", OFFICERS, clue["id"])
    office.days_pass(1)
    assert office.query(COORDINATOR, "work.list")["items"][0]["days_in_state"] == 1


@pytest.mark.parametrize("which", ["all", "due_today", "overdue", "stuck", "unit"])
def test_pages_of_every_list_show_each_row_once(office: Office, which: str) -> None:
    made = [given_out(office, place=f"地块{number}")["clue_no"] for number in range(5)]
    if which == "unit":
        by = OFFICER
    else:
        by = COORDINATOR
        office.days_pass({"due_today": 1, "overdue": 9}.get(which, 0))
    seen: list[str] = []
    cursor = None
    while True:
        page = office.query(by, "work.list", which=which, limit=2, cursor=cursor, with_total=True)
        assert page["total"] == 5
        seen += names(page)
        if (cursor := page["next_cursor"]) is None:
            break
    assert sorted(seen) == sorted(made)


def test_a_cursor_of_another_order_is_refused(office: Office) -> None:
    for _ in range(3):
        given_out(office)
    cursor = office.query(COORDINATOR, "work.list", limit=1)["next_cursor"]
    with pytest.raises(Refused) as caught:
        office.query(COORDINATOR, "work.list", which="stuck", limit=1, cursor=cursor)
    assert caught.value.code == "cursor-invalid"


def test_filters_narrow(office: Office) -> None:
    case = filed(office)
    everything = office.query(COORDINATOR, "work.list")["items"]
    assert {row["kind"] for row in everything} == {"clue", "case", "action_proposal", "listing"}
    for asked in (
        {"kind": "case"},
        {"state": "filed"},
        {"holder": "lead_agency"},
        {"holder": "lead_agency", "state": "filed"},
        {"holder_unit": "natural_resources:640521"},
        {"officer": "甲", "kind": "case"},
        {"violation_type": case["violation_types"][0], "kind": "case"},
        {"since": "2026-04-20", "until": "2026-04-20", "kind": "case", "division": "640521104"},
    ):
        assert names(office.query(COORDINATOR, "work.list", **asked)) == [case["case_no"]], asked
    assert names(office.query(COORDINATOR, "work.list", division="640521100")) == []
    assert names(office.query(COORDINATOR, "work.list", until="2026-04-19")) == []


def test_a_sheet_has_the_rows_of_the_list_in_chinese(office: Office) -> None:
    case = filed(office)
    sheet = office.query(COORDINATOR, "work.export", kind="case")
    row = dict(zip(sheet["headings"], sheet["rows"][0], strict=True))
    assert (row["类别"], row["编号"], row["状态"]) == ("案件", case["case_no"], "立案")
    assert row["当事人"] == case["party_name"]
    assert row["持有单位"] == "中宁县自然资源局"
    assert sheet["next_cursor"] is None
    assert office.query(OTHER_OFFICER, "work.export", kind="case")["rows"] == []
