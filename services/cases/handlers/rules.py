"""Rules: set, ended, calendars loaded, each with a reason and a source. The events are the change log.

Whose hand: an administrator's, who enters what a signed paper says and handles no case. Whoever runs a case would be
changing the clocks that bind him.
"""

import csv
import io
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.cases.domain.rule import Rule
from services.cases.storage.rules import RuleStore, view_of
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import CalendarJurisdiction, RuleRegister
from shared.contracts.rule_settings import SETTINGS
from shared.contracts.rule_values import VALUE_OF, ConfigurationValue, calendar_key
from shared.contracts.rules import LoadCalendarYear, RuleView, SetCalendarDay, SetRule, WithdrawRule
from shared.divisions.register import COUNTY_DIGITS, full_code
from shared.errors import InvalidInput, NotAllowed
from shared.operations import Call, invalid
from shared.workdays import CalendarMissing, WorkDays

_STORE = RuleStore()
_CSV_COLUMNS = ("date", "kind", "name")


class RulesCountyMissing(NotAllowed):
    """Rules are edited for a county, and the caller has none."""

    def __init__(self, jurisdiction: str) -> None:
        super().__init__("cases.rules-county-missing", None, jurisdiction=jurisdiction)


class CalendarNotHere(InvalidInput):
    """Calendars have commands of their own, which know what a year is."""

    def __init__(self) -> None:
        super().__init__("cases.rule-calendar", "register_name")


class KeyUnfit(InvalidInput):
    """The content names itself otherwise than the key."""

    def __init__(self, key: str, expected: str) -> None:
        super().__init__("cases.rule-key-unfit", "key", key=key, key_expected=expected)


class CalendarListMissing(InvalidInput):
    """Neither a list of days nor a CSV, or both."""

    def __init__(self) -> None:
        super().__init__("cases.calendar-list-missing", "days")


class CsvColumnsMissing(InvalidInput):
    """The CSV lacks columns. missing: their names."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__("cases.calendar-csv-columns", "csv", missing_columns=missing)


def set_rule(cmd: SetRule, call: Call, unit: CasesUnit) -> RuleView:
    """Raises InvalidInput naming the field of the content at fault, and what Rule.set raises."""
    if cmd.register_name is RuleRegister.CALENDAR:
        raise CalendarNotHere
    value = _checked(cmd.register_name, cmd.value, "value", cmd.key)
    found = _locked(cmd.register_name, cmd.key, call, unit)
    return _recorded(found, found.set(cmd, value, unit.now), unit)


def withdraw_rule(cmd: WithdrawRule, call: Call, unit: CasesUnit) -> RuleView:
    if cmd.register_name is RuleRegister.CALENDAR:
        raise CalendarNotHere
    found = _locked(cmd.register_name, cmd.key, call, unit)
    return _recorded(found, found.withdraw(cmd, unit.now), unit)


def load_calendar_year(cmd: LoadCalendarYear, call: Call, unit: CasesUnit) -> RuleView:
    """The whole year in place of what there was. A day without a source has that of the command."""
    if (cmd.days is None) is (cmd.csv is None):
        raise CalendarListMissing
    days = _read_csv(cmd) if cmd.csv is not None else [day.model_dump(mode="json") for day in cmd.days or ()]
    given = {"jurisdiction": cmd.jurisdiction.value, "year": cmd.year, "days": days}
    value = _checked(RuleRegister.CALENDAR, given, "" if cmd.csv is None else "csv")
    found = _locked(RuleRegister.CALENDAR, calendar_key(cmd.jurisdiction, cmd.year), call, unit)
    return _recorded(found, found.load_year(cmd, value, unit.now), unit)


def set_calendar_day(cmd: SetCalendarDay, call: Call, unit: CasesUnit) -> RuleView:
    """One day of a year. Raises CalendarMissing for a national year not loaded: one day does not make it known."""
    year = cmd.date.year
    found = _locked(RuleRegister.CALENDAR, calendar_key(cmd.jurisdiction, year), call, unit)
    if cmd.jurisdiction is CalendarJurisdiction.CN and not found.rows:
        raise CalendarMissing(year)
    days = [day for row in found.rows for day in row.value["days"] if day["date"] != cmd.date.isoformat()]
    if cmd.kind not in ("weekend", _plain_kind(cmd.date)):
        days.append({"date": cmd.date.isoformat(), "kind": cmd.kind, "name": cmd.name, "source": _source_text(cmd)})
    given = {"jurisdiction": cmd.jurisdiction.value, "year": year, "days": days}
    value = _checked(RuleRegister.CALENDAR, given, "")
    return _recorded(found, found.set_day(cmd, value, unit.now), unit)


def _plain_kind(day: date) -> str:
    """What the week alone says of a day."""
    return WorkDays.of([]).guess().kind(day).value


def _locked(register: RuleRegister, key: str, call: Call, unit: CasesUnit) -> Rule:
    county = call.by.jurisdiction[:COUNTY_DIGITS]
    if len(county) < COUNTY_DIGITS:
        raise RulesCountyMissing(call.by.jurisdiction)
    return _STORE.lock_key(unit.connection, register, key, full_code(county), call.expected_version)


def _recorded(found: Rule, events: Any, unit: CasesUnit) -> RuleView:
    unit.record(found, _STORE, events)
    return view_of(found, unit.connection)


def _checked(register: RuleRegister, given: dict[str, Any], place: str, key: str | None = None) -> dict[str, Any]:
    """The content as the register's model has it, with only the fields that were given. place: of it in the command."""
    try:
        value = VALUE_OF[register].model_validate(given)
    except ValidationError as error:
        raise _placed(invalid(error), place) from error
    if key is not None and value.own_key not in (None, key):
        raise KeyUnfit(key, str(value.own_key))
    if isinstance(value, ConfigurationValue) and key is not None and key in SETTINGS and value.value is not None:
        _check_setting(key, value.value, f"{place}.value")
    return value.model_dump(mode="json", exclude_unset=True)


def _check_setting(key: str, given: Any, place: str) -> None:
    """Of a row that the house computes with."""
    try:
        SETTINGS[key].validate_python(given)
    except ValidationError as error:
        raise _placed(invalid(error), place) from error


def _placed(fault: InvalidInput, place: str) -> InvalidInput:
    """A fault of a part as one of the whole command."""

    def within(name: str | None) -> str | None:
        return f"{place}.{name}" if place and name else name or place or None

    faults = [{**one, "field": within(one["field"])} for one in fault.facts["faults"]]
    return InvalidInput("invalid-field", within(fault.field), **{**fault.facts, "faults": faults})


def _read_csv(cmd: LoadCalendarYear) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO((cmd.csv or "").lstrip("\ufeff").strip()))
    missing = [name for name in _CSV_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise CsvColumnsMissing(missing)
    return [
        {**{name: row[name] for name in _CSV_COLUMNS}, "source": row.get("source") or _source_text(cmd)}
        for row in reader
    ]


def _source_text(cmd: LoadCalendarYear | SetCalendarDay) -> str:
    source = cmd.source
    if source.document is not None:
        return f"{source.document.title} {source.document.document_no or ''}".strip()[:200]
    return (source.text or source.basis[0].law)[:200]
