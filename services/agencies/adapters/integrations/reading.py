"""A form that an agency's system filled in: untrusted until it is a result; every fault of it is told at once.

First each field by its kind, then the contract, then the rules of the domain; each in the agency's own field names.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.agencies.adapters.integrations.mapping import Form, FormField, Table, named
from services.agencies.adapters.integrations.values import AreaM2, AreaMu, Wrong
from services.agencies.domain.errors import FormRefused
from services.agencies.domain.results import contradictions
from services.agencies.domain.task import RESULT
from shared.contracts.task_results import TaskResult

_LONGEST_NAME = 60
_AREA_UNITS = ("平方米", "亩", "公顷")


def read(form: Mapping[str, Any], table: Table, today: date) -> TaskResult:
    """The typed result. Raises FormRefused with everything that is wrong. today: in Asia/Shanghai."""
    reading = _Reading(table)
    result = reading.result(form, today)
    if result is None or reading.faults:
        raise FormRefused(table.agency, table.version, reading.faults)
    return result


class _Reading:
    def __init__(self, table: Table) -> None:
        self._table = table
        self.faults: list[dict[str, Any]] = []

    def result(self, form: Mapping[str, Any], today: date) -> TaskResult | None:
        """None when a field is at fault; what the fields that are well contradict is told all the same."""
        kind = self._form(form)
        if kind is None:
            return None
        given = {name: value for name, value in form.items() if name != self._table.kind_field}
        read = self._record(kind.fields, given, "")
        well = self._well(kind, read)
        seen: Any = kind.model.model_construct(**{**well, "kind": kind.kind})
        asked = {field.at for field in kind.fields if field.at in well or (not field.needed and field.at not in read)}
        for fault in contradictions(seen, asked - self._ill(kind), today):
            self._add(named(kind.fields, _path(fault.field)), fault.reason)
        return None if self.faults else RESULT.validate_python({**well, "kind": kind.kind})

    def _well(self, form: Form, read: Mapping[str, Any]) -> dict[str, Any]:
        """What the contract takes of the fields that were read."""
        well: dict[str, Any] = {}
        told = {fault["field"] for fault in self.faults}
        for at, value in read.items():
            try:
                well[at] = form.contract(at).validate_python(value)
            except ValidationError as error:
                for fault in error.errors(include_url=False, include_context=False, include_input=False):
                    name = named(form.fields, (at, *fault["loc"]))
                    if name not in told:
                        self._add(name, fault["type"])
        return well

    def _ill(self, form: Form) -> set[str]:
        """Fields at fault, in our names, also those of which only an entry is."""
        told = {fault["field"].split(".")[0] for fault in self.faults}
        return {field.at for field in form.fields if field.name in told}

    def _form(self, form: Mapping[str, Any]) -> Form | None:
        """By its kind field; where that is wrong, by the names it has most of, so that the rest is told too."""
        field, forms = self._table.kind_field, self._table.forms
        stated = form.get(field)
        found = next((one for one in forms if one.code == stated), None)
        if found is not None:
            return found
        if stated is None:
            self._add(field, "missing")
        else:
            self._add(field, "code_unknown", allowed=[one.code for one in forms])
        likest = max(forms, key=lambda one: _likeness(one, form))
        return likest if _likeness(likest, form) else None

    def _record(self, fields: Sequence[FormField], given: Mapping[str, Any], within: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for field in fields:
            value = given.get(field.name)
            if value is None:
                if field.needed:
                    self._add(within + field.name, "missing")
                continue
            try:
                values[field.at] = self._value(field, value, within)
            except Wrong as wrong:
                self._add(within + field.name, wrong.reason, **wrong.facts)
        for name in given.keys() - {field.name for field in fields}:
            self._unknown(fields, name, within)
        return values

    def _value(self, field: FormField, value: Any, within: str) -> Any:
        if field.kind is not None:
            return field.kind.read(value)
        if not isinstance(value, list):
            raise Wrong("list_type")
        return [self._entry(field, entry, f"{within}{field.name}.{number}") for number, entry in enumerate(value)]

    def _entry(self, field: FormField, entry: Any, place: str) -> dict[str, Any]:
        if not isinstance(entry, dict):
            self._add(place, "dict_type")
            return {}
        return self._record(field.fields, entry, f"{place}.")

    def _unknown(self, fields: Sequence[FormField], name: str, within: str) -> None:
        """A field that the form does not have; of an area that it has in another unit, that unit is named."""
        base, _, unit = name.rpartition("_")
        if unit in _AREA_UNITS:
            for field in fields:
                if isinstance(field.kind, AreaM2 | AreaMu) and field.name.rpartition("_")[0] == base:
                    self._add(within + name, "unit_wrong", unit=field.kind.unit, expected=field.name)
                    return
        self._add(within + name, "extra_forbidden")

    def _add(self, field: str, reason: str, **facts: Any) -> None:
        shown = field if len(field) <= _LONGEST_NAME else f"{field[:_LONGEST_NAME]}…"
        self.faults.append({"field": shown, "reason": reason, **facts})


def _likeness(one: Form, form: Mapping[str, Any]) -> int:
    return len({part.name for part in one.fields} & form.keys())


def _path(field: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in field.split(".")]
