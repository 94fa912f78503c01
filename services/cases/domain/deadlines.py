"""The deadline register (domain.md 3.3): which clock runs how long, and on what law."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Self

from services.cases.domain.clocks import Bounds
from services.cases.domain.ladder import Ladder, Step
from shared.clock import SHANGHAI, local_day
from shared.contracts.clocks import DeadlineFact, DueFact
from shared.contracts.codes import PauseReason
from shared.contracts.parts import DeadlineView
from shared.workdays import Direction, DueDate, Limit, LimitUnit, Span, WorkDays, due, due_or_provisional

# More time that the register keeps as a rule of its own; without it specially complex cases alone go on (NRP 38).
_EXTENDED_BY = {"D10": "D11"}


@dataclass(frozen=True)
class DeadlineRule:
    """A row of register/deadlines.toml. mark: law, custom, or order (the term stands in the order itself).

    party_right: a term that protects the party or binds court and police; it is nobody's task here. By default it
    rolls, rests on local holidays, cannot be paused, and only its end is told.
    overlay: the days of the local calendar rest as well. warn: calendar days before the end, each an alarm.
    ladder: name of the ladder that is climbed when it is not met; "" for none. holder: whose task it is.
    """

    id: str
    title: str
    limit: Limit
    mark: str
    valid_from: date
    law: str | None = None
    article: str | None = None
    overlay: bool = False
    warn: tuple[int, ...] = ()
    ladder: str = "work"
    holder: str = ""
    bounds: Bounds = field(default_factory=Bounds)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        right = row.get("party_right", False)
        unit = LimitUnit(row["unit"])
        limit = Limit(
            row["limit"],
            unit,
            row.get("rolls", right and unit in (LimitUnit.CALENDAR_DAY, LimitUnit.MONTH)),
            row.get("alarm_on_earlier", False),
            Direction(row.get("direction", Direction.UNTIL)),
        )
        reasons = row.get("pausable", [] if right else list(PauseReason))
        bounds = Bounds(
            pausable=frozenset(PauseReason(reason) for reason in reasons),
            **{name: row[name] for name in Bounds.__dataclass_fields__ if name != "pausable" and name in row},
        )
        return cls(
            id=row["id"],
            title=row["title"],
            limit=limit,
            mark=row["mark"],
            valid_from=row["valid_from"],
            law=row.get("law"),
            article=row.get("article"),
            overlay=row.get("overlay", right),
            warn=tuple(row.get("warn", ())),
            ladder=row.get("ladder", "told" if right or limit.direction is Direction.NOT_BEFORE else "work"),
            holder=row.get("holder", ""),
            bounds=bounds,
        )


class DeadlineRegister:
    """The rules in memory with the calendar they count on. Load it once at start and hand it on.

    local: the calendar with the local holidays laid over it, for the clocks that rest on them; None: the same.
    """

    def __init__(
        self,
        rules: Iterable[DeadlineRule],
        days: WorkDays,
        local: WorkDays | None = None,
        ladder: Ladder | None = None,
    ) -> None:
        self._days = days
        self._local = local or days
        self._ladder = ladder or Ladder.none()
        self._started: dict[tuple[str, datetime, int | None], DeadlineFact] = {}
        self._rules: dict[str, list[DeadlineRule]] = {}
        for rule in sorted(rules, key=lambda rule: rule.valid_from, reverse=True):
            self._rules.setdefault(rule.id, []).append(rule)

    @classmethod
    def of(cls, table: Mapping[str, Any], days: WorkDays, local: WorkDays | None = None) -> Self:
        """table: register/deadlines.toml as parsed, with the steps of the ladders where there are any."""
        return cls((DeadlineRule.of(row) for row in table["rule"]), days, local, Ladder.of(table.get("step", ())))

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self._rules

    def rule(self, rule_id: str, on: date) -> DeadlineRule:
        """The row of a rule that is in force on a day; before the first one, the first.

        Raises KeyError for an unknown rule: the tables name only rules that exist.
        """
        rows = self._rules[rule_id]
        return next((rule for rule in rows if rule.valid_from <= on), rows[-1])

    def days(self, overlay: bool) -> WorkDays:
        """The calendar a clock counts on."""
        return self._local if overlay else self._days

    def start(self, rule_id: str, at: datetime, amount: int | None = None) -> DeadlineFact:
        """A clock of that rule, started at an instant; amount: the term an order gives in place of the default.

        Provisional where the working calendar of a year is not published yet.
        """
        # A file of patches starts one clock a row, all at one instant.
        known = self._started.get((rule_id, at, amount))
        if known is None:
            known = self._start(rule_id, at, amount)
            self._started = {(rule_id, at, amount): known}
        return known

    def _start(self, rule_id: str, at: datetime, amount: int | None) -> DeadlineFact:
        rule = self.rule(rule_id, local_day(at))
        limit = rule.limit if amount is None else replace(rule.limit, amount=amount)
        end = due_or_provisional(limit, at, self.days(rule.overlay))
        return DeadlineFact(
            rule_id=rule.id,
            title=rule.title,
            limit=limit.amount,
            unit=limit.unit.value,
            started_at=at,
            law=rule.law,
            article=rule.article,
            mark=rule.mark,
            direction=limit.direction.value,
            rolls=limit.rolls,
            overlay=rule.overlay,
            alarm_on_earlier=limit.early,
            holder=rule.holder,
            **self._told(rule, at, end),
        )

    def count(self, clock: DeadlineView, until: date | None = None) -> DueFact:
        """Where a clock ends by its own limit, pauses and extensions. until: to which a running pause is counted.

        Its rule is the one it started with; which alarms follow is said by the rule in force then.
        """
        end = due_or_provisional(*self.terms(clock, until))
        return DueFact(**self._told(self._rule_of(clock), clock.started_at, end))

    def terms(
        self, clock: DeadlineView, until: date | None = None
    ) -> tuple[Limit, datetime, WorkDays, list[Span], list[Limit]]:
        """A clock as due() takes it."""
        limit = Limit(
            clock.limit, LimitUnit(clock.unit), clock.rolls, clock.alarm_on_earlier, Direction(clock.direction)
        )
        more = [Limit(one.amount, LimitUnit(one.unit)) for one in clock.extensions]
        return limit, clock.started_at, self.days(clock.overlay), spans(clock, until), more

    def step(self, rule_id: str, started_at: datetime, step: str) -> Step:
        """What a step of the ladder is, for a clock of a rule that started then."""
        name = self.rule(rule_id, local_day(started_at)).ladder if rule_id in self else ""
        return self._ladder.step(name, step)

    def bounds(self, clock: DeadlineView) -> Bounds:
        """What the rule of a clock allows beside its limit; of a rule that is gone, all."""
        rule = self._rule_of(clock)
        return Bounds() if rule is None else rule.bounds

    def last_to_ask(self, clock: DeadlineView, today: date) -> date | None:
        """The last day on which more time may be asked for; None where there is none."""
        bounds = self.bounds(clock)
        due_on = self.count(clock, today).due_on if clock.is_paused else clock.due_on
        if due_on is None or (bounds.extend_after_due and not bounds.extend_before):
            return None
        limit = Limit(bounds.extend_before, LimitUnit.WORKING_DAY, direction=Direction.BEFORE)
        return due(limit, datetime.combine(due_on, time(), SHANGHAI), self.days(clock.overlay).guess()).due_on

    def most_extended(self, clock: DeadlineView, today: date) -> date | None:
        """The last day if the time were given that may still be; None where none may, or without bound."""
        more = self._more(clock)
        if more is None or clock.met_at is not None:
            return None
        limit, started_at, days, pauses, given = self.terms(clock, today if clock.is_paused else None)
        return due_or_provisional(limit, started_at, days, pauses, [*given, more]).due_on

    def _more(self, clock: DeadlineView) -> Limit | None:
        given, bounds = len(clock.extensions), self.bounds(clock)
        if clock.rule_id in _EXTENDED_BY:
            extension = _EXTENDED_BY[clock.rule_id]
            known = not given and extension in self
            return self.rule(extension, local_day(clock.started_at)).limit if known else None
        if bounds.extend_most is None or (bounds.extend_times is not None and given >= bounds.extend_times):
            return None
        return Limit(bounds.extend_most, LimitUnit(bounds.extend_unit or clock.unit))

    def _rule_of(self, clock: DeadlineView) -> DeadlineRule | None:
        return self.rule(clock.rule_id, local_day(clock.started_at)) if clock.rule_id in self else None

    def _told(self, rule: DeadlineRule | None, started_at: datetime, end: DueDate) -> dict[str, Any]:
        alarms = [] if rule is None else self._ladder.plan(rule.ladder, rule.warn, started_at, end, self._days.guess())
        return {
            "due_on": end.due_on,
            "due_at": end.due_at,
            "provisional": end.provisional,
            "ends_on": end.ends_on,
            "rolled_on": end.rolled_on,
            "alarm_on": end.alarm_on,
            "alarms": alarms,
        }


def spans(clock: DeadlineView, until: date | None = None) -> list[Span]:
    """Its pauses that have ended; with `until` also those that run, up to that day."""
    found = []
    for one in clock.pauses:
        to_on = one.to_on or until
        if to_on is not None:
            found.append(Span(one.from_on, to_on))
    return found
