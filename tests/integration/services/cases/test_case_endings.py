"""Enforcement, closing, reopening and two cases about one act: their paths and refusals (domain.md 3.2, 8.5)."""

from typing import Any

import pytest

from tests.integration.services.cases.office import (
    COORDINATOR,
    Office,
    papers,
)
from tests.integration.services.cases.path_people import (
    DEPUTY,
    clock_of,
    decided,
    decision,
    get_case,
    investigating,
    new_case,
    noticed,
    performing,
    refused,
    step,
    today,
    under_review,
)

pytestmark = pytest.mark.evidence_not_asked


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def test_the_court_is_asked_after_the_demand_and_before_three_months_are_over(office: Office) -> None:
    """Path j of domain.md 8.5."""
    case = performing(office)
    terms = {rule: clock_of(case, rule)["due_on"] for rule in ("D19", "D20", "D22")}
    demand = papers("demand_notice")
    early = refused(
        office, COORDINATOR, "case.demand", {"served_at": office.clock.at.isoformat(), **demand}, case["id"]
    )
    assert (early.code, early.facts["law"]) == ("cases.remedy-term-running", "AEL 53")
    while today(office) <= terms["D20"]:
        office.days_pass(1)
    case = step(office, case, "demand", served_at=office.clock.at.isoformat(), **demand)
    waiting = clock_of(case, "D23")["due_on"]
    apply = {"court": "中宁县人民法院", **papers("court_application")}
    soon = refused(office, COORDINATOR, "case.apply-to-court", {**apply, "applied_on": today(office)}, case["id"])
    assert (soon.code, soon.facts["until"], soon.facts["law"]) == ("cases.demand-running", waiting, "AEL 54")
    while today(office) <= terms["D22"]:
        office.days_pass(1)
    late = refused(office, COORDINATOR, "case.apply-to-court", {**apply, "applied_on": today(office)}, case["id"])
    assert (late.code, late.facts["until"], late.facts["law"]) == ("cases.court-too-late", terms["D22"], "AEL 53")
    # In time, entered a day late.
    case = step(office, case, "apply-to-court", **apply, applied_on=today(office, -1))
    assert (case["state"], clock_of(case, "D24")["limit"]) == ("court_applied", 5)
    case = step(office, case, "court-accept", accepted_on=today(office))
    assert clock_of(case, "D25")["limit"] == 7
    accepted_on = today(office)
    office.days_pass(1)
    case = step(office, case, "court-accept", accepted_on=accepted_on, hears_parties=True)
    heard = clock_of(case, "D25L")
    assert (heard["limit"], heard["unit"], heard["started_at"][:10]) == (30, "calendar_day", accepted_on)
    assert clock_of(case, "D25")["met_at"] is not None
    twice = {"accepted_on": accepted_on, "hears_parties": True}
    assert refused(office, COORDINATOR, "case.court-accept", twice, case["id"]).code == "cases.clock-not-running"
    case = step(
        office, case, "court-rule", granted=False, ruled_on=today(office), ruling_no="r", **papers("court_ruling")
    )
    no = refused(office, COORDINATOR, "case.execute", papers("performance_record"), case["id"])
    assert (no.code, no.facts["law"]) == ("cases.court-refused", "AEL 57")
    close = {"ground": "other", "reason": "不准予执行", **papers("closing_approval")}
    assert refused(office, COORDINATOR, "case.close", close, case["id"]).code == "role-not-allowed"
    assert step(office, case, "close", DEPUTY, **close)["state"] == "closed"


def applied(office: Office) -> dict[str, Any]:
    """Before the court, in the last days of the party's remedies."""
    case = performing(office)
    while today(office) <= clock_of(case, "D20")["due_on"]:
        office.days_pass(1)
    case = step(office, case, "demand", served_at=office.clock.at.isoformat(), **papers("demand_notice"))
    while today(office) <= clock_of(case, "D23")["due_on"]:
        office.days_pass(1)
    return apply_again(office, case)


def apply_again(office: Office, case: Any) -> dict[str, Any]:
    body = {"court": "中宁县人民法院", "applied_on": today(office), **papers("court_application")}
    return step(office, case, "apply-to-court", **body)


