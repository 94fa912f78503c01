"""What cases tells becomes what documents say, on the real database; an agency gets what is its own."""

from typing import Any

import pytest

from shared.contracts.codes import Role
from shared.principal import Actor
from tests.integration.services.notify.document_desk import CHIEF, COLLEAGUE, DIRECTOR, OFFICER
from tests.integration.services.notify.house import COORDINATOR, OTHER_COUNTY, TOWNSHIP, House
from tests.integration.services.notify.test_rebuild import rebuild
from tests.unit.services.notify.facts import (
    ACTION_ID,
    CASE_ID,
    CLUE_ID,
    ITEM_ID,
    LETTER_ID,
    TASK_ID,
    TRANSFER_ID,
    case_filed,
)
from tests.unit.services.notify.told_story import whole

POLICE = Actor("officer-3", "公安局承办人", frozenset({Role.AGENCY_OFFICER}), "public_security", "640521")


@pytest.fixture
def told(house: House) -> House:
    house.tell(*whole())
    return house


def prepared(house: House, by: Actor, type_: str, **about: Any) -> Any:
    return house.query(by, "document_type.prepare", type=type_, **about)


def test_the_clerk_is_asked_for_nothing_that_is_known(told: House) -> None:
    order = prepared(told, OFFICER, "stop_order", case_id=CASE_ID)
    assert [field["name"] for field in order["asked"]] == ["articles"]
    facts = {"articles": "《土地管理法》第三十七条"}
    drafted = told.command(OFFICER, "document.draft", type="stop_order", case_id=CASE_ID, content={"facts": facts})
    assert drafted["content"]["facts"] == {**order["facts"], **facts}
    missing = told.command(OFFICER, "document.draft", type="stop_order", case_id=CASE_ID, content={"facts": {}})
    assert (missing["code"], missing["field"]) == ("notify.document-field-missing", "articles")
    assert missing["facts"]["document"] == "责令停止违法行为通知书"


@pytest.mark.parametrize(
    ("by", "type_", "subject"),
    [
        (OFFICER, "assistance_letter", LETTER_ID),
        (OFFICER, "crime_transfer", TRANSFER_ID),
        (COORDINATOR, "task_letter", TASK_ID),
        (COORDINATOR, "strike_off_sheet", ITEM_ID),
    ],
)
def test_a_document_whose_facts_are_all_known_is_drafted_without_any(
    told: House, by: Actor, type_: str, subject: Any
) -> None:
    content = {"to": ["中宁县公安局"], "facts": {}}
    drafted = told.command(by, "document.draft", type=type_, subject_id=subject, content=content)
    assert (drafted["state"], drafted["case_id"], drafted["subject_id"]) == ("drafted", str(CASE_ID), str(subject))
    again = told.command(by, "document.revise", drafted["id"], content=content)
    assert again["content"]["facts"] == drafted["content"]["facts"] != {}


def test_the_township_that_a_clue_is_assigned_to_is_named(told: House) -> None:
    facts = prepared(told, COORDINATOR, "clue_register", subject_id=CLUE_ID)["facts"]
    assert (facts["assignee"], facts["photos"]) == ("恩和镇", 1)


def test_what_is_of_another_county_agency_or_case_does_not_exist(told: House) -> None:
    for by, code in ((OTHER_COUNTY, "notify.subject-unknown"), (COORDINATOR, None)):
        assert prepared(told, by, "joint_action_notice", subject_id=ACTION_ID).get("code") == code
    assert prepared(told, POLICE, "crime_transfer", subject_id=TRANSFER_ID)["code"] == "notify.subject-unknown"
    assert prepared(told, POLICE, "stop_order", case_id=CASE_ID)["code"] == "notify.case-unknown"
    other = prepared(told, COORDINATOR, "task_letter", subject_id=TASK_ID, case_id=CLUE_ID)
    assert other["code"] == "notify.subject-unknown"
    assert prepared(told, TOWNSHIP, "task_letter", subject_id=TASK_ID)["kind"] == "not-found"


def test_an_agency_that_is_asked_answers_by_its_letter_and_learns_nothing_of_the_case(told: House) -> None:
    answer = prepared(told, POLICE, "feedback_letter", subject_id=LETTER_ID)
    assert answer["facts"]["asked_no"] == "ZW-AS-640521-2026-00001"
    help_ = prepared(told, POLICE, "assistance_letter", subject_id=LETTER_ID)
    assert not {"case_title", "case_no", "filed_on"} & set(help_["facts"])


def test_what_has_changed_since_the_draft_is_not_issued(told: House) -> None:
    facts = {"articles": "《土地管理法》第三十七条"}
    id_ = told.command(OFFICER, "document.draft", type="stop_order", case_id=CASE_ID, content={"facts": facts})["id"]
    told.command(COLLEAGUE, "document.check", id_)
    told.tell(case_filed(clue_id=CLUE_ID, area_m2=9000))
    refused = told.command(CHIEF, "document.issue", id_)
    assert (refused["code"], refused["field"]) == ("notify.fact-contradicted", "area")
    told.command(CHIEF, "document.return", id_, reason="面积已变")
    told.command(OFFICER, "document.revise", id_, content={"facts": facts})
    told.command(COLLEAGUE, "document.check", id_)
    issued = told.command(CHIEF, "document.issue", id_)
    assert (issued["state"], issued["content"]["facts"]["area"]) == ("approved", 9000.0)


def test_dossiers_are_computed_again_from_the_log_of_cases(told: House) -> None:
    assert rebuild(told, "dossier").differences == []
    told.change("UPDATE dossier SET facts = facts - 'party_name' WHERE kind = 'case'")
    told.change("DELETE FROM dossier WHERE kind = 'item'")
    found = rebuild(told, "dossier", repair=True)
    assert len(found.differences) == 2
    assert rebuild(told, "dossier").differences == []
    assert prepared(told, OFFICER, "stop_order", case_id=CASE_ID)["facts"]["party"] == "甲"


def test_lists_leave_as_spreadsheets_in_chinese(told: House) -> None:
    content = {"to": ["中宁县公安局"], "facts": {}}
    told.command(COORDINATOR, "document.draft", type="task_letter", subject_id=TASK_ID, content=content)
    page = told.query(DIRECTOR, "document.export", type="task_letter")
    (row,) = [dict(zip(page["headings"], row, strict=True)) for row in page["rows"]]
    assert (row["文种"], row["状态"], row["主送"], row["发文字号"]) == ("任务书", "草稿", "中宁县公安局", None)
    receipts = told.query(DIRECTOR, "document.export_receipts", type="task_letter")
    assert (receipts["rows"], receipts["next_cursor"]) == ([], None)
    assert receipts["headings"][:2] == ["文种", "发文字号"]
