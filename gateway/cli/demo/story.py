"""The story: a file of patches becomes clues, some become cases; four agencies act together; the land is put right."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from gateway.cli.demo import crime, evidence
from gateway.cli.demo.acceptance import ACCEPTED
from gateway.cli.demo.evidence import Spot
from gateway.cli.demo.inbox import TownshipInbox
from gateway.cli.demo.papers import document, letter, with_documents
from gateway.cli.demo.paperwork import Paperwork
from gateway.cli.demo.people import People
from gateway.cli.demo.person import Person
from gateway.texts import detail
from shared.clock import TrainingClock
from shared.contracts.codes import COUNTY_AGENCIES, Agency, Recipient, title

Say = Callable[[str], None]

AGENCIES = COUNTY_AGENCIES
INVITED = (*AGENCIES, Agency.TOWNSHIP)
RECIPIENTS = tuple(Recipient)
WAIT_S = 180.0
# The party has five working days to speak (APL 45, NRP 33); so many calendar days hold five, whatever holiday comes.
DAYS_TO_SPEAK = 20
# Told and decided: nothing is decided that was not told (APL 44).
ORDERED = ("return_land", "demolish", "restore")


def party(clue: dict[str, Any]) -> str:
    """Each patch has its own: acts of one party would be added up (JI2000 9)."""
    return f"砂场经营者（{clue['clue_no'][-5:]}）"


class Story:
    """training_clock: the house's clock, which the story moves to let days pass. papers: documents that it issues."""

    papers: Paperwork | None = None

    def __init__(self, people: People, say: Say, training_clock: TrainingClock | None = None) -> None:
        self._people = people
        self._training_clock = training_clock
        self._say = say
        self._coordinator = people.coordinator

    def import_patches(self, file: Path) -> dict[str, Any]:
        """Upload the file and follow the job to its end."""
        job = self._coordinator.upload("/clue-imports", file.name, file.read_bytes())
        self._say(f"导入图斑文件 {file.name}，任务 {job['id']}")
        done = self._until(
            lambda: self._coordinator.get(f"/clue-imports/{job['id']}"),
            lambda seen: seen["state"] in ("finished", "refused"),
            "导入完成",
        )
        self._say(
            f"导入完成：新增线索 {done['rows_created']}，已有 {done['rows_known']}，不合格 {done['rows_rejected']}"
        )
        for row in self._coordinator.get(f"/clue-imports/{job['id']}/rows", outcome="rejected")["items"]:
            why = detail(row["code"], row["facts"], row["field"])
            self._say(f"  第 {row['row_no']} 行未导入（{row['field']}）：{why}")
        return dict(done)

    def choose_clues(self, main_patch_no: str, others: int) -> list[dict[str, Any]]:
        """The patch the story is about, and the largest others."""
        yard = self._coordinator.get("/clues", no=main_patch_no)["items"][0]
        rest = [row for row in self._coordinator.get("/clues", limit=200)["items"] if row["id"] != yard["id"]]
        rest.sort(key=lambda row: (-float(row["area_m2"] or 0), row["patch_no"] or ""))
        return [yard, *rest[:others]]

    def verify(self, row: dict[str, Any]) -> dict[str, Any]:
        """Assigned, signed for, checked in the field, opinion submitted."""
        township = self._people.township(row["division_code"])
        path = f"/clues/{row['id']}"
        code = row["division_code"][:9] + "000"
        clue = self._coordinator.post(f"{path}/assign", {"township_code": code}, version=row["version"])
        self._say(f"线索 {clue['clue_no']} 分派 {row['division_name']}，签收期限 {clue['due_on']}")
        township.post(f"{path}/sign", {})
        township.post(f"{path}/start-verification", {"officers": ["马建国", "李晓燕"]})
        found = self._coordinator.get(path)
        if found["review_required"]:
            self._give_evidence(township, path, found, "start-review")
        clue = township.post(
            f"{path}/submit-opinion",
            {
                "opinion": "non_agri_illegal",
                "facts": "现场硬化地面、堆放砂石，未见用地手续。",
                "area_m2": found["area_m2"],
                # The file's own overlay may exceed what was measured by its rounding to 0.01 mu.
                "farmland_area_m2": min(found["farmland_area_m2"] or 0, found["area_m2"]),
                "pbf_area_m2": min(found["pbf_area_m2"] or 0, found["area_m2"]),
                "suspected_type": "VT03",
                "proof": {"party_name": party(found), "use_class": "工业用地", "built_on": "2026-03-01"},
                "documents": [document("verification_report"), document("site_photos")],
            },
        )
        self._say(f"线索 {clue['clue_no']} 核实认定：非农违法，{clue['area_mu']} 亩")
        return dict(clue)

    def file_case(self, clue: dict[str, Any]) -> dict[str, Any]:
        case = self._coordinator.post(
            f"/clues/{clue['id']}/file-case",
            {
                "title": f"{clue['place']}违法占用耕地案",
                "violation_types": ["VT01", "VT03"],
                "party_name": party(clue),
                "party_kind": "individual_business",
                "lead_agency": "natural_resources",
                "officers": ["王立新", "杨海燕"],
                "reason": "有明确行为人和违法事实，属本县管辖，未超过时效。",
                "documents": [document("filing_approval")],
            },
        )
        self._say(f"立案 {case['case_no']}：{case['title']}，最近期限 {case['due_on']}")
        return dict(case)

    def convene(self, case: dict[str, Any]) -> dict[str, Any]:
        """Call agencies and township; follow until every one has reported, giving a returned task out again."""
        action = self._coordinator.post(
            f"/cases/{case['id']}/joint-actions",
            {
                "title": f"{case['case_no']} 联合执法",
                "reason": "责令停止后仍在施工，占用永久基本农田超过五亩。",
                "place": case["place"],
                "acting_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
                "urgent": False,
                "lead_agency": "natural_resources",
                "tasks": [letter(agency) for agency in INVITED],
            },
        )
        self._say(f"联合执法 {action['action_no']}：任务书发往 {'、'.join(map(title, INVITED))}")
        if papers := self._papers_of(case["id"]):
            papers.convened(action)
        told: set[tuple[str, str]] = set()
        # A township has no system of its own: its officer opens the inbox.
        township = self._people.township(case["division_code"])
        inbox = TownshipInbox(township)

        def look() -> dict[str, Any]:
            seen: dict[str, Any] = self._coordinator.get(f"/joint-actions/{action['id']}")
            for row in township.get("/tasks", action_id=action["id"])["items"]:
                inbox.handle(row["id"])
            for task in seen["tasks"]:
                self._tell_task(task, told)
                if task["state"] == "declined" and not task["replaced_by"]:
                    self._reassign(seen, task)
            return seen

        self._until(look, lambda seen: all(map(_is_signed, seen["tasks"])), "各部门和乡镇都已签收")
        self._act(action)
        self._until(look, lambda seen: seen["state"] == "feedback_complete", "各部门和乡镇都已反馈")
        closed = self._coordinator.post(
            f"/joint-actions/{action['id']}/summarise",
            {
                "account": "违法行为已停止，现场已清理，证据已移交牵头部门。",
                "scores": [{"agency": agency, "score": 95} for agency in INVITED],
                "lessons": "任务书应附现场道路和用电情况。",
                **with_documents("action_summary"),
            },
        )
        self._say(f"联合执法 {closed['action_no']} 总结办结：全部任务已反馈")
        return dict(closed)

    def _act(self, action: dict[str, Any]) -> None:
        """The pre-meeting, the action with its on-site record, the evidence handed over to the lead."""
        path = f"/joint-actions/{action['id']}"
        now = self.now().isoformat()
        papers = with_documents("meeting_minutes", "action_plan", "risk_plan")
        meeting = {"met_at": now, "attended": list(INVITED), "account": "明确依据、分工和风险。", **papers}
        self._coordinator.post(f"{path}/record-meeting", meeting)
        muster = [{"agency": agency, "persons": [f"{title(agency)}执法人员"]} for agency in INVITED]
        acting = {"started_at": now, "muster": muster, "account": "责令停工，设置警戒，取土样。"}
        acted = self._coordinator.post(f"{path}/record-acting", {**acting, **with_documents("on_site_record")})
        for agency in INVITED:
            if agency != action["lead_agency"]:
                nothing = {"agency": agency, "handed_at": now, "received_by": "王立新"}
                self._coordinator.post(f"{path}/record-evidence", nothing)
        self._say(f"联合执法 {action['action_no']} 已会商、已行动，反馈期限 {acted['tasks'][0]['feedback_due_on']}")

    def _tell_task(self, task: dict[str, Any], told: set[tuple[str, str]]) -> None:
        """Each step once, also those that came between two looks."""
        words = {"signed_at": "已签收", "accepted_at": "已接受", "declined_at": "退回", "reported_at": "已反馈"}
        for step, word in words.items():
            key = (task["task_id"], step)
            if task[step] and key not in told:
                told.add(key)
                why = f"：{task['decline_reason']}" if step == "declined_at" else ""
                self._say(f"  {title(Agency(task['agency']))}{word}{why}")

    def _reassign(self, action: dict[str, Any], task: dict[str, Any]) -> None:
        """Without If-Match: the other agencies move the action on meanwhile, and only a declined task is given anew."""
        self._coordinator.post(
            f"/joint-actions/{action['id']}/reassign",
            {
                "task_id": task["task_id"],
                "letter": {**letter(task["agency"]), "matter": "清理现场；现场道路宽六米，用电已协调断开。"},
                "reason": "补充材料后再次下达。",
            },
        )
        self._say(f"  协调员补充材料，任务再次下达{title(Agency(task['agency']))}")

    def notify_party(self, case: dict[str, Any], clue: dict[str, Any]) -> None:
        """Investigated, appraised, reviewed, told what is intended and what rights it has."""
        self._appraise(case["id"])
        told_at = self.now().isoformat()
        self._give_evidence(self._coordinator, f"/cases/{case['id']}", clue, "conclude")
        for verb, body in (
            (
                "conclude",
                {"conclusion": "事实清楚，证据充分。", **with_documents("investigation_report", "evidence_list")},
            ),
            ("review", with_documents("case_review_record")),
            (
                "notice",
                {
                    "intended_penalty": "退还土地，拆除并恢复原状。",
                    "measures": list(ORDERED),
                    "served_at": told_at,
                    "hearing_offered": True,
                    **with_documents("penalty_notice", "hearing_right_notice"),
                },
            ),
        ):
            self._coordinator.post(f"/cases/{case['id']}/{verb}", body)
        self._say(f"案件 {case['case_no']} 调查终结、审理、告知，当事人五个工作日内可以陈述申辩")
        if papers := self._papers_of(case["id"]):
            papers.notified()

    def _appraise(self, case_id: str) -> None:
        """What is large enough for a crime waits for an opinion; what destroyed the tillage goes to the police."""
        case = self._coordinator.get(f"/cases/{case_id}")
        if not crime.is_unappraised(case):
            return
        destroyed = bool(case["joint_action_ids"])  # agriculture found as much when all acted together
        crime.appraise(self._people, case, self.now(), destroyed=destroyed)
        self._say(f"案件 {case['case_no']} 鉴定：种植条件{'严重毁坏' if destroyed else '未严重毁坏'}")
        if destroyed:
            crime.hand_over(self._people, case, self.now())
            self._say(f"案件 {case['case_no']} 移送公安机关，公安机关立案")
            if papers := self._papers_of(case_id):
                papers.handed_over()

    def _papers_of(self, case_id: str) -> Paperwork | None:
        return self.papers if self.papers and self.papers.is_about(case_id) else None

    def let_days_pass(self) -> None:
        """Move the house's training clock: a statutory period cannot be shortened, not even in a story."""
        assert self._training_clock is not None, "only a drill's clock can be moved"
        self._training_clock.set(self.now() + timedelta(days=DAYS_TO_SPEAK))
        self._say(f"演练时钟前进 {DAYS_TO_SPEAK} 天：告知期满，当事人未陈述申辩")

    def settle(self) -> None:
        """Until every service knows what has happened."""
        self._until(self._everything_applied, lambda lag: lag == 0, "所有事件已送达")

    def now(self) -> datetime:
        return self._training_clock.now() if self._training_clock else datetime.now(UTC)

    def decide(self, case: dict[str, Any]) -> None:
        """Decided, served, performing."""
        papers = self._papers_of(case["id"])
        number = f"中宁自然资罚〔{self.now().year}〕{int(case['case_no'][-5:])}号"
        decision = {
            "decision": "责令退还非法占用的土地，限期拆除并恢复土地原状。",
            "measures": list(ORDERED),
            "decision_no": papers.decision_no() if papers else number,
        }
        path = f"/cases/{case['id']}"
        self._coordinator.post(f"{path}/decide", {**decision, **with_documents("penalty_decision")})
        served = {"service_method": "direct", "served_at": self.now().isoformat()}
        self._coordinator.post(f"{path}/serve", {**served, **with_documents("service_receipt")})
        self._coordinator.post(f"{path}/perform", {})
        self._say(f"案件 {case['case_no']} 决定、送达，当事人开始履行")

    def investigate(self, case: dict[str, Any]) -> None:
        self._coordinator.post(f"/cases/{case['id']}/investigate", {"officers": ["王立新", "杨海燕"]})

    def put_right(self, case: dict[str, Any], clue: dict[str, Any]) -> dict[str, Any]:
        """Ordered, reported, checked, accepted, reviewed, struck off."""
        township = self._people.township(case["division_code"])
        item = self._coordinator.post(
            f"/cases/{case['id']}/order-rectification",
            {
                "title": f"{case['place']}整改",
                "method": "demolish_and_restore",
                "area_m2": case["area_m2"],
                "farmland_area_m2": clue["farmland_area_m2"] or 0,
                "term_days": 30,
                "responsible_person": "镇长",
                "requirement": "拆除建筑物，清运砂石，恢复耕作层三十厘米，达到可种植条件。",
                "documents": [document("correction_order")],
            },
        )
        path = f"/rectifications/{item['id']}"
        self._say(f"整改 {item['item_no']} 已下达，期限 {item['term_on']}")
        done = {"rectified_area_m2": case["area_m2"]}
        self._give_evidence(township, path, clue, "report")
        township.post(f"{path}/report", {**done, "account": "已拆除复耕。", **with_documents("rectification_report")})
        township.post(
            f"{path}/check", {"passed": True, "account": "现场核查属实。", **with_documents("township_check_record")}
        )
        self._coordinator.post(f"{path}/accept", {**done, **ACCEPTED, **with_documents("acceptance_sheet")})
        if clue["review_required"]:
            self._review(clue)
        self._coordinator.post(f"{path}/request-review", with_documents("review_result"))
        self._give_evidence(township, path, clue, "strike-off")
        item = self._coordinator.post(f"{path}/strike-off", with_documents("strike_off_sheet"))
        self._say(f"整改 {item['item_no']} 已验收、已销号，剩余 {item['remaining_area_mu']} 亩")
        if papers := self._papers_of(case["id"]):
            papers.struck_off(item)
        return dict(item)

    def _review(self, clue: dict[str, Any]) -> None:
        """What was found is reviewed by county, city and region beside the case; strike-off waits for the end of it."""
        path = f"/clues/{clue['id']}"
        self._coordinator.post(f"{path}/start-review", {})
        for person in (self._coordinator, *self._people.reviewers):
            person.post(f"{path}/pass-review", {})
        self._say(f"线索 {clue['clue_no']} 县、市、自治区审核结束")

    def _give_evidence(self, person: Person, path: str, clue: dict[str, Any], step: str) -> None:
        """What the check-list of a step asks for; photographs are taken where the clue lies."""
        taken_at = self.now().replace(microsecond=0)
        spot = Spot(f"{clue['clue_no']}-{step}", taken_at, clue["longitude"], clue["latitude"])
        asked = evidence.complete(person, path, spot, step, self._kinds)
        self._say(
            f"  {clue['clue_no']} 证据齐全：{'、'.join(need['title'] for need in asked['items'] if need['counted'])}"
        )

    @cached_property
    def _kinds(self) -> evidence.Kinds:
        return evidence.kinds_of(self._coordinator.get("/rules/evidence_item"))

    def close(self, case: dict[str, Any]) -> None:
        self._coordinator.post(f"/cases/{case['id']}/execute", with_documents("performance_record"))
        self._coordinator.post(
            f"/cases/{case['id']}/close", {"ground": "executed", **with_documents("closing_approval")}
        )
        self._say(f"案件 {case['case_no']} 执行完毕，结案")

    def copy_by_hand(self, case: dict[str, Any]) -> None:
        notice = self._coordinator.post(
            "/notices", {"case_id": case["id"], "remarks": "请阅。该案已移送公安机关侦查。"}
        )
        path = f"/notices/{notice['id']}"
        issued = self._until(lambda: self._coordinator.get(path), lambda found: bool(found["notice_no"]), "抄告印制")
        self._say(f"抄告 {issued['notice_no']}：{issued['title']}")

    def sign_copies(self, expected: int) -> None:
        """Every recipient signs for what reached its inbox, until all expected notices are signed for."""
        for recipient in RECIPIENTS:
            clerk = self._people.clerk(recipient)
            inbox = partial(clerk.get, "/notices", limit=200)
            self._until(inbox, lambda page: len(page["items"]) >= expected, f"{title(recipient)}收到 {expected} 份")
            for row in clerk.get("/notices", unsigned=True, limit=200)["items"]:
                clerk.get(f"/notices/{row['id']}")
                clerk.post(f"/notices/{row['id']}/sign", {"signed_by": "收文员", "sha256": row["sha256"]})
            self._say(f"{title(recipient)}已签收 {expected} 份")

    def figures(self, imported: dict[str, Any]) -> dict[str, Any]:
        """What the API says at the end; the same whatever was killed on the way."""
        self.settle()
        tasks = self._coordinator.get("/tasks", limit=200)["items"]
        notices = self._coordinator.get("/notices", limit=200)["items"]
        receipts = [receipt for notice in notices for receipt in notice["receipts"]]
        statistics = self._coordinator.get("/statistics")
        ready = self._people.readiness()
        return {
            "clues_imported": imported["rows_created"],
            "rows_rejected": imported["rows_rejected"],
            "cases_filed": sum(statistics["cases_by_state"].values()),
            "cases_closed": statistics["cases_by_state"].get("closed", 0),
            "items_struck_off": statistics["rectifications_by_state"].get("struck_off", 0),
            "joint_actions_closed": statistics["joint_actions_by_state"].get("closed", 0),
            "tasks_by_agency": dict(sorted(Counter(task["agency"] for task in tasks).items())),
            "tasks_signed": sum(1 for task in tasks if task["signed_at"]),
            "notices_by_recipient": dict(sorted(Counter(receipt["recipient"] for receipt in receipts).items())),
            "notices_signed": sum(1 for receipt in receipts if receipt["signed_at"]),
            "events_published": sum(service["published"] for service in ready.values()),
            "events_applied": sum(feed["position"] for service in ready.values() for feed in service["feeds"].values()),
        }

    def _everything_applied(self) -> int:
        """Events not yet published or not yet settled by a consumer; at least 1 while a service does not answer."""
        ready = self._people.readiness()
        if len(ready) < 3:
            return 1
        behind = sum(service["head"] - service["published"] + service["unnumbered"] for service in ready.values())
        for service in ready.values():
            for producer, feed in service["feeds"].items():
                behind += ready[producer]["head"] - feed["position"]
        return int(behind)

    def _until(self, look: Callable[[], Any], good: Callable[[Any], bool], what: str) -> Any:
        give_up_at = time.monotonic() + WAIT_S
        while not good(seen := look()):
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{what}：{WAIT_S:g} 秒内没有发生")
            time.sleep(0.1)
        return seen


def _is_signed(task: dict[str, Any]) -> bool:
    return bool(task["replaced_by"] or task["accepted_at"])
