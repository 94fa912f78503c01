"""What notify does when cases tells something: keeps a brief of every case, drafts what the copy rules ask for."""

from dataclasses import replace

from services.notify.domain.case_brief import CaseBrief
from services.notify.handlers.copies import tell_copies
from services.notify.storage.case_briefs import keep_case, keep_item, move_case
from services.notify.storage.unit import NotifyUnit
from shared.contracts.base import EventMeta
from shared.contracts.case_import_events import CaseTakenOverV1
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
from shared.contracts.listings import ListingApprovedV1, ListingDelistedV1
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


def know_case(event: CaseFiledV1, _: EventMeta, unit: Unit) -> None:
    keep_case(unit.connection, _brief(event))


def know_taken_over(event: CaseTakenOverV1, _: EventMeta, unit: Unit) -> None:
    """A case that was filed before the system was there: known, and no news to tell of."""
    keep_case(unit.connection, replace(_brief(event), filed_at=event.filed_at))


def on_case_filed(event: CaseFiledV1, meta: EventMeta, unit: NotifyUnit) -> None:
    know_case(event, meta, unit)
    tell_copies(event, meta, unit)


def on_case_moved(event: CaseEvent, _: EventMeta, unit: Unit) -> None:
    move_case(unit.connection, event.case_id, event.to_state)


def on_item_moved(event: RectificationEvent, _: EventMeta, unit: Unit) -> None:
    keep_item(unit.connection, event.item_id, event.case_id, event.to_state)


def on_struck_off(event: RectificationStruckOffV1, meta: EventMeta, unit: NotifyUnit) -> None:
    on_item_moved(event, meta, unit)
    tell_copies(event, meta, unit)


def on_performance_demanded(event: CasePerformanceDemandedV1, meta: EventMeta, unit: NotifyUnit) -> None:
    on_case_moved(event, meta, unit)
    tell_copies(event, meta, unit)


def _brief(event: CaseFiledV1 | CaseTakenOverV1) -> CaseBrief:
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
    Reaction(CaseTakenOverV1, know_taken_over),
    *_CASE_MOVES,
    Reaction(CasePerformanceDemandedV1, on_performance_demanded),
    *_ITEM_MOVES,
    Reaction(RectificationStruckOffV1, on_struck_off),
    Reaction(ListingApprovedV1, tell_copies),
    Reaction(ListingDelistedV1, tell_copies),
)

# The same as far as they keep a table of what cases tells: from these it is computed again (shared/rebuild).
CASE_BRIEF: tuple[Reaction, ...] = (
    Reaction(CaseFiledV1, know_case),
    Reaction(CaseTakenOverV1, know_taken_over),
    *_CASE_MOVES,
    Reaction(CasePerformanceDemandedV1, on_case_moved),
)
RECTIFICATION_BRIEF: tuple[Reaction, ...] = (*_ITEM_MOVES, Reaction(RectificationStruckOffV1, on_item_moved))
