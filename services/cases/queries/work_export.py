"""Working lists as a spreadsheet shows them: every code by its Chinese name."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from services.cases.queries.work import list_work
from services.cases.queries.work_titles import state_title, title_of
from shared.clock import SHANGHAI
from shared.contracts.codes import Agency, ViolationType, title
from shared.contracts.sheets import SheetPage
from shared.contracts.work import WorkRow
from shared.contracts.work_exports import ExportWork
from shared.principal import Actor

Cell = str | float | int | None


def _at(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _named(kind: type[StrEnum], codes: list[str]) -> str:
    return "、".join(title_of(kind, code) for code in codes)


_COLUMNS: dict[str, Callable[[WorkRow], Cell]] = {
    "类别": lambda row: title(row.kind),
    "编号": lambda row: row.number,
    "其他编号": lambda row: "、".join(row.aliases),
    "名称": lambda row: row.title,
    "状态": lambda row: state_title(row.kind, row.state),
    "进入状态时间": lambda row: _at(row.state_since),
    "在该状态天数": lambda row: row.days_in_state,
    "持有方": lambda row: title(row.holder),
    "持有单位": lambda row: row.holder_name,
    "承办人": lambda row: "、".join(row.officers),
    "牵头部门": lambda row: title_of(Agency, row.lead_agency) if row.lead_agency else "",
    "行政区划代码": lambda row: row.division_code,
    "地点": lambda row: row.place,
    "当事人": lambda row: row.party_name,
    "违法类型": lambda row: _named(ViolationType, row.violation_types),
    "面积（平方米）": lambda row: float(row.area_m2),
    "面积（亩）": lambda row: row.area_mu,
    "耕地（平方米）": lambda row: float(row.farmland_area_m2),
    "永久基本农田（平方米）": lambda row: float(row.pbf_area_m2),
    "开始时间": lambda row: _at(row.opened_at),
    "到期日": lambda row: row.due_on.isoformat() if row.due_on else None,
    "超期天数": lambda row: row.overdue_days,
    "催办级别": lambda row: None if row.ladder_step is None else f"E{row.ladder_step}",
}


def export_work(q: ExportWork, by: Actor, connection: Connection, now: datetime) -> SheetPage:
    """Raises CursorInvalid."""
    page = list_work(q, by, connection, now)
    rows = [[cell(row) for cell in _COLUMNS.values()] for row in page.items]
    return SheetPage(headings=list(_COLUMNS), rows=rows, next_cursor=page.next_cursor)
