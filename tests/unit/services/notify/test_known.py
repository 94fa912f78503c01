"""Which facts of each type the system fills in, and which it asks for."""

from dataclasses import replace
from typing import Any

import pytest

from services.notify.adapters.registers import read_document_types
from services.notify.domain.composing import compose
from services.notify.domain.document_types import FieldKind
from services.notify.domain.dossier import DossierKind, Told, merged
from services.notify.domain.drafting import completed, read_facts, sayable
from services.notify.domain.errors import DocumentFieldMissing, FactContradicted
from services.notify.domain.known import Family, is_fixed, is_known_of, known, seen_by
from shared.contracts.case_path_events import CaseFilingDeclinedV1, CaseLandFoundV1, CaseRecusalDecidedV1
from shared.contracts.documents import DocumentContent
from tests.unit.services.notify.facts import CASE_ID, ITEM_ID, case_filed
from tests.unit.services.notify.paper_facts import header, version
from tests.unit.services.notify.told_story import (
    CLUE_ID,
    LETTER_ID,
    SUBJECTS,
    TRANSFER_ID,
    at,
    case,
    clue,
    family,
    measures,
    whole,
)

K = DossierKind
STORY = whole()
# By type: what it is about, and what whoever drafts must still say; in brackets what he may.
ASKED: dict[str, tuple[DossierKind | None, str]] = {
    "acceptance_sheet": (K.ITEM, "opinion"),
    "assistance_letter": (K.LETTER, ""),
    "clue_register": (K.CLUE, "first_opinion assignee"),
    "clue_transfer_letter": (K.CLUE, "reason reply_due"),
    "closing_approval": (K.CASE, "(reviewer_opinion) (leader_opinion)"),
    "correction_order": (K.ITEM, "standard remedy"),
    "crime_transfer": (K.TRANSFER, ""),
    "delisting_notice": (K.LISTING, ""),
    "demand_notice": (K.CASE, "term_on way"),
    "extension_reply": (K.ITEM, "decision (demands)"),
    "feedback_letter": (K.LETTER, "(reason)"),
    "filing_approval": (K.CASE, "(reviewer_opinion) (leader_opinion)"),
    "joint_action_notice": (K.ACTION, "muster (equipment)"),
    "listing_notice": (K.LISTING, "extension"),
    "no_filing_approval": (K.CLUE, "reason (leader_opinion)"),
    "penalty_decision": (K.CASE, "statement articles basis way remedy"),
    "penalty_notice": (K.CASE, "articles basis"),
    "reconsideration_request": (K.TRANSFER, "reasons"),
    "stop_order": (K.CASE, "articles"),
    "strike_off_sheet": (K.ITEM, "(county_opinion) (review_opinion)"),
    "supervise_letter": (K.ITEM, "request new_due next_step"),
    "task_letter": (K.TASK, ""),
    "verification_report": (K.CLUE, "plan"),
    # About a person, and sealed records: the system proposes nothing of that kind (domain.md 9).
    "accountability_advice": (None, "person post duty failure consequence rule_text measure evidence"),
    "discipline_clue": (K.CASE, "person post breach facts evidence handling"),
    "talk_minutes": (None, "person time place talker problems demands due statement present (absent) (listening)"),
    "talk_notice": (None, "person post talker reason time place materials"),
    # Copies that rules make of events, with what those tell beside (copies.py).
    "case_filed_copy": (K.CASE, ""),
    "case_report_copy": (K.CASE, "state rectification remarks"),
    "large_case_report": (K.CASE, "(measures)"),
    "listing_copy": (K.LISTING, "change changed_on"),
    "stop_procedures_letter": (K.CASE, ""),
    "struck_off_copy": (K.ITEM, ""),
    # About a period: the bulletin's own projection fills these.
    "bulletin": (
        None,
        "period as_of found found_area verified verified_rate violations violation_area farmland pbf dismissed items "
        "item_area in_rectification struck_off rate area_rate overdue listed situation (remarks) (problems) (unsigned) "
        "demands townships areas comparison area_comparison heads",
    ),
    "copy_notice": (None, "period bulletin_no total total_area done done_area late summary (cases)"),
    "report_to_party": (
        None,
        "period as_of bulletin_no total total_area done done_area late situation (problems) proposals",
    ),
}
# Of what the system may know, that this story does not tell of: here nobody gave an opinion at the acceptance, declined
# to file or answered in the negative; the name of a township comes from the register of divisions.
UNTOLD = {
    *("case.state", "item.summary", "listing.change", "listing.changed_on"),  # of the moment of a copy
    "item.opinion",
    "clue.no_filing_reason",
    "answer.answer_reason",
    "clue.assignee",
}


