"""A decision number is given out once; a paper that stops a clock can be found (domain.md 3.3, 5.1)."""

from typing import Any

import pytest

from tests.integration.services.cases.office import COORDINATOR, Office, papers
from tests.integration.services.cases.path_people import (
    AG_CHIEF,
    DEPUTY,
    clock_of,
    decision,
    investigating,
    noticed,
    refused,
    step,
    today,
    under_review,
)

pytestmark = pytest.mark.evidence_not_asked


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


def test_no_two_decisions_of_an_agency_have_one_number(office: Office) -> None:
    first, second = noticed(office), noticed(office)
    home = under_review(office, violation_types=["VT04"], lead_agency="agriculture", party_kind="person")
    told = {"intended_penalty": "恢复", "measures": ["restore"], "served_at": office.clock.at.isoformat()}
    step(office, home, "notice", **told, **papers("penalty_notice"))
    office.days_pass(20)
    order = decision(decision_no="中宁罚〔2026〕77号")
    step(office, first, "decide", **order)
    used = refused(office, COORDINATOR, "case.decide", order, second["id"])
    assert (used.code, used.field, used.facts["case_no"]) == (
        "cases.decision-no-used-by",
        "decision_no",
        first["case_no"],
    )
    step(office, second, "decide", DEPUTY, **decision(decision_no="中宁罚〔2026〕78号"))
    # Another agency numbers its own.
    step(office, home, "decide", AG_CHIEF, **{**order, "measures": ["restore"]})


@pytest.mark.parametrize("lacks", ["dated_on", "document_no"])
def test_a_bare_title_stops_no_clock(office: Office, lacks: str) -> None:
    case = investigating(office)
    bodies: dict[str, dict[str, Any]] = {
        "commission-appraisal": {
            "appraiser": "某测绘院",
            "qualification": "甲级",
            "commissioned_on": today(office),
            "questions": "毁坏否",
            **papers("appraisal_commission"),
        },
        "suspend": {"reason": "不可抗力", **papers("suspension_decision")},
    }
    for verb, body in bodies.items():
        [paper] = body["documents"]
        bare = {**body, "documents": [{name: value for name, value in paper.items() if name != lacks}]}
        wrong = refused(office, DEPUTY if verb == "suspend" else COORDINATOR, f"case.{verb}", bare, case["id"])
        assert (wrong.code, wrong.field) == ("cases.proof-incomplete", f"documents.0.{lacks}")
    body = bodies["commission-appraisal"]
    digest = [{**body["documents"][0], "document_no": None, "sha256": "a" * 64}]
    case = step(office, case, "commission-appraisal", **{**body, "documents": digest})
    assert clock_of(case, "D10")["pauses"][-1]["proof"]["sha256"] == "a" * 64
