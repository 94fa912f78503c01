"""A piece of evidence (domain.md 3.4, 3.6, 4.6): taken in, examined, paired, excluded, disposed of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.clue_table import VERIFIERS
from services.cases.domain.evidence_errors import (
    ContentDamaged,
    ItemUnknown,
    KindNotOfItem,
    NoPhotoPair,
    NotRegisteredInAdvance,
    NotScannedYet,
    PhotosDoNotPair,
    Quarantined,
)
from services.cases.domain.evidence_rules import EvidenceRules, PhotoRule
from services.cases.domain.photo_check import likeness, may_pair
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.transitions import ALL_CLOCKS, COORDINATOR, Row, Transitions
from shared.contracts.codes import (
    EvidenceDisposition,
    EvidenceFlagCode,
    EvidenceKind,
    EvidenceObject,
    EvidenceSource,
    EvidenceStage,
    EvidenceState,
    ScanVerdict,
)
from shared.contracts.evidence import (
    AddEvidence,
    DisposeEvidence,
    EvidenceFlag,
    EvidenceView,
    ExcludeEvidence,
    PairEvidence,
    PairFacts,
    PhotoFacts,
    StatedFacts,
    Thumbnail,
    UnpairEvidence,
)
from shared.contracts.evidence_events import (
    EvidenceAddedV1,
    EvidenceDamageFoundV1,
    EvidenceDisposedV1,
    EvidenceEvent,
    EvidenceExaminedV1,
    EvidenceExcludedV1,
    EvidenceFoundWholeV1,
    EvidencePairedV1,
    EvidenceQuarantinedV1,
    EvidenceUnpairedV1,
)

_STATE = EvidenceState
ADVANCE_REGISTRATION_RULE = "D13"
_READABLE = frozenset({_STATE.KEPT, _STATE.EXCLUDED, _STATE.DISPOSED})

TABLE: Transitions[EvidenceState] = Transitions(
    "evidence",
    # An agency's officer only to a clue given to his agency: he sees no other object (storage/scope.py).
    Row("add", None, _STATE.UNEXAMINED, who=VERIFIERS),
    # An agency's system with an answer of its task (domain/handed_in.py): agencies has checked whose it is.
    Row("hand-in", None, _STATE.UNEXAMINED, who=frozenset()),
    # What the house itself finds out: no person does it, so no role is asked.
    Row("examine", _STATE.UNEXAMINED, _STATE.KEPT, who=frozenset()),
    Row("quarantine", _STATE.UNEXAMINED, _STATE.QUARANTINED, who=frozenset(), stops=ALL_CLOCKS),
    Row("pair", _STATE.KEPT, _STATE.KEPT, who=VERIFIERS),
    Row("unpair", _STATE.KEPT, _STATE.KEPT, who=VERIFIERS),
    Row("exclude", _STATE.KEPT, _STATE.EXCLUDED, who=COORDINATOR, stops=ALL_CLOCKS),
    Row("dispose", _STATE.KEPT, _STATE.DISPOSED, who=COORDINATOR, stops=frozenset({ADVANCE_REGISTRATION_RULE})),
    law="HOUSE.evidence",
    laws={"exclude": "APL 46", "dispose": "APL 56"},
)


@dataclass(frozen=True)
class About:
    """What the evidence is about, as the record of that object says."""

    object: EvidenceObject
    object_id: UUID
    clue_id: UUID
    case_id: UUID | None
    division_code: str
    township_code: str | None


@dataclass(frozen=True)
class Examination:
    """What the limited child and the scanner found."""

    scan: ScanVerdict
    photo: PhotoFacts | None = None
    distance_m: float | None = None
    flags: Sequence[EvidenceFlag] = ()
    thumbnails: Sequence[Thumbnail] = ()


@dataclass(kw_only=True)
class Evidence(Progress):
    """stated: a person's word; photo: the file's own. Neither ever takes the other's place."""

    TYPE: ClassVar[str] = "evidence"

    evidence_no: str = ""
    state: EvidenceState | None = None
    object: EvidenceObject = EvidenceObject.CASE
    object_id: UUID | None = None
    clue_id: UUID | None = None
    case_id: UUID | None = None
    division_code: str = ""
    township_code: str | None = None
    kind: EvidenceKind = EvidenceKind.DOCUMENTARY
    item: str = ""
    title: str = ""
    stage: EvidenceStage | None = None
    view_kind: str | None = None
    source: EvidenceSource = EvidenceSource.OTHER
    taken_by: str | None = None
    device_no: str | None = None
    batch: str | None = None
    owner: str = ""
    added_by: str = ""
    added_at: datetime | None = None
    stated: StatedFacts = field(default_factory=StatedFacts)
    sha256: str = ""
    sm3: str = ""
    size_bytes: int = 0
    media_type: str = ""
    file_name: str = ""
    duplicate_of: UUID | None = None
    scan: ScanVerdict = ScanVerdict.AWAITED
    photo: PhotoFacts | None = None
    distance_m: float | None = None
    flags: list[EvidenceFlag] = field(default_factory=list)
    thumbnails: list[Thumbnail] = field(default_factory=list)
    pair: PairFacts | None = None
    damaged_at: datetime | None = None
    registered_in_advance: bool = False
    disposition: EvidenceDisposition | None = None

    @property
    def names(self) -> dict[str, Any]:
        return {"evidence_id": self.id, "evidence_no": self.evidence_no, "clue_id": self.clue_id}

    def has_flag(self, code: EvidenceFlagCode) -> bool:
        return any(flag.code is code for flag in self.flags)

    # decisions

    def add(
        self,
        cmd: AddEvidence,
        moment: Moment,
        about: About,
        evidence_no: str,
        rules: EvidenceRules,
        duplicate_of: UUID | None,
    ) -> list[EvidenceEvent]:
        """Raises ItemUnknown, KindNotOfItem. duplicate_of: earlier evidence of the county with this content."""
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        item = rules.item(cmd.item, moment.today)
        if item is None:
            raise ItemUnknown(cmd.item)
        if item.kinds and cmd.kind not in item.kinds:
            raise KindNotOfItem(item.title, [kind.value for kind in item.kinds])
        if cmd.taken_at is not None:
            moment.past(cmd.taken_at, "taken_at")
        flags = []
        if duplicate_of is not None:
            facts = {"duplicate_of": str(duplicate_of)}
            flags.append(EvidenceFlag(code=EvidenceFlagCode.DUPLICATE_CONTENT, facts=facts))
        if cmd.name_differs:
            facts = {"file_name": cmd.file_name, "media_type": cmd.media_type}
            flags.append(EvidenceFlag(code=EvidenceFlagCode.NAME_DIFFERS, facts=facts))
        starts = [moment.deadlines.start(ADVANCE_REGISTRATION_RULE, moment.now)] if cmd.register_in_advance else []
        self.jurisdiction = about.division_code
        return [
            EvidenceAddedV1(
                evidence_id=self.id,
                evidence_no=evidence_no,
                clue_id=about.clue_id,
                object=about.object,
                object_id=about.object_id,
                case_id=about.case_id,
                division_code=about.division_code,
                township_code=about.township_code,
                kind=cmd.kind,
                item=cmd.item,
                title=cmd.title,
                stage=cmd.stage,
                view=cmd.view,
                evidence_source=cmd.source,
                taken_by=cmd.taken_by,
                device_no=cmd.device_no,
                batch=cmd.batch,
                owner=cmd.owner_agency.value if cmd.owner_agency else moment.by.org_code or moment.by.jurisdiction,
                added_by=moment.by.name,
                stated=StatedFacts.model_validate(cmd.model_dump(include=set(StatedFacts.model_fields))),
                sha256=cmd.sha256,
                sm3=cmd.sm3,
                size_bytes=cmd.size_bytes,
                media_type=cmd.media_type,
                file_name=cmd.file_name,
                duplicate_of=duplicate_of,
                flags=flags,
                registered_in_advance=cmd.register_in_advance,
                **self.step(row, moment, reason=cmd.reason, starts=starts),
            )
        ]

    def examine(self, found: Examination, moment: Moment) -> list[EvidenceEvent]:
        row = TABLE.permit(self.state, "examine", moment.by)
        return [
            EvidenceExaminedV1(
                scan=found.scan,
                photo=found.photo,
                distance_m=found.distance_m,
                flags=[*self.flags, *found.flags],
                thumbnails=list(found.thumbnails),
                **self.told(row, moment),
            )
        ]

    def quarantine(self, signature: str, moment: Moment) -> list[EvidenceEvent]:
        row = TABLE.permit(self.state, "quarantine", moment.by)
        return [EvidenceQuarantinedV1(signature=signature[:200], **self.told(row, moment))]

    def pair_with(self, cmd: PairEvidence, before: "Evidence", moment: Moment, rule: PhotoRule) -> list[EvidenceEvent]:
        """Raises NoPhotoPair, PhotosDoNotPair."""
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        if self.clue_id != before.clue_id:
            raise NoPhotoPair("other-land")
        if before.state is not _STATE.KEPT:
            raise NoPhotoPair("not-kept")
        if before.stage is not EvidenceStage.BEFORE or self.stage is EvidenceStage.BEFORE or self.stage is None:
            raise NoPhotoPair("stages")
        alike = likeness(before.photo, self.photo) if before.photo and self.photo else None
        if alike is None:
            raise NoPhotoPair("position-or-azimuth-missing")
        if not may_pair(*alike, rule):
            raise PhotosDoNotPair(*alike, rule)
        pair = PairFacts(
            before_id=before.id,
            before_no=before.evidence_no,
            distance_m=alike[0],
            azimuth_difference_deg=alike[1],
        )
        return [EvidencePairedV1(pair=pair, **self.told(row, moment, reason=cmd.reason))]

    def unpair(self, cmd: UnpairEvidence, moment: Moment) -> list[EvidenceEvent]:
        """Raises NoPhotoPair."""
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        if self.pair is None:
            raise NoPhotoPair("not-paired")
        return [EvidenceUnpairedV1(before_id=self.pair.before_id, **self.told(row, moment, reason=cmd.reason))]

    def exclude(self, cmd: ExcludeEvidence, moment: Moment) -> list[EvidenceEvent]:
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        return [EvidenceExcludedV1(**self.told(row, moment, reason=cmd.reason))]

    def dispose(self, cmd: DisposeEvidence, moment: Moment) -> list[EvidenceEvent]:
        """Raises NotRegisteredInAdvance."""
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        if not self.registered_in_advance:
            raise NotRegisteredInAdvance
        told = self.told(row, moment, reason=cmd.reason, documents=cmd.documents)
        return [EvidenceDisposedV1(disposition=cmd.disposition, **told)]

    def found(self, sha256: str | None, size_bytes: int, moment: Moment) -> list[EvidenceEvent]:
        """What its content digests to now. Tells only what is new: damage once, and that it is whole again."""
        state = {"from_state": self.state, "to_state": self.state, "at": moment.now, **self.names}
        whole = sha256 == self.sha256
        if whole == (self.damaged_at is None):
            return []
        if whole:
            return [EvidenceFoundWholeV1(**state)]
        return [EvidenceDamageFoundV1(sha256=self.sha256, found_sha256=sha256, found_bytes=size_bytes, **state)]

    def may_be_read(self) -> None:
        """Raises NotScannedYet, Quarantined, ContentDamaged."""
        if self.state is _STATE.UNEXAMINED:
            raise NotScannedYet
        if self.state not in _READABLE:
            raise Quarantined
        if self.damaged_at is not None:
            raise ContentDamaged(self.evidence_no)

    # changes

    @singledispatchmethod
    def _change(self, event: EvidenceEvent) -> None:
        """Excluded: the state alone changes."""

    @_change.register
    def _(self, event: EvidenceAddedV1) -> None:
        self.evidence_no, self.clue_id, self.case_id = event.evidence_no, event.clue_id, event.case_id
        self.object, self.object_id = event.object, event.object_id
        self.division_code = self.jurisdiction = event.division_code
        self.township_code = event.township_code
        self.kind, self.item, self.title = event.kind, event.item, event.title
        self.stage, self.view_kind, self.source = event.stage, event.view, event.evidence_source
        self.taken_by, self.device_no, self.batch = event.taken_by, event.device_no, event.batch
        self.owner, self.added_by, self.added_at = event.owner, event.added_by, event.at
        self.stated = event.stated
        self.sha256, self.sm3, self.size_bytes = event.sha256, event.sm3, event.size_bytes
        self.media_type, self.file_name = event.media_type, event.file_name
        self.duplicate_of, self.flags = event.duplicate_of, list(event.flags)
        self.registered_in_advance = event.registered_in_advance

    @_change.register
    def _(self, event: EvidenceExaminedV1) -> None:
        self.scan, self.photo, self.distance_m = event.scan, event.photo, event.distance_m
        self.flags, self.thumbnails = list(event.flags), list(event.thumbnails)

    @_change.register
    def _(self, _: EvidenceQuarantinedV1) -> None:
        self.scan = ScanVerdict.INFECTED

    @_change.register
    def _(self, event: EvidencePairedV1) -> None:
        self.pair = event.pair

    @_change.register
    def _(self, _: EvidenceUnpairedV1) -> None:
        self.pair = None

    @_change.register
    def _(self, event: EvidenceDisposedV1) -> None:
        self.disposition = event.disposition

    @_change.register
    def _(self, event: EvidenceDamageFoundV1) -> None:
        self.damaged_at = event.at

    @_change.register
    def _(self, _: EvidenceFoundWholeV1) -> None:
        self.damaged_at = None

    def view(self) -> EvidenceView:
        same = set(EvidenceView.model_fields) - {"view", "due_on"}
        return EvidenceView.model_validate(
            {
                **{name: getattr(self, name) for name in same},
                "view": self.view_kind,
                "due_on": self.due_on,
            }
        )
