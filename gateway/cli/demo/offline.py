"""An agency's system that cannot call anybody: it sees letters and receipts, and answers with messages."""

from collections.abc import Callable
from typing import Any

from gateway.cli.demo.outside import declines, say
from gateway.cli.demo.results import result_of

# What each agency calls the figures of its letter.
_AREA = {"public_security": "占用耕地面积_平方米", "comprehensive_enforcement": "涉及面积_平方米"}
_MATTER = {"public_security": "协查要求", "comprehensive_enforcement": "处置要求"}


class OfflineSystem:
    """send: takes an answer on its way. Ids of answers follow from the task, so that saying one twice is one."""

    def __init__(self, agency: str, send: Callable[[dict[str, Any]], None]) -> None:
        self._agency = agency
        self._send = send
        self._letters: dict[str, dict[str, Any]] = {}
        self._seen: set[str] = set()

    def take(self, event: dict[str, Any]) -> None:
        """A letter, a message about a task, or a receipt of an answer."""
        if event["id"] in self._seen:
            return
        self._seen.add(event["id"])
        data = event["data"]
        if event["type"] == "tianwei.task.issued.v1":
            self._letters[event["subject"]] = data["letter"]
            self._answer("sign", event["subject"], {"signed_by": "值班员"})
        elif event["type"] == "tianwei.answer.receipt.v1" and data["status"] in ("taken", "repeated"):
            self._go_on(data["task_id"], data["verb"])
        elif event["type"] == "tianwei.answer.receipt.v1":
            say(self._agency, {"id": data["task_id"], "state": f"parked: {data['faults']}"})

    def _go_on(self, task: str, verb: str) -> None:
        letter = self._letters.get(task)
        if letter is None:
            return
        if verb == "sign" and declines(self._agency, letter[_MATTER[self._agency]]):
            reason = "任务书未附现场道路和用电情况，无法安排机械"
            self._answer("decline", task, {"return_reason": "material_incomplete", "reason": reason})
        elif verb == "sign":
            self._answer("accept", task, {"contact_person": "承办人", "contact_phone": "0955-5020000"})
        elif verb == "accept":
            area = letter[_AREA[self._agency]]
            facts = {"id": task, "brief": {"area_m2": area}, "position": len(self._letters)}
            self._answer("report-typed", task, {"result": result_of(self._agency, facts)})

    def _answer(self, verb: str, task: str, data: dict[str, Any]) -> None:
        say(self._agency, {"id": task, "state": verb})
        self._send(
            {
                "specversion": "1.0",
                "id": f"{task}-{verb}",
                "source": f"/agencies/{self._agency}",
                "type": f"tianwei.answer.{verb}.v1",
                "subject": task,
                "data": data,
            }
        )
