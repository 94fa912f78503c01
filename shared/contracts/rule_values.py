"""What a row of each register holds (domain.md 2.3-2.6, 3.3, 3.6, 3.11, 4.2, 4.4, 5.6, 7.7, 10): one model a register.

A row's validity, mark and source are not here: every register has them alike (shared/contracts/rules.py).
"""

import re
from calendar import SATURDAY
from datetime import date, time
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.contracts.base import Bool, Contract, Int, ShortText, Text
from shared.contracts.codes import CalendarJurisdiction, LandLayerKind, OrgType, RuleRegister, ViolationType
from shared.contracts.disclosure import DisclosureValue
from shared.contracts.rule_value import Code, RuleValue
from shared.contracts.step_rule_values import (
    EvidenceFlagValue,
    EvidenceItemValue,
    ListingLevelValue,
    OfficerCertificateValue,
    OpinionProofValue,
    PhotoRuleValue,
    RemedyValue,
    RequiredEvidenceValue,
)

Amount = Annotated[Int, Field(ge=0, le=3660)]
Unit = Literal["working_day", "calendar_day", "hour", "month"]
RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{2,12}$")]
_FRACTION = re.compile(r"\d{1,9}(/[1-9]\d{0,8})?", re.ASCII)


def _fraction(text: str) -> str:
    if not _FRACTION.fullmatch(text):
        raise PydanticCustomError("not_a_fraction", "not a whole number or a fraction like 10000/3")
    return text


ExactNumber = Annotated[str, AfterValidator(_fraction), Field(description="a whole number or a fraction: 10000/3")]


class LegalSourceValue(RuleValue):
    """A law, rule or document, or a procedure of the system. title: the short name by which rows name it.

    cited_as: the name in papers, where it is not the short one. house: a procedure of the system and no regulation.
    article: of the county's own document, where one stands for such a procedure.
    """

    title: ShortText
    full_title: ShortText | None = None
    cited_as: ShortText | None = None
    house: Bool = Field(False, description="a procedure of the system and no regulation: cited as such")
    article: ShortText | None = Field(None, description="of the county's own document for a procedure: 12 or 第三章")
    version: ShortText
    effective_from: date | None = None
    effective_to: date | None = None
    address: ShortText | None = None
    note: Text | None = None


class DeadlineValue(RuleValue):
    """A clock (domain.md 3.3, 4.4). Fields that stay away take the default of deadlines.toml."""

    title: ShortText
    limit: Amount
    unit: Unit
    direction: Literal["until", "not_before", "before"] = "until"
    rolls: Bool = False
    alarm_on_earlier: Bool = False
    party_right: Bool = False
    overlay: Bool = Field(False, description="days of the local calendar (NX) rest as well")
    pausable: list[Code] = Field(default_factory=list, max_length=20)
    extend_times: Amount | None = None
    extend_most: Amount | None = None
    extend_unit: Unit | None = None
    extend_before: Amount = 0
    extend_after_due: Bool = False
    warn: list[Amount] = Field(default_factory=list, max_length=10)
    ladder: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$")] = "work"
    holder: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$")] = ""
    note: Text | None = None


class LadderValue(RuleValue):
    """A step of a ladder of alarms (domain.md 4.4). at: time of day, Asia/Shanghai."""

    ladder: Code
    step: Code
    days: Annotated[Int, Field(ge=-60, le=60)]
    at: time
    hours: Annotated[Int, Field(ge=-240, le=240)] | None = None
    action: Code | None = None
    colour: Code | None = None
    to: list[Code] = Field(default_factory=list, max_length=20)

    @property
    def own_key(self) -> str:
        return f"{self.ladder}.{self.step}"


class FineRule(Contract):
    """least to most times the base: square metres, 耕地开垦费 (RF), 土地复垦费 (RestF), gains, value, or yuan."""

    base: Literal["m2", "reclamation_fee", "restoration_fee", "gains", "value", "yuan"]
    least: ExactNumber
    most: ExactNumber
    optional: Bool = False


class ViolationTypeValue(RuleValue):
    """A row of domain.md 2.3. lead: the first one unless a split decides. crimes: C342 for article 342 of 刑法.

    fines: empty where the article gives none. fined_elsewhere: by the row of another act, or by a law that is not here.
    """

    title: ShortText
    lead: list[OrgType] = Field(min_length=1, max_length=5)
    lead_note: Text | None = None
    support: list[OrgType] = Field(default_factory=list, max_length=21)
    measures: Text
    fines: list[FineRule] = Field(default_factory=list, max_length=5)
    fined_elsewhere: Bool = False
    crimes: list[Code] = Field(default_factory=list, max_length=5)
    copies: list[Code] = Field(default_factory=list, max_length=20)
    land_penalty: Bool = True


