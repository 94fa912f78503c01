"""The transition table of a task, walked completely, and its replay."""

from collections.abc import Callable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.agencies.domain.errors import TaskTransitionNotAllowed
from services.agencies.domain.task import TABLE, Task
from shared.aggregate import replay
from shared.contracts.base import Event
from shared.contracts.codes import Agency, ReturnReason, TaskState
from tests.unit.services.agencies.builders import NOW, issued_event, issued_task, result

VERBS: dict[str, Callable[[Task], list[Event]]] = {
    "sign": lambda task: task.sign("王五", "system", NOW),
    "accept": lambda task: task.accept("王五", "0955-1234567", NOW),
    "decline": lambda task: task.decline(ReturnReason.NOT_OUR_DUTY, "不属职责", NOW),
    "report": lambda task: task.report(result(task.agency), NOW),
    "withdraw": lambda task: task.withdraw("行动取消", NOW),
}
PATHS: dict[TaskState, tuple[str, ...]] = {
    TaskState.ISSUED: (),
    TaskState.SIGNED: ("sign",),
    TaskState.ACCEPTED: ("sign", "accept"),
    TaskState.DECLINED: ("decline",),
    TaskState.REPORTED: ("sign", "accept", "report"),
    TaskState.WITHDRAWN: ("withdraw",),
}
ALLOWED = {
    (TaskState.ISSUED, "sign"): TaskState.SIGNED,
    (TaskState.ISSUED, "decline"): TaskState.DECLINED,
    (TaskState.ISSUED, "withdraw"): TaskState.WITHDRAWN,
    (TaskState.SIGNED, "accept"): TaskState.ACCEPTED,
    (TaskState.SIGNED, "decline"): TaskState.DECLINED,
    (TaskState.SIGNED, "withdraw"): TaskState.WITHDRAWN,
    (TaskState.ACCEPTED, "report"): TaskState.REPORTED,
    (TaskState.ACCEPTED, "withdraw"): TaskState.WITHDRAWN,
}


def task_in(state: TaskState) -> Task:
    task = issued_task()
    for verb in PATHS[state]:
        replay(task, VERBS[verb](task))
    return task


def test_every_command_of_the_table_is_walked() -> None:
    assert set(TABLE) == set(VERBS)
    assert set(PATHS) == set(TaskState)


@pytest.mark.parametrize("state", list(TaskState))
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_command_moves_a_task_only_as_the_table_says(state: TaskState, verb: str) -> None:
    task = task_in(state)
    if (state, verb) in ALLOWED:
        replay(task, VERBS[verb](task))
        assert task.state is ALLOWED[state, verb]
        return
    with pytest.raises(TaskTransitionNotAllowed) as refused:
        VERBS[verb](task)
    assert refused.value.code == "agencies.task-transition-not-allowed"
    assert refused.value.facts == {"law": "RULES 4.3", "verb": verb, "state": state.value}
    assert task.state is state


def test_an_event_of_something_else_is_refused() -> None:
    with pytest.raises(TypeError):
        issued_task().apply(object())


class TaskReplay(RuleBasedStateMachine):
    """Random commands: whatever was told gives the same task again, and nothing else changes it."""

    def __init__(self) -> None:
        super().__init__()
        first = issued_event(Agency.AGRICULTURE)
        self.told: list[Event] = [first]
        self.task = Task(first.task_id)
        replay(self.task, self.told)

    @rule(verb=st.sampled_from(sorted(VERBS)))
    def command(self, verb: str) -> None:
        before = self.task.state
        try:
            events = VERBS[verb](self.task)
        except TaskTransitionNotAllowed:
            assert (before, verb) not in ALLOWED
            return
        assert (before, verb) in ALLOWED
        replay(self.task, events)
        self.told += events

    @invariant()
    def replaying_all_events_gives_the_same_task(self) -> None:
        again = Task(self.task.id)
        stored = [type(event).model_validate_json(event.model_dump_json()) for event in self.told]
        replay(again, stored)
        assert again == self.task
        assert again.version == len(self.told)


TestTaskReplay = TaskReplay.TestCase
TestTaskReplay.settings = settings(max_examples=40, stateful_step_count=8, deadline=None)
