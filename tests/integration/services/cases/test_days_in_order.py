"""No step happened before the one it follows, and no day counts that nothing proves (L03, R06)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OFFICERS,
    Office,
    correction,
    papers,
    sand_yard,
)
from tests.integration.services.cases.path_people import (
    CHIEF,
    PACKAGE,
    appraised,
    handed_over,
    move,
    new_case,
    performing,
    refused,
    step,
    today,
    transfer_of,
)
from tests.integration.services.cases.test_listings import list_step, proposed, under_way

pytestmark = pytest.mark.evidence_not_asked

EARLIER = "cases.before-earlier-step"


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def letter(on: str, number: str | None = "请〔2026〕1号") -> dict[str, Any]:
    return {"documents": [{"kind": "extension_request", "title": "延期申请", "document_no": number, "dated_on": on}]}


def test_a_place_is_not_visited_before_the_clue_is_known(office: Office) -> None:
    found = (office.clock.at - timedelta(days=1)).isoformat()
    for told, earliest in (({}, 0), ({"found_at": found}, 1)):
        clue = office.command(COORDINATOR, "clue.report", sand_yard(**told))
        office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
        office.command(OFFICER, "clue.sign", {}, clue["id"])
        visit = {**OFFICERS, "act_going_on": True}
        at = (office.clock.at - timedelta(days=earliest + 1)).isoformat()
        early = refused(office, OFFICER, "clue.start-verification", {**visit, "visited_at": at}, clue["id"])
        assert (early.code, early.field) == (EARLIER, "visited_at")
        at = (office.clock.at - timedelta(days=earliest)).isoformat()
        office.command(OFFICER, "clue.start-verification", {**visit, "visited_at": at}, clue["id"])


def test_the_procuratorate_has_no_copy_of_what_is_not_approved(office: Office) -> None:
    transfer = transfer_of(office, appraised(office))
    body = {"suspected_crime": "非法占用农用地罪", "report": "达到标准", "team": ["甲", "乙"]}
    move(office, transfer, "report", **body, **papers("transfer_report"))
    move(office, transfer, "approve", CHIEF)
    handed = {
        "police_organ": "中宁县公安局",
        "received_at": office.clock.at.isoformat(),
        "received_by": "李警官",
        "receipt_no": "收1号",
        **papers(*PACKAGE),
    }
    copied = {**handed, "copied_to_procuratorate_on": today(office, -1)}
    early = refused(office, COORDINATOR, "police_transfer.hand-over", copied, transfer["id"])
    assert (early.code, early.field) == (EARLIER, "copied_to_procuratorate_on")
    move(office, transfer, "hand-over", **{**copied, "copied_to_procuratorate_on": today(office)})


def test_the_police_do_not_answer_before_they_were_asked_again(office: Office) -> None:
    transfer = handed_over(office, appraised(office))
    office.days_pass(1)
    reply = {"document_no": "不立1", "reason": "证据不足", **papers("police_reply")}
    move(office, transfer, "police-refuse", **reply, received_on=today(office))
    office.days_pass(2)
    move(office, transfer, "reconsider", asked_on=today(office), **papers("reconsideration_request"))
    body = {**reply, "received_on": today(office, -1)}
    early = refused(office, COORDINATOR, "police_transfer.police-refuse", body, transfer["id"])
    assert (early.code, early.field) == (EARLIER, "received_on")


def test_the_court_takes_nothing_up_before_it_was_asked(office: Office) -> None:
    case = performing(office, ("restore",))
    office.days_pass(80)
    step(office, case, "demand", served_at=office.clock.at.isoformat(), **papers("demand_notice", "service_receipt"))
    office.days_pass(20)
    applied = {"court": "中宁县人民法院", "applied_on": today(office)}
    step(office, case, "apply-to-court", **applied, **papers("court_application"))
    early = refused(office, COORDINATOR, "case.court-accept", {"accepted_on": today(office, -1)}, case["id"])
    assert (early.code, early.field) == (EARLIER, "accepted_on")
    office.days_pass(3)
    step(office, case, "court-accept", accepted_on=today(office))
    ruling = {"granted": True, "ruled_on": today(office, -1), "ruling_no": "裁1", **papers("court_ruling")}
    assert refused(office, COORDINATOR, "case.court-rule", ruling, case["id"]).field == "ruled_on"
    step(office, case, "court-rule", **{**ruling, "ruled_on": today(office)})


def test_a_remedy_does_not_end_before_it_was_sought(office: Office) -> None:
    case = performing(office, ("restore",))
    office.days_pass(10)
    step(office, case, "record-remedy", kind="reconsideration", since=today(office))
    body = {"upheld": True, "ended_on": today(office, -1), "document_no": "复1"}
    early = refused(office, COORDINATOR, "case.end-remedy", body, case["id"])
    assert (early.code, early.field) == (EARLIER, "ended_on")


def test_a_listing_is_not_sent_before_it_is_approved_nor_published_before_its_end(office: Office) -> None:
    listing = proposed(office, new_case(office))
    office.days_pass(2)
    list_step(office, listing, "approve", approved_by="县长", **papers("listing_approval"))
    notice = {"notice_no": "督1", "sent_on": today(office, -1), **papers("listing_notice")}
    early = refused(office, COORDINATOR, "listing.notify", notice, listing["id"])
    assert (early.code, early.field) == (EARLIER, "sent_on")
    list_step(office, listing, "notify", **{**notice, "sent_on": today(office)})
    office.days_pass(70)
    list_step(office, listing, "mark-overdue", reason="逾期")
    talk = {"with_whom": "镇长", "talked_on": today(office, -60)}
    assert refused(office, COORDINATOR, "listing.talk", talk, listing["id"]).field == "talked_on"


def test_more_time_of_a_listing_is_asked_today_or_by_a_letter_that_proves_its_day(office: Office) -> None:
    """L03: three working days before the end at the latest."""
    office.days_pass(21)  # 2026-05-11
    listing = under_way(office, new_case(office))
    office.days_pass(58)  # 07-08; the last day to ask was 07-07
    ask = {"days": 15, "delay_reason": "season", "reason": "作物未收"}
    back = {**ask, "asked_on": "2026-07-07"}
    for by, proof in (
        (OFFICER, {}),
        (OFFICER, letter("2026-07-07")),
        (COORDINATOR, {}),
        (COORDINATOR, letter("2026-07-06")),
        (COORDINATOR, letter("2026-07-07", None)),
    ):
        unproved = refused(office, by, "listing.request-extension", {**back, **proof}, listing["id"])
        assert (unproved.code, unproved.field) == ("cases.asked-day-unproved", "asked_on")
    asked = list_step(office, listing, "request-extension", **back, **letter("2026-07-07"))
    assert asked["facts"]["extension_asked_on"] == "2026-07-07"


def test_more_time_of_an_item_is_asked_today_or_by_a_letter_that_proves_its_day(office: Office) -> None:
    """R06."""
    item = office.command(COORDINATOR, "case.order-rectification", correction(term_days=30), new_case(office)["id"])
    office.days_pass(28)  # 05-18; the last day to ask was 05-15
    ask = {"days": 10, "delay_reason": "funds", "reason": "资金未到", "asked_on": "2026-05-15"}
    unproved = refused(office, OFFICER, "rectification.request-extension", ask, item["id"])
    assert (unproved.code, unproved.field) == ("cases.asked-day-unproved", "asked_on")
    body = {**ask, **letter("2026-05-15")}
    item = office.command(COORDINATOR, "rectification.request-extension", body, item["id"])
    assert item["facts"]["extension_asked_on"] == "2026-05-15"


def test_more_time_for_the_decision_is_asked_before_its_end(office: Office) -> None:
    """NRP 38: a day that was only stated brings no term back that is over."""
    case = step(office, new_case(office), "investigate", **OFFICERS)
    office.days_pass(95)
    ask = {"days": 30, "approved_by": "副局长", "reason": "案情复杂", **papers("extension_approval")}
    stated = refused(office, CHIEF, "case.extend", {**ask, "asked_on": today(office, -20)}, case["id"])
    assert (stated.code, stated.field) == ("cases.asked-day-unproved", "asked_on")
    assert refused(office, CHIEF, "case.extend", ask, case["id"]).code == "cases.extension-too-late"
