"""Two clues that look like one: the system proposes, a named person decides (domain.md 7.2)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.cases.domain.clue import Clue
from services.cases.domain.clue_rules import DuplicateRule
from services.cases.domain.duplicates import DuplicateProposal, Likeness, LinkTargetEnded, Overlap, likeness
from services.cases.queries.duplicates import duplicate_row
from services.cases.storage import duplicates
from services.cases.storage.duplicates import Subject, pair_id
from services.cases.storage.unit import CasesUnit
from shared.clock import local_day
from shared.contracts.clue_duplicates import DecideDuplicate, DuplicateRow
from shared.contracts.clue_parts import ReboundFact
from shared.contracts.clue_steps import ConfirmUnique
from shared.contracts.codes import ClueState, DuplicateGround, DuplicateKind
from shared.operations import Call


@dataclass(frozen=True)
class Pair:
    """Two clues that might be one, and how their shapes lie to each other."""

    one: Subject
    other: Subject
    overlap: Overlap

    @property
    def id(self) -> UUID:
        """Of the proposal that they are one."""
        return pair_id(self.one.compared.id, self.other.compared.id)

    @property
    def by_age(self) -> tuple[Subject, Subject]:
        """The newer, the older: by when they were received, of one batch by their numbers."""
        older, newer = sorted((self.one, self.other), key=lambda subject: (subject.received_at, subject.clue_no))
        return newer, older


def propose(pairs: Sequence[Pair], unit: CasesUnit) -> None:
    """Proposals for the pairs that look like one; a pair that was proposed before stays as it is.

    Of one clue the likeliest few: a common number, then the larger overlap, then the older clue.
    """
    rule = unit.clue_rules.duplicate(local_day(unit.now))
    known = unit.duplicates.known(unit.connection, [pair.id for pair in pairs])
    made: Counter[UUID] = Counter()
    for pair, found in sorted(_alike(pairs, rule), key=_likelier):
        newer, older = pair.by_age
        if pair.id in known or made[newer.compared.id] >= rule.most_proposals:
            continue
        made[newer.compared.id] += 1
        proposal, told = DuplicateProposal.propose(
            pair.id,
            newer.compared,
            older.compared,
            (newer.clue_no, older.clue_no),
            found,
            newer.division_code,
            unit.now,
        )
        unit.record(proposal, unit.duplicates, told)


def _alike(pairs: Sequence[Pair], rule: DuplicateRule) -> Iterator[tuple[Pair, Likeness]]:
    for pair in {pair.id: pair for pair in pairs}.values():
        found = likeness(pair.one.compared, pair.other.compared, pair.overlap, rule)
        if found is not None:
            yield pair, found


def _likelier(found: tuple[Pair, Likeness]) -> tuple[bool, float, datetime, str]:
    pair, like = found
    older = pair.by_age[1]
    return DuplicateGround.NUMBER not in like.grounds, -pair.overlap.iou, older.received_at, older.clue_no


def decide_duplicate(cmd: DecideDuplicate, call: Call, unit: CasesUnit) -> DuplicateRow:
    """Both clues and the proposal change in one commit; who comes second finds it decided."""
    proposal = unit.duplicates.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    newer, older = _locked(proposal, call, unit)
    link = cmd.decision == "link"
    told = proposal.decide(link=link, into_id=cmd.into_id, reason=cmd.reason, by=call.by, at=unit.now)
    unit.record(proposal, unit.duplicates, told)
    if link and proposal.kind is DuplicateKind.REBOUND:
        _note_rebound(proposal, newer, older, cmd.reason, unit)
    elif link:
        _link(proposal, newer, older, cmd.reason, unit)
    unit.flush()
    for clue in (newer, older):
        _confirm_unique(clue, cmd.reason, unit)
    unit.flush()
    return duplicate_row(unit.connection, proposal.id)


def _locked(proposal: DuplicateProposal, call: Call, unit: CasesUnit) -> tuple[Clue, Clue]:
    """The newer and the older clue, locked in the order of their ids, so that two decisions never deadlock."""
    assert proposal.clue_id is not None
    assert proposal.other_id is not None
    ids = sorted((proposal.clue_id, proposal.other_id))
    clues = {id_: unit.clues.lock_seen(unit.connection, call.by, id_) for id_ in ids}
    return clues[proposal.clue_id], clues[proposal.other_id]


def _link(proposal: DuplicateProposal, newer: Clue, older: Clue, reason: str, unit: CasesUnit) -> None:
    ends, goes_on = (older, newer) if proposal.into_id == newer.id else (newer, older)
    if goes_on.linked_to_no is not None:
        raise LinkTargetEnded(goes_on.clue_no, goes_on.linked_to_no)
    numbers = ends.numbers
    linked = ends.link(goes_on, proposal.id, unit.moment, reason)
    known = goes_on.take_aliases(numbers, unit.moment, reason)
    unit.record(ends, unit.clues, linked)
    unit.record(goes_on, unit.clues, known)
    duplicates.ask(unit.connection, [goes_on.id])


def _note_rebound(proposal: DuplicateProposal, newer: Clue, older: Clue, reason: str, unit: CasesUnit) -> None:
    assert proposal.item_id is not None
    assert proposal.item_no is not None
    former = ReboundFact(
        clue_id=older.id,
        clue_no=older.clue_no,
        case_id=older.case_id,
        item_id=proposal.item_id,
        item_no=proposal.item_no,
    )
    unit.record(newer, unit.clues, newer.note_rebound(former, proposal.id, unit.moment, reason))


def _confirm_unique(clue: Clue, reason: str, unit: CasesUnit) -> None:
    """The last decision about a clue that nobody has worked on yet is that it stands for itself (已查重)."""
    if clue.state is ClueState.RECEIVED and not duplicates.undecided(unit.connection, clue.id):
        unit.record(clue, unit.clues, clue.confirm_unique(ConfirmUnique(reason=reason), unit.moment, 0))
