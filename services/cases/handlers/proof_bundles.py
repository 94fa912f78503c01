"""Proof bundles: asked for by a coordinator, made by the evidence worker, taken away."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from services.cases.domain.proof_bundle import ItemNotStruckOff, Made
from services.cases.storage import evidence_jobs
from services.cases.storage.evidence_jobs import BundleStore, Job, bundle_view
from services.cases.storage.evidence_tables import proof_bundle
from services.cases.storage.scope import visible
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import RectificationState
from shared.contracts.evidence import EvidenceReading
from shared.contracts.proof_bundles import BundleView, MakeProofBundle, ReadBundle
from shared.errors import NotFound, TianweiError
from shared.ids import new_id
from shared.operations import Call

_STORE = BundleStore()


def make_proof_bundle(_: MakeProofBundle, call: Call, unit: CasesUnit) -> BundleView:
    """Queue it. Raises ItemNotStruckOff."""
    item = unit.rectifications.get_seen(unit.connection, call.by, call.target)
    if item.state is not RectificationState.STRUCK_OFF:
        raise ItemNotStruckOff(item.state)
    return bundle_view(evidence_jobs.ask_bundle(unit, new_id(), item.id, item.item_no, item.division_code))


def read_bundle(_: ReadBundle, call: Call, unit: CasesUnit) -> EvidenceReading:
    """What the gateway needs to serve it. Raises BundleNotReady, BundleRefused."""
    statement = sa.select(proof_bundle).where(proof_bundle.c.id == call.target, visible(proof_bundle, call.by))
    row = unit.connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    bundle = _STORE.from_row(row)
    made = bundle.may_be_read()
    return EvidenceReading(
        evidence_id=bundle.id,
        evidence_no=bundle.item_no,
        sha256=made.stored.sha256,
        size_bytes=made.stored.size,
        media_type="application/zip",
        file_name=f"{bundle.item_no}-举证包.zip",
    )


def finish_bundle(job: Job, made: Made, evidence_ids: Iterable[UUID], unit: CasesUnit) -> None:
    """It is stored; the custody of what went into it says so. Raises LeaseLost."""
    bundle = _STORE.from_row(evidence_jobs.lock(unit.connection, job))
    unit.record(bundle, _STORE, bundle.finish(made, unit.now))
    for id_ in sorted(evidence_ids):
        piece = unit.evidence.get(unit.connection, id_)
        custody = unit.custody.of(unit.connection, piece)
        unit.record(custody, unit.custody, custody.bundled(piece, bundle.id, unit.moment))


def refuse_bundle(job: Job, problem: TianweiError, unit: CasesUnit) -> None:
    """It cannot be made. Raises LeaseLost."""
    bundle = _STORE.from_row(evidence_jobs.lock(unit.connection, job))
    unit.record(bundle, _STORE, bundle.refuse(problem, unit.now))
    _STORE.note_problem(unit.connection, bundle.id, problem)
