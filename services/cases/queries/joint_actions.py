"""Joint actions, as the coordinator reads them."""

from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.domain.joint_task import Task
from services.cases.domain.ladder import days_over
from services.cases.storage.calendars import calendar
from services.cases.storage.repository import JointActionStore
from services.cases.storage.scope import visible
from services.cases.storage.tables import joint_action
from shared.contracts.base import Page
from shared.contracts.joint_actions import (
    GetJointAction,
    GetSignForReport,
    JointActionRow,
    JointActionView,
    ListJointActions,
    SignForLine,
    SignForReport,
)
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = JointActionStore()
_c = joint_action.c
_ROWS = TypeAdapter(list[JointActionRow])
_TOLD = (
    "state",
    "sign_due_on",
    "signed_at",
    "signed_by",
    "sign_channel",
    "receipt",
    "feedback_due_on",
    "reported_at",
)
_LISTING = Listing(
    columns=(
        _c.id,
        _c.action_no,
        _c.version,
        _c.state,
        _c.title,
        _c.case_id,
        _c.case_no,
        _c.place,
        _c.acting_at,
        _c.urgent,
        _c.lead_agency,
        _c.convened_at,
        _c.closed_at,
    ),
    keys=(_c.convened_at, _c.id),
)


def get_joint_action(q: GetJointAction, by: Actor, connection: Connection) -> JointActionView:
    return _STORE.get_seen(connection, by, q.id).view()


def get_sign_for_report(q: GetSignForReport, by: Actor, connection: Connection, now: datetime) -> SignForReport:
    """Working days late by the calendar without local holidays: the limits of 4.4 count so. Raises NotFound."""
    action = _STORE.get_seen(connection, by, q.id)
    days = calendar(connection, overlay=False).guess()

    def late(due_on: date | None, done_at: datetime | None, task: Task) -> int:
        # What nobody waits for any more is late no further.
        until = done_at or (now if task.is_live and action.is_open else None)
        return 0 if due_on is None or until is None else max(0, days_over(due_on, until, days))

    return SignForReport(
        items=[
            SignForLine(
                **{name: getattr(task, name) for name in _TOLD},
                task_id=task.id,
                agency=task.letter.agency,
                sign_late_days=late(task.sign_due_on, task.signed_at or task.accepted_at or task.reported_at, task),
                feedback_late_days=late(task.feedback_due_on, task.reported_at, task),
            )
            for task in action.tasks
        ]
    )


def list_joint_actions(q: ListJointActions, by: Actor, connection: Connection) -> Page[JointActionRow]:
    where = [visible(joint_action, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.case_id is not None:
        where.append(_c.case_id == q.case_id)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
