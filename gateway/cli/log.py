"""`tianwei log renew SERVICE --reason …`."""

from typing import Annotated

import typer

from gateway.cli.app import DEFAULT_HOME, HomeFolder, app
from gateway.cli.stack.tools import Service, operator, run_tool

log = typer.Typer(no_args_is_help=True, help="服务的事件日志")
app.add_typer(log, name="log")


@log.command("renew", help="用备份恢复了数据库之后：给日志换新编号，使订阅它的服务停住等人确认")
def renew(
    service: Annotated[Service, typer.Argument(help="数据库被恢复的服务")],
    reason: Annotated[str, typer.Option("--reason", help="理由，记入日志")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
    home: HomeFolder = DEFAULT_HOME,
) -> None:
    if not yes:
        typer.confirm(f"读过 {service.value} 日志的各服务会停住订阅，直到两个人确认。继续吗？", abort=True)
    raise typer.Exit(run_tool(home, service.value, "storage.renew_log", "--reason", reason, "--by", operator()))
