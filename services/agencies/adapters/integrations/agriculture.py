"""农业农村局: appraises damage to farmland (破坏程度鉴定). Its papers count in mu."""

from collections.abc import Mapping
from typing import Any

from services.agencies.adapters.integrations.forms import FormReader, mu
from services.agencies.adapters.integrations.trade import Trade, address, day_or_none, local_minute, violations
from shared.contracts.agencies import DamageAppraisal, TaskIssuedV1, TaskResult
from shared.contracts.codes import Agency

_DEGREE = {"none": "未破坏", "light": "轻度破坏", "serious": "严重破坏"}
_YES_NO = {"true": "可恢复", "false": "不可恢复"}


class Agriculture(Trade):
    agency = Agency.AGRICULTURE

    def outgoing(self, order: TaskIssuedV1) -> dict[str, Any]:
        brief = order.brief
        return {
            "委托编号": str(order.task_id),
            "联合执法编号": order.action_no,
            "案号": brief.case_no,
            "地块名称": brief.case_title,
            "地块坐落": address(brief),
            "区划代码": brief.division_code,
            "经度": brief.longitude,
            "纬度": brief.latitude,
            "占用人": brief.party_name,
            "违法情形": "；".join(violations(brief)),
            "占用面积_亩": mu(brief.area_m2),
            "其中耕地_亩": mu(brief.farmland_area_m2),
            "其中永久基本农田_亩": mu(brief.pbf_area_m2),
            "委托事项": order.letter.matter,
            "委托依据": order.letter.legal_basis,
            "应出具文书": order.letter.output,
            "踏勘时间": local_minute(order),
            "踏勘集合地点": order.place,
            "是否加急": "是" if order.urgent else "否",
            "签收截止日": day_or_none(order.sign_due_on),
            "出具截止日": day_or_none(order.feedback_due_on),
        }

    def incoming(self, form: Mapping[str, Any]) -> TaskResult:
        read = FormReader(form)
        return read.done(
            kind="damage_appraisal",
            appraised_on=read.day("鉴定日期"),
            report_no=read.text("鉴定意见书编号"),
            destroyed_area_m2=read.area_mu("毁坏面积_亩"),
            degree=read.code("破坏程度", _DEGREE),
            restorable=read.code("可否复耕", _YES_NO) == "true",
            conclusion=read.text("鉴定意见"),
        )

    def result_form(self, result: TaskResult) -> dict[str, Any]:
        if not isinstance(result, DamageAppraisal):
            raise TypeError(result.kind)
        return {
            "鉴定日期": result.appraised_on.isoformat(),
            "鉴定意见书编号": result.report_no,
            "毁坏面积_亩": mu(result.destroyed_area_m2),
            "破坏程度": _DEGREE[result.degree],
            "可否复耕": _YES_NO["true" if result.restorable else "false"],
            "鉴定意见": result.conclusion,
        }
