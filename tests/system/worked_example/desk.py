"""The desk of the worked example: its house, what has come about in it so far, and how a day of it is checked."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.cli.demo.evidence import Spot, complete, kinds_of
from gateway.cli.sample_photos import SamplePhoto, photo_bytes
from shared.clock import SHANGHAI
from tests.system.drill import Drill
from tests.system.running_house import TrainingHouse

View = dict[str, Any]

NR, AG, PS, CE = "natural-resources", "agriculture", "public-security", "comprehensive-enforcement"
TOWNSHIP = "township-640521104"
CITY, REGION = "city-reviewer", "region-reviewer"
PATCH_NO = "640521WP26000037"
PARTY = "甲砂场经营者"
OFFICERS = ["王立新", "杨海燕"]
PLACE = "恩和镇"


class Desk(Drill):
    """Paths of the story's objects are empty until they exist. clue: of the patch; hotline: of the report before it.

    twin: another case, for what the story itself does not try. stopped_at: the day on which the story broke off.
    """

    def __init__(self, house: TrainingHouse, folder: Path) -> None:
        super().__init__(house)
        self.folder = folder
        self.hotline = self.clue = self.case = self.proposal = self.action = ""
        self.transfer = self.sealed = self.listing = self.item = self.notice = self.twin = self.bulletin = ""
        self.tasks: dict[str, str] = {}
        self.stopped_at: str | None = None

    def see(self, path: str, login: str = "coordinator", /, **asked: Any) -> Any:
        return self.house.account(login).get(path, **asked)

    # clocks

    def caught_up(self) -> None:
        """Wait until every alarm of the case and its clue that lies behind has been raised."""
        path = self.case or self.clue

        def none_owed() -> bool:
            now = self.house.now()
            clocks = self.see(f"{path}/deadlines")["items"]
            running = [clock for clock in clocks if clock["met_at"] is None and clock["status"] != "paused"]
            return all(
                any(
                    raised["step"] == alarm["step"] and raised["due_on"] == clock["due_on"]
                    for raised in clock["raised"]
                )
                for clock in running
                for alarm in clock["alarms"]
                if datetime.fromisoformat(alarm["at"]) <= now
            )

        self.house.until(none_owed, "the alarms that are due")

    def clock_of(self, path: str, rule_id: str) -> View:
        return self.deadlines(path)[rule_id]

    def shows(self, path: str, **due: str) -> None:
        """The dates as the table of 8.2 has them: "04-21", or "04-23 11:20" of a term of hours, all of 2026."""
        seen = dict(zip(due, self.due(path, *due), strict=True))
        assert seen == {rule_id: f"2026-{day}" for rule_id, day in due.items()}

    def met(self, path: str, **status: int) -> None:
        """By rule id, so many working days late; 0 is in time."""
        clocks = self.deadlines(path)
        late = {rule_id: (clocks[rule_id]["status"], clocks[rule_id]["late_days"]) for rule_id in status}
        assert late == {rule_id: ("met_late" if days else "met", days) for rule_id, days in status.items()}

    def raised(self, path: str, rule_id: str) -> list[tuple[str, str, str]]:
        """Step, action and day of the alarms of a clock that have been raised."""
        return [(one["step"], one["action"], _day(one["planned_at"])) for one in self.clock_of(path, rule_id)["raised"]]

    def planned(self, path: str, rule_id: str) -> dict[str, str]:
        return {one["step"]: _day(one["at"]) for one in self.clock_of(path, rule_id)["alarms"]}

    # evidence

    def prove(self, path: str, step: str) -> None:
        """Hand in what a step asks for, seen on the yard now."""
        clue, people = self.see(self.clue), self.house.people
        taken_at = self.house.now().replace(microsecond=0)
        spot = Spot(f"{path}-{step}", taken_at, clue["longitude"], clue["latitude"])
        complete(people.coordinator, path, spot, step, kinds_of(self.see("/rules/evidence_item")))

    def photographed(
        self, path: str, by: str, azimuths: Mapping[str, float | None], view: str, stage: str = ""
    ) -> list[View]:
        """Photographs taken now on the yard, examined. azimuths: name -> degrees; None: the phone did not tell."""
        clue = self.see(self.clue)
        made = []
        for name, azimuth in azimuths.items():
            photo = SamplePhoto(
                f"{path}-{name}",
                self.house.now().replace(microsecond=0),
                clue["longitude"],
                clue["latitude"],
                azimuth_deg=azimuth,
                pixels=(320, 240),
            )
            said = {"kind": "audiovisual", "item": "photo", "title": name, "view": view, "source": "camera"}
            if stage:
                said["stage"] = stage
            files = {"file": (f"{name}.jpg", photo_bytes(photo))}
            made.append(self.house.account(by).post(f"{path}/evidence", None, data=said, files=files)["id"])
        return [self._examined(f"/evidence/{id_}", by) for id_ in made]

    def _examined(self, piece: str, by: str) -> View:
        self.house.until(lambda: self.see(piece, by)["state"] != "unexamined", "the examination")
        return dict(self.see(piece, by))

    # lists, search, statistics

    def finds(self, kind: str, **asked: str) -> set[str]:
        """Ids of what the search shows."""
        return {row["id"] for row in self.see("/search", kind=kind, **asked)["items"]}

    def has_on_list(self, by: str, path: str, which: str = "unit", **asked: str) -> bool:
        rows = self.house.account(by).all("/work", which=which, **asked)
        return path.rpartition("/")[2] in {row["id"] for row in rows}

    def statistics(self, kind: str, **asked: str) -> View:
        """The row of the township; every identity must hold."""
        table = self.see("/statistics/table", kind=kind, by="township", division=TOWNSHIP[-9:], **asked)
        assert table["difference"] == 0
        return dict(table["total"]["amounts"])


def _day(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).strftime("%m-%d")
