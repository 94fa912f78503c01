"""Letters and forms as an agency's own system writes them."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from services.agencies.adapters.integrations.mapping import FormField, Table
from shared.contracts.agencies import TaskIssuedV1
from shared.contracts.joint_action_events import ActionBrief
from shared.contracts.task_results import TaskResult

# 村 and 村部 only look alike; a name that is repeated is longer.
_ONE_CHARACTER = 1


def letter_of(order: TaskIssuedV1, table: Table) -> dict[str, Any]:
    """The task letter (任务书); what the order does not say is null."""
    letter: dict[str, Any] = {}
    for field in table.letter:
        *parents, name = field.name.split(".")
        place = letter
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = _in_letter(field, order, table)
    return letter


def form_of(result: TaskResult, table: Table) -> dict[str, Any]:
    """The inverse of reading.read. Raises TypeError for a result of another trade."""
    form = table.form(result.kind)
    return {table.kind_field: form.code, **_record(form.fields, dict(result))}


def _record(fields: tuple[FormField, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """What is not said, or an empty list, is left out."""
    said = ((field, values[field.at]) for field in fields)
    return {field.name: _written(field, value) for field, value in said if value is not None and value != []}


def _written(field: FormField, value: Any) -> Any:
    if field.kind is None:
        return [_record(field.fields, dict(entry)) for entry in value]
    return field.kind.write(value)


def _in_letter(field: FormField, order: TaskIssuedV1, table: Table) -> Any:
    match field.how:
        case "constant":
            return field.value
        case "version":
            return table.version
        case "address":
            return address(order.brief)
        case "position":
            return position(order.brief)
    value = reduce(getattr, field.at.split("."), order)
    return None if value is None else _written(field, value)


def address(brief: ActionBrief) -> str:
    """Division and place in one line; what of the division the place says itself is not written twice."""
    division, place = brief.division_name or "", brief.place or ""
    overlaps = range(min(len(division), len(place)), _ONE_CHARACTER, -1)
    said_twice = next((length for length in overlaps if place.startswith(division[-length:])), 0)
    return division + place[said_twice:]


def position(brief: ActionBrief) -> str | None:
    """Longitude and latitude in degrees, CGCS2000, with a comma between."""
    if brief.longitude is None or brief.latitude is None:
        return None
    return f"{brief.longitude},{brief.latitude}"
