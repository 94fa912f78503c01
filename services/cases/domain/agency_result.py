"""What an agency's result means to what waits for it in its case: the police's answer, the appraiser's opinion.

Only what waits is moved. The answer is taken as if the agency had entered it from the paper: every rule of that step
holds, and one that it breaks keeps the result out; whoever has the case then decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import TypeAdapter

from services.cases.domain.case import Case
from services.cases.domain.case_inquiry import record_appraisal
from services.cases.domain.case_table import TABLE
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.procedure import crime_of
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import Forbidden
from shared.clock import local_day
from shared.contracts.agencies import TaskReportedV1
from shared.contracts.case_path_events import CaseResultNotTakenV1
from shared.contracts.case_paths import RecordAppraisal
from shared.contracts.cases_events import CaseEvent
from shared.contracts.codes import DocumentKind, Role, TaskResultKind, TransferState
from shared.contracts.parts import DocumentRef
from shared.contracts.police_transfer_events import TransferEvent
from shared.contracts.police_transfers import PoliceFile, PoliceRefuse
from shared.contracts.procedure import SummedCase
from shared.contracts.task_results import CriminalDecision, DamageAppraisal, ReconsiderationAnswer, TaskResult
from shared.errors import InvalidInput, TianweiError

Awaiting = Literal["police_transfer", "appraisal"]
AWAITED_BY: Mapping[str, Awaiting] = {
    TaskResultKind.CRIMINAL_DECISION: "police_transfer",
    TaskResultKind.RECONSIDERATION_ANSWER: "police_transfer",
    TaskResultKind.DAMAGE_APPRAISAL: "appraisal",
}
"""Kinds of results that something in a case may wait for."""

_STATE = TransferState
_RESULT: TypeAdapter[TaskResult] = TypeAdapter(TaskResult)
# A decision to file is an answer wherever one is awaited; a refusal answers the transfer itself. What the police say
# after they were asked to reconsider is an answer of its own: an old refusal that comes late must not end the matter.
_FILED = frozenset({_STATE.RECEIPTED, _STATE.SUPPLEMENT_ASKED, _STATE.RECONSIDERING, _STATE.PROC_SUPERVISION})
_REFUSED = frozenset({_STATE.RECEIPTED})
_RECONSIDERED = frozenset({_STATE.RECONSIDERING})
_LONGEST = 4000


class AppraisalTold(RecordAppraisal, on="case", verb="appraisal-told"):
    """The opinion as agriculture reports it of its task; no operation of anybody's."""


def spoken_by_agency(moment: Moment) -> Moment:
    """Agencies has checked that it was the agency whose task it is."""
    return replace(moment, by=replace(moment.by, roles=frozenset({Role.AGENCY_SYSTEM})))


def transfer_waits(kind: str, said: dict[str, Any], state: TransferState | None) -> bool:
    """Whether a hand-over in this state waits for such an answer."""
    if kind == TaskResultKind.RECONSIDERATION_ANSWER:
        return state in _RECONSIDERED
    return state in (_FILED if said.get("decision") == "filed" else _REFUSED)


def appraisal_waits(case: Case) -> bool:
    """Whether an appraisal was commissioned and has given no opinion yet."""
    appraisal = crime_of(case.procedure).appraisal
    return appraisal is not None and appraisal.opinion_on is None


def answer_transfer(transfer: PoliceTransfer, event: TaskReportedV1, moment: Moment) -> list[TransferEvent]:
    """The police's answer; terms that follow run from the day on which it was reported.

    Raises what the step raises, and InvalidInput for a decision that is older than what it would answer.
    """
    result = _RESULT.validate_python(event.result)
    if not isinstance(result, CriminalDecision | ReconsiderationAnswer):
        raise TypeError(result.kind)
    facts = transfer.facts
    handed_on = None if facts.received_at is None else local_day(facts.received_at)
    reconsidered = isinstance(result, ReconsiderationAnswer)
    moment.past_day(result.decided_on, "decided_on", facts.refused_on if reconsidered else handed_on)
    paper = _paper(DocumentKind.POLICE_REPLY, result.document_no, result.decided_on, _REPLIES[_outcome(result)])
    head: dict[str, Any] = {
        "document_no": result.document_no,
        "received_on": local_day(event.at),
        "documents": [paper],
    }
    if _outcome(result) == "filed":
        return transfer.police_file(PoliceFile(**head, reason=result.conclusion), moment)
    return transfer.police_refuse(PoliceRefuse(**head, reason=result.reasons or result.conclusion), moment)


def _outcome(result: CriminalDecision | ReconsiderationAnswer) -> str:
    return result.decision if isinstance(result, CriminalDecision) else result.outcome


_REPLIES = {"filed": "立案通知", "refused": "不予立案通知", "upheld": "维持不予立案的复议决定"}


def take_appraisal(
    case: Case, event: TaskReportedV1, moment: Moment, summed: Sequence[SummedCase] = ()
) -> list[CaseEvent]:
    """The opinion. Only serious damage is destroyed tillage (CRIM 342); lighter damage stays in the result.

    summed: as record_appraisal has it. Raises what the step raises, Forbidden for what another appraiser found than
    was commissioned, and InvalidInput for an opinion that does not say how much of it is basic farmland.
    """
    result = _RESULT.validate_python(event.result)
    if not isinstance(result, DamageAppraisal):
        raise TypeError(result.kind)
    appraisal = crime_of(case.procedure).appraisal
    if appraisal is not None and result.appraiser != appraisal.appraiser:
        raise Forbidden("cases.other-appraiser", "appraiser", "NRP 38", commissioned=appraisal.appraiser)
    if result.destroyed_pbf_area_m2 is None:
        raise InvalidInput("invalid-field", "destroyed_pbf_area_m2", reason="missing")
    destroyed = result.degree == "serious"
    cmd = AppraisalTold(
        opinion_on=result.appraised_on,
        opinion_no=result.report_no,
        destroyed=destroyed,
        destroyed_area_m2=result.destroyed_area_m2 if destroyed else Decimal(0),
        destroyed_pbf_area_m2=result.destroyed_pbf_area_m2 if destroyed else Decimal(0),
        recoverability=_recoverability(result),
        documents=[
            _paper(DocumentKind.APPRAISAL_OPINION, result.report_no, result.appraised_on, "耕地破坏程度鉴定意见书")
        ],
    )
    return record_appraisal(case, cmd, moment, summed)


def _recoverability(result: DamageAppraisal) -> str:
    said = "可恢复耕种" if result.restorable else "不可恢复耕种"
    return f"{said}。{result.restoration_advice or result.conclusion}"[:_LONGEST]


def not_taken(case: Case, event: TaskReportedV1, problem: TianweiError, moment: Moment) -> list[CaseEvent]:
    """Told to whoever has the case: it waits, an answer came, and a rule keeps it out."""
    row = TABLE.permit(case.state, "result-not-taken", moment.by)
    told = problem.as_problem()
    return [
        CaseResultNotTakenV1(
            action_id=event.action_id,
            task_id=event.task_id,
            agency=event.agency,
            kind=str(event.result["kind"]),
            awaited_by=AWAITED_BY[str(event.result["kind"])],
            problem={name: told[name] for name in ("code", "field", "facts")},
            **case.told(row, moment),
        )
    ]


def _paper(kind: DocumentKind, number: str, on: date, title: str) -> DocumentRef:
    return DocumentRef(kind=kind, title=title, document_no=number, dated_on=on)
