"""Issuing by hand, reading, signing; and who sees what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from shared.principal import Actor
from tests.integration.services.notify.document_desk import DIRECTOR, DocumentDesk
from tests.integration.services.notify.house import (
    AGENCY,
    COORDINATOR,
    DISCIPLINE,
    NOON,
    ORGANISATION,
    OTHER_COUNTY,
    OTHER_DISCIPLINE,
    PARTY,
    TOWNSHIP,
    House,
)
from tests.unit.services.notify import facts


def issue(house: House, **changes: Any) -> Any:
    body = {"case_id": facts.CASE_ID, "remarks": "该案进展缓慢，请予关注。", **changes}
    return house.command(COORDINATOR, "notice.issue", **body)


def issued(house: House, **changes: Any) -> Any:
    id_ = issue(house, **changes)["id"]
    house.press()
    return house.query(COORDINATOR, "notice.get", id=id_)


def the_notice(house: House) -> Any:
    (row,) = house.notices(COORDINATOR)
    return row["id"]


def sign(house: House, by: Actor, id_: Any, signed_by: str = "王五", **more: Any) -> Any:
    """Over the digest that the notice tells."""
    ((digest,),) = house.rows(f"SELECT frozen -> 'files' -> 0 ->> 'sha256' FROM document WHERE id = '{id_}'")
    return house.command(by, "notice.sign", id_, signed_by=signed_by, **{"sha256": digest, **more})


def test_notice_by_hand_waits_for_the_press_and_then_has_number_text_and_recipients(filed: House) -> None:
    asked = issue(filed, main_recipient="discipline_commission", copies=[])
    assert (asked["state"], asked["notice_no"], asked["receipts"]) == ("approved", None, [])
    filed.press()
    view = filed.query(COORDINATOR, "notice.get", id=asked["id"])
    assert view["notice_no"] == "中宁耕保抄〔2026〕2号"
    assert view["main_recipient"] == "discipline_commission"
    assert view["body"].startswith("中宁县纪委监委：")
    assert "该案进展缓慢，请予关注。" in view["body"]
    assert "抄送" not in view["body"]
    assert view["sha256"] == view["files"][0]["sha256"]
    kept = filed.query(COORDINATOR, "document.get", id=asked["id"])
    assert (kept["drafted_by"], kept["rule_id"]) == ("协调员", "N03")
    assert kept["approved_by"] == "中宁县耕地保护联合执法工作领导小组办公室（按抄告规则N03自动签发）"


def test_the_same_command_twice_is_one_notice_and_one_answer(filed: House) -> None:
    first = issue(filed, command_id="key-1")
    assert issue(filed, command_id="key-1") == first
    assert len(filed.notices(COORDINATOR)) == 2


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"copies": ["party_committee"]}, "notify.recipient-named-twice", "copies"),
        ({"copies": ["mayor"]}, "invalid-field", "copies.0"),
        ({"remarks": ""}, "invalid-field", "remarks"),
        ({"number": 7}, "invalid-field", "number"),
        ({"case_id": uuid4()}, "notify.case-unknown", "case_id"),
    ],
)
def test_wrong_order_names_the_field_and_takes_no_number(
    filed: House, changes: dict[str, Any], code: str, field: str
) -> None:
    problem = issue(filed, **changes)
    assert (problem["code"], problem["field"]) == (code, field)
    assert filed.rows("SELECT last FROM notice_number") == [(1,)]


def test_case_of_another_county_does_not_exist_for_a_coordinator(filed: House) -> None:
    here = filed.command(OTHER_COUNTY, "notice.issue", case_id=facts.CASE_ID, remarks="请知悉。")
    nowhere = filed.command(OTHER_COUNTY, "notice.issue", case_id=uuid4(), remarks="请知悉。")
    assert here == nowhere
    assert here["kind"] == "not-found"


@pytest.mark.parametrize("by", [PARTY, AGENCY, TOWNSHIP])
def test_only_the_coordinator_issues(filed: House, by: Actor) -> None:
    problem = filed.command(by, "notice.issue", case_id=facts.CASE_ID, remarks="请知悉。")
    assert problem["code"] == "role-not-allowed"


def test_clerk_sees_the_notice_and_its_own_receipt_only(filed: House) -> None:
    view = filed.query(DISCIPLINE, "notice.get", id=the_notice(filed))
    (row,) = filed.notices(DISCIPLINE)
    for seen in (view, row):
        assert [receipt["recipient"] for receipt in seen["receipts"]] == ["discipline_commission"]
    assert view["copies"] == ["discipline_commission", "organisation_department"]


@pytest.mark.parametrize("by", [OTHER_COUNTY, OTHER_DISCIPLINE, AGENCY, TOWNSHIP])
def test_for_whom_it_does_not_concern_the_notice_does_not_exist(filed: House, by: Actor) -> None:
    id_ = the_notice(filed)
    assert filed.query(by, "notice.get", id=id_) == filed.query(by, "notice.get", id=uuid4())
    assert filed.query(by, "notice.get", id=id_)["kind"] == "not-found"
    page = filed.query(by, "notice.list", with_total=True)
    assert (page["items"], page["total"]) == ([], 0)


def test_notice_of_another_recipient_does_not_exist(filed: House) -> None:
    id_ = issued(filed, copies=["discipline_commission"])["id"]
    assert filed.query(ORGANISATION, "notice.get", id=id_)["kind"] == "not-found"
    assert filed.command(ORGANISATION, "notice.read", id_)["kind"] == "not-found"
    assert sign(filed, ORGANISATION, id_)["kind"] == "not-found"
    assert filed.query(ORGANISATION, "notice.file", id=id_, format="pdf")["kind"] == "not-found"
    assert [row["notice_no"] for row in filed.notices(ORGANISATION)] == ["中宁耕保抄〔2026〕1号"]


@pytest.mark.parametrize("jurisdiction", ["", "6405", "64"])
def test_odd_jurisdiction_sees_nothing(filed: House, jurisdiction: str) -> None:
    odd = Actor("x", "某", COORDINATOR.roles, "", jurisdiction)
    assert filed.notices(odd) == []


def test_clerk_of_an_unknown_office_sees_nothing(filed: House) -> None:
    odd = Actor("x", "某", PARTY.roles, "mayor", "640521")
    assert filed.notices(odd) == []
    assert filed.query(odd, "notice.get", id=the_notice(filed))["kind"] == "not-found"


def test_in_the_inbox_it_is_placed_when_issued_and_the_first_reading_is_told(filed: House) -> None:
    id_ = the_notice(filed)
    (before,) = filed.query(DISCIPLINE, "notice.get", id=id_)["receipts"]
    assert (before["state"], before["channel"], before["opened_at"]) == ("delivered", "inbox", None)
    assert before["accepted_at"] is None
    told = filed.told()
    first = filed.command(DISCIPLINE, "notice.read", id_)
    filed.clock.at = datetime(2026, 4, 25, tzinfo=UTC)
    assert filed.command(DISCIPLINE, "notice.read", id_) == first
    (receipt,) = first["receipts"]
    assert datetime.fromisoformat(receipt["opened_at"]) == NOON
    assert filed.told() == [*told, "document-opened.v1"]


def test_who_signed_when_over_what_is_on_record_and_a_second_signature_is_refused(filed: House) -> None:
    id_ = the_notice(filed)
    version = filed.query(DISCIPLINE, "notice.get", id=id_)["version"]
    signed = sign(filed, DISCIPLINE, id_, version=version)
    (receipt,) = signed["receipts"]
    assert (receipt["state"], receipt["signed_by"]) == ("delivered", "王五")
    problem = sign(filed, DISCIPLINE, id_, "赵六")
    assert (problem["code"], problem["kind"]) == ("notify.document-signed-for", "conflict")
    seen = {one["recipient"]: one for one in filed.query(COORDINATOR, "notice.get", id=id_)["receipts"]}
    assert seen["discipline_commission"]["signed_by"] == "王五"
    assert seen["party_committee"]["signed_at"] is None
    kept = filed.query(COORDINATOR, "document.get", id=id_)
    digests = {one["code"]: one["sha256"] for one in kept["receipts"]}
    assert digests["discipline_commission"] == kept["files"][0]["sha256"]


def test_who_saw_another_text_does_not_sign(filed: House) -> None:
    id_ = the_notice(filed)
    problem = sign(filed, DISCIPLINE, id_, sha256="0" * 64)
    assert (problem["code"], problem["field"]) == ("notify.digest-wrong", "sha256")
    assert filed.query(COORDINATOR, "notice.get", id=id_)["state"] == "delivered"


def test_signing_again_with_the_same_key_gives_the_same_answer(filed: House) -> None:
    id_ = the_notice(filed)
    first = sign(filed, PARTY, id_, "赵六", command_id="key-1")
    assert sign(filed, PARTY, id_, "赵六", command_id="key-1") == first


def test_stale_version_signs_nothing_but_the_act_of_another_makes_none_stale(filed: House) -> None:
    id_ = the_notice(filed)
    version = filed.query(PARTY, "notice.get", id=id_)["version"]
    assert sign(filed, PARTY, id_, version=version)["version"] == version + 1
    assert filed.command(DISCIPLINE, "notice.read", id_)["version"] == version + 1
    assert sign(filed, DISCIPLINE, id_, version=version)["kind"] == "stale-version"
    assert sign(filed, DISCIPLINE, id_, version=version + 1)["version"] == version + 2


def test_a_withdrawn_notice_is_seen_as_withdrawn_and_signed_for_no_more(filed: House) -> None:
    id_ = the_notice(filed)
    filed.command(DIRECTOR, "document.withdraw", id_, reason="案件名称有误")
    view = filed.query(PARTY, "notice.get", id=id_)
    assert (view["state"], view["notice_no"]) == ("withdrawn", "中宁耕保抄〔2026〕1号")
    assert sign(filed, PARTY, id_)["code"] == "notify.document-transition-not-allowed"
    assert filed.command(PARTY, "notice.read", id_)["state"] == "withdrawn"


def test_an_agency_reads_and_signs_for_what_is_addressed_to_it(house: House, tmp_path: Path) -> None:
    desk = DocumentDesk(house, tmp_path / "blobs")
    approved = desk.approved()
    house.press()
    (row,) = house.notices(AGENCY)
    assert (row["id"], row["kind"], row["copies"]) == (approved["id"], "supervise_letter", ["natural_resources"])
    assert [receipt["recipient"] for receipt in row["receipts"]] == ["natural_resources"]
    assert sign(house, AGENCY, row["id"])["receipts"][0]["signed_by"] == "王五"
    assert house.query(AGENCY, "document.get", id=row["id"])["kind"] == "not-found"
    assert house.query(AGENCY, "notice.file", id=row["id"], format="pdf")["size"] == 1


def test_recipients_sign_at_the_same_time(filed: House) -> None:
    id_ = the_notice(filed)
    version = filed.query(PARTY, "notice.get", id=id_)["version"]
    together = Barrier(3)

    def act(by: Actor) -> Any:
        together.wait(30)
        return sign(filed, by, id_, by.name, version=version)

    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(act, [PARTY, DISCIPLINE, ORGANISATION]))
    assert [answer["version"] for answer in answers] == [version + 1] * 3
    view = filed.query(COORDINATOR, "notice.get", id=id_)
    assert view["state"] == "signed_for"
    assert all(receipt["signed_by"] for receipt in view["receipts"])


def test_only_a_recipient_signs(filed: House) -> None:
    assert sign(filed, COORDINATOR, the_notice(filed))["code"] == "role-not-allowed"
    assert sign(filed, AGENCY, the_notice(filed))["kind"] == "not-found"


def test_unsigned_filter_is_the_callers_own(filed: House) -> None:
    second = issued(filed)["id"]
    sign(filed, DISCIPLINE, the_first(filed))
    assert [row["id"] for row in filed.notices(DISCIPLINE, unsigned=True)] == [second]
    assert len(filed.notices(PARTY, unsigned=True)) == 2
    assert len(filed.notices(COORDINATOR, unsigned=True)) == 2
    sign(filed, PARTY, the_first(filed))
    sign(filed, ORGANISATION, the_first(filed))
    assert [row["id"] for row in filed.notices(COORDINATOR, unsigned=True)] == [second]


def the_first(house: House) -> Any:
    return next(row["id"] for row in house.notices(COORDINATOR) if str(row["notice_no"]).endswith("〕1号"))


def test_pages_go_on_where_the_last_one_ended(filed: House) -> None:
    for _ in range(4):
        issue(filed)  # all of one instant: the id decides
    page = filed.query(COORDINATOR, "notice.list", limit=2, with_total=True)
    seen = [row["id"] for row in page["items"]]
    assert page["total"] == 5
    while page["next_cursor"]:
        page = filed.query(COORDINATOR, "notice.list", limit=2, cursor=page["next_cursor"])
        seen += [row["id"] for row in page["items"]]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24=", "WzEsMl0=", "WyIyMDI2LTA0LTI0VDA0OjAwOjAwIiwieCJd"])
def test_cursor_that_we_did_not_give_is_refused(filed: House, cursor: str) -> None:
    problem = filed.query(COORDINATOR, "notice.list", cursor=cursor)
    assert (problem["code"], problem["field"]) == ("cursor-invalid", "cursor")


def test_list_by_kind_and_case(filed: House) -> None:
    issue(filed)
    assert [row["kind"] for row in filed.notices(COORDINATOR, kind="case_report_copy")] == ["case_report_copy"]
    assert len(filed.notices(COORDINATOR, case_id=facts.CASE_ID)) == 2
    assert filed.notices(COORDINATOR, case_id=uuid4()) == []


def test_a_recipient_takes_its_own_notices_home_as_a_sheet_and_nobody_elses(filed: House) -> None:
    (row,) = filed.notices(COORDINATOR)
    sign(filed, DISCIPLINE, row["id"])
    whole, own = (filed.query(by, "notice.export") for by in (COORDINATOR, DISCIPLINE))
    at = {heading: place for place, heading in enumerate(whole["headings"])}
    assert len(whole["rows"]) == len(row["receipts"]) > 1
    (mine,) = own["rows"]
    assert mine in whole["rows"]
    assert (mine[at["收文单位"]], mine[at["签收人"]], mine[at["送达"]]) == ("中宁县纪委监委", "王五", "已送达")
    assert mine[at["发文字号"]] == row["notice_no"]
    assert filed.query(OTHER_DISCIPLINE, "notice.export")["rows"] == []


def test_the_office_takes_documents_and_their_receipts_home_as_sheets(filed: House) -> None:
    (row,) = filed.notices(COORDINATOR)
    sign(filed, DISCIPLINE, row["id"])
    told = filed.query(COORDINATOR, "document.export_receipts")
    rows = [dict(zip(told["headings"], cells, strict=True)) for cells in told["rows"]]
    assert sorted(one["收文单位"] for one in rows) == sorted(one["name"] for one in row["receipts"])
    assert [(one["收文单位"], one["送达方式"]) for one in rows if one["签收人"] == "王五"] == [
        ("中宁县纪委监委", "系统收件箱")
    ]
    documents = filed.query(COORDINATOR, "document.export")
    shown = dict(zip(documents["headings"], documents["rows"][0], strict=True))
    assert (shown["应签收"], shown["已签收"]) == (len(rows), 1)
