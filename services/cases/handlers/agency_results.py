"""An agency's result, taken to what waits for it in the case; what does not wait for it stays with the action."""

from services.cases.domain import agency_result, case_transfer
from services.cases.domain.case import Case
from services.cases.domain.procedure import crime_of
from services.cases.domain.summing import by_opinion
from services.cases.handlers import summing
from services.cases.handlers.case_paths import open_if_due
from services.cases.storage.unit import CasesUnit
from shared.contracts.agencies import TaskReportedV1
from shared.errors import Conflict, InvalidInput


def awaiting_case(event: TaskReportedV1, unit: CasesUnit) -> Case | None:
    """The case, locked before its action as everywhere, when something in it may wait for such a result."""
    if event.result.get("kind") not in agency_result.AWAITED_BY:
        return None
    return unit.cases.lock(unit.connection, event.case_id)


def take_result(case: Case, event: TaskReportedV1, unit: CasesUnit) -> None:
    """Move what waits; where a rule of that step forbids it, tell the case why."""
    take = _answer_transfer if agency_result.AWAITED_BY[event.result["kind"]] == "police_transfer" else _take_appraisal
    try:
        take(case, event, unit)
    except (Conflict, InvalidInput) as problem:
        told = agency_result.not_taken(case, event, problem, unit.moment_at(event.at))
        unit.record(case, unit.cases, told)


def _answer_transfer(case: Case, event: TaskReportedV1, unit: CasesUnit) -> None:
    """Nothing is recorded before both have decided."""
    transfer_id = crime_of(case.procedure).transfer_id
    if transfer_id is None:
        return
    transfer = unit.police_transfers.lock(unit.connection, transfer_id)
    if not agency_result.transfer_waits(event.result["kind"], event.result, transfer.state):
        return
    moment = agency_result.spoken_by_agency(unit.moment_at(event.at))
    told = agency_result.answer_transfer(transfer, event, moment)
    followed = [one for step in told for one in case_transfer.follow(case, step, moment)]
    unit.record(transfer, unit.police_transfers, told)
    unit.record(case, unit.cases, followed)


def _take_appraisal(case: Case, event: TaskReportedV1, unit: CasesUnit) -> None:
    """Where the opinion makes the hand-over mandatory, the system opens it."""
    if not agency_result.appraisal_waits(case):
        return
    others = summing.others_of(case.id, case.party_name, case.division_code, unit)
    told = agency_result.take_appraisal(case, event, unit.moment_at(event.at), by_opinion(others))
    unit.record(case, unit.cases, told)
    for one in (case, *summing.tell(case, others, unit)):
        open_if_due(one, unit)
