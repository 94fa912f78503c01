"""The second path tests of domain.md 8.5, and assertions 9 and 10 of 8.3: each on its own days, over the public API."""

import pytest

from tests.system.drill import (
    ACTING_CHIEF,
    CHIEF,
    DEPUTY,
    LEGAL,
    OFFICERS,
    SAND_YARD,
    Body,
    Drill,
    commission,
    decision,
)

pytestmark = pytest.mark.timeout(400)

TEAM: Body = {"team": ["王立新", "杨海燕"], "suspected_crime": "非法占用农用地罪", "report": "耕地种植条件严重毁坏。"}
PACKAGE = ("crime_transfer_letter", "investigation_report", "property_list", "police_receipt", "appraisal_opinion")


def reported(drill: Drill) -> tuple[str, str]:
    """The sand yard of the worked example up to step 20: a case, and its hand-over on the chief's desk."""
    drill.at("04-24")
    case = drill.investigating(areas=SAND_YARD, violation_types=["VT01", "VT03"])
    assert drill.due(case, "D10") == ["2026-07-23"]
    drill.at("05-08")
    drill.ask(case, "commission-appraisal", "appraisal_commission", **commission("05-08"))
    drill.at("05-25")
    drill.appraised("05-25", case)
    assert drill.due(case, "D10") == ["2026-08-09"]
    drill.at("05-26", "09:00")
    transfer = drill.transfer_of(case)
    drill.ask(transfer, "report", "transfer_report", **TEAM)
    assert drill.due(case, "T01") == ["2026-05-29"]
    return case, transfer


def handed_over(drill: Drill) -> tuple[str, str]:
    """As far as step 22: receipted by the police on 27 May."""
    case, transfer = reported(drill)
    drill.at("05-27", "10:00")
    drill.ask(transfer, "approve", by=CHIEF)
    assert drill.due(case, "T02") == ["2026-05-28 10:00"]
    received_at = drill.at("05-27", "16:30")
    drill.ask(
        transfer,
        "hand-over",
        *PACKAGE,
        police_organ="中宁县公安局",
        received_at=received_at.isoformat(),
        received_by="李警官",
        receipt_no="收1号",
        copied_to_procuratorate_on="2026-05-27",
    )
    assert drill.due(case, "T04", "T05") == ["2026-05-28 16:30", "2026-06-01"]
    return case, transfer


@pytest.mark.parametrize(
    ("verb", "paper", "state", "next_term"),
    [
        ("reconsider", "reconsideration_request", "reconsidering", {"T07": "2026-06-08"}),
        ("suggest-supervision", "supervision_suggestion", "proc_supervision", {}),
    ],
)
def test_a_the_police_refuse(drill: Drill, verb: str, paper: str, state: str, next_term: dict[str, str]) -> None:
    case, transfer = handed_over(drill)
    drill.at("06-01", "11:00")
    answer: Body = {"document_no": "不立1号", "received_on": "2026-06-01", "reason": "情节显著轻微。"}
    refused = drill.ask(transfer, "police-refuse", "police_reply", by="public-security", **answer)
    assert refused["state"] == "refused"
    clocks = drill.deadlines(case)
    assert (clocks["T05"]["met_at"] is not None, clocks["T06"]["due_on"]) == (True, "2026-06-04")
    # 17 days of the appraisal and 5 of the police: the penalty clock runs again.
    penalty = clocks["D10"]
    assert [(pause["reason"], pause["from_on"], pause["to_on"]) for pause in penalty["pauses"]] == [
        ("appraisal", "2026-05-08", "2026-05-25"),
        ("awaiting_police_or_procuratorate", "2026-05-27", "2026-06-01"),
    ]
    assert (penalty["due_on"], penalty["met_at"]) == ("2026-08-14", None)
    drill.at("06-05")
    late = drill.refused(transfer, verb, paper, asked_on="2026-06-05")
    assert (late["code"], late["facts"]["until"], late["facts"]["law"]) == ("cases.right-lost", "2026-06-04", "T310 9")
    # Asked on the last day, entered the day after: three calendar days of the police end on a Saturday.
    asked = drill.ask(transfer, verb, paper, asked_on="2026-06-04")
    assert asked["state"] == state
    clocks = drill.deadlines(case)
    assert {rule: clocks[rule]["due_on"] for rule in next_term} == next_term
    assert clocks["T06"]["met_at"] is not None


