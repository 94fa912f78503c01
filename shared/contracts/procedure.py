"""What a case is beside its state: review, hearing, service, crime, court (domain.md 3.2, 3.5, 3.10)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from shared.contracts.base import AreaM2, Instant, View
from shared.contracts.codes import Agency, Measure, NoPenaltyReason, TerminateReason, TransferState

Yuan = Annotated[
    Decimal,
    Field(ge=0, le=10**12, max_digits=15, decimal_places=2, description="yuan, 2 decimals"),
    PlainSerializer(float, return_type=float, when_used="json"),
]
ServiceMethod = Literal["direct", "left", "electronic", "entrusted", "mail", "public"]
Paper = Literal["penalty_notice", "penalty_decision", "demand_notice"]


RecusalGround = Literal["near_relative", "other"]


class Recusal(View):
    """A request that an officer withdraw (回避); it stops nothing until it is decided (APL 43)."""

    officer: str
    reason: str
    ground: RecusalGround = "other"
    requested_at: Instant
    granted: bool | None = None
    replaced_by: str | None = None


class Hearing(View):
    """A hearing (听证): asked for, announced, held."""

    asked_on: date
    announced_on: date | None = Field(None, description="day on which the party had the notice")
    first_day_on: date | None = Field(None, description="first day on which it may be held")
    at: Instant | None = None
    place: str | None = None
    chair: str | None = None
    held_at: Instant | None = None


class Publication(View):
    """Service by public notice (公告送达): deemed served so many days after publishing."""

    paper: Paper
    published_on: date
    served_on: date


class Appraisal(View):
    """An appraisal of the damage (耕地破坏鉴定)."""

    appraiser: str
    qualification: str
    commissioned_on: date
    opinion_on: date | None = None
    opinion_no: str | None = None
    destroyed: bool | None = None
    destroyed_area_m2: AreaM2 | None = None
    destroyed_pbf_area_m2: AreaM2 | None = None
    recoverability: str | None = None


class SummedCase(View):
    """Another act of the same party, not dealt with yet, whose areas count here too (JI2000 9)."""

    case_id: UUID
    case_no: str
    pbf_area_m2: AreaM2
    farmland_area_m2: AreaM2


class Crime(View):
    """Whether the act may be a crime, and where its hand-over stands (domain.md 2.6, 3.5).

    Two flags, both needed: area_threshold_met and tillage_destroyed. Area alone never accuses. summed: the other acts
    that were added to this one's areas; once there is an opinion, those of which tillage was found destroyed.
    """

    area_threshold_met: bool | None = None
    near_threshold: bool = False
    summed: list[SummedCase] = Field(default_factory=list)
    tillage_destroyed: bool | None = None
    appraisal: Appraisal | None = None
    due: bool = Field(False, description="the hand-over is mandatory: no fine in its place (T310 11)")
    transfer_id: UUID | None = None
    transfer_no: str | None = None
    transfer_state: TransferState | None = None


class Penalty(View):
    """What was decided: measures, fine and gains, and what of the fine is paid.

    fine_least_yuan, fine_most_yuan: by the table of violation types, as far as it says; null where it does not.
    """

    measures: list[Measure] = Field(default_factory=list)
    fine_yuan: Yuan = Decimal(0)
    gains_yuan: Yuan = Field(Decimal(0), description="illegal gains that are confiscated")
    fine_least_yuan: Yuan | None = None
    fine_most_yuan: Yuan | None = None
    below_least: bool = Field(False, description="a warning: a fine below the least needs a ground (APL 32)")
    paid_yuan: Yuan = Decimal(0)
    added_yuan: Yuan = Field(Decimal(0), description="added for paying late, never above the fine (APL 72)")
    deciding_agency: Agency | None = None


class SameAct(View):
    """Another case about the same act."""

    case_id: UUID
    case_no: str
    disputed: bool = False


class Procedure(View):
    """handlers: everybody who ever handled the case. legal_opinion, deliberated: of the review that runs now."""

    handlers: list[str] = Field(default_factory=list)
    uncertified: list[str] = Field(
        default_factory=list, description="who was named, or signed, without a certificate in the register (APL 42)"
    )
    reviewers: list[str] = Field(default_factory=list)
    major: bool = Field(False, description="complex or major: legal review and collective discussion are needed")
    stop_order_no: str | None = None
    stopped_at: Instant | None = None
    act_continues: bool = False
    surveys: int = Field(0, description="signed records of the site")
    legal_opinion: Literal["agreed", "disagreed"] | None = None
    opinion_against: bool = Field(
        False, description="the last legal opinion did not agree: no notice, no decision before one does (APL 58)"
    )
    deliberated: bool = False
    hearing_offered: bool = False
    hearing: Hearing | None = None
    review_owed: bool = Field(False, description="a hearing was held: legal review before anything else (APL 58)")
    publication: Publication | None = None
    recusals: list[Recusal] = Field(default_factory=list)
    intended: Penalty | None = None
    penalty: Penalty | None = None
    penalty_revoked: bool = False
    decision_published_on: date | None = Field(
        None, description="day on which the decision was made public (APL 48); null once it is withdrawn"
    )
    remedy_running: Literal["reconsideration", "suit"] | None = None
    remedy_since: date | None = None
    demanded_on: date | None = None
    court: Literal["applied", "refused", "higher_asked", "accepted", "granted", "not_granted"] | None = None
    court_on: date | None = Field(None, description="day of the last step before the court")
    same_acts: list[SameAct] = Field(default_factory=list)
    transferred_to: str | None = None
    terminated: TerminateReason | None = Field(None, description="why the investigation was terminated")
    waived: NoPenaltyReason | None = Field(None, description="why no penalty was decided")
    crime: Crime | None = Field(Crime(), description="null for who has no part in it")
