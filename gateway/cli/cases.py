"""`tianwei cases list | show`."""

from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.clues import DEADLINES
from gateway.cli.listing import Identity, Most, identify, print_list, print_part, print_record
from gateway.texts import detail
from shared.contracts.codes import CaseState

cases = typer.Typer(no_args_is_help=True, help="案件")
app.add_typer(cases, name="cases")

_ROW = {
    "case_no": "案号",
    "state": "状态",
    "title": "案由",
    "party_name": "当事人",
    "division_name": "位置",
    "area_mu": "面积（亩）",
    "filed_at": "立案时间",
    "due_on": "到期",
}
_RECORD = {
    **_ROW,
    "id": "id",
    "version": "版本",
    "clue_no": "线索编号",
    "lead_agency": "牵头部门",
    "violation_types": "违法类型",
    "place": "地点",
    "officers": "办案人员",
    "decision_no": "决定书文号",
    "decided_at": "决定时间",
    "closed_at": "结案时间",
    "closing_ground": "结案理由",
}
_STEPS = {"at": "时间", "object": "对象", "title": "步骤", "actor_name": "办理人", "to_state": "状态", "reason": "理由"}


@cases.command("list", help="案件清单")
def list_cases(
    state: Annotated[CaseState | None, typer.Option(help="状态")] = None,
    division: Annotated[str | None, typer.Option(help="行政区划代码前缀")] = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items("/cases", limit, state=state, division=division)
    print_list(rows, _ROW, as_json, "case")


@cases.command("show", help="一个案件及其全过程")
def show_case(case: Identity, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        path = f"/cases/{identify(client, '/cases', case)}"
        found, steps = client.get(path), client.get(f"{path}/timeline")["items"]
    if as_json:
        print_json({**found, "timeline": steps})
        return
    print_record(found, _RECORD, "case")
    print_part("期限", found["deadlines"], DEADLINES)
    print_part("全过程", [{**step, "reason": _why(step)} for step in steps], _STEPS)


def _why(step: dict[str, Any]) -> str | None:
    """What was said of a step, or why something could not be taken."""
    problem = step["problem"]
    return detail(problem["code"], problem["facts"], problem["field"]) if problem else step["reason"]
