"""Orders, tasks and results of the worked example, for tests of this service."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.agencies.domain.task import RESULT, Order, Task
from shared.aggregate import replay
from shared.contracts.agencies import TaskIssuedV1, TaskResult
from shared.contracts.codes import Agency, JointActionState
from shared.contracts.joint_action_events import (
    ActionBrief,
    ConvenedTask,
    JointActionCancelledV1,
    JointActionClosedV1,
    JointActionConvenedV1,
    JointActionTaskReassignedV1,
)
from shared.contracts.joint_actions import TaskLetter

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 11)
ANSWER_BY = datetime(2026, 3, 16, 10, 0, tzinfo=UTC)


def brief(division_code: str = "640521101201") -> ActionBrief:
    return ActionBrief.model_validate(
        {
            "case_no": "ZW-C-640521-2026-00001",
            "case_title": "石空镇砂场占用永久基本农田案",
            "party_name": "某砂石有限公司",
            "violation_types": ["VT03"],
            "division_code": division_code,
            "division_name": "石空镇倪丁村",
            "place": "滨河路南侧",
            "longitude": 105.67,
            "latitude": 37.49,
            "area_m2": "4333.55",
            "farmland_area_m2": "4333.55",
            "pbf_area_m2": "4100.00",
        }
    )


def letter(agency: Agency) -> TaskLetter:
    return TaskLetter(agency=agency, matter="到场履行职责", legal_basis="土地管理法第七十五条", output="书面反馈")


def order(agency: Agency = Agency.NATURAL_RESOURCES, **changes: Any) -> Order:
    values: dict[str, Any] = {
        "action_id": uuid4(),
        "action_no": "ZW-JA-640521-2026-00001",
        "case_id": uuid4(),
        "title": "石空镇砂场联合执法",
        "place": "石空镇政府",
        "acting_at": datetime(2026, 3, 13, 1, 0, tzinfo=UTC),
        "urgent": False,
        "letter": letter(agency),
        "brief": brief(),
        "sign_due_on": date(2026, 3, 12),
        "feedback_due_on": date(2026, 3, 20),
        "answer_by": ANSWER_BY,
    }
    return Order(**{**values, **changes})


def issued_event(agency: Agency = Agency.NATURAL_RESOURCES, **changes: Any) -> TaskIssuedV1:
    event = Task(uuid4()).issue(order(agency, **changes), "polled_mailbox", NOW)[0]
    assert isinstance(event, TaskIssuedV1)
    return event


def issued_task(agency: Agency = Agency.NATURAL_RESOURCES, **changes: Any) -> Task:
    event = issued_event(agency, **changes)
    task = Task(event.task_id)
    replay(task, [event])
    return task


_RESULTS: dict[Agency, dict[str, Any]] = {
    Agency.NATURAL_RESOURCES: {
        "kind": "land_survey",
        "surveyed_on": "2026-03-10",
        "report_no": "宁自然资测〔2026〕7号",
        "measured_area_m2": 4333.55,
        "farmland_area_m2": 4300.5,
        "pbf_area_m2": 4100,
        "land_class_code": "0102",
        "conclusion": "占用水浇地",
        "surveyor": "中宁县国土测绘队",
        "land_class_version": "2024年度国土变更调查",
        "plan_conformity": "conflicts",
    },
    Agency.AGRICULTURE: {
        "kind": "damage_appraisal",
        "appraised_on": "2026-03-10",
        "report_no": "宁农鉴〔2026〕3号",
        "destroyed_area_m2": 4000,
        "degree": "serious",
        "restorable": True,
        "conclusion": "种植条件严重毁坏",
        "destroyed_pbf_area_m2": 3600,
        "causes": "取土、压占，耕作层剥离",
        "appraiser": "中宁县耕地破坏鉴定委员会",
    },
    Agency.PUBLIC_SECURITY: {
        "kind": "criminal_decision",
        "decision": "filed",
        "decided_on": "2026-03-10",
        "document_no": "宁公立字〔2026〕11号",
        "conclusion": "予以立案",
        "accepted_on": "2026-03-08",
        "suspected_crime": "C342",
    },
    Agency.COMPREHENSIVE_ENFORCEMENT: {
        "kind": "demolition_record",
        "done_on": "2026-03-10",
        "record_no": "宁综执拆〔2026〕5号",
        "measure": "demolished",
        "area_m2": 260.25,
        "structures": 3,
        "conclusion": "筛分设备及工棚拆除",
        "decision_no": "宁自然资罚〔2026〕12号",
        "began_at": "2026-03-10T08:30:00+08:00",
        "ended_at": "2026-03-10T16:00:00+08:00",
        "officers": ["丁某", "戊某"],
        "photographs": [
            {"stage": "before", "taken_at": "2026-03-10T08:20:00+08:00", "sha256": "a" * 64},
            {"stage": "after", "taken_at": "2026-03-10T16:05:00+08:00", "sha256": "b" * 64},
        ],
    },
    Agency.TOWNSHIP: {
        "kind": "township_record",
        "done_on": "2026-03-10",
        "record_no": "石政记〔2026〕2号",
        "party_on_spot": True,
        "utilities": "cut",
        "labourers": 6,
        "watch_persons": 2,
        "first_acceptance": "passed",
        "conclusion": "当事人到场，已停水停电，村组每日看护",
    },
}


OTHER_RESULTS: tuple[tuple[Agency, dict[str, Any]], ...] = (
    (
        Agency.NATURAL_RESOURCES,
        {
            "kind": "control_line_finding",
            "found_on": "2026-03-10",
            "report_no": "宁自然资线〔2026〕4号",
            "database_version": "三区三线划定成果",
            "area_m2": 4333.55,
            "pbf_area_m2": 4100,
            "pbf_reserve_area_m2": 0,
            "ecological_area_m2": 0,
            "outside_boundary_area_m2": 4333.55,
            "plan_conformity": "conflicts",
            "conclusion": "位于永久基本农田",
        },
    ),
    (
        Agency.AGRICULTURE,
        {
            "kind": "replanting_check",
            "checked_on": "2026-03-10",
            "record_no": "宁农核〔2026〕9号",
            "checked_area_m2": 4300,
            "replanted_area_m2": 4200,
            "crop": "春小麦",
            "planting": "grain",
            "tillage_state": "ready_to_sow",
            "passed": True,
            "checkers": ["马某", "杨某"],
            "conclusion": "已复耕",
        },
    ),
    (
        Agency.PUBLIC_SECURITY,
        {
            "kind": "reconsideration_answer",
            "outcome": "upheld",
            "requested_on": "2026-03-08",
            "refusal_no": "宁公不立字〔2026〕4号",
            "decided_on": "2026-03-10",
            "document_no": "宁公复字〔2026〕2号",
            "reasons": "毁坏程度未达立案标准",
            "conclusion": "维持不予立案决定",
        },
    ),
    (
        Agency.PUBLIC_SECURITY,
        {
            "kind": "site_order_record",
            "record_no": "宁公勤〔2026〕31号",
            "began_at": "2026-03-10T08:30:00+08:00",
            "ended_at": "2026-03-10T16:30:00+08:00",
            "police_count": 6,
            "obstruction": "dissuaded",
            "people_handled": 2,
            "evidence_kept": False,
            "conclusion": "经劝说离开",
        },
    ),
)
"""The kinds of results that an agency has beside the one of result()."""


def result(agency: Agency, **changes: Any) -> TaskResult:
    return RESULT.validate_python({**_RESULTS[agency], **changes})


def every_result() -> list[tuple[Agency, dict[str, Any]]]:
    """One of each kind, as the contract has it."""
    return [*_RESULTS.items(), *OTHER_RESULTS]


def convened(
    *agencies: Agency, division_code: str = "640521101201", answer_by: datetime | None = None
) -> JointActionConvenedV1:
    """A joint action of the agencies, default all five."""
    return JointActionConvenedV1(
        **_action(division_code), tasks=[_task(agency, answer_by) for agency in agencies or tuple(Agency)]
    )


def reassigned(former: JointActionConvenedV1, declined: UUID, agency: Agency) -> JointActionTaskReassignedV1:
    """Another agency gets the task that one has declined."""
    same = {name: getattr(former, name) for name in ("action_id", "action_no", "case_id")}
    action = {**_action(former.brief.division_code), **same, "from_state": JointActionState.NOTIFIED}
    return JointActionTaskReassignedV1(**action, declined_task_id=declined, task=_task(agency))


def cancelled(former: JointActionConvenedV1, *withdrawn: UUID) -> JointActionCancelledV1:
    """The action is called off with these tasks open."""
    same = {name: getattr(former, name) for name in ("at", "action_id", "action_no", "case_id")}
    states = {"from_state": JointActionState.NOTIFIED, "to_state": JointActionState.CANCELLED}
    return JointActionCancelledV1(**same, **states, reason="当事人已自行拆除", task_ids=list(withdrawn))


def closed(former: JointActionConvenedV1, done: list[UUID], withdrawn: list[UUID]) -> JointActionClosedV1:
    """The feedback of the action is complete."""
    same = {name: getattr(former, name) for name in ("at", "action_id", "action_no", "case_id")}
    states = {"from_state": JointActionState.FEEDBACK_PARTIAL, "to_state": JointActionState.CLOSED}
    return JointActionClosedV1(**same, **states, done_task_ids=done, withdrawn_task_ids=withdrawn)


def _task(agency: Agency, answer_by: datetime | None = None) -> ConvenedTask:
    return ConvenedTask(
        task_id=uuid4(),
        letter=letter(agency),
        sign_due_on=date(2026, 3, 12),
        feedback_due_on=date(2026, 3, 20),
        answer_by=answer_by,
    )


def _action(division_code: str) -> dict[str, Any]:
    return {
        "at": NOW,
        "reason": "达到联合执法条件",
        "action_id": uuid4(),
        "action_no": "ZW-JA-640521-2026-00001",
        "case_id": uuid4(),
        "from_state": None,
        "to_state": JointActionState.NOTIFIED,
        "title": "石空镇砂场联合执法",
        "place": "石空镇政府",
        "acting_at": datetime(2026, 3, 13, 1, 0, tzinfo=UTC),
        "urgent": False,
        "lead_agency": Agency.NATURAL_RESOURCES,
        "brief": brief(division_code),
    }


def named(part: Any) -> str:
    """Of a pair of every_result, in the name of a test."""
    return str(part["kind"]) if isinstance(part, dict) else ""
