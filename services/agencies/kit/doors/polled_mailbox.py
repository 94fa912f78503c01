"""The mailbox: the system comes and looks."""

from typing import Any
from uuid import UUID

from services.agencies.kit.county import County
from services.agencies.kit.doors.api import Api, Shown
from services.agencies.kit.doors.base import How
from services.agencies.ports import Dispatch

_EXTRA = {"addedLater": {"note": "约定以后版本增加的内容"}}


class MailboxDoor:
    def __init__(self, county: County, api_port: int = 0) -> None:
        self.api = Api(county)
        self._county = county
        self._port = api_port
        self._position = 0

    def access(self) -> dict[str, Any]:
        return {"api": self.api.access()}

    def open(self) -> None:
        self.api.start(self._port)

    def is_ready(self) -> bool:
        return any(path == "GET /tasks" for path, _ in self._county.journal.requests)

    def send(self, dispatch: Dispatch, how: How = How.PLAIN) -> None:
        """Put it where it will be seen; what is there already is shown once more."""
        shelf = self.api.tasks if dispatch.kind == "issued" else self.api.messages
        there = next((one for one in shelf if one.dispatch.id == dispatch.id), None)
        if there is not None:
            there.again, there.asked = True, False
            return
        self._position += 1
        shelf.append(Shown(self._position, dispatch, _EXTRA if how is How.UNKNOWN_FIELD else {}))

    def is_refused(self, delivery_id: UUID) -> bool | None:  # noqa: ARG002 - who only looks refuses nothing
        return None

    def has_arrived(self, delivery_id: UUID) -> bool | None:
        shelves = (*self.api.tasks, *self.api.messages)
        return any(one.dispatch.id == delivery_id and one.asked for one in shelves)

    def close(self) -> None:
        self.api.close()
