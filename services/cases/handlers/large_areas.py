"""Tells a clue, or the case that it became, what an overlay found of it (domain.md 6.8, 9 #10)."""

from services.cases.domain import large_area, rectification_paths
from services.cases.domain.area_basis import basis_of
from services.cases.domain.case import Case
from services.cases.domain.clue_days import day_before
from services.cases.domain.overlay import Overlay
from services.cases.handlers.official_areas import room_in
from services.cases.handlers.proposing import propose_at_overlay
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import ClueState, OverlayPurpose


def tell(overlay: Overlay, unit: CasesUnit) -> None:
    """After it ended. Locks the clue, then its case, as the filing does."""
    if overlay.result is None or overlay.purpose is not OverlayPurpose.ACT or overlay.clue_id is None:
        return
    found = large_area.land_found(overlay)
    clue = unit.clues.lock(unit.connection, overlay.clue_id)
    if found and (told := large_area.of_clue(clue, found, unit.moment)):
        unit.record(clue, unit.clues, told)
    if clue.state is not ClueState.TO_CASE or clue.case_id is None:
        return
    case = unit.cases.lock(unit.connection, clue.case_id)
    is_official = overlay.on_day == day_before(clue)[0]
    basis = basis_of(case.claimed, overlay, None) if is_official else None
    if land := large_area.of_case(case, overlay, found, basis, unit.moment):
        unit.record(case, unit.cases, land)
        if found:
            propose_at_overlay(case, found, unit)
    if is_official:
        _ask_of_items(case, overlay, unit)


def _ask_of_items(case: Case, overlay: Overlay, unit: CasesUnit) -> None:
    """Of what was ordered before, a person says how much is permanent basic farmland; papers wait until then.

    Also where the case itself is over: putting the land right outlives it (domain.md 3.2).
    """
    for one in unit.rectifications.of_case(unit.connection, case.id):
        item = unit.rectifications.lock(unit.connection, one.id)
        if told := rectification_paths.find_pbf(item, overlay.id, room_in(case, unit, item), unit.moment):
            unit.record(item, unit.rectifications, told)
