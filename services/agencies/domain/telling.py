"""What every protocol says of a task to its agency: the data beside the letter, and of each message after it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.contracts.agencies import TaskIssuedV1


def letter_data(order: TaskIssuedV1, public_url: str) -> dict[str, Any]:
    """Of the task letter. public_url: of the gateway; empty gives a path."""
    return {
        "task_id": str(order.task_id),
        "action_no": order.action_no,
        "link": link(order.task_id, public_url),
    }


def message_data(
    message_id: UUID, task_id: UUID, task_version: int, action_no: str, facts: Mapping[str, Any], public_url: str
) -> dict[str, Any]:
    """Of a message about a task. facts: reason, points: as the kind has them."""
    return {
        "message_id": str(message_id),
        "task_id": str(task_id),
        "task_version": task_version,
        "action_no": action_no,
        "link": link(task_id, public_url),
        **facts,
    }


def link(task_id: UUID, public_url: str) -> str:
    """Where the task is read."""
    return f"{public_url.rstrip('/')}/api/v1/tasks/{task_id}"
