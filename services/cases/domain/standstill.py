"""Which clocks of an object stand still and go on with a step, and what proves a day that counts (NRP 38)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.cases.domain import clocks
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.transitions import DECIDERS
from shared.clock import local_day
from shared.contracts.clocks import ExtensionFact, PauseFact, ResumeFact
from shared.contracts.codes import DocumentKind, PauseReason
from shared.contracts.parts import DeadlineView, DocumentRef
from shared.errors import InvalidInput


def proof(documents: Iterable[DocumentRef], kind: DocumentKind) -> DocumentRef | None:
    """The latest document of a kind."""
    return next((document for document in reversed(list(documents)) if document.kind is kind), None)


def extension(paper: DocumentRef | None, **told: Any) -> list[ExtensionFact]:
    """More time on a paper, told as ExtensionFact has it; none without: the table has asked for the paper before."""
    return [] if paper is None else [ExtensionFact(document=paper, **told)]


def pausing(documents: Sequence[DocumentRef], kind: DocumentKind) -> DocumentRef | None:
    """The latest document of a kind, on which a clock is to stand still: it has its day, and a number or a digest.

    Raises InvalidInput naming the field of the document.
    """
    place = next((i for i in reversed(range(len(documents))) if documents[i].kind is kind), None)
    if place is None:
        return None
    paper, lacks = documents[place], None
    if paper.dated_on is None:
        lacks = "dated_on"
    elif not (paper.document_no or paper.sha256):
        lacks = "document_no"
    if lacks is not None:
        raise InvalidInput("cases.proof-incomplete", f"documents.{place}.{lacks}", law="NRP 38")
    return paper


def asked_day(
    stated: date | None, documents: Iterable[DocumentRef], clock: DeadlineView | None, moment: Moment
) -> date:
    """The day on which more time was asked for: today, or the day of a letter that is recorded later.

    Such a day counts on its paper alone, with number and date, recorded by one who decides and does not ask for
    himself; it is not before the clock began. Raises InvalidInput.
    """
    if stated is None or stated == moment.today:
        return moment.today
    moment.past_day(stated, "asked_on", None if clock is None else local_day(clock.started_at))
    asking = (paper for paper in documents if paper.kind is DocumentKind.EXTENSION_REQUEST)
    proved = any(paper.document_no and paper.dated_on == stated for paper in asking)
    if not (proved and moment.by.has(*DECIDERS)):
        raise InvalidInput("cases.asked-day-unproved", "asked_on", value=stated.isoformat())
    return stated


def pauses(
    of: Progress, rule_ids: Iterable[str], reason: PauseReason, from_on: date, paper: DocumentRef | None
) -> list[PauseFact]:
    """For those of the clocks that run and are not over by that day: what is over does not stand still any more.

    Raises PauseWithoutProof when there is a clock but no paper.
    """
    found = (clock for clock in of.running if clock.rule_id in set(rule_ids))
    return [clocks.pause(clock.rule_id, reason, from_on, paper) for clock in found if _may_pause(clock, from_on)]


def resumes(of: Progress, reason: PauseReason, to_on: date, paper: DocumentRef | None = None) -> list[ResumeFact]:
    """For every clock that stands still for that reason. A day before its beginning is its beginning."""
    found = []
    for clock in of.running:
        for pause in clock.pauses:
            if pause.to_on is None and pause.reason is reason:
                end = max(to_on, pause.from_on)
                found.append(ResumeFact(rule_id=clock.rule_id, reason=reason, to_on=end, proof=paper))
    return found


def _may_pause(clock: DeadlineView, from_on: date) -> bool:
    if from_on < local_day(clock.started_at):
        return False
    return clock.is_paused or clock.due_on is None or from_on <= clock.due_on