def test_b_two_agencies_file_the_same_homestead(drill: Drill) -> None:
    homestead: Body = {"violation_types": ["VT04"], "party_name": "某村民", "party_kind": "person"}
    drill.at("04-27")
    first = drill.filed("agriculture", **homestead)
    drill.at("04-28")
    later = drill.filed("natural_resources", **homestead)
    report: Body = {"other_case_id": first.removeprefix("/cases/"), "disputed": False, "reason": "同一宅基地。"}
    bare = drill.refused(later, "report-conflict", **report)
    assert (bare["code"], bare["facts"]["missing"]) == ("cases.document-missing", ["jurisdiction_letter"])
    closed = drill.ask(later, "report-conflict", "jurisdiction_letter", **report)
    kept = drill.house.coordinator.get(first)
    assert (closed["state"], closed["closing_ground"]) == ("closed", "jurisdiction_transferred")
    assert closed["procedure"]["transferred_to"] == kept["case_no"]
    assert (kept["state"], kept["filed_at"] < closed["filed_at"]) == ("filed", True)


def test_b_a_dispute_about_a_homestead_goes_to_the_coordinator(drill: Drill) -> None:
    homestead: Body = {"violation_types": ["VT04"], "party_name": "另一村民", "party_kind": "person"}
    drill.at("04-27")
    first = drill.filed("agriculture", **homestead)
    drill.at("04-28")
    later = drill.filed("natural_resources", **homestead)
    drill.ask(later, "report-conflict", other_case_id=first.removeprefix("/cases/"), disputed=True, reason="都主张。")
    assert drill.due(later, "D28") == ["2026-05-11"]
    mine = drill.house.coordinator.get("/me/deadlines")["items"]
    assert ("D28", "2026-05-11", later) in [
        (one["rule_id"], one["due_on"], f"/cases/{one['object_id']}") for one in mine
    ]
    assert {drill.house.coordinator.get(case)["state"] for case in (first, later)} == {"filed"}
    ruling: Body = {"keeps_case_id": later.removeprefix("/cases/"), "reason": "县政府指定。"}
    drill.refused(first, "settle-jurisdiction", by=DEPUTY, **ruling)
    drill.at("05-06")
    settled = drill.ask(first, "settle-jurisdiction", "jurisdiction_letter", **ruling)
    kept = drill.house.coordinator.get(later)
    assert (settled["state"], settled["procedure"]["transferred_to"]) == ("closed", kept["case_no"])
    assert kept["state"] == "filed"
    assert drill.deadlines(later)["D28"]["met_at"] is not None


def test_c_an_agency_without_power_fines_nobody(drill: Drill) -> None:
    drill.at("04-24")
    fine: Body = {"measures": ["fine"], "fine_yuan": 4000}
    case = drill.noticed(**fine)
    drill.at("05-08")
    void = decision(**fine, deciding_agency="comprehensive_enforcement")
    refused = drill.refused(case, "decide", "penalty_decision", **void)
    assert (refused["code"], refused["field"], refused["facts"]["law"]) == (
        "cases.no-power",
        "deciding_agency",
        "APL 38",
    )
    assert (refused["facts"]["agency"], refused["facts"]["violation"]) == ("comprehensive_enforcement", "VT01")
    drill.decided(case, **fine)


def test_d_a_survey_record_of_one_handler_is_not_signed(drill: Drill) -> None:
    drill.at("04-24")
    case = drill.investigating()
    record: Body = {"place": "恩和镇", "surveyed_at": drill.said(), "party_refused": False}
    one, two = ({"name": name, "certificate_no": f"宁执{number}"} for number, name in enumerate(OFFICERS))
    for alone in ([one], [one, one]):
        refused = drill.refused(case, "sign-survey-record", "survey_record", handlers=alone, **record)
        assert (refused["code"], refused["field"], refused["facts"]["law"]) == (
            "cases.two-handlers-needed",
            "handlers",
            "APL 42; NRP 17",
        )
    drill.ask(case, "sign-survey-record", "survey_record", handlers=[one, two], **record)


def test_e_a_deputy_does_not_approve_in_the_chiefs_absence(drill: Drill) -> None:
    case, transfer = reported(drill)
    drill.at("05-27")
    for by in (DEPUTY, LEGAL, "coordinator"):
        refused = drill.refused(transfer, "approve", by=by)
        assert (refused["status"], refused["code"], refused["facts"]["law"]) == (403, "role-not-allowed", "T310 5")
        assert set(refused["facts"]["allowed"]) == {"chief", "acting_chief"}
    approved = drill.ask(transfer, "approve", by=ACTING_CHIEF)
    acting = drill.house.logins[ACTING_CHIEF]["name"]
    assert (approved["state"], approved["facts"]["approved_by"]) == ("approved", acting)
    assert drill.deadlines(case)["T01"]["met_at"] is not None


