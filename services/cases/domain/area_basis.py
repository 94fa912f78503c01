"""What the areas of an act rest on: official values count, the claim stands beside them (domain.md 2.6, 9 #10)."""

from decimal import Decimal

from services.cases.domain.overlay import Claim, Overlay, differences
from shared.areas import Areas, counted
from shared.contracts.area_basis import AreaBasis, ClaimedAreas, OfficialAreas
from shared.contracts.clue_parts import ClueWarning

_NOTHING = Decimal(0)


def claim(area_m2: Decimal | None, farmland_m2: Decimal | None, pbf_m2: Decimal | None) -> ClaimedAreas:
    return ClaimedAreas(
        area_m2=area_m2 or _NOTHING, farmland_area_m2=farmland_m2 or _NOTHING, pbf_area_m2=pbf_m2 or _NOTHING
    )


def basis_of(claimed: ClaimedAreas, overlay: Overlay | None, shape_m2: Decimal | None) -> AreaBasis:
    """overlay: the newest of the day before the act. shape_m2: of the clue's own shape, where it has one.

    Without layers the shape alone is known, and the claim is compared with it.
    """
    said = Claim(claimed.area_m2, claimed.farmland_area_m2, claimed.pbf_area_m2)
    if overlay is None or overlay.result is None or overlay.on_day is None:
        return AreaBasis(claimed=claimed, official=None, differences=list(differences(said, shape_m2, None, None)))
    fact = overlay.result
    return AreaBasis(
        claimed=claimed,
        official=OfficialAreas(
            overlay_id=overlay.id,
            on_day=overlay.on_day,
            area_m2=fact.area_m2,
            farmland_area_m2=fact.farmland_m2,
            pbf_area_m2=fact.pbf_m2,
        ),
        differences=list(differences(said, fact.area_m2, fact.farmland_m2, fact.pbf_m2)),
    )


def largest(basis: AreaBasis) -> Areas:
    """For the limits of the crime: what is official, or what the county itself claims beyond it. No claim lowers."""
    claimed, official = basis.claimed, counted(basis)
    return Areas(
        max(official.area_m2, claimed.area_m2),
        max(official.farmland_m2, claimed.farmland_area_m2),
        max(official.pbf_m2, claimed.pbf_area_m2),
    )


def warnings_of(basis: AreaBasis | None) -> list[ClueWarning]:
    """Where the claim lies farther from what was measured than the rules tolerate (domain.md 7.4)."""
    if basis is None:
        return []
    code = "cases.area-differs-from-shape" if basis.official is None else "cases.area-differs-from-overlay"
    return [
        ClueWarning(code=code, facts={"what": one.field, **one.model_dump(mode="json", exclude={"flagged", "field"})})
        for one in basis.differences
        if one.flagged
    ]
