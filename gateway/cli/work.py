"""`tianwei work | search | statistics`: what there is to do, where it is stuck, what is found, how much there is."""

from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json, print_rows
from gateway.cli.client import Client
from gateway.cli.listing import Most, Xlsx, exported, print_list
from shared.contracts.codes import WorkKind, WorkList
from shared.contracts.statistics import StatisticBy

POLYGON_HELP = "多边形：“经度,纬度”，以空格分隔"
Division = Annotated[str | None, typer.Option(help="行政区划代码前缀")]
Kind = Annotated[WorkKind | None, typer.Option(help="类别")]
_ROW = {
    "kind": "类别",
    "number": "编号",
    "state": "状态",
    "title": "名称",
    "place": "地点",
    "party_name": "当事人",
    "holder_name": "持有单位",
    "days_in_state": "在该状态天数",
    "due_on": "到期",
    "overdue_days": "超期天数",
}
_STUCK = {
    "kind": "类别",
    "state": "状态",
    "holder_name": "持有单位",
    "items": "件数",
    "longest_days": "最长天数",
    "longest_number": "停留最久的",
}
# Mine is what names me: a case or a clue whose handlers have the name of the account.
_NOTHING_OF_MINE = (
    "“我的”只列承办人中有本账号姓名、且正由本单位办理的事项。"
    "本单位的全部事项：tianwei work unit；看得到的全部事项：tianwei work all。"
)


@app.command("work", help="工作清单：我的、本单位的、今日到期、超期、停留最久的")
def list_work(
    which: Annotated[WorkList, typer.Argument(metavar="清单", help="哪一种清单")] = WorkList.MINE,
    kind: Kind = None,
    division: Division = None,
    step: Annotated[int | None, typer.Option(min=0, max=5, help="催办级别")] = None,
    board: Annotated[bool, typer.Option("--board", help="卡在哪一步、谁手里、多久")] = False,
    xlsx: Xlsx = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    asked: dict[str, Any] = {"kind": kind, "division": division}
    if board:
        with Client(home) as client:
            rows = client.get("/work/stuck", **asked)["items"]
        print_list(rows, _STUCK, as_json)
        return
    asked |= {"which": which, "step": step}
    with Client(home) as client:
        if xlsx is not None:
            exported(xlsx, client.download("/work/export.xlsx", xlsx, **asked), as_json)
            return
        rows = client.items("/work", limit, **asked)
    print_list(rows, _ROW, as_json)
    if not rows and which is WorkList.MINE and not as_json:
        typer.echo(_NOTHING_OF_MINE)


@app.command("search", help="查询：文字、编号、当事人、地点；给出的条件须同时满足")
def search(
    text: Annotated[str | None, typer.Argument(metavar="文字")] = None,
    no: Annotated[str | None, typer.Option(help="完整编号")] = None,
    party: Annotated[str | None, typer.Option(help="当事人")] = None,
    place: Annotated[str | None, typer.Option(help="地点")] = None,
    polygon: Annotated[str | None, typer.Option(help=POLYGON_HELP)] = None,
    kind: Kind = None,
    division: Division = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    asked = {"q": text, "no": no, "party": party, "place": place, "polygon": polygon}
    with Client(home) as client:
        rows = client.items("/search", limit, **asked, kind=kind, division=division)
    print_list(rows, _ROW, as_json)


@app.command("statistics", help="统计表：按乡镇、类型等；--period 为期末数，此后不再变动")
def statistics(
    kind: Annotated[WorkKind, typer.Argument(metavar="类别")] = WorkKind.RECTIFICATION,
    by: Annotated[StatisticBy, typer.Option(help="按什么分行")] = StatisticBy.TOWNSHIP,
    period: Annotated[str | None, typer.Option(help="2026-06、2026-Q2、2026-H1、2026")] = None,
    since: Annotated[str | None, typer.Option(help="自哪个月起，如 2026-04")] = None,
    until: Annotated[str | None, typer.Option(help="至哪个月止")] = None,
    division: Division = None,
    polygon: Annotated[str | None, typer.Option(help=POLYGON_HELP)] = None,
    xlsx: Xlsx = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    asked = {"kind": kind, "by": by, "period": period, "since": since, "until": until, "division": division}
    asked["polygon"] = polygon
    with Client(home) as client:
        if xlsx is not None:
            exported(xlsx, client.download("/statistics/table.xlsx", xlsx, **asked), as_json)
            return
        table = client.get("/statistics/table", **asked)
    if as_json:
        print_json(table)
        return
    headings = {"title": "名称", **{column["name"]: column["title"] for column in table["columns"]}}
    print_rows([_cells(row) for row in (*table["rows"], table["total"])], headings, as_json=False)
    for line in _remarks(table):
        typer.echo(line)


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: f"{one['items']} 件 {one['area_mu']:.2f} 亩" for name, one in row["amounts"].items()}
    return {"title": row["title"], **amounts}


def _remarks(table: dict[str, Any]) -> list[str]:
    told = []
    if table["difference"]:
        told.append(f"有 {table['difference']} 处总数与分项之和不符，本表不得公布")
    period = table["period"]
    if period is None:
        return told
    if not period["ended"]:
        told.append(f"{period['period']} 还没有结束，以上为截至目前的数字")
    titles = {column["name"]: column["title"] for column in table["columns"]}
    late = (f"{titles[name]} {one['items']:+d} 件" for name, one in table["total"]["late"].items())
    if said := "，".join(late):
        told.append(f"期后补记（不并入以上数字）：{said}")
    return told
