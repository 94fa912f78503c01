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
from shared.contracts.agencies import (
    TASK_COMMANDS,
    GetTask,
    ListTaskMessages,
    ListTasks,
    ReadTasks,
    TaskMessageView,
    TaskRow,
    TaskView,
)
from shared.contracts.base import Page
from shared.contracts.codes import Role

_TAG = "tasks"
# Who is shown tasks as theirs: to have seen one is the proof of its delivery.
_AGENCY = (Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM, Role.TOWNSHIP_OFFICER)
MOST_WAIT_S = 25
_AGAIN_S = 1.0
_LIST = QueryRoute("agencies", ListTasks, "/tasks", Page[TaskRow])


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
        parameters=[*_LIST.parameters(), wait],
    )
    api.query(QueryRoute("agencies", GetTask, "/tasks/{id}", TaskView, single=True, after=_shown_one), _TAG)
    messages = QueryRoute("agencies", ListTaskMessages, "/task-messages", Page[TaskMessageView], after=_shown_messages)
    api.query(messages, _TAG)
    api.commands("agencies", TASK_COMMANDS, "/tasks", TaskView, _TAG)


async def mailbox(request: Request) -> Response:
    """A page of tasks; with `wait`, as soon as there is one. Ends early when the client leaves."""
    call = await asked(request)
    body = _LIST.read(request, ignoring=frozenset({"wait"}))
    until = time.monotonic() + _wait(request)
    while True:
        page = await call.query("agencies", ListTasks, body)
        left = until - time.monotonic()
        if page["items"] or left <= 0:
            return json_answer(page, task=_shown(call, page["items"]))
        await asyncio.sleep(min(_AGAIN_S, left))
        if await request.is_disconnected():
            raise Gone


def _wait(request: Request) -> int:
    given = request.query_params.get("wait", "0")
    if not (given.isascii() and given.isdigit() and int(given) <= MOST_WAIT_S):
        raise ParameterInvalid("wait", f" 0 至 {MOST_WAIT_S} 的整数（秒）")
    return int(given)


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
