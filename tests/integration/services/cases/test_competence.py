"""Who files: the leader of the agency that has the power, for his own agency, in his county (domain.md 2.5, 3.2)."""

from typing import Any

import pytest

from shared.contracts.codes import Role
from shared.principal import Actor
from tests.integration.services.cases.clue_desk import CITY, OTHER_CITY
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OFFICERS,
    Office,
    acceptance,
    correction,
    filing,
    papers,
    sand_yard,
    verified,
)
from tests.integration.services.cases.path_people import (
    AG_CHIEF,
    CHIEF,
    DEPUTY,
    LEGAL,
    NR,
    investigating,
    new_case,
    of,
    refused,
    step,
    today,
)

pytestmark = pytest.mark.evidence_not_asked

NR_OFFICER = of(Role.AGENCY_OFFICER, NR, "执法队员")
AG_LEADER = of(Role.LEADER, "agriculture", "农业副局长")
CE_LEADER = of(Role.LEADER, "comprehensive_enforcement", "综合执法副局长")
OPINION = {
    "opinion": "non_agri_illegal",
    "facts": "未经批准占用耕地",
    "area_m2": 8400,
    "farmland_area_m2": 7000,
    "pbf_area_m2": 4200,
    **papers("verification_report", "site_photos"),
}


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def given_to(office: Office, agency: str) -> str:
    """A clue that the agency's officers are verifying."""
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.assign", {"agency": agency}, clue["id"])
    officer = of(Role.AGENCY_OFFICER, agency, "执法队员")
    office.command(officer, "clue.sign", {}, clue["id"])
    office.command(officer, "clue.start-verification", OFFICERS, clue["id"])
    return str(clue["id"])


@pytest.mark.parametrize("leader", [DEPUTY, CHIEF], ids=["leader", "chief"])
def test_a_leader_submits_the_opinion_and_files_the_case(office: Office, leader: Actor) -> None:
    """domain.md 8.2, step 5."""
    id_ = given_to(office, NR)
    assert id_ in {row["id"] for row in office.query(DEPUTY, "clue.list")["items"]}
    assert office.command(leader, "clue.submit-opinion", OPINION, id_)["state"] == "opinion_submitted"
    case = office.command(leader, "clue.file-case", filing(), id_)
    assert (case["state"], case["lead_agency"]) == ("filed", NR)
    assert step(office, case, "investigate", DEPUTY, **OFFICERS)["state"] == "investigating"


def test_a_leader_reviews_and_closes_what_his_officers_found_legal(office: Office) -> None:
    id_ = given_to(office, NR)
    legal = {**OPINION, "opinion": "legal", "proof": {"approval_no": "宁政土批1号", "approval_share": 100}}
    office.command(NR_OFFICER, "clue.submit-opinion", legal, id_)
    assert office.command(DEPUTY, "clue.start-review", {}, id_)["state"] == "county_review"
    assert refused(office, LEGAL, "clue.pass-review", {}, id_).code == "role-not-allowed"
    assert office.command(DEPUTY, "clue.send-back", {"reasons": ["area_differs"], "note": "面积"}, id_)["state"] == (
        "sent_back"
    )


def test_what_is_still_being_verified_for_a_township_is_not_seen_by_leaders(office: Office) -> None:
    clue = office.command(COORDINATOR, "clue.report", sand_yard())
    assert refused(office, DEPUTY, "clue.submit-opinion", OPINION, clue["id"]).code == "not-found"
    filed = verified(office)
    for stranger in (CE_LEADER, LEGAL):
        told = refused(office, stranger, "clue.file-case", filing(), filed["id"])
        assert told.code in ("not-found", "role-not-allowed")
    assert office.query(DEPUTY, "clue.get", id=filed["id"])["state"] == "opinion_submitted"


def test_a_leader_files_for_his_own_agency_only(office: Office) -> None:
    clue = verified(office)
    foreign = refused(office, AG_CHIEF, "clue.file-case", filing(), clue["id"])
    assert (foreign.code, foreign.facts["agency"], foreign.facts["law"]) == (
        "cases.led-by-another",
        NR,
        "HOUSE.separation",
    )
    declined = {**filing(ground="minor_and_corrected"), **papers("not_filed_approval")}
    assert refused(office, AG_LEADER, "clue.decline-filing", declined, clue["id"]).code == "cases.led-by-another"
    own = filing(lead_agency="agriculture", violation_types=["VT03"])
    assert office.command(AG_LEADER, "clue.file-case", own, clue["id"])["lead_agency"] == "agriculture"


def test_an_agency_without_the_power_files_nothing(office: Office) -> None:
    clue = verified(office)
    for agency, violation in [("agriculture", "VT01"), ("comprehensive_enforcement", "VT01"), (NR, "VT14")]:
        body = filing(lead_agency=agency, violation_types=[violation])
        void = refused(office, COORDINATOR, "clue.file-case", body, clue["id"])
        assert (void.code, void.field, void.facts["law"]) == ("cases.not-competent", "lead_agency", "APL 22; NRP 16")
        assert (void.facts["agency"], void.facts["violation"]) == (agency, [violation])
    assert office.query(COORDINATOR, "clue.get", id=clue["id"])["state"] == "opinion_submitted"


def test_of_houses_both_may_file_between_whom_the_county_decides(office: Office) -> None:
    homestead: dict[str, Any] = {"violation_types": ["VT04"], "party_kind": "person"}
    for agency in ("agriculture", NR):
        assert new_case(office, **homestead, lead_agency=agency)["state"] == "filed"
    body = filing(**homestead, lead_agency="comprehensive_enforcement")
    clue = verified(office)
    assert refused(office, COORDINATOR, "clue.file-case", body, clue["id"]).code == "cases.not-competent"


def test_chief_and_leader_close_what_ended(office: Office) -> None:
    case = investigating(office)
    body = {"ground": "no_fact", **papers("termination_approval")}
    step(office, case, "terminate", DEPUTY, **body, reason="无违法事实")
    closing = {"ground": "terminated", **papers("closing_approval")}
    assert refused(office, AG_CHIEF, "case.close", closing, case["id"]).code == "not-found"
    assert step(office, case, "close", CHIEF, **closing)["state"] == "closed"


def test_the_city_itself_ends_the_review_of_an_item(office: Office) -> None:
    case = investigating(office)
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    done = {"rectified_area_m2": 8400}
    report = {**done, "account": "已拆除", **papers("rectification_report")}
    check = {"passed": True, "account": "属实", **papers("township_check_record")}
    accept = acceptance(**done)
    for verb, by, body in [
        ("report", OFFICER, report),
        ("check", OFFICER, check),
        ("accept", COORDINATOR, accept),
        ("request-review", COORDINATOR, {}),
    ]:
        office.command(by, f"rectification.{verb}", body, item["id"])
    result = papers("review_result")
    assert refused(office, OTHER_CITY, "rectification.end-review", result, item["id"]).code == "not-found"
    ended = office.command(CITY, "rectification.end-review", result, item["id"])
    assert ended["facts"]["review_ended"]
    struck = office.command(COORDINATOR, "rectification.strike-off", papers("strike_off_sheet"), item["id"])
    assert (struck["state"], struck["struck_off_at"][:10]) == ("struck_off", today(office))
    assert refused(office, CITY, "rectification.strike-off", papers("strike_off_sheet"), item["id"]).code == (
        "role-not-allowed"
    )
