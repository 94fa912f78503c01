"""What notify does when cases tells something."""

import pytest
from pydantic import SecretStr

from services.notify.handlers.on_cases import on_case_filed, on_struck_off
from services.notify.storage.migrate import MIGRATIONS
from shared.delivery.feed import Standing
from shared.migration import upgrade
from tests.integration.services.notify.document_desk import CHIEF, COLLEAGUE
from tests.integration.services.notify.house import COORDINATOR, DISCIPLINE, PARTY, House
from tests.support.nodes import PostgresNode
from tests.unit.services.notify import facts
from tests.unit.services.notify.test_copies import approved

# Below the areas of a large violation, which is reported besides (K3).
SMALL = {"area_m2": "900.00", "farmland_area_m2": "800.00", "pbf_area_m2": "0"}


def test_filed_case_gives_one_document_issued_by_the_rule_and_placed_in_three_inboxes(house: House) -> None:
    house.tell(facts.case_filed(**SMALL))
    (row,) = house.notices(COORDINATOR)
    assert (row["state"], row["notice_no"], row["receipts"]) == ("approved", None, [])
    assert house.notices(PARTY) == []
    house.press()
    (row,) = house.notices(COORDINATOR)
    assert (row["state"], row["notice_no"]) == ("delivered", "中宁耕保抄〔2026〕1号")
    assert row["kind"] == "case_filed_copy"
    assert row["main_recipient"] == "party_committee"
    assert row["copies"] == ["discipline_commission", "organisation_department"]
    assert [(one["recipient"], one["line"], one["state"]) for one in row["receipts"]] == [
        ("party_committee", "main", "delivered"),
        ("discipline_commission", "copy", "delivered"),
        ("organisation_department", "copy", "delivered"),
    ]
    placed = ["document-served.v1", "document-delivered.v1"]
    assert house.told() == ["document-drafted.v1", "document-approved.v1", "document-issued.v1", *placed * 3]
    assert house.rows("SELECT state, channel, count(*) FROM delivery GROUP BY 1, 2") == [("delivered", "inbox", 3)]
    ((signer, rule),) = house.rows("SELECT approved_by, rule_id FROM document")
    assert (rule, signer) == ("N01", "中宁县耕地保护联合执法工作领导小组办公室（按抄告规则N01自动签发）")


def test_the_same_event_twice_gives_one_document_and_one_number(house: House) -> None:
    (envelope,) = house.tell(facts.case_filed(**SMALL))
    assert house.offer([envelope]).standing is Standing.CURRENT
    house.react(envelope, on_case_filed, facts.case_filed(**SMALL))
    house.press()
    assert len(house.notices(COORDINATOR)) == 1
    assert house.rows("SELECT series, year, last FROM notice_number") == [("中宁耕保抄", 2026, 1)]
    assert house.told().count("document-drafted.v1") == 1
    assert house.rows("SELECT count(*) FROM delivery") == [(3,)]


def test_a_large_violation_is_drafted_for_the_agency_that_leads_and_waits_for_its_people(house: House) -> None:
    house.tell(facts.case_filed())
    house.press()
    (row,) = house.query(COLLEAGUE, "document.list", type="large_case_report")["items"]
    assert (row["state"], row["number"], row["office"]) == ("drafted", None, "natural_resources")
    view = house.query(COLLEAGUE, "document.get", id=row["id"])
    assert (view["rule_id"], view["content"]["to"]) == ("K3", ["中宁县人民政府", "中卫市自然资源局"])
    assert house.command(COLLEAGUE, "document.check", row["id"])["state"] == "checked"
    assert house.command(CHIEF, "document.issue", row["id"])["state"] == "approved"
    house.press()
    issued = house.query(CHIEF, "document.get", id=row["id"])
    assert issued["number"] == "中宁自然资报〔2026〕1号"
    assert [(one["code"], one["services"][-1]["channel"]) for one in issued["receipts"]] == [
        ("county_government", "paper"),
        ("superior_natural_resources", "paper"),
    ]


def test_a_listing_is_told_when_it_begins_and_when_it_ends(house: House) -> None:
    house.tell(facts.case_filed(**SMALL), approved(case_id=facts.CASE_ID))
    house.press()
    (row,) = house.notices(DISCIPLINE, kind="listing_copy")
    assert row["main_recipient"] == "county_government"
    assert house.notices(PARTY, kind="listing_copy") == []


def test_struck_off_item_gives_the_second_number_of_the_same_series(house: House) -> None:
    told = house.tell(facts.case_filed(**SMALL), facts.rectification_ordered(), facts.rectification_struck_off())
    house.react(told[2], on_struck_off, facts.rectification_struck_off())
    house.press()
    newest, oldest = sorted(house.notices(COORDINATOR), key=lambda row: str(row["notice_no"]), reverse=True)
    assert (oldest["notice_no"], newest["notice_no"]) == ("中宁耕保抄〔2026〕1号", "中宁耕保抄〔2026〕2号")
    view = house.query(COORDINATOR, "notice.get", id=newest["id"])
    assert view["kind"] == "struck_off_copy"
    assert "当事人：甲。" in view["body"]
    assert view["issuer"] == "中宁县耕地保护联合执法工作领导小组办公室"


def test_struck_off_item_of_a_case_never_heard_of_is_told_all_the_same(house: House) -> None:
    house.tell(facts.rectification_struck_off())
    (row,) = house.notices(COORDINATOR)
    assert "当事人" not in house.query(COORDINATOR, "notice.get", id=row["id"])["body"]


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
    assert {upgrade(MIGRATIONS, dsn, role) for _ in range(times)} == {"0012"}
