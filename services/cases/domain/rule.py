"""A rule as dated data: rows that hold from day to day, edited with a reason and a source, never rewritten.

Two times are kept. Valid time: from which to which day a row holds. Recorded time: from when to when the house took the
row for true. An edit changes what is believed from now on; what was believed stays. Clocks that run and decisions that
were taken carry the rule as it was, so no edit reaches them, not even a correction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar
from uuid import UUID

from shared.clock import local_day
from shared.contracts.codes import RuleMark, RuleRegister
from shared.contracts.rule_events import (
    CalendarDaySetV1,
    CalendarYearLoadedV1,
    RuleEvent,
    RuleSetV1,
    RuleWithdrawnV1,
)
from shared.contracts.rules import (
    LoadCalendarYear,
    RuleEdit,
    RuleFact,
    RuleSetting,
    RuleWithdrawal,
    SetCalendarDay,
)
from shared.errors import Conflict, InvalidInput, NotFound
from shared.ids import derived_id

_DAY = timedelta(days=1)

# The code names rules of these registers: a day without one would leave it without an answer.
GAPLESS = frozenset(
    {
        RuleRegister.DEADLINE,
        RuleRegister.LADDER,
        RuleRegister.VIOLATION_TYPE,
        RuleRegister.CRIMINAL_THRESHOLD,
        RuleRegister.PHOTO_RULE,
        RuleRegister.CONFIGURATION,
    }
)


class RuleOverlaps(Conflict):
    """At a day of the new row another one holds already; name it in `replaces`, or choose other days."""

    def __init__(self, row: RuleFact) -> None:
        super().__init__("cases.rule-overlaps", "valid_from", **_named(row))


class RewritesPast(Conflict):
    """What held until today is not changed, except by a correction that says so."""

    def __init__(self, name: str, value: date, today: date) -> None:
        super().__init__("cases.rule-rewrites-past", name, value=value.isoformat(), today=today.isoformat())


class CorrectionWithoutDocument(InvalidInput):
    """A correction of what already held rests on a paper."""

    def __init__(self) -> None:
        super().__init__("cases.rule-document-missing", "source.document")


class StillLaw(Conflict):
    """What a law says is not made a custom: only another law changes it (APL 60)."""

    def __init__(self) -> None:
        super().__init__("cases.rule-still-law", "mark")


class LawSourceMissing(InvalidInput):
    """What a law says is changed on an article: of a law, a regulation or a rule."""

    def __init__(self) -> None:
        super().__init__("cases.rule-law-source-missing", "source.basis")


class RuleRowUnknown(NotFound):
    """The rule has no such row now."""

    def __init__(self, name: str, row_id: UUID) -> None:
        super().__init__("cases.rule-row-unknown", name, row_id=str(row_id))


class RuleGap(Conflict):
    """The register must answer for every day: without this row there would be days that have none. first: of them."""

    def __init__(self, name: str, first: date) -> None:
        super().__init__("cases.rule-gap", name, first=first.isoformat())


class ValidityReversed(InvalidInput):
    """The last day lies before the first."""

    def __init__(self, name: str, valid_from: date, valid_to: date) -> None:
        super().__init__(
            "cases.rule-validity-reversed", name, valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat()
        )


@dataclass(frozen=True)
class Kept:
    """A row with the end of its recorded time; None: believed now."""

    fact: RuleFact
    superseded_at: datetime | None = None


@dataclass(kw_only=True)
class Rule:
    """version: number of edits; 0 as shipped. kept: every row that was ever believed."""

    TYPE: ClassVar[str] = "rule"

    id: UUID
    jurisdiction: str
    version: int = 0
    register: RuleRegister = RuleRegister.CONFIGURATION
    key: str = ""
    kept: list[Kept] = field(default_factory=list)

    @property
    def rows(self) -> list[RuleFact]:
        """What is believed now, in the order of its days."""
        current = (kept.fact for kept in self.kept if kept.superseded_at is None)
        return sorted(current, key=lambda row: row.valid_from)

    # decisions

    def set(self, cmd: RuleSetting, value: dict[str, Any], now: datetime) -> list[RuleEvent]:
        """value: as the register's model has it.

        Raises RuleOverlaps, RewritesPast, RuleGap, ValidityReversed; of what is law, StillLaw, LawSourceMissing.
        """
        if cmd.valid_to is not None and cmd.valid_to < cmd.valid_from:
            raise ValidityReversed("valid_to", cmd.valid_from, cmd.valid_to)
        _check_past("valid_from", cmd.valid_from, cmd, now)
        new = RuleFact(
            row_id=self._row_id(0),
            value=value,
            valid_from=cmd.valid_from,
            valid_to=cmd.valid_to,
            mark=cmd.mark,
            unsure=cmd.unsure,
            source=cmd.source,
            origin="edit",
            recorded_at=now,
        )
        replaced = None if cmd.replaces is None else self._row("replaces", cmd.replaces)
        if replaced is not None and replaced.mark is RuleMark.LAW:
            if cmd.mark is not RuleMark.LAW:
                raise StillLaw
            _check_article(cmd)
        others = [row for row in self.rows if row is not replaced]
        if overlapped := next((row for row in others if _overlap(row, new)), None):
            raise RuleOverlaps(overlapped)
        rests = [] if replaced is None else self._rests(replaced, new, now)
        after = sorted([*others, *rests, new], key=lambda row: row.valid_from)
        self._check_gaps("valid_to", after)
        return [RuleSetV1(row_id=new.row_id, **self._told(cmd, after, now))]

    def withdraw(self, cmd: RuleWithdrawal, now: datetime) -> list[RuleEvent]:
        """End a row. Raises RuleRowUnknown, RewritesPast, RuleGap, ValidityReversed, LawSourceMissing."""
        row = self._row("row_id", cmd.row_id)
        # A power that was granted is taken back by whoever granted it.
        if row.mark is RuleMark.LAW and self.register in GAPLESS:
            _check_article(cmd)
        if cmd.last_on < row.valid_from - _DAY:
            raise ValidityReversed("last_on", row.valid_from, cmd.last_on)
        if row.valid_to is not None and cmd.last_on > row.valid_to:
            raise ValidityReversed("last_on", cmd.last_on, row.valid_to)
        _check_past("last_on", cmd.last_on + _DAY, cmd, now)
        others = [other for other in self.rows if other is not row]
        rest = [_cut(row, self._row_id(1), row.valid_from, cmd.last_on, now)] if cmd.last_on >= row.valid_from else []
        after = sorted([*others, *rest], key=lambda fact: fact.valid_from)
        self._check_gaps("last_on", after)
        return [RuleWithdrawnV1(row_id=row.row_id, last_on=cmd.last_on, **self._told(cmd, after, now))]

    def load_year(self, cmd: LoadCalendarYear, value: dict[str, Any], now: datetime) -> list[RuleEvent]:
        """A whole year in place of what was known of it. Raises RewritesPast where a day that has passed changes."""
        after = self._year(cmd, value, now)
        told = self._told(cmd, after, now)
        return [CalendarYearLoadedV1(jurisdiction=cmd.jurisdiction, year=cmd.year, **told)]

    def set_day(self, cmd: SetCalendarDay, value: dict[str, Any], now: datetime) -> list[RuleEvent]:
        """value: the whole year with the day. Raises as load_year."""
        after = self._year(cmd, value, now)
        told = self._told(cmd, after, now)
        return [
            CalendarDaySetV1(jurisdiction=cmd.jurisdiction, day=cmd.date, kind=cmd.kind, name=cmd.name, **told),
        ]

    # changes

    def apply(self, event: RuleEvent) -> None:
        self.register, self.key = event.register_name, event.key
        believed = {row.row_id for row in event.rows}
        known = {kept.fact.row_id for kept in self.kept}
        # Of shipped rows the log hears when the first edit takes their place.
        arrived = [Kept(row) for row in (*event.former, *event.rows) if row.row_id not in known]
        self.kept = [
            kept
            if kept.superseded_at is not None or kept.fact.row_id in believed
            else replace(kept, superseded_at=event.at)
            for kept in (*self.kept, *arrived)
        ]

    def _year(self, cmd: RuleEdit, value: dict[str, Any], now: datetime) -> list[RuleFact]:
        year = int(value["year"])
        before: dict[str, str] = {day["date"]: day["kind"] for row in self.rows for day in row.value["days"]}
        after: dict[str, str] = {day["date"]: day["kind"] for day in value["days"]}
        changed = [day for day in before.keys() | after.keys() if before.get(day) != after.get(day)]
        if changed:
            _check_past("days", date.fromisoformat(min(changed)), cmd, now)
        return [
            RuleFact(
                row_id=self._row_id(0),
                value=value,
                valid_from=date(year, 1, 1),
                valid_to=date(year, 12, 31),
                mark=RuleMark.LAW,
                source=cmd.source,
                origin="edit",
                recorded_at=now,
            )
        ]

    def _row(self, name: str, row_id: UUID) -> RuleFact:
        found = next((row for row in self.rows if row.row_id == row_id), None)
        if found is None:
            raise RuleRowUnknown(name, row_id)
        return found

    def _rests(self, replaced: RuleFact, new: RuleFact, now: datetime) -> list[RuleFact]:
        """What is left of a row before and after the one that takes its place."""
        rests = []
        if replaced.valid_from < new.valid_from:
            rests.append(_cut(replaced, self._row_id(1), replaced.valid_from, _earlier(replaced, new), now))
        if new.valid_to is not None and (replaced.valid_to is None or new.valid_to < replaced.valid_to):
            after = max(new.valid_to + _DAY, replaced.valid_from)
            rests.append(_cut(replaced, self._row_id(2), after, replaced.valid_to, now))
        return rests

    def _check_gaps(self, name: str, after: Sequence[RuleFact]) -> None:
        """Raises RuleGap. Days before the first row are answered by it."""
        if self.register not in GAPLESS:
            return
        first = self.rows[0].valid_from if self.rows else None
        if not after or (first is not None and after[0].valid_from > first):
            raise RuleGap(name, first or date.max)
        for row, following in zip(after, [*after[1:], None], strict=True):
            if row.valid_to is not None and (following is None or following.valid_from != row.valid_to + _DAY):
                raise RuleGap(name, row.valid_to + _DAY)

    def _row_id(self, number: int) -> UUID:
        return derived_id("rule-row", self.id, self.version + 1, number)

    def _told(self, cmd: RuleEdit, after: list[RuleFact], now: datetime) -> dict[str, Any]:
        left = {row.row_id for row in after}
        return {
            "at": now,
            "reason": cmd.reason,
            "rule_id": self.id,
            "register_name": self.register,
            "key": self.key,
            "correction": cmd.correction,
            "rests_on": cmd.source,
            "former": [row for row in self.rows if row.row_id not in left],
            "rows": after,
        }


def rule_id(register: RuleRegister, key: str) -> UUID:
    return derived_id("rule", register.value, key)


def overlapping(rows: Iterable[RuleFact]) -> tuple[RuleFact, RuleFact] | None:
    """Two rows that hold on one day; None when at every day at most one does."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    for row, following in pairwise(ordered):
        if _overlap(row, following):
            return row, following
    return None


