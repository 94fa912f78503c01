"""Both services of a test: commands at the doors of cases, its numbered log offered to notify as the bus would."""

from datetime import datetime
from typing import Any

from shared.contracts.codes import Role
from shared.contracts.envelope import CloudEvent, LogPage
from shared.delivery import envelopes, sequencer
from shared.delivery.log import GENESIS
from tests.integration.services.cases.office import COUNTY, Office, actor
from tests.integration.services.notify.document_desk import DIRECTOR, HEAD, DocumentDesk
from tests.integration.services.notify.house import COORDINATOR, House

DEMANDS: dict[str, Any] = {"demands": ["限期整改到位，逐项销号。"], "proposals": ["建议将整改销号纳入年度考核。"]}


class Telling:
    def __init__(self, office: Office, house: House, desk: DocumentDesk) -> None:
        self.office, self.house, self.desk = office, house, desk

    def log(self, after: int = 0) -> list[CloudEvent]:
        """The numbered log of cases above a position."""
        engine = self.office.parts.engine
        with engine.begin() as connection:
            while sequencer.number_waiting(connection):
                continue
        with engine.connect() as connection:
            log_id = connection.exec_driver_sql("SELECT log_id FROM log_head").scalar_one()
            rows = envelopes.above(connection, "cases", log_id, after, 100_000)
        return [CloudEvent.model_validate(row) for row in rows]

    def hear(self, until: int | None = None) -> int:
        """Notify hears what cases has told, up to a position; its cursor. Its clock is that of cases."""
        self.house.clock.at = self.office.clock.at
        at = self.house.feed.position()
        told = self.log(at)
        fresh = [event for event in told if until is None or event.position <= until]
        assert self.house.offer(fresh).applies
        return self.house.feed.position()

    def page(self, after: int, _: list[str]) -> LogPage:
        """What read_log of cases answers, for what is computed again."""
        events = self.log()
        anchor = GENESIS if after == 0 else events[after - 1].hash
        return LogPage(log_id=events[0].logid, head=len(events), anchor_hash=anchor, events=events[after : after + 200])

    def preview(self, **asked: Any) -> Any:
        return self.house.query(COORDINATOR, "bulletin.preview", **asked)

    def draft(self, **said: Any) -> Any:
        return self.house.command(COORDINATOR, "bulletin.draft", **{**DEMANDS, **said})

    def issue(self, document_id: str) -> Any:
        """Checked by the director, issued by the head, printed."""
        checked = self.desk.step(DIRECTOR, "check", document_id)
        assert "id" in checked, checked
        approved = self.desk.step(HEAD, "issue", document_id)
        assert "id" in approved, approved
        while self.desk.worker().run_once():
            continue
        return self.desk.seen(document_id)

    def file(self, document: Any, format_: str) -> bytes:
        sha256 = next(file["sha256"] for file in document["files"] if file["format"] == format_)
        with self.desk.blobs.open(sha256) as stored:
            return stored.read()

    def at(self, said: str) -> None:
        """Move both clocks."""
        self.office.clock.at = self.house.clock.at = datetime.fromisoformat(said)


def counts(figures: Any, place: str = "county") -> dict[str, int]:
    """By column, those that are not 0."""
    of = figures["county"] if place == "county" else next(t for t in figures["townships"] if t["code"] == place)
    return {one["column"]: one["this"]["items"] for one in of["figures"] if one["this"]["items"]}


def not_asked(office: Office) -> None:
    """No step asks for evidence: these tests are about counting."""
    admin, which = (
        actor(Role.ADMINISTRATOR, COUNTY, "钱管理"),
        {
            "register_name": "configuration",
            "key": "evidence_asked_at",
        },
    )
    (shipped,) = office.query(admin, "rule.get", **which)["rows"]
    edit: dict[str, Any] = {
        "value": {"title": "须有证据的环节", "value": []},
        "valid_from": office.clock.at.date().isoformat(),
        "reason": "试点期间线下核对证据",
        "source": {"text": "县级文件"},
        "replaces": shipped["row_id"],
    }
    office.command(admin, "rule.set", {**which, **edit})
