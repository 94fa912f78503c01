"""Copy rules and issuing offices: data that must be right before a process starts."""

from datetime import date
from itertools import combinations
from typing import Any

import pytest

from services.notify.adapters.registers import read_copy_rules, read_document_types, read_offices
from services.notify.domain.copies import NAMED
from services.notify.domain.copy_rules import LEAD_AGENCY, CopyRule, CopyRules, Issue
from services.notify.domain.document_types import Approver
from services.notify.domain.errors import OfficeMissing, RuleMissing
from services.notify.domain.offices import notice_no, party_of, recipient_of
from services.notify.domain.receipt_terms import Body
from shared.citations import known
from shared.contracts.catalogue import of_source
from shared.contracts.codes import Recipient
from tests.unit.services.notify import facts

TODAY = date(2026, 11, 24)
RULES = read_copy_rules()
ROW: dict[str, Any] = {
    "id": "N01",
    "title": "立案抄告",
    "event": "tianwei.cases.case-filed.v1",
    "document": "case_filed_copy",
    "office": "coordination",
    "to": ["party_committee"],
    "copies": ["discipline_commission"],
    "issue": "automatic",
    "basis": "SEED 10",
    "valid_from": date(2024, 1, 1),
    "valid_to": date(2024, 12, 31),
}


def rules_of(*rows: dict[str, Any]) -> CopyRules:
    return CopyRules.from_register({"rule": rows, "none": []})


# Every day on which something begins to hold, and the day before it ends.
DAYS = sorted({TODAY, *(rule.valid_from for rule in RULES.rules), *(one.valid_from for one in RULES.silences)})


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("source", ["cases", "agencies"])
def test_every_event_has_a_rule_or_an_explicit_none_and_not_both(source: str, on: date) -> None:
    for event in of_source(source):
        assert bool(RULES.in_force(event.type, on)) != RULES.is_silent(event.type, on), event.type


def test_none_names_only_events_that_there_are() -> None:
    told = {event.type for source in ("cases", "agencies") for event in of_source(source)}
    assert {name for silence in RULES.silences for name in silence.events} <= told
    assert all(silence.reason for silence in RULES.silences)


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.id)
def test_a_rule_names_what_there_is(rule: CopyRule) -> None:
    assert rule.event in NAMED
    assert known(rule.basis)
    version = read_document_types().on(rule.document, TODAY)
    assert (version.approver is Approver.AGENCY_HEAD) == (rule.office == LEAD_AGENCY)
    assert not version.restricted
    for county in ("640502", "640521", "640522"):
        office = read_offices("640521000000").of(county)
        for code in (*rule.to, *rule.copies):
            assert office.code_of(office.called(code)) == code
            assert office.body(code) is not Body.OTHER


def test_one_fact_tells_a_recipient_one_thing() -> None:
    for one, other in combinations(RULES.rules, 2):
        if one.event == other.event and one.holds(TODAY) and other.holds(TODAY):
            assert not {*one.to, *one.copies} & {*other.to, *other.copies}


def test_the_copies_of_article_10_go_to_the_party_committee_and_two_more_by_themselves() -> None:
    for fact in ("tianwei.cases.case-filed.v1", "tianwei.cases.rectification-struck-off.v1"):
        rule = RULES.in_force(fact, TODAY)[0]
        assert (rule.to, rule.copies) == (
            ("party_committee",),
            ("discipline_commission", "organisation_department"),
        )
        assert (rule.issue, rule.basis) == (Issue.AUTOMATIC, "SEED 10")


@pytest.mark.parametrize(
    ("areas", "asked"),
    [
        ({"pbf_area_m2": "3333.33", "farmland_area_m2": "3333.33"}, False),
        ({"pbf_area_m2": "3333.34", "farmland_area_m2": "3333.34"}, True),
        ({"pbf_area_m2": "0", "farmland_area_m2": "6666.66"}, False),
        ({"pbf_area_m2": "0", "farmland_area_m2": "6666.67"}, True),
        # Other cultivated land is what is not permanent basic farmland.
        ({"pbf_area_m2": "1000.00", "farmland_area_m2": "7000.00"}, False),
    ],
)
def test_a_large_violation_is_reported_from_five_mu_of_basic_or_ten_of_other_land(
    areas: dict[str, str], asked: bool
) -> None:
    event = facts.case_filed(area_m2="9000.00", **areas)
    assert ("K3" in [rule.id for rule in RULES.asked_by(event, TODAY)]) is asked


@pytest.mark.parametrize(
    ("on", "number"),
    [(date(2023, 12, 31), 0), (date(2024, 1, 1), 1), (date(2024, 12, 31), 1), (date(2025, 1, 1), 0)],
)
def test_rule_holds_from_its_first_to_its_last_day(on: date, number: int) -> None:
    assert len(rules_of(ROW).asked_by(facts.case_filed(), on)) == number


def test_notice_by_hand_without_a_rule_in_force_is_refused() -> None:
    with pytest.raises(RuleMissing):
        rules_of(ROW).one_for("notice.issue", date(2024, 6, 1))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"issue": "sometimes"}, ValueError),
        ({"channels": ["pigeon"]}, ValueError),
        ({"copys": []}, TypeError),
        ({"copies": ["party_committee"]}, ValueError),
        ({"to": []}, ValueError),
        ({"when": [{"least_mu": 5}]}, TypeError),
    ],
)
def test_wrong_rule_is_refused_at_load(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        rules_of({**ROW, **change})


def test_settings_replace_the_own_county_only() -> None:
    offices = read_offices("640521000000", "中宁县田长制办公室", "中宁田长")
    assert (offices.of("640521").name, offices.of("640521").mark) == ("中宁县田长制办公室", "中宁田长")
    assert offices.of("640522").mark == "海原耕保"


def test_county_without_an_office_is_an_error() -> None:
    with pytest.raises(OfficeMissing):
        read_offices("640521000000").of("110101000000")


def test_number_is_written_as_official_documents_have_it() -> None:
    assert notice_no("中宁耕保抄", 2026, 3) == "中宁耕保抄〔2026〕3号"


def test_party_names_county_and_recipient() -> None:
    party = party_of("640521104000", Recipient.PARTY_COMMITTEE)
    assert party == "640521:party_committee"
    assert recipient_of(party) is Recipient.PARTY_COMMITTEE
