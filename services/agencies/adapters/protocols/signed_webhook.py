"""Pushed over HTTPS, signed as Standard Webhooks; carried by the sender process."""

from datetime import UTC
from typing import Any, Literal
from uuid import UUID

import orjson

from shared.contracts.agencies import TaskIssuedV1

NAME = "signed_webhook"
TYPE = "task.issued"


class SignedWebhook:
    """content: the whole task letter, or its id and link only, for who fetches it with its own token.

    public_url: of the gateway, for the link; empty gives a path.
    """

    name = NAME
    pushes = True

    def __init__(self, content: Literal["letter", "link"], public_url: str) -> None:
        self._content = content
        self._base = public_url.rstrip("/")

    def body(self, task_id: UUID, order: TaskIssuedV1, form: dict[str, Any]) -> bytes | None:
        """{"type", "timestamp": when issued, "data": {task_id, link, letter?}} as JSON."""
        data: dict[str, Any] = {"task_id": str(task_id), "link": f"{self._base}/api/v1/tasks/{task_id}"}
        if self._content == "letter":
            data["letter"] = form
        return orjson.dumps({"type": TYPE, "timestamp": order.at.astimezone(UTC), "data": data})
