"""How a task, or a message about it, travels to its agency: an aggregate beside the task."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.agencies import (
    TaskDeliveryExhaustedV1,
    TaskDeliveryResumedV1,
    TaskDeliveryWaitingV1,
    TaskMessageDeliveredV1,
)
from shared.contracts.base import Event
from shared.contracts.codes import Agency, DeliveryState, TaskMessageKind


@dataclass
class TaskDelivery:
    """state: as told so far; a delivery given up is still delivered when the agency gets it another way.

    message: what it tells of the task; None: it is the task letter itself, whose arrival the task tells.
    because: the event of cases that the message tells of, where there is one.
    """

    TYPE: ClassVar[str] = "delivery"

    id: UUID
    task_id: UUID
    action_id: UUID
    case_id: UUID
    agency: Agency
    jurisdiction: str
    version: int = 0
    state: DeliveryState = DeliveryState.PENDING
    message: TaskMessageKind | None = None
    because: UUID | None = None

    def deliver(self, channel: str, now: datetime) -> list[Event]:
        """The agency has the message. channel: the protocol. Nothing of a letter."""
        if self.message is None:
            return []
        return [
            TaskMessageDeliveredV1(
                at=now,
                task_id=self.task_id,
                action_id=self.action_id,
                case_id=self.case_id,
                agency=self.agency,
                channel=channel,
                message=self.message,
                because=self.because,
            )
        ]

    def exhaust(self, error: str, now: datetime) -> list[Event]:
        """All tries failed: a person must carry it."""
        return [
            TaskDeliveryExhaustedV1(
                at=now,
                task_id=self.task_id,
                action_id=self.action_id,
                case_id=self.case_id,
                agency=self.agency,
                error=error,
                message=self.message,
            )
        ]

    def wait(self, error: str, now: datetime) -> list[Event]:
        """The letter waits, and the agency cannot be reached. Nothing of a message: the task is with the agency."""
        if self.message is not None:
            return []
        return [
            TaskDeliveryWaitingV1(
                at=now,
                task_id=self.task_id,
                action_id=self.action_id,
                case_id=self.case_id,
                agency=self.agency,
                error=error[:500],
            )
        ]

    def resume(self, now: datetime) -> list[Event]:
        """A person has it tried again."""
        return [
            TaskDeliveryResumedV1(
                at=now,
                task_id=self.task_id,
                action_id=self.action_id,
                case_id=self.case_id,
                agency=self.agency,
                message=self.message,
            )
        ]

    def apply(self, event: Any) -> None:
        match event:
            case TaskMessageDeliveredV1():
                self.state = DeliveryState.DELIVERED
            case TaskDeliveryExhaustedV1():
                self.state = DeliveryState.EXHAUSTED
            case TaskDeliveryResumedV1():
                self.state = DeliveryState.PENDING
            case TaskDeliveryWaitingV1():
                return
            case _:
                raise TypeError(f"{type(event).__name__} is no event of a delivery")
