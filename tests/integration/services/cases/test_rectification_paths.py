"""Items beside their straight path: plan, more time, sent back, the upper review, land that comes back (3.7)."""

from typing import Any

import pytest

from tests.integration.services.cases.office import COORDINATOR, OFFICER, Office, acceptance, correction, papers
from tests.integration.services.cases.path_people import clock_of, investigating, new_case, refused, step, today
from tests.integration.services.cases.test_main_path import strike_off

pytestmark = pytest.mark.evidence_not_asked


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


DONE = {"rectified_area_m2": 8400, "account": "完成", **papers("rectification_report")}
CHECK = {"passed": True, "account": "属实", **papers("township_check_record")}
ACCEPT = acceptance(rectified_area_m2=8400)


def item_step(office: Office, item: Any, verb: str, by: Any = COORDINATOR, **body: Any) -> dict[str, Any]:
    return office.command(by, f"rectification.{verb}", body, item["id"])


def opened(office: Office, **changes: Any) -> dict[str, Any]:
    case = new_case(office)
    body = {"title": "整改", "area_m2": 8400, "farmland_area_m2": 7000, "reason": "非农违法", **changes}
    return step(office, case, "open-rectification", **body)


def plan(**changes: Any) -> dict[str, Any]:
    body = {"method": "demolish_and_restore", "term_days": 30, "responsible_person": "镇长", "requirement": "拆除复耕"}
    return {**body, **papers("correction_order"), **changes}


def accepted(office: Office) -> dict[str, Any]:
    item = office.command(COORDINATOR, "case.order-rectification", correction(), investigating(office)["id"])
    item_step(office, item, "report", OFFICER, **DONE)
    item_step(office, item, "check", OFFICER, **CHECK)
    return item_step(office, item, "accept", **ACCEPT)


def test_open_planned_started_as_in_the_order(office: Office) -> None:
    item = opened(office)
    assert (item["state"], item["term_on"], item["facts"]["pbf_area_m2"]) == ("open", None, 4200.0)
    item = item_step(office, item, "set-plan", **plan())
    assert (item["state"], item["term_on"]) == ("plan_set", clock_of(item, "R01")["due_on"])
    assert item_step(office, item, "start", OFFICER)["state"] == "rectifying"


def test_papers_are_never_completed_on_permanent_basic_farmland(office: Office) -> None:
    item = opened(office)
    never = refused(office, COORDINATOR, "rectification.set-plan", plan(method="complete_formalities"), item["id"])
    assert (never.code, never.facts["law"]) == ("cases.formalities-on-pbf", "LAL 44")
    approved = papers("correction_order", "state_council_approval")
    assert item_step(office, item, "set-plan", **plan(method="complete_formalities", **approved))["state"] == "plan_set"


def test_the_farmland_of_an_item_cannot_be_talked_away(office: Office) -> None:
    case = new_case(office)  # 8400 m2, of which PBF 4200
    body = {"title": "整改", "area_m2": 8400, "farmland_area_m2": 7000, "pbf_area_m2": 0, "reason": "r"}
    least = refused(office, COORDINATOR, "case.open-rectification", body, case["id"])
    assert (least.code, least.facts["least_m2"]) == ("cases.pbf-understated", 4200.0)
    beside = {**body, "area_m2": 4200, "farmland_area_m2": 2800}
    item = step(office, case, "open-rectification", **beside)
    assert item_step(office, item, "set-plan", **plan(method="complete_formalities"))["state"] == "plan_set"


def test_more_time_once_at_most_thirty_days_asked_three_working_days_before(office: Office) -> None:
    """R06."""
    item = office.command(COORDINATOR, "case.order-rectification", correction(term_days=30), new_case(office)["id"])
    assert item["term_on"] == "2026-05-20"
    ask = {"days": 30, "delay_reason": "season", "reason": "作物未收"}
    long = refused(office, OFFICER, "rectification.request-extension", {**ask, "days": 31}, item["id"])
    assert long.code == "cases.extension-too-long"
    office.days_pass(25)  # 05-15, the last day to ask
    item_step(office, item, "request-extension", OFFICER, **ask)
    office.days_pass(4)
    item = item_step(office, item, "grant-extension", approved_by="局长", **papers("extension_approval"))
    assert (item["term_on"], item["facts"]["extension_asked_on"]) == ("2026-06-19", None)
    assert refused(office, OFFICER, "rectification.request-extension", ask, item["id"]).code == (
        "cases.extension-not-allowed"
    )


