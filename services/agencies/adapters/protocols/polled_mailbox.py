"""Fetched by the agency: its system polls task.list with `after`, its officers open the console inbox."""

from typing import Any
from uuid import UUID

from shared.contracts.agencies import TaskIssuedV1

NAME = "polled_mailbox"


class PolledMailbox:
    name = NAME
    pushes = False

    def body(self, task_id: UUID, order: TaskIssuedV1, form: dict[str, Any]) -> bytes | None:  # noqa: ARG002
        return None
