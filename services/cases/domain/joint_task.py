"""One agency's task in a joint action, as the coordinator pictures it; the task itself lives in agencies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.action_steps import ActionSteps
from shared.contracts.codes import ActionForm, Agency, JointActionState, ReturnReason, TaskState
from shared.contracts.hand_over import ANSWERED, COME_BACK, TaskHolder, holder_of
from shared.contracts.joint_action_events import ConvenedTask
from shared.contracts.joint_actions import JointTaskView, TaskLetter
from shared.contracts.parts import DocumentRef

_S = TaskState

# States that a task may still come to; a fact that would take it back or repeat itself was known already.
_AFTER_ACCEPTING = frozenset({_S.IN_PROGRESS, _S.REPORTED, _S.RETURNED, _S.DONE, _S.WITHDRAWN})
_AFTER_SIGNING = _AFTER_ACCEPTING | {_S.ACCEPTED, _S.DECLINED, _S.EXPIRED}
_NEXT: Mapping[TaskState, frozenset[TaskState]] = {
    _S.OFFERED: _AFTER_SIGNING | {_S.DELIVERED, _S.SIGNED},
    _S.DELIVERED: _AFTER_SIGNING | {_S.SIGNED},
    _S.SIGNED: _AFTER_SIGNING,
    _S.ACCEPTED: _AFTER_ACCEPTING,
    _S.IN_PROGRESS: _AFTER_ACCEPTING - {_S.IN_PROGRESS},
    _S.REPORTED: frozenset({_S.RETURNED, _S.DONE}),
    _S.RETURNED: frozenset({_S.REPORTED, _S.DONE, _S.WITHDRAWN}),
    _S.DECLINED: frozenset(),
    _S.EXPIRED: frozenset(),
    # Called off here while the agency reported there: what it did is kept.
    _S.WITHDRAWN: frozenset({_S.REPORTED, _S.DONE}),
    _S.DONE: frozenset(),
}
# When it came to a state of which JointActionTaskMovedV1 tells.
MOVED_AT: Mapping[TaskState, str] = {
    _S.DELIVERED: "delivered_at",
    _S.IN_PROGRESS: "started_at",
    _S.EXPIRED: "expired_at",
    _S.RETURNED: "returned_at",
    _S.DONE: "done_at",
    _S.WITHDRAWN: "withdrawn_at",
}


@dataclass(kw_only=True)
class Task:
    """reports: how often the agency has reported. delivery_error: why its letter could not be delivered."""

    id: UUID
    letter: TaskLetter
    sign_due_on: date | None = None
    feedback_due_on: date | None = None
    answer_by: datetime | None = None
    state: TaskState = TaskState.OFFERED
    delivered_at: datetime | None = None
    delivery_error: str | None = None
    signed_at: datetime | None = None
    signed_by: str | None = None
    sign_channel: str | None = None
    receipt: DocumentRef | None = None
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    return_reason: ReturnReason | None = None
    decline_reason: str | None = None
    proposed_agency: Agency | None = None
    started_at: datetime | None = None
    expired_at: datetime | None = None
    withdrawn_at: datetime | None = None
    reported_at: datetime | None = None
    reports: int = 0
    returned_at: datetime | None = None
    done_at: datetime | None = None
    result: dict[str, Any] | None = None
    replaced_by: UUID | None = None

    @classmethod
    def convened(cls, told: ConvenedTask) -> "Task":
        return cls(
            id=told.task_id,
            letter=told.letter,
            sign_due_on=told.sign_due_on,
            feedback_due_on=told.feedback_due_on,
            answer_by=told.answer_by,
        )

    @property
    def holder(self) -> TaskHolder:
        return holder_of(self.state)

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None or self.accepted_at is not None or self.reported_at is not None

    @property
    def is_live(self) -> bool:
        """Whether it counts: not given anew, not withdrawn."""
        return self.replaced_by is None and self.state is not TaskState.WITHDRAWN

    @property
    def names_contact_since(self) -> datetime | None:
        """When it was signed for, of a task for which no contact is named yet: accepting names one (J03)."""
        return self.signed_at if self.state is TaskState.SIGNED else None

    @property
    def has_come_back(self) -> bool:
        """Whether it waits for the coordinator to give it anew or do without."""
        return self.is_live and self.state in COME_BACK

    @property
    def may_be_given_anew(self) -> bool:
        return self.replaced_by is None and self.state in COME_BACK | {TaskState.WITHDRAWN}

    def is_before(self, state: TaskState) -> bool:
        """Whether a fact that brings the task to this state is news."""
        return state in _NEXT[self.state]

    def view(self) -> JointTaskView:
        return JointTaskView(
            task_id=self.id,
            agency=self.letter.agency,
            matter=self.letter.matter,
            legal_basis=self.letter.legal_basis,
            output=self.letter.output,
            state=self.state,
            holder=self.holder,
            sign_due_on=self.sign_due_on,
            answer_by=self.answer_by,
            delivered_at=self.delivered_at,
            delivery_error=self.delivery_error,
            feedback_due_on=self.feedback_due_on,
            signed_at=self.signed_at,
            signed_by=self.signed_by,
            sign_channel=self.sign_channel,
            receipt=self.receipt,
            accepted_at=self.accepted_at,
            declined_at=self.declined_at,
            return_reason=self.return_reason,
            decline_reason=self.decline_reason,
            proposed_agency=self.proposed_agency,
            started_at=self.started_at,
            expired_at=self.expired_at,
            withdrawn_at=self.withdrawn_at,
            reported_at=self.reported_at,
            reports=self.reports,
            returned_at=self.returned_at,
            done_at=self.done_at,
            result=self.result,
            replaced_by=self.replaced_by,
        )


def live(tasks: Sequence[Task]) -> list[Task]:
    """Those that count."""
    return [task for task in tasks if task.is_live]


def unanswered(tasks: Sequence[Task]) -> list[Task]:
    """Those that count and have no accepted or waiting report."""
    return [task for task in live(tasks) if task.state not in ANSWERED]


def standing(tasks: Sequence[Task], form: ActionForm, steps: ActionSteps) -> JointActionState:
    """The state of an open action as its steps and live tasks have it; what came back waits for the coordinator.

    Of an action on site feedback counts only after it; a report from before is kept, and counts as signed.
    """
    counted = live(tasks)
    on_site = form is not ActionForm.CONSULTATION
    if on_site and steps.acting is not None and steps.on_site is None:
        return JointActionState.ACTING
    if any(task.reports for task in counted) and (steps.on_site is not None or not on_site):
        return JointActionState.FEEDBACK_PARTIAL
    if steps.on_site is not None:
        return JointActionState.ACTED
    if steps.meeting is not None:
        return JointActionState.MET
    signed = [task.is_signed for task in counted]
    if signed and all(signed):
        return JointActionState.ALL_SIGNED
    return JointActionState.PARTLY_SIGNED if any(signed) else JointActionState.NOTIFIED
