"""The deadline register (domain.md 3.3): which clock runs how long, and on what law."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Self

from shared.clock import local_day
from shared.contracts.cases_events import DeadlineFact
from shared.workdays import Limit, LimitUnit, WorkDays, due_or_provisional


@dataclass(frozen=True)
class DeadlineRule:
    """A row of register/deadlines.toml. mark: law, custom, or order (the term stands in the order itself)."""

    id: str
    title: str
    limit: Limit
    mark: str
    valid_from: date
    law: str | None = None
    article: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            id=row["id"],
            title=row["title"],
            limit=Limit(row["limit"], LimitUnit(row["unit"]), row.get("rolls", False)),
            mark=row["mark"],
            valid_from=row["valid_from"],
            law=row.get("law"),
            article=row.get("article"),
        )


class DeadlineRegister:
    """The rules in memory with the calendar they count on. Load it once at start and hand it on."""

    def __init__(self, rules: Iterable[DeadlineRule], days: WorkDays) -> None:
        self._days = days
        self._rules: dict[str, list[DeadlineRule]] = {}
        for rule in sorted(rules, key=lambda rule: rule.valid_from, reverse=True):
            self._rules.setdefault(rule.id, []).append(rule)

    @classmethod
    def of(cls, table: Mapping[str, Any], days: WorkDays) -> Self:
        """table: register/deadlines.toml as parsed."""
        return cls((DeadlineRule.of(row) for row in table["rule"]), days)

    def __contains__(self, rule_id: str) -> bool:
        return rule_id in self._rules

    def rule(self, rule_id: str, on: date) -> DeadlineRule:
        """The row of a rule that is in force on a day; before the first one, the first.

        Raises KeyError for an unknown rule: the tables name only rules that exist.
        """
        rows = self._rules[rule_id]
        return next((rule for rule in rows if rule.valid_from <= on), rows[-1])

    def start(self, rule_id: str, at: datetime, amount: int | None = None) -> DeadlineFact:
        """A clock of that rule, started at an instant; amount: the term an order gives in place of the default.

        Provisional where the working calendar of a year is not published yet.
        """
        rule = self.rule(rule_id, local_day(at))
        limit = rule.limit if amount is None else replace(rule.limit, amount=amount)
        end = due_or_provisional(limit, at, self._days)
        return DeadlineFact(
            rule_id=rule.id,
            title=rule.title,
            limit=limit.amount,
            unit=limit.unit.value,
            started_at=at,
            due_on=end.due_on,
            due_at=end.due_at,
            provisional=end.provisional,
        )
