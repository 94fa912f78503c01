"""What notify does when cases tells something."""

from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.notify.handlers.on_cases import on_case_filed, on_struck_off
from services.notify.storage.migrate import MIGRATIONS
from shared.delivery.feed import Standing
from shared.migration import upgrade
from tests.integration.services.notify.house import COORDINATOR, House
from tests.support.nodes import PostgresNode
from tests.unit.services.notify import facts


def test_filed_case_gives_one_notice_to_main_recipient_and_copies(house: House) -> None:
    house.tell(facts.case_filed())
    (row,) = house.notices(COORDINATOR)
    assert row["notice_no"] == "中宁耕保抄〔2026〕1号"
    assert row["kind"] == "case_filed_copy"
    assert row["main_recipient"] == "party_committee"
    assert row["copies"] == ["discipline_commission", "organisation_department"]
    assert [(one["recipient"], one["line"], one["state"]) for one in row["receipts"]] == [
        ("party_committee", "main", "pending"),
        ("discipline_commission", "copy", "pending"),
        ("organisation_department", "copy", "pending"),
    ]
    assert house.told() == ["notice-issued.v1"]
    assert house.rows("SELECT state, channel, count(*) FROM delivery GROUP BY 1, 2") == [("pending", "inbox", 3)]


def test_the_same_event_twice_gives_one_notice_and_one_number(house: House) -> None:
    (envelope,) = house.tell(facts.case_filed())
    assert house.offer([envelope]).standing is Standing.CURRENT
    house.react(envelope, on_case_filed, facts.case_filed())
    assert len(house.notices(COORDINATOR)) == 1
    assert house.rows("SELECT series, year, last FROM notice_number") == [("中宁耕保抄", 2026, 1)]
    assert house.told() == ["notice-issued.v1"]
    assert house.rows("SELECT count(*) FROM delivery") == [(3,)]


def test_struck_off_item_gives_the_second_number_of_the_same_series(house: House) -> None:
    told = house.tell(facts.case_filed(), facts.rectification_ordered(), facts.rectification_struck_off())
    house.react(told[2], on_struck_off, facts.rectification_struck_off())
    newest, oldest = sorted(house.notices(COORDINATOR), key=lambda row: str(row["notice_no"]), reverse=True)
    assert (oldest["notice_no"], newest["notice_no"]) == ("中宁耕保抄〔2026〕1号", "中宁耕保抄〔2026〕2号")
    view = house.query(COORDINATOR, "notice.get", id=newest["id"])
    assert view["kind"] == "struck_off_copy"
    assert "当事人。甲。" in view["body"]
    assert view["issuer"] == "中宁县耕地保护联合执法工作领导小组办公室"


def test_struck_off_item_of_a_case_never_heard_of_is_told_all_the_same(house: House) -> None:
    house.tell(facts.rectification_struck_off())
    (row,) = house.notices(COORDINATOR)
    assert "当事人" not in house.query(COORDINATOR, "notice.get", id=row["id"])["body"]


def test_case_of_another_county_counts_in_its_own_series(house: House) -> None:
    house.tell(
        facts.case_filed(),
        facts.case_filed(case_id=uuid4(), division_code="640522100000", division_name="海城镇"),
    )
    assert house.rows("SELECT notice_no FROM notice ORDER BY 1") == [
        ("中宁耕保抄〔2026〕1号",),
        ("海原耕保抄〔2026〕1号",),
    ]


def test_county_without_an_office_is_held_back_not_dropped(house: House) -> None:
    envelope = house._envelope(facts.case_filed(division_code="110101000000"))
    step = house.offer([envelope])
    assert step.standing is Standing.LATER
    assert house.rows("SELECT error FROM attempt")[0][0].startswith("notify.office-missing")
    assert house.rows("SELECT count(*) FROM notice_number") == [(0,)]


def test_projection_follows_the_case_and_its_items(house: House) -> None:
    house.tell(facts.case_filed(), facts.investigation_started(), facts.rectification_ordered())
    assert house.rows("SELECT state FROM case_brief") == [("investigating",)]
    assert house.rows("SELECT state FROM rectification_brief") == [("rectifying",)]
    house.tell(facts.rectification_struck_off())
    assert house.rows("SELECT state FROM rectification_brief") == [("struck_off",)]


@pytest.mark.parametrize("times", [1, 2])
def test_migrating_again_changes_nothing(postgres: PostgresNode, role: str, times: int) -> None:
    dsn = SecretStr(postgres.create_database(f"notify_{times}_times"))
    assert {upgrade(MIGRATIONS, dsn, role) for _ in range(times)} == {"0006"}
