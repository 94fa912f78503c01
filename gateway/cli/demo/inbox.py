"""A township has no system of its own: its officer opens the inbox, signs, takes on and reports by hand."""

from typing import Any

from gateway.cli.demo.person import Person, Refused
from gateway.cli.demo.results import township_record

_MINE = ("offered", "delivered", "signed", "accepted")


class TownshipInbox:
    """Every step may be repeated without harm."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def handle(self, task_id: str) -> None:
        """Work on a task until it is reported."""
        task = self._person.get(f"/tasks/{task_id}")
        while task["state"] in _MINE:
            task = self._step(task)

    def _step(self, task: dict[str, Any]) -> dict[str, Any]:
        path = f"/tasks/{task['id']}"
        try:
            match task["state"]:
                case "offered" | "delivered":
                    done = self._person.post(f"{path}/sign", {"signed_by": "值班员"})
                case "signed":
                    contact = {"contact_person": "承办人", "contact_phone": "0955-5020000"}
                    done = self._person.post(f"{path}/accept", contact)
                case _:
                    done = self._person.post(f"{path}/report", {"result": township_record(task)})
        except Refused as refused:
            if refused.status not in (409, 412):
                raise
            done = self._person.get(path)  # somebody was faster: go on from where it stands
        return dict(done)