def told_of(type_: str, kind: DossierKind | None) -> dict[str, Any]:
    return {} if kind is None else sayable(version(type_), known(family(STORY, SUBJECTS[kind])))


def test_every_type_is_listed_here() -> None:
    assert set(ASKED) == set(read_document_types())


@pytest.mark.parametrize("type_", sorted(ASKED))
def test_every_type_is_filled_in_and_asks_for_the_rest_alone(type_: str) -> None:
    kind, wanted = ASKED[type_]
    told = told_of(type_, kind)
    asked = [field for field in version(type_).fields if field.name not in told]
    assert " ".join(field.name if field.required else f"({field.name})" for field in asked) == wanted
    missing = {field.source for field in asked if is_known_of(field) and not field.source.startswith("period.")}
    assert missing <= UNTOLD


@pytest.mark.parametrize("type_", sorted(name for name, (_, wanted) in ASKED.items() if wanted[:1] not in ("", "(")))
def test_what_is_missing_is_named_with_its_document(type_: str) -> None:
    kind, wanted = ASKED[type_]
    of = version(type_)
    content = completed(of, DocumentContent(facts={}), known(family(STORY, SUBJECTS[kind])) if kind else {})
    with pytest.raises(DocumentFieldMissing) as refused:
        compose(of, header(), read_facts(of, content.facts))
    assert (refused.value.field, refused.value.facts["document"]) == (wanted.split()[0], of.title)


def test_names_numbers_days_and_areas_stand_and_words_may_be_put_otherwise() -> None:
    order, facts = version("stop_order"), known(family(STORY, CASE_ID))
    for name, other in (("party", "乙"), ("found_on", "2026-04-01"), ("area", 1.0)):
        with pytest.raises(FactContradicted) as refused:
            completed(order, DocumentContent(facts={name: other}), facts)
        assert refused.value.field == name
    put = completed(order, DocumentContent(facts={"act": "建设砂场", "officers": ["张三"]}), facts)
    assert (put.facts["act"], put.facts["officers"], put.facts["party"]) == ("建设砂场", ["张三"], "甲")


def test_what_cannot_be_printed_whole_is_marked_and_may_be_worded() -> None:
    order = version("stop_order")
    odd = [event if event is not STORY[5] else case_filed(party_name="甲\u200b", clue_id=CLUE_ID) for event in STORY]
    facts = known(family(odd, CASE_ID))
    assert sayable(order, facts)["party"] == "甲〓"
    assert completed(order, DocumentContent(facts={"party": "甲某"}), facts).facts["party"] == "甲某"


def test_what_a_rule_took_from_elsewhere_gives_way_to_what_is_known_by_now() -> None:
    copy, facts = version("case_filed_copy"), known(family(STORY, CASE_ID))
    made = DocumentContent(facts={"area": 1.0, "violations": "砂场"})
    full = completed(copy, made, facts, by_rule=True).facts
    assert (full["area"], full["violations"]) == (8400.0, "砂场")


def test_of_several_the_one_that_is_meant_must_be_named() -> None:
    other = {"item_id": LETTER_ID, "item_no": "ZW-RI-640521-2026-00002"}
    two = [*STORY, *(event.model_copy(update=other) for event in STORY if getattr(event, "item_id", None) == ITEM_ID)]
    sheet = version("strike_off_sheet")
    assert "item_no" not in sayable(sheet, known(family(two, CASE_ID)))
    assert sayable(sheet, known(family(two, ITEM_ID)))["item_no"] == "ZW-RI-640521-2026-00001"


