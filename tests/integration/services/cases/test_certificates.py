"""The register of enforcement certificates, edited as the others are, and what it refuses (APL 42, NRP 17)."""

from typing import Any

import pytest

from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import RuleRegister
from tests.integration.services.cases.office import COORDINATOR, OFFICERS, Office, papers
from tests.integration.services.cases.path_people import CHIEF, NR, new_case, refused, step, today
from tests.integration.services.cases.test_rules import ADMIN, set_rule, setting
from tests.support.nodes import wait_until

pytestmark = pytest.mark.evidence_not_asked


def certify(office: Office, no: str, name: str, agency: str = NR) -> None:
    """Into the register, which every process has read a second later."""
    value = {"name": name, "agency": agency, "certificate_no": no}
    days = {"holds_from": "2024-01-01", "holds_until": "2028-12-31"}
    set_rule(office, "officer_certificate", f"C{no}", setting({**value, **days}, today(office)))
    wait_until(lambda: f"C{no}" in known(office), 5)


def known(office: Office) -> set[str]:
    """Certificates in the book that decisions are taken by."""
    with office.parts.engine.connect() as connection:
        unit: CasesUnit = office.parts.open_unit(connection, COORDINATOR, office.clock.now(), "test")
        return set(unit.rules.keys(RuleRegister.OFFICER_CERTIFICATE))


def sign(office: Office, *handlers: tuple[str, str]) -> dict[str, Any]:
    return {
        "surveyed_at": office.clock.at.isoformat(),
        "place": "恩和镇",
        "handlers": [{"name": name, "certificate_no": no} for name, no in handlers],
        **papers("survey_record"),
    }


def test_without_a_register_uncertified_handlers_are_told_of_and_with_it_refused(office: Office) -> None:
    case = step(office, new_case(office), "investigate", **OFFICERS)
    assert case["procedure"]["uncertified"] == ["甲", "乙"]
    # Another agency's list changes nothing for this one.
    certify(office, "9", "甲", "agriculture")
    assert step(office, new_case(office), "investigate", **OFFICERS)["procedure"]["uncertified"] == ["甲", "乙"]

    certify(office, "1", "甲")
    certify(office, "3", "丙")
    other = new_case(office)
    without = refused(office, COORDINATOR, "case.investigate", OFFICERS, other["id"])
    assert (without.code, without.field, without.facts["handlers"]) == ("cases.no-certificate", "officers", ["乙"])
    assert without.facts["law"] == "APL 42; NRP 17"
    started = step(office, other, "investigate", officers=["甲", "丙"])
    assert started["procedure"]["uncertified"] == []

    wrong = sign(office, ("甲", "1"), ("丙", "33"))
    assert refused(office, COORDINATOR, "case.sign-survey-record", wrong, other["id"]).facts["handlers"] == ["丙"]
    right = sign(office, ("甲", "1"), ("丙", "3"))
    assert step(office, other, "sign-survey-record", **right)["procedure"]["surveys"] == 1

    step(office, other, "request-recusal", officer="丙", reason="同村")
    decide = {"officer": "丙", "granted": True, "reason": "准", **papers("recusal_decision")}
    late = refused(office, CHIEF, "case.decide-recusal", {**decide, "replaced_by": "丁"}, other["id"])
    assert (late.code, late.field) == ("cases.no-certificate", "replaced_by")
    certify(office, "4", "丁")
    assert step(office, other, "decide-recusal", CHIEF, **decide, replaced_by="丁")["officers"] == ["甲", "丁"]


def test_whether_it_refuses_is_a_setting(office: Office) -> None:
    place = {"register_name": "configuration", "key": "officer_certificate_check"}
    row = office.query(COORDINATOR, "rule.get", **place)["rows"][-1]  # those of older law end before it
    value = {"title": "执法证", "value": "perhaps"}
    body = setting(value, today(office), replaces=row["row_id"])
    assert refused(office, ADMIN, "rule.set", {**place, **body}, None).kind == "invalid-input"
    set_rule(office, **_said(place), body={**body, "value": {**value, "value": "refuse"}})
    case = new_case(office)

    def answer() -> str:
        return str(refused(office, COORDINATOR, "case.investigate", OFFICERS, case["id"]).code)

    wait_until(lambda: answer() == "cases.no-certificate", 5)


def _said(place: dict[str, str]) -> dict[str, str]:
    return {"register": place["register_name"], "code": place["key"]}
