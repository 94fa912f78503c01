"""Rules by date that decisions ask: powers, thresholds, hearings, fees, remedies, triggers, levels (domain.md 2, 4.2).

The seam to whoever keeps them: decisions know the Protocol only. TableRules answers from rows with valid_from, as the
seed files of services/cases/register/paths.toml have them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from shared.contracts.codes import ActionTrigger, Agency, Measure, ViolationType
from shared.errors import Conflict

_ALWAYS = date.max


class RuleMissing(Conflict):
    """No row of the register is in force: nothing is decided by guessing. section: of the register."""

    def __init__(self, section: str, on: date) -> None:
        super().__init__("cases.rule-missing", None, section=section, on=on.isoformat())


@dataclass(frozen=True)
class PowerGrant:
    """An agency's power to punish a kind of violation in a region (domain.md 2.5)."""

    agency: Agency
    violation_type: ViolationType
    mode: str
    basis: str
    region: str = ""


@dataclass(frozen=True)
class CrimeThreshold:
    """Areas from which an act may be a crime, in thirds of square metres: 5 mu is pbf_m2x3 = 10000, never rounded.

    near_percent: from which share of a limit, or of both together, legal staff look at the case.
    """

    pbf_m2x3: int
    other_m2x3: int
    near_percent: int


@dataclass(frozen=True)
class HearingRule:
    """measures: those that need one. fine_person_yuan, fine_unit_yuan: from which fine on."""

    measures: frozenset[Measure]
    fine_person_yuan: Decimal
    fine_unit_yuan: Decimal


@dataclass(frozen=True)
class RemedyRule:
    """over: clocks of the party's remedies that must have ended before enforcement.

    count_from: from whose end the power to enforce (D22) runs.
    """

    over: tuple[str, ...]
    count_from: str


@dataclass(frozen=True)
class ListingLevel:
    """Who lists for supervision; term_days: the terms that may be given."""

    code: str
    title: str
    basis: str
    term_days: tuple[int, ...]


class Rules(Protocol):
    """Every answer is that of a day: a change never rewrites the past."""

    def power_on(self, agency: Agency, violation: ViolationType, division_code: str, on: date) -> PowerGrant | None: ...

    def crime_threshold(self, on: date) -> CrimeThreshold: ...

    def hearing_rule(self, on: date) -> HearingRule: ...

    def late_fee_percent(self, on: date) -> Decimal:
        """Added to an unpaid fine for each day."""
        ...

    def remedy(self, measures: Iterable[Measure], on: date) -> RemedyRule: ...

    def time_bar_years(self, on: date) -> int:
        """After how many years an act is not punished any more."""
        ...

    def public_service_days(self, on: date) -> int:
        """Calendar days from publishing until a paper counts as served."""
        ...

    def people_resisting(self, on: date) -> int:
        """From how many on resistance asks for a joint action."""
        ...

    def repeated_months(self, on: date) -> int: ...

    def trigger_is_on(self, trigger: ActionTrigger, on: date) -> bool: ...

    def listing_level(self, code: str, on: date) -> ListingLevel | None: ...

    def leads(self, violation: ViolationType, on: date) -> frozenset[Agency]:
        """The agencies that may lead such a case."""
        ...


class TableRules:
    """table: section -> rows, each with valid_from and perhaps valid_to (the last day)."""

    def __init__(self, table: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._table = table

    def power_on(self, agency: Agency, violation: ViolationType, division_code: str, on: date) -> PowerGrant | None:
        for row in self._in_force("power", on):
            if (
                row["agency"] == agency
                and violation in row["violations"]
                and division_code.startswith(row.get("region", ""))
            ):
                return PowerGrant(agency, violation, row["mode"], row["basis"], row.get("region", ""))
        return None

    def crime_threshold(self, on: date) -> CrimeThreshold:
        row = self._latest("crime_threshold", on)
        return CrimeThreshold(row["pbf_m2x3"], row["other_m2x3"], row["near_percent"])

    def hearing_rule(self, on: date) -> HearingRule:
        row = self._latest("hearing", on)
        measures = frozenset(Measure(code) for code in row["measures"])
        return HearingRule(measures, Decimal(row["fine_person_yuan"]), Decimal(row["fine_unit_yuan"]))

    def late_fee_percent(self, on: date) -> Decimal:
        return Decimal(str(self._latest("late_fee", on)["percent"]))

    def remedy(self, measures: Iterable[Measure], on: date) -> RemedyRule:
        """Of a decision that names no measure, the first row: the shorter remedy of land cases."""
        given = set(measures)
        rows = self._in_force("remedy", on)
        if not rows:
            raise RuleMissing("remedy", on)
        row = next((row for row in rows if not given or given & set(row["measures"])), rows[-1])
        return RemedyRule(tuple(row["over"]), row["count_from"])

    def time_bar_years(self, on: date) -> int:
        return int(self._latest("time_bar", on)["years"])

    def public_service_days(self, on: date) -> int:
        return int(self._latest("public_service", on)["days"])

    def people_resisting(self, on: date) -> int:
        return int(self._latest("resistance", on)["people"])

    def repeated_months(self, on: date) -> int:
        return int(self._latest("repeated", on)["months"])

    def trigger_is_on(self, trigger: ActionTrigger, on: date) -> bool:
        return any(trigger in row["on"] for row in self._in_force("triggers", on)[-1:])

    def listing_level(self, code: str, on: date) -> ListingLevel | None:
        for row in self._in_force("listing_level", on):
            if row["code"] == code:
                return ListingLevel(code, row["title"], row["basis"], tuple(row["term_days"]))
        return None

    def leads(self, violation: ViolationType, on: date) -> frozenset[Agency]:
        rows = self._in_force("power", on)
        return frozenset(Agency(row["agency"]) for row in rows if violation in row["violations"] and row.get("leads"))

    def _in_force(self, section: str, on: date) -> list[Mapping[str, Any]]:
        """Oldest first, as the file has them. Before the first row, the first one holds: an old fact is judged too."""
        rows = self._table.get(section, ())
        found = [row for row in rows if row["valid_from"] <= on <= row.get("valid_to", _ALWAYS)]
        return found if section in ("power", "listing_level") or found else list(rows[:1])

    def _latest(self, section: str, on: date) -> Mapping[str, Any]:
        rows = self._in_force(section, on)
        if not rows:
            raise RuleMissing(section, on)
        return max(rows, key=lambda row: row["valid_from"])
