"""Base layers loaded: asked for by a coordinator, carried out by the worker."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.cases.domain.file_import import CountyMissing
from services.cases.domain.land import NothingTaken, RowsRejected, SurveyInFuture, VersionExists, class_of
from services.cases.domain.land_rows import OUTSIDE, LandFeature
from services.cases.domain.patch import RowRejected
from services.cases.handlers.overlays import measure_plots
from services.cases.handlers.overlays_again import lay_again
from services.cases.queries.land import layer_view
from services.cases.storage import land
from services.cases.storage.job_queue import ImportJob
from services.cases.storage.land import LAYERS, LandLayerStore
from services.cases.storage.land_tables import land_layer
from services.cases.storage.unit import CasesUnit
from shared.clock import local_day
from shared.contracts.codes import LandLayerKind
from shared.contracts.land import LandLayerView, LoadLandLayer
from shared.contracts.rule_values import LandClassValue
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import TianweiError
from shared.ids import new_id
from shared.operations import Call

_LAYERS = LandLayerStore()


def load_land_layer(cmd: LoadLandLayer, call: Call, unit: CasesUnit) -> LandLayerView:
    """Queue the file for the caller's county. A version that was refused gives its name free."""
    county = call.by.jurisdiction[:COUNTY_DIGITS]
    if len(county) < COUNTY_DIGITS:
        raise CountyMissing(call.by.jurisdiction)
    if cmd.valid_from > local_day(unit.now):
        raise SurveyInFuture(cmd.valid_from)
    c, code = land_layer.c, full_code(county)
    unit.connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"land {code}"})
    same = (c.division_code == code, c.kind == cmd.kind.value, c.version_name == cmd.version_name)
    if unit.connection.execute(sa.select(c.id).where(*same, c.state != "refused")).first():
        raise VersionExists(cmd.kind, cmd.version_name)
    values = {**cmd.model_dump(), "kind": cmd.kind.value, "id": new_id(), "division_code": code, **LAYERS.asked(unit)}
    row = unit.connection.execute(sa.insert(land_layer).values(values).returning(land_layer)).mappings().one()
    LAYERS.ring(unit)
    return layer_view(row)


def land_batch(job: ImportJob, start: int, batch: Sequence[LandFeature | RowRejected], unit: CasesUnit) -> None:
    """Features, the rows' outcomes and the job's progress, in one unit. Raises LeaseLost."""
    if LAYERS.is_in(unit.connection, job, start, len(batch)):
        return
    classes = unit.rules.land_classes(job.row["valid_from"])
    surveyed = job.row["kind"] == LandLayerKind.CULTIVATED_LAND
    rows = [_known_class(row, classes) if surveyed else row for row in batch]
    land.add_features(unit.connection, job.id, rows)
    bad = [row for row in rows if isinstance(row, RowRejected)]
    counts = {
        "created": len(rows) - len(bad),
        "repaired": sum(isinstance(row, LandFeature) and row.repaired is not None for row in rows),
        "outside": sum(row.code == OUTSIDE for row in bad),
    }
    LAYERS.advance(unit.connection, job, done=len(rows), rejected=len(bad) - counts["outside"], **counts)


def _known_class(row: LandFeature | RowRejected, classes: dict[str, LandClassValue]) -> LandFeature | RowRejected:
    """A class that the table of the day does not have would fall out of every sum."""
    if isinstance(row, RowRejected) or row.land_class is None or class_of(row.land_class, classes):
        return row
    raw: dict[str, Any] = {"DLBM": row.land_class}
    return RowRejected(row.row_no, "DLBM", "land.class-unknown", {"value": row.land_class}, raw)


def finish_land(job: ImportJob, unit: CasesUnit) -> None:
    """Every row has its outcome: the version is in force from its survey on, whole or not at all. Raises LeaseLost."""
    ending = _LAYERS.from_row(LAYERS.lock(unit.connection, job))
    if ending.rows_rejected:
        refuse_land(job, RowsRejected(ending.rows_rejected), unit)
    elif not ending.rows_created:
        refuse_land(job, NothingTaken(ending.rows_outside), unit)
    else:
        unit.record(ending, _LAYERS, ending.end(unit.now))
        unit.flush()
        measure_plots(ending.jurisdiction, unit)
        lay_again(ending, unit)


def refuse_land(job: ImportJob, problem: TianweiError, unit: CasesUnit) -> None:
    """The version cannot be taken, and nothing of it stays but why. Raises LeaseLost."""
    ending = _LAYERS.from_row(LAYERS.lock(unit.connection, job))
    land.clear_features(unit.connection, job.id)
    unit.record(ending, _LAYERS, ending.end(unit.now, problem))
    stated = {"code": problem.code, "field": problem.field, "facts": problem.facts}
    LAYERS.note_problem(unit.connection, job.id, stated)
