"""自然资源局: the land enforcement system (自然资源执法监管系统). Square metres, survey and land class come back."""

from collections.abc import Mapping
from typing import Any

from services.agencies.adapters.integrations.forms import FormReader, m2
from services.agencies.adapters.integrations.trade import Trade, day_or_none, local_minute, violations
from shared.contracts.agencies import LandSurvey, TaskIssuedV1, TaskResult
from shared.contracts.codes import Agency

_URGENCY = {True: "01", False: "02"}
_KIND = "实地测量与地类认定"


class NaturalResources(Trade):
    agency = Agency.NATURAL_RESOURCES

    def outgoing(self, order: TaskIssuedV1) -> dict[str, Any]:
        """紧急程度: 01 急件, 02 平件. 坐标系 as the survey layers have it."""
        brief = order.brief
        return {
            "任务标识": str(order.task_id),
            "联合执法编号": order.action_no,
            "案件编号": brief.case_no,
            "案件名称": brief.case_title,
            "案由": violations(brief),
            "当事人": brief.party_name,
            "行政区代码": brief.division_code,
            "行政区名称": brief.division_name,
            "坐落": brief.place,
            "中心点": {"经度": brief.longitude, "纬度": brief.latitude, "坐标系": "CGCS2000"},
            "占地面积_平方米": m2(brief.area_m2),
            "耕地面积_平方米": m2(brief.farmland_area_m2),
            "永久基本农田面积_平方米": m2(brief.pbf_area_m2),
            "工作事项": order.letter.matter,
            "法律依据": order.letter.legal_basis,
            "成果要求": order.letter.output,
            "集合地点": order.place,
            "行动时间": local_minute(order),
            "紧急程度": _URGENCY[order.urgent],
            "签收期限": day_or_none(order.sign_due_on),
            "反馈期限": day_or_none(order.feedback_due_on),
        }

    def incoming(self, form: Mapping[str, Any]) -> TaskResult:
        read = FormReader(form)
        read.code("成果类型", {"land_survey": _KIND})
        return read.done(
            kind="land_survey",
            surveyed_on=read.day("测量日期"),
            report_no=read.text("报告编号"),
            measured_area_m2=read.area_m2("实测面积_平方米"),
            farmland_area_m2=read.area_m2("耕地面积_平方米"),
            pbf_area_m2=read.area_m2("永久基本农田面积_平方米"),
            land_class_code=read.text("地类编码"),
            conclusion=read.text("认定意见"),
        )

    def result_form(self, result: TaskResult) -> dict[str, Any]:
        if not isinstance(result, LandSurvey):
            raise TypeError(result.kind)
        return {
            "成果类型": _KIND,
            "测量日期": result.surveyed_on.isoformat(),
            "报告编号": result.report_no,
            "实测面积_平方米": m2(result.measured_area_m2),
            "耕地面积_平方米": m2(result.farmland_area_m2),
            "永久基本农田面积_平方米": m2(result.pbf_area_m2),
            "地类编码": result.land_class_code,
            "认定意见": result.conclusion,
        }
