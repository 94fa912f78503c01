"""The transition table of a task, walked completely, and its replay."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.agencies.domain.answers import AnswerWrong
from services.agencies.domain.attachments import Attachment
from services.agencies.domain.errors import TaskTransitionNotAllowed
from services.agencies.domain.task import Task
from services.agencies.domain.task_table import TABLE
from shared.aggregate import replay
from shared.contracts.agencies import TaskAttachmentHandedInV1
from shared.contracts.base import Event
from shared.contracts.codes import Agency, DocumentKind, ReturnReason, TaskState
from shared.contracts.hand_over import ANSWERED, COME_BACK, OPEN, PENDING, TASK_HOLDERS, TaskHolder, holder_of
from shared.contracts.parts import DocumentRef
from shared.contracts.task_results import DemolitionRecord
from tests.unit.services.agencies.builders import ANSWER_BY, NOW, issued_event, issued_task, result

RECEIPT = DocumentRef(kind=DocumentKind.PAPER_RECEIPT, title="签收回执")
VERBS: dict[str, Callable[[Task], list[Event]]] = {
    "sign": lambda task: task.sign("王五", "system", NOW),
    "enter-receipt": lambda task: task.enter_receipt("王五", NOW, RECEIPT, NOW),
    "accept": lambda task: task.accept("王五", "0955-1234567", NOW),
    "decline": lambda task: task.decline(ReturnReason.NOT_OUR_DUTY, "不属职责", NOW),
    "start": lambda task: task.start(NOW),
    "report": lambda task: task.report(result(task.agency), NOW),
    "return": lambda task: task.return_(["面积不一致"], NOW),
    "complete": lambda task: task.complete(NOW),
    "withdraw": lambda task: task.withdraw("行动取消", NOW),
}
PATHS: dict[TaskState, tuple[str, ...]] = {
    TaskState.OFFERED: (),
    TaskState.DELIVERED: ("deliver",),
    TaskState.SIGNED: ("deliver", "sign"),
    TaskState.ACCEPTED: ("sign", "accept"),
    TaskState.IN_PROGRESS: ("sign", "accept", "start"),
    TaskState.DECLINED: ("decline",),
    TaskState.EXPIRED: ("deliver", "expire"),
    TaskState.REPORTED: ("sign", "accept", "report"),
    TaskState.RETURNED: ("sign", "accept", "report", "return"),
    TaskState.DONE: ("sign", "accept", "start", "report", "return", "report", "complete"),
    TaskState.WITHDRAWN: ("withdraw",),
}
# What nobody orders tells nothing when it comes too late, in place of a refusal.
FACTS: dict[str, Callable[[Task], list[Event]]] = {
    "deliver": lambda task: task.deliver("polled_mailbox", NOW),
    "expire": lambda task: task.expire(ANSWER_BY),
}
ALLOWED = {
    (TaskState.OFFERED, "deliver"): TaskState.DELIVERED,
    (TaskState.OFFERED, "sign"): TaskState.SIGNED,
    (TaskState.OFFERED, "enter-receipt"): TaskState.SIGNED,
    (TaskState.OFFERED, "decline"): TaskState.DECLINED,
    (TaskState.OFFERED, "withdraw"): TaskState.WITHDRAWN,
    (TaskState.OFFERED, "expire"): TaskState.EXPIRED,
    (TaskState.DELIVERED, "sign"): TaskState.SIGNED,
    (TaskState.DELIVERED, "enter-receipt"): TaskState.SIGNED,
    (TaskState.DELIVERED, "decline"): TaskState.DECLINED,
    (TaskState.DELIVERED, "withdraw"): TaskState.WITHDRAWN,
    (TaskState.DELIVERED, "expire"): TaskState.EXPIRED,
    (TaskState.SIGNED, "expire"): TaskState.EXPIRED,
    (TaskState.SIGNED, "accept"): TaskState.ACCEPTED,
    (TaskState.SIGNED, "decline"): TaskState.DECLINED,
    (TaskState.SIGNED, "withdraw"): TaskState.WITHDRAWN,
    (TaskState.ACCEPTED, "start"): TaskState.IN_PROGRESS,
    (TaskState.ACCEPTED, "report"): TaskState.REPORTED,
    (TaskState.IN_PROGRESS, "report"): TaskState.REPORTED,
    (TaskState.IN_PROGRESS, "withdraw"): TaskState.WITHDRAWN,
    (TaskState.REPORTED, "return"): TaskState.RETURNED,
    (TaskState.REPORTED, "complete"): TaskState.DONE,
    (TaskState.RETURNED, "report"): TaskState.REPORTED,
    (TaskState.RETURNED, "withdraw"): TaskState.WITHDRAWN,
    (TaskState.ACCEPTED, "withdraw"): TaskState.WITHDRAWN,
}


STEPS = {**VERBS, **FACTS}


def task_in(state: TaskState) -> Task:
    task = issued_task()
    for verb in PATHS[state]:
        replay(task, STEPS[verb](task))
    return task


def test_every_command_of_the_table_is_walked() -> None:
    assert set(TABLE) == set(STEPS)
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
    facts = refused.value.facts
    assert facts["law"] == "HOUSE.joint-action"
    assert (facts["verb"], facts["state"], facts["version"]) == (verb, state.value, task.version)
    assert facts["holder"] == holder_of(state).value
    assert set(facts["allowed"]) == {verb for at, verb in ALLOWED if at is state and verb in VERBS}
    assert task.state is state


@pytest.mark.parametrize("state", list(TaskState))
@pytest.mark.parametrize("verb", sorted(FACTS))
def test_a_fact_that_comes_too_late_tells_nothing(state: TaskState, verb: str) -> None:
    task = task_in(state)
    told = FACTS[verb](task)
    assert bool(told) == ((state, verb) in ALLOWED)
    replay(task, told)
    assert task.state is ALLOWED.get((state, verb), state)


def test_every_state_has_one_holder_and_what_is_open_or_back_is_sorted() -> None:
    assert set(TASK_HOLDERS) == set(TaskState)
    assert PENDING < OPEN
    assert not OPEN & (COME_BACK | ANSWERED)
    assert OPEN | COME_BACK | ANSWERED | {TaskState.WITHDRAWN} == set(TaskState)
    assert all(holder_of(state) is TaskHolder.COORDINATOR for state in set(TaskState) - OPEN)


def test_only_the_agency_that_has_it_acts_on_it() -> None:
    agencys = {verb for verb in TABLE if TABLE[verb].who == "agency"}
    for state, verb in ALLOWED:
        if verb in agencys and state is not TaskState.OFFERED:
            assert holder_of(state) is TaskHolder.AGENCY


def test_an_offer_ends_at_its_term_and_not_before() -> None:
    task = task_in(TaskState.SIGNED)
    assert task.expire(ANSWER_BY - timedelta(microseconds=1)) == []
    assert len(task.expire(ANSWER_BY)) == 1
    assert issued_task(answer_by=None).expire(ANSWER_BY) == []


def test_the_proof_of_delivery_leaves_the_version_that_is_decided_on() -> None:
    task = issued_task()
    replay(task, task.deliver("polled_mailbox", NOW))
    assert (task.version, task.decided_version) == (2, 1)
    replay(task, task.sign("王五", "system", NOW))
    assert (task.version, task.decided_version) == (3, 3)


def handed(name: str = "处置后-01.jpg", sha256: str = "b" * 64) -> Attachment:
    return Attachment(name, sha256, "c" * 64, 10, "image/jpeg")


def reported() -> Task:
    task = issued_task(Agency.COMPREHENSIVE_ENFORCEMENT)
    for told in (
        task.sign("王五", "package", NOW),
        lambda: task.accept("赵六", None, NOW),
        lambda: task.report(result(Agency.COMPREHENSIVE_ENFORCEMENT), NOW),
    ):
        replay(task, told() if callable(told) else told)
    return task


def test_a_file_that_came_with_a_step_changes_nothing_and_knows_its_photograph() -> None:
    task = reported()
    before = replace(task)
    (named, unnamed) = task.hand_in("1", "report", [handed(), handed("文书.jpg", "d" * 64)], NOW)
    assert isinstance(named, TaskAttachmentHandedInV1)
    assert named.photograph is not None
    assert named.photograph.stage == "after"
    assert isinstance(unnamed, TaskAttachmentHandedInV1)
    assert unnamed.photograph is None
    replay(task, [named, unnamed])
    assert task == replace(before, version=before.version + 2)
    # What another answer brings is no photograph of the report before it.
    (with_sign,) = task.hand_in("2", "sign", [handed()], NOW)
    assert isinstance(with_sign, TaskAttachmentHandedInV1)
    assert with_sign.photograph is None


def test_another_content_under_the_name_of_a_photograph_of_the_form_is_refused() -> None:
    told = result(Agency.COMPREHENSIVE_ENFORCEMENT)
    assert isinstance(told, DemolitionRecord)
    named = [one.model_copy(update={"file_name": f"{one.stage}.jpg"}) for one in told.photographs]
    task = reported()
    task.result = told.model_copy(update={"photographs": named})
    with pytest.raises(AnswerWrong) as caught:
        task.hand_in("1", "report", [handed("after.jpg", "d" * 64), handed("before.jpg", "a" * 64)], NOW)
    assert [(fault.field, fault.reason) for fault in caught.value.faults] == [
        ("attachments/after.jpg", "attachment-other-content")
    ]


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

    @rule(verb=st.sampled_from(sorted(STEPS)))
    def command(self, verb: str) -> None:
        before = self.task.state
        try:
            events = STEPS[verb](self.task)
        except TaskTransitionNotAllowed:
            assert (before, verb) not in ALLOWED
            return
        assert bool(events) == ((before, verb) in ALLOWED)
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