class CopyRuleValue(RuleValue):
    """K1 to K8: who else must be told. restricted: a sealed document, never a plain copy."""

    condition: Text
    to: list[OrgType] = Field(default_factory=list, max_length=21)
    cc: list[OrgType] = Field(default_factory=list, max_length=21)
    to_note: Text | None = None
    document: ShortText
    restricted: Bool = False
    limit: Amount | None = None
    unit: Unit | None = None


class CriminalThresholdValue(RuleValue):
    """From how much on an act is a crime (domain.md 2.6). at_least: exact square metres, or yuan.

    tillage_destroyed: area alone is not enough; the damage must be appraised.
    share_of: land classes that are added up by their shares of the threshold.
    """

    crime: Code
    title: ShortText
    measure: Literal["area_m2", "yuan"]
    what: Literal[
        "pbf", "other_cultivated", "other_land", "public_forest", "commercial_forest", "grassland", "gains", "loss"
    ]
    at_least: ExactNumber
    tillage_destroyed: Bool = False
    pro_rata: Bool = False
    condition: Text | None = None
    doubled: ShortText | None = None

    @property
    def limit(self) -> Fraction:
        return Fraction(self.at_least)


class GrantMode(StrEnum):
    """original: by the law itself. centralised, township: APL 18, 24. entrusted: in another's name, APL 20."""

    ORIGINAL = "original"
    CENTRALISED = "centralised"
    TOWNSHIP = "township"
    ENTRUSTED = "entrusted"


