"""Copy rules and issuing offices: data that must be right before a process starts."""

from datetime import date
from typing import Any

import pytest

from services.notify.adapters.registers import read_copy_rules, read_offices
from services.notify.domain.copy_rules import CopyRules
from services.notify.domain.errors import OfficeMissing, RecipientNamedTwice, RuleMissing
from services.notify.domain.offices import notice_no, party_of, recipient_of
from shared.contracts.codes import NoticeKind, Recipient

ROW: dict[str, Any] = {
    "id": "N01",
    "fact": "tianwei.cases.case-filed.v1",
    "kind": "case_filed_copy",
    "main": "party_committee",
    "copies": ["discipline_commission"],
    "basis": "第十条",
    "valid_from": date(2024, 1, 1),
    "valid_to": date(2024, 12, 31),
}


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        ("tianwei.cases.case-filed.v1", NoticeKind.CASE_FILED_COPY),
        ("tianwei.cases.rectification-struck-off.v1", NoticeKind.STRUCK_OFF_COPY),
    ],
)
def test_filing_and_striking_off_go_to_party_committee_with_copies(fact: str, kind: NoticeKind) -> None:
    (rule,) = read_copy_rules().asked_by(fact, date(2026, 11, 24))
    assert rule.kind is kind
    assert [(line.recipient.value, line.line) for line in rule.recipients] == [
        ("party_committee", "main"),
        ("discipline_commission", "copy"),
        ("organisation_department", "copy"),
    ]
    assert "第十条" in rule.basis


def test_other_facts_ask_for_nothing() -> None:
    assert read_copy_rules().asked_by("tianwei.cases.case-closed.v1", date(2026, 11, 24)) == []


@pytest.mark.parametrize(
    ("on", "number"),
    [(date(2023, 12, 31), 0), (date(2024, 1, 1), 1), (date(2024, 12, 31), 1), (date(2025, 1, 1), 0)],
)
def test_rule_holds_from_its_first_to_its_last_day(on: date, number: int) -> None:
    assert len(CopyRules.from_rows([ROW]).asked_by(ROW["fact"], on)) == number


def test_notice_by_hand_without_a_rule_in_force_is_refused() -> None:
    with pytest.raises(RuleMissing):
        CopyRules.from_rows([ROW]).one_for("notice.issue", date(2024, 6, 1))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "struck_off_copy"}, ValueError),
        ({"fact": "tianwei.cases.case-opened.v1"}, KeyError),
        ({"main": "mayor"}, ValueError),
        ({"copys": []}, ValueError),
        ({"copies": ["party_committee"]}, RecipientNamedTwice),
    ],
)
def test_wrong_rule_is_refused_at_load(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        CopyRules.from_rows([{**ROW, **change}])


def test_every_county_of_the_city_has_an_office_and_a_series() -> None:
    offices = read_offices("640521000000")
    series = {code: offices.of(code).series(NoticeKind.CASE_FILED_COPY) for code in ("640502", "640521", "640522")}
    assert series == {"640502": "沙坡头耕保抄", "640521": "中宁耕保抄", "640522": "海原耕保抄"}


def test_all_kinds_of_copies_count_in_one_series() -> None:
    office = read_offices("640521000000").of("640521104000")
    assert {office.series(kind) for kind in NoticeKind} == {"中宁耕保抄"}


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
