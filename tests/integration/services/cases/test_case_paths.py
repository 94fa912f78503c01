"""Filing, investigation, review and hearing: their paths, and every forbidden step with its rule (domain.md 3.2)."""

from typing import Any

import pytest

from shared.contracts.codes import Role
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OFFICERS,
    Office,
    filing,
    papers,
    sand_yard,
    verified,
)
from tests.integration.services.cases.path_people import (
    CHIEF,
    DEPUTY,
    LEGAL,
    NR,
    clock_of,
    decided,
    decision,
    get_case,
    investigating,
    noticed,
    of,
    refused,
    step,
    today,
    under_review,
)

pytestmark = pytest.mark.evidence_not_asked


# Nothing in it asks for a hearing.
NOTICE: dict[str, Any] = {"intended_penalty": "恢复", "measures": ["restore"], **papers("penalty_notice")}


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def verifying(office: Office) -> dict[str, Any]:
    clue = office.command(COORDINATOR, "clue.report", sand_yard(farmland_area_m2=7000, pbf_area_m2=4200))
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    office.command(OFFICER, "clue.sign", {}, clue["id"])
    return office.command(OFFICER, "clue.start-verification", {**OFFICERS, "act_going_on": True}, clue["id"])


def stop_order(office: Office) -> dict[str, Any]:
    head = {name: value for name, value in filing().items() if name != "documents"}
    ordered = {"order_no": "责停1号", "ordered_at": office.clock.at.isoformat()}
    return {**head, **ordered, **papers("stop_order")}


def test_an_order_left_on_the_scene_needs_its_witness_and_why_it_was_not_taken(office: Office) -> None:
    clue = verifying(office)
    left = {**stop_order(office), "service_method": "left"}
    for more, code in (({}, "cases.refusal-missing"), ({"refusal": "拒绝签收"}, "cases.witness-missing")):
        wrong = refused(office, OFFICER, "clue.stop", {**left, **more}, clue["id"])
        assert (wrong.code, wrong.facts["law"]) == (code, "CPL 89")
    seen = {"refusal": "拒绝签收", "witness": "村委会委员"}
    case = office.command(OFFICER, "clue.stop", {**left, **seen}, clue["id"])
    [stopped] = [event for event in office.events(case["id"]) if event.type.endswith("case-stopped.v1")]
    assert {name: stopped.payload[name] for name in seen} == seen
    assert stopped.payload["service_method"] == "left"


def test_an_act_is_stopped_during_verification_reported_and_filed_under_one_number(office: Office) -> None:
    office.days_pass(2)  # Wednesday 2026-04-22
    clue = verifying(office)
    assert (clock_of(clue, "D04")["due_on"], clock_of(clue, "D07")["due_on"]) == ("2026-04-27", "2026-04-27")
    case = office.command(OFFICER, "clue.stop", stop_order(office), clue["id"])
    assert (case["state"], clock_of(case, "D05")["unit"]) == ("stopped", "hour")
    again = refused(office, OFFICER, "clue.stop", stop_order(office), clue["id"])
    assert (again.code, again.facts["law"]) == ("cases.transition-not-allowed", "LAL 68; NRP 15")
    step(office, case, "report-stop", OFFICER, continues=True, people_resisting=4)
    case = get_case(office, case)
    assert case["procedure"]["act_continues"]
    assert clock_of(case, "D06")["due_on"] == "2026-04-25"
    step(office, case, "report-defiance", OFFICER)
    owed = refused(office, OFFICER, "case.report-defiance", {}, case["id"])
    assert owed.code == "cases.clock-not-running"
    [proposal] = office.query(COORDINATOR, "action_proposal.list", case_id=case["id"])["items"]
    assert set(proposal["triggers"]) == {"stop_order_ignored", "resistance"}
    opinion = {
        "opinion": "non_agri_illegal",
        "facts": "未批先占",
        "area_m2": 8400,
        "farmland_area_m2": 7000,
        "pbf_area_m2": 4200,
        **papers("verification_report", "site_photos"),
    }
    office.command(OFFICER, "clue.submit-opinion", opinion, clue["id"])
    office.days_pass(2)
    filed = office.command(COORDINATOR, "clue.file-case", filing(), clue["id"])
    assert (filed["id"], filed["case_no"], filed["state"]) == (case["id"], case["case_no"], "filed")
    assert clock_of(filed, "D10")["due_on"] == "2026-07-23"
    # The report of a large case that the clue owed is owed by the case, as of the same day.
    assert clock_of(filed, "D07")["due_on"] == "2026-04-27"
    reported = step(office, filed, "report-large")
    assert clock_of(reported, "D07")["met_at"] is not None


