"""What cases tells of rectification items (整改项): ordered, rectified, accepted, struck off (domain.md 3.6)."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.contracts.base import AreaM2
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import DelayReason, RectificationMethod, RectificationState, SentBackReason
from shared.contracts.rectifications import AcceptanceMember, Signer


class RectificationEvent(CasesEvent):
    item_id: UUID
    item_no: str
    case_id: UUID
    from_state: RectificationState | None
    to_state: RectificationState


class RectificationOrderedV1(RectificationEvent):
    case_no: str
    title: str
    method: RectificationMethod
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    term_on: date
    responsible_person: str
    requirement: str
    division_code: str
    division_name: str
    place: str
    pbf_area_m2: AreaM2 | None = None


class RectificationOpenedV1(RectificationEvent):
    case_no: str
    title: str
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    division_code: str
    division_name: str
    place: str


class RectificationPlanSetV1(RectificationEvent):
    method: RectificationMethod
    term_on: date
    responsible_person: str
    requirement: str


class RectificationPbfFoundV1(RectificationEvent):
    """An overlay found more permanent basic farmland in the case: a person decides how much of it is in this item."""

    overlay_id: UUID
    least_m2: AreaM2
    most_m2: AreaM2


class RectificationPbfDecidedV1(RectificationEvent):
    pbf_area_m2: AreaM2
    method: RectificationMethod


class RectificationStartedV1(RectificationEvent):
    pass


class RectificationExtensionRequestedV1(RectificationEvent):
    days: int
    delay_reason: DelayReason
    asked_on: date


class RectificationExtendedV1(RectificationEvent):
    """The new end stands in recounts."""

    approved_by: str


class RectificationExtensionRefusedV1(RectificationEvent):
    pass


class RectificationSentBackV1(RectificationEvent):
    sent_back_reason: SentBackReason


class RectificationResubmittedV1(RectificationEvent):
    pass


class RectificationReviewEndedV1(RectificationEvent):
    pass


class RectificationRecheckedV1(RectificationEvent):
    account: str


class RectificationReboundV1(RectificationEvent):
    """The check of the next season failed; clue_id: the new clue about the same land."""

    account: str
    rebound_area_m2: AreaM2
    clue_id: UUID
    clue_no: str


class RectificationReportedV1(RectificationEvent):
    rectified_area_m2: AreaM2
    account: str


class RectificationTownshipCheckedV1(RectificationEvent):
    """to_state is rectifying again when the check was not passed."""

    passed: bool
    account: str


class RectificationAcceptedV1(RectificationEvent):
    """members: by name; on_site: the same people with their agencies. account: why more than was reported."""

    rectified_area_m2: AreaM2
    tillage_state: str
    members: list[str]
    formalities_area_m2: AreaM2 | None = None
    signers: list[Signer] = Field(default_factory=list)
    on_site: list[AcceptanceMember] = Field(default_factory=list)
    account: str | None = None


class RectificationReviewRequestedV1(RectificationEvent):
    pass


class RectificationStruckOffV1(RectificationEvent):
    case_no: str
    title: str
    method: RectificationMethod
    division_code: str
    division_name: str
    place: str
    area_m2: AreaM2
    farmland_area_m2: AreaM2
    rectified_area_m2: AreaM2
