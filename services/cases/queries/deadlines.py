"""Clocks, as the office asks for them: explained, of an object; and a person's own."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table

from services.cases.domain.alarms import ClockAlarms
from services.cases.domain.explanation import explained
from services.cases.queries.discretion import clocks_for
from services.cases.storage import tables
from services.cases.storage.calendars import calendar, deadline_register
from services.cases.storage.deadline_tables import deadline
from services.cases.storage.path_tables import action_proposal, assistance_request, listing, police_transfer
from services.cases.storage.scope import visible
from shared.clock import local_day
from shared.contracts.base import GetOne
from shared.contracts.codes import Agency, Role
from shared.contracts.deadlines import (
    Deadlines,
    ExplainedDeadline,
    GetClueDeadlines,
    GetDeadlines,
    GetJointActionDeadlines,
    GetRectificationDeadlines,
    ListMyDeadlines,
    MyDeadline,
    MyDeadlines,
    RaisedAlarm,
)
from shared.contracts.parts import DeadlineView
from shared.delivery.tables import event_log
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS
from shared.errors import NotFound
from shared.ids import derived_id
from shared.principal import Actor

_MOST_MINE = 1000
_BESIDE = (police_transfer, listing, action_proposal, assistance_request)
# The steps at which what a township holds becomes the coordinator's to chase.
_CLIMBED = ("E2", "E3", "E4", "E5")
_NUMBERS = {
    "clue": "clue_no",
    "case": "case_no",
    "rectification": "item_no",
    "joint_action": "action_no",
    "police_transfer": "transfer_no",
    "listing": "listing_no",
    "action_proposal": "proposal_no",
    "assistance_request": "letter_no",
}


def get_case_deadlines(q: GetDeadlines, by: Actor, connection: Connection, now: datetime) -> Deadlines:
    """Of the case, its clue and what stands beside it: the running ones first, by due date. Raises NotFound."""
    case = tables.case
    clue_id = connection.execute(
        sa.select(case.c.clue_id).where(case.c.id == q.id, visible(case, by))
    ).scalar_one_or_none()
    if clue_id is None:
        raise NotFound
    found = sa.union_all(
        _clocks(case, case.c.id == q.id),
        _clocks(tables.clue, tables.clue.c.id == clue_id),
        _clocks(tables.rectification, tables.rectification.c.case_id == q.id),
        _clocks(tables.joint_action, tables.joint_action.c.case_id == q.id),
        *(_clocks(table, table.c.case_id == q.id, visible(table, by)) for table in _BESIDE),
    )
    return _explained(connection.execute(found).all(), by, connection, now)


def get_clue_deadlines(q: GetClueDeadlines, by: Actor, connection: Connection, now: datetime) -> Deadlines:
    return _of_one(tables.clue, q, by, connection, now)


def get_rectification_deadlines(
    q: GetRectificationDeadlines, by: Actor, connection: Connection, now: datetime
) -> Deadlines:
    return _of_one(tables.rectification, q, by, connection, now)


def get_joint_action_deadlines(
    q: GetJointActionDeadlines, by: Actor, connection: Connection, now: datetime
) -> Deadlines:
    return _of_one(tables.joint_action, q, by, connection, now)


def list_my_deadlines(_: ListMyDeadlines, by: Actor, connection: Connection) -> MyDeadlines:
    """A township's own, an agency's open tasks; a coordinator's, and what has climbed the ladder up to it."""
    d = deadline.c
    current = sa.case((d.raised_due_on == d.due_on, d.raised_step))
    rows = connection.execute(
        sa.select(deadline, current.label("step"))
        .where(d.met_at.is_(None), sa.or_(sa.false(), *_mine(by, current)))
        .order_by(d.due_on, d.id)
        .limit(_MOST_MINE)
    ).mappings()
    names = [name for name in MyDeadline.model_fields if name in d]
    return MyDeadlines(
        items=[
            MyDeadline(
                **{name: row[name] for name in names if name != "raised_step"},
                object=row["object_type"],
                paused=row["state"] == "paused",
                raised_step=row["step"],
            )
            for row in rows
        ]
    )


