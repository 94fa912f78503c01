"""Every rule as believed now, for those who decide: typed lookups by day. Immutable; an edit makes a new book.

A lookup names the day of the act or of the step, since the law applied is the law in force on that day (APL 37). What a
decision rested on it carries itself: asking again later may give another answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from services.cases.domain.calendars import Calendars
from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.powers import PowerGrant, granted
from services.cases.domain.thresholds import Thresholds
from shared.citations import cited, shipped, written
from shared.contracts.codes import Agency, OrgType, RuleMark, RuleRegister, ViolationType
from shared.contracts.rule_settings import SETTINGS
from shared.contracts.rule_value import RuleValue
from shared.contracts.rule_values import (
    VALUE_OF,
    CalendarValue,
    ClosedListValue,
    ConfigurationValue,
    CopyRuleValue,
    CriminalThresholdValue,
    HomesteadValue,
    JointActionTriggerValue,
    LadderValue,
    LandClassValue,
    LegalSourceValue,
    PowerGrantValue,
    ViolationTypeValue,
)
from shared.contracts.rules import RuleFact, RuleSource
from shared.errors import Conflict
from shared.workdays import WorkDays

V = TypeVar("V", bound=RuleValue)


class RuleMissing(Conflict):
    """No row of a register is in force: nothing is decided by guessing. section: the register's, or the key."""

    def __init__(self, section: str, on: date) -> None:
        super().__init__("cases.rule-missing", None, section=section, on=on.isoformat())


