"""Imports of satellite patches: asked for by a coordinator, carried out by the worker batch by batch.

A row is known by its patch number. The same number with the same shape was imported before and makes nothing new;
the same number with another shape is refused, for a person to look at.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.cases.domain.clue_import import ImportRow, RowOutcome
from services.cases.domain.file_import import CountyMissing
from services.cases.domain.outline import outlined
from services.cases.domain.patch import Patch, RowRejected, Warned
from services.cases.handlers.clues import ReceivedPatch, give_shape, receive_patches
from services.cases.handlers.overlays import overlay_shaped
from services.cases.storage import import_jobs, import_rows, land
from services.cases.storage.import_jobs import view_of
from services.cases.storage.import_rows import StoredPatch
from services.cases.storage.job_queue import ImportJob
from services.cases.storage.unit import CasesUnit
from shared.contracts.clue_imports import ClueImportView, StartClueImport
from shared.divisions.register import COUNTY_DIGITS, full_code, within
from shared.errors import TianweiError
from shared.ids import new_id
from shared.operations import Call

Drawn = tuple[Patch, dict[str, Any] | None]
"""A good row with its GeoJSON geometry; a row of a table has none."""


def start_clue_import(cmd: StartClueImport, call: Call, unit: CasesUnit) -> ClueImportView:
    """Queue the file for the caller's county. The same file again is a new job whose rows are all known."""
    county = call.by.jurisdiction[:COUNTY_DIGITS]
    if len(county) < COUNTY_DIGITS:
        raise CountyMissing(call.by.jurisdiction)
    return view_of(import_jobs.enqueue(unit, new_id(), cmd, full_code(county)))


def draw(outcomes: Sequence[Patch | RowRejected]) -> list[Drawn | RowRejected]:
    """Outcomes of the parser with the shape of each patch as it goes into the event. Outside of any unit."""
    return [outcome if isinstance(outcome, RowRejected) else _drawn(outcome) for outcome in outcomes]


def _drawn(patch: Patch) -> Drawn:
    return outlined(patch) if patch.geometry_wkb else (patch, None)


def import_batch(job: ImportJob, start: int, batch: Sequence[Drawn | RowRejected], unit: CasesUnit) -> None:
    """Clues, their events, the rows' outcomes and the job's progress, in one unit.

    start: rows before this batch, in file order. A batch that is in already is passed over. Raises LeaseLost.
    """
    if import_jobs.QUEUE.is_in(unit.connection, job, start, len(batch)):
        return
    rows = _outcomes(job, batch, unit)
    import_rows.add(unit.connection, job.id, rows)
    counts = {kind.value: sum(row.outcome is kind for row in rows) for kind in RowOutcome}
    import_jobs.QUEUE.advance(unit.connection, job, done=len(rows), **counts)


def finish_import(job: ImportJob, unit: CasesUnit) -> None:
    """Every row has its outcome. Raises LeaseLost."""
    ending = import_jobs.STORE.from_row(import_jobs.QUEUE.lock(unit.connection, job))
    unit.record(ending, import_jobs.STORE, ending.finish(unit.now))


def refuse_import(job: ImportJob, problem: TianweiError, unit: CasesUnit) -> None:
    """The file as a whole cannot be taken. Raises LeaseLost."""
    ending = import_jobs.STORE.from_row(import_jobs.QUEUE.lock(unit.connection, job))
    unit.record(ending, import_jobs.STORE, ending.refuse(problem, unit.now))
    stated = {"code": problem.code, "field": problem.field, "facts": problem.facts}
    import_jobs.QUEUE.note_problem(unit.connection, job.id, stated)


def _outcomes(job: ImportJob, batch: Sequence[Drawn | RowRejected], unit: CasesUnit) -> list[ImportRow]:
    drawn = [row for row in batch if not isinstance(row, RowRejected)]
    stored = import_rows.stored_patches(unit.connection, [patch.patch_no for patch, _ in drawn])
    fresh = [(patch, geometry) for patch, geometry in drawn if patch.patch_no not in stored]
    land.keep_shapes(unit.connection, [patch for patch, _ in drawn if patch.geometry_wkb])
    crs = import_jobs.crs_of(unit.connection, job.id)
    received = {row.row_no: row for row in receive_patches(fresh, job.id, unit, overlay_shaped, crs)}
    return [
        _rejected(row) if isinstance(row, RowRejected) else _accepted(row, job, stored, received, unit, crs)
        for row in batch
    ]


def _rejected(row: RowRejected) -> ImportRow:
    stated = row.raw.get("JCBH")
    patch_no = stated.strip()[:80] or None if isinstance(stated, str) else None
    return ImportRow(
        row.row_no, RowOutcome.REJECTED, patch_no, field=row.field, code=row.code, facts=row.facts, raw=row.raw
    )


def _accepted(
    row: Drawn,
    job: ImportJob,
    stored: dict[str, StoredPatch],
    received: dict[int, ReceivedPatch],
    unit: CasesUnit,
    crs: str | None,
) -> ImportRow:
    patch, geometry = row
    found = stored.get(patch.patch_no)
    if found is None:
        made = received[patch.row_no]
        return _good(patch, RowOutcome.CREATED, made.clue_id, made.clue_no)
    here = within(found.division_code, job.county_code)
    if here and found.geometry_digest == patch.geometry_digest:
        return _good(patch, RowOutcome.KNOWN, found.clue_id, found.clue_no)
    if here and geometry is None:  # a table says nothing of the shape
        return _good(patch, RowOutcome.KNOWN, found.clue_id, found.clue_no)
    if here and found.geometry_digest is None and geometry is not None:
        overlay_shaped([give_shape(found.clue_id, patch, geometry, unit, crs)], unit)
        shaped = replace(patch, warnings=(*patch.warnings, Warned("patch.shape-added")))
        return _good(shaped, RowOutcome.KNOWN, found.clue_id, found.clue_no)
    facts = {"value": patch.patch_no, "clue_no": found.clue_no if here else None}
    return ImportRow(
        patch.row_no,
        RowOutcome.REJECTED,
        patch.patch_no,
        field="JCBH",
        code="patch.number-conflict",
        facts=facts,
        raw=patch.raw,
    )


def _good(patch: Patch, outcome: RowOutcome, clue_id: Any, clue_no: str) -> ImportRow:
    return ImportRow(
        patch.row_no,
        outcome,
        patch.patch_no,
        clue_id=clue_id,
        clue_no=clue_no,
        facts=_facts(patch.warnings),
        warnings=tuple(dict.fromkeys(warning.code for warning in patch.warnings)),
        raw=None if patch.geometry_wkb else patch.raw,
    )


def _facts(warnings: Sequence[Warned]) -> dict[str, Any]:
    """By code; of one code that warns more than once, the facts of the first with the others beside them."""
    told: dict[str, Any] = {}
    for warning in warnings:
        if warning.code in told:
            told[warning.code].setdefault("further", []).append(warning.facts)
        else:
            told[warning.code] = dict(warning.facts)
    return told
