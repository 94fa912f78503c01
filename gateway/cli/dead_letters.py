"""`tianwei dead-letters list | show | replay | discard | confirm-discard`: what needs a person."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Most, print_list, print_record
from shared.contracts.catalogue import SOURCES
from shared.contracts.dead_letters import DeadLetterKind, DeadLetterStatus, Settlement

dead_letters = typer.Typer(no_args_is_help=True, help="待处理事项：搁置的事件、拒收的消息、送达失败、停止的订阅")
app.add_typer(dead_letters, name="dead-letters")

_PATH = "/dead-letters"
_EVERYTHING = 100_000

_KINDS = {
    DeadLetterKind.PARKED_EVENT: "搁置的事件",
    DeadLetterKind.REFUSED_MESSAGE: "拒收的消息",
    DeadLetterKind.EXHAUSTED_DELIVERY: "送达失败",
    DeadLetterKind.FORKED_FEED: "停止的订阅",
}
_STATUSES = {
    DeadLetterStatus.OPEN: "待处理",
    DeadLetterStatus.DISCARD_PROPOSED: "已提出弃置",
    DeadLetterStatus.SETTLED: "已了结",
    DeadLetterStatus.DISCARDED: "已弃置",
}
_REASONS = {
    "handler_error": "处理出错",
    "crash_loop": "反复使进程崩溃",
    "invalid": "内容不合约定",
    "unsupported_version": "版本不认识",
    "oversize": "超过大小上限",
    "content_type": "内容类型不对",
    "foreign_sender": "发送方身份不对",
    "foreign_source": "来源不对",
    "unreadable": "无法读取",
    "hash_mismatch": "摘要不符，传送中被改动",
    "log_contradicts": "日志与已收到的矛盾",
    "tries_exhausted": "多次推送均失败",
}
_DECISIONS = {
    Settlement.REPLAYED: "已重做",
    Settlement.HANDED_OVER: "对方已另行收到",
    Settlement.CANCELLED: "已无需送达",
    Settlement.SUPERSEDED: "所属日志已被取代",
}

_ROW = {
    "id": "编号",
    "service": "服务",
    "kind": "种类",
    "status": "状态",
    "reason": "原因",
    "error": "错误",
    "tries": "次数",
    "age": "已过",
    "about": "对象",
}
_RECORD = {
    "id": "编号",
    "service": "服务",
    "kind": "种类",
    "status": "状态",
    "reason": "原因",
    "error": "错误",
    "tries": "尝试次数",
    "times": "出现次数",
    "producer": "来源服务",
    "position": "日志位置",
    "event_type": "事件类型",
    "subject_id": "对象 id",
    "party": "收件方",
    "opened_at": "发生",
    "age": "已过",
    "last_at": "最近一次",
    "proposed_by": "提出弃置",
    "proposed_reason": "弃置理由",
    "decided_by": "处理人",
    "decided_at": "处理时间",
    "decision": "处理结果",
}
_BLOCKED = "blocked_by:"

Service = Annotated[str | None, typer.Option("--service", help=f"服务：{'、'.join(SOURCES)}")]
Kind = Annotated[DeadLetterKind | None, typer.Option("--kind", help="种类")]
Letter = Annotated[UUID, typer.Argument(metavar="编号")]


@dead_letters.command("list", help="待处理事项清单，最新的在前")
def list_letters(
    service: Service = None,
    kind: Kind = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="也列出已了结和已弃置的")] = False,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items(_PATH, limit, service=service, kind=kind, ended=None if everything else False)
        _warn_of_missing(client, service)
    print_list(rows if as_json else [_readable(row) for row in rows], _ROW, as_json)


@dead_letters.command("show", help="一项待处理事项")
def show(letter: Letter, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"{_PATH}/{letter}")
    _print(found, as_json)


@dead_letters.command("discard", help="提出弃置，写明理由；须由另一人同意")
def discard(
    letter: Letter,
    reason: Annotated[str, typer.Option("--reason", help="为什么可以不再处理")],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    _act(home, letter, "discard", {"reason": reason}, as_json)
    if not as_json:
        typer.echo(f"\n须由另一人同意：tianwei dead-letters confirm-discard {letter}")


@dead_letters.command("confirm-discard", help="作为第二人同意弃置")
def confirm_discard(letter: Letter, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    _act(home, letter, "confirm-discard", {}, as_json)


def _act(home: Path, letter: UUID, verb: str, body: dict[str, Any], as_json: bool) -> None:
    with Client(home) as client:
        found = client.post(f"{_PATH}/{letter}/{verb}", body)
    _print(found, as_json)


@dead_letters.command("replay", help="重做：按编号，或用 --all 重做全部")
def replay(
    letters: Annotated[list[UUID] | None, typer.Argument(metavar="[编号]...")] = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="重做全部搁置的事件和失败的送达")] = False,
    service: Service = None,
    kind: Kind = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    if bool(letters) == everything:
        fail("要重做什么没有说清", "写编号，或用 --all 重做全部（可加 --service、--kind）", code=2)
    with Client(home) as client:
        chosen = _all_heads(client, service, kind) if everything else [str(letter) for letter in letters or ()]
        results = list(_with_progress(_replays(client, chosen), len(chosen)))
        if everything:
            _warn_of_missing(client, service)
    failed = [result for result in results if result["failed_id"]]
    if as_json:
        print_json(results)
    else:
        _tell_results(results, failed)
    if failed:
        raise typer.Exit(1)


def _all_heads(client: Client, service: str | None, kind: DeadLetterKind | None) -> list[str]:
    """One letter of every aggregate, and every delivery: oldest first, as they came.

    A refused message cannot be replayed, and a stopped feed is decided on by itself.
    """
    found = client.items(_PATH, _EVERYTHING, service=service, kind=kind, ended=False)
    heads: dict[tuple[str, ...], str] = {}
    for letter in reversed(found):
        if letter["kind"] == DeadLetterKind.PARKED_EVENT:
            heads.setdefault((letter["service"], letter["producer"], letter["subject_id"]), letter["id"])
        elif letter["kind"] == DeadLetterKind.EXHAUSTED_DELIVERY:
            heads[(letter["id"],)] = letter["id"]
    return list(heads.values())


def _replays(client: Client, letters: list[str]) -> Iterator[dict[str, Any]]:
    """What came of each; an aggregate with more than one call takes is called until it is done or fails."""
    for letter in letters:
        if client.get(f"{_PATH}/{letter}")["decided_at"] is not None:
            continue  # an earlier one of the same aggregate took it along
        result = client.post(f"{_PATH}/{letter}/replay")
        applied = result["replayed"]
        while result["remaining"] and not result["failed_id"]:
            (following,) = client.items(
                _PATH, 1, service=result["service"], kind=result["kind"], subject_id=result["subject_id"], ended=False
            )
            result = client.post(f"{_PATH}/{following['id']}/replay")
            applied += result["replayed"]
        yield {**result, "replayed": applied}


def _with_progress(results: Iterator[dict[str, Any]], total: int) -> Iterator[dict[str, Any]]:
    """On a terminal a bar, else a line for every tenth part; on standard error, so that --json stays JSON."""
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        columns = (TextColumn("重做"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            yield from progress.track(results, total=total)
        return
    step = max(1, total // 10)
    for number, result in enumerate(results, start=1):
        if total > 1 and (number % step == 0 or number == total):
            print(f"重做 {number}/{total}", file=sys.stderr, flush=True)
        yield result


def _tell_results(results: list[dict[str, Any]], failed: list[dict[str, Any]]) -> None:
    if not results:
        typer.echo("没有可以重做的事项。")
        return
    typer.echo(f"已重做 {sum(result['replayed'] for result in results)} 项，涉及 {len(results)} 个对象。")
    for result in failed:
        typer.echo(f"又失败：{result['failed_id']}（{result['service']}），其后还有 {result['remaining'] - 1} 项等待")
    if failed:
        typer.echo("用 tianwei dead-letters show <编号> 查看原因；确认不能处理的用 discard 提出弃置。")


def _warn_of_missing(client: Client, service: str | None) -> None:
    missing = client.get(_PATH, limit=1, service=service)["missing"]
    if missing:
        typer.echo(f"注意：{'、'.join(missing)} 没有答复，其事项不在其中。", err=True)


def _print(letter: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(letter)
    else:
        print_record(_readable(letter), _RECORD)


def _readable(letter: dict[str, Any]) -> dict[str, Any]:
    decision = letter["decision"]
    return {
        **letter,
        "kind": _KINDS[letter["kind"]],
        "status": _STATUSES[letter["status"]],
        "reason": _reason(letter["reason"]),
        "decision": _DECISIONS.get(decision, decision),
        "age": _age(letter["age_s"]),
        "about": _about(letter),
    }


def _reason(code: str) -> str:
    if code.startswith(_BLOCKED):
        return f"等待同一对象的第 {code.removeprefix(_BLOCKED)} 号事件"
    return _REASONS.get(code, code)


def _about(letter: dict[str, Any]) -> str:
    if letter["party"]:
        return str(letter["party"])
    place = f" 第 {letter['position']} 号" if letter["position"] else ""
    return f"{letter['producer'] or ''}{place}"


def _age(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} 天 {hours} 时"
    if hours:
        return f"{hours} 时 {minutes} 分"
    return f"{minutes} 分 {rest} 秒"