class PowerGrantValue(RuleValue):
    """Who may punish what where (domain.md 2.5). region_code: prefix of division codes; empty: everywhere."""

    agency: OrgType
    violation_type: ViolationType
    mode: GrantMode
    basis_doc: ShortText
    published_url: ShortText | None = None
    region_code: RegionCode | None = None
    entrusted_by: OrgType | None = None
    note: Text | None = None

    @field_validator("published_url")
    @classmethod
    def _published(cls, url: str | None, info: ValidationInfo) -> str | None:
        """A transfer or hand-down that was not published has no effect (APL 20, 24)."""
        if url is None and info.data.get("mode") not in (None, GrantMode.ORIGINAL):
            raise PydanticCustomError("not_published", "a grant beyond the law must say where it was published")
        return url

    @field_validator("region_code")
    @classmethod
    def _somewhere(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code is None and info.data.get("mode") not in (None, GrantMode.ORIGINAL):
            raise PydanticCustomError("region_missing", "a grant beyond the law holds in a named region")
        return code

    @field_validator("entrusted_by")
    @classmethod
    def _by_whom(cls, body: OrgType | None, info: ValidationInfo) -> OrgType | None:
        if (body is None) is (info.data.get("mode") is GrantMode.ENTRUSTED):
            raise PydanticCustomError("entrusting_body", "named exactly where the power is entrusted")
        return body

    model_config = ConfigDict(validate_default=True)


class HomesteadValue(RuleValue):
    """A row of the county's decision table (domain.md 2.4). stops: who stops and measures whoever leads."""

    party: ShortText
    land_before: ShortText
    purpose: ShortText
    lead: list[OrgType] = Field(min_length=1, max_length=5)
    stops: OrgType | None = None
    county_decides: Bool = False
    note: Text | None = None


class JointActionTriggerValue(RuleValue):
    """A fact on which the system proposes a joint action (domain.md 4.2). enabled: rules are switchable.

    violations: types that raise it whoever the party is.
    """

    order: Annotated[Int, Field(ge=1, le=100)]
    title: ShortText
    enabled: Bool = True
    numbers: dict[Code, Int] = Field(default_factory=dict, max_length=10)
    violations: list[ViolationType] = Field(default_factory=list, max_length=len(ViolationType))


class ClosedListValue(RuleValue):
    """A choice in a closed list (domain.md 5.6). order: its place in the list."""

    list_name: Code
    code: Code
    title: ShortText
    order: Annotated[Int, Field(ge=1, le=1000)]
    needs_text: Bool = False

    @property
    def own_key(self) -> str:
        return f"{self.list_name}.{self.code}"


class LandClassValue(RuleValue):
    """A class of the land survey and which of the three main classes it is (domain.md 7.3)."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}([0-9A-Z][0-9][A-Z]?)?$")]
    title: ShortText
    main_class: Literal["agricultural", "construction", "unused"]
    cultivated: Bool = False
    wetland: Bool = False

    @property
    def own_key(self) -> str:
        return self.code


class LandRuleValue(RuleValue):
    """What follows when a shape meets a base layer (domain.md 6.8). order: its place among the findings.

    when: hit (some piece is no sliver), outside (nothing of it is inside), reaches (the threshold of the criminal
    register for the same land), near (of that threshold), approved or unapproved (whether approved land covers it: by
    pass_share, and where the shape is larger than strip_m2 less than uncovered_m2 of farmland left uncovered), gap
    (land that no class covers), overlap (classes that lie on each other).
    """

    order: Annotated[Int, Field(ge=1, le=100)]
    title: ShortText
    layer: LandLayerKind
    when: Literal["hit", "outside", "reaches", "near", "approved", "unapproved", "gap", "overlap"]
    threshold: Literal["pbf", "other_cultivated"] | None = None
    tone: Literal["flag", "warn", "info"]
    effect: Text
    notify: list[OrgType] = Field(default_factory=list, max_length=10)
    proposes: list[Code] = Field(default_factory=list, max_length=10)
    enabled: Bool = True
    pass_share: ExactNumber | None = None
    strip_m2: ExactNumber | None = None
    uncovered_m2: ExactNumber | None = None

    @model_validator(mode="after")
    def _numbers_of_approval(self) -> Self:
        if self.when == "reaches" and self.threshold is None:
            raise PydanticCustomError("threshold_missing", "a rule that reaches a threshold names it")
        if self.when in ("approved", "unapproved") and self.pass_share is None:
            raise PydanticCustomError("pass_share_missing", "what counts as approved is said by a share")
        return self


class ConfigurationValue(RuleValue):
    """A row of domain.md 10. value null: not decided; what needs it is blocked. owner: who answers for it."""

    title: ShortText
    value: Any = None
    why_open: Text | None = None
    owner: ShortText | None = None


_KINDS = Literal["workday", "holiday", "rest", "makeup_workday"]


class CalendarDay(Contract):
    """A day that differs from Monday to Friday."""

    date: date
    kind: _KINDS
    name: ShortText
    source: ShortText


def _every_day_once(days: list[CalendarDay], info: ValidationInfo) -> list[CalendarDay]:
    seen: set[date] = set()
    for day in days:
        if day.date.year != info.data.get("year", day.date.year):
            raise PydanticCustomError("day_of_another_year", "{day} is of another year", {"day": day.date.isoformat()})
        if day.date in seen:
            raise PydanticCustomError("day_twice", "{day} stands twice", {"day": day.date.isoformat()})
        if day.kind == "makeup_workday" and day.date.weekday() < SATURDAY:
            raise PydanticCustomError("makeup_on_weekday", "{day} is no weekend", {"day": day.date.isoformat()})
        seen.add(day.date)
    return sorted(days, key=lambda day: day.date)


class CalendarValue(RuleValue):
    """The days of a year that differ from Monday to Friday. Of CN, the row makes the year known whole."""

    jurisdiction: CalendarJurisdiction
    year: Annotated[int, Field(ge=2000, le=2200)]
    days: Annotated[list[CalendarDay], Field(max_length=366), AfterValidator(_every_day_once)]

    @field_validator("days")
    @classmethod
    def _nation_has_holidays(cls, days: list[CalendarDay], info: ValidationInfo) -> list[CalendarDay]:
        """Without a holiday it is no year of the nation, and would be taken for one that is known."""
        if info.data.get("jurisdiction") is CalendarJurisdiction.CN and not any(day.kind == "holiday" for day in days):
            raise PydanticCustomError("no_holidays", "a national year has holidays")
        return days

    @property
    def own_key(self) -> str:
        return calendar_key(self.jurisdiction, self.year)


def calendar_key(jurisdiction: CalendarJurisdiction, year: int) -> str:
    """CN-2027."""
    return f"{jurisdiction}-{year}"


VALUE_OF: dict[RuleRegister, type[RuleValue]] = {
    RuleRegister.LEGAL_SOURCE: LegalSourceValue,
    RuleRegister.DEADLINE: DeadlineValue,
    RuleRegister.LADDER: LadderValue,
    RuleRegister.VIOLATION_TYPE: ViolationTypeValue,
    RuleRegister.COPY_RULE: CopyRuleValue,
    RuleRegister.CRIMINAL_THRESHOLD: CriminalThresholdValue,
    RuleRegister.POWER_GRANT: PowerGrantValue,
    RuleRegister.HOMESTEAD: HomesteadValue,
    RuleRegister.OFFICER_CERTIFICATE: OfficerCertificateValue,
    RuleRegister.REQUIRED_EVIDENCE: RequiredEvidenceValue,
    RuleRegister.EVIDENCE_ITEM: EvidenceItemValue,
    RuleRegister.EVIDENCE_FLAG: EvidenceFlagValue,
    RuleRegister.PHOTO_RULE: PhotoRuleValue,
    RuleRegister.OPINION_PROOF: OpinionProofValue,
    RuleRegister.REMEDY: RemedyValue,
    RuleRegister.LISTING_LEVEL: ListingLevelValue,
    RuleRegister.JOINT_ACTION_TRIGGER: JointActionTriggerValue,
    RuleRegister.DISCLOSURE: DisclosureValue,
    RuleRegister.CLOSED_LIST: ClosedListValue,
    RuleRegister.LAND_CLASS: LandClassValue,
    RuleRegister.LAND_RULE: LandRuleValue,
    RuleRegister.CONFIGURATION: ConfigurationValue,
    RuleRegister.CALENDAR: CalendarValue,
}
"""The model a row of each register is checked against."""
