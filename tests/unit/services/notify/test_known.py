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
from tests.unit.services.notify.facts import CASE_ID, CLUE_ID, ITEM_ID, LETTER_ID, TRANSFER_ID, at, case_filed
from tests.unit.services.notify.paper_facts import header, version
from tests.unit.services.notify.told_story import SUBJECTS, case, clue, family, measures, whole

K = DossierKind
STORY = whole()
# By type: what it is about, and what whoever drafts must still say; in brackets what he may.
ASKED: dict[str, tuple[DossierKind | None, str]] = {
    "acceptance_sheet": (K.ITEM, "opinion"),
    "action_plan": (
        K.ACTION,
        "muster route commander deputy groups steps risk_plan evidence_plan media (leader_opinion)",
    ),
    "appraisal_commission": (K.CASE, "due"),
    "assistance_letter": (K.LETTER, ""),
    "case_catalogue": (K.CASE, "retention (note_text)"),
    "case_review_record": (
        K.CASE,
        "reviewed_on on_competence on_party on_facts on_nature on_law on_procedure on_proposal on_other opinion "
        "(leader_opinion)",
    ),
    "clue_register": (K.CLUE, "first_opinion assignee"),
    "clue_transfer_letter": (K.CLUE, "reason reply_due"),
    "closing_approval": (K.CASE, "(reviewer_opinion) (leader_opinion)"),
    "correction_order": (K.ITEM, "standard remedy"),
    "crime_transfer": (K.TRANSFER, ""),
    "delisting_notice": (K.LISTING, ""),
    "demand_notice": (K.CASE, "term_on way"),
    "discussion_record": (
        K.CASE,
        "time place chair recorder (listening) statements votes_for votes_against abstentions",
    ),
    "enforcement_application": (K.CASE, "applicant basis statement object_state"),
    "evidence_list": (K.CASE, ""),
    "extension_request": (K.ITEM, "progress plan (materials)"),
    "extension_reply": (K.ITEM, "decision (demands)"),
    "feedback_letter": (K.LETTER, "(reason)"),
    "filing_approval": (K.CASE, "(reviewer_opinion) (leader_opinion)"),
    "hearing_notice": (K.CASE, "openness (hearers) recorder"),
    "hearing_record": (
        K.CASE,
        "end openness (hearers) recorder attending accusation defence examination closing",
    ),
    "hearing_report": (K.CASE, "persons accusation defence findings proposal (leader_opinion)"),
    "hearing_right_notice": (K.CASE, "articles basis address"),
    "inquiry_record": (
        K.CASE,
        "start end place certificates recorder person sex age identity_no job address phone relation recusal questions",
    ),
    "inspection_record": (K.CASE, "end weather attending points classes findings"),
    "investigation_report": (K.CASE, "consequence articles basis proposal transfer"),
    "joint_action_proposal": (K.CASE, "risks (coordinator_opinion) (leader_opinion)"),
    "legal_review_opinion": (
        K.CASE,
        "on_competence on_facts on_law on_procedure on_papers on_crime reviewer (head_opinion)",
    ),
    "minutes": (K.ACTION, "meeting place chair decisions (absent) (listening)"),
    "on_site_record": (K.ACTION, "measures objections media recorder"),
    "patrol_record": (
        None,
        "kind area_name start end route patrollers findings photos summary_text (opinion)",
    ),
    "joint_action_notice": (K.ACTION, "muster (equipment)"),
    "listing_notice": (K.LISTING, "extension"),
    "no_filing_approval": (K.CLUE, "reason (leader_opinion)"),
    "penalty_decision": (K.CASE, "statement articles basis way remedy"),
    "penalty_notice": (K.CASE, "articles basis"),
    "preservation_notice": (K.CASE, "registered_on until kept_at keeper"),
    "rectification_plan": (K.ITEM, "stages standard (funds)"),
    "rectification_report": (K.ITEM, "(problems) progress"),
    "service_receipt": (K.CASE, "papers place service_way (served_at) (signed_by) (refusal) (witness) (remarks)"),
    "supervision_suggestion": (K.TRANSFER, "reasons"),
    "reconsideration_request": (K.TRANSFER, "reasons"),
    "stop_order": (K.CASE, "articles"),
    "strike_off_sheet": (K.ITEM, "(county_opinion) (review_opinion)"),
    "superior_unit_copy": (K.CASE, "(request)"),
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


def test_what_comes_again_is_drafted_while_the_former_is_known() -> None:
    """A hearing that is announced anew: the paper is drafted before anybody tells of it."""
    notice, facts = version("hearing_notice"), known(family(STORY, CASE_ID))
    told = sayable(notice, facts)
    assert (told["place"], told["chair"], told["time"]) == ("局会议室", "马某", "2026-06-10T10:00:00+08:00")
    put = completed(notice, DocumentContent(facts={"time": "2026-06-18T10:00:00+08:00", "chair": "孙某"}), facts)
    assert (put.facts["time"], put.facts["chair"], put.facts["place"]) == (
        "2026-06-18T10:00:00+08:00",
        "孙某",
        "局会议室",
    )


def test_lists_of_evidence_have_it_as_the_store_does() -> None:
    facts = known(family(STORY, CASE_ID))
    assert facts["case.pieces"] == [
        {
            "n": "1",
            "title": "现场全景",
            "kind": "视听资料",
            "evidence_no": "ZW-EV-640521-2026-00001",
            "taken": "2026年4月22日",
        },
        {
            "n": "2",
            "title": "装载机",
            "kind": "物证",
            "evidence_no": "ZW-EV-640521-2026-00002",
            "taken": "2026年4月26日 李四",
        },
    ]
    kept = {"name": "装载机", "mark": "ZW-EV-640521-2026-00002", "quantity": "", "state": ""}
    assert facts["case.preserved"] == [{"n": "1", **kept}]


def test_a_list_of_evidence_that_older_releases_were_told_of_is_filled_in_by_hand() -> None:
    found = family(STORY, CASE_ID)
    old = [
        replace(one, facts={"title": "旧照片", "photo": True}) if one.kind is K.PIECE else one for one in found.below
    ]
    first, *_ = known(Family(found.subject, found.above, tuple(old)))["case.pieces"]
    assert first == {"n": "1", "title": "旧照片", "kind": "", "evidence_no": "", "taken": ""}


def test_the_catalogue_has_every_paper_once_from_the_clue_to_what_came_of_the_case() -> None:
    rows = known(family(STORY, CASE_ID))["case.catalogue"]
    assert [row["title"] for row in rows] == [
        "现场全景",
        "核查报告",
        "装载机",
        "调查报告（中宁自然资调〔2026〕1号）",
        "验收单",
        "鉴定意见",
    ]
    assert [row["n"] for row in rows] == [str(n) for n in range(1, 7)]


def test_more_triggers_of_a_proposal_stand_beside_the_first() -> None:
    facts = known(family(STORY, CASE_ID))
    assert facts["case.action_triggers"] == ["占用面积达到标准：永久基本农田6.30亩", "现场拆除复耕：需要现场拆除"]
    assert facts["case.action_wished"] == ["公安局", "农业农村局"]
    assert facts["case.action_urgency"] == "紧急"


def test_a_refused_signature_is_witnessed() -> None:
    facts = known(family(STORY, CASE_ID))
    assert facts["case.survey_refusal"] == "当事人拒绝签名，由见证人郑某签名证明"
    assert facts["case.surveyors"] == ["张三（执法证号：宁E0001）", "李四（执法证号：宁E0002）"]


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
