"""`tianwei rebuild SERVICE PROJECTION`."""

from typing import Annotated

import typer

from gateway.cli.app import DEFAULT_HOME, HomeFolder, app
from gateway.cli.stack.tools import Service, operator, run_tool


@app.command("rebuild", help="从日志重算投影并与现有的比较：0 一致或已改正，1 不一致，2 没有比成")
def rebuild(
    service: Annotated[Service, typer.Argument(help="服务")],
    projection: Annotated[str, typer.Argument(help="投影名；--list 列出")] = "",
    listing: Annotated[bool, typer.Option("--list", help="列出该服务的投影")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="以日志为准改正，要写 --reason")] = False,
    reason: Annotated[str, typer.Option("--reason", help="改正的理由，记入日志")] = "",
    home: HomeFolder = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="输出一行 JSON")] = False,
) -> None:
    words = [projection] if projection else []
    words += ["--list"] if listing else []
    words += ["--repair", "--reason", reason, "--by", operator()] if repair else []
    words += ["--json"] if as_json else []
    raise typer.Exit(run_tool(home, service.value, "rebuild", *words))
