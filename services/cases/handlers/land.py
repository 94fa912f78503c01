"""Base layers loaded and clues laid over them: asked for by a coordinator, carried out by the worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from services.cases.domain.clue import Clue
from services.cases.domain.clue_import import CountyMissing
from services.cases.domain.land import LandFeature, NothingTaken, SurveyInFuture, VersionExists, class_of
from services.cases.domain.outline import bounds_of, encoded
from services.cases.domain.overlay import Claim, Law, Measured, NoLayer, NoShape, conclude
from services.cases.domain.patch import RowRejected
from services.cases.queries.land import layer_view, overlay_view
from services.cases.storage import land
from services.cases.storage.job_queue import ImportJob, Lease
from services.cases.storage.land import LAYERS, OVERLAYS, LandLayerStore, OverlayStore
from services.cases.storage.land_tables import land_layer, overlay
from services.cases.storage.unit import CasesUnit
from shared.clock import local_day
from shared.contracts.codes import LandLayerKind
from shared.contracts.land import LandLayerView, LayerUsed, LoadLandLayer, OverlayClue, OverlayView
from shared.contracts.rule_values import LandClassValue
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import TianweiError
from shared.ids import new_id
from shared.operations import Call

_LAYERS, _OVERLAYS = LandLayerStore(), OverlayStore()


@dataclass(frozen=True)
class Shaped:
    """A shape to lay over, with the layers of its day. wkb, box: EPSG:4490."""

    job: Lease
    layers: list[LayerUsed]
    wkb: bytes
    box: tuple[float, float, float, float]


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
    good = [row for row in rows if isinstance(row, LandFeature)]
    repaired = sum(row.repaired is not None for row in good)
    rejected = len(rows) - len(good)
    LAYERS.advance(unit.connection, job, done=len(rows), created=len(good), repaired=repaired, rejected=rejected)


def _known_class(row: LandFeature | RowRejected, classes: dict[str, LandClassValue]) -> LandFeature | RowRejected:
    """A class that the table of the day does not have would fall out of every sum."""
    if isinstance(row, RowRejected) or row.land_class is None or class_of(row.land_class, classes):
        return row
    raw: dict[str, Any] = {"DLBM": row.land_class}
    return RowRejected(row.row_no, "DLBM", "land.class-unknown", {"value": row.land_class}, raw)


def finish_land(job: ImportJob, unit: CasesUnit) -> None:
    """Every row has its outcome: the version is in force from its survey on. Raises LeaseLost."""
    ending = _LAYERS.from_row(LAYERS.lock(unit.connection, job))
    if not ending.rows_created:
        refuse_land(job, NothingTaken(ending.rows_rejected), unit)
    else:
        unit.record(ending, _LAYERS, ending.end(unit.now))


def refuse_land(job: ImportJob, problem: TianweiError, unit: CasesUnit) -> None:
    """The file as a whole cannot be taken. Raises LeaseLost."""
    ending = _LAYERS.from_row(LAYERS.lock(unit.connection, job))
    unit.record(ending, _LAYERS, ending.end(unit.now, problem))
    LAYERS.note_problem(unit.connection, job.id, _stated(problem))


def overlay_clue(cmd: OverlayClue, call: Call, unit: CasesUnit) -> OverlayView:
    """Queue an overlay. Refused at once without a shape or without a layer in force that day."""
    clue = unit.clues.get_seen(unit.connection, call.by, call.target)
    if clue.geometry is None:
        raise NoShape
    on = cmd.on_day or day_of(clue)
    county = _county(clue)
    if not land.in_force(unit.connection, county, on):
        raise NoLayer(on, land.earliest(unit.connection, county))
    row = unit.connection.execute(sa.insert(overlay).values(_asked(clue, on, unit)).returning(overlay)).mappings()
    OVERLAYS.ring(unit)
    return overlay_view(row.one())


def overlay_imported(clues: Sequence[Clue], unit: CasesUnit) -> None:
    """Queue overlays of clues just made of patches, as far as a layer was in force on their day."""
    covered: dict[tuple[str, date], bool] = {}
    asked = []
    for clue in clues:
        on, county = day_of(clue), _county(clue)
        if (county, on) not in covered:
            covered[county, on] = bool(land.in_force(unit.connection, county, on))
        if covered[county, on]:
            asked.append(_asked(clue, on, unit))
    if asked:
        unit.connection.execute(sa.insert(overlay), asked)
        OVERLAYS.ring(unit)


def _asked(clue: Clue, on: date, unit: CasesUnit) -> dict[str, Any]:
    return {
        "id": new_id(),
        "division_code": clue.division_code,
        "clue_id": clue.id,
        "clue_no": clue.clue_no,
        "on_day": on,
        **OVERLAYS.asked(unit),
    }


def day_of(clue: Clue) -> date:
    """The day of the act as far as it is known: of the later image, of the finding, of the receipt."""
    if clue.patch is not None and clue.patch.image_after_on is not None:
        return clue.patch.image_after_on
    at = clue.found_at or clue.received_at
    assert at is not None
    return local_day(at)


def shaped(job: Lease, unit: CasesUnit) -> Shaped:
    """What the child needs of a job. Raises NoShape, NoLayer."""
    clue = unit.clues.get(unit.connection, job.row["clue_id"])
    on = job.row["on_day"]
    layers = land.in_force(unit.connection, _county(clue), on)
    if not layers:
        raise NoLayer(on, land.earliest(unit.connection, _county(clue)))
    if clue.geometry is None:
        raise NoShape
    digest = clue.patch.geometry_digest if clue.patch else None
    whole = land.whole_shapes(unit.connection, [digest]) if digest else {}
    wkb = whole[digest] if digest in whole else encoded(clue.geometry)
    return Shaped(job, layers, wkb, bounds_of(wkb))


def finish_overlay(one: Shaped, measured: Measured, unit: CasesUnit) -> None:
    """Conclude with the rules of the day and keep it. Raises LeaseLost."""
    ending = _OVERLAYS.from_row(OVERLAYS.lock(unit.connection, one.job))
    clue = unit.clues.get(unit.connection, ending.clue_id)
    rules, on = unit.rules, ending.on_day
    law = Law(
        classes=rules.land_classes(on),
        thresholds=rules.thresholds(on),
        sliver_m2=Decimal(str(rules.setting("overlay_sliver_m2", on) or 0)),
    )
    claim = Claim(clue.area_m2, clue.farmland_area_m2, clue.pbf_area_m2)
    unit.record(ending, _OVERLAYS, ending.end(unit.now, conclude(measured, one.layers, claim, law), None))


def refuse_overlay(job: Lease, problem: TianweiError, unit: CasesUnit) -> None:
    """It cannot be made. Raises LeaseLost."""
    ending = _OVERLAYS.from_row(OVERLAYS.lock(unit.connection, job))
    unit.record(ending, _OVERLAYS, ending.end(unit.now, None, problem))
    OVERLAYS.note_problem(unit.connection, job.id, _stated(problem))


def _county(clue: Clue) -> str:
    return full_code(clue.division_code[:COUNTY_DIGITS])


def _stated(problem: TianweiError) -> dict[str, Any]:
    return {"code": problem.code, "field": problem.field, "facts": problem.facts}
