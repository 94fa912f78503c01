"""A county's procedure on days that the test chooses, over the public API of a house with a training clock."""

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

from gateway.cli.demo.papers import with_documents
from shared.clock import SHANGHAI, local_day
from tests.system.county import County, View
from tests.system.running_house import TrainingHouse

CHINESE = re.compile("[\u4e00-\u9fff]")
CHIEF = "natural-resources-chief"
ACTING_CHIEF = "natural-resources-acting-chief"
DEPUTY = "natural-resources-leader"
LEGAL = "natural-resources-legal-reviewer"
OFFICERS = ["王立新", "杨海燕"]
Body = dict[str, Any]
ORDER: Body = {"measures": ["correct"]}
# The sand yard of domain.md 8.1.
SAND_YARD: Body = {"area_m2": 8400, "farmland_area_m2": 7000, "pbf_area_m2": 4200}


class Drill:
    """Steps are paths like /cases/{id}; papers are kinds of documents; by is a login."""

    def __init__(self, house: TrainingHouse) -> None:
        self.house = house
        self.county = County(house)
        self.township = house.townships[0]

    def at(self, day: str, hour: str = "10:00") -> datetime:
        """Let it be that time, of 2026 unless the day tells the year: "05-26", "09:30"."""
        whole = day if len(day) > 5 else f"2026-{day}"
        self.house.clock.set(datetime.fromisoformat(f"{whole}T{hour}:00").replace(tzinfo=SHANGHAI))
        return self.house.now()

    # asking

    def ask(self, path: str, verb: str, *papers: str, by: str = "coordinator", **body: Any) -> View:
        """A step that must be taken. Returns the object after it."""
        return dict(self.house.account(by).post(f"{path}/{verb}", _with(papers, body, self.house.now())))

    def refused(self, path: str, verb: str, *papers: str, by: str = "coordinator", **body: Any) -> View:
        """The problem of a step that must be refused, in Chinese, with its rule, and with nothing half done."""
        account = self.house.account(by)
        seen = self.house.coordinator.get(path)
        answer = account.ask("POST", f"{path}/{verb}", _with(papers, body, self.house.now()))
        assert answer.is_client_error, f"{answer.status_code} {path}/{verb}: {answer.text}"
        problem: View = answer.json()
        assert CHINESE.search(problem["detail"])
        assert problem["code"] not in problem["detail"]
        if "law" in problem["facts"]:
            # A law, or a procedure of the system, which is called one.
            assert "依据：《" in problem["detail"] or "依据：系统规程“" in problem["detail"]
        assert self.house.coordinator.get(path) == seen
        return problem

    def deadlines(self, path: str) -> dict[str, View]:
        """By rule id, of several the one that was started last."""
        items = self.house.coordinator.get(f"{path}/deadlines")["items"]
        return {item["rule_id"]: item for item in sorted(items, key=lambda item: str(item["started_at"]))}

    def due(self, path: str, *rule_ids: str) -> list[str]:
        """The last days in time, or the instants where the rule counts hours."""
        clocks = self.deadlines(path)
        return [_end(clocks[rule_id]) for rule_id in rule_ids]

    # cases

    def filed(self, lead_agency: str = "natural_resources", areas: dict[str, Any] | None = None, **changes: Any) -> str:
        """The path of a case filed now on a clue of its own."""
        clue = self.county.verified(self.township, **(areas or {}))
        body = {
            "title": f"{clue['place']}违法占地案",
            "violation_types": ["VT01"],
            "party_name": f"当事人{uuid4().hex[:6]}",
            "party_kind": "person",
            "lead_agency": lead_agency,
            "officers": OFFICERS,
            "reason": "符合立案条件。",
            **changes,
        }
        case = self.ask(f"/clues/{clue['id']}", "file-case", "filing_approval", **body)
        return f"/cases/{case['id']}"

    def investigating(self, **more: Any) -> str:
        case = self.filed(**more)
        self.ask(case, "investigate", officers=OFFICERS)
        return case

    def reviewed(self, case: str) -> None:
        """Investigation concluded on all the evidence it needs, and under review."""
        self.county.prove(case, "conclude")
        self.ask(case, "conclude", "investigation_report", "evidence_list", conclusion="清楚。")
        self.ask(case, "review", "case_review_record", reviewers=["审一"])

    def noticed(self, **penalty: Any) -> str:
        """Told now of the penalty, its hearing offered."""
        case = self.investigating()
        self.reviewed(case)
        told = {"intended_penalty": "处罚。", "served_at": self.said(), "hearing_offered": True, **ORDER, **penalty}
        self.ask(case, "notice", "penalty_notice", "hearing_right_notice", **told)
        return case

    def decided(self, case: str, **penalty: Any) -> None:
        self.ask(case, "decide", "penalty_decision", **decision(**penalty))

    def performing(self, case: str) -> None:
        """Served now and the party's to perform."""
        self.ask(case, "serve", "service_receipt", service_method="direct", served_at=self.said())
        self.ask(case, "perform")

    def appraised(self, day: str, case: str, *, destroyed: bool = True) -> None:
        """The appraiser's opinion of that day, on a commission given before."""
        farmland_m2, pbf_m2 = (7000, 4200) if destroyed else (0, 0)
        found: Body = {"opinion_on": f"2026-{day}", "opinion_no": "鉴〔2026〕1号", "destroyed": destroyed}
        areas: Body = {"destroyed_area_m2": farmland_m2, "destroyed_pbf_area_m2": pbf_m2}
        self.ask(case, "record-appraisal", "appraisal_opinion", **found, **areas, recoverability="可恢复")

    def transfer_of(self, case: str) -> str:
        """The path of the case's one hand-over to the police."""
        (row,) = self.house.coordinator.all("/police-transfers", case_id=case.removeprefix("/cases/"))
        return f"/police-transfers/{row['id']}"

    # files

    def sent(self, path: str, name: str, content: bytes, **fields: str) -> View:
        """A file taken by the house, as a job or a piece of evidence."""
        answer = self.house.coordinator.ask("POST", path, data=fields, files={"file": (name, content)})
        assert answer.is_success, answer.text
        return dict(answer.json())

    def ended(self, path: str) -> View:
        """A job when it has ended."""
        coordinator = self.house.coordinator
        self.house.until(lambda: coordinator.get(path)["state"] in ("finished", "refused"), "the end of the job")
        return dict(coordinator.get(path))

    def imported(self, content: bytes) -> View:
        """The job of a file of patches, ended."""
        return self.ended(f"/clue-imports/{self.sent('/clue-imports', 'patches.zip', content)['id']}")

    def examined(self, path: str, name: str, content: bytes, **fields: str) -> View:
        """A piece of evidence, once the worker has looked at it."""
        piece = f"/evidence/{self.sent(f'{path}/evidence', name, content, **fields)['id']}"
        coordinator = self.house.coordinator
        self.house.until(lambda: coordinator.get(piece)["state"] != "unexamined", "the examination")
        return dict(coordinator.get(piece))

    def said(self) -> str:
        """Now, as a body states it."""
        return self.house.now().astimezone(SHANGHAI).replace(microsecond=0).isoformat()


def decision(**penalty: Any) -> dict[str, Any]:
    return {"decision": "处罚。", "decision_no": f"中宁自然资罚〔2026〕{uuid4().hex[:6]}号", **ORDER, **penalty}


def commission(day: str) -> dict[str, Any]:
    """The body that commissions an appraisal on a day of 2026."""
    said = {"appraiser": "某测绘院", "qualification": "甲级", "questions": "种植条件是否严重毁坏"}
    return {**said, "commissioned_on": f"2026-{day}"}


def _end(clock: View) -> str:
    if clock["due_at"] is None:
        return str(clock["due_on"])
    return datetime.fromisoformat(clock["due_at"]).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _with(papers: tuple[str, ...], body: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {**body, **with_documents(*papers, on=local_day(now))} if papers else body
