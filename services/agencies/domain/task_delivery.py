"""How a task reached its agency: an aggregate beside the task, so that its proof never makes an If-Match stale."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.contracts.agencies import TaskDeliveredV1, TaskDeliveryExhaustedV1, TaskDeliveryResumedV1
from shared.contracts.base import Event
from shared.contracts.codes import Agency, DeliveryState


@dataclass
class TaskDelivery:
    """state: as told so far; a delivery given up is still delivered when the agency gets the task another way."""

    TYPE: ClassVar[str] = "delivery"

    id: UUID
    task_id: UUID
    action_id: UUID
    case_id: UUID
    agency: Agency
    jurisdiction: str
    version: int = 0
    state: DeliveryState = DeliveryState.PENDING

    def deliver(self, channel: str, now: datetime) -> list[Event]:
        """The agency has the task. channel: the protocol, or how it was signed for."""
        return [
            TaskDeliveredV1(
                at=now,
                task_id=self.task_id,
                action_id=self.action_id,
                case_id=self.case_id,
                agency=self.agency,
                channel=channel,
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
            )
        ]

    def resume(self, now: datetime) -> list[Event]:
        """A person has it tried again."""
        return [
            TaskDeliveryResumedV1(
                at=now, task_id=self.task_id, action_id=self.action_id, case_id=self.case_id, agency=self.agency
            )
        ]

    def apply(self, event: Any) -> None:
        match event:
            case TaskDeliveredV1():
                self.state = DeliveryState.DELIVERED
            case TaskDeliveryExhaustedV1():
                self.state = DeliveryState.EXHAUSTED
            case TaskDeliveryResumedV1():
                self.state = DeliveryState.PENDING
            case _:
                raise TypeError(f"{type(event).__name__} is no event of a delivery")