def test_what_is_not_filed_is_kept_with_its_reason(office: Office) -> None:
    clue = verified(office, farmland_area_m2=2000, pbf_area_m2=1000)
    head = {name: value for name, value in filing(party_name="轻微者").items() if name != "documents"}
    body = {**head, "ground": "minor_and_corrected"}
    bare = refused(office, COORDINATOR, "clue.decline-filing", body, clue["id"])
    assert (bare.code, bare.facts["law"]) == ("cases.document-missing", "NRP 16")
    case = office.command(COORDINATOR, "clue.decline-filing", {**body, **papers("not_filed_approval")}, clue["id"])
    assert case["state"] == "not_filed"
    for verb, more in (("investigate", OFFICERS), ("archive", {"archive_no": "1"})):
        assert refused(office, COORDINATOR, f"case.{verb}", more, case["id"]).code == "cases.transition-not-allowed"
    assert refused(office, COORDINATOR, "clue.file-case", filing(), clue["id"]).code == "cases.transition-not-allowed"


def test_an_act_that_ended_more_than_two_years_ago_is_not_filed(office: Office) -> None:
    clue = verified(office)
    late = refused(office, COORDINATOR, "clue.file-case", filing(act_ended_on="2024-04-19"), clue["id"])
    assert (late.code, late.facts["law"]) == ("cases.time-barred", "APL 36; NRP 16")
    assert office.command(COORDINATOR, "clue.file-case", filing(act_ended_on="2024-04-20"), clue["id"])


def test_filing_needs_two_officers(office: Office) -> None:
    clue = verified(office)
    for officers, why in ((["甲"], "people_two"), ([], "people_two"), (["甲", " 甲"], "names_repeated")):
        no = refused(office, COORDINATOR, "clue.file-case", filing(officers=officers), clue["id"])
        assert (no.code, no.field, no.facts["reason"]) == ("invalid-field", "officers", why)


def test_a_record_of_the_site_is_signed_by_two_handlers(office: Office) -> None:
    """Path d of domain.md 8.5."""
    case = investigating(office)
    body = {"surveyed_at": office.clock.at.isoformat(), "place": "恩和镇", **papers("survey_record")}
    one, two = {"name": "甲", "certificate_no": "A1"}, {"name": "乙", "certificate_no": "A2"}
    stranger, copied = {"name": "丙", "certificate_no": "A3"}, {"name": "乙", "certificate_no": "A1"}
    for handlers in ([one], [one, stranger], [one, copied]):
        short = refused(office, COORDINATOR, "case.sign-survey-record", {**body, "handlers": handlers}, case["id"])
        assert (short.code, short.facts["law"]) == ("cases.two-handlers-needed", "APL 42; NRP 17")
    unseen = {**body, "handlers": [one, two], "party_refused": True}
    assert refused(office, COORDINATOR, "case.sign-survey-record", unseen, case["id"]).code == "cases.witness-missing"
    assert step(office, case, "sign-survey-record", **body, handlers=[one, two])["procedure"]["surveys"] == 1


def test_suspension_tells_the_party_in_three_days_and_pauses_the_penalty_clock(office: Office) -> None:
    case = investigating(office)
    due = clock_of(case, "D10")["due_on"]
    case = step(office, case, "suspend", DEPUTY, reason="不可抗力", **papers("suspension_decision"))
    assert (case["state"], clock_of(case, "D12")["due_on"]) == ("suspended", "2026-04-23")
    office.days_pass(3)
    step(office, case, "tell-party", told_at=office.clock.at.isoformat())
    assert refused(office, COORDINATOR, "case.conclude", {"conclusion": "c"}, case["id"]).code == (
        "cases.transition-not-allowed"
    )
    office.days_pass(7)
    case = step(office, case, "resume", reason="恢复", **papers("resumption_decision"))
    assert (case["state"], clock_of(case, "D12")["met_at"]) == ("investigating", None)
    [pause] = clock_of(case, "D10")["pauses"]
    assert (pause["reason"], pause["from_on"], pause["to_on"]) == ("suspension", "2026-04-20", "2026-04-30")
    assert clock_of(case, "D10")["due_on"] > due


