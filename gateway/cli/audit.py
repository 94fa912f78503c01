"""`tianwei audit list | export | verify | checkpoint`: who did or tried what, and that nobody changed the record."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Most, exported, print_list
from shared.bundles.script import audit_script
from shared.bundles.verifier.audit import EXPORT, Audit
from shared.bundles.verifier.audit_program import audited, told
from shared.bundles.verifier.links import canonical_of
from shared.clock import SHANGHAI
from shared.contracts.audit import AuditKind, Chain, Outcome
from shared.contracts.catalogue import SOURCES
from shared.contracts.codes import title

audit = typer.Typer(no_args_is_help=True, help="审计：谁做过、看过、试过什么，记录有没有被动过（审计管理员）")
app.add_typer(audit, name="audit")

_PATH = "/audit"
_CHAINS = (*((service, chain) for service in SOURCES for chain in Chain), ("gateway", Chain.ACCESS))
_LINKS = 500
_MOST_CHECKPOINTS = 1_000_000
_ROW = {
    "at": "时间",
    "service": "服务",
    "kind": "类别",
    "operation": "操作",
    "outcome": "结果",
    "who": "行为人",
    "about": "对象",
    "times": "次数",
}
_CHECKPOINT = {
    "number": "号",
    "made_at": "时间",
    "sha256": "摘要",
    "key_id": "公钥编号",
    "missing": "缺",
    "file": "文件",
}

Since = Annotated[
    datetime | None, typer.Option("--since", help="从何时起（当地时间）", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
]
Until = Annotated[datetime | None, typer.Option("--until", help="到何时止", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])]
Key = Annotated[str, typer.Option("--key", help="机关公布的公钥编号")]


@audit.command("list", help="审计记录，最新的在前；--csv 存为表格")
def list_entries(
    service: Annotated[str | None, typer.Option(help=f"服务：{'、'.join(SOURCES)}、gateway")] = None,
    kind: Annotated[AuditKind | None, typer.Option(help="类别")] = None,
    actor: Annotated[str | None, typer.Option(help="行为人的账号 id")] = None,
    object_id: Annotated[str | None, typer.Option("--object", help="对象 id")] = None,
    operation: Annotated[str | None, typer.Option(help="操作名或事件类型")] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="结果")] = None,
    since: Since = None,
    until: Until = None,
    csv: Annotated[Path | None, typer.Option("--csv", dir_okay=False, writable=True, help="导出为 CSV 文件")] = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    asked: dict[str, Any] = {
        "service": service,
        "kind": kind,
        "actor": actor,
        "object_id": object_id,
        "operation_name": operation,
        "outcome": outcome,
        "since": _instant(since),
        "until": _instant(until),
    }
    with Client(home) as client:
        if csv is not None:
            exported(csv, client.download(f"{_PATH}/export.csv", csv, **asked), as_json)
            return
        rows = client.items(_PATH, limit, **asked)
        if missing := client.get(_PATH, limit=1, **asked)["missing"]:
            typer.echo(f"注意：{'、'.join(missing)} 没有答复，其记录不在其中。", err=True)
    print_list(rows if as_json else [_readable(row) for row in rows], _ROW, as_json)


@audit.command("export", help="把各链和检查点导出为一个文件，供离线核对")
def export(
    file: Annotated[Path, typer.Argument(metavar="文件.jsonl", dir_okay=False)],
    script: Annotated[
        Path | None, typer.Option("--verifier", dir_okay=False, help="另存核对程序 verify_audit.py")
    ] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    part = file.with_name(f"{file.name}.part")
    try:
        with Client(home) as client, part.open("w", encoding="utf-8", newline="\n") as out:
            _write(client, out)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    if script is not None:
        script.write_bytes(audit_script())
    exported(file, file.stat().st_size, as_json)


@audit.command("verify", help="核对各链与检查点：0 完好，1 有不一致；不写文件就从系统读取")
def verify(
    file: Annotated[Path | None, typer.Argument(metavar="[文件.jsonl]", dir_okay=False, exists=True)] = None,
    checkpoints: Annotated[
        list[Path] | None, typer.Option("--checkpoint", exists=True, help="另行保存的检查点文件或目录，可多次")
    ] = None,
    key: Key = "",
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with ExitStack() as stack:
        if file is None:
            file = Path(stack.enter_context(TemporaryDirectory())) / "audit.jsonl"
            client = stack.enter_context(Client(home))
            with file.open("w", encoding="utf-8", newline="\n") as out:
                _write(client, out)
        found = audited(os.fspath(file), [os.fspath(path) for path in checkpoints or ()], key)
    if as_json:
        print_json(_result(found))
        raise typer.Exit(1 if found.faults else 0)
    raise typer.Exit(told(found))


@audit.command("checkpoint", help="现在签一个检查点；--list 列出已有的")
def checkpoint(
    listing: Annotated[bool, typer.Option("--list", help="列出已有的检查点")] = False,
    save: Annotated[Path | None, typer.Option("--save", dir_okay=False, help="把检查点存为文件，另行保管")] = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        found = client.items(f"{_PATH}/checkpoints", limit) if listing else [client.post(f"{_PATH}/checkpoints")]
    if save is not None and found:
        with save.open("x", encoding="utf-8") as out:
            json.dump(found[0]["checkpoint"], out, ensure_ascii=False, indent=1)
    print_list(found, _CHECKPOINT, as_json)


def _write(client: Client, out: IO[str]) -> None:
    """Checkpoints first: what they sign is in the chains by the time those are read."""
    kept = client.items(f"{_PATH}/checkpoints", _MOST_CHECKPOINTS)
    made_at = datetime.now(SHANGHAI).isoformat(timespec="seconds")
    lines: list[dict[str, Any]] = [{"format": EXPORT, "made_at": made_at, "version": 1}]
    lines += [{"checkpoint": one["checkpoint"]} for one in sorted(kept, key=lambda one: int(one["number"]))]
    out.writelines(f"{canonical_of(line)}\n" for line in lines)
    firsts = {pair: _page(client, pair, 0) for pair in _CHAINS}
    total = sum(max(0, page["head"] - page["first"] + 1) for page in firsts.values())
    columns = (TextColumn("读取"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True, highlight=False)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=total)
        for pair, first in firsts.items():
            for line in _section(client, pair, first):
                out.write(f"{canonical_of(line)}\n")
                progress.advance(task, 0 if "section" in line else 1)


def _section(client: Client, pair: tuple[str, Chain], page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A chain up to where it ended when its first page was read."""
    head: int = page["head"]
    yield {"section": {"service": pair[0], "chain": pair[1].value, "first": page["first"], "head": head}}
    while page["links"]:
        for link in page["links"]:
            if link["position"] > head:
                return
            yield {name: value for name, value in link.items() if name != "whole" or value is not None}
        page = _page(client, pair, page["links"][-1]["position"])


def _page(client: Client, pair: tuple[str, Chain], after: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{_PATH}/chain", service=pair[0], chain=pair[1], after=after, limit=_LINKS)
    return found


def _result(found: Audit) -> dict[str, Any]:
    chains = [
        {
            "service": service,
            "chain": chain,
            "first": trail.first,
            "last": trail.last,
            "first_bad": trail.bad[0] if trail.bad else None,
        }
        for (service, chain), trail in sorted(found.trails.items())
    ]
    return {"ok": not found.faults, "faults": found.faults, "notes": found.notes, "chains": chains}


def _instant(local: datetime | None) -> str | None:
    return None if local is None else local.replace(tzinfo=SHANGHAI).isoformat()


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    behind = f"（{row['behind_name']}）" if row["behind_name"] else ""
    number = len(row["objects"])
    about = row["objects"][0] if number == 1 else f"{number} 个" if number else ""
    return {
        **row,
        "kind": title(AuditKind(row["kind"])),
        "outcome": title(Outcome(row["outcome"])) + (f"（{row['code']}）" if row["code"] else ""),
        "who": f"{row['actor_name'] or '未登录'}{behind}",
        "about": about,
    }
