"""An officer who works the tasks of an agency by hand, over the public API."""

from typing import Any

from gateway.cli.demo.person import Person, Refused
from tests.support.agency_results import result_of

# Returns a letter that says nothing of the road: machines cannot come.
DECLINES_FIRST = "comprehensive_enforcement"
_MINE = ("offered", "delivered", "signed", "accepted")


class AgencyOfficer:
    """Signs, takes on and reports; every step may be repeated without harm."""

    def __init__(self, agency: str, person: Person) -> None:
        self._agency = agency
        self._person = person

    def handle(self, task_id: str) -> None:
        task = self._person.get(f"/tasks/{task_id}")
        while task["state"] in _MINE:
            task = self._step(task)

    def _step(self, task: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(self._person.post(*self._answer(task)))
        except Refused as refused:
            if refused.status not in (409, 412):
                raise
            return dict(self._person.get(f"/tasks/{task['id']}"))  # somebody was faster

    def _answer(self, task: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        path = f"/tasks/{task['id']}"
        if task["state"] in ("offered", "delivered"):
            return f"{path}/sign", {"signed_by": "值班员"}
        if task["state"] == "accepted":
            return f"{path}/report", {"result": result_of(self._agency, task)}
        if self._agency == DECLINES_FIRST and "道路" not in task["letter"]["matter"]:
            reason = "任务书未附现场道路和用电情况，无法安排机械"
            return f"{path}/decline", {"return_reason": "material_incomplete", "reason": reason}
        return f"{path}/accept", {"contact_person": "承办人", "contact_phone": "0955-5020000"}
