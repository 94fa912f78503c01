"""A base layer has come or was replaced: what it concerns is laid over again (domain.md 6.8).

What is open and has its day in the time of force: anew, beside the overlay before it. Of a new year's survey also
what was ordered to be put right, struck off or not: as a check of what the survey finds there (8.2 step 41, R05); it
decides nothing.
"""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.cases.domain.clue_days import day_before
from services.cases.domain.land import LandLayer
from services.cases.handlers.overlays import asked_of
from services.cases.storage import land, overlays_again
from services.cases.storage.land import OVERLAYS
from services.cases.storage.land_tables import overlay_job
from services.cases.storage.overlays_again import Concerned
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import LandLayerKind, OverlayDay, OverlayPurpose
from shared.contracts.overlays import OverlayCause


def lay_again(layer: LandLayer, unit: CasesUnit) -> int:
    """Queue what the layer concerns; how many overlays. After it is in force."""
    county = layer.jurisdiction
    before = overlays_again.version_before(unit.connection, county, layer.kind, layer.id, layer.valid_from)
    # Where the version before it held something, and this one nothing, the land is otherwise too.
    found = overlays_again.concerned(unit.connection, county, [layer.id, *([before] if before else [])])
    cause = OverlayCause(kind=layer.kind, layer_id=layer.id, version_name=layer.version_name).model_dump(mode="json")
    is_survey = layer.kind is LandLayerKind.CULTIVATED_LAND and before is not None
    waiting = overlays_again.waiting(unit.connection, [one.clue_id for one in found])
    in_force: dict[date, set[UUID]] = {}
    asked: list[dict[str, Any]] = []
    for one in found:
        if not (one.open or (is_survey and one.has_item)):
            continue
        clue = unit.clues.get(unit.connection, one.clue_id)
        on, basis = _day(one) or day_before(clue)
        if on not in in_force:
            in_force[on] = {used.id for used in land.in_force(unit.connection, county, on)}
        if layer.id in in_force[on]:
            if one.open and (clue.id, on) not in waiting:
                asked.append({**asked_of(clue, on, basis, unit), "cause": cause})
        elif is_survey and one.has_item and layer.valid_from > on:
            check = asked_of(clue, layer.valid_from, OverlayDay.SURVEY, unit)
            asked.append({**check, "purpose": OverlayPurpose.CHECK.value, "cause": cause})
    if asked:
        unit.connection.execute(sa.insert(overlay_job), asked)
        OVERLAYS.ring(unit)
    return len(asked)


def _day(one: Concerned) -> tuple[date, OverlayDay] | None:
    return None if one.on is None or one.basis is None else (one.on, one.basis)
