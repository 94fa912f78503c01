"""Which evidence a step asks for, what is there, and exactly what is missing (domain.md 3.6, 3.11). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cases.domain.evidence_rules import EVERY_BEFORE, EvidenceRules, Need
from services.cases.domain.photo_place import spread_apart
from shared.contracts.codes import (
    EvidenceFlagCode,
    EvidenceObject,
    EvidenceStage,
    EvidenceState,
    EvidenceStep,
    SentBackReason,
    ViolationType,
)
from shared.errors import Conflict


class EvidenceMissing(Conflict):
    """The step asks for evidence that is not there. missing: what, in the words of the rules."""

    def __init__(
        self, object_: EvidenceObject, verb: str, missing: Sequence[str], reasons: Iterable[SentBackReason]
    ) -> None:
        super().__init__(
            "cases.evidence-missing",
            "evidence",
            law="HOUSE.required-evidence",
            object=object_.value,
            verb=verb,
            wanted=list(missing),
            sent_back_reasons=[reason.value for reason in reasons],
        )


@dataclass(frozen=True)
class Piece:
    """What counting asks of a piece of evidence. paired_before: the before photograph its confirmed pair names."""

    id: UUID
    object: EvidenceObject
    object_id: UUID
    state: EvidenceState
    item: str
    stage: EvidenceStage | None
    view: str | None
    azimuth_deg: float | None
    flags: tuple[EvidenceFlagCode, ...]
    damaged: bool
    paired_before: UUID | None


@dataclass(frozen=True)
class Answered:
    """A need with what is there for it. applies: None while nobody has said whether its condition holds.

    spoiled_by: for what a reviewer would send back what does not count.
    """

    need: Need
    applies: bool | None
    needed: int
    counted: tuple[UUID, ...]
    missing: int
    spoiled: tuple[tuple[UUID, tuple[EvidenceFlagCode, ...]], ...]
    spoiled_by: tuple[SentBackReason, ...] = ()

    @property
    def blocks(self) -> bool:
        return self.applies is True and self.missing > 0


def asked(
    rules: EvidenceRules,
    step: EvidenceStep,
    on: date,
    types: Iterable[ViolationType],
    pieces: Sequence[Piece],
    conditions: Iterable[str] = (),
) -> list[Answered]:
    """The check-list of a step against the evidence of the object.

    on: the day whose rules apply. conditions: what holds (`buildings`), or does not (`-buildings`).
    """
    said = set(conditions)
    return [_answered(need, rules, on, pieces, _applies(need, said)) for need in rules.needs(step, on, types)]


def require(object_: EvidenceObject, step: EvidenceStep, answers: Sequence[Answered]) -> None:
    """Raise EvidenceMissing unless all that the step asks for is there."""
    if missing := [_words(answer) for answer in answers if answer.blocks]:
        raise EvidenceMissing(object_, step.value, missing, sent_back_reasons(answers))


def sent_back_reasons(answers: Sequence[Answered]) -> list[SentBackReason]:
    """For which a reviewer would send the evidence back as it is (domain.md 5.6)."""
    reasons: list[SentBackReason] = []
    for answer in answers:
        if answer.blocks:
            reasons += answer.spoiled_by or (SentBackReason.PROOF_MISSING,)
    return list(dict.fromkeys(reasons))


def _words(answer: Answered) -> str:
    return f"{answer.need.title}（还缺 {answer.missing} 件）" if answer.needed > 1 else answer.need.title


def _applies(need: Need, said: set[str]) -> bool | None:
    if need.condition is None or need.condition in said:
        return True
    return False if f"-{need.condition}" in said else None


def _answered(need: Need, rules: EvidenceRules, on: date, pieces: Sequence[Piece], applies: bool | None) -> Answered:
    fitting = [piece for piece in pieces if _fits(piece, need)]
    good, spoiled = [], []
    for piece in fitting:
        flags = tuple(code for code in piece.flags if rules.spoils(code, on))
        if flags:
            spoiled.append((piece.id, flags))
        elif not piece.damaged:
            good.append(piece)
    if need.paired == EVERY_BEFORE:
        needed, there = _pairs(good, pieces, rules, on)
    else:
        needed, there = need.count, _number(good, need)
    return Answered(
        need=need,
        applies=applies,
        needed=needed,
        counted=tuple(piece.id for piece in good),
        missing=max(0, needed - there),
        spoiled=tuple(spoiled),
        spoiled_by=tuple(
            reason for _, flags in spoiled for code in flags if (reason := rules.sent_back_reason(code, on))
        ),
    )


def _fits(piece: Piece, need: Need) -> bool:
    return (
        piece.state is EvidenceState.KEPT
        and piece.item in need.any_of
        and (need.stage is None or piece.stage is need.stage)
        and (need.view is None or piece.view == need.view)
    )


def _number(good: Sequence[Piece], need: Need) -> int:
    if need.azimuth_gap_deg is None:
        return len(good)
    bearings = [piece.azimuth_deg for piece in good if piece.azimuth_deg is not None]
    return spread_apart(bearings, need.azimuth_gap_deg)


def _pairs(good: Sequence[Piece], pieces: Sequence[Piece], rules: EvidenceRules, on: date) -> tuple[int, int]:
    """How many before photographs want an after one, and how many have it. Without a before one, one pair is asked."""
    before = {
        piece.id
        for piece in pieces
        if piece.stage is EvidenceStage.BEFORE
        and piece.state is EvidenceState.KEPT
        and piece.item == "photo"
        and piece.view != "inside"
        and not any(rules.spoils(code, on) for code in piece.flags)
    }
    shown = {piece.paired_before for piece in good} & before
    return max(1, len(before)), len(shown)