def test_a_refused_application_goes_to_the_higher_court_within_fifteen_days(office: Office) -> None:
    case = applied(office)
    ruling = {"granted": True, "ruled_on": today(office), "ruling_no": "裁", **papers("court_ruling")}
    ask = {"court": "中卫市中级人民法院", "asked_on": today(office), **papers("higher_court_request")}
    asked = refused(office, COORDINATOR, "case.ask-higher-court", ask, case["id"])
    assert (asked.code, asked.facts["rule"]) == ("cases.clock-not-running", "D24R")
    twice = {"court": "院", "applied_on": today(office), **papers("court_application")}
    again = refused(office, COORDINATOR, "case.apply-to-court", twice, case["id"])
    assert (again.code, again.facts["law"]) == ("cases.court-not-refused", "AEL 56")
    body = {"refused_on": today(office), "ruling_no": "不受1"}
    bare = refused(office, COORDINATOR, "case.court-refuse", body, case["id"])
    assert bare.facts["missing"] == ["court_refusal"]
    case = step(office, case, "court-refuse", **body, **papers("court_refusal"))
    term = clock_of(case, "D24R")
    assert (term["limit"], term["unit"], term["started_at"][:10]) == (15, "calendar_day", today(office))
    assert (clock_of(case, "D24")["met_at"] is not None, case["procedure"]["court"]) == (True, "refused")
    assert refused(office, COORDINATOR, "case.court-rule", ruling, case["id"]).code == "cases.court-not-accepted"
    while today(office) <= term["due_on"]:
        office.days_pass(1)
    late = refused(office, COORDINATOR, "case.ask-higher-court", {**ask, "asked_on": today(office)}, case["id"])
    assert (late.code, late.facts["until"]) == ("cases.higher-court-late", term["due_on"])
    # In time, entered a day late.
    case = step(office, case, "ask-higher-court", **{**ask, "asked_on": term["due_on"]})
    assert (clock_of(case, "D24R")["met_at"] is not None, case["procedure"]["court"]) == (True, "higher_asked")
    assert refused(office, COORDINATOR, "case.court-rule", ruling, case["id"]).code == "cases.court-not-accepted"
    case = step(office, case, "court-accept", accepted_on=today(office))
    assert (clock_of(case, "D25")["limit"], case["procedure"]["court"]) == (7, "accepted")


def test_an_application_that_was_refused_is_made_again_or_given_up_by_a_leader(office: Office) -> None:
    case = applied(office)
    no = {"refused_on": today(office), "ruling_no": "不受1", **papers("court_refusal")}
    step(office, case, "court-refuse", **no)
    case = apply_again(office, case)
    assert (clock_of(case, "D24")["met_at"], clock_of(case, "D24R")["met_at"] is not None) == (None, True)
    other = {"ground": "other", "reason": "放弃申请", **papers("closing_approval")}
    assert refused(office, DEPUTY, "case.close", other, case["id"]).code == "cases.court-not-refused"
    step(office, case, "court-refuse", **no)
    ask = {"court": "中院", "asked_on": today(office), **papers("higher_court_request")}
    step(office, case, "ask-higher-court", **ask)
    # The higher court's refusal is final: nobody is asked again.
    case = step(office, case, "court-refuse", **no)
    assert (clock_of(case, "D24R")["met_at"] is not None, case["procedure"]["court"]) == (True, "refused")
    assert refused(office, COORDINATOR, "case.ask-higher-court", ask, case["id"]).code == "cases.clock-not-running"
    as_applied = {"ground": "enforcement_applied", **papers("closing_approval")}
    wrong = refused(office, COORDINATOR, "case.close", as_applied, case["id"])
    assert (wrong.code, wrong.facts["law"]) == ("cases.court-not-accepted", "AEL 56; NRP 46")
    assert refused(office, COORDINATOR, "case.close", other, case["id"]).code == "role-not-allowed"
    assert step(office, case, "close", DEPUTY, **other)["closing_ground"] == "other"


