"""The timeline of a case: read from the event log itself, so that it can neither miss nor invent a step."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.queries.custody import TITLES as EVIDENCE_TITLES
from services.cases.queries.discretion import hidden_from, is_hidden, result_kind_for
from services.cases.queries.titles import PATH_TITLES
from services.cases.storage.deadline_tables import deadline
from services.cases.storage.evidence_tables import evidence
from services.cases.storage.path_tables import action_proposal, assistance_request, listing, police_transfer
from services.cases.storage.scope import visible
from services.cases.storage.tables import case, joint_action, rectification
from shared.contracts import cases_events as e
from shared.contracts import clue_events as ce
from shared.contracts import joint_action_events as ja
from shared.contracts import rectification_events as rc
from shared.contracts.case_path_events import CaseResultNotTakenV1
from shared.contracts.cases import GetTimeline, Timeline, TimelineEntry
from shared.contracts.codes import AlarmAction, TaskResultKind, title
from shared.delivery.tables import event_log
from shared.errors import NotFound
from shared.principal import Actor

TITLES: dict[str, str] = {
    e.ClueReceivedV1.type: "线索登记",
    e.ClueAssignedV1.type: "线索分派",
    e.ClueSignedV1.type: "线索签收",
    e.ClueReturnedV1.type: "线索退回改派",
    e.ClueRejectedV1.type: "线索不予受理",
    e.ClueVerificationStartedV1.type: "开始现场核实",
    e.ClueOpinionSubmittedV1.type: "填报核实意见",
    e.ClueClosedV1.type: "线索办结",
    e.ClueTurnedIntoCaseV1.type: "线索转立案",
    ce.ClueDeduplicatedV1.type: "查重",
    ce.ClueLinkedV1.type: "并入已有线索",
    ce.ClueAliasesAddedV1.type: "登记其他编号",
    ce.ClueShapeAddedV1.type: "补充图形",
    ce.ClueReboundNotedV1.type: "标注反弹",
    ce.ClueFoundLargeV1.type: "套合面积达到重大案件标准",
    ce.ClueReviewStartedV1.type: "县级审核",
    ce.ClueReviewPassedV1.type: "审核通过",
    ce.ClueSentBackV1.type: "打回",
    ce.ClueTransferredOutV1.type: "移送其他部门",
    ce.ClueTransferAnsweredV1.type: "移送答复",
    ce.ClueFilingExtendedV1.type: "延长立案期限",
    ce.ClueDutyRuledV1.type: "裁定办理单位",
    ce.ClueArchivedV1.type: "线索归档",
    ce.ClueSplitV1.type: "拆分图斑",
    ce.ClueSplitOffV1.type: "拆出子图斑",
    e.CaseFiledV1.type: "立案",
    e.CaseInvestigationStartedV1.type: "调查取证",
    e.CaseInvestigationConcludedV1.type: "调查终结",
    e.CaseReviewStartedV1.type: "审理",
    e.CasePartyNotifiedV1.type: "告知当事人",
    e.CaseDecidedV1.type: "作出处罚决定",
    e.CaseServedV1.type: "送达处罚决定",
    e.CasePerformanceStartedV1.type: "当事人开始履行",
    e.CaseExecutedV1.type: "执行完毕",
    e.CaseClosedV1.type: "结案",
    rc.RectificationOrderedV1.type: "责令限期整改",
    rc.RectificationReportedV1.type: "报告整改完成",
    rc.RectificationTownshipCheckedV1.type: "乡镇核查",
    rc.RectificationAcceptedV1.type: "县级验收",
    rc.RectificationReviewRequestedV1.type: "提请上级审核",
    rc.RectificationStruckOffV1.type: "销号",
    ja.JointActionConvenedV1.type: "召集联合执法",
    ja.JointActionTaskReassignedV1.type: "任务改派",
    ja.JointActionTaskSignedV1.type: "部门签收任务",
    ja.JointActionTaskAcceptedV1.type: "部门接受任务",
    ja.JointActionTaskDeclinedV1.type: "部门退回任务",
    ja.JointActionTaskReportedV1.type: "部门反馈结果",
    ja.JointActionClosedV1.type: "联合执法办结",
    e.DeadlinesRecountedV1.type: "重算期限",
    e.DeadlineAlarmRaisedV1.type: "期限提醒",
    **EVIDENCE_TITLES,
    **PATH_TITLES,
}

_NOT_PASSED = "乡镇核查未通过"
_OF_RESULTS = frozenset({ja.JointActionTaskReportedV1.type, CaseResultNotTakenV1.type})
_RESULT_TITLES = {str(kind): title(kind) for kind in TaskResultKind}


def get_timeline(q: GetTimeline, by: Actor, connection: Connection) -> Timeline:
    """Every step of the case, its clue and what stands beside it, oldest first. Raises NotFound.

    Of sealed records there is nothing here, for anybody; of a hand-over to public security only for who may know.
    """
    clue_id = connection.execute(
        sa.select(case.c.clue_id).where(case.c.id == q.id, visible(case, by))
    ).scalar_one_or_none()
    if clue_id is None:
        raise NotFound
    steps = connection.execute(
        sa.select(
            event_log.c.occurred_at,
            event_log.c.actor,
            event_log.c.actor_name,
            event_log.c.type,
            event_log.c.aggregate_type,
            event_log.c.aggregate_id,
            event_log.c.payload,
        )
        .where(event_log.c.aggregate_id.in_(told_of(q.id, clue_id, by)))
        # Ids are UUIDv7: within one commit they keep the order in which things were said.
        .order_by(event_log.c.occurred_at, event_log.c.event_id)
    )
    hidden = hidden_from(by)
    return Timeline(
        items=[_entry(step, by) for step in steps if step.type not in hidden and not is_hidden(by, step.payload)]
    )


def told_of(case_id: UUID, clue_id: UUID, by: Actor) -> sa.CompoundSelect[Any]:
    """Ids of everything whose events make the timeline: clue, case, what stands beside it, and their clocks."""
    beside = sa.union_all(
        sa.select(rectification.c.id).where(rectification.c.case_id == case_id),
        sa.select(joint_action.c.id).where(joint_action.c.case_id == case_id),
        *(
            sa.select(table.c.id).where(table.c.case_id == case_id, visible(table, by))
            for table in (police_transfer, listing, action_proposal, assistance_request)
        ),
        sa.select(sa.literal(case_id, case.c.id.type)),
        sa.select(sa.literal(clue_id, case.c.id.type)),
        sa.select(evidence.c.id).where(evidence.c.clue_id == clue_id),
    ).cte("beside")
    objects = sa.select(beside.c[0])
    # What has been raised of a clock is told of the clock itself.
    return objects.union_all(sa.select(deadline.c.id).where(deadline.c.object_id.in_(objects)))


def _entry(step: Any, by: Actor) -> TimelineEntry:
    said = step.payload
    if step.type == e.DeadlineAlarmRaisedV1.type:
        return _raised(step)
    return TimelineEntry.model_validate(
        {
            "at": said["at"],
            "actor": step.actor,
            "actor_name": step.actor_name,
            "what": step.type,
            "title": _title(step, by),
            "object": step.aggregate_type,
            "object_id": step.aggregate_id,
            "from_state": said["from_state"],
            "to_state": said["to_state"],
            "reason": said["reason"],
            "documents": said["documents"],
            "problem": said.get("problem") if step.type == CaseResultNotTakenV1.type else None,
        }
    )


def _title(step: Any, by: Actor) -> str:
    said = step.payload
    if said.get("passed") is False:
        return _NOT_PASSED
    title_ = TITLES.get(step.type, str(step.type))
    if step.type in _OF_RESULTS:
        kind = said.get("kind") or said["result"].get("kind")
        result = _RESULT_TITLES.get(result_kind_for(by, kind) or "")
        return f"{title_}：{result}" if result else title_
    return title_


def _raised(step: Any) -> TimelineEntry:
    """An alarm, told of the object whose clock it is."""
    said = step.payload
    return TimelineEntry.model_validate(
        {
            "at": said["at"],
            "actor": step.actor,
            "actor_name": step.actor_name,
            "what": step.type,
            "title": f"{said['title']}：{title(AlarmAction(said['action']))}（{said['step']}，末日 {said['due_on']}）",
            "object": said["object_type"],
            "object_id": said["object_id"],
            "from_state": None,
            "to_state": None,
            "reason": None,
            "documents": [],
        }
    )
