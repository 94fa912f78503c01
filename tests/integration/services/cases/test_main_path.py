"""From the report of a clue to the closed case and the item struck off, through the dispatcher."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.rectification import Rectification
from services.cases.storage.repository import CaseStore, ClueStore, RectificationStore
from shared.aggregate import replay
from shared.contracts.catalogue import of_source
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OFFICERS,
    Office,
    Refused,
    acceptance,
    correction,
    filed,
    filing,
    papers,
    verified,
)
from tests.integration.services.cases.path_people import freed

pytestmark = pytest.mark.evidence_not_asked

EVENTS = {event.type: event for event in of_source("cases")}


def step(office: Office, case: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
    return office.command(COORDINATOR, f"case.{verb}", body, case["id"])


def up_to_notice(office: Office, case: dict[str, Any]) -> None:
    step(office, case, "investigate", **OFFICERS)
    freed(office, case)
    step(office, case, "conclude", conclusion="事实清楚", **papers("investigation_report", "evidence_list"))
    step(office, case, "review", **papers("case_review_record"))
    served_at = office.clock.at.isoformat()
    told = {"intended_penalty": "恢复", "measures": ["restore"]}
    step(office, case, "notice", **told, served_at=served_at, **papers("penalty_notice"))


def decision() -> dict[str, Any]:
    said = {"decision": "限期恢复", "decision_no": "中宁自然资罚〔2026〕1号", "measures": ["restore"]}
    return {**said, **papers("penalty_decision")}


def close_case(office: Office, case: dict[str, Any]) -> dict[str, Any]:
    up_to_notice(office, case)
    office.days_pass(10)
    step(office, case, "decide", **decision())
    served_at = office.clock.at.isoformat()
    step(office, case, "serve", service_method="direct", served_at=served_at, **papers("service_receipt"))
    step(office, case, "perform")
    step(office, case, "execute", **papers("performance_record"))
    return step(office, case, "close", ground="executed", **papers("closing_approval"))


def strike_off(office: Office, case: dict[str, Any], until: str = "strike-off") -> dict[str, Any]:
    """until: the last step that is taken."""
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    done = {"rectified_area_m2": 8400}
    report = {**done, "account": "已拆除", **papers("rectification_report")}
    check = {"passed": True, "account": "属实", **papers("township_check_record")}
    accept = acceptance(**done)
    office.command(OFFICER, "rectification.report", report, item["id"])
    office.command(OFFICER, "rectification.check", check, item["id"])
    office.command(COORDINATOR, "rectification.accept", accept, item["id"])
    asked = office.command(COORDINATOR, "rectification.request-review", papers("review_result"), item["id"])
    if until == "request-review":
        return asked
    return office.command(COORDINATOR, "rectification.strike-off", papers("strike_off_sheet"), item["id"])


def test_a_clue_goes_all_the_way_to_closed_and_struck_off(office: Office) -> None:
    case = filed(office)
    assert case["case_no"] == "ZW-CA-640521-2026-00001"
    assert case["division_name"] == "中宁县恩和镇"
    assert case["area_mu"] == 12.6
    item = strike_off(office, case)
    # The next crop season is looked at again (R05).
    assert (item["state"], item["remaining_area_m2"], item["due_on"]) == ("struck_off", 0.0, "2026-10-20")
    closed = close_case(office, case)
    assert (closed["state"], closed["closing_ground"], closed["version"]) == ("closed", "executed", 12)
    assert closed["rectification_ids"] == [item["id"]]
    assert office.query(COORDINATOR, "cases.statistics") == {
        "clues_by_state": {"to_case": 1},
        "cases_by_state": {"closed": 1},
        "rectifications_by_state": {"struck_off": 1},
        "joint_actions_by_state": {},
    }


def test_the_timeline_tells_every_step_with_who_when_and_why(office: Office) -> None:
    case = filed(office)
    item = strike_off(office, case)
    close_case(office, case)
    whole = office.query(COORDINATOR, "case.timeline", id=case["id"])["items"]
    # What the system proposed beside the case stands in it too.
    assert {entry["object"] for entry in whole} == {"clue", "case", "rectification", "listing", "action_proposal"}
    told = [entry for entry in whole if entry["object"] in ("clue", "case", "rectification")]
    assert [entry["what"] for entry in told] == [
        event.type for event in office.events(case["clue_id"], case["id"], item["id"])
    ]
    assert len(told) == 24
    assert {entry["actor_name"] for entry in told} == {"王协调", "李乡镇"}
    assert all(entry["title"] and datetime.fromisoformat(entry["at"]) for entry in told)
    assert told[0]["title"] == "线索登记"
    assert next(entry["title"] for entry in told if entry["object"] == "case") == "立案"
    opened = next(entry for entry in told if entry["title"] == "立案")
    assert opened["reason"] == "符合立案条件"
    assert [document["kind"] for document in opened["documents"]] == ["filing_approval"]
    states = [entry["to_state"] for entry in told if entry["object"] == "clue"]
    assert states == ["received", "assigned", "signed", "verifying", "opinion_submitted", "to_case"]


def test_replaying_the_log_gives_the_rows_that_are_stored(office: Office) -> None:
    case = filed(office)
    item = strike_off(office, case)
    close_case(office, case)
    stores: list[tuple[Any, Any, str]] = [
        (Clue, ClueStore(), case["clue_id"]),
        (Case, CaseStore(), case["id"]),
        (Rectification, RectificationStore(), item["id"]),
    ]
    for kind, store, id_ in stores:
        again = kind(id=UUID(id_))
        replay(again, [EVENTS[event.type].model_validate(event.payload) for event in office.events(id_)])
        with office.parts.engine.connect() as connection:
            assert store.get(connection, UUID(id_)) == again


def test_deciding_before_the_partys_term_is_over_is_refused(office: Office) -> None:
    office.days_pass(50)  # 2026-06-09, as in the worked example
    case = filed(office)
    up_to_notice(office, case)
    office.days_pass(7)
    with pytest.raises(Refused) as caught:
        step(office, case, "decide", **decision())
    assert (caught.value.code, caught.value.facts) == (
        "cases.notice-period-running",
        {"until": "2026-06-16", "law": "NRP 33"},
    )
    office.days_pass(1)
    assert step(office, case, "decide", **decision())["state"] == "decided"


def test_a_notice_is_not_served_before_the_case_was_filed(office: Office) -> None:
    office.days_pass(2)
    case = filed(office)
    noticed = office.clock.at.isoformat()
    step(office, case, "investigate", **OFFICERS)
    step(office, case, "conclude", conclusion="事实清楚", **papers("investigation_report", "evidence_list"))
    step(office, case, "review", **papers("case_review_record"))
    notice = {"intended_penalty": "恢复", "measures": ["restore"], **papers("penalty_notice")}
    with pytest.raises(Refused) as caught:
        step(office, case, "notice", **notice, served_at=(office.clock.at - timedelta(days=1)).isoformat())
    assert (caught.value.code, caught.value.field) == ("cases.before-earlier-step", "served_at")
    assert caught.value.facts["earlier"] == noticed
    same_day = office.clock.at - timedelta(hours=1)
    assert step(office, case, "notice", **notice, served_at=same_day.isoformat())["state"] == "noticed"


def test_a_decision_is_not_served_before_it_was_made(office: Office) -> None:
    case = filed(office)
    up_to_notice(office, case)
    office.days_pass(10)
    step(office, case, "decide", **decision())
    serve = {"service_method": "direct", **papers("service_receipt")}
    with pytest.raises(Refused) as caught:
        step(office, case, "serve", **serve, served_at=(office.clock.at - timedelta(days=1)).isoformat())
    assert (caught.value.kind, caught.value.code, caught.value.field) == (
        "invalid-input",
        "cases.before-earlier-step",
        "served_at",
    )
    same_day = office.clock.at - timedelta(hours=1)
    assert step(office, case, "serve", **serve, served_at=same_day.isoformat())["state"] == "served"


def test_clocks_of_the_first_steps_are_those_of_the_worked_example(office: Office) -> None:
    clue = office.command(
        COORDINATOR,
        "clue.report",
        {"source": "patrol", "division_code": "640521104000", "place": "恩和镇", "description": "堆砂"},
    )
    clue = office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    due = {clock["rule_id"]: clock["due_on"] for clock in clue["deadlines"]}
    assert (due["D01"], due["D03"]) == ("2026-04-21", "2026-04-27")
    assert clue["due_on"] == "2026-04-21"
    clue = office.command(OFFICER, "clue.sign", {}, clue["id"])
    assert next(clock for clock in clue["deadlines"] if clock["rule_id"] == "D01")["met_at"] is not None
    office.days_pass(2)
    clue = office.command(OFFICER, "clue.start-verification", OFFICERS, clue["id"])
    due = {clock["rule_id"]: clock["due_on"] for clock in clue["deadlines"]}
    assert due["D08"] == "2026-05-09"  # a working Saturday


def test_the_penalty_clock_runs_ninety_days_from_filing(office: Office) -> None:
    office.days_pass(4)
    case = filed(office)
    clocks = office.query(COORDINATOR, "case.deadlines", id=case["id"])["items"]
    penalty = next(clock for clock in clocks if clock["rule_id"] == "D10")
    assert (penalty["due_on"], penalty["provisional"], penalty["limit"]) == ("2026-07-23", False, 90)
    assert clocks[0]["met_at"] is None


def test_a_due_date_in_a_year_without_calendar_is_provisional_and_stops_nobody(office: Office) -> None:
    office.days_pass(250)  # 2026-12-26
    case = filed(office)
    clocks = office.query(COORDINATOR, "case.deadlines", id=case["id"])["items"]
    start = next(clock for clock in clocks if clock["rule_id"] == "D08")
    assert start["provisional"]
    assert start["due_on"] == "2027-01-08"


def test_a_missing_document_is_named(office: Office) -> None:
    clue = verified(office)
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "clue.file-case", filing(documents=[]), clue["id"])
    assert (caught.value.code, caught.value.kind, caught.value.field) == (
        "cases.document-missing",
        "conflict",
        "documents",
    )
    assert caught.value.facts["missing"] == ["filing_approval"]


def test_a_legal_clue_is_closed_and_never_becomes_a_case(office: Office) -> None:
    proof = {"approval_no": "宁政土批1号", "approval_share": 100}
    clue = verified(office, opinion="legal", proof=proof)
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])
    assert caught.value.code == "cases.outcome-not-allowed"
    assert office.command(COORDINATOR, "clue.close", {"reason": "有批文"}, clue["id"])["state"] == "closed_legal"


def test_strike_off_with_area_remaining_is_refused(office: Office) -> None:
    case = filed(office)
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    part = {"rectified_area_m2": 8000.5}
    office.command(
        OFFICER, "rectification.report", {**part, "account": "完成", **papers("rectification_report")}, item["id"]
    )
    check = {"passed": True, "account": "属实", **papers("township_check_record")}
    office.command(OFFICER, "rectification.check", check, item["id"])
    accept = acceptance(**part)
    office.command(COORDINATOR, "rectification.accept", accept, item["id"])
    office.command(COORDINATOR, "rectification.request-review", papers("review_result"), item["id"])
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "rectification.strike-off", papers("strike_off_sheet"), item["id"])
    assert (caught.value.code, caught.value.facts) == (
        "cases.area-remaining",
        {"remaining_area_m2": 399.5, "law": "HOUSE.rectification"},
    )
    # The rest is worked on and reported again.
    again = office.command(OFFICER, "rectification.report", {"rectified_area_m2": 8400, "account": "补做"}, item["id"])
    assert (again["state"], again["remaining_area_mu"]) == ("reported", 0.0)


def test_a_failed_township_check_goes_back_under_the_same_term(office: Office) -> None:
    case = filed(office)
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    report = {"rectified_area_m2": 8400, "account": "完成", **papers("rectification_report")}
    office.command(OFFICER, "rectification.report", report, item["id"])
    back = office.command(OFFICER, "rectification.check", {"passed": False, "account": "未清理"}, item["id"])
    assert (back["state"], back["rectified_area_m2"], back["due_on"]) == ("rectifying", 0.0, item["term_on"])
    entry = office.query(COORDINATOR, "case.timeline", id=case["id"])["items"][-1]
    assert entry["title"] == "乡镇核查未通过"


def checked(office: Office, pbf_area_m2: int = 4200, **changes: Any) -> dict[str, Any]:
    """An item that has passed its township check. pbf_area_m2: of its case."""
    order = correction(**changes)
    clue = verified(office, pbf_area_m2=pbf_area_m2)
    case = office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])
    item = office.command(COORDINATOR, "case.order-rectification", order, case["id"])
    report = {"rectified_area_m2": 8400, "account": "完成", **papers("rectification_report")}
    office.command(OFFICER, "rectification.report", report, item["id"])
    check = {"passed": True, "account": "属实", **papers("township_check_record")}
    return office.command(OFFICER, "rectification.check", check, item["id"])


@pytest.mark.parametrize("state", ["needs_levelling", "needs_topsoil", "seriously_destroyed"])
def test_land_that_cannot_be_sown_is_not_accepted(shared_office: Office, state: str) -> None:
    office = shared_office
    item = checked(office)
    accept = acceptance(rectified_area_m2=8400)
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "rectification.accept", {**accept, "tillage_state": state}, item["id"])
    assert (caught.value.kind, caught.value.code, caught.value.field) == (
        "conflict",
        "cases.tillage-not-restored",
        "tillage_state",
    )
    accept["tillage_state"] = "ready_to_sow"
    assert office.command(COORDINATOR, "rectification.accept", accept, item["id"])["state"] == "accepted_county"


def test_where_only_formalities_were_completed_no_tillage_is_asked_for(shared_office: Office) -> None:
    office = shared_office
    item = checked(office, pbf_area_m2=0, method="complete_formalities")
    accept = acceptance(rectified_area_m2=8400)
    accepted = office.command(
        COORDINATOR, "rectification.accept", {**accept, "tillage_state": "seriously_destroyed"}, item["id"]
    )
    assert accepted["state"] == "accepted_county"


def test_an_order_may_follow_the_closing_of_the_case(office: Office) -> None:
    case = filed(office)
    close_case(office, case)
    assert strike_off(office, case)["state"] == "struck_off"
