"""How each kind of object becomes a row of the working lists. A new kind is one function here, and its HOLDERS."""

from functools import singledispatch
from typing import Any

from services.cases.domain.action_proposal import ActionProposal
from services.cases.domain.assistance import AssistanceRequest
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.joint_action import JointAction
from services.cases.domain.listing import Listing
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.progress import Progress
from services.cases.domain.rectification import Rectification
from services.cases.domain.work import OfCase, WorkItem
from shared.contracts.codes import ClueState, Holder, ReviewState, WorkKind, title
from shared.divisions.register import TOWNSHIP_DIGITS

_TITLE = 60


@singledispatch
def work_of(one: Progress, of_case: OfCase) -> WorkItem | None:  # noqa: ARG001 - the kinds below look at it
    """The object as a row; None for what stands in no list. of_case: of an object beside a case."""
    return None


@work_of.register
def _(one: Clue, of_case: OfCase) -> WorkItem:
    """Its own position and type; from the case it became, the agency that leads."""
    assert one.received_at is not None
    batch = one.patch.batch_no if one.patch else None
    own = OfCase(
        lead_agency=of_case.lead_agency,
        violation_types=(one.suspected_type.value,) if one.suspected_type else (),
        longitude=one.longitude,
        latitude=one.latitude,
    )
    areas = one.counted
    return WorkItem(
        **_head(WorkKind.CLUE, one),
        number=one.clue_no,
        title=one.description[:_TITLE],
        division_code=one.division_code,
        place=_where(one.division_name, one.place),
        opened_at=one.received_at,
        aliases=tuple(dict.fromkeys(ref.number for ref in one.numbers[1:])),
        outcome=one.opinion.value if one.opinion else "",
        part="parent" if one.is_split else "child" if one.parent_no else "whole",
        case_id=one.case_id,
        of_case=own,
        officers=tuple(one.officers),
        given_township=(one.township_code or "")[:TOWNSHIP_DIGITS] or None,
        given_agency=one.agency,
        area_m2=areas.area_m2 if areas else one.area_m2,
        farmland_area_m2=areas.farmland_m2 if areas else one.farmland_area_m2,
        pbf_area_m2=areas.pbf_m2 if areas else one.pbf_area_m2,
        about=" ".join(part for part in (one.description, batch) if part),
        review=_review(one),
        geometry=one.geometry,
    )


def _review(clue: Clue) -> str:
    """Where the review stands that goes on beside the case; of all others their state says it."""
    if clue.state is not ClueState.TO_CASE or not clue.review_required or clue.review_state is None:
        return ""
    return "" if clue.review_state is ReviewState.REVIEW_ENDED else clue.review_state.value


@work_of.register
def _(one: Case, of_case: OfCase) -> WorkItem:  # noqa: ARG001
    assert one.filed_at is not None
    return WorkItem(
        **_head(WorkKind.CASE, one),
        number=one.case_no,
        title=one.title,
        division_code=one.division_code,
        place=_where(one.division_name, one.place),
        opened_at=one.filed_at,
        aliases=tuple(number for number in (one.clue_no, one.patch_no, one.decision_no, one.old_no) if number),
        outcome=one.closing_ground.value if one.closing_ground else "",
        case_id=one.id,
        of_case=of(one),
        officers=tuple(one.officers),
        area_m2=one.area_m2,
        farmland_area_m2=one.farmland_area_m2,
        pbf_area_m2=one.pbf_area_m2,
    )


@work_of.register
def _(one: Rectification, of_case: OfCase) -> WorkItem:
    assert one.ordered_at is not None
    return WorkItem(
        **_head(WorkKind.RECTIFICATION, one),
        number=one.item_no,
        title=one.title,
        division_code=one.division_code,
        place=_where(one.division_name, one.place),
        opened_at=one.ordered_at,
        aliases=(one.case_no,),
        outcome=one.method.value,
        case_id=one.case_id,
        of_case=of_case,
        officers=(one.responsible_person,) if one.responsible_person else (),
        area_m2=one.area_m2,
        farmland_area_m2=one.farmland_area_m2,
        pbf_area_m2=one.facts.pbf_area_m2,
        done_area_m2=one.accepted_area_m2,
    )