def test_the_remedy_that_was_taken_holds_the_enforcement_up_and_starts_its_term_anew(office: Office) -> None:
    case = performing(office)
    step(office, case, "record-remedy", kind="suit", since=today(office))
    demand = {"served_at": office.clock.at.isoformat(), **papers("demand_notice")}
    assert refused(office, COORDINATOR, "case.demand", demand, case["id"]).code == "cases.remedy-running"
    office.days_pass(20)
    case = step(office, case, "end-remedy", upheld=True, ended_on=today(office), document_no="判1")
    assert clock_of(case, "D22")["started_at"][:10] == today(office)
    demand["served_at"] = office.clock.at.isoformat()
    assert step(office, case, "demand", **demand)["state"] == "demanded"


def test_a_confiscated_building_is_handed_to_the_government_before_the_case_is_executed(office: Office) -> None:
    case = performing(office, ("confiscate_buildings",))
    term = clock_of(case, "D26")
    assert (term["limit"], term["unit"], term["started_at"][:10]) == (90, "calendar_day", today(office))
    step(office, case, "execute", **papers("performance_record"))
    close = {"ground": "executed", **papers("closing_approval")}
    no = refused(office, COORDINATOR, "case.close", close, case["id"])
    assert (no.code, no.facts["law"]) == ("cases.building-not-handed", "LALR 58; NRP 43")
    body = {"handed_on": today(office), "received_by": "县机关事务服务中心"}
    bare = refused(office, COORDINATOR, "case.hand-building", body, case["id"])
    assert bare.facts["missing"] == ["building_receipt"]
    handed = step(office, case, "hand-building", **body, **papers("building_receipt"))
    assert clock_of(handed, "D26")["met_at"] is not None
    twice = refused(office, COORDINATOR, "case.hand-building", body, case["id"])
    assert (twice.code, twice.facts["rule"]) == ("cases.clock-not-running", "D26")
    assert step(office, case, "close", **close)["state"] == "closed"


def test_a_revoked_decision_confiscates_nothing(office: Office) -> None:
    case = performing(office, ("confiscate_buildings",))
    step(office, case, "record-remedy", kind="suit", since=today(office))
    case = step(office, case, "end-remedy", upheld=False, ended_on=today(office), document_no="判1")
    assert clock_of(case, "D26")["met_at"] is not None
    office.days_pass(10)
    other = performing(office)
    assert "D26" not in {clock["rule_id"] for clock in other["deadlines"]}


def published(office: Office, case: Any) -> dict[str, Any]:
    return step(office, case, "publish-decision", published_on=today(office), address="县自然资源局网站")


def test_a_published_decision_that_is_revoked_is_withdrawn_in_three_working_days(office: Office) -> None:
    case = published(office, performing(office))
    assert case["procedure"]["decision_published_on"] == today(office)
    withdraw = {"withdrawn_on": today(office), "reason": "决定被撤销"}
    early = refused(office, COORDINATOR, "case.withdraw-publication", withdraw, case["id"])
    assert (early.code, early.facts["rule"]) == ("cases.clock-not-running", "D27")
    twice = {"published_on": today(office), "address": "网站"}
    again = refused(office, COORDINATOR, "case.publish-decision", twice, case["id"])
    assert (again.code, again.facts["law"]) == ("cases.decision-published", "APL 48")
    step(office, case, "record-remedy", kind="reconsideration", since=today(office))
    office.days_pass(20)
    case = step(office, case, "end-remedy", upheld=False, ended_on=today(office), document_no="复1")
    term = clock_of(case, "D27")
    assert (term["limit"], term["unit"], term["started_at"][:10]) == (3, "working_day", today(office))
    case = step(office, case, "withdraw-publication", withdrawn_on=today(office), reason="决定被撤销")
    assert (clock_of(case, "D27")["met_at"] is not None, case["procedure"]["decision_published_on"]) == (True, None)
    assert refused(office, COORDINATOR, "case.publish-decision", twice, case["id"]).code == "cases.decision-revoked"


