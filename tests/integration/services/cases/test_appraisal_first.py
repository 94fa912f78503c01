"""Large enough for a crime, and no appraiser has been heard: nothing takes the place of a hand-over (2.6, 9 #13)."""

from typing import Any

import pytest

from tests.integration.services.cases.office import COORDINATOR, OFFICER, OFFICERS, Office, filing, papers, verified
from tests.integration.services.cases.path_people import (
    commission,
    decision,
    investigating,
    new_case,
    opinion,
    refused,
    step,
)

pytestmark = pytest.mark.evidence_not_asked

FINE = {"measures": ["fine"], "fine_yuan": 4000}
CLOSING = papers("closing_approval")
LAW = "JI2000 3; T310 11"


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def noticed(office: Office, **penalty: Any) -> dict[str, Any]:
    """Noticed and free to be decided, with nobody asked about the tillage."""
    case = investigating(office, party_name=f"砂场{id(penalty)}")
    step(office, case, "conclude", conclusion="清楚", **papers("investigation_report", "evidence_list"))
    step(office, case, "review", **papers("case_review_record"))
    said = {"intended_penalty": "处罚", "served_at": office.clock.at.isoformat(), **penalty}
    step(office, case, "notice", **said, hearing_offered=True, **papers("penalty_notice", "hearing_right_notice"))
    office.days_pass(10)
    return case


def test_no_fine_before_the_appraisal_and_after_it_where_tillage_stands(office: Office) -> None:
    case = noticed(office, **FINE)
    first = refused(office, COORDINATOR, "case.decide", decision(**FINE), case["id"])
    assert (first.code, first.field, first.facts["law"]) == ("cases.appraisal-first", "fine_yuan", LAW)
    commission(office, case)
    waits = refused(office, COORDINATOR, "case.decide", decision(**FINE), case["id"])
    assert waits.code == "cases.appraisal-first", "a commission is no opinion"
    opinion(office, case, 0, 0)
    assert step(office, case, "decide", **decision(**FINE))["state"] == "decided"


def test_no_penalty_at_all_is_no_way_around_it_either(office: Office) -> None:
    case = noticed(office)
    waiver = {"ground": "minor_and_corrected", "reason": "轻微", **papers("no_penalty_decision")}
    assert refused(office, COORDINATOR, "case.no-penalty", waiver, case["id"]).code == "cases.appraisal-first"


def test_what_was_decided_without_a_fine_is_not_closed_before_the_appraisal(office: Office) -> None:
    """The opinion may still be asked for, and sends the case where it belongs."""
    order = {"measures": ["restore"]}
    case = noticed(office, **order)
    step(office, case, "decide", **decision(**order))
    served = {"service_method": "direct", "served_at": office.clock.at.isoformat(), **papers("service_receipt")}
    step(office, case, "serve", **served)
    step(office, case, "perform")
    step(office, case, "execute", **papers("performance_record"))
    first = refused(office, COORDINATOR, "case.close", {"ground": "executed", **CLOSING}, case["id"])
    assert (first.code, first.facts["law"]) == ("cases.appraisal-first", LAW)
    commission(office, case)
    destroyed = opinion(office, case)
    assert destroyed["procedure"]["crime"]["transfer_state"] == "due"
    due = refused(office, COORDINATOR, "case.close", {"ground": "executed", **CLOSING}, case["id"])
    assert due.code == "cases.transfers-due"


@pytest.mark.parametrize(("ground", "closes"), [("time_barred", False), ("other", False), ("no_fact", True)])
def test_a_termination_closes_only_what_was_no_act(office: Office, ground: str, closes: bool) -> None:
    case = investigating(office, party_name=f"终止{ground}")
    step(office, case, "terminate", ground=ground, reason="终止", **papers("termination_approval"))
    closing = {"ground": "terminated", **CLOSING}
    if closes:
        assert step(office, case, "close", **closing)["state"] == "closed"
    else:
        assert refused(office, COORDINATOR, "case.close", closing, case["id"]).code == "cases.appraisal-first"


def declining(**changes: Any) -> dict[str, Any]:
    head = {name: value for name, value in filing().items() if name != "documents"}
    return {**head, "ground": "minor_and_corrected", **papers("not_filed_approval"), **changes}


def test_an_area_of_the_crime_is_not_declined_as_minor(office: Office) -> None:
    clue = verified(office)
    body = declining(party_name="不予立案甲")
    large = refused(office, COORDINATOR, "clue.decline-filing", body, clue["id"])
    assert (large.code, large.field, large.facts["law"]) == ("cases.too-large-to-be-minor", "ground", LAW)
    other = {**body, "ground": "conditions_missing"}
    assert office.command(COORDINATOR, "clue.decline-filing", other, clue["id"])["state"] == "not_filed"


def test_acts_of_one_party_are_no_minor_ones_together(office: Office) -> None:
    part = {"area_m2": 2000, "farmland_area_m2": 2000, "pbf_area_m2": 2000}
    new_case(office, part, party_name="拆分者")
    clue = verified(office, **part)
    body = declining(party_name="拆分者")
    assert refused(office, COORDINATOR, "clue.decline-filing", body, clue["id"]).code == "cases.too-large-to-be-minor"


def test_what_was_stopped_and_is_large_is_not_dropped_as_minor(office: Office) -> None:
    clue = office.command(COORDINATOR, "clue.report", {**_yard(), "farmland_area_m2": 7000, "pbf_area_m2": 4200})
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, clue["id"])
    office.command(OFFICER, "clue.sign", {}, clue["id"])
    office.command(OFFICER, "clue.start-verification", OFFICERS, clue["id"])
    head = {name: value for name, value in filing(party_name="停工者").items() if name != "documents"}
    order = {"order_no": "停1", "ordered_at": office.clock.at.isoformat(), "service_method": "direct"}
    case = office.command(
        OFFICER, "clue.stop", {**head, **order, **papers("stop_order", "service_receipt")}, clue["id"]
    )
    body = {"ground": "minor_and_corrected", "reason": "轻微", **papers("not_filed_approval")}
    large = refused(office, COORDINATOR, "case.decline-filing", body, case["id"])
    assert (large.code, large.facts["law"]) == ("cases.too-large-to-be-minor", LAW)


def _yard() -> dict[str, Any]:
    return {
        "source": "patrol",
        "division_code": "640521104000",
        "place": "恩和镇某村",
        "description": "堆放砂石",
        "area_m2": 8400,
    }