@work_of.register
def _(one: JointAction, of_case: OfCase) -> WorkItem:
    assert one.convened_at is not None
    return WorkItem(
        **_head(WorkKind.JOINT_ACTION, one),
        number=one.action_no,
        title=one.title,
        division_code=one.jurisdiction,
        place=one.place,
        opened_at=one.convened_at,
        aliases=(one.brief.case_no,) if one.brief else (),
        case_id=one.case_id,
        of_case=of_case,
        agency=one.lead_agency,
        # What an agency returned or left unanswered is work of the coordinator, with a clock.
        held=Holder.COORDINATOR if one.is_open and one.come_back else None,
    )


@work_of.register
def _(one: Listing, of_case: OfCase) -> WorkItem:
    assert one.proposed_at is not None
    return WorkItem(
        **_head(WorkKind.LISTING, one),
        number=one.listing_no,
        title=f"{one.level_title}：{one.target_unit}",
        division_code=one.division_code,
        place=one.target_unit,
        opened_at=one.proposed_at,
        aliases=(one.case_no,),
        outcome=one.level,
        case_id=one.case_id,
        of_case=of_case,
    )


@work_of.register
def _(one: PoliceTransfer, of_case: OfCase) -> WorkItem:
    assert one.opened_at is not None
    return WorkItem(
        **_head(WorkKind.POLICE_TRANSFER, one),
        number=one.transfer_no,
        title=f"{title(WorkKind.POLICE_TRANSFER)}：{one.case_no}",
        division_code=one.division_code,
        place="",
        opened_at=one.opened_at,
        aliases=(one.case_no,),
        case_id=one.case_id,
        of_case=of_case,
        agency=one.lead_agency,
    )


@work_of.register
def _(one: ActionProposal, of_case: OfCase) -> WorkItem:
    assert one.proposed_at is not None
    return WorkItem(
        **_head(WorkKind.ACTION_PROPOSAL, one),
        number=one.proposal_no,
        title=f"{title(WorkKind.ACTION_PROPOSAL)}：{one.case_no}",
        division_code=one.division_code,
        place="",
        opened_at=one.proposed_at,
        aliases=(one.case_no,),
        case_id=one.case_id,
        of_case=of_case,
    )


@work_of.register
def _(one: AssistanceRequest, of_case: OfCase) -> WorkItem:
    """With the agency asked; of another body with the coordinator, who chases it and records its paper."""
    assert one.requested_at is not None
    asked = one.to_body or (title(one.to_agency) if one.to_agency else "")
    return WorkItem(
        **_head(WorkKind.ASSISTANCE_REQUEST, one),
        number=one.letter_no,
        title=f"{title(WorkKind.ASSISTANCE_REQUEST)}：{asked}",
        division_code=one.division_code,
        place="",
        opened_at=one.requested_at,
        aliases=(one.case_no,),
        outcome=one.facts.result.value if one.facts.result else "",
        case_id=one.case_id,
        of_case=of_case,
        given_agency=one.to_agency,
        asking_agency=one.from_agency,
        held=Holder.COORDINATOR if one.is_open and one.to_agency is None else None,
    )


def of(case: Case) -> OfCase:
    """What stands beside the case has this from it."""
    return OfCase(
        lead_agency=case.lead_agency,
        party_name=case.party_name,
        violation_types=tuple(type_.value for type_ in case.violation_types),
        longitude=case.longitude,
        latitude=case.latitude,
    )


def _head(kind: WorkKind, one: Progress) -> dict[str, Any]:
    assert one.state is not None
    return {
        "id": one.id,
        "kind": kind,
        "version": one.version,
        "state": one.state.value,
        "state_since": one.state_since,
        "told_at": one.told_at,
        "valid_at": one.valid_at,
        "due_on": one.due_on,
    }


def _where(division_name: str, place: str) -> str:
    """The division's name once, also where the place repeats it."""
    return place if place.startswith(division_name) else f"{division_name}{place}"