def test_a_reopening_that_revokes_a_published_decision_is_not_closed_before_it_is_withdrawn(office: Office) -> None:
    case = published(office, performing(office))
    step(office, case, "execute", **papers("performance_record"))
    step(office, case, "close", ground="executed", **papers("closing_approval"))
    order = {"ground": "superior_order", "order_no": "督1", "reason": "处罚不当", **papers("reopening_order")}
    case = step(office, case, "reopen", DEPUTY, revokes_penalty=True, **order)
    assert (clock_of(case, "D27")["limit"], clock_of(case, "D10")["met_at"]) == (3, None)
    close = {"ground": "other", "reason": "不再处理", **papers("closing_approval")}
    no = refused(office, DEPUTY, "case.close", close, case["id"])
    assert (no.code, no.facts["law"]) == ("cases.publication-stands", "APL 48")
    step(office, case, "withdraw-publication", withdrawn_on=today(office), reason="决定被撤销")
    assert step(office, case, "close", DEPUTY, **close)["state"] == "closed"


def test_an_upheld_or_unpublished_decision_is_not_withdrawn(office: Office) -> None:
    upheld = published(office, performing(office))
    office.days_pass(10)
    unknown = performing(office)
    for case, stands in ((upheld, True), (unknown, False)):
        step(office, case, "record-remedy", kind="suit", since=today(office))
        step(office, case, "end-remedy", upheld=stands, ended_on=today(office), document_no="判1")
        assert "D27" not in {clock["rule_id"] for clock in get_case(office, case)["deadlines"]}


def test_a_late_fine_grows_by_three_per_cent_a_day_but_never_beyond_itself(office: Office) -> None:
    """Path i of domain.md 8.5."""
    case = performing(office, ("fine",), 4000)
    due = clock_of(case, "D18")["due_on"]
    while today(office) <= due:
        office.days_pass(1)
    office.days_pass(19)  # 20 days after the due date
    own = {"paid_on": today(office), "amount_yuan": 100, "collected_by": "中宁县自然资源局"}
    assert refused(office, COORDINATOR, "case.record-payment", own, case["id"]).facts["law"] == "APL 67"
    pay = {**own, "collected_by": "代收银行"}
    most = refused(office, COORDINATOR, "case.record-payment", {**pay, "amount_yuan": 6400.01}, case["id"])
    assert (most.code, most.facts["owed_yuan"]) == ("cases.amount-not-owed", 6400.0)  # 4000 + 20 x 3% x 4000
    office.days_pass(40)
    pay["paid_on"] = today(office)
    more = refused(office, COORDINATOR, "case.record-payment", {**pay, "amount_yuan": 9000}, case["id"])
    assert more.facts["owed_yuan"] == 8000.0
    paid = step(office, case, "record-payment", **{**pay, "amount_yuan": 8000})
    assert (paid["procedure"]["penalty"]["paid_yuan"], paid["procedure"]["penalty"]["added_yuan"]) == (8000.0, 4000.0)


def test_the_grounds_of_closing_belong_to_their_states(office: Office) -> None:
    case = investigating(office)
    step(office, case, "terminate", ground="no_fact", reason="事实不成立", **papers("termination_approval"))
    wrong = refused(office, COORDINATOR, "case.close", {"ground": "executed", **papers("closing_approval")}, case["id"])
    assert (wrong.code, wrong.facts["law"], wrong.facts["allowed"]) == (
        "cases.outcome-not-allowed",
        "NRP 46",
        ["terminated"],
    )
    step(office, case, "close", ground="terminated", **papers("closing_approval"))
    case = step(office, case, "archive", archive_no="档1", **papers("archive_index"))
    assert (case["state"], case["due_on"]) == ("archived", None)


def test_a_closed_case_is_reopened_by_order_only_and_not_fined_twice(office: Office) -> None:
    case = performing(office, ("fine",), 4000)
    step(office, case, "execute", **papers("performance_record"))
    step(office, case, "close", ground="executed", **papers("closing_approval"))
    body = {"ground": "superior_order", "order_no": "督1", "reason": "处罚不当", "revokes_penalty": False}
    assert (
        refused(office, COORDINATOR, "case.reopen", {**body, "ground": "own_idea"}, case["id"]).kind == "invalid-input"
    )
    assert refused(office, COORDINATOR, "case.reopen", body, case["id"]).facts["missing"] == ["reopening_order"]
    case = step(office, case, "reopen", DEPUTY, **body, **papers("reopening_order"))
    assert (case["state"], case["closed_at"], clock_of(case, "D10")["met_at"]) == ("reopened", None, None)
    step(office, case, "review", **papers("case_review_record"))
    served = {
        "intended_penalty": "罚",
        "served_at": office.clock.at.isoformat(),
        "measures": ["fine"],
        "fine_yuan": 100,
    }
    step(office, case, "notice", **served, **papers("penalty_notice"))
    office.days_pass(20)
    twice = refused(office, COORDINATOR, "case.decide", decision(measures=["fine"], fine_yuan=100), case["id"])
    assert (twice.code, twice.facts["law"], twice.facts["cases"]) == (
        "cases.fined-already",
        "APL 29",
        [case["case_no"]],
    )