def test_more_time_is_given_once_and_beyond_that_only_as_specially_complex(office: Office) -> None:
    office.days_pass(4)
    case = investigating(office)
    ask = {"days": 30, "approved_by": "副局长", "reason": "案情复杂", **papers("extension_approval")}
    long = refused(office, DEPUTY, "case.extend", {**ask, "days": 31}, case["id"])
    assert (long.code, long.facts["law"]) == ("cases.extended-already", "NRP 38")
    case = step(office, case, "extend", DEPUTY, **ask)
    assert clock_of(case, "D10")["due_on"] == "2026-08-22"
    assert refused(office, DEPUTY, "case.extend", ask, case["id"]).code == "cases.extended-already"
    special = {**ask, "specially_complex": True}
    missing = refused(office, DEPUTY, "case.extend", special, case["id"])
    assert missing.facts["missing"] == ["collective_record"]
    both = papers("extension_approval", "collective_record")
    assert len(clock_of(step(office, case, "extend", DEPUTY, **{**special, **both}), "D10")["extensions"]) == 2


def test_a_request_to_withdraw_stops_nothing_until_the_leader_decides(office: Office) -> None:
    case = investigating(office)
    ask = {"officer": "甲", "reason": "近亲属"}
    assert refused(office, COORDINATOR, "case.request-recusal", {**ask, "officer": "丁"}, case["id"]).code == (
        "cases.no-such-officer"
    )
    step(office, case, "request-recusal", **ask)
    step(office, case, "conclude", conclusion="清楚", **papers("investigation_report", "evidence_list"))
    body = {"officer": "甲", "granted": True, "reason": "属实", **papers("recusal_decision")}
    assert refused(office, COORDINATOR, "case.decide-recusal", body, case["id"]).facts["law"] == "APL 43"
    alone = refused(office, DEPUTY, "case.decide-recusal", body, case["id"])
    assert alone.code == "cases.two-handlers-needed"
    case = step(office, case, "decide-recusal", DEPUTY, **body, replaced_by="丙")
    assert sorted(case["officers"]) == ["丙", "乙"]
    # Who once handled the case reviews it no more; who withdrew handles it no more.
    for reviewer in ("甲", "乙", "丙", "丙 "):
        no = refused(
            office, COORDINATOR, "case.review", {"reviewers": [reviewer], **papers("case_review_record")}, case["id"]
        )
        assert (no.code, no.facts["law"]) == ("cases.reviewer-is-handler", "HOUSE.separation")
    step(office, case, "review", reviewers=["审一"], **papers("case_review_record"))
    step(office, case, "supplement", reason="补充勘测")


def test_the_legal_reviewer_is_no_handler_and_a_major_case_needs_both_opinions(office: Office) -> None:
    case = investigating(office, officers=["法制员", "乙"])
    case = step(
        office,
        case,
        "investigate" if case["state"] == "filed" else "conclude",
        conclusion="清楚",
        **papers("investigation_report", "evidence_list"),
    )
    step(office, case, "review", reviewers=["审一"], major=True, **papers("case_review_record"))
    step(office, case, "legal-review")
    early = refused(
        office,
        COORDINATOR,
        "case.notice",
        {**NOTICE, "served_at": office.clock.at.isoformat()},
        case["id"],
    )
    assert (early.code, early.facts["law"]) == ("cases.legal-opinion-missing", "APL 58")
    body = {"agrees": True, "opinion": "同意", **papers("legal_opinion")}
    assert refused(office, COORDINATOR, "case.legal-opinion", body, case["id"]).facts["law"] == "APL 58"
    # 法制员 handled the case at its filing; the investigation began with 甲 and 乙.
    assert refused(office, LEGAL, "case.legal-opinion", body, case["id"]).code == "cases.reviewer-is-handler"


