"""What cases tells of evidence. A piece of evidence and its custody are told apart: reading changes no evidence."""

from uuid import UUID

from pydantic import Field

from shared.contracts.base import Instant, Int, Sha256
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import (
    Agency,
    CopyState,
    EvidenceDisposition,
    EvidenceKind,
    EvidenceObject,
    EvidenceSource,
    EvidenceStage,
    EvidenceState,
    ScanVerdict,
)
from shared.contracts.evidence import Digest, EvidenceFlag, PairFacts, PhotoFacts, StatedFacts, Thumbnail


class EvidenceEvent(CasesEvent):
    evidence_id: UUID
    evidence_no: str
    clue_id: UUID
    from_state: EvidenceState | None
    to_state: EvidenceState


class EvidenceAddedV1(EvidenceEvent):
    object: EvidenceObject
    object_id: UUID
    case_id: UUID | None
    division_code: str
    township_code: str | None
    kind: EvidenceKind
    item: str
    title: str
    stage: EvidenceStage | None
    view: str | None
    evidence_source: EvidenceSource
    taken_by: str | None
    device_no: str | None
    batch: str | None
    owner: str
    added_by: str
    stated: StatedFacts
    sha256: Sha256
    sm3: Digest
    size_bytes: Int
    media_type: str
    file_name: str
    duplicate_of: UUID | None
    flags: list[EvidenceFlag]
    registered_in_advance: bool


class EvidenceExaminedV1(EvidenceEvent):
    """flags: all of them now, those of the upload too."""

    scan: ScanVerdict
    photo: PhotoFacts | None
    distance_m: float | None
    flags: list[EvidenceFlag]
    thumbnails: list[Thumbnail]


class EvidenceQuarantinedV1(EvidenceEvent):
    signature: str = Field(description="what the scanner calls it")


class EvidencePairedV1(EvidenceEvent):
    pair: PairFacts


class EvidenceUnpairedV1(EvidenceEvent):
    before_id: UUID


class EvidenceExcludedV1(EvidenceEvent):
    pass


class EvidenceDisposedV1(EvidenceEvent):
    disposition: EvidenceDisposition


class EvidenceDamageFoundV1(EvidenceEvent):
    """An alarm: the stored content is no longer what was taken in. It is not served any more."""

    sha256: Sha256
    found_sha256: Sha256 | None
    found_bytes: Int


class EvidenceFoundWholeV1(EvidenceEvent):
    """Damaged content is what it was again, restored from a backup."""


class CustodyEvent(CasesEvent):
    evidence_id: UUID
    evidence_no: str


class EvidenceReadV1(CustodyEvent):
    """way: view, download, thumbnail."""

    way: str


class EvidenceVerifiedV1(CustodyEvent):
    whole: bool
    found_sha256: Sha256 | None
    found_bytes: Int


class EvidenceBundledV1(CustodyEvent):
    bundle_id: UUID


class CopyEvent(CasesEvent):
    copy_id: UUID
    evidence_id: UUID
    from_state: CopyState | None
    to_state: CopyState


class EvidenceCopyGrantedV1(CopyEvent):
    evidence_no: str
    title: str
    sha256: Sha256
    sm3: Digest
    size_bytes: Int
    media_type: str
    file_name: str
    division_code: str
    to_agency: Agency
    purpose: str
    granted_by: str
    expires_at: Instant


class EvidenceCopyReadV1(CopyEvent):
    pass


class EvidenceCopyRevokedV1(CopyEvent):
    pass


class ProofBundleMadeV1(CasesEvent):
    """The digest of the manifest binds everything in the bundle to this log."""

    bundle_id: UUID
    item_id: UUID
    item_no: str
    refused: bool
    files: Int
    size_bytes: Int
    sha256: Sha256 | None
    sm3: Digest | None
    manifest_sha256: Sha256 | None