HOMESTEAD: dict[str, Any] = {"violation_types": ["VT04"], "party_name": "某村民", "party_kind": "person"}


def test_two_agencies_about_one_homestead_the_first_to_file_keeps_it(office: Office) -> None:
    """Path b of domain.md 8.5."""
    first = new_case(office, **HOMESTEAD, lead_agency="agriculture")
    office.days_pass(1)
    later = new_case(office, **HOMESTEAD, lead_agency="natural_resources")
    body = {"other_case_id": first["id"], "disputed": False, "reason": "同一宅基地"}
    bare = refused(office, COORDINATOR, "case.report-conflict", body, later["id"])
    assert bare.facts["missing"] == ["jurisdiction_letter"]
    closed = step(office, later, "report-conflict", **body, **papers("jurisdiction_letter"))
    assert (closed["state"], closed["closing_ground"]) == ("closed", "jurisdiction_transferred")
    assert closed["procedure"]["transferred_to"] == first["case_no"]
    kept = get_case(office, first)
    assert (kept["state"], [one["case_no"] for one in kept["procedure"]["same_acts"]]) == ("filed", [later["case_no"]])
    away = {"ground": "superior_order", "order_no": "1", "reason": "r", "revokes_penalty": False}
    again = refused(office, COORDINATOR, "case.reopen", {**away, **papers("reopening_order")}, later["id"])
    assert (again.code, again.facts["law"]) == ("cases.transferred-away", "APL 25")


def test_a_dispute_goes_to_the_coordinator_and_holds_both_up(office: Office) -> None:
    first = under_review(office)
    office.days_pass(1)
    later = new_case(office, **HOMESTEAD, lead_agency="agriculture")
    body = {"other_case_id": later["id"], "disputed": True, "reason": "都主张管辖"}
    case = step(office, first, "report-conflict", **body)
    assert case["state"] == "under_review"
    assert clock_of(get_case(office, later), "D28")["limit"] == 7
    served = {"intended_penalty": "恢复", "measures": ["restore"], "served_at": office.clock.at.isoformat()}
    held = refused(office, COORDINATOR, "case.notice", {**served, **papers("penalty_notice")}, first["id"])
    assert (held.code, held.facts["law"]) == ("cases.jurisdiction-disputed", "APL 25; NRP 10")
    third = new_case(office)
    ruling = {"keeps_case_id": third["id"], "reason": "县政府指定", **papers("jurisdiction_letter")}
    assert refused(office, COORDINATOR, "case.settle-jurisdiction", ruling, first["id"]).code == "cases.not-in-dispute"
    settled = step(office, first, "settle-jurisdiction", **{**ruling, "keeps_case_id": later["id"]})
    assert (settled["state"], settled["closing_ground"]) == ("closed", "jurisdiction_transferred")
    kept = get_case(office, later)
    assert (kept["state"], clock_of(kept, "D28")["met_at"] is not None) == ("filed", True)
    assert not kept["procedure"]["same_acts"][0]["disputed"]


def test_one_act_is_not_fined_in_two_cases(office: Office) -> None:
    first = decided(office, ("fine",), 4000)
    later = noticed(office, measures=["fine"], fine_yuan=4000)
    body = {"other_case_id": later["id"], "disputed": True, "reason": "同一行为"}
    step(office, first, "report-conflict", **body)
    settle = {"keeps_case_id": first["id"], "reason": "先立案", **papers("jurisdiction_letter")}
    office.days_pass(20)
    assert refused(office, COORDINATOR, "case.decide", decision(measures=["fine"], fine_yuan=1), later["id"]).code == (
        "cases.jurisdiction-disputed"
    )
    assert step(office, later, "settle-jurisdiction", **settle)["state"] == "closed"
