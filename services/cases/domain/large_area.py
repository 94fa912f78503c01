"""What an overlay means for a clue or a case that did not know how much land it takes (domain.md 6.8, D07).

It proposes and starts clocks, and accuses nobody: the area is only half of the crime (domain.md 2.6).
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.cases.domain.case import Case
from services.cases.domain.case_table import APPRAISED, UNDER_INQUIRY
from services.cases.domain.case_table import TABLE as CASE_TABLE
from services.cases.domain.clue import Clue
from services.cases.domain.clue_table import TABLE as CLUE_TABLE
from services.cases.domain.overlay import Overlay
from services.cases.domain.procedure import crime_of
from services.cases.domain.progress import Moment
from shared.contracts.area_basis import AreaBasis
from shared.contracts.case_path_events import CaseLandFoundV1
from shared.contracts.cases_events import CaseEvent, ClueEvent
from shared.contracts.clue_events import ClueFoundLargeV1
from shared.contracts.codes import ILLEGAL_OPINIONS, OverlayPurpose


@dataclass(frozen=True)
class LandFound:
    """Official areas of an act that reach the limits of the crime (met), or come near them; m2."""

    overlay_id: UUID
    farmland_m2: Decimal | None
    pbf_m2: Decimal
    met: bool
    near: bool


def land_found(overlay: Overlay | None) -> LandFound | None:
    """None where it says nothing of the act, or nothing of this kind."""
    if overlay is None or overlay.result is None or overlay.purpose is not OverlayPurpose.ACT:
        return None
    fact = overlay.result
    met, near = bool(fact.flags.area_threshold_met), bool(fact.flags.near_threshold)
    if not (met or near):
        return None
    return LandFound(overlay.id, fact.farmland_m2, fact.pbf_m2 or Decimal(0), met, near)


def of_clue(clue: Clue, found: LandFound, moment: Moment) -> list[ClueEvent]:
    """D07 from now, once it was visited and may still be a violation; nothing where the clock began already."""
    is_lawful = clue.opinion is not None and clue.opinion not in ILLEGAL_OPINIONS
    if not (found.met and clue.may_turn_large) or is_lawful:
        return []
    row = CLUE_TABLE.permit(clue.state, "find-land", moment.by)
    areas = {"farmland_m2": found.farmland_m2, "pbf_m2": found.pbf_m2}
    return [ClueFoundLargeV1(overlay_id=found.overlay_id, **areas, **clue.told(row, moment))]


def of_case(
    case: Case, overlay: Overlay, found: LandFound | None, basis: AreaBasis | None, moment: Moment
) -> list[CaseEvent]:
    """What counts for the case from now on, and the report of a large case (D07), an appraisal (S10) or a legal review
    (S09) that the filing did not ask for. basis: where the overlay is of the day before the act.

    What an appraiser has found destroyed goes before what lies on the map: then only the report is still owed. What
    was met once stays so: a later overlay takes no flag away.
    """
    if case.state not in APPRAISED or overlay.result is None:
        return []
    crime = crime_of(case.procedure)
    is_appraised = crime.appraisal is not None and crime.appraisal.destroyed is not None
    was = bool(crime.area_threshold_met), crime.near_threshold
    is_met, is_near = (found.met, found.near) if found else (False, False)
    met = was[0] or (is_met and not is_appraised)
    near = was[1] if is_appraised else (is_near or was[1]) and not met
    rules = ["D07"] if is_met and case.clock("D07") is None else []
    rules += ["S10"] if met and not was[0] and case.clock("S10") is None else []
    near = near and (was[1] or case.state in UNDER_INQUIRY)  # later there is no review of it any more
    rules += ["S09"] if near and not was[1] and case.clock("S09") is None else []
    is_same = basis is None or (case.basis is not None and _areas(basis) == _areas(case.basis))
    if not rules and (met, near) == was and is_same:
        return []
    row = CASE_TABLE.permit(case.state, "find-land", moment.by)
    return [
        CaseLandFoundV1(
            overlay_id=overlay.id,
            farmland_m2=overlay.result.farmland_m2,
            pbf_m2=overlay.result.pbf_m2 or Decimal(0),
            area_threshold_met=met,
            near_threshold=near,
            basis=None if is_same else basis,
            **case.told(row, moment, starts=[moment.deadlines.start(rule_id, moment.now) for rule_id in rules]),
        )
    ]


def _areas(basis: AreaBasis) -> tuple[Decimal | None, ...] | None:
    official = basis.official
    return None if official is None else (official.area_m2, official.farmland_area_m2, official.pbf_area_m2)
