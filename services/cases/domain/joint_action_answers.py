"""What the agencies do with the tasks of a joint action, as agencies tells it (domain.md 4.3, 4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.cases.domain.joint_action_steps import SiteSteps
from services.cases.domain.joint_action_table import (
    COME_BACK_CLOCK,
    OPEN_STATES,
    TABLE,
    TaskUnknown,
)
from services.cases.domain.joint_task import MOVED_AT, Task, standing
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import ALL_CLOCKS
from shared.contracts.codes import Agency, JointActionState, ReturnReason, TaskState
from shared.contracts.joint_action_events import (
    JointActionEvent,
    JointActionTaskAcceptedV1,
    JointActionTaskDeclinedV1,
    JointActionTaskEvent,
    JointActionTaskMovedV1,
    JointActionTaskReportedV1,
    JointActionTaskSignedV1,
    JointActionTaskUndeliveredV1,
)
from shared.contracts.parts import DocumentRef


@dataclass(kw_only=True)
class TaskAnswers(SiteSteps):
    """The site steps, and what comes back from the agencies; what was known already tells nothing."""

    @property
    def is_open(self) -> bool:
        return self.state in (*OPEN_STATES, JointActionState.POSTPONED)

    def task_signed(
        self,
        task_id: UUID,
        signed_by: str,
        moment: Moment,
        channel: str | None = None,
        receipt: DocumentRef | None = None,
    ) -> list[JointActionEvent]:
        task = self._advancing(task_id, TaskState.SIGNED)
        if task is None:
            return []
        return self._taken(
            "task-signed",
            task,
            moment,
            JointActionTaskSignedV1,
            {"state": TaskState.SIGNED, "signed_at": moment.now},
            signed_by=signed_by,
            channel=channel,
            receipt=receipt,
        )

    def task_accepted(self, task_id: UUID, moment: Moment) -> list[JointActionEvent]:
        task = self._advancing(task_id, TaskState.ACCEPTED)
        if task is None:
            return []
        changes = {"state": TaskState.ACCEPTED, "accepted_at": moment.now}
        return self._taken("task-accepted", task, moment, JointActionTaskAcceptedV1, changes)

    def task_declined(
        self,
        task_id: UUID,
        return_reason: ReturnReason,
        reason: str,
        moment: Moment,
        proposed_agency: Agency | None = None,
    ) -> list[JointActionEvent]:
        task = self._advancing(task_id, TaskState.DECLINED)
        if task is None:
            return []
        return self._taken(
            "task-declined",
            task,
            moment,
            JointActionTaskDeclinedV1,
            {"state": TaskState.DECLINED},
            reason,
            return_reason=return_reason,
            proposed_agency=proposed_agency,
        )

    def task_reported(self, task_id: UUID, result: dict[str, Any], moment: Moment) -> list[JointActionEvent]:
        """Closes the action when its join policy is met by this report."""
        task = self._advancing(task_id, TaskState.REPORTED)
        if task is None:
            return []
        changes = {"state": TaskState.REPORTED, "reported_at": moment.now, "reports": task.reports + 1}
        return self._taken("task-reported", task, moment, JointActionTaskReportedV1, changes, result=result)

    def task_moved(
        self, task_id: UUID, state: TaskState, moment: Moment, reason: str | None = None
    ) -> list[JointActionEvent]:
        """Delivered, in progress, expired, returned, done, withdrawn: what has no event of its own."""
        task = self._advancing(task_id, state)
        if task is None:
            return []
        changes = {"state": state, MOVED_AT[state]: moment.now}
        return self._taken("task-moved", task, moment, JointActionTaskMovedV1, changes, reason, task_state=state)

    def task_undelivered(self, task_id: UUID, error: str | None, moment: Moment) -> list[JointActionEvent]:
        """error: None, when it is tried again."""
        task = self.task(task_id)
        if task is None:
            raise TaskUnknown(task_id)
        if task.state is not TaskState.OFFERED or task.delivery_error == error:
            return []
        changes = {"delivery_error": error}
        return self._taken("task-moved", task, moment, JointActionTaskUndeliveredV1, changes, error=error)

    def _place(self, tasks: Sequence[Task]) -> JointActionState:
        return standing(tasks, self.form, self.steps)

    def task(self, task_id: UUID) -> Task | None:
        return next((task for task in self.tasks if task.id == task_id), None)

    def _advancing(self, task_id: UUID, to: TaskState) -> Task | None:
        """The task, if the fact is news. Raises TaskUnknown."""
        task = self.task(task_id)
        if task is None:
            raise TaskUnknown(task_id)
        return task if task.is_before(to) else None

    def _taken(
        self,
        verb: str,
        task: Task,
        moment: Moment,
        event: type[JointActionTaskEvent],
        changes: dict[str, Any],
        reason: str | None = None,
        **facts: Any,
    ) -> list[JointActionEvent]:
        """The event of a fact about a task, with the state and clocks that the tasks come to by it, and the closing."""
        changed = replace(task, **changes)
        tasks = [changed if other is task else other for other in self.tasks]
        to = self._place(tasks) if self.state in OPEN_STATES else self.state
        row = self.settling(TABLE.permit(self.state, verb, moment.by, outcome=str(to)), tasks)
        clock = COME_BACK_CLOCK[self.urgent]
        wanted = self.state in OPEN_STATES and any(one.has_come_back for one in tasks) and not self.is_running(clock)
        starts = [moment.deadlines.start(clock, moment.now)] if wanted else []
        if row.stops != ALL_CLOCKS and self.is_open:
            row, contact = self.naming(row, tasks, moment)
            starts += contact
        told = event(
            task_id=task.id,
            agency=task.letter.agency,
            **facts,
            **self.told(row, moment, reason=reason, starts=starts),
        )
        return [told, *self.completing(self.join, tasks, moment, row.to)]
