"""The steps of the worked example that prepare its decisions, as cases tells them: for the papers of each."""

from datetime import date
from typing import Any

from shared.contracts import action_proposals as p
from shared.contracts import action_step_events as steps
from shared.contracts import case_path_events as path
from shared.contracts import cases_events as c
from shared.contracts import evidence_events as ev
from shared.contracts.base import Event
from tests.unit.services.notify.facts import (
    ACTION_ID,
    CASE_ID,
    CASE_NO,
    CLUE_ID,
    ENHE,
    LOADER_ID,
    PIECE_ID,
    PROPOSAL_ID,
    at,
)


def evidence(**changes: Any) -> ev.EvidenceAddedV1:
    """A photograph of the clue's place."""
    values: dict[str, Any] = {
        "at": at(4, 22),
        "evidence_id": PIECE_ID,
        "evidence_no": "ZW-EV-640521-2026-00001",
        "clue_id": CLUE_ID,
        "from_state": None,
        "to_state": "unexamined",
        "object": "clue",
        "object_id": CLUE_ID,
        "case_id": None,
        "division_code": ENHE,
        "township_code": ENHE,
        "kind": "audiovisual",
        "item": "photo",
        "title": "现场全景",
        "stage": "before",
        "view": "whole",
        "evidence_source": "camera",
        "taken_by": None,
        "device_no": None,
        "batch": None,
        "owner": "township",
        "added_by": "x",
        "stated": {},
        "sha256": "0" * 64,
        "sm3": "0" * 64,
        "size_bytes": 1,
        "media_type": "image/jpeg",
        "file_name": "a.jpg",
        "duplicate_of": None,
        "flags": [],
        "registered_in_advance": False,
    }
    return ev.EvidenceAddedV1(**{**values, **changes})


def procedure() -> list[Event]:
    """What prepares the decision, and what comes when it is not obeyed."""
    head = {"case_id": CASE_ID, "case_no": CASE_NO}
    loader = evidence(
        at=at(4, 26),
        evidence_id=LOADER_ID,
        evidence_no="ZW-EV-640521-2026-00002",
        object="case",
        object_id=CASE_ID,
        case_id=CASE_ID,
        kind="physical",
        title="装载机",
        taken_by="李四",
        media_type="application/pdf",
        registered_in_advance=True,
    )
    moved = {"from_state": "investigating", "to_state": "investigating"}
    surveyed = path.CaseSurveyRecordSignedV1(
        **head,
        **moved,
        at=at(4, 26),
        surveyed_at=at(4, 26),
        place="恩和镇某村三队",
        handlers=["张三", "李四"],
        certificates=["宁E0001", "宁E0002"],
        witness="郑某",
        party_refused=True,
    )
    commissioned = path.CaseAppraisalCommissionedV1(
        **head,
        **moved,
        at=at(4, 28),
        appraiser="某鉴定中心",
        qualification="司法鉴定许可证",
        commissioned_on=date(2026, 4, 28),
        questions="耕作层毁坏的面积和程度",
    )
    reviewed = c.CaseReviewStartedV1(
        **head, at=at(5, 21), from_state="report_done", to_state="under_review", reviewers=["赵六"]
    )
    submitted = path.CaseLegalReviewRequestedV1(
        **head, at=at(5, 23), from_state="under_review", to_state="legal_review"
    )
    given = path.CaseLegalOpinionGivenV1(
        **head, at=at(5, 25), from_state="legal_review", to_state="legal_review", agrees=True, opinion="程序合法。"
    )
    deliberated = path.CaseDeliberatedV1(
        **head,
        at=at(5, 27),
        from_state="legal_review",
        to_state="collective",
        members=["局长", "副局长"],
        outcome="同意处罚意见。",
    )
    asked = path.CaseHearingRequestedV1(
        **head, at=at(6, 2), from_state="noticed", to_state="hearing", asked_on=date(2026, 6, 2)
    )
    heard = {"from_state": "hearing", "to_state": "hearing", "chair": "马某"}
    announced = path.CaseHearingAnnouncedV1(
        **head,
        **heard,
        at=at(6, 2),
        announced_on=date(2026, 6, 2),
        first_day_on=date(2026, 6, 10),
        hearing_at=at(6, 10),
        place="局会议室",
    )
    held = path.CaseHearingHeldV1(**head, **heard, at=at(6, 10), held_at=at(6, 10))
    applied = path.CaseCourtAppliedV1(
        **head,
        at=at(8, 10),
        from_state="demanded",
        to_state="court_applied",
        court="中宁县人民法院",
        applied_on=date(2026, 8, 10),
    )
    return [loader, surveyed, commissioned, reviewed, submitted, given, deliberated, asked, announced, held, applied]


def proposals() -> list[Event]:
    """A rule proposes a joint action, and then an agency asks for it too."""
    proposal = {"proposal_id": PROPOSAL_ID, "proposal_no": "ZW-AP-640521-2026-00001", "case_id": CASE_ID}
    raised = {"raised_at": at(4, 27), "raised_by": "system"}
    proposed = p.ActionProposedV1(
        **proposal,
        at=at(4, 27),
        from_state=None,
        to_state="proposed",
        case_no=CASE_NO,
        division_code=ENHE,
        raised=[{"trigger": "large_area", "fact": "永久基本农田6.30亩", **raised}],
        wished=["public_security"],
        urgent=False,
    )
    again = p.ActionProposalRaisedV1(
        **proposal,
        at=at(4, 28),
        from_state="proposed",
        to_state="proposed",
        raised=[{"trigger": "demolition_on_site", "fact": "需要现场拆除", **raised}],
        urgent=True,
        wished=["agriculture"],
    )
    return [proposed, again]


def action_steps() -> list[Event]:
    """The meeting before the action, and what was done on the spot."""
    action = {"action_id": ACTION_ID, "action_no": "ZW-JA-640521-2026-00001", "case_id": CASE_ID}
    met = steps.JointActionMetV1(
        **action,
        at=at(5, 7),
        from_state="all_signed",
        to_state="met",
        meeting={
            "met_at": at(5, 7),
            "attended": ["natural_resources", "agriculture"],
            "by_phone": False,
            "account": "明确分工和风险。",
        },
    )
    acted = steps.JointActionActedV1(
        **action,
        at=at(5, 8),
        from_state="met",
        to_state="acted",
        acting={
            "started_at": at(5, 8),
            "ended_at": at(5, 8),
            "muster": [{"agency": "natural_resources", "persons": ["张三", "李四"]}],
            "certificates_shown": True,
            "filmed": True,
            "account": "现场硬化地面已停止施工。",
        },
        on_site=None,
        feedback_due_on=date(2026, 5, 15),
    )
    return [met, acted]
