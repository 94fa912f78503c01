"""How high a fine may be: the table of violation types over what the case takes and gains (domain.md 2.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from shared.contracts.codes import ViolationType
from shared.contracts.rule_settings import FeeRate
from shared.contracts.rule_values import ViolationTypeValue

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Taken:
    """What a fine is counted on: areas in m2, gains in yuan; rates of fees, None where no county has set them."""

    area_m2: Decimal
    farmland_m2: Decimal
    pbf_m2: Decimal
    gains_yuan: Decimal
    reclamation_fee: FeeRate | None = None
    restoration_fee: FeeRate | None = None

    def amount(self, base: str) -> Decimal | None:
        """What least and most are times of; None where it is not known."""
        match base:
            case "m2":
                return self.area_m2
            case "yuan":
                return Decimal(1)
            case "gains":
                return self.gains_yuan or None
            case "reclamation_fee":
                return _fee(self.reclamation_fee, self.farmland_m2, self.pbf_m2)
            case "restoration_fee":
                return _fee(self.restoration_fee, self.area_m2, self.pbf_m2)
            case _:
                return None


@dataclass(frozen=True)
class FineRange:
    """The lowest and the highest fine, yuan, of the acts punished together: one act, one fine (APL 29).

    unfined: acts whose article gives no fine. missing: bases that are not known, without which no higher fine can be
    counted. open: the fine of an act is not in the table.
    """

    least_yuan: Decimal | None = None
    most_yuan: Decimal | None = None
    unfined: tuple[ViolationType, ...] = ()
    missing: tuple[str, ...] = ()
    open: bool = False

    @property
    def forbids(self) -> bool:
        """No article of the acts gives a fine."""
        return self.most_yuan is None and not self.missing and not self.open


@dataclass
class _Sums:
    least: list[Decimal] = field(default_factory=list)
    most: list[Decimal] = field(default_factory=list)
    unfined: list[ViolationType] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    open: bool = False


def range_of(rules: Mapping[ViolationType, ViolationTypeValue | None], taken: Taken) -> FineRange:
    """rules: the row of every act that is punished; None where no row says anything."""
    found = _Sums()
    for violation, rule in rules.items():
        if rule is None or rule.fined_elsewhere:
            found.open = True
        elif not rule.fines:
            found.unfined.append(violation)
        else:
            _count(rule, taken, found)
    return FineRange(
        least_yuan=min(found.least, default=None),
        most_yuan=max(found.most, default=None),
        unfined=tuple(found.unfined),
        missing=tuple(dict.fromkeys(found.missing)),
        open=found.open,
    )


def _count(rule: ViolationTypeValue, taken: Taken, found: _Sums) -> None:
    for fine in rule.fines:
        amount = taken.amount(fine.base)
        if amount is not None:
            found.least.append(_times(fine.least, amount))
            found.most.append(_times(fine.most, amount))
        elif fine.base == "value":
            # What the crops were worth is told by no step.
            found.open = True
        else:
            found.missing.append(fine.base)


def _times(number: str, amount: Decimal) -> Decimal:
    factor = Fraction(number)
    return (amount * factor.numerator / factor.denominator).quantize(_CENT)


def _fee(rate: FeeRate | None, area_m2: Decimal, pbf_m2: Decimal) -> Decimal | None:
    if rate is None:
        return None
    of_pbf = rate.yuan_per_m2 if rate.pbf_yuan_per_m2 is None else rate.pbf_yuan_per_m2
    return max(area_m2 - pbf_m2, Decimal(0)) * rate.yuan_per_m2 + pbf_m2 * of_pbf
