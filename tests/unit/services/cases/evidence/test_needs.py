"""Which evidence is asked for, and exactly what is missing."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from gateway import texts
from services.cases.domain.evidence_needs import Answered, EvidenceMissing, asked, require, sent_back_reasons
from services.cases.domain.evidence_rules import EvidenceRules
from services.cases.domain.rule_book import Entry, RuleBook, RuleMissing
from shared.citations import INVITATION
from shared.contracts.codes import (
    EvidenceFlagCode,
    EvidenceObject,
    EvidenceStage,
    EvidenceState,
    EvidenceStep,
    RuleMark,
    RuleRegister,
    SentBackReason,
    ViolationType,
)
from shared.contracts.rules import RuleFact, RuleSource
from tests.unit.services.cases.evidence.builders import RULES, piece

DAY = date(2026, 5, 8)
_ALL = {"E11", "E12", "E13", "E14", "E15", "E16", "E17", "E18", "E19"}
_OF_TYPE = {
    "VT01": {"E21", "E22"},
    "VT02": {"E21", "E22"},
    "VT03": {"E23", "E24", "E25", "E27"},
    "VT04": {"E31", "E32", "E33", "E34"},
    "VT05": {"E41", "E42", "E43"},
    "VT06": {"E51", "E52", "E53", "E54"},
    "VT07": {"E51", "E52", "E53", "E54"},
    "VT08": {"E61", "E62", "E63"},
    "VT09": {"E71", "E72", "E73"},
    "VT10": {"E71", "E72", "E73"},
    "VT12": {"E81", "E82"},
    "VT16": {"E23", "E24", "E25", "E26"},
    "VT19": {"E91", "E92", "E93", "E94"},
}


def answers(step: str, types: list[str], pieces: list[Any], *conditions: str) -> dict[str, Answered]:
    found = asked(RULES, EvidenceStep(step), DAY, [ViolationType(type_) for type_ in types], pieces, conditions)
    return {answer.need.id: answer for answer in found}


@pytest.mark.parametrize("type_", [type_.value for type_ in ViolationType])
def test_every_type_has_the_list_of_the_law_and_no_other(type_: str) -> None:
    """domain.md 3.11."""
    assert set(answers("conclude", [type_], [])) == _ALL | _OF_TYPE.get(type_, set())


def test_two_types_ask_for_what_each_of_them_asks() -> None:
    assert set(answers("conclude", ["VT01", "VT03"], [])) == _ALL | _OF_TYPE["VT01"] | _OF_TYPE["VT03"]


def test_either_paper_will_do() -> None:
    for item in ("use_papers", "no_papers_proof"):
        assert answers("conclude", ["VT01"], [piece(item)])["E21"].missing == 0


def test_close_views_from_one_direction_are_one_view() -> None:
    from_one = [piece(view="close", azimuth_deg=azimuth) for azimuth in (10.0, 25.0, 358.0)]
    assert answers("start-review", [], from_one)["E02"].missing == 1
    from_two = [*from_one, piece(view="close", azimuth_deg=90.0)]
    assert answers("start-review", [], from_two)["E02"].missing == 0


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, 0),
        ({"state": EvidenceState.UNEXAMINED}, 1),
        ({"state": EvidenceState.EXCLUDED}, 1),
        ({"state": EvidenceState.QUARANTINED}, 1),
        ({"damaged": True}, 1),
        ({"view": "close"}, 1),
        ({"flags": (EvidenceFlagCode.NO_AZIMUTH,)}, 1),
        ({"flags": (EvidenceFlagCode.LATE_UPLOAD, EvidenceFlagCode.MAGNETIC_AZIMUTH)}, 0),
    ],
)
def test_only_what_is_kept_and_good_counts(changes: dict[str, Any], missing: int) -> None:
    one = piece(**{"view": "whole", **changes})
    assert answers("start-review", [], [one])["E01"].missing == missing


def test_what_does_not_count_is_named_with_its_flags() -> None:
    one = piece(view="whole", flags=(EvidenceFlagCode.NO_AZIMUTH, EvidenceFlagCode.LATE_UPLOAD))
    assert answers("start-review", [], [one])["E01"].spoiled == ((one.id, (EvidenceFlagCode.NO_AZIMUTH,)),)


@pytest.mark.parametrize(("said", "applies"), [("buildings", True), ("-buildings", False), ("other", None)])
def test_a_condition_counts_when_it_is_said(said: str, applies: bool | None) -> None:
    answer = answers("start-review", [], [], said)["E03"]
    assert (answer.applies, answer.blocks) == (applies, applies is True)


def test_every_before_photograph_wants_its_after_one() -> None:
    before = [piece(stage=EvidenceStage.BEFORE, view="close") for _ in range(3)]
    after = [piece(stage=EvidenceStage.AFTER, view="close", paired_before=one.id) for one in before[:2]]
    answer = answers("strike-off", [], [*before, *after])["R13"]
    assert (answer.needed, answer.missing) == (3, 1)
    twice = [*after, piece(stage=EvidenceStage.AFTER, view="close", paired_before=before[0].id)]
    assert answers("strike-off", [], [*before, *twice])["R13"].missing == 1
    spoiled = piece(
        stage=EvidenceStage.AFTER, view="close", paired_before=before[2].id, flags=(EvidenceFlagCode.TOO_FAR,)
    )
    assert answers("strike-off", [], [*before, *after, spoiled])["R13"].missing == 1


def test_without_any_before_photograph_a_pair_is_still_asked_for() -> None:
    assert answers("strike-off", [], [])["R13"].missing == 1


def test_a_refusal_says_which_evidence_is_missing_and_what_for_it_would_be_sent_back() -> None:
    """domain.md 8 step 7: azimuth missing on two photographs."""
    spoiled = [piece(view="close", flags=(EvidenceFlagCode.NO_AZIMUTH,)) for _ in range(2)]
    found = list(answers("start-review", [], [piece(view="whole"), *spoiled], "-buildings").values())
    with pytest.raises(EvidenceMissing) as refused:
        require(EvidenceObject.CLUE, EvidenceStep.START_REVIEW, found)
    assert refused.value.facts["wanted"] == ["不同方位的近景照片（还缺 2 件）"]
    assert sent_back_reasons(found) == [SentBackReason.NO_AZIMUTH]
    told = texts.detail(refused.value.code, refused.value.facts)
    assert told == f"“县级审核”还缺少证据：不同方位的近景照片（还缺 2 件）。依据：系统规程“证据清单”{INVITATION}。"


def test_a_complete_list_is_no_refusal() -> None:
    close = [piece(view="close", azimuth_deg=azimuth) for azimuth in (0.0, 90.0)]
    found = list(answers("start-review", [], [piece(view="whole"), *close]).values())
    assert [answer.missing for answer in found if answer.applies] == [0, 0]
    require(EvidenceObject.CLUE, EvidenceStep.START_REVIEW, found)


def entry(register: RuleRegister, key: str, value: dict[str, Any], since: date, until: date | None = None) -> Entry:
    fact = RuleFact(
        row_id=uuid4(),
        value=value,
        valid_from=since,
        valid_to=until,
        mark=RuleMark.CUSTOM,
        source=RuleSource(text="县里新规"),
        origin="edit",
        recorded_at=datetime(2026, 4, 20, tzinfo=UTC),
    )
    return Entry.of(register, key, fact)


def test_a_check_list_is_that_of_its_day_and_a_row_can_be_switched_off() -> None:
    need = {"step": "start-review", "title": "全景", "any_of": ["photo"]}
    rows = [
        entry(RuleRegister.REQUIRED_EVIDENCE, "E01", need, date(2020, 1, 1), date(2026, 12, 31)),
        entry(RuleRegister.REQUIRED_EVIDENCE, "E01", {**need, "count": 3}, date(2027, 1, 1), date(2027, 12, 31)),
        entry(RuleRegister.REQUIRED_EVIDENCE, "E01", {**need, "enabled": False}, date(2028, 1, 1)),
    ]
    rules, step = EvidenceRules(RuleBook(rows, DAY)), EvidenceStep.START_REVIEW
    counts = [[row.count for row in rules.needs(step, date(year, 6, 1), [])] for year in (2019, 2026, 2027, 2028)]
    assert counts == [[], [1], [3], []]
    assert rules.needs(step, date(2027, 1, 1), [])[0].basis == "县里新规"


def test_the_shipped_rules_ask_at_every_step_and_a_county_takes_one_away() -> None:
    assert all(RULES.is_asked_at(step, DAY) for step in EvidenceStep)
    asked_at = {"title": "环节", "value": ["conclude"]}
    rules = EvidenceRules(RuleBook([entry(RuleRegister.CONFIGURATION, "evidence_asked_at", asked_at, DAY)], DAY))
    assert [step for step in EvidenceStep if rules.is_asked_at(step, DAY)] == [EvidenceStep.CONCLUDE]


def test_every_item_that_a_shipped_row_asks_for_can_be_given() -> None:
    for step in EvidenceStep:
        for need in RULES.needs(step, DAY, ViolationType):
            assert need.any_of <= set(RULES.items(DAY)), need.id


def test_without_numbers_no_photograph_is_judged() -> None:
    with pytest.raises(RuleMissing):
        EvidenceRules(RuleBook((), DAY)).photo(DAY)


@pytest.mark.parametrize("code", list(EvidenceFlagCode))
def test_every_flag_has_its_name_and_sentence(code: EvidenceFlagCode) -> None:
    assert texts.flag_title(code.value) != code.value
    assert f"flag.{code.value}" in texts.DETAILS
