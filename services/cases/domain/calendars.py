"""The working calendars: the nation's, and the region's holidays over it for clocks that rest on them (7.7)."""

from collections.abc import Iterable
from datetime import date

from shared.contracts.codes import CalendarJurisdiction
from shared.contracts.rule_value import RuleValue
from shared.contracts.rule_values import CalendarDay
from shared.contracts.rule_values import CalendarValue as Year
from shared.workdays import DayKind, WorkDays

# The State Council tells the next year's holidays in the first half of November.
_WARN_FROM_MONTH = 11


class Calendars:
    """years: one row a jurisdiction and year. Only the nation's make a year known."""

    def __init__(self, years: Iterable[RuleValue]) -> None:
        self._years = {(year.jurisdiction, year.year): year for year in years if isinstance(year, Year)}
        nation = self._of(CalendarJurisdiction.CN)
        known = frozenset(year for jurisdiction, year in self._years if jurisdiction is CalendarJurisdiction.CN)
        names = {day.date: day.name for day in nation if day.name}
        self.national = WorkDays(_kinds(nation), known, names=names)
        self.local_days = [(day.date, DayKind(day.kind), day.name) for day in self._of(CalendarJurisdiction.NX)]

    @property
    def local(self) -> WorkDays:
        """The nation's calendar with the region's holidays over it."""
        return self.national.laid_over(self.local_days)

    def year(self, jurisdiction: CalendarJurisdiction, year: int) -> Year | None:
        return self._years.get((jurisdiction, year))

    def missing(self, today: date) -> int | None:
        """The year a calendar is wanted for: this one, and from 1 November the next; None when none is missing."""
        wanted = [today.year] + ([today.year + 1] if today.month >= _WARN_FROM_MONTH else [])
        return next((year for year in wanted if year not in self.national.years), None)

    def _of(self, jurisdiction: CalendarJurisdiction) -> list[CalendarDay]:
        return [day for (whose, _), year in self._years.items() if whose is jurisdiction for day in year.days]


def _kinds(days: Iterable[CalendarDay]) -> dict[date, DayKind]:
    return {day.date: DayKind(day.kind) for day in days}
