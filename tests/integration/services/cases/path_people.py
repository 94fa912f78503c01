"""Leaders, reviewers, police and the discipline commission of a county, and cases brought as far as a test needs."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.codes import Role
from shared.principal import Actor
from tests.integration.services.cases.office import (
    COORDINATOR,
    COUNTY,
    OFFICERS,
    Office,
    Refused,
    filing,
    papers,
    verified,
)


def of(role: Role, org: str, name: str) -> Actor:
    return Actor(str(uuid4()), name, frozenset({role}), org, COUNTY)


NR = "natural_resources"
CHIEF = of(Role.CHIEF, NR, "陈局长")
ACTING = of(Role.ACTING_CHIEF, NR, "代局长")
DEPUTY = of(Role.LEADER, NR, "副局长")
LEGAL = of(Role.LEGAL_REVIEWER, NR, "法制员")
AG_OFFICER = of(Role.AGENCY_OFFICER, "agriculture", "农业执法员")
NR_OFFICER = of(Role.AGENCY_OFFICER, NR, "自然资源执法员")
AG_CHIEF = of(Role.CHIEF, "agriculture", "农业局长")
POLICE = of(Role.AGENCY_OFFICER, "public_security", "民警")
CE_OFFICER = of(Role.AGENCY_OFFICER, "comprehensive_enforcement", "执法队员")
DISCIPLINE = of(Role.RECIPIENT_CLERK, "discipline_commission", "纪委收文")
OTHER_DISCIPLINE = of(Role.RECIPIENT_CLERK, "discipline_commission", "纪委另一人")
ORGANISATION = of(Role.RECIPIENT_CLERK, "organisation_department", "组织部收文")

NOTICE_PAPERS = ("case_review_record", "penalty_notice", "hearing_right_notice")
PACKAGE = ("crime_transfer_letter", "investigation_report", "property_list", "police_receipt", "appraisal_opinion")


def step(office: Office, case: Any, verb: str, by: Any = COORDINATOR, **body: Any) -> dict[str, Any]:
    return office.command(by, f"case.{verb}", body, case["id"])


def move(office: Office, transfer: Any, verb: str, by: Any = COORDINATOR, **body: Any) -> dict[str, Any]:
    return office.command(by, f"police_transfer.{verb}", body, transfer["id"])


def refused(office: Office, by: Actor, operation: str, body: dict[str, Any], target: Any) -> Refused:
    """The refusal, which must come."""
    with pytest.raises(Refused) as caught:
        office.command(by, operation, body, target)
    return caught.value


def new_case(office: Office, opinion: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A filed case of its own clue. opinion: changes of the verification's areas."""
    clue = verified(office, **(opinion or {}))
    return office.command(COORDINATOR, "clue.file-case", filing(**changes), clue["id"])


