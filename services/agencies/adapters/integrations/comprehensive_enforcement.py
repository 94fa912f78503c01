"""综合执法局: demolishes, seals or clears by lawful decision, and records it."""

from collections.abc import Mapping
from typing import Any

from services.agencies.adapters.integrations.forms import FormReader, m2
from services.agencies.adapters.integrations.trade import Trade, address, day_or_none, local_minute, violations
from shared.contracts.agencies import DemolitionRecord, TaskIssuedV1, TaskResult
from shared.contracts.codes import Agency

_MEASURE = {"demolished": "拆除", "sealed": "查封", "cleared": "清理"}


class ComprehensiveEnforcement(Trade):
    agency = Agency.COMPREHENSIVE_ENFORCEMENT

    def outgoing(self, order: TaskIssuedV1) -> dict[str, Any]:
        brief = order.brief
        return {
            "派单号": str(order.task_id),
            "行动编号": order.action_no,
            "关联案件": brief.case_no,
            "行动名称": order.title,
            "执法对象": brief.party_name,
            "违法行为": violations(brief),
            "现场位置": address(brief),
            "现场坐标": None if brief.longitude is None else f"{brief.longitude},{brief.latitude}",
            "涉及面积_平方米": m2(brief.area_m2),
            "处置要求": order.letter.matter,
            "处置依据": order.letter.legal_basis,
            "应交材料": order.letter.output,
            "出动时间": local_minute(order),
            "集结点": order.place,
            "紧急": "急" if order.urgent else "普通",
            "签收截止": day_or_none(order.sign_due_on),
            "办结截止": day_or_none(order.feedback_due_on),
        }

    def incoming(self, form: Mapping[str, Any]) -> TaskResult:
        read = FormReader(form)
        return read.done(
            kind="demolition_record",
            done_on=read.day("处置日期"),
            record_no=read.text("现场记录编号"),
            measure=read.code("处置方式", _MEASURE),
            area_m2=read.area_m2("处置面积_平方米"),
            structures=read.whole("构筑物数量"),
            conclusion=read.text("处置情况"),
        )

    def result_form(self, result: TaskResult) -> dict[str, Any]:
        if not isinstance(result, DemolitionRecord):
            raise TypeError(result.kind)
        return {
            "处置日期": result.done_on.isoformat(),
            "现场记录编号": result.record_no,
            "处置方式": _MEASURE[result.measure],
            "处置面积_平方米": m2(result.area_m2),
            "构筑物数量": result.structures,
            "处置情况": result.conclusion,
        }
