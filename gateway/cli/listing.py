"""How lists and single records are shown: codes in Chinese, times in Asia/Shanghai, the whole with `--json`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.cli.app import fail, print_json, print_rows
from gateway.cli.client import Client
from gateway.texts import shown
from shared.clock import SHANGHAI

Most = Annotated[int, typer.Option("--limit", "-n", min=1, max=100_000, help="最多列出多少条")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", dir_okay=False, writable=True, help="导出为 XLSX 文件")]
Identity = Annotated[str, typer.Argument(metavar="编号", help="编号或 id")]


def print_list(rows: list[dict[str, Any]], columns: Mapping[str, str], as_json: bool, of: str = "") -> None:
    """of: what object the rows are, whose states they have; rows of several say it in their kind."""
    if as_json:
        print_json(rows)
    else:
        print_rows([readable(row, of) for row in rows], columns, as_json=False)


def print_record(record: Mapping[str, Any], fields: Mapping[str, str], of: str = "") -> None:
    """field -> its Chinese name; what is empty is left out."""
    told = readable(record, of)
    for name, heading in fields.items():
        if told.get(name) not in (None, "", "无"):
            typer.echo(f"{heading}：{told[name]}")


def print_part(heading: str, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """A table within a record; nothing when it is empty."""
    if told := [readable(row) for row in rows]:
        typer.echo(f"\n{heading}")
        print_rows(told, columns, as_json=False)


def exported(file: Path, size: int, as_json: bool) -> None:
    """size: bytes."""
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        typer.echo(f"已导出到 {file}（{size} 字节）")


def readable(row: Mapping[str, Any], of: str = "") -> dict[str, Any]:
    of = of or str(row.get("kind", ""))
    return {name: _value(name, value, of) for name, value in row.items()}


def _value(name: str, value: Any, of: str) -> Any:
    if isinstance(value, str) and "T" in value and (name == "at" or name.endswith(("_at", "_since", "_until"))):
        return datetime.fromisoformat(value).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str | list) and not name.endswith(("id", "_no", "code", "url")):
        return shown(value, of)
    return value


def identify(client: Client, path: str, given: str) -> str:
    """The id of what a person names by its number (案号, 线索编号, 图斑号) or id."""
    try:
        return str(UUID(given))
    except ValueError:
        found = client.get(path, no=given, limit=20)["items"]
    if not found:
        fail(f"找不到 {given}", "核对编号；也可能不在当前账号的权限范围内（tianwei whoami 查看当前账号）")
    # What others call by that number comes after what is called so itself.
    named = (row for row in found if given in (row.get(name) for name in row if name.endswith("_no")))
    return str(next(named, found[0])["id"])