def test_an_agency_that_is_asked_knows_what_its_letter_says_and_nothing_of_the_case() -> None:
    whole_of_it = family(STORY, LETTER_ID)
    assert seen_by(whole_of_it, "coordination") == seen_by(whole_of_it, "natural_resources") == whole_of_it
    asked = seen_by(whole_of_it, "public_security")
    assert asked is not None
    facts = known(asked)
    assert facts["answer.letter_no"] == "ZW-AS-640521-2026-00001"
    assert not [source for source in facts if source.startswith("case.")]
    assert seen_by(whole_of_it, "agriculture") is None
    assert seen_by(family(STORY, TRANSFER_ID), "public_security") is None


def test_before_the_decision_what_is_intended_and_before_the_report_what_was_verified() -> None:
    facts = known(family([*clue(), *case()[:2]], CASE_ID))
    assert facts["case.facts"] == "现场硬化地面、堆放砂石。"
    assert "case.decision" not in facts
    assert known(family([*clue(), *case()[:5]], CASE_ID))["case.decision"] == "退还土地，限期拆除，罚款。"


def test_declined_filing_gives_its_reason() -> None:
    filed = case()[0].model_dump(exclude={"area_threshold_met", "near_threshold", "summed"})
    declined = CaseFilingDeclinedV1(
        **{**filed, "to_state": "not_filed", "ground": "minor_and_corrected", "reason": "已改正"}
    )
    told = sayable(version("no_filing_approval"), known(family([*clue(), declined], CLUE_ID)))
    assert told["reason"].endswith("：已改正")


def test_official_areas_count_and_a_recused_officer_is_replaced() -> None:
    head = {"case_id": CASE_ID, "case_no": "x", "from_state": "filed", "to_state": "filed", "at": at(5, 1)}
    claimed = {"area_m2": 8400, "farmland_area_m2": 7000, "pbf_area_m2": 4200}
    official = {
        "overlay_id": LETTER_ID,
        "on_day": "2026-03-01",
        "area_m2": 8500,
        "farmland_area_m2": 7100,
        "pbf_area_m2": None,
    }
    found = CaseLandFoundV1(
        **head,
        overlay_id=LETTER_ID,
        farmland_m2=7100,
        pbf_m2=4200,
        area_threshold_met=False,
        near_threshold=False,
        basis={"claimed": claimed, "official": official},
    )
    recused = CaseRecusalDecidedV1(**head, officer="张三", granted=True, replaced_by="赵六")
    facts = known(family([*case()[:2], found, recused], CASE_ID))
    assert (facts["case.area_m2"], facts["case.farmland_area_m2"], facts["case.pbf_area_m2"]) == (8500, 7100, 4200)
    assert facts["case.other_farmland_area_m2"] == 2900
    assert facts["case.officers"] == ["李四", "赵六"]


def test_evidence_is_counted_without_what_was_set_aside() -> None:
    found = family(STORY, CLUE_ID)
    assert known(found)["clue.photo_count"] == 1
    (piece,) = found.pieces(K.CLUE)
    out = replace(piece, facts={**piece.facts, "out": True})
    aside = Family(found.subject, found.above, tuple(out if one is piece else one for one in found.below))
    assert known(aside)["clue.photo_count"] == 0
    assert "现场全景" not in known(aside)["clue.materials"]


def test_what_an_event_leaves_open_stays_as_it_was() -> None:
    before = {"place": "三队", "papers": ["甲"]}
    after = merged(before, Told(CLUE_ID, K.CLUE, {"place": None, "area_m2": 0.0}, more={"papers": ["甲", "乙"]}))
    assert after == {"place": "三队", "area_m2": 0.0, "papers": ["甲", "乙"]}


def test_lists_and_texts_are_words() -> None:
    for one in read_document_types().versions():
        for field in one.fields:
            assert not (is_fixed(field, "甲") and field.kind in (FieldKind.TEXT, FieldKind.LINES, FieldKind.ROWS))


def test_transfers_made_are_named_at_the_closing() -> None:
    told = sayable(version("closing_approval"), known(family([*case(), *measures()], CASE_ID)))
    assert told["transfers"] == ["移送县公安局（ZW-TR-640521-2026-00001）"]