def test_a_major_case_is_decided_on_legal_opinion_and_discussion(office: Office) -> None:
    case = investigating(office)
    step(office, case, "conclude", conclusion="清楚", **papers("investigation_report", "evidence_list"))
    step(office, case, "review", major=True, **papers("case_review_record"))
    served = {**NOTICE, "served_at": office.clock.at.isoformat()}
    step(office, case, "notice", **served)
    office.days_pass(9)
    for_want = refused(office, COORDINATOR, "case.decide", decision(), case["id"])
    assert (for_want.code, for_want.facts["law"]) == ("cases.legal-opinion-missing", "APL 58")
    step(office, case, "review", **papers("case_review_record"))
    step(office, case, "legal-review")
    step(office, case, "legal-opinion", LEGAL, agrees=True, opinion="同意", **papers("legal_opinion"))
    undiscussed = refused(office, COORDINATOR, "case.decide", decision(), case["id"])
    assert (undiscussed.code, undiscussed.facts["law"]) == ("cases.not-deliberated", "APL 57")
    step(office, case, "deliberate", CHIEF, members=["陈局长", "副局长"], outcome="同意", **papers("collective_record"))
    assert step(office, case, "decide", DEPUTY, **decision(measures=["restore"]))["state"] == "decided"


def test_nobody_handles_a_case_against_himself(office: Office) -> None:
    """APL 43. Two spellings of one name are one person."""
    clue = verified(office)
    wanted = filing(party_name="马 建国", party_kind="person", officers=["马建国", "乙"])
    for officers in (["马建国", "乙"], ["乙", "马　建国"]):
        own = refused(office, COORDINATOR, "clue.file-case", {**wanted, "officers": officers}, clue["id"])
        assert (own.code, own.facts["law"], own.field) == ("cases.officer-must-withdraw", "APL 43", "officers")
    case = office.command(COORDINATOR, "clue.file-case", {**wanted, "officers": ["甲", "乙"]}, clue["id"])
    own = refused(office, COORDINATOR, "case.investigate", {"officers": ["马建国", "乙"]}, case["id"])
    assert own.code == "cases.officer-must-withdraw"
    case = step(office, case, "investigate", **OFFICERS)
    step(office, case, "request-recusal", officer="甲", reason="亲属")
    body = {"officer": "甲", "granted": True, "reason": "属实", "replaced_by": "马建国", **papers("recusal_decision")}
    assert refused(office, DEPUTY, "case.decide-recusal", body, case["id"]).code == "cases.officer-must-withdraw"


def test_who_withdrew_does_not_come_back_and_nobody_decides_on_himself(office: Office) -> None:
    """APL 43."""
    case = investigating(office)
    step(office, case, "request-recusal", officer="甲", reason="亲属")
    body = {"officer": "甲", "granted": True, "reason": "属实", "replaced_by": "丙", **papers("recusal_decision")}
    himself = of(Role.LEADER, NR, "甲")
    assert refused(office, himself, "case.decide-recusal", body, case["id"]).code == "cases.own-recusal"
    back = refused(office, DEPUTY, "case.decide-recusal", {**body, "replaced_by": " 甲"}, case["id"])
    assert (back.code, back.facts["law"]) == ("cases.officer-withdrew", "APL 43")
    step(office, case, "decide-recusal", DEPUTY, **body)


def test_what_legal_staff_do_not_agree_to_goes_back_to_review(office: Office) -> None:
    case = under_review(office)
    step(office, case, "legal-review")
    step(office, case, "legal-opinion", LEGAL, agrees=False, opinion="证据不足", **papers("legal_opinion"))
    served = {**NOTICE, "served_at": office.clock.at.isoformat()}
    assert refused(office, COORDINATOR, "case.notice", served, case["id"]).code == "cases.legal-opinion-against"
    assert step(office, case, "review", **papers("case_review_record"))["procedure"]["legal_opinion"] is None


