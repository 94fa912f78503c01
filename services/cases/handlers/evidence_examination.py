"""What the evidence worker found: written in its own name, in one unit with taking the job from the queue."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.cases.domain.evidence import Evidence, Examination
from services.cases.domain.photo_check import Taking, check
from services.cases.storage import evidence_jobs
from services.cases.storage.evidence_jobs import Job
from services.cases.storage.evidence_land import place_of
from services.cases.storage.unit import CasesUnit
from shared.clock import local_day
from shared.contracts.codes import EvidenceFlagCode, ScanVerdict
from shared.contracts.evidence import EvidenceFlag, PhotoFacts, Thumbnail
from shared.principal import Actor

# What the house itself finds is no person's act.
EXAMINER = Actor("system:evidence", "系统核对", frozenset(), "", "")


def examined(
    job: Job,
    scan: ScanVerdict,
    photo: PhotoFacts | None,
    thumbnails: Sequence[Thumbnail],
    fault: str | None,
    unit: CasesUnit,
) -> None:
    """photo: None for what is no photograph. fault: why the picture itself could not be read. Raises LeaseLost."""
    piece = _taken(job, unit)
    found = _judged(piece, scan, photo, thumbnails, fault, unit)
    unit.record(piece, unit.evidence, piece.examine(found, unit.moment))


def infected(job: Job, signature: str, unit: CasesUnit) -> None:
    """Raises LeaseLost."""
    piece = _taken(job, unit)
    unit.record(piece, unit.evidence, piece.quarantine(signature, unit.moment))


def damaged(job: Job, found_sha256: str | None, found_bytes: int, unit: CasesUnit) -> None:
    """The content was another one before anybody looked at it; nothing else is said of it. Raises LeaseLost."""
    piece = _taken(job, unit)
    unit.record(piece, unit.evidence, piece.found(found_sha256, found_bytes, unit.moment))
    flag = EvidenceFlag(code=EvidenceFlagCode.UNREADABLE, facts={"why": "content-damaged"})
    found = Examination(ScanVerdict.NOT_SCANNED, flags=[flag])
    unit.record(piece, unit.evidence, piece.examine(found, unit.moment))


def damage_noted(evidence_id: UUID, found_sha256: str | None, found_bytes: int, unit: CasesUnit) -> None:
    """Whoever reads content finds damage, and tells it."""
    piece = unit.evidence.lock(unit.connection, evidence_id)
    custody = unit.custody.of(unit.connection, piece)
    unit.record(custody, unit.custody, custody.verified(piece, found_sha256, found_bytes, unit.moment))
    unit.record(piece, unit.evidence, piece.found(found_sha256, found_bytes, unit.moment))


def _taken(job: Job, unit: CasesUnit) -> Evidence:
    evidence_jobs.examined(unit.connection, job)
    return unit.evidence.lock(unit.connection, job.id)


def _judged(
    piece: Evidence,
    scan: ScanVerdict,
    photo: PhotoFacts | None,
    thumbnails: Sequence[Thumbnail],
    fault: str | None,
    unit: CasesUnit,
) -> Examination:
    flags: list[EvidenceFlag] = []
    distance_m: float | None = None
    if photo is not None:
        added_at = _added(piece)
        taking = Taking(piece.stage, piece.source, piece.stated, added_at)
        rule = unit.evidence_rules.photo(local_day(added_at))
        distance_m, flags = check(photo, taking, place_of(unit.connection, piece), rule)
    if fault is not None:
        flags.append(EvidenceFlag(code=EvidenceFlagCode.UNREADABLE, facts={"why": fault}))
    return Examination(scan, photo, distance_m, flags, thumbnails)


def _added(piece: Evidence) -> datetime:
    assert piece.added_at is not None
    return piece.added_at
