"""What agencies report of their tasks, each in its trade (domain.md 2.2, 3.4, 3.5, 4.5, 6.8).

What later became part of a result is optional here, so that results in the log stay readable; what a result must hold
when it is reported says services/agencies/domain/results.py.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import (
    AreaM2,
    Bool,
    Contract,
    Instant,
    Int,
    Latitude,
    Longitude,
    Officers,
    Sha256,
    ShortText,
    Text,
)
from shared.contracts.codes import TaskResultKind
from shared.contracts.rectifications import TillageState

LandClassCode = Annotated[
    str, Field(pattern=r"^(\d{2,4}|\d{2}H\d)[A-Z]?$", description="DLBM with 05H1 and the like, domain.md 7.3")
]
PlanConformity = Literal["conforms", "conflicts"]
Crime = Literal["C228", "C277", "C342", "C343", "C410"]
"""Article of the criminal law (domain.md 2.6)."""
People = Annotated[Int, Field(ge=0, le=10000)]


class SurveyedClass(Contract):
    """A row of the area table of a survey report."""

    land_class_code: LandClassCode
    area_m2: AreaM2


class LandSurvey(Contract):
    """Survey and land-class finding (natural resources): what the land was before the act, by which database."""

    kind: Literal[TaskResultKind.LAND_SURVEY]
    surveyed_on: date
    report_no: ShortText
    measured_area_m2: AreaM2
    farmland_area_m2: AreaM2
    pbf_area_m2: AreaM2
    land_class_code: LandClassCode
    conclusion: Text
    surveyor: ShortText | None = Field(None, description="unit that measured")
    qualification: ShortText | None = Field(None, description="of that unit")
    land_class_version: ShortText | None = Field(None, description="version of the database that the class is from")
    plan_conformity: PlanConformity | None = None
    classes: Annotated[list[SurveyedClass], Field(max_length=60)] = Field(
        default_factory=list, description="area table; empty: one class alone"
    )


class ControlLineFinding(Contract):
    """Finding on the three control lines (natural resources): how much of the land lies where (domain.md 6.8)."""

    kind: Literal[TaskResultKind.CONTROL_LINE_FINDING]
    found_on: date
    report_no: ShortText
    database_version: ShortText
    area_m2: AreaM2
    pbf_area_m2: AreaM2
    pbf_reserve_area_m2: AreaM2
    ecological_area_m2: AreaM2 = Field(description="inside the ecological red line")
    outside_boundary_area_m2: AreaM2 = Field(description="outside the urban development boundary")
    plan_conformity: PlanConformity
    conclusion: Text


class DamageAppraisal(Contract):
    """Farmland damage appraisal 破坏程度鉴定 (agriculture): area destroyed, degree, causes, recoverability."""

    kind: Literal[TaskResultKind.DAMAGE_APPRAISAL]
    appraised_on: date
    report_no: ShortText
    destroyed_area_m2: AreaM2
    degree: Literal["none", "light", "serious"]
    restorable: Bool
    conclusion: Text
    destroyed_pbf_area_m2: AreaM2 | None = None
    causes: Text | None = None
    appraiser: ShortText | None = Field(None, description="unit or committee that gave the opinion")
    qualification: ShortText | None = None
    restoration_advice: Text | None = None


class ReplantingCheck(Contract):
    """Check of replanting 复耕核查 (agriculture) after the land was given back to tillage."""

    kind: Literal[TaskResultKind.REPLANTING_CHECK]
    checked_on: date
    record_no: ShortText
    checked_area_m2: AreaM2
    replanted_area_m2: AreaM2
    crop: ShortText | None = None
    planting: Literal["grain", "non_grain", "rotation", "fallow", "unplanted"]
    tillage_state: TillageState
    passed: Bool
    checkers: Officers
    conclusion: Text


class CriminalDecision(Contract):
    """Criminal filing decision 立案 / 不予立案 (public security, T310 8); its term runs from accepted_on."""

    kind: Literal[TaskResultKind.CRIMINAL_DECISION]
    decision: Literal["filed", "refused"]
    decided_on: date
    document_no: ShortText
    conclusion: Text
    accepted_on: date | None = Field(None, description="day on which the police took the transfer")
    suspected_crime: Crime | None = None
    reasons: Text | None = Field(None, description="of a refusal")
    papers_returned: Bool | None = Field(None, description="of a refusal: whether the papers come back with it")


class ReconsiderationAnswer(Contract):
    """Answer of public security to a request for reconsideration 复议决定 (T310 9)."""

    kind: Literal[TaskResultKind.RECONSIDERATION_ANSWER]
    outcome: Literal["filed", "upheld"]
    requested_on: date = Field(description="day on which the request came to the police")
    refusal_no: ShortText = Field(description="of the refusal that was reconsidered")
    decided_on: date
    document_no: ShortText
    reasons: Text | None = Field(None, description="where the refusal is upheld")
    conclusion: Text


class SiteOrderRecord(Contract):
    """Order kept on the site 现场秩序维护 (public security)."""

    kind: Literal[TaskResultKind.SITE_ORDER_RECORD]
    record_no: ShortText
    began_at: Instant
    ended_at: Instant
    police_count: Annotated[Int, Field(ge=1, le=10000)]
    obstruction: Literal["none", "dissuaded", "public_order", "criminal"]
    people_handled: People
    evidence_kept: Bool = Field(description="whether evidence of a crime was secured")
    conclusion: Text


class SitePhotograph(Contract):
    """A photograph of the site (domain.md 3.6); the file itself goes by its digest."""

    stage: Literal["before", "during", "after"]
    taken_at: Instant
    sha256: Sha256
    file_name: ShortText | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    azimuth_deg: Annotated[float, Field(ge=0, lt=360, allow_inf_nan=False)] | None = None


class DemolitionRecord(Contract):
    """Demolition or sealing record (comprehensive enforcement): the decision carried out, times, photographs."""

    kind: Literal[TaskResultKind.DEMOLITION_RECORD]
    done_on: date
    record_no: ShortText
    measure: Literal["demolished", "sealed", "cleared"]
    area_m2: AreaM2
    structures: People
    conclusion: Text
    decision_no: ShortText | None = Field(None, description="of the decision that is carried out")
    began_at: Instant | None = None
    ended_at: Instant | None = None
    officers: Officers | None = None
    witness: ShortText | None = None
    photographs: Annotated[list[SitePhotograph], Field(max_length=100)] = Field(default_factory=list)


class TownshipRecord(Contract):
    """What the township did on the spot and watches from now on (domain.md 4.5, TWN)."""

    kind: Literal[TaskResultKind.TOWNSHIP_RECORD]
    done_on: date
    record_no: ShortText
    party_on_spot: Bool
    utilities: Literal["cut", "none_there", "not_cut"]
    labourers: Annotated[Int, Field(ge=0, le=10000, description="people given for the restoration")]
    watch_persons: Annotated[Int, Field(ge=0, le=1000, description="people who watch the land daily from now on")]
    first_acceptance: Literal["passed", "failed", "not_yet"]
    conclusion: Text


TaskResult = Annotated[
    LandSurvey
    | ControlLineFinding
    | DamageAppraisal
    | ReplantingCheck
    | CriminalDecision
    | ReconsiderationAnswer
    | SiteOrderRecord
    | DemolitionRecord
    | TownshipRecord,
    Field(discriminator="kind"),
]