def test_no_decision_before_the_notice(office: Office) -> None:
    case = under_review(office)
    before = refused(office, COORDINATOR, "case.decide", decision(), case["id"])
    assert (before.code, before.facts["law"]) == ("cases.transition-not-allowed", "APL 57; APL 62")
    step(office, case, "legal-review")
    step(office, case, "legal-opinion", LEGAL, agrees=True, opinion="同意", **papers("legal_opinion"))
    unheard = refused(office, COORDINATOR, "case.decide", decision(), case["id"])
    assert (unheard.code, unheard.facts["law"]) == ("cases.not-noticed", "APL 44; APL 62")


def test_heavy_penalties_need_the_offer_of_a_hearing_and_no_decision_before_its_term(office: Office) -> None:
    office.days_pass(50)  # 2026-06-09
    case = under_review(office)
    notice = {"intended_penalty": "拆除", "served_at": office.clock.at.isoformat(), "measures": ["demolish"]}
    body = {**notice, **papers("penalty_notice")}
    unoffered = refused(office, COORDINATOR, "case.notice", body, case["id"])
    assert (unoffered.code, unoffered.facts["law"]) == ("cases.hearing-not-offered", "APL 63; NRP 34")
    fine = {**body, "measures": ["fine"], "fine_yuan": 5000}
    assert refused(office, COORDINATOR, "case.notice", fine, case["id"]).code == "cases.hearing-not-offered"
    offered = {**body, "hearing_offered": True}
    assert refused(office, COORDINATOR, "case.notice", offered, case["id"]).facts["missing"] == ["hearing_right_notice"]
    case = step(office, case, "notice", **{**offered, **papers("penalty_notice", "hearing_right_notice")})
    assert [clock_of(case, rule)["due_on"] for rule in ("D14", "D15")] == ["2026-06-16", "2026-06-16"]
    office.days_pass(7)
    assert refused(office, COORDINATOR, "case.decide", decision(), case["id"]).code == "cases.notice-period-running"
    office.days_pass(1)
    assert step(office, case, "decide", **decision(measures=["demolish"]))["state"] == "decided"


def test_a_hearing_is_asked_in_time_held_seven_days_after_its_notice_and_reviewed(office: Office) -> None:
    office.days_pass(51)  # 2026-06-10
    case = noticed(office, measures=["demolish"])
    office.days_pass(2)
    ask = {"asked_on": "2026-06-12", **papers("hearing_request")}
    case = step(office, case, "request-hearing", **ask)
    assert (case["state"], clock_of(case, "D10")["pauses"][-1]["reason"]) == ("hearing", "hearing")
    legal = refused(office, COORDINATOR, "case.legal-review", {}, case["id"])
    assert (legal.code, legal.facts["law"]) == ("cases.hearing-not-held", "APL 64")
    told = {"announced_on": "2026-06-12", "place": "局会议室", "chair": "主持人", **papers("hearing_notice")}
    soon = refused(
        office, COORDINATOR, "case.announce-hearing", {**told, "hearing_at": "2026-06-23T09:00:00+08:00"}, case["id"]
    )
    assert (soon.code, soon.facts["first_day_on"]) == ("cases.hearing-too-early", "2026-06-24")
    chair = {**told, "hearing_at": "2026-06-24T09:00:00+08:00", "chair": "乙"}
    partial = refused(office, COORDINATOR, "case.announce-hearing", chair, case["id"])
    assert (partial.code, partial.facts["law"]) == ("cases.chair-is-investigator", "APL 64")
    step(office, case, "announce-hearing", **{**chair, "chair": "主持人"})
    held = {"held_at": "2026-06-24T11:00:00+08:00", "chair": "主持人", **papers("hearing_record", "hearing_report")}
    office.days_pass(14)  # 06-26
    case = step(office, case, "hold-hearing", **held)
    assert clock_of(case, "D10")["pauses"][-1]["to_on"] == "2026-06-24"
    assert refused(office, COORDINATOR, "case.decide", decision(), case["id"]).code == "cases.transition-not-allowed"
    step(office, case, "review", **papers("case_review_record"))
    step(office, case, "legal-review")
    step(office, case, "legal-opinion", LEGAL, agrees=True, opinion="同意", **papers("legal_opinion"))
    assert step(office, case, "decide", **decision(measures=["demolish"]))["state"] == "decided"


