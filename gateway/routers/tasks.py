"""Tasks: an agency's mailbox, and what it does with a task."""

import asyncio
import inspect
import time
from typing import Annotated, Any

from fastapi import Query
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import Gone, ParameterInvalid
from gateway.forwarding import Api, Asked, QueryRoute, asked, json_answer
from gateway.reading import record_reading
from gateway.shaping import NAMES, Expansion, shape_of
from shared.contracts.agencies import (
    TASK_COMMANDS,
    CompleteTask,
    EnterReceipt,
    GetTask,
    ListTaskMessages,
    ListTasks,
    ReadTasks,
    ReturnTask,
    TaskMessageView,
    TaskRow,
    TaskView,
    WithdrawTask,
)
from shared.contracts.base import Command, Page
from shared.contracts.cases import CaseView, GetCase
from shared.contracts.codes import Role
from shared.contracts.joint_actions import GetJointAction, JointActionView

_TAG = "tasks"
# Who is shown tasks as theirs: to have seen one is the proof of its delivery.
_AGENCY = (Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM, Role.TOWNSHIP_OFFICER)
_COUNTY: tuple[type[Command], ...] = (EnterReceipt, ReturnTask, CompleteTask, WithdrawTask)
MOST_WAIT_S = 25
_AGAIN_S = 1.0
_LIST = QueryRoute("agencies", ListTasks, "/tasks", Page[TaskRow])
_BELONGS_TO = (
    Expansion("action", "cases", GetJointAction, JointActionView, lambda task: {"id": task["action_id"]}),
    Expansion("case", "cases", GetCase, CaseView, lambda task: {"id": task["case_id"]}),
)


def add_to(api: Api) -> None:
    wait = inspect.Parameter(
        "wait",
        inspect.Parameter.KEYWORD_ONLY,
        default=0,
        annotation=Annotated[
            int,
            Query(ge=0, le=MOST_WAIT_S, description="seconds to wait for a first task above `after` (long poll)"),
        ],
    )
    api.add(
        "/tasks",
        mailbox,
        method="GET",
        tag=_TAG,
        name="task-list",
        about=ListTasks.__doc__,
        view=Page[TaskRow],
        status=200,
        parameters=[*_LIST.shaped(), wait],
    )
    api.query(
        QueryRoute("agencies", GetTask, "/tasks/{id}", TaskView, single=True, after=_shown_one, expansions=_BELONGS_TO),
        _TAG,
    )
    messages = QueryRoute("agencies", ListTaskMessages, "/task-messages", Page[TaskMessageView], after=_shown_messages)
    api.query(messages, _TAG)
    # What an agency says of its own task is its own to say: the state of the task refuses what comes too late, and a
    # repetition is known by its key. The county changes a task that an agency is at work on, and must know its state.
    api.commands("agencies", [c for c in TASK_COMMANDS if c not in _COUNTY], "/tasks", TaskView, _TAG, guarded=False)
    api.commands("agencies", _COUNTY, "/tasks", TaskView, _TAG)


async def mailbox(request: Request) -> Response:
    """A page of tasks; with `wait`, as soon as there is one. Ends early when the client leaves."""
    call = await asked(request)
    shape = shape_of(request.query_params, _LIST.view)
    body = _LIST.read(request, ignoring=NAMES | {"wait"})
    until = time.monotonic() + _wait(request)
    while True:
        page = await call.query("agencies", ListTasks, body)
        left = until - time.monotonic()
        if page["items"] or left <= 0:
            told, task = await shape.of(call, page, shown_list(call, page))
            return json_answer(told, task=task, media_type=shape.media_type)
        await asyncio.sleep(min(_AGAIN_S, left))
        if await request.is_disconnected():
            raise Gone


def _wait(request: Request) -> int:
    given = request.query_params.get("wait", "0")
    if not (given.isascii() and given.isdigit() and int(given) <= MOST_WAIT_S):
        raise ParameterInvalid("wait", f" 0 至 {MOST_WAIT_S} 的整数（秒）")
    return int(given)


def tasks_of(object_: str) -> Expansion:
    """The tasks of a case or of a joint action. object_: the filter that names it.

    An agency that is shown its tasks this way has them, as if it had asked for its mailbox.
    """
    return Expansion(
        "tasks", "agencies", ListTasks, Page[TaskRow], lambda found: {object_: found["id"]}, after=shown_list
    )


def shown_list(call: Asked, page: Any) -> BackgroundTask | None:
    return _shown(call, page["items"])


def _shown(call: Asked, tasks: list[Any]) -> BackgroundTask | None:
    if not call.caller.actor.has(*_AGENCY):
        return None
    fresh = [task["id"] for task in tasks if task["delivered_at"] is None]
    return BackgroundTask(record_reading, call, "agencies", ReadTasks(task_ids=fresh)) if fresh else None


def _shown_messages(call: Asked, shown: Any) -> BackgroundTask | None:
    if not call.caller.actor.has(*_AGENCY):
        return None
    fresh = [message["id"] for message in shown["items"] if message["delivered_at"] is None]
    return BackgroundTask(record_reading, call, "agencies", ReadTasks(message_ids=fresh)) if fresh else None


def _shown_one(call: Asked, task: Any) -> BackgroundTask | None:
    return _shown(call, [task])
