"""Clues, and plots, laid over the base layers of a day: asked for by command or by import, measured by the worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from services.cases.domain.clue import Clue
from services.cases.domain.clue_days import day_before, day_of_act
from services.cases.domain.measured import Measured, Sliver
from services.cases.domain.outline import bounds_of, encoded
from services.cases.domain.overlay import Claim, Law, NoLayer, NoShape, Overlay, conclude
from services.cases.domain.plot import land_of
from services.cases.handlers import large_areas
from services.cases.queries.land import job_view
from services.cases.storage import land, plots
from services.cases.storage.job_queue import Lease
from services.cases.storage.land import OVERLAYS, PLOTS, OverlayStore
from services.cases.storage.land_tables import overlay_job, plot_job
from services.cases.storage.unit import CasesUnit
from shared.clock import local_day
from shared.contracts.codes import LandLayerKind, OverlayDay, OverlayPurpose, RuleRegister
from shared.contracts.overlays import LayerUsed, OverlayClue, OverlayView
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import TianweiError
from shared.ids import new_id
from shared.operations import Call

_OVERLAYS = OverlayStore()
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shaped:
    """A shape to lay over, with the layers of its day. key: row of a plot. wkb, box: EPSG:4490."""

    job: Lease
    layers: list[LayerUsed]
    sliver: Sliver
    wkb: bytes
    box: Box
    key: int = 0


def overlay_clue(cmd: OverlayClue, call: Call, unit: CasesUnit) -> OverlayView:
    """Queue an overlay. Refused at once without a shape or without a layer in force that day."""
    clue = unit.clues.get_seen(unit.connection, call.by, call.target)
    if clue.geometry is None:
        raise NoShape
    on, basis = day_before(clue) if cmd.on_day is None else (cmd.on_day, OverlayDay.STATED)
    county = _county(clue)
    if not land.in_force(unit.connection, county, on):
        raise NoLayer(on, land.earliest(unit.connection, county))
    asked = sa.insert(overlay_job).values(asked_of(clue, on, basis, unit)).returning(overlay_job)
    row = unit.connection.execute(asked).mappings().one()
    OVERLAYS.ring(unit)
    return job_view(row)


def overlay_shaped(clues: Sequence[Clue], unit: CasesUnit) -> None:
    """Queue overlays of clues that just got their shape, as far as a layer was in force on their day."""
    asked = []
    first: dict[str, date | None] = {}
    for clue in clues:
        if clue.geometry is None:
            continue
        (on, basis), county = day_before(clue), _county(clue)
        if county not in first:
            first[county] = land.earliest(unit.connection, county)
        if (since := first[county]) is not None and since <= on:
            asked.append(asked_of(clue, on, basis, unit))
    if asked:
        unit.connection.execute(sa.insert(overlay_job), asked)
        OVERLAYS.ring(unit)


def asked_of(clue: Clue, on: date, basis: OverlayDay, unit: CasesUnit) -> dict[str, Any]:
    return {
        "purpose": OverlayPurpose.ACT.value,
        "cause": None,
        "id": new_id(),
        "division_code": clue.division_code,
        "clue_id": clue.id,
        "clue_no": clue.clue_no,
        "on_day": on,
        "day_basis": basis.value,
        **OVERLAYS.asked(unit),
    }


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
    return Shaped(job, layers, _sliver(day_of_act(clue), unit), wkb, bounds_of(wkb))


def finish_overlay(one: Shaped, measured: Measured, unit: CasesUnit) -> None:
    """Conclude with the rules of the day and keep it. Raises LeaseLost, TooComplex."""
    job = OVERLAYS.lock(unit.connection, one.job)
    clue = unit.clues.get(unit.connection, job["clue_id"])
    rules, on = unit.rules, day_of_act(clue)
    law = Law(
        on=on,
        classes=rules.land_classes(job["on_day"]),
        thresholds=rules.thresholds(on),
        rules=rules.entries(RuleRegister.LAND_RULE, on),
    )
    claim = Claim(clue.area_m2, clue.farmland_area_m2, clue.pbf_area_m2)
    missing = land.missing(unit.connection, _county(clue), one.layers)
    _end(one.job, unit, conclude(measured, one.layers, missing, claim, law), None)


def refuse_overlay(job: Lease, problem: TianweiError, unit: CasesUnit) -> None:
    """It cannot be made. Raises LeaseLost."""
    OVERLAYS.lock(unit.connection, job)
    _end(job, unit, None, problem)


def _end(job: Lease, unit: CasesUnit, result: Any, problem: TianweiError | None) -> None:
    ending = Overlay(id=job.id, jurisdiction=job.row["division_code"])
    earlier = land.newest_of_act(unit.connection, job.row["clue_id"]) if job.row["cause"] else None
    unit.record(ending, _OVERLAYS, ending.end(dict(job.row), unit.now, result, problem, earlier))
    land.done(unit.connection, OVERLAYS, job)
    large_areas.tell(ending, unit)


# --- plots


def measure_plots(county_code: str, unit: CasesUnit) -> None:
    """A layer has come: what the plots in force lie on is measured again, as soon as the worker has time."""
    used = {layer.kind: layer for layer in land.in_force(unit.connection, county_code, local_day(unit.now))}
    parcels = used.get(LandLayerKind.PARCEL)
    if parcels is None or plots.queued(unit.connection, parcels.id):
        return
    asked = {"id": new_id(), "division_code": county_code, "layer_id": parcels.id, **PLOTS.asked(unit)}
    unit.connection.execute(sa.insert(plot_job).values(asked))
    PLOTS.ring(unit)


def shaped_plots(job: Lease, number: int, unit: CasesUnit) -> list[Shaped]:
    """The next plots to measure; none when all are. All are measured with the layers in force at the first."""
    row = PLOTS.lock(unit.connection, job)
    if row["layers"] is None:
        on = local_day(unit.now)
        used = land.in_force(unit.connection, row["division_code"], on)
        layers = [layer for layer in used if layer.kind is not LandLayerKind.PARCEL]
        plots.begin(unit.connection, job, on, layers)
    else:
        on, layers = row["measured_on"], [LayerUsed.model_validate(layer) for layer in row["layers"]]
    if not layers:
        return []
    sliver = _sliver(on, unit)
    return [
        Shaped(
            job, layers, sliver, plot["wkb"], (plot["west"], plot["south"], plot["east"], plot["north"]), plot["row_no"]
        )
        for plot in plots.next_plots(unit.connection, job, number)
    ]


def keep_plots(job: Lease, measured: Sequence[tuple[Shaped, Measured]], unit: CasesUnit) -> None:
    """What these plots lie on. Raises LeaseLost."""
    PLOTS.lock(unit.connection, job)
    classes = unit.rules.land_classes(local_day(unit.now))
    lands = [(one.key, land_of(found, one.layers, classes)) for one, found in measured]
    plots.keep(unit.connection, job, lands)


def finish_plots(job: Lease, unit: CasesUnit) -> None:
    """All of them, or as far as they could be. Raises LeaseLost."""
    PLOTS.lock(unit.connection, job)
    plots.finish(unit.connection, job)


def _sliver(on: date, unit: CasesUnit) -> Sliver:
    settings = (unit.rules.setting(f"overlay_sliver_{name}", on) for name in ("m2", "width_m"))
    return Sliver(*(float(value or 0) for value in settings))


def _county(clue: Clue) -> str:
    return full_code(clue.division_code[:COUNTY_DIGITS])
