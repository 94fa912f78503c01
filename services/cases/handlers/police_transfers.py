"""Hand-overs to public security: every step is told of the transfer and of its case, in one commit.

The case is locked first, then the transfer.
"""

from collections.abc import Callable
from typing import Any

from services.cases.domain import case_transfer
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.progress import Moment
from services.cases.handlers.cases import locked
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit
from shared.contracts import police_transfers as c
from shared.contracts.police_transfer_events import TransferEvent
from shared.contracts.police_transfers import PoliceTransferView
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations import Call

Handler = Callable[[Any, Call, CasesUnit], PoliceTransferView]


def suspect_crime(cmd: c.SuspectCrime, call: Call, unit: CasesUnit) -> PoliceTransferView:
    """A team's own report to the chief opens the hand-over."""
    case = locked(call, unit)
    case_transfer.may_open(case, unit.moment)
    transfer = PoliceTransfer(id=new_id())
    transfer_no = unit.number(NumberKind.POLICE_TRANSFER, case.division_code)
    told = transfer.suspect(cmd, case, unit.moment, transfer_no)
    unit.record(transfer, unit.police_transfers, told)
    unit.record(case, unit.cases, case_transfer.follow(case, told[-1], unit.moment))
    return transfer.view()


def _step(decide: Callable[[PoliceTransfer, Any, Moment], list[TransferEvent]]) -> Handler:
    def handle(cmd: Any, call: Call, unit: CasesUnit) -> PoliceTransferView:
        """Who may see the transfer may move its case with it: the police see no case."""
        seen = unit.police_transfers.get_seen(unit.connection, call.by, call.target)
        if seen.case_id is None:
            raise NotFound
        case = unit.cases.lock(unit.connection, seen.case_id)
        transfer = unit.police_transfers.lock_seen(unit.connection, call.by, call.target, call.expected_version)
        told = decide(transfer, cmd, unit.moment)
        unit.record(transfer, unit.police_transfers, told)
        for event in told:
            unit.record(case, unit.cases, case_transfer.follow(case, event, unit.moment))
        return transfer.view()

    return handle


HANDLERS: dict[type[Any], Handler] = {
    c.ReportTransfer: _step(PoliceTransfer.report),
    c.ApproveTransfer: _step(PoliceTransfer.approve),
    c.RefuseTransfer: _step(PoliceTransfer.refuse_approval),
    c.HandOver: _step(PoliceTransfer.hand_over),
    c.PassOn: _step(PoliceTransfer.pass_on),
    c.AskSupplement: _step(PoliceTransfer.ask_supplement),
    c.Supplement: _step(PoliceTransfer.supplement),
    c.PoliceFile: _step(PoliceTransfer.police_file),
    c.PoliceRefuse: _step(PoliceTransfer.police_refuse),
    c.AskReconsideration: _step(PoliceTransfer.reconsider),
    c.SuggestSupervision: _step(PoliceTransfer.suggest_supervision),
    c.ProcuratorateAsks: _step(PoliceTransfer.procuratorate_asks),
    c.PoliceExplain: _step(PoliceTransfer.police_explain),
    c.OrderFiling: _step(PoliceTransfer.order_filing),
    c.HandMaterial: _step(PoliceTransfer.hand_material),
    c.CloseAdmin: _step(PoliceTransfer.close_admin),
    c.EndTransfer: _step(PoliceTransfer.end),
}
