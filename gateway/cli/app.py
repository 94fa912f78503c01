"""The Typer application every command module adds to, and the one way a command fails or lists.

A command module is any `gateway/cli/<name>.py`, or `gateway/cli/<name>/commands.py`; `__main__` imports them all.
In it: `@app.command("name", help="中文说明")`.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table

app = typer.Typer(
    name="tianwei",
    help="田卫：耕地保护联合执法。先运行 tianwei up 启动，再用其他命令。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _commands() -> None:
    """One program, many commands, even while there is only one."""


AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出，便于程序读取")]
HomeFolder = Annotated[Path, typer.Option("--home", envvar="TIANWEI_HOME", help="数据目录", show_default="./.run")]
DEFAULT_HOME = Path(".run")
_PIPED_WIDTH = 200


def fail(what: str, do: str, code: int = 1) -> NoReturn:
    """Stop the command: say in Chinese what went wrong and what the person should do now.

    code: exit status; 1 failed, 2 used wrongly, 3 the house is not running.
    """
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"失败：{what}", style="red", markup=False)
    console.print(f"请这样做：{do}", markup=False)
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """One JSON document on standard output, Chinese unescaped."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], as_json: bool) -> None:
    """A listing: a table with Chinese headings, or the whole rows as JSON.

    columns: key in the row -> heading, in order.
    """
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        typer.echo("没有记录。")
        return
    first, *others = columns.values()
    # The first column names the thing: a number broken in two cannot be copied.
    heads = [Column(first, no_wrap=True), *(Column(heading, overflow="fold") for heading in others)]
    table = Table(*heads, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*("" if row.get(key) is None else str(row[key]) for key in columns))
    # A file or a pipe has no width to keep to.
    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    Console(highlight=False, width=width).print(table, markup=False)
