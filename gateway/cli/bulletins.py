"""`tianwei bulletins list | show | figure | difference | draft`."""

from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Most, print_list, print_part, print_record

bulletins = typer.Typer(no_args_is_help=True, help="通报")
app.add_typer(bulletins, name="bulletins")

_ROW = {
    "id": "id",
    "name": "期间",
    "kind": "种类",
    "due_on": "应拟日期",
    "document_state": "公文状态",
    "number": "发文字号",
}
_FIGURE = {"township": "乡镇", "title": "指标", "this": "本期", "before": "上期", "year_before": "去年同期"}
_MEMBER = {"number": "编号", "case_no": "案件编号", "title": "名称", "state": "状态", "area_m2": "面积（平方米）"}
_CHANGE = {"township_name": "乡镇", "title": "指标", "frozen": "通报数", "now": "现在"}
_EVENT = {"position": "序号", "told_at": "记录时间", "valid_at": "发生时间", "number": "编号", "to_state": "状态"}


@bulletins.command("list", help="通报清单；--due 只看应拟未拟的")
def list_bulletins(
    due: Annotated[bool, typer.Option("--due", help="应拟未拟的")] = False,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items("/bulletins", limit, due=due or None)
    print_list(rows, _ROW, as_json, of="bulletin")


@bulletins.command("draft", help="拟制一期通报，连同向县委的报告和抄告函")
def draft_bulletin(
    period: Annotated[str, typer.Argument(help="2026-06、2026-Q2、2026-H1 或 2026")],
    demand: Annotated[list[str], typer.Option(help="工作要求，可重复")],
    proposal: Annotated[list[str], typer.Option(help="向县委的下一步建议，可重复")],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    body = {"period": period, "demands": demand, "proposals": proposal}
    with Client(home) as client:
        made = client.post("/bulletins", body)
    if as_json:
        print_json(made)
        return
    print_record(made, _ROW, of="bulletin")


@bulletins.command("show", help="一期通报的数据")
def show_bulletin(bulletin: UUID, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"/bulletins/{bulletin}")
    if as_json:
        print_json(found)
        return
    print_record(found, _ROW, of="bulletin")
    if found["figures"]:
        print_part("全县", _counts(found["figures"]), _FIGURE)


@bulletins.command("figure", help="一个数字背后的线索、案件、整改项")
def show_figure(
    bulletin: UUID,
    township: Annotated[str, typer.Argument(help="乡镇代码九位，或者 county")],
    column: Annotated[str, typer.Argument(help="指标，例如 overdue")],
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items(f"/bulletins/{bulletin}/figures/{township}/{column}", limit)
    print_list(rows, _MEMBER, as_json, of="bulletin")


@bulletins.command("difference", help="通报之后的变化，以及原因")
def show_difference(bulletin: UUID, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"/bulletins/{bulletin}/difference")
    if as_json:
        print_json(found)
        return
    changes = [
        {**one, "frozen": one["frozen"]["items"], "now": one["now"]["items"]}
        for one in found["changes"]
        if one["frozen"]["items"] != one["now"]["items"]
    ]
    print_part("变化", changes, _CHANGE)
    print_part("原因", found["events"], _EVENT)


def _counts(figures: Any) -> list[dict[str, Any]]:
    titles = {column["name"]: column["title"] for column in figures["columns"]}
    county = figures["county"]
    return [
        {
            "township": county["name"],
            "title": titles[one["column"]],
            **{name: one[name]["items"] for name in ("this", "before", "year_before")},
        }
        for one in county["figures"]
    ]