def test_a_hearing_asked_for_late_is_refused(office: Office) -> None:
    case = noticed(office)
    office.days_pass(10)
    late = refused(
        office,
        COORDINATOR,
        "case.request-hearing",
        {"asked_on": today(office), **papers("hearing_request")},
        case["id"],
    )
    assert (late.code, late.facts["law"]) == ("cases.hearing-asked-late", "APL 64")


def test_an_agency_without_the_power_on_that_day_punishes_nobody(office: Office) -> None:
    """Path c of domain.md 8.5."""
    case = noticed(office)
    office.days_pass(9)
    body = decision(measures=["fine"], fine_yuan=1000, deciding_agency="comprehensive_enforcement")
    void = refused(office, COORDINATOR, "case.decide", body, case["id"])
    assert (void.code, void.facts["law"]) == ("cases.no-power", "APL 38")
    assert (void.facts["agency"], void.facts["violation"]) == ("comprehensive_enforcement", "VT01")


def test_no_fine_above_what_was_told(office: Office) -> None:
    case = noticed(office, measures=["fine"], fine_yuan=1000)
    office.days_pass(9)
    body = decision(measures=["fine"], fine_yuan=1000.01)
    assert refused(office, COORDINATOR, "case.decide", body, case["id"]).facts["law"] == "APL 45"
    lost = refused(office, COORDINATOR, "case.decide", decision(fine_yuan=10), case["id"])
    assert lost.code == "cases.fine-and-measure-differ"


@pytest.mark.parametrize(
    ("method", "more", "code"),
    [
        ("left", {}, "cases.refusal-missing"),
        ("left", {"refusal": "拒收"}, "cases.witness-missing"),
        ("electronic", {}, "cases.document-missing"),
        ("public", {}, "cases.not-published"),
    ],
)
def test_every_way_of_service_has_its_own_proof(office: Office, method: str, more: dict[str, Any], code: str) -> None:
    case = decided(office)
    # Photographs of the clue are no proof of this service, which the case does not hold.
    body = {"service_method": method, "served_at": office.clock.at.isoformat(), **papers("service_receipt"), **more}
    assert refused(office, COORDINATOR, "case.serve", body, case["id"]).code == code
    good: dict[str, Any] = {"left": {"refusal": "拒收", "witness": "村主任"}}.get(method, {})
    if method == "electronic":
        good = papers("service_receipt", "electronic_service_consent")
    if method != "public":
        assert step(office, case, "serve", **{**body, **good})["state"] == "served"


def test_public_service_counts_after_thirty_days_during_which_the_clock_stands_still(office: Office) -> None:
    case = under_review(office)
    published = today(office)
    public = {"paper": "penalty_notice", "published_on": published, "reason": "下落不明"}
    step(office, case, "publish", **public, **papers("public_service_record"))
    office.days_pass(29)
    notice = {**NOTICE, "service_method": "public"}
    early = refused(
        office, COORDINATOR, "case.notice", {**notice, "served_at": office.clock.at.isoformat()}, case["id"]
    )
    assert (early.code, early.facts["law"]) == ("cases.publication-running", "CPL 95")
    office.days_pass(1)
    case = step(office, case, "notice", **notice, served_at=office.clock.at.isoformat())
    pause = clock_of(case, "D10")["pauses"][-1]
    assert (pause["reason"], pause["from_on"], pause["to_on"]) == ("public_notice", published, today(office))


def test_a_declared_near_relative_must_withdraw_and_comes_not_back(office: Office) -> None:
    """APL 43: the leader decides, and has no choice."""
    case = investigating(office)
    step(office, case, "request-recusal", officer="甲", ground="near_relative", reason="当事人之弟")
    body = {"officer": "甲", "granted": False, "reason": "不影响", **papers("recusal_decision")}
    kept = refused(office, DEPUTY, "case.decide-recusal", body, case["id"])
    assert (kept.code, kept.facts["law"]) == ("cases.relative-must-withdraw", "APL 43")
    left = step(office, case, "decide-recusal", DEPUTY, **{**body, "granted": True, "replaced_by": "丙"})
    assert left["officers"] == ["乙", "丙"]
    assert left["procedure"]["recusals"][0]["ground"] == "near_relative"
