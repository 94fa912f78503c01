"""Archive, reopening, and two cases about one act (NRP 46, 47; APL 25, 29; NRP 10)."""

from collections.abc import Sequence
from typing import TypeVar

from services.cases.domain.case import Case
from services.cases.domain.case_publication import clocks_of_revocation
from services.cases.domain.case_table import UNDER_INQUIRY
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import Forbidden, TransitionNotAllowed
from shared.contracts.case_path_events import (
    CaseArchivedV1,
    CaseConflictReportedV1,
    CaseJurisdictionSettledV1,
    CaseReopenedV1,
)
from shared.contracts.case_paths import ArchiveCase, ReopenCase, ReportConflict, SettleJurisdiction
from shared.contracts.cases import CloseCase
from shared.contracts.cases_events import CaseEvent
from shared.contracts.clocks import DeadlineFact
from shared.contracts.codes import ClosingGround, DocumentKind
from shared.errors import InvalidInput

Told = tuple[list[CaseEvent], list[CaseEvent]]
Paired = TypeVar("Paired", ReportConflict, SettleJurisdiction)


def archive(case: Case, cmd: ArchiveCase, moment: Moment) -> list[CaseEvent]:
    return [CaseArchivedV1(archive_no=cmd.archive_no, **case.take(cmd, moment))]


def reopen(case: Case, cmd: ReopenCase, moment: Moment) -> list[CaseEvent]:
    """By order of a superior, a court or a reconsideration decision only; the penalty clock runs anew.

    A penalty that is not revoked stands: the act is not fined again (APL 29). One that is revoked is taken back where
    it was published (APL 48). A case that another agency has taken over is not taken up here.
    """
    starts = [moment.deadlines.start("D10", moment.now)]
    if cmd.revokes_penalty:
        starts += clocks_of_revocation(case, moment.today, moment)
    told = case.take(cmd, moment, starts=starts)
    if case.closing_ground is ClosingGround.JURISDICTION_TRANSFERRED:
        raise Forbidden("cases.transferred-away", None, "APL 25", transferred_to=case.procedure.transferred_to)
    return [CaseReopenedV1(ground=cmd.ground, order_no=cmd.order_no, revokes_penalty=cmd.revokes_penalty, **told)]


def report_conflict(case: Case, other: Case, cmd: ReportConflict, moment: Moment, pending: Sequence[Case] = ()) -> Told:
    """Events of the case and of the other one. Undisputed, the one filed later is closed as transferred (APL 25).

    In a dispute nothing is decided in either until the coordinator has ruled; D28 runs on the one filed later.
    pending: those of the two with a hand-over beside them that is due and not made.
    """
    _check_pair(case, other)
    later = _later(case, other)
    mine, its = (
        [
            CaseConflictReportedV1(
                other_case_id=there.id,
                other_case_no=there.case_no,
                disputed=cmd.disputed,
                **here.take(
                    cmd if here is case else _without_papers(cmd),
                    moment,
                    starts=_dispute_clock(here, moment) if cmd.disputed and here is later else [],
                ),
            )
        ]
        for here, there in ((case, other), (other, case))
    )
    told: Told = (list(mine), list(its))
    if not cmd.disputed:
        earlier = other if later is case else case
        told[0 if later is case else 1].extend(_hand_on(later, earlier, cmd, moment, later in pending))
    return told


def settle_jurisdiction(
    case: Case, other: Case, cmd: SettleJurisdiction, moment: Moment, pending: Sequence[Case] = ()
) -> Told:
    """The coordinator's ruling; the case that does not go on is closed as transferred. Raises Forbidden."""
    if cmd.keeps_case_id not in (case.id, other.id):
        raise InvalidInput("cases.not-in-dispute", "keeps_case_id", law="NRP 10")
    if not any(one.case_id == other.id and one.disputed for one in case.procedure.same_acts):
        case.take(cmd, moment)
        raise Forbidden("cases.not-in-dispute", None, "NRP 10")
    keeps, loses = (case, other) if cmd.keeps_case_id == case.id else (other, case)
    settled = [
        CaseJurisdictionSettledV1(
            other_case_id=there.id,
            other_case_no=there.case_no,
            **here.take(cmd if here is case else _without_papers(cmd), moment),
        )
        for here, there in ((case, other), (other, case))
    ]
    told: Told = ([settled[0]], [settled[1]])
    told[0 if loses is case else 1].extend(_hand_on(loses, keeps, cmd, moment, loses in pending))
    return told


def _hand_on(
    loses: Case, keeps: Case, cmd: ReportConflict | SettleJurisdiction, moment: Moment, pending: bool
) -> list[CaseEvent]:
    """Closed as transferred. What the dispute itself held up is settled with this step."""
    if loses.state not in UNDER_INQUIRY:
        raise TransitionNotAllowed("case", loses.state, "close", [], "NRP 46")
    papers = [paper for paper in cmd.documents if paper.kind is DocumentKind.JURISDICTION_LETTER]
    order = CloseCase(
        ground=ClosingGround.JURISDICTION_TRANSFERRED,
        transferred_to=keeps.case_no,
        reason=cmd.reason,
        documents=papers,
    )
    return loses.close(order, moment, pending, settling=True)


def _dispute_clock(case: Case, moment: Moment) -> list[DeadlineFact]:
    return [] if case.is_running("D28") else [moment.deadlines.start("D28", moment.now)]


def _check_pair(case: Case, other: Case) -> None:
    if case.id == other.id:
        raise InvalidInput("cases.same-case", "other_case_id", law="APL 25")


def _later(case: Case, other: Case) -> Case:
    """The one filed later; of two filed in one instant, the one with the higher number."""
    return max(case, other, key=lambda one: (one.filed_at is None, one.filed_at, one.case_no))


def _without_papers(cmd: Paired) -> Paired:
    """The same step at the other case; its papers lie in the first one."""
    return cmd.model_copy(update={"documents": []})