def test_more_time_asked_late_is_refused(office: Office) -> None:
    item = office.command(COORDINATOR, "case.order-rectification", correction(term_days=30), new_case(office)["id"])
    office.days_pass(28)  # 05-18
    ask = {"days": 10, "delay_reason": "funds", "reason": "资金未到"}
    late = refused(office, OFFICER, "rectification.request-extension", ask, item["id"])
    assert (late.code, late.facts["last_on"]) == ("cases.extension-too-late", "2026-05-15")
    letter = {"kind": "extension_request", "title": "延期申请", "document_no": "请1号", "dated_on": "2026-05-15"}
    back = {"days": 10, "delay_reason": "funds", "reason": "r", "asked_on": "2026-05-15", "documents": [letter]}
    item_step(office, item, "request-extension", **back)
    refused_ = item_step(office, item, "refuse-extension", reason="不予")
    assert (refused_["term_on"], refused_["facts"]["extension_asked_on"]) == ("2026-05-20", None)


def test_sent_back_with_a_reason_of_the_list_under_the_same_term(office: Office) -> None:
    item = accepted(office)
    item_step(office, item, "request-review", **papers("review_result"))
    item = item_step(office, item, "send-back", sent_back_reason="no_azimuth", reason="两张照片无方位角")
    assert (item["state"], item["facts"]["sent_back_reason"], item["facts"]["review_ended"]) == (
        "sent_back",
        "no_azimuth",
        False,
    )
    assert clock_of(item, "R01")["due_on"] == item["term_on"]
    assert item_step(office, item, "resubmit")["state"] == "reviewing_up"
    # The result of the review before the sending back proves nothing any more.
    early = refused(office, COORDINATOR, "rectification.strike-off", papers("strike_off_sheet"), item["id"])
    assert (early.code, early.facts["law"]) == ("cases.strike-off-awaits-review", "HOUSE.rectification")
    item_step(office, item, "end-review", **papers("review_result"))
    struck = item_step(office, item, "strike-off", **papers("strike_off_sheet"))
    assert (struck["state"], clock_of(struck, "R05")["unit"]) == ("struck_off", "month")


def test_what_no_level_above_reviews_is_struck_off_when_the_county_has_accepted_it(office: Office) -> None:
    item = accepted(office)
    struck = item_step(office, item, "strike-off", **papers("strike_off_sheet"))
    assert (struck["state"], clock_of(struck, "R05")["unit"]) == ("struck_off", "month")


def test_an_item_that_was_handed_up_waits_for_its_result(office: Office) -> None:
    item = accepted(office)
    item_step(office, item, "request-review")
    early = refused(office, COORDINATOR, "rectification.strike-off", papers("strike_off_sheet"), item["id"])
    assert (early.code, early.facts["missing"]) == ("cases.strike-off-awaits-review", ["rectification"])
    both = papers("strike_off_sheet", "review_result")
    assert item_step(office, item, "strike-off", **both)["state"] == "struck_off"


def test_what_the_county_sends_back_was_never_accepted(office: Office) -> None:
    item = office.command(COORDINATOR, "case.order-rectification", correction(), new_case(office)["id"])
    item_step(office, item, "report", OFFICER, **DONE)
    item_step(office, item, "check", OFFICER, **CHECK)
    item_step(office, item, "send-back", sent_back_reason="area_differs", reason="面积不一致")
    assert refused(office, COORDINATOR, "rectification.resubmit", {}, item["id"]).code == "cases.not-accepted"
    assert item_step(office, item, "report", OFFICER, **DONE)["state"] == "reported"


