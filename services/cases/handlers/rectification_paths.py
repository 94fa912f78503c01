"""The paths of a rectification item beside the straight one."""

from collections.abc import Callable
from typing import Any

from services.cases.domain import rectification_paths as paths
from services.cases.domain.clue import Clue
from services.cases.domain.progress import Moment
from services.cases.domain.rectification import Rectification
from services.cases.handlers.evidence_check import require_evidence
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit
from shared.contracts import rectifications as c
from shared.contracts.clues import ReportClue
from shared.contracts.codes import ClueSource, EvidenceObject, EvidenceStep
from shared.contracts.rectification_events import RectificationEvent
from shared.contracts.rectifications import RectificationView
from shared.ids import new_id
from shared.operations import Call

Handler = Callable[[Any, Call, CasesUnit], RectificationView]
_LONGEST = 4000


def _step(decide: Callable[[Rectification, Any, Moment], list[RectificationEvent]]) -> Handler:
    def handle(cmd: Any, call: Call, unit: CasesUnit) -> RectificationView:
        item = unit.rectifications.lock_seen(unit.connection, call.by, call.target, call.expected_version)
        unit.record(item, unit.rectifications, decide(item, cmd, unit.moment))
        return item.view()

    return handle


def recheck(cmd: c.Recheck, call: Call, unit: CasesUnit) -> RectificationView:
    """Land that has come back is a new clue, and the item is open again: both name the other, in one commit."""
    item = unit.rectifications.lock_seen(unit.connection, call.by, call.target, call.expected_version)
    clue = None
    if not cmd.passed:
        item.take(cmd, unit.moment, "failed")
        paths.check_rebound(item, cmd)
        clue = _rebound(item, cmd, unit)
    told = paths.recheck(item, cmd, unit.moment, clue)
    require_evidence(unit, EvidenceObject.RECTIFICATION, item.id, EvidenceStep.RECHECK)
    unit.record(item, unit.rectifications, told)
    return item.view()


def _rebound(item: Rectification, cmd: c.Recheck, unit: CasesUnit) -> Clue:
    """The new clue about land of an item that was struck off."""
    clue = Clue(id=new_id())
    order = ReportClue(
        source=ClueSource.PATROL,
        division_code=item.division_code,
        place=item.place,
        description=f"已销号整改事项 {item.item_no} 复核发现反弹：{cmd.account}"[:_LONGEST],
        area_m2=cmd.rebound_area_m2,
    )
    clue_no = unit.number(NumberKind.CLUE, item.division_code)
    told = clue.receive(order, unit.moment, clue_no, item.division_name)
    unit.record(clue, unit.clues, told)
    return clue


HANDLERS: dict[type[Any], Handler] = {
    c.SetPlan: _step(paths.set_plan),
    c.StartRectification: _step(paths.start),
    c.RequestMoreTime: _step(paths.request_extension),
    c.GrantMoreTime: _step(paths.grant_extension),
    c.RefuseMoreTime: _step(paths.refuse_extension),
    c.SendBack: _step(paths.send_back),
    c.Resubmit: _step(paths.resubmit),
    c.EndReview: _step(paths.end_review),
    c.Recheck: recheck,
    c.DecidePbf: _step(paths.decide_pbf),
}
