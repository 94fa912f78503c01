"""The hand-over to public security: thresholds, the chief, the police's answers, and a penalty clock that waits."""

from datetime import date, timedelta

import pytest

from tests.integration.services.cases.office import COORDINATOR, OFFICER, OTHER_COUNTY, Office, Refused, papers
from tests.integration.services.cases.path_people import (
    ACTING,
    AG_CHIEF,
    CE_OFFICER,
    CHIEF,
    DEPUTY,
    LEGAL,
    POLICE,
    appraised,
    clock_of,
    decision,
    get_case,
    handed_over,
    investigating,
    move,
    new_case,
    opinion,
    refused,
    step,
    today,
    transfer_of,
)

pytestmark = pytest.mark.evidence_not_asked


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


REPLY = papers("police_reply")


def after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def test_area_alone_never_accuses_it_asks_for_an_appraisal(office: Office) -> None:
    case = new_case(office)
    crime = case["procedure"]["crime"]
    assert (crime["area_threshold_met"], crime["tillage_destroyed"], crime["due"]) == (True, None, False)
    assert clock_of(case, "S10")["met_at"] is None
    assert office.query(COORDINATOR, "police_transfer.list", case_id=case["id"])["items"] == []


def test_area_and_destroyed_tillage_make_the_system_open_the_hand_over(office: Office) -> None:
    case = appraised(office)
    crime = case["procedure"]["crime"]
    assert (crime["tillage_destroyed"], crime["due"], crime["transfer_state"]) == (True, True, "due")
    transfer = transfer_of(office, case)
    assert (transfer["state"], transfer["mandatory"]) == ("due", True)
    [pause] = clock_of(case, "D10")["pauses"]
    assert pause["reason"] == "appraisal"
    assert clock_of(case, "D10")["due_on"] == after(clock_of(new_case(office), "D10")["due_on"], 0)


@pytest.mark.parametrize(
    ("pbf", "farmland", "met", "near"),
    [("3333.33", "5333.33", False, True), ("3333.34", "5333.34", True, False), ("0", "6666.67", True, False)],
)
def test_the_threshold_is_exact_and_what_is_near_goes_to_legal_staff(
    shared_office: Office, pbf: str, farmland: str, met: bool, near: bool
) -> None:
    areas = {"area_m2": 8400, "farmland_area_m2": float(farmland), "pbf_area_m2": float(pbf)}
    case = new_case(shared_office, areas, party_name=f"砂场{pbf}")
    crime = case["procedure"]["crime"]
    assert (crime["area_threshold_met"], crime["near_threshold"]) == (met, near)
    assert any(clock["rule_id"] == "S09" for clock in case["deadlines"]) is near


def test_a_near_case_is_handed_over_on_the_legal_reviewers_word(office: Office) -> None:
    case = investigating(
        office, {"area_m2": 8400, "farmland_area_m2": 5333.33, "pbf_area_m2": 3333.33}, party_name="独家砂场"
    )
    body = {"hand_over": True, "reason": "合并计算", **papers("legal_opinion")}
    assert refused(office, DEPUTY, "case.review-threshold", body, case["id"]).code == "role-not-allowed"
    step(office, case, "review-threshold", LEGAL, **body)
    assert transfer_of(office, case)["mandatory"] is True


def test_only_the_chief_or_the_acting_chief_approves(office: Office) -> None:
    """Path e of domain.md 8.5."""
    case = appraised(office)
    transfer = transfer_of(office, case)
    move(office, transfer, "report", suspected_crime="342", report="r", team=["甲", "乙"], **papers("transfer_report"))
    for by in (DEPUTY, COORDINATOR, LEGAL):
        refusal = refused(office, by, "police_transfer.approve", {}, transfer["id"])
        assert (refusal.code, refusal.kind, refusal.facts["law"]) == ("role-not-allowed", "not-allowed", "T310 5")
    # The chief of another agency does not see it.
    assert refused(office, AG_CHIEF, "police_transfer.approve", {}, transfer["id"]).kind == "not-found"
    approved = move(office, transfer, "approve", ACTING)
    assert (approved["state"], approved["facts"]["approved_by"]) == ("approved", "代局长")
    assert clock_of(approved, "T02")["limit"] == 24


