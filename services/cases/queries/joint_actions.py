"""Joint actions, as the coordinator reads them."""

from datetime import date, datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.storage.calendars import calendar
from services.cases.storage.repository import JointActionStore
from services.cases.storage.scope import visible
from services.cases.storage.tables import joint_action
from shared.clock import local_day
from shared.contracts.base import Page
from shared.contracts.joint_actions import (
    GetJointAction,
    JointActionRow,
    JointActionView,
    JointTaskView,
    ListJointActions,
)
from shared.paging import Listing, page
from shared.principal import Actor
from shared.workdays import WorkDays

_STORE = JointActionStore()
_c = joint_action.c
_ROWS = TypeAdapter(list[JointActionRow])
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
    """With how late each agency was, by the working calendar: the report on signing and feedback (domain.md 4.4)."""
    view = _STORE.get_seen(connection, by, q.id).view()
    days = calendar(connection, overlay=False)
    return view.model_copy(update={"tasks": [_timed(task, days) for task in view.tasks]})


def _timed(task: JointTaskView, days: WorkDays) -> JointTaskView:
    done_at = (task.signed_at, task.accepted_at, task.reported_at)
    late = {
        "sign_late_days": _late(task.sign_due_on, next((at for at in done_at if at is not None), None), days),
        "feedback_late_days": _late(task.feedback_due_on, task.reported_at, days),
    }
    return task.model_copy(update=late)


def _late(due_on: date | None, done_at: datetime | None, days: WorkDays) -> int | None:
    """Working days, at least one of what is late at all."""
    if due_on is None or done_at is None:
        return None
    done_on = local_day(done_at)
    return max(days.guess().workdays_between(due_on, done_on), 1) if done_on > due_on else 0


def list_joint_actions(q: ListJointActions, by: Actor, connection: Connection) -> Page[JointActionRow]:
    where = [visible(joint_action, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.case_id is not None:
        where.append(_c.case_id == q.case_id)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
