"""What a reader of a case is not told: where a hand-over to public security stands (domain.md 5.7)."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.cases.storage.scope import has_insight
from shared.contracts import case_path_events as e
from shared.contracts.cases import CaseView
from shared.contracts.codes import DocumentKind, PauseReason, TaskResultKind
from shared.contracts.parts import DeadlineView
from shared.principal import Actor

_HIDDEN = frozenset(
    {
        e.CaseTransferMovedV1.type,
        e.CaseThresholdReviewedV1.type,
        e.CaseActsSummedV1.type,
        e.CaseLandFoundV1.type,
    },
)
# Of these clocks it is told that there is a matter of crime.
_CLOCKS = frozenset({"S09"})
_OF_CRIME = frozenset({TaskResultKind.CRIMINAL_DECISION, TaskResultKind.RECONSIDERATION_ANSWER})


def hidden_from(by: Actor) -> frozenset[str]:
    """Types of events of a case that the reader's timeline leaves out."""
    return frozenset() if has_insight(by) else _HIDDEN


def is_hidden(by: Actor, said: Mapping[str, Any]) -> bool:
    """Whether an event tells of a clock, or of an answer of the police, that the reader is not told of."""
    told_of = said.get("rule_id") in _CLOCKS or said.get("awaited_by") == "police_transfer"
    return told_of and not has_insight(by)


def result_kind_for(by: Actor, kind: str | None) -> str | None:
    """The kind of an agency's result, where it does not tell of a matter of crime to who is not told of it."""
    return None if kind in _OF_CRIME and not has_insight(by) else kind


def clocks_for(by: Actor, clocks: Sequence[DeadlineView]) -> list[DeadlineView]:
    """The clocks without what they would tell. The due date stays: that the clock stood still is no secret."""
    if has_insight(by):
        return list(clocks)
    return [_discreet(clock) for clock in clocks if clock.rule_id not in _CLOCKS]


def case_for(by: Actor, view: CaseView) -> CaseView:
    if has_insight(by):
        return view
    procedure = view.procedure.model_copy(update={"crime": None})
    return view.model_copy(update={"procedure": procedure, "deadlines": clocks_for(by, view.deadlines)})


def _discreet(clock: DeadlineView) -> DeadlineView:
    waiting = PauseReason.AWAITING_POLICE_OR_PROCURATORATE
    pauses = [
        pause.model_copy(
            update={
                "reason": PauseReason.SUSPENSION,
                "proof": pause.proof.model_copy(
                    update={"kind": DocumentKind.SUSPENSION_DECISION, "title": "（不公开）", "document_no": None}
                ),
                "end_proof": None,
            }
        )
        if pause.reason is waiting
        else pause
        for pause in clock.pauses
    ]
    return clock.model_copy(update={"pauses": pauses})
