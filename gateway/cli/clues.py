"""`tianwei clues list | show`."""

from typing import Annotated

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Identity, Most, identify, print_list, print_part, print_record
from shared.contracts.codes import ClueSource, ClueState

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
    print_list(rows, _ROW, as_json)


@clues.command("show", help="一条线索")
def show_clue(clue: Identity, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"/clues/{identify(client, '/clues', clue)}")
    if as_json:
        print_json(found)
        return
    print_record(found, _RECORD)
    print_part("期限", found["deadlines"], DEADLINES)
