"""What the areas of a clue rest on now: the newest overlay of the day before the act, else its own shape."""

from decimal import Decimal

from services.cases.domain.area_basis import basis_of
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.clue_days import day_before
from services.cases.domain.outline import decoded, encoded
from services.cases.domain.rectification import Rectification
from services.cases.domain.rectification_facts import Room
from services.cases.domain.shape_area import area_of
from services.cases.storage import land
from services.cases.storage.unit import CasesUnit
from shared.areas import Areas, counted
from shared.contracts.area_basis import AreaBasis, ClaimedAreas


def basis_now(clue: Clue, claimed: ClaimedAreas, unit: CasesUnit) -> AreaBasis:
    """An overlay of another day, which a person may ask for, is no official one: later layers know no farmland more."""
    overlay = land.newest_of_act(unit.connection, clue.id, day_before(clue)[0])
    return basis_of(claimed, overlay, None if overlay else _shape_m2(clue, unit))


def whole_of(case: Case, unit: CasesUnit) -> Areas:
    """What a case has: official areas as they are known now, whatever was known when it was filed."""
    assert case.clue_id is not None
    basis = basis_now(unit.clues.get(unit.connection, case.clue_id), case.claimed, unit)
    return counted(basis) if basis.official else Areas(case.area_m2, case.farmland_area_m2, case.pbf_area_m2)


def room_in(case: Case, unit: CasesUnit, apart: Rectification | None = None) -> Room:
    """What its items leave, all but one of them. The lock on the case keeps it true."""
    there = unit.rectifications.of_case(unit.connection, case.id)
    items = [one for one in there if apart is None or one.id != apart.id]
    area_m2 = sum((one.area_m2 for one in items), Decimal(0))
    pbf_m2 = sum((one.facts.pbf_area_m2 for one in items), Decimal(0))
    return Room(whole_of(case, unit), area_m2, pbf_m2)


def _shape_m2(clue: Clue, unit: CasesUnit) -> Decimal | None:
    if clue.geometry is None:
        return None
    digest = clue.patch.geometry_digest if clue.patch else None
    whole = land.whole_shapes(unit.connection, [digest]) if digest else {}
    return area_of(decoded(whole[digest] if digest in whole else encoded(clue.geometry)))