def test_a_report_needs_two_officers_and_its_paper(office: Office) -> None:
    transfer = transfer_of(office, appraised(office))
    body = {"suspected_crime": "342", "report": "r", "team": ["甲"], **papers("transfer_report")}
    assert refused(office, COORDINATOR, "police_transfer.report", body, transfer["id"]).field == "team"
    missing = refused(
        office, COORDINATOR, "police_transfer.report", {**body, "team": ["甲", "乙"], "documents": []}, transfer["id"]
    )
    assert (missing.code, missing.facts["law"]) == ("cases.document-missing", "T310 5")


def test_the_penalty_clock_waits_for_appraisal_and_police_as_in_the_worked_example(office: Office) -> None:
    office.days_pass(4)  # 2026-04-24
    case = investigating(office)
    assert clock_of(case, "D10")["due_on"] == "2026-07-23"
    office.days_pass(14)  # 05-08
    body = {"appraiser": "某院", "qualification": "甲", "commissioned_on": "2026-05-08", "questions": "q"}
    step(office, case, "commission-appraisal", **body, **papers("appraisal_commission"))
    office.days_pass(17)  # 05-25
    case = opinion(office, case)
    assert clock_of(case, "D10")["due_on"] == "2026-08-09"
    office.days_pass(2)  # 05-27
    transfer = handed_over(office, case)
    assert (clock_of(transfer, "T05")["due_on"], clock_of(transfer, "T05")["ends_on"]) == ("2026-06-01", "2026-05-30")
    office.days_pass(5)  # 06-01
    filed = move(office, transfer, "police-file", document_no="立1", received_on="2026-06-01", **REPLY)
    assert (filed["state"], clock_of(filed, "T11")["due_on"]) == ("filed", "2026-06-04")
    case = get_case(office, case)
    assert clock_of(case, "D10")["due_on"] == "2026-08-14"
    assert [pause["reason"] for pause in clock_of(case, "D10")["pauses"]] == [
        "appraisal",
        "awaiting_police_or_procuratorate",
    ]
    assert case["procedure"]["crime"]["transfer_state"] == "filed"
    move(office, transfer, "hand-material", handed_on="2026-06-01", **papers("material_handover"))


def test_a_refusal_is_reconsidered_in_three_days_and_the_clock_runs_again(office: Office) -> None:
    """Path a of domain.md 8.5."""
    office.days_pass(20)  # 05-10
    case = appraised(office)  # 05-27
    transfer = handed_over(office, case)
    office.days_pass(5)  # 06-01
    answer = {"document_no": "不立1", "received_on": "2026-06-01", "reason": "情节轻微", **REPLY}
    transfer = move(office, transfer, "police-refuse", **answer)
    assert (transfer["state"], clock_of(transfer, "T06")["due_on"]) == ("refused", "2026-06-04")
    running = clock_of(get_case(office, case), "D10")
    assert [pause["to_on"] for pause in running["pauses"]] == ["2026-05-27", "2026-06-01"]
    # Neither closed nor fined while the agency has not answered the refusal.
    office.days_pass(2)
    ask = {"asked_on": "2026-06-03", **papers("reconsideration_request")}
    transfer = move(office, transfer, "reconsider", **ask)
    assert (transfer["state"], clock_of(transfer, "T07")["due_on"]) == ("reconsidering", "2026-06-08")
    office.days_pass(3)
    again = {"document_no": "维持", "received_on": "2026-06-06", "reason": "维持", **REPLY}
    transfer = move(office, transfer, "police-refuse", **again)
    assert (transfer["state"], clock_of(transfer, "T08")["due_on"]) == ("refused_final", "2026-06-09")
    transfer = move(office, transfer, "suggest-supervision", asked_on="2026-06-06", **papers("supervision_suggestion"))
    transfer = move(office, transfer, "procuratorate-asks", asked_on="2026-06-06")
    assert clock_of(transfer, "T09")["due_on"] == "2026-06-15"
    transfer = move(office, transfer, "police-explain", document_no="理由", received_on="2026-06-06")
    transfer = move(office, transfer, "order-filing", document_no="通知立案", received_on="2026-06-06")
    assert clock_of(transfer, "T10")["due_on"] == "2026-06-22"
    transfer = move(office, transfer, "police-file", document_no="立2", received_on="2026-06-06", **REPLY)
    assert transfer["state"] == "filed"
    assert all(pause["to_on"] for pause in clock_of(get_case(office, case), "D10")["pauses"])


