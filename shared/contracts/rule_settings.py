"""What a row of the configuration register must be, for those rows that the house computes with (domain.md 10).

Rows that are not here hold what people read.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.base import Bool, Contract, Int
from shared.contracts.codes import Agency, ClueSource, EvidenceStep, Measure, ReviewState
from shared.contracts.rectifications import SigningPart
from shared.contracts.rule_values import ExactNumber

_Few = Annotated[Int, Field(ge=1, le=3660)]
_Code = Annotated[str, Field(pattern=r"^\d{1,4}$")]


class LargerFine(Contract):
    """Yuan of a fine, or of gains, from which on a hearing must be offered to a person, to a unit (NRP 34)."""

    person: Annotated[Decimal, Field(ge=0)]
    unit: Annotated[Decimal, Field(ge=0)]


class FeeRate(Contract):
    """Yuan a square metre of a fee on which fines are counted; of permanent basic farmland another, if it has one."""

    yuan_per_m2: Annotated[Decimal, Field(gt=0, le=10**6)]
    pbf_yuan_per_m2: Annotated[Decimal, Field(gt=0, le=10**6)] | None = None


class DuplicateSetting(Contract):
    """When two clues look like one (domain.md 7.2). least_iou: 0..1. most_distance_m: of two points."""

    least_iou: Annotated[float, Field(gt=0, le=1)]
    centre_inside: Bool
    most_distance_m: Annotated[float, Field(ge=0, le=5000)]
    period_months: _Few
    most_proposals: Annotated[Int, Field(ge=1, le=20)]


SETTINGS: Mapping[str, TypeAdapter[Any]] = {
    "time_bar_years": TypeAdapter(Annotated[int, Field(ge=1, le=20)]),
    "late_fine_percent_per_day": TypeAdapter(Annotated[Decimal, Field(ge=0, le=100)]),
    "public_service_days": TypeAdapter(_Few),
    "larger_fine_for_hearing": TypeAdapter(LargerFine),
    "larger_gains_for_hearing": TypeAdapter(LargerFine),
    # Not decided: no fine is counted on it.
    "reclamation_fee_rates": TypeAdapter(FeeRate | None),
    "restoration_fee_rates": TypeAdapter(FeeRate | None),
    "hearing_measures": TypeAdapter(frozenset[Measure]),
    "near_threshold_share": TypeAdapter(ExactNumber),
    "new_old_cutoff": TypeAdapter(date),
    "criminal_sum_months": TypeAdapter(Annotated[int, Field(ge=0, le=120)]),
    "officer_certificate_check": TypeAdapter(Literal["refuse", "flag", "when_loaded"]),
    "acceptance_members": TypeAdapter(frozenset[Agency]),
    "acceptance_signers": TypeAdapter(frozenset[SigningPart]),
    "evidence_asked_at": TypeAdapter(frozenset[EvidenceStep]),
    "reviewed_sources": TypeAdapter(frozenset[ClueSource]),
    "review_stage_codes": TypeAdapter(dict[ReviewState, _Code]),
    "patch_state_codes": TypeAdapter(dict[ReviewState | Literal[""], _Code]),
    "duplicate_clues": TypeAdapter(DuplicateSetting),
}
"""What a value must be, by key."""
