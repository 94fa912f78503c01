"""乡镇政府: brings the party, cuts utilities, gives labour, watches daily, accepts first (domain.md 4.5, TWN).

It has no system of its own: its officers open the inbox of the console.
"""

from collections.abc import Mapping
from typing import Any

from services.agencies.adapters.integrations.forms import FormReader, m2
from services.agencies.adapters.integrations.trade import Trade, address, day_or_none, local_minute, violations
from shared.contracts.agencies import TaskIssuedV1, TaskResult, TownshipRecord
from shared.contracts.codes import Agency

_YES = {"yes": "是", "no": "否"}
_UTILITIES = {"cut": "已停水停电", "none_there": "现场无水电", "not_cut": "未停"}
_ACCEPTANCE = {"passed": "通过", "failed": "不通过", "not_yet": "尚未验收"}


class Township(Trade):
    agency = Agency.TOWNSHIP

    def outgoing(self, order: TaskIssuedV1) -> dict[str, Any]:
        brief = order.brief
        return {
            "任务编号": str(order.task_id),
            "联合执法": order.action_no,
            "所涉案件": brief.case_no,
            "所在村组": brief.division_name,
            "具体位置": address(brief),
            "当事人": brief.party_name,
            "违法情形": violations(brief),
            "占用耕地_平方米": m2(brief.farmland_area_m2),
            "乡镇职责": order.letter.matter,
            "依据": order.letter.legal_basis,
            "需报送": order.letter.output,
            "到场时间": local_minute(order),
            "到场地点": order.place,
            "是否紧急": "紧急" if order.urgent else "一般",
            "签收时限": day_or_none(order.sign_due_on),
            "反馈时限": day_or_none(order.feedback_due_on),
        }

    def incoming(self, form: Mapping[str, Any]) -> TaskResult:
        read = FormReader(form)
        return read.done(
            kind="township_record",
            done_on=read.day("到场日期"),
            record_no=read.text("记录编号"),
            party_on_spot=read.code("当事人到场", _YES) == "yes",
            utilities=read.code("水电情况", _UTILITIES),
            labourers=read.whole("复耕用工人数"),
            watch_persons=read.whole("日常看护人数"),
            first_acceptance=read.code("初步验收", _ACCEPTANCE),
            conclusion=read.text("工作情况"),
        )

    def result_form(self, result: TaskResult) -> dict[str, Any]:
        if not isinstance(result, TownshipRecord):
            raise TypeError(result.kind)
        return {
            "到场日期": result.done_on.isoformat(),
            "记录编号": result.record_no,
            "当事人到场": _YES["yes" if result.party_on_spot else "no"],
            "水电情况": _UTILITIES[result.utilities],
            "复耕用工人数": result.labourers,
            "日常看护人数": result.watch_persons,
            "初步验收": _ACCEPTANCE[result.first_acceptance],
            "工作情况": result.conclusion,
        }