def test_after_three_days_the_right_to_reconsideration_is_lost(office: Office) -> None:
    transfer = handed_over(office, appraised(office))
    day = today(office)
    move(office, transfer, "police-refuse", document_no="n", received_on=day, reason="r", **REPLY)
    office.days_pass(10)
    ask = {"asked_on": today(office), **papers("reconsideration_request")}
    lost = refused(office, COORDINATOR, "police_transfer.reconsider", ask, transfer["id"])
    assert (lost.code, lost.facts["law"]) == ("cases.right-lost", "T310 9")
    back = move(office, transfer, "close-admin", reason="行政处理", back_on=today(office))
    assert (back["state"], back["due_on"]) == ("closed_admin", None)


def test_missing_papers_are_handed_in_and_never_a_reason_to_refuse(office: Office) -> None:
    transfer = handed_over(office, appraised(office))
    asked = move(office, transfer, "ask-supplement", POLICE, asked_at=office.clock.at.isoformat(), missing="光盘")
    assert (asked["state"], clock_of(asked, "T04A")["limit"]) == ("supplement_asked", 3)
    answer = {"document_no": "n", "received_on": today(office), "reason": "缺材料", **REPLY}
    no = refused(office, COORDINATOR, "police_transfer.police-refuse", answer, transfer["id"])
    assert (no.code, no.facts["law"]) == ("cases.transition-not-allowed", "T310 8")
    again = move(office, transfer, "supplement", received_at=office.clock.at.isoformat())
    assert (again["state"], clock_of(again, "T05")["met_at"]) == ("receipted", None)


def test_police_without_jurisdiction_pass_it_on_within_a_day(office: Office) -> None:
    """T03: it runs from the receipt; whoever gets it then has three days of its own."""
    transfer = handed_over(office, appraised(office))
    assert clock_of(transfer, "T03")["due_at"] == clock_of(transfer, "T04")["due_at"]
    office.days_pass(1)
    passed = move(
        office, transfer, "pass-on", POLICE, police_organ="某县公安局", received_at=office.clock.at.isoformat()
    )
    assert clock_of(passed, "T03")["met_at"] is not None
    assert [clock["rule_id"] for clock in passed["deadlines"] if clock["met_at"] is None] == ["T05"]


def test_police_who_do_not_answer_are_put_before_the_procuratorate_only_after_their_term(office: Office) -> None:
    transfer = handed_over(office, appraised(office))
    body = {"asked_on": today(office), **papers("supervision_suggestion")}
    early = refused(office, COORDINATOR, "police_transfer.suggest-supervision", body, transfer["id"])
    assert early.code == "cases.police-term-running"
    office.days_pass(8)
    assert move(office, transfer, "suggest-supervision", **{**body, "asked_on": today(office)})["state"] == (
        "proc_supervision"
    )


def test_a_penalty_in_place_of_a_due_hand_over_is_refused_and_a_fine_waits(office: Office) -> None:
    """Assertion 1 of domain.md 8.3."""
    case = appraised(office)
    step(office, case, "conclude", conclusion="清楚", **papers("investigation_report", "evidence_list"))
    step(office, case, "review", **papers("case_review_record"))
    waived = {"ground": "no_fault", "reason": "r", **papers("no_penalty_decision")}
    assert refused(office, COORDINATOR, "case.no-penalty", waived, case["id"]).code == "cases.transfer-first"
    told = {"measures": ["fine", "restore"], "fine_yuan": 1000, "served_at": office.clock.at.isoformat()}
    step(office, case, "notice", intended_penalty="罚", **told, **papers("penalty_notice"))
    office.days_pass(9)
    fine = decision(measures=["fine"], fine_yuan=1000)
    for body in (fine, decision()):
        first = refused(office, COORDINATOR, "case.decide", body, case["id"])
        assert (first.code, first.facts["law"]) == ("cases.transfer-first", "APL 27; T310 11")
    transfer = handed_over(office, case)
    move(office, transfer, "police-file", document_no="立", received_on=today(office), **REPLY)
    waits = refused(office, COORDINATOR, "case.decide", fine, case["id"])
    assert (waits.code, waits.field) == ("cases.fine-waits", "fine_yuan")
    # Restoration is not stopped by a transfer.
    assert step(office, case, "decide", **decision(measures=["restore"]))["state"] == "decided"