def _mine(by: Actor, current: ColumnElement[Any]) -> Iterable[ColumnElement[bool]]:
    d = deadline.c
    if by.has(Role.COORDINATOR) and _is_prefix(by.jurisdiction, COUNTY_DIGITS):
        held = sa.or_(d.holder != "township", current.in_(_CLIMBED))
        yield sa.and_(d.division_code.startswith(by.jurisdiction), held)
    if by.has(Role.TOWNSHIP_OFFICER) and _is_prefix(by.jurisdiction, TOWNSHIP_DIGITS):
        asked = sa.and_(d.holder == "agency", sa.literal(Agency.TOWNSHIP.value) == sa.any_(d.agencies))
        yield sa.and_(d.township_code.startswith(by.jurisdiction), sa.or_(d.holder == "township", asked))
    if by.has(Role.AGENCY_OFFICER) and _is_prefix(by.jurisdiction, COUNTY_DIGITS):
        # Of its tasks an agency knows; of the case behind them it is told by its task letter alone.
        yield sa.and_(
            d.division_code.startswith(by.jurisdiction),
            d.holder == "agency",
            sa.literal(by.org_code) == sa.any_(d.agencies),
        )


def _is_prefix(text: str, digits: int) -> bool:
    return len(text) >= digits and text.isascii() and text.isdigit()


def _clocks(table: Table, *where: ColumnElement[bool]) -> sa.Select[Any]:
    number = table.c[_NUMBERS[table.name]]
    return sa.select(sa.literal(table.name).label("kind"), table.c.id, number.label("no"), table.c.deadlines).where(
        *where
    )


def _of_one(table: Table, q: GetOne, by: Actor, connection: Connection, now: datetime) -> Deadlines:
    found = connection.execute(_clocks(table, table.c.id == q.id, visible(table, by))).all()
    if not found:
        raise NotFound
    return _explained(found, by, connection, now)


def _explained(objects: Sequence[Any], by: Actor, connection: Connection, now: datetime) -> Deadlines:
    raised = _raised(objects, connection)
    items = [
        _item(
            one,
            shown,
            raised.get(derived_id(one.id, "clock", number), []),
            connection,
            now,
        )
        for one in objects
        for number, clock in enumerate(one.deadlines, 1)
        for shown in clocks_for(by, [DeadlineView.model_validate(clock)])
    ]
    return Deadlines(items=sorted(items, key=lambda clock: (clock.met_at is not None, str(clock.due_on))))


def _item(
    one: Any, clock: DeadlineView, raised: list[RaisedAlarm], connection: Connection, now: datetime
) -> ExplainedDeadline:
    days, rules = calendar(connection, overlay=clock.overlay), deadline_register(connection)
    asked_before = clock.met_at is None and rules.bounds(clock).extend_before
    return ExplainedDeadline(
        **dict(clock),
        extended_due_on=rules.most_extended(clock, local_day(now)),
        last_to_ask_on=rules.last_to_ask(clock, local_day(now)) if asked_before else None,
        **explained(clock, now, days),
        object=one.kind,
        object_id=one.id,
        object_no=one.no,
        raised=raised,
    )


def _raised(objects: Sequence[Any], connection: Connection) -> dict[UUID, list[RaisedAlarm]]:
    """By clock, in order: from the log itself."""
    ids = [derived_id(one.id, "clock", number + 1) for one in objects for number in range(len(one.deadlines))]
    e = event_log.c
    told = connection.execute(
        sa.select(e.aggregate_id, e.payload)
        .where(e.aggregate_id.in_(ids), e.aggregate_type == ClockAlarms.TYPE)
        .order_by(e.aggregate_id, e.aggregate_seq)
    )
    found: dict[UUID, list[RaisedAlarm]] = {}
    for id_, said in told:
        names = ("step", "action", "colour", "planned_at", "due_on")
        alarm = RaisedAlarm(**{name: said[name] for name in names}, raised_at=said["at"])
        found.setdefault(id_, []).append(alarm)
    return found
