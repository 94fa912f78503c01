"""Steps of a clue beside its main path: review above, split, transfer, archive, outside numbers."""

from typing import Any

from services.cases.domain.clue import Clue
from services.cases.domain.clue_shape import checked_shape
from services.cases.handlers.evidence_check import require_evidence
from services.cases.handlers.overlays import overlay_shaped
from services.cases.storage import duplicates
from services.cases.storage.unit import CasesUnit
from shared.contracts.clue_steps import (
    AddAliases,
    AnswerTransfer,
    ArchiveClue,
    ConfirmUnique,
    ExtendFiling,
    PassReview,
    SendBack,
    SplitClue,
    StartReview,
    TransferOut,
)
from shared.contracts.clues import ClueView
from shared.contracts.codes import EvidenceObject, EvidenceStep
from shared.ids import new_id
from shared.operations import Call


def confirm_unique(cmd: ConfirmUnique, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    undecided = duplicates.undecided(unit.connection, clue.id)
    return _recorded(clue, clue.confirm_unique(cmd, unit.moment, undecided), unit)


def add_aliases(cmd: AddAliases, call: Call, unit: CasesUnit) -> ClueView:
    """By a new number another clue may turn out to be this one: it is looked at again."""
    clue = _locked(call, unit)
    view = _recorded(clue, clue.add_aliases(cmd, unit.moment), unit)
    duplicates.ask(unit.connection, [clue.id])
    return view


def start_review(cmd: StartReview, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    told = clue.start_review(cmd, unit.moment)
    require_evidence(unit, EvidenceObject.CLUE, clue.id, EvidenceStep.START_REVIEW)
    return _recorded(clue, told, unit)


def pass_review(cmd: PassReview, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    return _recorded(clue, clue.pass_review(cmd, unit.moment), unit)


def send_back(cmd: SendBack, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    return _recorded(clue, clue.send_back(cmd, unit.moment), unit)


def transfer_out(cmd: TransferOut, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    return _recorded(clue, clue.transfer_out(cmd, unit.moment), unit)


def answer_transfer(cmd: AnswerTransfer, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    return _recorded(clue, clue.answer_transfer(cmd, unit.moment), unit)


def extend_filing(cmd: ExtendFiling, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    return _recorded(clue, clue.extend_filing(cmd, unit.moment), unit)


def archive_clue(cmd: ArchiveClue, call: Call, unit: CasesUnit) -> ClueView:
    clue = _locked(call, unit)
    waits = unit.reporters.waits(unit.connection, clue.id)
    return _recorded(clue, clue.archive(cmd, unit.moment, waits), unit)


def split_clue(cmd: SplitClue, call: Call, unit: CasesUnit) -> ClueView:
    """The patch ends and its children begin, in one commit."""
    clue = _locked(call, unit)
    box = unit.desk.boxes.around(clue.division_code)
    centres = [checked_shape(child.geometry, box, f"children.{n}.geometry") for n, child in enumerate(cmd.children)]
    clocks = clue.running
    (split,) = clue.split_up(cmd, unit.moment, [new_id() for _ in cmd.children])
    children = []
    for fact, child, centre in zip(split.children, cmd.children, centres, strict=True):
        made = Clue(id=fact.clue_id)
        children.append((made, made.split_off(clue, fact, child, clocks, centre, unit.moment)))
    unit.record(clue, unit.clues, [split])
    for made, told in children:
        unit.record(made, unit.clues, told)
    overlay_shaped([made for made, _ in children], unit)
    return clue.view()


def _locked(call: Call, unit: CasesUnit) -> Clue:
    return unit.clues.lock_seen(unit.connection, call.by, call.target, call.expected_version)


def _recorded(clue: Clue, told: Any, unit: CasesUnit) -> ClueView:
    unit.record(clue, unit.clues, told)
    return clue.view()
