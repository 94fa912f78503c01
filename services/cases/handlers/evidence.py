"""Evidence: taken in, paired, excluded, disposed of, read, verified."""

from datetime import timedelta

import sqlalchemy as sa

from services.cases.domain.custody import custody_id
from services.cases.domain.evidence import About, Evidence
from services.cases.domain.evidence_errors import ReasonMissing
from services.cases.domain.evidence_rules import EvidenceRules
from services.cases.domain.handed_in import piece_id, told_of
from services.cases.domain.progress import Moment
from services.cases.storage import evidence_jobs
from services.cases.storage.evidence_land import about
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit
from shared.clock import local_day
from shared.contracts.agencies import TaskAttachmentHandedInV1
from shared.contracts.codes import EvidenceObject
from shared.contracts.evidence import (
    AddEvidence,
    DisposeEvidence,
    EvidenceReading,
    EvidenceView,
    ExcludeEvidence,
    PairEvidence,
    ReadEvidence,
    UnpairEvidence,
    VerifyEvidence,
)
from shared.contracts.evidence_events import EvidenceReadV1
from shared.delivery.tables import event_log
from shared.ids import new_id
from shared.operations import Call


def add_evidence(cmd: AddEvidence, call: Call, unit: CasesUnit) -> EvidenceView:
    """The file is in the store already; with this it becomes evidence, and waits to be examined."""
    subject = about(unit.connection, call.by, cmd.object, cmd.object_id)
    return _added(Evidence(id=new_id()), cmd, subject, unit.moment, unit).view()


def hand_in(event: TaskAttachmentHandedInV1, unit: CasesUnit) -> None:
    """What an agency's system handed in with an answer of its task becomes evidence of the case, once."""
    id_ = piece_id(event)
    if unit.evidence.is_known(unit.connection, id_):
        return
    moment = unit.moment_at(event.at)
    subject = about(unit.connection, None, EvidenceObject.CASE, event.case_id)
    _added(Evidence(id=id_), told_of(event, unit.evidence_rules, moment), subject, moment, unit)


def _added(piece: Evidence, cmd: AddEvidence, subject: About, moment: Moment, unit: CasesUnit) -> Evidence:
    earlier = unit.evidence.first_with(unit.connection, cmd.sha256, subject.division_code)
    evidence_no = unit.number(NumberKind.EVIDENCE, subject.division_code)
    rules = unit.evidence_rules
    unit.record(piece, unit.evidence, piece.add(cmd, moment, subject, evidence_no, rules, earlier))
    evidence_jobs.ask_examination(unit, piece.id)
    return piece


def pair_evidence(cmd: PairEvidence, call: Call, unit: CasesUnit) -> EvidenceView:
    piece = _locked(call, unit)
    before = unit.evidence.get_seen(unit.connection, call.by, cmd.before_id)
    rule = unit.evidence_rules.photo(local_day(unit.now))
    unit.record(piece, unit.evidence, piece.pair_with(cmd, before, unit.moment, rule))
    return piece.view()


def unpair_evidence(cmd: UnpairEvidence, call: Call, unit: CasesUnit) -> EvidenceView:
    piece = _locked(call, unit)
    unit.record(piece, unit.evidence, piece.unpair(cmd, unit.moment))
    return piece.view()


def exclude_evidence(cmd: ExcludeEvidence, call: Call, unit: CasesUnit) -> EvidenceView:
    piece = _locked(call, unit)
    unit.record(piece, unit.evidence, piece.exclude(cmd, unit.moment))
    return piece.view()


def dispose_evidence(cmd: DisposeEvidence, call: Call, unit: CasesUnit) -> EvidenceView:
    piece = _locked(call, unit)
    unit.record(piece, unit.evidence, piece.dispose(cmd, unit.moment))
    return piece.view()


def read_evidence(cmd: ReadEvidence, call: Call, unit: CasesUnit) -> EvidenceReading:
    """May the caller have the content; the custody log tells it. Its version is not moved by being looked at."""
    piece = unit.evidence.get_seen(unit.connection, call.by, call.target)
    piece.may_be_read()
    if cmd.way == "download" and cmd.why is None:
        raise ReasonMissing
    # A gallery shows a person the same small pictures again and again: that is one view for a while.
    if cmd.way != "thumbnail" or not _seen_lately(piece, call, unit, unit.evidence_rules):
        custody = unit.custody.of(unit.connection, piece)
        unit.record(custody, unit.custody, custody.read(piece, cmd.way, cmd.why, unit.moment))
    return reading(piece)


def verify_evidence(cmd: VerifyEvidence, call: Call, unit: CasesUnit) -> EvidenceView:
    """What the content digests to now. The first time that it is another content is an alarm."""
    piece = _locked(call, unit)
    digest = cmd.found_sha256 if cmd.found_sha256 != piece.sha256 or cmd.found_sm3 == piece.sm3 else None
    custody = unit.custody.of(unit.connection, piece)
    unit.record(custody, unit.custody, custody.verified(piece, digest, cmd.found_bytes, unit.moment))
    unit.record(piece, unit.evidence, piece.found(digest, cmd.found_bytes, unit.moment))
    return piece.view()


def reading(piece: Evidence) -> EvidenceReading:
    return EvidenceReading(
        evidence_id=piece.id,
        evidence_no=piece.evidence_no,
        sha256=piece.sha256,
        size_bytes=piece.size_bytes,
        media_type=piece.media_type,
        file_name=piece.file_name,
        thumbnails=piece.thumbnails,
    )


def _seen_lately(piece: Evidence, call: Call, unit: CasesUnit, rules: EvidenceRules) -> bool:
    span = timedelta(minutes=rules.photo(local_day(unit.now)).thumbnail_view_min)
    e = event_log.c
    seen = sa.select(sa.literal(1)).where(
        e.aggregate_id == custody_id(piece.id),
        e.type == EvidenceReadV1.type,
        e.actor == call.by.account_id,
        e.occurred_at > unit.now - span,
    )
    return unit.connection.execute(seen.limit(1)).first() is not None


def _locked(call: Call, unit: CasesUnit) -> Evidence:
    return unit.evidence.lock_seen(unit.connection, call.by, call.target, call.expected_version)
