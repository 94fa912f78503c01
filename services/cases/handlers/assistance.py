"""Letters of assistance: asked beside a case, answered or refused by the body asked. The case stays as it is."""

from collections.abc import Callable
from typing import Any

from services.cases.domain.assistance import AssistanceRequest
from services.cases.domain.progress import Moment
from services.cases.handlers.cases import locked
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit
from shared.contracts import assistance as c
from shared.contracts.assistance import AssistanceEvent, AssistanceView
from shared.ids import new_id
from shared.operations import Call

Handler = Callable[[Any, Call, CasesUnit], AssistanceView]


def request_assistance(cmd: c.RequestAssistance, call: Call, unit: CasesUnit) -> AssistanceView:
    """The case is locked, so that it is open in the moment of asking."""
    case = locked(call, unit)
    letter = AssistanceRequest(id=new_id())
    letter_no = unit.number(NumberKind.ASSISTANCE, case.division_code)
    unit.record(letter, unit.assistance, letter.request(cmd, unit.moment, case, letter_no))
    return letter.view()


def _step(decide: Callable[[AssistanceRequest, Any, Moment], list[AssistanceEvent]]) -> Handler:
    def handle(cmd: Any, call: Call, unit: CasesUnit) -> AssistanceView:
        letter = unit.assistance.lock_seen(unit.connection, call.by, call.target, call.expected_version)
        unit.record(letter, unit.assistance, decide(letter, cmd, unit.moment))
        return letter.view()

    return handle


HANDLERS: dict[type[Any], Handler] = {
    c.ExtendAssistance: _step(AssistanceRequest.extend),
    c.AnswerAssistance: _step(AssistanceRequest.answer),
    c.RefuseAssistance: _step(AssistanceRequest.refuse),
    c.WithdrawAssistance: _step(AssistanceRequest.withdraw),
}
