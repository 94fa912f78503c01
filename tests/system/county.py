"""Things of a county, made over the public API for tests: clues, cases, joint actions, notices."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from gateway.cli.demo.evidence import Spot, complete, kinds_of
from gateway.cli.demo.papers import document, letter
from gateway.cli.demo.story import Story
from tests.system.running_house import RunningHouse

View = dict[str, Any]


class County:
    """Makes things as the demo's people do, and returns them as the API shows them."""

    def __init__(self, house: RunningHouse) -> None:
        self._house = house
        self._story = Story(house.people, lambda _: None)

    def clue(self, township: str, mark: str = "", **areas: float) -> View:
        """A received clue in a township of 9 digits. mark: told in its texts. areas: in m², of its own."""
        body = report(township, mark or uuid4().hex) | areas
        return dict(self._house.people.coordinator.post("/clues", body))

    def verified(self, township: str, mark: str = "", **areas: float) -> View:
        return self._story.verify(self.clue(township, mark, **areas))

    def filed(self, clue: View) -> View:
        """A case from a verified clue."""
        return self._story.file_case(clue)

    def case(self, township: str, mark: str = "") -> View:
        """A case under investigation."""
        case = self.filed(self.verified(township, mark))
        self._story.investigate(case)
        return dict(self._house.people.coordinator.get(f"/cases/{case['id']}"))

    def prove(self, path: str, step: str) -> None:
        """Hand in the evidence that a step of an object asks for. path: like /cases/{id}."""
        coordinator = self._house.people.coordinator
        spot = Spot(f"{path}-{step}", self._house.now().replace(microsecond=0), 105.68, 37.42)
        complete(coordinator, path, spot, step, kinds_of(coordinator.get("/rules/evidence_item")))

    def joint_action(self, case: View, marks: dict[str, str]) -> View:
        """marks: agency -> what its letter alone tells."""
        coordinator = self._house.people.coordinator
        return dict(coordinator.post(f"/cases/{case['id']}/joint-actions", convening(case, marks)))

    def task(self, action: View, agency: str) -> View:
        """The agency's task, once it has reached the agency's door."""
        (told,) = [task for task in action["tasks"] if task["agency"] == agency]
        path = f"/tasks/{told['task_id']}"
        coordinator = self._house.coordinator
        self._house.until(lambda: coordinator.ask("GET", path).is_success, f"the task of {agency}")
        return dict(coordinator.get(path))

    def item(self, case: View, mark: str) -> View:
        """A rectification item of the case."""
        body = {
            "title": f"{mark}整改",
            "method": "demolish_and_restore",
            "area_m2": case["area_m2"],
            "farmland_area_m2": 0,
            "term_days": 30,
            "responsible_person": f"{mark}镇长",
            "requirement": f"{mark}拆除。",
            "documents": [document("correction_order")],
        }
        return dict(self._house.people.coordinator.post(f"/cases/{case['id']}/order-rectification", body))

    def notice(self, case: View, mark: str, **recipients: Any) -> View:
        """A notice by hand; notify must have heard of the case."""
        coordinator = self._house.coordinator
        path, case_id = "/notices", case["id"]
        self._house.until(lambda: bool(coordinator.all(path, case_id=case_id)), "the case known to notify")
        asked = coordinator.post(path, {"case_id": case_id, "remarks": f"{mark}请阅。", **recipients})
        printed = f"{path}/{asked['id']}"
        self._house.until(lambda: bool(coordinator.get(printed)["issued_at"]), "the notice printed")
        return dict(coordinator.get(printed))


def report(township: str, mark: str) -> View:
    """The body of a new clue."""
    return {
        "source": "patrol",
        "division_code": f"{township}000",
        "place": f"{mark}砂场",
        "description": f"{mark}堆放砂石。",
        "area_m2": 1200,
        "farmland_area_m2": 800,
        "pbf_area_m2": 400,
    }


def convening(case: View, marks: dict[str, str]) -> View:
    """The body that calls these agencies together."""
    return {
        "title": f"{case['case_no']} 联合执法",
        "reason": "责令停止后仍在施工。",
        "place": case["place"],
        "acting_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
        "lead_agency": next(iter(marks)),
        "form": "consultation",
        "tasks": [{**letter(agency), "matter": f"{mark}到场。"} for agency, mark in marks.items()],
    }
