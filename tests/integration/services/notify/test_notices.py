"""Issuing by hand, reading, signing; and who sees what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from services.notify.handlers.notices import issue_notice
from services.notify.storage.unit import NotifyUnit
from shared.contracts.notify import IssueNotice
from shared.errors import Conflict
from shared.operations import Call
from shared.principal import Actor
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


def the_notice(house: House) -> Any:
    (row,) = house.notices(COORDINATOR)
    return row["id"]


def test_notice_by_hand_has_number_text_and_recipients(filed: House) -> None:
    view = issue(filed, main_recipient="discipline_commission", copies=[])
    assert view["notice_no"] == "中宁耕保抄〔2026〕2号"
    assert view["main_recipient"] == "discipline_commission"
    assert view["body"].startswith("中宁县纪委监委：")
    assert "该案进展缓慢，请予关注。" in view["body"]
    assert "抄送" not in view["body"]
    assert len(view["sha256"]) == 64
    assert filed.query(COORDINATOR, "notice.get", id=view["id"]) == view


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


def test_twenty_at_once_get_1_to_20_though_others_fail_between_them(filed: House) -> None:
    house, wanted, failing = filed, 20, 12
    house.change("DELETE FROM notice_number")
    house.change("UPDATE notice SET notice_no = 'the one before'")
    together = Barrier(8)

    def fail(number: int) -> str:
        def use_case(unit: NotifyUnit) -> dict[str, Any]:
            call = Call(by=COORDINATOR, now=unit.now, command_id=f"fail-{number}", correlation_id="c")
            issue_notice(IssueNotice(case_id=facts.CASE_ID, remarks="作废"), call, unit)
            raise Conflict("test.too-late")

        with pytest.raises(Conflict):
            house.runner.run(COORDINATOR, use_case, correlation_id="c")
        return ""

    def act(number: int) -> str:
        if number < 8:
            together.wait(30)
        return fail(number) if number % 8 in (1, 4, 6) else str(issue(house)["notice_no"])

    with ThreadPoolExecutor(8) as threads:
        numbers = [number for number in threads.map(act, range(wanted + failing)) if number]
    assert sorted(numbers) == sorted(f"中宁耕保抄〔2026〕{number}号" for number in range(1, wanted + 1))


def test_numbers_begin_anew_with_the_year_of_shanghai(filed: House) -> None:
    filed.clock.at = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert issue(filed)["notice_no"] == "中宁耕保抄〔2026〕2号"
    filed.clock.at = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    view = issue(filed)
    assert view["notice_no"] == "中宁耕保抄〔2027〕1号"
    assert "2027年1月1日" in view["body"]


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
    id_ = issue(filed, copies=["discipline_commission"])["id"]
    assert filed.query(ORGANISATION, "notice.get", id=id_)["kind"] == "not-found"
    assert filed.command(ORGANISATION, "notice.read", id_)["kind"] == "not-found"
    assert filed.command(ORGANISATION, "notice.sign", id_, signed_by="某人")["kind"] == "not-found"
    assert [row["notice_no"] for row in filed.notices(ORGANISATION)] == ["中宁耕保抄〔2026〕1号"]


@pytest.mark.parametrize("jurisdiction", ["", "6405", "64"])
def test_odd_jurisdiction_sees_nothing(filed: House, jurisdiction: str) -> None:
    odd = Actor("x", "某", COORDINATOR.roles, "", jurisdiction)
    assert filed.notices(odd) == []


def test_clerk_of_an_unknown_office_sees_nothing(filed: House) -> None:
    odd = Actor("x", "某", PARTY.roles, "mayor", "640521")
    assert filed.notices(odd) == []
    assert filed.query(odd, "notice.get", id=the_notice(filed))["kind"] == "not-found"


def test_first_reading_is_the_proof_of_delivery_and_later_ones_are_no_error(filed: House) -> None:
    id_ = the_notice(filed)
    first = filed.command(DISCIPLINE, "notice.read", id_)
    filed.clock.at = datetime(2026, 4, 25, tzinfo=UTC)
    assert filed.command(DISCIPLINE, "notice.read", id_) == first
    (receipt,) = first["receipts"]
    assert receipt["state"] == "delivered"
    assert datetime.fromisoformat(receipt["delivered_at"]) == NOON
    assert filed.told() == ["notice-issued.v1", "notice-delivered.v1"]
    assert filed.rows("SELECT party FROM delivery WHERE state = 'delivered'") == [("640521:discipline_commission",)]


def test_who_signed_when_is_on_record_and_a_second_signature_is_refused(filed: House) -> None:
    id_ = the_notice(filed)
    signed = filed.command(DISCIPLINE, "notice.sign", id_, version=1, signed_by="王五")
    (receipt,) = signed["receipts"]
    assert (receipt["state"], receipt["signed_by"]) == ("delivered", "王五")
    problem = filed.command(DISCIPLINE, "notice.sign", id_, signed_by="赵六")
    assert (problem["code"], problem["kind"]) == ("notify.already-signed", "conflict")
    seen = {one["recipient"]: one for one in filed.query(COORDINATOR, "notice.get", id=id_)["receipts"]}
    assert seen["discipline_commission"]["signed_by"] == "王五"
    assert seen["party_committee"]["signed_at"] is None
    assert filed.told() == ["notice-issued.v1", "notice-delivered.v1", "notice-signed.v1"]


def test_signing_again_with_the_same_key_gives_the_same_answer(filed: House) -> None:
    id_ = the_notice(filed)
    first = filed.command(PARTY, "notice.sign", id_, signed_by="赵六", command_id="key-1")
    assert filed.command(PARTY, "notice.sign", id_, signed_by="赵六", command_id="key-1") == first


def test_stale_version_signs_nothing_but_the_act_of_another_makes_none_stale(filed: House) -> None:
    id_ = the_notice(filed)
    assert filed.command(PARTY, "notice.sign", id_, version=1, signed_by="赵六")["version"] == 3
    assert filed.command(DISCIPLINE, "notice.read", id_)["version"] == 2
    assert filed.command(DISCIPLINE, "notice.sign", id_, version=1, signed_by="王五")["kind"] == "stale-version"
    assert filed.command(DISCIPLINE, "notice.sign", id_, version=2, signed_by="王五")["version"] == 3


def test_recipients_sign_at_the_same_time(filed: House) -> None:
    id_ = the_notice(filed)
    together = Barrier(3)

    def sign(by: Actor) -> Any:
        together.wait(30)
        return filed.command(by, "notice.sign", id_, version=1, signed_by=by.name)

    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(sign, [PARTY, DISCIPLINE, ORGANISATION]))
    assert [answer["version"] for answer in answers] == [3, 3, 3]
    receipts = filed.query(COORDINATOR, "notice.get", id=id_)["receipts"]
    assert all(receipt["signed_by"] for receipt in receipts)


@pytest.mark.parametrize("by", [COORDINATOR, AGENCY])
def test_only_a_recipient_signs(filed: House, by: Actor) -> None:
    assert filed.command(by, "notice.sign", the_notice(filed), signed_by="某人")["code"] == "role-not-allowed"


def test_unsigned_filter_is_the_callers_own(filed: House) -> None:
    second = issue(filed)["id"]
    filed.command(DISCIPLINE, "notice.sign", the_first(filed), signed_by="王五")
    assert [row["id"] for row in filed.notices(DISCIPLINE, unsigned=True)] == [second]
    assert len(filed.notices(PARTY, unsigned=True)) == 2
    assert len(filed.notices(COORDINATOR, unsigned=True)) == 2
    filed.command(PARTY, "notice.sign", the_first(filed), signed_by="赵六")
    filed.command(ORGANISATION, "notice.sign", the_first(filed), signed_by="钱七")
    assert [row["id"] for row in filed.notices(COORDINATOR, unsigned=True)] == [second]


def the_first(house: House) -> Any:
    return next(row["id"] for row in house.notices(COORDINATOR) if row["notice_no"].endswith("〕1号"))


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
