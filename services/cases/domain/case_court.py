"""The court does not take the application up: the higher court may be asked (AEL 56)."""

from services.cases.domain.case import Case
from services.cases.domain.case_enforcement import before_court
from services.cases.domain.case_filing import require_running
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import Forbidden
from shared.clock import noon
from shared.contracts.case_path_events import CaseCourtRefusedV1, CaseHigherCourtAskedV1
from shared.contracts.case_paths import AskHigherCourt, RecordCourtRefusal
from shared.contracts.cases_events import CaseEvent


def record_refusal(case: Case, cmd: RecordCourtRefusal, moment: Moment) -> list[CaseEvent]:
    """Fifteen days to ask the higher court begin; after it was asked, its refusal is final.

    Raises ClockNotRunning for an application that no court has before it.
    """
    on = moment.past_day(cmd.refused_on, "refused_on", before_court(case))
    final = case.procedure.court == "higher_asked"
    starts = [] if final else [moment.deadlines.start("D24R", noon(on))]
    told = case.take(cmd, moment, starts=starts)
    if not final:
        require_running(case, "D24")
    return [CaseCourtRefusedV1(refused_on=on, ruling_no=cmd.ruling_no, final=final, **told)]


def ask_higher_court(case: Case, cmd: AskHigherCourt, moment: Moment) -> list[CaseEvent]:
    """Asked in its term, which a later entry does not lengthen. Raises ClockNotRunning, Forbidden."""
    told = case.take(cmd, moment)
    on = moment.past_day(cmd.asked_on, "asked_on", before_court(case))
    require_running(case, "D24R")
    term = case.clock("D24R")
    if term is not None and term.due_on is not None and on > term.due_on:
        raise Forbidden("cases.higher-court-late", "asked_on", "AEL 56", until=term.due_on.isoformat())
    return [CaseHigherCourtAskedV1(court=cmd.court, asked_on=on, **told)]