def test_i_a_late_fine_grows_by_three_per_cent_a_day_up_to_itself(drill: Drill) -> None:
    fine: Body = {"measures": ["fine"], "fine_yuan": 4000}
    drill.at("06-09")
    case = drill.noticed(**fine)
    assert drill.due(case, "D14", "D15") == ["2026-06-16", "2026-06-16"]
    drill.at("06-16")
    early = drill.refused(case, "decide", "penalty_decision", **decision(**fine))
    assert (early["code"], early["facts"]["until"]) == ("cases.notice-period-running", "2026-06-16")
    drill.at("06-18")
    drill.decided(case, **fine)
    assert drill.due(case, "D17") == ["2026-06-30"]
    drill.at("06-22")
    drill.performing(case)
    assert drill.due(case, "D18", "D20", "D21") == ["2026-07-07", "2026-08-21", "2026-12-22"]
    pay: Body = {"collected_by": "代收银行"}
    owed = []
    for day, on in (("07-07", "2026-07-07"), ("07-27", "2026-07-27"), ("08-31", "2026-08-31")):
        drill.at(day)
        refused = drill.refused(case, "record-payment", **pay, paid_on=on, amount_yuan=8000.01)
        assert (refused["code"], refused["facts"]["law"]) == ("cases.amount-not-owed", "APL 72")
        owed.append(refused["facts"]["owed_yuan"])
    # In time; 20 days late, 3 % x 20 of 4000 more; 55 days late, never more than the fine itself.
    assert owed == [4000, 6400, 8000]
    paid = drill.ask(case, "record-payment", **pay, paid_on="2026-07-27", amount_yuan=6400)
    penalty = paid["procedure"]["penalty"]
    assert (penalty["paid_yuan"], penalty["added_yuan"]) == (6400, 2400)


def test_j_the_court_is_asked_three_months_and_a_day_too_late(drill: Drill) -> None:
    order: Body = {"measures": ["demolish"], "fine_yuan": 0}
    drill.at("06-09")
    case = drill.noticed(**order)
    drill.at("06-18")
    drill.decided(case, **order)
    drill.at("06-22")
    drill.performing(case)
    # Three months from 7 July end on a holiday, and so on the next working day.
    assert drill.due(case, "D19", "D20", "D22") == ["2026-07-07", "2026-08-21", "2026-10-08"]
    assert drill.deadlines(case)["D22"]["ends_on"] == "2026-10-07"
    drill.at("08-21")
    early = drill.refused(case, "demand", "demand_notice", served_at=drill.said())
    assert (early["code"], early["facts"]["law"]) == ("cases.remedy-term-running", "AEL 53")
    drill.at("08-24")
    drill.ask(case, "demand", "demand_notice", served_at=drill.said())
    assert drill.due(case, "D23") == ["2026-09-07"]
    court: Body = {"court": "中宁县人民法院"}
    drill.at("09-07")
    soon = drill.refused(case, "apply-to-court", "court_application", **court, applied_on="2026-09-07")
    assert (soon["code"], soon["facts"]["law"]) == ("cases.demand-running", "AEL 54")
    drill.at("10-09")
    late = drill.refused(case, "apply-to-court", "court_application", **court, applied_on="2026-10-09")
    assert (late["code"], late["facts"]["until"], late["facts"]["law"]) == (
        "cases.court-too-late",
        "2026-10-08",
        "AEL 53",
    )
    applied = drill.ask(case, "apply-to-court", "court_application", **court, applied_on="2026-10-08")
    assert applied["state"] == "court_applied"


@pytest.mark.parametrize(
    ("pbf_m2", "farmland_m2", "met", "near"),
    # 5 mu are 10000/3 m²: assertions 9 and 10 of domain.md 8.3.
    [(3333.33, 5333.33, False, True), (3333.34, 5333.34, True, False)],
)
def test_the_threshold_is_exact_to_the_hundredth(
    drill: Drill, pbf_m2: float, farmland_m2: float, met: bool, near: bool
) -> None:
    drill.at("04-24")
    case = drill.filed(areas={"area_m2": 8400, "farmland_area_m2": farmland_m2, "pbf_area_m2": pbf_m2})
    crime = drill.house.coordinator.get(case)["procedure"]["crime"]
    assert (crime["area_threshold_met"], crime["near_threshold"]) == (met, near)
    running = {rule for rule, clock in drill.deadlines(case).items() if clock["met_at"] is None}
    # The one goes to the legal reviewer, the other to an appraiser.
    assert running & {"S09", "S10"} == ({"S09"} if near else {"S10"})
