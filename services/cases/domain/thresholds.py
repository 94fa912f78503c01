"""When occupied land is a crime (domain.md 2.6): exact square metres, two flags, never an accusation.

5 mu are 10000/3 m2 and 10 mu 20000/3 m2: areas are compared as fractions and never rounded. Area alone is only half of
the crime of article 342; the other half, that tillage is destroyed, an appraisal says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shared.contracts.rule_values import CriminalThresholdValue

_FARMLAND_CRIME = "C342"


@dataclass(frozen=True)
class LandTaken:
    """Occupied areas in square metres, by what they are; of one act, or of several added up (JI2000 9)."""

    pbf_m2: Decimal = Decimal(0)
    other_cultivated_m2: Decimal = Decimal(0)

    def of(self, what: str) -> Decimal:
        return {"pbf": self.pbf_m2, "other_cultivated": self.other_cultivated_m2}.get(what, Decimal(0))


@dataclass(frozen=True)
class Thresholds:
    """rules: of every crime, as they were on a day. near_share: of a threshold, from which on lawyers look at it."""

    rules: tuple[CriminalThresholdValue, ...]
    near_share: Fraction

    @classmethod
    def of(cls, rules: Iterable[CriminalThresholdValue], near_share: str) -> "Thresholds":
        return cls(tuple(rules), Fraction(near_share))

    def area_threshold_met(self, land: LandTaken) -> bool:
        """Whether the area of one class reaches its threshold: PBF 5 mu, other cultivated land 10 mu.

        A mix of both is not added up: JI2000 writes no pro-rata for cultivated land.
        """
        return any(Fraction(land.of(rule.what)) >= rule.limit for rule in self._farmland)

    def near_threshold(self, land: LandTaken) -> bool:
        """Not met, but the shares of both thresholds together reach near_share: for legal review."""
        shares = sum(Fraction(land.of(rule.what)) / rule.limit for rule in self._farmland)
        return not self.area_threshold_met(land) and shares >= self.near_share

    def met(self, crime: str, what: str, amount: Decimal) -> bool:
        """Whether an amount reaches a threshold of any crime. what: as the register has it. amount: m2 or yuan."""
        return any(
            Fraction(amount) >= rule.limit
            for rule in self.rules
            if rule.crime == crime and rule.what == what and rule.condition is None
        )

    @property
    def _farmland(self) -> list[CriminalThresholdValue]:
        return [
            rule
            for rule in self.rules
            if rule.crime == _FARMLAND_CRIME and rule.what in ("pbf", "other_cultivated") and rule.condition is None
        ]
