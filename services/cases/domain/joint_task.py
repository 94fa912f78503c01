"""One agency's task in a joint action, as the coordinator pictures it; the task itself lives in agencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.cases_events import ConvenedTask
from shared.contracts.codes import JointActionState, ReturnReason, TaskState
from shared.contracts.joint_actions import JointTaskView, TaskLetter

# How far a task is; a fact that would take it back or repeat itself was known already.
_PROGRESS = {
    TaskState.ISSUED: 0,
    TaskState.SIGNED: 1,
    TaskState.ACCEPTED: 2,
    TaskState.DECLINED: 3,
    TaskState.REPORTED: 3,
    TaskState.WITHDRAWN: 3,
}


@dataclass(kw_only=True)
class Task:
    id: UUID
    letter: TaskLetter
    sign_due_on: date | None = None
    feedback_due_on: date | None = None
    state: TaskState = TaskState.ISSUED
    signed_at: datetime | None = None
    signed_by: str | None = None
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    return_reason: ReturnReason | None = None
    decline_reason: str | None = None
    reported_at: datetime | None = None
    result: dict[str, Any] | None = None
    replaced_by: UUID | None = None

    @classmethod
    def convened(cls, told: ConvenedTask) -> "Task":
        return cls(
            id=told.task_id,
            letter=told.letter,
            sign_due_on=told.sign_due_on,
            feedback_due_on=told.feedback_due_on,
        )

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None or self.accepted_at is not None or self.reported_at is not None

    def is_before(self, state: TaskState) -> bool:
        """Whether a fact that brings the task to this state is news."""
        return _PROGRESS[self.state] < _PROGRESS[state]

    def view(self) -> JointTaskView:
        return JointTaskView(
            task_id=self.id,
            agency=self.letter.agency,
            matter=self.letter.matter,
            legal_basis=self.letter.legal_basis,
            output=self.letter.output,
            state=self.state,
            sign_due_on=self.sign_due_on,
            feedback_due_on=self.feedback_due_on,
            signed_at=self.signed_at,
            signed_by=self.signed_by,
            accepted_at=self.accepted_at,
            declined_at=self.declined_at,
            return_reason=self.return_reason,
            decline_reason=self.decline_reason,
            reported_at=self.reported_at,
            result=self.result,
            replaced_by=self.replaced_by,
        )


def standing(tasks: Sequence[Task]) -> JointActionState:
    """The state of an open action as its live tasks have it; a declined task waits for the coordinator unsigned."""
    live = [task for task in tasks if task.replaced_by is None]
    if any(task.state is TaskState.REPORTED for task in live):
        return JointActionState.FEEDBACK_PARTIAL
    signed = [task.is_signed for task in live]
    if all(signed):
        return JointActionState.ALL_SIGNED
    return JointActionState.PARTLY_SIGNED if any(signed) else JointActionState.NOTIFIED
