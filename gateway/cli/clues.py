"""`tianwei clues list | show | export`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Identity, Most, identify, print_list, print_part, print_record
from shared.contracts.codes import ClueSource, ClueState, ReviewState


class Layout(StrEnum):
    WORKING_TABLE = "working_table"
    SHAPEFILE_FIELDS = "shapefile_fields"


clues = typer.Typer(no_args_is_help=True, help="线索")
app.add_typer(clues, name="clues")

DEADLINES = {"title": "期限", "started_at": "起算", "due_on": "到期", "met_at": "办结"}
_ROW = {
    "clue_no": "线索编号",
    "state": "状态",
    "source": "来源",
    "patch_no": "图斑号",
    "division_name": "位置",
    "area_mu": "面积（亩）",
    "received_at": "接收时间",
    "due_on": "到期",
}
_RECORD = {
    **_ROW,
    "id": "id",
    "version": "版本",
    "place": "地点",
    "description": "描述",
    "township_code": "分派乡镇",
    "officers": "核实人员",
    "opinion": "认定意见",
    "facts": "认定事实",
    "suspected_type": "疑似类型",
    "case_id": "案件 id",
}


@clues.command("list", help="线索清单")
def list_clues(
    state: Annotated[ClueState | None, typer.Option(help="状态")] = None,
    source: Annotated[ClueSource | None, typer.Option(help="来源")] = None,
    division: Annotated[str | None, typer.Option(help="行政区划代码前缀")] = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items("/clues", limit, state=state, source=source, division=division)
    print_list(rows, _ROW, as_json, "clue")


@clues.command("export", help="按上级系统的列序导出为 XLSX")
def export_clues(
    file: Annotated[Path, typer.Argument(metavar="文件", dir_okay=False, writable=True)],
    layout: Annotated[Layout, typer.Option(help="工作表列序，或 Shapefile 字段列序")] = Layout.WORKING_TABLE,
    state: Annotated[ClueState | None, typer.Option(help="状态")] = None,
    source: Annotated[ClueSource | None, typer.Option(help="来源")] = None,
    division: Annotated[str | None, typer.Option(help="行政区划代码前缀")] = None,
    review: Annotated[ReviewState | None, typer.Option(help="审核阶段")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    asked = {"layout": layout, "state": state, "source": source, "division": division, "review_state": review}
    with Client(home) as client:
        size = client.download("/clues/export.xlsx", file, **asked)
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        typer.echo(f"已导出到 {file}（{size} 字节）")


@clues.command("show", help="一条线索")
def show_clue(clue: Identity, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"/clues/{identify(client, '/clues', clue)}")
    if as_json:
        print_json(found)
        return
    print_record(found, _RECORD, "clue")
    print_part("期限", found["deadlines"], DEADLINES)
