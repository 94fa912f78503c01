"""What notify does when cases tells something: keeps a brief of every case, writes what the copy rules ask for."""

from collections.abc import Callable
from uuid import UUID

from services.notify.domain.case_brief import CaseBrief
from services.notify.domain.documents import Heading, NoticeText, case_filed, struck_off
from services.notify.handlers.issuing import Order, issue_notice_on
from services.notify.storage.case_briefs import find_case, keep_case, keep_item, move_case
from services.notify.storage.unit import NotifyUnit
from shared.clock import local_day
from shared.contracts.base import EventMeta
from shared.contracts.case_path_events import (
    CaseArchivedV1,
    CaseCourtAppliedV1,
    CaseCourtRuledV1,
    CaseDeliberatedV1,
    CaseHearingRequestedV1,
    CaseLegalReviewRequestedV1,
    CasePenaltyWaivedV1,
    CasePerformanceDemandedV1,
    CaseReopenedV1,
    CaseResumedV1,
    CaseSupplementOrderedV1,
    CaseSuspendedV1,
    CaseTerminatedV1,
)
from shared.contracts.cases_events import (
    CaseClosedV1,
    CaseDecidedV1,
    CaseEvent,
    CaseExecutedV1,
    CaseFiledV1,
    CaseInvestigationConcludedV1,
    CaseInvestigationStartedV1,
    CasePartyNotifiedV1,
    CasePerformanceStartedV1,
    CaseReviewStartedV1,
    CaseServedV1,
)
from shared.contracts.rectification_events import (
    RectificationAcceptedV1,
    RectificationEvent,
    RectificationOpenedV1,
    RectificationOrderedV1,
    RectificationPlanSetV1,
    RectificationReboundV1,
    RectificationReportedV1,
    RectificationResubmittedV1,
    RectificationReviewRequestedV1,
    RectificationSentBackV1,
    RectificationStartedV1,
    RectificationStruckOffV1,
    RectificationTownshipCheckedV1,
)
from shared.delivery.reactor import Reaction
from shared.delivery.unit import Unit
from shared.ids import derived_id


def know_case(event: CaseFiledV1, _: EventMeta, unit: Unit) -> None:
    keep_case(unit.connection, _brief(event))


def on_case_filed(event: CaseFiledV1, meta: EventMeta, unit: NotifyUnit) -> None:
    """Know the case, and tell of its filing (立案抄告)."""
    know_case(event, meta, unit)
    _issue_once(event.type, event.division_code, event.case_id, lambda head: case_filed(event, head), meta, unit)


def on_case_moved(event: CaseEvent, _: EventMeta, unit: Unit) -> None:
    move_case(unit.connection, event.case_id, event.to_state)


def on_item_moved(event: RectificationEvent, _: EventMeta, unit: Unit) -> None:
    keep_item(unit.connection, event.item_id, event.case_id, event.to_state)


def on_struck_off(event: RectificationStruckOffV1, meta: EventMeta, unit: NotifyUnit) -> None:
    """Tell that the land is put right and off the list (整改销号抄告)."""
    on_item_moved(event, meta, unit)
    case = find_case(unit.connection, event.case_id)
    _issue_once(event.type, event.division_code, event.case_id, lambda head: struck_off(event, case, head), meta, unit)


def _issue_once(
    fact: str,
    division_code: str,
    case_id: UUID,
    write: Callable[[Heading], NoticeText],
    meta: EventMeta,
    unit: NotifyUnit,
) -> None:
    """What the rules in force today ask for; the id comes from the event, so that it is there once for ever."""
    for rule in unit.desk.rules.asked_by(fact, local_day(unit.now)):
        notice_id = derived_id(meta.event_id, rule.kind.value)
        if unit.notices.exists(unit.connection, notice_id):
            continue
        order = Order(
            notice_id=notice_id,
            division_code=division_code,
            recipients=rule.recipients,
            basis=rule.basis,
            case_id=case_id,
            caused_by=str(meta.event_id),
        )
        issue_notice_on(order, write, unit)


def _brief(event: CaseFiledV1) -> CaseBrief:
    return CaseBrief(
        case_id=event.case_id,
        case_no=event.case_no,
        title=event.title,
        state=event.to_state,
        violation_types=tuple(event.violation_types),
        party_name=event.party_name,
        lead_agency=event.lead_agency,
        division_code=event.division_code,
        division_name=event.division_name,
        place=event.place,
        area_m2=event.area_m2,
        farmland_area_m2=event.farmland_area_m2,
        pbf_area_m2=event.pbf_area_m2,
        filed_at=event.at,
    )


CASE_STEPS: tuple[type[CaseEvent], ...] = (
    CaseInvestigationStartedV1,
    CaseInvestigationConcludedV1,
    CaseReviewStartedV1,
    CasePartyNotifiedV1,
    CaseDecidedV1,
    CaseServedV1,
    CasePerformanceStartedV1,
    CaseExecutedV1,
    CaseClosedV1,
    CaseSuspendedV1,
    CaseResumedV1,
    CaseTerminatedV1,
    CaseSupplementOrderedV1,
    CaseLegalReviewRequestedV1,
    CaseDeliberatedV1,
    CaseHearingRequestedV1,
    CasePenaltyWaivedV1,
    CasePerformanceDemandedV1,
    CaseCourtAppliedV1,
    CaseCourtRuledV1,
    CaseArchivedV1,
    CaseReopenedV1,
)
ITEM_STEPS: tuple[type[RectificationEvent], ...] = (
    RectificationOrderedV1,
    RectificationReportedV1,
    RectificationTownshipCheckedV1,
    RectificationAcceptedV1,
    RectificationReviewRequestedV1,
    RectificationOpenedV1,
    RectificationPlanSetV1,
    RectificationStartedV1,
    RectificationSentBackV1,
    RectificationResubmittedV1,
    RectificationReboundV1,
)

_CASE_MOVES = tuple(Reaction(step, on_case_moved) for step in CASE_STEPS)
_ITEM_MOVES = tuple(Reaction(step, on_item_moved) for step in ITEM_STEPS)

REACTIONS: tuple[Reaction, ...] = (
    Reaction(CaseFiledV1, on_case_filed),
    *_CASE_MOVES,
    *_ITEM_MOVES,
    Reaction(RectificationStruckOffV1, on_struck_off),
)

# The same as far as they keep a table of what cases tells: from these it is computed again (shared/rebuild).
CASE_BRIEF: tuple[Reaction, ...] = (Reaction(CaseFiledV1, know_case), *_CASE_MOVES)
RECTIFICATION_BRIEF: tuple[Reaction, ...] = (*_ITEM_MOVES, Reaction(RectificationStruckOffV1, on_item_moved))
