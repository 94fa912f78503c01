"""What the doors of all protocols can do."""

import json
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from services.agencies.adapters.protocols.cloud_event import cloud_event
from services.agencies.ports import Dispatch

# As an addition in a later minor version would look.
_UNKNOWN = "addedLater"


class How(StrEnum):
    """How a message is carried: as it should be, or with one thing wrong. HALF: of packages, not whole yet."""

    PLAIN = "plain"
    WRONG_KEY = "wrong-key"
    TAMPERED = "tampered"
    OLD = "old"
    HALF = "half"
    UNKNOWN_FIELD = "unknown-field"


class Door(Protocol):
    """One way to a vendor's system and back. It answers to the county by itself, in threads of its own."""

    def access(self) -> dict[str, Any]:
        """The part of access.json that is this protocol's."""
        ...

    def open(self) -> None:
        """Begin to listen."""
        ...

    def is_ready(self) -> bool:
        """Whether the system under test shows that it listens or asks; True where that cannot be seen."""
        ...

    def send(self, dispatch: Dispatch, how: How = How.PLAIN) -> None:
        """Carry it, again if it was carried before. Does not wait."""
        ...

    def is_refused(self, delivery_id: UUID) -> bool | None:
        """Whether the system said that it does not take it; None where it has no way to say so."""
        ...

    def has_arrived(self, delivery_id: UUID) -> bool | None:
        """Whether the system shows that it has it; None where that cannot be seen."""
        ...

    def close(self) -> None: ...


def body_of(dispatch: Dispatch, how: How) -> bytes:
    """The CloudEvent of a message."""
    body = cloud_event(dispatch, full=True)
    if how is not How.UNKNOWN_FIELD:
        return body
    event: dict[str, Any] = json.loads(body)
    event["data"][_UNKNOWN] = {"note": "约定以后版本增加的内容"}
    return json.dumps({**event, _UNKNOWN.lower(): "1"}, ensure_ascii=False).encode()


def tampered(body: bytes) -> bytes:
    """The same message with another letter, so that only a signature shows it."""
    event: dict[str, Any] = json.loads(body)
    event["data"]["action_no"] = "ZW-JA-000000-0000-00000"
    return json.dumps(event, ensure_ascii=False).encode()
