"""A decision that was made public is taken back when it is changed or revoked (APL 48)."""

from datetime import date

from services.cases.domain.case import Case
from services.cases.domain.case_filing import require_running
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import Forbidden
from shared.clock import local_day, noon
from shared.contracts.case_path_events import CaseDecisionPublishedV1, CasePublicationWithdrawnV1
from shared.contracts.case_paths import PublishDecision, WithdrawPublication
from shared.contracts.cases_events import CaseEvent
from shared.contracts.clocks import DeadlineFact


def publish_decision(case: Case, cmd: PublishDecision, moment: Moment) -> list[CaseEvent]:
    """Once, and not what was revoked. Raises Forbidden."""
    told = case.take(cmd, moment)
    served_on = None if case.served_at is None else local_day(case.served_at)
    on = moment.past_day(cmd.published_on, "published_on", served_on)
    if case.procedure.penalty_revoked:
        raise Forbidden("cases.decision-revoked", None, "APL 48")
    if case.procedure.decision_published_on is not None:
        raise Forbidden("cases.decision-published", None, "APL 48", on=case.procedure.decision_published_on.isoformat())
    return [CaseDecisionPublishedV1(published_on=on, address=cmd.address, **told)]


def withdraw_publication(case: Case, cmd: WithdrawPublication, moment: Moment) -> list[CaseEvent]:
    """Of a decision that was changed or revoked. Raises ClockNotRunning where nothing is to be taken back."""
    told = case.take(cmd, moment)
    changed = case.clock("D27")
    earliest = case.procedure.decision_published_on if changed is None else local_day(changed.started_at)
    on = moment.past_day(cmd.withdrawn_on, "withdrawn_on", earliest)
    require_running(case, "D27")
    return [CasePublicationWithdrawnV1(withdrawn_on=on, **told)]


def clocks_of_revocation(case: Case, revoked_on: date, moment: Moment) -> list[DeadlineFact]:
    """D27, where the decision stands published."""
    if case.procedure.decision_published_on is None or case.is_running("D27"):
        return []
    return [moment.deadlines.start("D27", noon(revoked_on))]