@dataclass(frozen=True)
class Entry:
    """A row with its content as its register's model has it."""

    register: RuleRegister
    key: str
    row_id: UUID
    valid_from: date
    valid_to: date | None
    mark: RuleMark
    unsure: bool
    source: RuleSource
    value: RuleValue

    @classmethod
    def of(cls, register: RuleRegister, key: str, fact: RuleFact) -> "Entry":
        """Raises pydantic's ValidationError for content that the register's model does not take."""
        return cls(
            register=register,
            key=key,
            row_id=fact.row_id,
            valid_from=fact.valid_from,
            valid_to=fact.valid_to,
            mark=fact.mark,
            unsure=fact.unsure,
            source=fact.source,
            value=VALUE_OF[register].model_validate(fact.value),
        )

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class RuleBook:
    """entries: of every register, at most one of a key at every day. today: what a lookup means that names no day."""

    def __init__(self, entries: Iterable[Entry], today: date) -> None:
        self.today = today
        self._all = tuple(entries)
        self._entries: dict[RuleRegister, dict[str, list[Entry]]] = {register: {} for register in RuleRegister}
        for entry in sorted(self._all, key=lambda entry: entry.valid_from):
            self._entries[entry.register].setdefault(entry.key, []).append(entry)

    def on(self, today: date) -> "RuleBook":
        """The same rules on another day."""
        return RuleBook(self._all, today)

    # rows

    def entry(self, register: RuleRegister, key: str, on: date | None = None) -> Entry | None:
        """The row of a key that holds on a day."""
        day = on or self.today
        return next((entry for entry in self._entries[register].get(key, ()) if entry.holds(day)), None)

    def entries(self, register: RuleRegister, on: date | None = None) -> list[Entry]:
        """Every row of a register that holds on a day, by key."""
        rows, day = self._entries[register], on or self.today
        return [entry for key in sorted(rows) for entry in rows[key] if entry.holds(day)]

    def every(self, register: RuleRegister) -> list[Entry]:
        """Every row of a register, whenever it holds."""
        return [entry for rows in self._entries[register].values() for entry in rows]

    def keys(self, register: RuleRegister) -> list[str]:
        return sorted(self._entries[register])

    # clocks

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars(entry.value for entry in self.every(RuleRegister.CALENDAR) if _is(entry, CalendarValue))

    @cached_property
    def deadlines(self) -> DeadlineRegister:
        """The deadline register over the working calendars, all as they are now."""
        return self.deadlines_over(self.calendars.national)

    def deadlines_over(self, days: WorkDays) -> DeadlineRegister:
        """days: the nation's calendar; the region's holidays are laid over it for the clocks that rest on them."""
        rules = [_deadline_row(entry) for entry in self.every(RuleRegister.DEADLINE)]
        # A step of a ladder is what it is today: the register takes no days for it.
        steps = [_step_row(entry) for entry in self.entries(RuleRegister.LADDER)]
        local = days.laid_over(self.calendars.local_days)
        return DeadlineRegister.of({"rule": rules, "step": steps}, days, local)

    # law

    def cite(self, citation: str, on: date | None = None) -> str:
        """A citation ("APL 44; HOUSE.clue") in the words of the register of legal sources, a county's rows included."""

        def named(key: str, article: str) -> str | None:
            value = self.nearest(LegalSourceValue, RuleRegister.LEGAL_SOURCE, key, on)
            return shipped(key, article, on) if value is None else written(value.model_dump(), article)

        return cited(citation, named)

    def violation_type(self, code: ViolationType, on: date | None = None) -> ViolationTypeValue | None:
        return self._value(ViolationTypeValue, RuleRegister.VIOLATION_TYPE, code.value, on)

    def copy_rule(self, id_: str, on: date | None = None) -> CopyRuleValue | None:
        """K1 to K8."""
        return self._value(CopyRuleValue, RuleRegister.COPY_RULE, id_, on)

    def thresholds(self, on: date | None = None) -> Thresholds:
        """From how much on an act is a crime, as the law was on a day."""
        values = self._values(CriminalThresholdValue, RuleRegister.CRIMINAL_THRESHOLD, on)
        near = self.setting("near_threshold_share", on)
        return Thresholds.of(values, str(near or "1"))

    def power_grant_on(
        self, agency: Agency | OrgType, violation_type: ViolationType, day: date, region: str
    ) -> PowerGrant | None:
        """On what a body may punish a violation in a place that day; None: it may not, and a penalty is void (APL 38).

        region: division code of the place, of any length.
        """
        rows = [
            (entry.key, entry.value)
            for entry in self.entries(RuleRegister.POWER_GRANT, day)
            if isinstance(entry.value, PowerGrantValue)
        ]
        return granted(rows, agency, violation_type, region)

    def homestead(self, on: date | None = None) -> list[HomesteadValue]:
        """The county's decision table for houses (domain.md 2.4)."""
        return self._values(HomesteadValue, RuleRegister.HOMESTEAD, on)

    # practice

    def joint_action_triggers(self, on: date | None = None) -> dict[str, JointActionTriggerValue]:
        """Facts on which a joint action is proposed, by key, those switched off left out, in their order."""
        found = [
            (entry.key, entry.value)
            for entry in self.entries(RuleRegister.JOINT_ACTION_TRIGGER, on)
            if isinstance(entry.value, JointActionTriggerValue) and entry.value.enabled
        ]
        return dict(sorted(found, key=lambda pair: pair[1].order))

    def reasons(self, list_name: str, on: date | None = None) -> dict[str, ClosedListValue]:
        """The choices of a closed list on a day, by code, in their order."""
        values = [v for v in self._values(ClosedListValue, RuleRegister.CLOSED_LIST, on) if v.list_name == list_name]
        return {value.code: value for value in sorted(values, key=lambda value: value.order)}

    def land_classes(self, on: date | None = None) -> dict[str, LandClassValue]:
        """The classes of the land survey on a day, by code."""
        return {value.code: value for value in self._values(LandClassValue, RuleRegister.LAND_CLASS, on)}

    def setting(self, key: str, on: date | None = None) -> Any:
        """The value of a row of the configuration register; None where it is not decided."""
        found = self._value(ConfigurationValue, RuleRegister.CONFIGURATION, key, on)
        return None if found is None else found.value

    def decided(self, key: str, on: date | None = None) -> Any:
        """The value of a configuration row that the house computes with, of the type of SETTINGS.

        Before the first row of a key the first one holds: an old fact is judged too. Raises RuleMissing where it is
        not decided, or is no such value.
        """
        found = self.nearest(ConfigurationValue, RuleRegister.CONFIGURATION, key, on)
        try:
            return SETTINGS[key].validate_python(None if found is None else found.value)
        except ValidationError as error:
            raise RuleMissing(key, on or self.today) from error

    def nearest(self, kind: type[V], register: RuleRegister, key: str, on: date | None = None) -> V | None:
        """The row of a key that holds on a day; before its first one, the first."""
        day = on or self.today
        rows = self._entries[register].get(key, [])
        found = self.entry(register, key, day) or next((row for row in rows[:1] if day < row.valid_from), None)
        return found.value if found is not None and isinstance(found.value, kind) else None

    def values(self, kind: type[V], register: RuleRegister, on: date | None = None) -> dict[str, V]:
        """The content of every row of a register that holds on a day, by key."""
        return {entry.key: entry.value for entry in self.entries(register, on) if isinstance(entry.value, kind)}

    def _value(self, kind: type[V], register: RuleRegister, key: str, on: date | None) -> V | None:
        entry = self.entry(register, key, on)
        return entry.value if entry is not None and isinstance(entry.value, kind) else None

    def _values(self, kind: type[V], register: RuleRegister, on: date | None) -> list[V]:
        return [entry.value for entry in self.entries(register, on) if isinstance(entry.value, kind)]


def _is(entry: Entry, kind: type[RuleValue]) -> bool:
    return isinstance(entry.value, kind)


def _deadline_row(entry: Entry) -> Mapping[str, Any]:
    """As deadlines.toml has it: fields that stay away keep their default."""
    row: dict[str, Any] = {"id": entry.key, "mark": entry.mark.value, "valid_from": entry.valid_from}
    if entry.source.basis:
        first = entry.source.basis[0]
        row |= {"law": first.law, "article": first.article}
    return {**entry.value.model_dump(exclude_unset=True), **row}


def _step_row(entry: Entry) -> Mapping[str, Any]:
    """As ladder.toml has it."""
    assert isinstance(entry.value, LadderValue)
    return entry.value.model_dump(exclude_unset=True)