def test_a_chiefs_refusal_of_what_is_mandatory_leaves_it_due(office: Office) -> None:
    case = appraised(office)
    transfer = transfer_of(office, case)
    report = {"suspected_crime": "342", "report": "r", "team": ["甲", "乙"], **papers("transfer_report")}
    move(office, transfer, "report", **report)
    assert refused(office, CHIEF, "police_transfer.refuse-approval", {}, transfer["id"]).field == "reason"
    kept = move(office, transfer, "refuse-approval", CHIEF, reason="证据不足")
    again = clock_of(kept, "S11")
    assert (again["met_at"], again["limit"], kept["due_on"]) == (None, 3, again["due_on"])
    assert (kept["state"], kept["facts"]["refusal_by_chief"]) == ("refused_by_chief", "证据不足")
    step(office, case, "terminate", ground="other", reason="r", **papers("termination_approval"))
    close = {"ground": "terminated", **papers("closing_approval")}
    assert refused(office, COORDINATOR, "case.close", close, case["id"]).code == "cases.transfers-due"
    assert move(office, transfer, "report", **report)["state"] == "reported"


def test_a_suspicion_of_ones_own_is_reported_once_at_a_time(office: Office) -> None:
    case = investigating(office)
    body = {"suspected_crime": "非法转让土地使用权罪", "report": "r", "team": ["甲", "乙"], **papers("transfer_report")}
    transfer = step(office, case, "transfer-to-police", **body)
    assert (transfer["state"], transfer["mandatory"]) == ("reported", False)
    twice = refused(office, COORDINATOR, "case.transfer-to-police", body, case["id"])
    assert (twice.code, twice.facts["transfer_no"]) == ("cases.transfer-open", transfer["transfer_no"])
    move(office, transfer, "refuse-approval", CHIEF, reason="不构成犯罪")
    assert get_case(office, case)["procedure"]["crime"]["transfer_state"] == "refused_by_chief"


def test_who_may_know_of_a_hand_over(office: Office) -> None:
    """domain.md 5.7: coordinator and lead yes, township and other agencies no, police once it reached them."""
    case = appraised(office)
    transfer = transfer_of(office, case)
    for stranger in (OFFICER, CE_OFFICER, POLICE, AG_CHIEF, OTHER_COUNTY):
        with pytest.raises(Refused) as caught:
            office.query(stranger, "police_transfer.get", id=transfer["id"])
        assert caught.value.kind == "not-found"
        assert office.query(stranger, "police_transfer.list", case_id=case["id"])["items"] == []
    seen = get_case(office, case, OFFICER)
    assert seen["procedure"]["crime"] is None
    told = office.query(OFFICER, "case.timeline", id=case["id"])["items"]
    assert not [entry for entry in told if "transfer" in entry["what"]]
    handed_over(office, case)
    assert transfer_of(office, case, POLICE)["state"] == "receipted"
    assert office.query(CE_OFFICER, "police_transfer.list")["items"] == []
    clocks = get_case(office, case, OFFICER)["deadlines"]
    assert "awaiting_police_or_procuratorate" not in str(clocks)
    assert "awaiting_police_or_procuratorate" not in str(office.query(OFFICER, "case.deadlines", id=case["id"]))
    assert "police_transfer" in {e["object"] for e in office.query(CHIEF, "case.timeline", id=case["id"])["items"]}
