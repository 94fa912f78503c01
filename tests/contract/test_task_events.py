"""The events of a task's hand-over as they were published: golden JSON, which a consumer may read for ever.

To add an event: run with TIANWEI_WRITE_GOLDEN=1 and look at what was written. A file that is there never changes.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.agencies.domain.attachments import Attachment
from services.agencies.domain.task import Task
from services.agencies.domain.task_delivery import TaskDelivery
from shared.aggregate import replay
from shared.contracts import agencies
from shared.contracts.agencies import AgenciesEvent
from shared.contracts.base import Event
from shared.contracts.codes import Agency, ReturnReason, TaskMessageKind
from tests.unit.services.agencies.builders import ANSWER_BY, NOW, order, result

_GOLDEN = Path(__file__).with_name("golden")
_TASK = UUID("0190a000-0000-7000-8000-000000000001")
_ACTION, _CASE = UUID("0190a000-0000-7000-8000-000000000002"), UUID("0190a000-0000-7000-8000-000000000003")
_ATTACHMENT = Attachment("鉴定意见书.pdf", "a" * 64, "b" * 64, 52413, "application/pdf")
_LATER = datetime(2026, 3, 20, 8, 0, tzinfo=UTC)


def _story() -> Iterator[Event]:
    """A task on every way it can go, and the delivery of its letter and of a message."""
    for steps in (
        ["deliver", "sign", "accept", "start", "report", "hand-in", "return", "report", "complete"],
        ["deliver", "decline"],
        ["expire"],
        ["sign", "withdraw"],
    ):
        task = Task(_TASK)
        offered = task.issue(order(Agency.AGRICULTURE, action_id=_ACTION, case_id=_CASE), "polled_mailbox", NOW)
        replay(task, offered)
        yield from offered
        for step in steps:
            told = _step(task, step)
            replay(task, told)
            yield from told
    delivery = TaskDelivery(_TASK, _TASK, _ACTION, _CASE, Agency.AGRICULTURE, "640521101201")
    delivery.message = TaskMessageKind.WITHDRAWN
    yield from delivery.exhaust("503", NOW)
    yield from delivery.resume(NOW)
    yield from delivery.deliver("signed_webhook", NOW)


def _step(task: Task, step: str) -> list[Event]:
    match step:
        case "deliver":
            return task.deliver("polled_mailbox", NOW)
        case "sign":
            return task.sign("王五", "system", NOW)
        case "accept":
            return task.accept("赵六", "0955-1234567", NOW)
        case "decline":
            return task.decline(ReturnReason.NOT_OUR_DUTY, "不属职责", NOW, Agency.NATURAL_RESOURCES)
        case "start":
            return task.start(NOW)
        case "report":
            return task.report(result(Agency.AGRICULTURE), NOW)
        case "hand-in":
            return task.hand_in("report.1", "report", [_ATTACHMENT], NOW)
        case "return":
            return task.return_(["毁坏面积与勘测面积不一致"], NOW)
        case "complete":
            return task.complete(NOW)
        case "withdraw":
            return task.withdraw("当事人已自行拆除", NOW)
        case _:
            return task.expire(max(_LATER, ANSWER_BY))


_EVENTS = {event.type.split(".")[2]: event for event in _story()}


def test_every_event_of_a_task_is_told_in_the_story() -> None:
    known = {one for one in vars(agencies).values() if isinstance(one, type) and issubclass(one, AgenciesEvent)}
    assert {one.type.split(".")[2] for one in known if one.type} == set(_EVENTS)


@pytest.mark.parametrize("name", sorted(_EVENTS))
def test_an_event_is_as_it_was_published(name: str) -> None:
    event, file = _EVENTS[name], _GOLDEN / f"{name}.v1.json"
    told = json.loads(event.model_dump_json())
    if os.environ.get("TIANWEI_WRITE_GOLDEN") and not file.exists():
        file.write_text(json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    golden = json.loads(file.read_text(encoding="utf-8"))
    assert told == golden
    assert type(event).model_validate(golden) == event
