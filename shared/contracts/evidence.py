"""Evidence (证据): commands, queries, views. The content itself goes by HTTP and never over the bus."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.base import (
    Audited,
    Bool,
    Command,
    Contract,
    GetOne,
    Instant,
    Int,
    Latitude,
    ListQuery,
    Longitude,
    Query,
    Sha256,
    ShortText,
    Text,
    View,
)
from shared.contracts.codes import (
    Agency,
    EvidenceDisposition,
    EvidenceFlagCode,
    EvidenceKind,
    EvidenceObject,
    EvidenceSource,
    EvidenceStage,
    EvidenceState,
    ScanVerdict,
    SentBackReason,
)
from shared.contracts.parts import DeadlineView, DocumentRef

ItemCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


Digest = Sha256


Bearing = Annotated[float, Field(ge=0, lt=360.0001, allow_inf_nan=False, description="degrees from true north")]


Pitch = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="degrees, negative looks down")]


Metres = Annotated[float, Field(ge=-1000, le=20_000, allow_inf_nan=False)]


PhotoView = Literal["whole", "close", "inside"]


class StatedFacts(Contract):
    """What a person says of the taking. Kept beside what the file says, never in its place."""

    taken_at: Instant | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    azimuth_deg: Bearing | None = None
    pitch_deg: Pitch | None = None
    altitude_m: Metres | None = None


class EvidenceForm(StatedFacts):
    """The fields that stand beside the file in the upload's form.

    kind: of APL 46. item: what it is on the check-list (register evidence_item), like photo or survey_report.
    owner_agency: whose evidence it is; without it, of whoever uploads. register_in_advance: 先行登记保存 (APL 56).
    """

    kind: EvidenceKind
    item: ItemCode
    title: ShortText
    stage: EvidenceStage | None = None
    view: PhotoView | None = Field(None, description="of a photograph: whole view, close view, inside of a building")
    source: EvidenceSource = EvidenceSource.OTHER
    taken_by: ShortText | None = None
    device_no: ShortText | None = None
    batch: ShortText | None = Field(None, description="batch of an upload made later from a device without signal")
    owner_agency: Agency | None = None
    register_in_advance: Bool = False
    reason: Text | None = None


class AddEvidence(EvidenceForm, Command, on="evidence", verb="add"):
    """Add a file to the evidence of a clue, a case, a rectification item or a joint action.

    The gateway stored it by digest before it sent this, and says what its content shows it to be.
    """

    object: EvidenceObject
    object_id: UUID
    sha256: Sha256
    sm3: Digest
    size_bytes: Annotated[Int, Field(ge=1)]
    media_type: ShortText
    file_name: ShortText
    name_differs: Bool = False


class MayAddEvidence(Query, operation="evidence.may-add", audited=Audited.NOT):
    """Asked by the gateway before it takes the file: NotFound for what the caller may not see."""

    object: EvidenceObject
    object_id: UUID


class MayAdd(View):
    division_code: str


class PairEvidence(Command, on="evidence", verb="pair"):
    """Confirm that this after photograph shows the same point as that before photograph."""

    before_id: UUID
    reason: Text | None = None


class UnpairEvidence(Command, on="evidence", verb="unpair"):
    """Take a pair apart."""

    reason: Text


class ExcludeEvidence(Command, on="evidence", verb="exclude"):
    """Exclude it, as illegally obtained (APL 46) or wrong: it stays on record and counts for nothing."""

    reason: Text


class DisposeEvidence(Command, on="evidence", verb="dispose"):
    """Decide on evidence registered in advance, within 7 working days (APL 56)."""

    disposition: EvidenceDisposition
    reason: Text
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class ReadEvidence(Command, on="evidence", verb="read"):
    """Look at the content or take it away; the custody log tells who, when and why. A download says why."""

    way: Literal["view", "download", "thumbnail"]
    why: ShortText | None = None


class VerifyEvidence(Command, on="evidence", verb="verify"):
    """What the stored content digests to now; told by the gateway, which read it. found: nothing when it is gone."""

    found_sha256: Sha256 | None
    found_sm3: Digest | None
    found_bytes: Annotated[Int, Field(ge=0)]


class EvidenceReading(View):
    """What the gateway needs to serve a content."""

    evidence_id: UUID
    evidence_no: str
    sha256: str
    size_bytes: int
    media_type: str
    file_name: str
    thumbnails: list["Thumbnail"] = Field(default_factory=list)


class EvidenceFlag(Contract):
    code: EvidenceFlagCode
    facts: dict[str, Any] = Field(default_factory=dict)


class PhotoFacts(Contract):
    """What the file itself says (EXIF, XMP). taken_zone: where the offset of taken_at is from.

    longitude, latitude: in `datum` as the file names it; without a name WGS 84, centimetres from CGCS2000.
    """

    format: str
    width: Annotated[Int, Field(ge=1)]
    height: Annotated[Int, Field(ge=1)]
    taken_at: Instant | None = None
    taken_zone: Literal["file", "assumed"] | None = None
    gps_at: Instant | None = None
    modified_at: Instant | None = None
    longitude: Longitude | None = None
    latitude: Latitude | None = None
    datum: ShortText | None = None
    accuracy_m: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
    altitude_m: Metres | None = None
    azimuth_deg: Bearing | None = None
    azimuth_ref: Literal["T", "M"] | None = None
    pitch_deg: Pitch | None = None
    device: ShortText | None = None
    software: ShortText | None = None


class Thumbnail(Contract):
    size: Literal["small", "large"]
    width: Int
    height: Int
    media_type: str
    sha256: Sha256


class PairFacts(Contract):
    before_id: UUID
    before_no: str
    distance_m: float
    azimuth_difference_deg: float


class EvidenceRow(View):
    id: UUID
    evidence_no: str = Field(description="ZW-EV-{county6}-{yyyy}-{seq5}")
    version: int
    state: EvidenceState
    object: EvidenceObject
    object_id: UUID
    kind: EvidenceKind
    item: str
    title: str
    stage: EvidenceStage | None
    view: str | None
    source: EvidenceSource
    media_type: str
    size_bytes: int
    sha256: str
    added_at: Instant
    flags: list[EvidenceFlag]
    pair: PairFacts | None
    due_on: date | None = Field(description="of evidence registered in advance: until when to decide on it")


class EvidenceView(EvidenceRow):
    clue_id: UUID
    case_id: UUID | None
    division_code: str
    sm3: str
    file_name: str
    owner: str = Field(description="code of the agency or place that took it")
    taken_by: str | None
    device_no: str | None
    batch: str | None
    added_by: str
    stated: StatedFacts = Field(description="what a person says of the taking")
    photo: PhotoFacts | None = Field(description="what the file itself says; null until it was examined")
    distance_m: float | None = Field(description="from the place it is about; 0 inside the patch")
    scan: ScanVerdict
    thumbnails: list[Thumbnail]
    duplicate_of: UUID | None = Field(description="earlier evidence of the county with the same content")
    damaged_at: Instant | None = Field(description="since when its content is not what it was; null when it is whole")
    disposition: EvidenceDisposition | None
    documents: list[DocumentRef]
    deadlines: list[DeadlineView]


class GetEvidence(GetOne, operation="evidence.get"):
    pass


class ListEvidence(ListQuery, operation="evidence.list"):
    """Of the object, with that of the clue, case, items and actions it belongs with unless `own` is asked."""

    object: EvidenceObject
    id: UUID
    own: bool = False
    stage: EvidenceStage | None = None
    item: ItemCode | None = None
    flag: EvidenceFlagCode | None = None


class GetRequirements(Query, operation="evidence.requirements"):
    """What evidence a step needs, what is there, what is missing. conditions: what is true of the facts, by comma."""

    object: EvidenceObject
    id: UUID
    step: Annotated[str, StringConstraints(pattern=r"^[a-z-]{2,40}$")] | None = None
    conditions: Annotated[str, StringConstraints(max_length=200)] = ""


class Spoiled(View):
    """A piece of evidence that does not count, and why."""

    evidence_id: UUID
    flags: list[EvidenceFlagCode]


class RequirementView(View):
    id: str
    step: str
    title: str
    basis: str
    any_of: list[str] = Field(description="items of which one is enough")
    stage: EvidenceStage | None
    view: str | None
    azimuth_gap_deg: float | None = Field(description="the photographs look so far apart")
    paired: bool = Field(description="every photograph from before has a confirmed after one")
    condition: str | None = Field(description="it is asked for only where this holds")
    applies: bool | None = Field(description="null: nobody has said whether the condition holds; it does not block")
    needed: int
    counted: list[UUID]
    missing: int
    spoiled: list[Spoiled]


class Requirements(View):
    rules_from: str = Field(description="since when the rules that were applied are in force")
    violation_types: list[str]
    complete: bool
    refuses: bool = Field(description="the step is refused while something is missing")
    items: list[RequirementView]
    sent_back_reasons: list[SentBackReason] = Field(description="for which a reviewer would send it back as it is")


class GetPairs(GetOne, operation="evidence.pairs"):
    """Before and after photographs of the land: pairs confirmed, pairs the system proposes, what has none."""

    object: EvidenceObject


class PairView(PairFacts):
    after_id: UUID
    after_no: str


class Pairs(View):
    confirmed: list[PairView]
    proposed: list[PairView]
    before_alone: list[UUID]
    after_alone: list[UUID]


EVIDENCE_COMMANDS: tuple[type[Command], ...] = (PairEvidence, UnpairEvidence, ExcludeEvidence, DisposeEvidence)
