"""Fills the working lists of a database that had none, by replaying its log: a migration's work.

The log is read and not the tables, whose columns a later release may have changed before an old database comes to it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.domain.action_proposal import ActionProposal
from services.cases.domain.assistance import AssistanceRequest
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.joint_action import JointAction
from services.cases.domain.listing import Listing
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.progress import Progress
from services.cases.domain.rectification import Rectification
from services.cases.domain.work import OfCase
from services.cases.domain.work_sources import work_of
from services.cases.storage import work
from services.cases.storage.work_history import AREAS, COUNTED
from services.cases.storage.work_tables import work_history
from shared.clock import local_day
from shared.contracts.catalogue import EVENTS
from shared.contracts.codes import WorkKind
from shared.delivery.tables import event_log

_KINDS: tuple[type[Progress], ...] = (
    Clue,
    Case,
    Rectification,
    JointAction,
    Listing,
    PoliceTransfer,
    ActionProposal,
    AssistanceRequest,
)
_BATCH = 500
_Row = dict[str, Any]


def fill(connection: Connection) -> int:
    """Rows for every object of the log; how many."""
    return sum(_fill(connection, kind) for kind in _KINDS)


def _fill(connection: Connection, kind: type[Progress]) -> int:
    number, waiting = 0, list[Progress]()
    for one in _replayed(connection, kind):
        waiting.append(one)
        number += 1
        if len(waiting) == _BATCH:
            work.add(connection, waiting)
            waiting.clear()
    work.add(connection, waiting)
    return number


def fill_history(connection: Connection) -> int:
    """What every object of the log counted as, month by month; how many rows. Before there are triggers.

    What an object has from its case is taken as it is now: the log of the object does not tell when that changed.
    """
    return sum(_fill_history(connection, kind) for kind in _KINDS)


def _fill_history(connection: Connection, kind: type[Progress]) -> int:
    number, waiting, steps = 0, list[tuple[Progress, list[_Row]]](), list[_Row]()

    def save() -> int:
        beside = work.beside_cases(connection, [one for one, _ in waiting])
        rows = [row for one, seen in waiting for row in _months(seen, beside.get(one.id, OfCase()))]
        if rows:
            connection.execute(sa.insert(work_history), rows)
        waiting.clear()
        return len(rows)

    for one in _replayed(connection, kind, lambda step: steps.append(_counts(step))):
        waiting.append((one, steps.copy()))
        steps.clear()
        if len(waiting) == _BATCH:
            number += save()
    return number + save()


def _counts(one: Progress) -> _Row:
    item = work_of(one, OfCase())
    if item is None:
        return {}
    row = work.row_of(item)
    row["violation_type"] = next(iter(row["violation_types"]), "")
    row["lead_agency"] = row["lead_agency"] or ""
    return {name: row[name] for name in ("id", "told_at", "valid_at", *COUNTED, *AREAS)}


def _months(steps: Sequence[_Row], of_case: OfCase) -> list[_Row]:
    """As the triggers of storage/work_history.py keep them."""
    rows = list[_Row]()
    for step in steps:
        if not step:
            continue
        if step["kind"] != WorkKind.CASE:
            step["lead_agency"] = of_case.lead_agency or ""
            if step["kind"] != WorkKind.CLUE:
                step["violation_type"] = next(iter(of_case.violation_types), "")
        last = rows[-1] if rows else None
        if last is not None and all(last[name] == step[name] for name in (*COUNTED, *AREAS)):
            continue
        told, valid = _month(step["told_at"]), _month(min(step["valid_at"], step["told_at"]))
        if last is not None:
            told = max(told, last["told_month"])
            valid = min(max(valid, last["valid_month"]), told)
        row = {**step, "told_month": told, "valid_month": valid, "until_month": None, "until_valid_month": None}
        if last is not None and (last["told_month"], last["valid_month"]) == (told, valid):
            rows[-1] = row
            continue
        if last is not None:
            last |= {"until_month": told, "until_valid_month": valid}
        rows.append(row)
    return rows


def _month(instant: datetime) -> int:
    day = local_day(instant)
    return day.year * 100 + day.month


def _replayed(
    connection: Connection, kind: type[Progress], seen: Callable[[Progress], object] = lambda _: None
) -> Iterator[Progress]:
    """Every object as it is now. seen: is shown it after each of its events."""
    known = {event.type: event for event in EVENTS}
    told = event_log.c
    statement = (
        sa.select(told.aggregate_id, told.type, told.payload)
        .where(told.aggregate_type == kind.TYPE)
        .order_by(told.aggregate_id, told.aggregate_seq)
        .execution_options(stream_results=True, yield_per=_BATCH)
    )
    for id_, rows in groupby(connection.execute(statement), key=lambda row: row.aggregate_id):
        one = kind(id=id_)
        for row in rows:
            event: Any = known[row.type].model_validate(row.payload)
            one.apply(event)
            one.version += 1
            seen(one)
        yield one