def _check_article(cmd: RuleEdit) -> None:
    if not any(ref.article for ref in cmd.source.basis):
        raise LawSourceMissing


def _check_past(name: str, first: date, cmd: RuleEdit, now: datetime) -> None:
    """first: the first day of which an edit says something new."""
    today = local_day(now)
    if first >= today:
        return
    if not cmd.correction:
        raise RewritesPast(name, first, today)
    if cmd.source.document is None:
        raise CorrectionWithoutDocument


def _overlap(one: RuleFact, other: RuleFact) -> bool:
    return (other.valid_to is None or one.valid_from <= other.valid_to) and (
        one.valid_to is None or other.valid_from <= one.valid_to
    )


def _earlier(replaced: RuleFact, new: RuleFact) -> date:
    """The last day of what is left before the new row."""
    day_before = new.valid_from - _DAY
    return day_before if replaced.valid_to is None else min(day_before, replaced.valid_to)


def _cut(row: RuleFact, row_id: UUID, valid_from: date, valid_to: date | None, now: datetime) -> RuleFact:
    """The same rule for fewer days, believed from now on."""
    return row.model_copy(update={"row_id": row_id, "valid_from": valid_from, "valid_to": valid_to, "recorded_at": now})


def _named(row: RuleFact) -> dict[str, Any]:
    return {
        "row_id": str(row.row_id),
        "valid_from": row.valid_from.isoformat(),
        "valid_to": None if row.valid_to is None else row.valid_to.isoformat(),
    }
