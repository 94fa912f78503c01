"""The register of official documents: right before a process starts, and complete."""

import tomllib
from datetime import date, timedelta
from typing import Any

import pytest

from services.notify.adapters.registers import REGISTER, read_document_types
from services.notify.domain.document_types import DocumentTypes, Version
from services.notify.domain.errors import DocumentTypeUnknown
from tests.unit.services.notify import paper_facts
from tests.unit.services.notify.paper_facts import DAY

TYPES = read_document_types()
BY_NUMBER = {
    1: "clue_register",
    2: "verification_report",
    3: "clue_transfer_letter",
    4: "assistance_letter",
    5: "feedback_letter",
    6: "joint_action_proposal",
    7: "joint_action_notice",
    8: "task_letter",
    9: "action_plan",
    10: "on_site_record",
    11: "stop_order",
    12: "correction_order",
    13: "filing_approval",
    14: "no_filing_approval",
    15: "inquiry_record inspection_record evidence_list",
    16: "preservation_notice",
    17: "appraisal_commission",
    18: "investigation_report",
    19: "case_review_record legal_review_opinion discussion_record",
    20: "penalty_notice hearing_right_notice",
    21: "hearing_notice hearing_record hearing_report",
    22: "penalty_decision",
    23: "service_receipt",
    24: "demand_notice",
    25: "enforcement_application",
    26: "crime_transfer",
    28: "reconsideration_request supervision_suggestion",
    29: "discipline_clue",
    30: "accountability_advice",
    31: "supervise_letter",
    32: "listing_notice",
    33: "extension_request extension_reply",
    34: "delisting_notice",
    35: "rectification_plan rectification_report",
    36: "acceptance_sheet",
    37: "strike_off_sheet",
    38: "bulletin",
    39: "copy_notice case_filed_copy case_report_copy listing_copy struck_off_copy",
    40: "report_to_party large_case_report",
    41: "talk_notice",
    42: "talk_minutes",
    45: "patrol_record",
    46: "minutes",
    47: "closing_approval case_catalogue",
    48: "superior_unit_copy stop_procedures_letter",
}


def stop_order() -> dict[str, Any]:
    return tomllib.loads((REGISTER / "documents" / "stop_order.toml").read_text(encoding="utf-8"))


def test_every_document_that_offices_exchange_is_there() -> None:
    """By their numbers in domain.md 5.2; 27 comes in from the police, 43 and 44 belong to the yearly assessment."""
    assert {name for names in BY_NUMBER.values() for name in names.split()} == set(TYPES)


def test_what_is_sent_to_another_body_comes_with_a_slip_to_sign() -> None:
    receipts = {name for name in TYPES if TYPES.on(name, DAY).has_receipt}
    letters = {name for name in TYPES if TYPES.on(name, DAY).layout == "letter"}
    assert receipts == letters


def test_restricted_documents_are_those_about_persons() -> None:
    restricted = {version.type for version in TYPES.versions() if version.restricted}
    assert restricted == {"discipline_clue", "accountability_advice"}


def test_reports_upwards_name_their_signer() -> None:
    assert {version.type for version in TYPES.versions() if version.upward} == {"large_case_report", "report_to_party"}


@pytest.mark.parametrize("version", list(TYPES.versions()), ids=lambda version: version.type)
def test_every_version_rests_on_a_law_and_has_facts_for_its_fields(version: Version) -> None:
    assert version.law
    assert set(paper_facts.facts(version)) == {field.name for field in version.fields}


def test_type_or_day_without_a_version_is_unknown() -> None:
    with pytest.raises(DocumentTypeUnknown):
        TYPES.on("love_letter", DAY)
    with pytest.raises(DocumentTypeUnknown):
        TYPES.on("stop_order", date(2023, 7, 31))


def test_a_new_wording_follows_the_old_one_on_its_day() -> None:
    file = stop_order()
    first, changed = file["version"][0], date(2027, 1, 1)
    last = changed - timedelta(days=1)
    types = DocumentTypes.from_files(
        [{**file, "version": [{**first, "valid_to": last}, {**first, "version": 2, "valid_from": changed}]}]
    )
    assert types.on("stop_order", last).template == "stop_order/1"
    assert types.on("stop_order", changed).template == "stop_order/2"


def test_versions_may_not_overlap() -> None:
    file = stop_order()
    first = file["version"][0]
    with pytest.raises(ValueError, match="before stop_order/1 has ended"):
        DocumentTypes.from_files([{**file, "version": [first, {**first, "version": 2, "valid_from": DAY}]}])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parts": [{"text": "{party}{nobody}"}]}, "no field nobody"),
        ({"parts": [{"text": "{party}"}]}, "unused"),
        ({"parts": [{"text": "{party} {"}]}, "brace"),
        ({"parts": [{"text": "{party}", "when": "nobody"}]}, "no field nobody"),
        ({"parts": [{"text": "{area.ha}"}]}, "no field area.ha"),
        ({"parts": [{"text": "{item}"}]}, "no field item"),
        ({"parts": [{"form": [["甲"]], "shares": [1, 1]}]}, "does not fill"),
        ({"law": ["XYZ 1"]}, "unknown law"),
        ({"fields": [{"name": "party", "title": "甲", "kind": "line", "source": "nobody.knows"}]}, "no source"),
        ({"fields": [{"name": "issuer", "title": "甲", "kind": "line", "source": "hand.issuer"}]}, "header"),
        ({"fields": [{"name": "party", "title": "甲", "kind": "rows", "source": "hand.party"}]}, "columns"),
        ({"layout": "poster"}, "poster"),
        ({"approver": "nobody"}, "nobody"),
    ],
)
def test_wrong_version_is_refused_when_it_is_read(change: dict[str, Any], said: str) -> None:
    file = stop_order()
    with pytest.raises(ValueError, match=said):
        DocumentTypes.from_files([{**file, "version": [{**file["version"][0], **change}]}])


def test_unknown_key_is_refused_when_it_is_read() -> None:
    file = stop_order()
    with pytest.raises(TypeError):
        DocumentTypes.from_files([{**file, "version": [{**file["version"][0], "colour": "red"}]}])
