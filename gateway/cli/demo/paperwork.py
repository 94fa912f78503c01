"""Which documents the story issues, at which of its steps; of the case it is about, not of those beside it."""

from datetime import datetime
from typing import Any

from gateway.cli.demo.documents import ARTICLES, BASIS, REMEDY, Documents
from gateway.cli.demo.papers import with_documents
from gateway.cli.demo.people import People
from shared.clock import local_day

TOWN, POLICE, PROCURATORATE = "恩和镇人民政府", "中宁县公安局", "中宁县人民检察院"
_BUREAUS = ("中宁县公安局", "中宁县自然资源局", "中宁县农业农村局", "中宁县综合执法局", TOWN)


class Paperwork:
    """case_id: of the case whose documents are issued."""

    def __init__(self, people: People, documents: Documents, case_id: str) -> None:
        self._people = people
        self._documents = documents
        self._case_id = case_id

    def is_about(self, case_id: str) -> bool:
        return case_id == self._case_id

    def filed(self, clue: dict[str, Any], now: datetime) -> None:
        """立案呈批表, 责令停止违法行为通知书, 协助函, which the police answer at once."""
        about = {"case_id": self._case_id}
        self._documents.issue("filing_approval", about, reviewer_opinion="同意立案", leader_opinion="同意立案")
        found_on = local_day(datetime.fromisoformat(clue["received_at"])).isoformat()
        self._documents.issue("stop_order", about, articles=ARTICLES, found_on=found_on)
        asked = {
            "to_agency": "public_security",
            "matters": ["identity_check", "site_help"],
            "details": "核对砂场经营者身份。\n必要时派员维持现场秩序。",
            "contact": "王立新 0955-5020000",
            **with_documents("assistance_letter"),
        }
        letter = self._people.coordinator.post(f"/cases/{self._case_id}/assistance-requests", asked)
        self._documents.issue("assistance_letter", {"subject_id": letter["id"]}, to=[POLICE])
        answer = {"result": "done", "account": "身份已核对，已安排派出所到场。", "answered_by": "值班民警"}
        # It came back on paper.
        day = local_day(now)
        told = {**answer, "answered_on": day.isoformat(), **with_documents("feedback_letter", on=day)}
        self._people.coordinator.post(f"/assistance-requests/{letter['id']}/answer", told)

    def convened(self, action: dict[str, Any]) -> None:
        """联合执法通知, and a 任务书 for each of the first tasks."""
        about = {"subject_id": action["id"]}
        muster = {"muster": f"{TOWN}门前广场", "equipment": "着制式服装，携带执法记录仪和勘测设备。"}
        self._documents.issue("joint_action_notice", about, to=_BUREAUS, **muster)
        task = action["tasks"][0]
        self._documents.issue("task_letter", {"subject_id": task["task_id"]}, to=[_BUREAUS[0]])

    def listed(self, now: datetime) -> None:
        """挂牌督办通知: the system has proposed it, a person decides; the township signs for it and begins."""
        (row,) = self._people.coordinator.get("/listings", case_id=self._case_id)["items"]
        path, day = f"/listings/{row['id']}", local_day(now).isoformat()
        approval = {"approved_by": "县长", **with_documents("listing_approval")}
        self._people.coordinator.post(f"{path}/approve", approval)
        extension = "确需延期的，应当在期满三个工作日前书面申请"
        notice = self._documents.issue("listing_notice", {"subject_id": row["id"]}, to=[TOWN], extension=extension)
        number = self._documents.number_of(notice)
        told = {"notice_no": number, "sent_on": day, **with_documents("listing_notice")}
        self._people.coordinator.post(f"{path}/notify", told)
        self._people.coordinator.post(f"{path}/sign", {"signed_by": "镇长"})
        self._people.coordinator.post(f"{path}/begin", {"plan": "一个月内拆除并复耕。"})

    def handed_over(self) -> None:
        """涉嫌犯罪案件移送书."""
        (row,) = self._people.coordinator.get("/police-transfers", case_id=self._case_id)["items"]
        self._documents.issue("crime_transfer", {"subject_id": row["id"]}, to=[POLICE], copies=[PROCURATORATE])

    def notified(self) -> None:
        """行政处罚告知书."""
        self._documents.issue("penalty_notice", {"case_id": self._case_id}, articles=ARTICLES, basis=BASIS)

    def decision_no(self) -> str:
        """行政处罚决定书: the decision has the number that the register gives the document."""
        decision = self._documents.issue(
            "penalty_decision",
            {"case_id": self._case_id},
            statement="告知期内，你（单位）未陈述、申辩，未要求听证。",
            articles=ARTICLES,
            basis=BASIS,
            way="自收到本决定书之日起十五日内自行拆除，退还土地并恢复原状。",
            remedy=REMEDY,
        )
        return self._documents.number_of(decision)

    def struck_off(self, item: dict[str, Any]) -> None:
        """整改验收单, 整改销号单; rules make the copies (抄告单) of the strike-off."""
        about = {"subject_id": item["id"]}
        self._documents.issue("acceptance_sheet", about, opinion="现场核验，已拆除复耕，同意通过验收。")
        self._documents.issue("strike_off_sheet", about, county_opinion="同意销号", review_opinion="同意销号")
