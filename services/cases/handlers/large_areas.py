"""Tells a clue, or the case that it became, what an overlay found of it (domain.md 6.8)."""

from services.cases.domain import large_area
from services.cases.domain.overlay import Overlay
from services.cases.handlers.proposing import propose_at_overlay
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import ClueState


def tell(overlay: Overlay, unit: CasesUnit) -> None:
    """After it ended. Locks the clue, then its case, as the filing does."""
    found = large_area.land_found(overlay)
    if found is None or overlay.clue_id is None:
        return
    clue = unit.clues.lock(unit.connection, overlay.clue_id)
    if told := large_area.of_clue(clue, found, unit.moment):
        unit.record(clue, unit.clues, told)
    if clue.state is not ClueState.TO_CASE or clue.case_id is None:
        return
    case = unit.cases.lock(unit.connection, clue.case_id)
    if land := large_area.of_case(case, found, unit.moment):
        unit.record(case, unit.cases, land)
        propose_at_overlay(case, found, unit)
