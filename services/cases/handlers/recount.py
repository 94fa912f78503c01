"""Running clocks counted again: when a year's calendar is loaded or changed, what was provisional becomes firm.

Each object is told by an event of its own; where every end stays as it was, nothing is.
"""

from typing import Any
from uuid import UUID

from services.cases.domain.rule_book import Entry
from services.cases.storage import calendars, deadlines
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import RuleRegister
from shared.contracts.rule_values import CalendarValue
from shared.delivery.runner import UnitRunner
from shared.principal import Actor

BATCH = 100


def recount(runner: UnitRunner[CasesUnit], by: Actor, correlation_id: str, year: int | None) -> int:
    """How many objects were told; every batch of objects is a unit of its own.

    year: whose calendar was loaded or changed; None: only what is provisional.
    """
    told: int = 0
    after: UUID | None = None

    def use_case(unit: CasesUnit) -> dict[str, Any]:
        number, last = recount_batch(unit, after, year)
        return {"told": number, "after": last}

    while True:
        answer = runner.run(by, use_case, correlation_id=correlation_id)
        told += answer["told"]
        after = answer["after"]
        if after is None:
            return told


def recount_changed_calendars(runner: UnitRunner[CasesUnit], by: Actor, correlation_id: str) -> int:
    """Count by every calendar that was loaded or changed since it was last counted by; how many objects were told.

    Killed on the way it begins again with the calendar it was at: what is counted already is not told twice.
    """
    changed: list[Entry] = []

    def look(unit: CasesUnit) -> dict[str, Any]:
        changed[:] = calendars.to_count(unit.connection, unit.rules.every(RuleRegister.CALENDAR))
        return {}

    def keep(entry: Entry) -> None:
        def use_case(unit: CasesUnit) -> dict[str, Any]:
            calendars.is_counted(unit.connection, entry.key, entry.row_id)
            return {}

        runner.run(by, use_case, correlation_id=correlation_id)

    runner.run(by, look, correlation_id=correlation_id)
    years = [entry.value.year for entry in changed if isinstance(entry.value, CalendarValue)]
    # Whatever ends in or after the first of them is looked at once.
    told = recount(runner, by, correlation_id, min(years)) if years else 0
    for entry in changed:
        keep(entry)
    return told


def recount_batch(unit: CasesUnit, after: UUID | None, year: int | None) -> tuple[int, UUID | None]:
    """(objects told, the last one looked at): the next so many objects behind `after`; None for the last: no more."""
    found = deadlines.to_recount(unit.connection, after, year, BATCH)
    told = 0
    for kind, id_ in found:
        store = unit.store_of(kind)
        one = store.lock(unit.connection, id_)
        events = one.recount(unit.moment)
        unit.record(one, store, events)
        told += len(events)
    return told, found[-1][1] if len(found) == BATCH else None
