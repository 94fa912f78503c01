"""Fills the working lists of a database that had none, by replaying its log: a migration's work.

The log is read and not the tables, whose columns a later release may have changed before an old database comes to it.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.domain.action_proposal import ActionProposal
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.joint_action import JointAction
from services.cases.domain.listing import Listing
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.progress import Progress
from services.cases.domain.rectification import Rectification
from services.cases.storage import work
from shared.contracts.catalogue import EVENTS
from shared.delivery.tables import event_log

_KINDS: tuple[type[Progress], ...] = (
    Clue,
    Case,
    Rectification,
    JointAction,
    Listing,
    PoliceTransfer,
    ActionProposal,
)
_BATCH = 500


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


def _replayed(connection: Connection, kind: type[Progress]) -> Iterator[Progress]:
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
        yield one