def test_the_acceptance_sheet_is_signed_by_all_five_parts(office: Office) -> None:
    item = office.command(COORDINATOR, "case.order-rectification", correction(), new_case(office)["id"])
    item_step(office, item, "report", OFFICER, **DONE)
    item_step(office, item, "check", OFFICER, **CHECK)
    signers = ACCEPT["signers"]
    short = refused(office, COORDINATOR, "rectification.accept", {**ACCEPT, "signers": signers[:4]}, item["id"])
    assert (short.code, short.facts["missing"]) == ("cases.signers-missing", ["coordinator"])
    none = refused(office, COORDINATOR, "rectification.accept", {**ACCEPT, "signers": []}, item["id"])
    assert (none.code, none.field, len(none.facts["missing"])) == ("cases.signers-missing", "signers", 5)
    item = item_step(office, item, "accept", **ACCEPT)
    assert len(item["facts"]["signers"]) == 5


def test_at_the_acceptance_land_tillage_and_township_are_on_site(office: Office) -> None:
    """domain.md 3.7; whom it needs is a row of the configuration."""
    item = office.command(COORDINATOR, "case.order-rectification", correction(), new_case(office)["id"])
    item_step(office, item, "report", OFFICER, **DONE)
    item_step(office, item, "check", OFFICER, **CHECK)
    alone = [{"name": name, "agency": "natural_resources"} for name in ("张三", "李四")]
    said = refused(office, COORDINATOR, "rectification.accept", {**ACCEPT, "members": alone}, item["id"])
    assert (said.code, said.kind, said.field) == ("cases.acceptance-members-missing", "conflict", "members")
    assert said.facts["missing"] == ["agriculture", "township"]
    item_step(office, item, "accept", **ACCEPT)
    told = office.events(item["id"])[-1].payload
    assert (told["members"], [one["agency"] for one in told["on_site"]]) == (
        ["丙", "丁", "戊"],
        ["natural_resources", "agriculture", "township"],
    )


def test_more_than_the_township_reported_is_accepted_with_an_account_only(office: Office) -> None:
    item = office.command(COORDINATOR, "case.order-rectification", correction(), new_case(office)["id"])
    item_step(office, item, "report", OFFICER, **{**DONE, "rectified_area_m2": 500})
    item_step(office, item, "check", OFFICER, **CHECK)
    more = {**ACCEPT, "rectified_area_m2": 2000}
    said = refused(office, COORDINATOR, "rectification.accept", more, item["id"])
    assert (said.code, said.kind, said.field) == ("cases.more-than-reported", "invalid-input", "account")
    assert (said.facts["given_m2"], said.facts["reported_m2"]) == (2000.0, 500.0)
    item = item_step(office, item, "accept", **more, account="上报后又清理一片，现场实测")
    assert item["rectified_area_m2"] == 2000.0
    assert office.events(item["id"])[-1].payload["account"] == "上报后又清理一片，现场实测"


@pytest.mark.parametrize("passed", [True, False])
def test_the_next_season_is_looked_at_and_land_that_came_back_is_a_new_clue(office: Office, passed: bool) -> None:
    """R05."""
    case = investigating(office)
    item = strike_off(office, case)
    assert clock_of(item, "R05")["due_on"] == "2026-10-20"
    office.days_pass(150)
    if passed:
        item = item_step(office, item, "recheck", OFFICER, passed=True, account="已播种", **papers("recheck_record"))
        assert (item["state"], item["due_on"]) == ("struck_off", None)
        return
    body = {"passed": False, "account": "又堆砂", **papers("recheck_record")}
    assert refused(office, OFFICER, "rectification.recheck", body, item["id"]).code == "cases.rebound-area"
    item = item_step(office, item, "recheck", OFFICER, **body, rebound_area_m2=1000)
    assert (item["state"], item["remaining_area_m2"], item["struck_off_at"]) == ("reopened", 1000.0, None)
    clue = office.query(OFFICER, "clue.get", id=item["facts"]["rebound_clue_ids"][0])
    assert (clue["state"], clue["area_m2"], item["item_no"] in clue["description"]) == ("received", 1000.0, True)
    assert item_step(office, item, "set-plan", **plan())["state"] == "plan_set"
    assert today(office)