def investigating(office: Office, opinion: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return step(office, new_case(office, opinion, **changes), "investigate", **OFFICERS)


def under_review(office: Office, **changes: Any) -> dict[str, Any]:
    case = freed(office, investigating(office, **changes))
    step(office, case, "conclude", conclusion="清楚", **papers("investigation_report", "evidence_list"))
    return step(office, case, "review", **papers("case_review_record"))


def freed(office: Office, case: dict[str, Any]) -> dict[str, Any]:
    """Where the area alone would be a crime, an appraiser has found that tillage is not destroyed."""
    crime = get_case(office, case)["procedure"]["crime"]
    if crime["area_threshold_met"] and crime["tillage_destroyed"] is None:
        commission(office, case)
        opinion(office, case, 0, 0)
    return case


def noticed(office: Office, **changes: Any) -> dict[str, Any]:
    """Told of its rights, with the offer of a hearing."""
    case = under_review(office)
    body = {
        "intended_penalty": "拆除",
        "measures": ["demolish"],
        "served_at": office.clock.at.isoformat(),
        "hearing_offered": True,
        **papers("penalty_notice", "hearing_right_notice"),
        **changes,
    }
    return step(office, case, "notice", **body)


def decided(office: Office, measures: tuple[str, ...] = ("demolish",), fine_yuan: float = 0) -> dict[str, Any]:
    case = noticed(office, measures=list(measures), fine_yuan=fine_yuan)
    office.days_pass(8)
    return step(office, case, "decide", **decision(measures=list(measures), fine_yuan=fine_yuan))


def performing(office: Office, measures: tuple[str, ...] = ("demolish",), fine_yuan: float = 0) -> dict[str, Any]:
    case = decided(office, measures, fine_yuan)
    served = {"service_method": "direct", "served_at": office.clock.at.isoformat(), **papers("service_receipt")}
    step(office, case, "serve", **served)
    return step(office, case, "perform")


def decision(**changes: Any) -> dict[str, Any]:
    number = f"中宁自然资罚〔2026〕{uuid4().hex[:6]}号"
    said = {"decision": "拆除", "decision_no": number, "measures": ["demolish"]}
    return {**said, **papers("penalty_decision"), **changes}


def appraised(office: Office, destroyed: float = 7000, pbf: float = 4200, **changes: Any) -> dict[str, Any]:
    """Under investigation, with the appraiser's opinion after 17 days."""
    case = investigating(office, **changes)
    commission(office, case)
    office.days_pass(17)
    return opinion(office, case, destroyed, pbf)


def commission(office: Office, case: Any) -> dict[str, Any]:
    body = {
        "appraiser": "某测绘院",
        "qualification": "甲级",
        "commissioned_on": today(office),
        "questions": "种植条件是否严重毁坏",
        **papers("appraisal_commission"),
    }
    return step(office, case, "commission-appraisal", **body)


def opinion(office: Office, case: Any, destroyed: float = 7000, pbf: float = 4200) -> dict[str, Any]:
    body = {
        "opinion_on": today(office),
        "opinion_no": "鉴〔2026〕1号",
        "destroyed": destroyed > 0,
        "destroyed_area_m2": destroyed,
        "destroyed_pbf_area_m2": pbf,
        "recoverability": "可恢复",
        **papers("appraisal_opinion"),
    }
    return step(office, case, "record-appraisal", **body)


def asking(**changes: Any) -> dict[str, Any]:
    """A letter of assistance to agriculture, if nobody else is named."""
    letter = {
        "matters": ["land_information"],
        "details": "查询该地块承包合同和补贴情况",
        "contact": "张三 0955-5020000",
        **papers("assistance_letter"),
    }
    named = {} if {"to_agency", "to_body"} & changes.keys() else {"to_agency": "agriculture"}
    return {**letter, **named, **changes}


def transfer_of(office: Office, case: Any, by: Actor = COORDINATOR) -> dict[str, Any]:
    """The case's one hand-over."""
    [row] = office.query(by, "police_transfer.list", case_id=case["id"])["items"]
    return office.query(by, "police_transfer.get", id=row["id"])


def handed_over(office: Office, case: Any) -> dict[str, Any]:
    """Reported, approved by the chief, receipted by the police."""
    transfer = transfer_of(office, case)
    body = {"suspected_crime": "非法占用农用地罪", "report": "达到标准", "team": ["甲", "乙"]}
    move(office, transfer, "report", **body, **papers("transfer_report"))
    move(office, transfer, "approve", CHIEF)
    return move(
        office,
        transfer,
        "hand-over",
        police_organ="中宁县公安局",
        received_at=office.clock.at.isoformat(),
        received_by="李警官",
        receipt_no="收1号",
        copied_to_procuratorate_on=today(office),
        **papers(*PACKAGE),
    )


def today(office: Office, days: int = 0) -> str:
    return (office.clock.at + timedelta(days=days, hours=8)).date().isoformat()


def clock_of(view: Any, rule_id: str) -> dict[str, Any]:
    found: dict[str, Any] = [clock for clock in view["deadlines"] if clock["rule_id"] == rule_id][-1]
    return found


def get_case(office: Office, case: Any, by: Actor = COORDINATOR) -> dict[str, Any]:
    return office.query(by, "case.get", id=case["id"])
