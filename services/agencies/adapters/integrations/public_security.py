"""公安局: decides whether to open a criminal case (立案 / 不予立案). Dates are written yyyyMMdd in its systems."""

from collections.abc import Mapping
from typing import Any

from services.agencies.adapters.integrations.forms import FormReader, m2
from services.agencies.adapters.integrations.trade import Trade, address, day_or_none, local_minute, violations
from shared.contracts.agencies import CriminalDecision, TaskIssuedV1, TaskResult
from shared.contracts.codes import Agency

_DAY = "%Y%m%d"
_URGENCY = {True: "1", False: "0"}
_PAPER = {"filed": "立案决定书", "refused": "不予立案通知书"}


class PublicSecurity(Trade):
    agency = Agency.PUBLIC_SECURITY

    def outgoing(self, order: TaskIssuedV1) -> dict[str, Any]:
        """是否紧急: 1 是, 0 否. 行政区划 to the village, 12 digits."""
        brief = order.brief
        return {
            "协查标识": str(order.task_id),
            "协查函编号": order.action_no,
            "行政案件编号": brief.case_no,
            "涉嫌事项": violations(brief),
            "涉案单位或人员": brief.party_name,
            "案发地行政区划": brief.division_code,
            "案发地详址": address(brief),
            "案发地经度": brief.longitude,
            "案发地纬度": brief.latitude,
            "占用耕地面积_平方米": m2(brief.farmland_area_m2),
            "占用永久基本农田面积_平方米": m2(brief.pbf_area_m2),
            "协查要求": order.letter.matter,
            "法律依据": order.letter.legal_basis,
            "应答文书": order.letter.output,
            "行动集合时间": local_minute(order),
            "行动集合地点": order.place,
            "是否紧急": _URGENCY[order.urgent],
            "签收期限": day_or_none(order.sign_due_on, _DAY),
            "答复期限": day_or_none(order.feedback_due_on, _DAY),
        }

    def incoming(self, form: Mapping[str, Any]) -> TaskResult:
        read = FormReader(form)
        return read.done(
            kind="criminal_decision",
            decision=read.code("文书种类", _PAPER),
            decided_on=read.day("决定日期", _DAY),
            document_no=read.text("文书编号"),
            conclusion=read.text("决定内容"),
        )

    def result_form(self, result: TaskResult) -> dict[str, Any]:
        if not isinstance(result, CriminalDecision):
            raise TypeError(result.kind)
        return {
            "文书种类": _PAPER[result.decision],
            "决定日期": result.decided_on.strftime(_DAY),
            "文书编号": result.document_no,
            "决定内容": result.conclusion,
        }
