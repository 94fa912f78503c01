"""What a hand-over to public security means for its case: where it stands, and a penalty clock that waits (NRP 38)."""

from datetime import date

from services.cases.domain import standstill
from services.cases.domain.case import Case
from services.cases.domain.case_table import TABLE
from services.cases.domain.police_transfer_table import AWAITED
from services.cases.domain.procedure import crime_of
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import Forbidden
from shared.clock import local_day
from shared.contracts.case_path_events import CaseTransferMovedV1
from shared.contracts.cases_events import CaseEvent
from shared.contracts.codes import PauseReason, TransferState
from shared.contracts.police_transfer_events import TransferEvent

_REASON = PauseReason.AWAITING_POLICE_OR_PROCURATORATE
# The day of the act stands in one of these, where it is not that of the record.
_DAYS = ("received_on", "asked_on", "handed_on", "back_on")
_ENDED = frozenset({None, TransferState.CLOSED_ADMIN, TransferState.ENDED})


def may_open(case: Case, moment: Moment) -> None:
    """One hand-over at a time. Raises TransitionNotAllowed, Forbidden."""
    TABLE.permit(case.state, "transfer-to-police", moment.by)
    crime = crime_of(case.procedure)
    if crime.transfer_state not in _ENDED:
        raise Forbidden("cases.transfer-open", None, "T310 5", transfer_no=crime.transfer_no)


def is_wanted(case: Case) -> bool:
    """Whether the hand-over is mandatory and there is none yet: the system opens it."""
    crime = crime_of(case.procedure)
    return crime.due and crime.transfer_id is None


def follow(case: Case, event: TransferEvent, moment: Moment) -> list[CaseEvent]:
    """The same step, told of the case. The clock stands still from the receipt, and goes on with the answer."""
    row = TABLE.permit(case.state, "transfer-moved", moment.by)
    on = _day_of(event)
    awaited = event.to_state in AWAITED
    open_now = any(
        pause.to_on is None and pause.reason is _REASON
        for clock in case.running
        if clock.rule_id == "D10"
        for pause in clock.pauses
    )
    paper = event.documents[-1] if event.documents else None
    pauses = standstill.pauses(case, ("D10",), _REASON, on, paper) if awaited and not open_now and paper else []
    resumes = standstill.resumes(case, _REASON, on, paper) if not awaited else []
    return [
        CaseTransferMovedV1(
            transfer_id=event.transfer_id,
            transfer_no=event.transfer_no,
            transfer_state=event.to_state,
            **case.told(row, moment, pauses=pauses, resumes=resumes),
        )
    ]


def _day_of(event: TransferEvent) -> date:
    if (received_at := getattr(event, "received_at", None)) is not None:
        return local_day(received_at)
    return next((day for name in _DAYS if (day := getattr(event, name, None)) is not None), local_day(event.at))
