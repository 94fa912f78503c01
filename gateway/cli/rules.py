"""`tianwei rules list | show | changes | set | withdraw | load-year`: rules as dated data."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json
from gateway.cli.client import Client
from gateway.cli.listing import print_list, print_part
from shared.contracts.codes import CalendarJurisdiction, RuleMark, RuleRegister, title

rules = typer.Typer(no_args_is_help=True, help="规则库：期限、标准、权限、证据、日历")
app.add_typer(rules, name="rules")

Register = Annotated[RuleRegister, typer.Argument(metavar="登记册", help="如 deadline；不带参数的 rules list 列出全部")]
Key = Annotated[str, typer.Argument(metavar="代码", help="如 D10")]
Reason = Annotated[str, typer.Option("--reason", help="为什么改，记入变更记录")]
Source = Annotated[str, typer.Option("--source", help="依据，如：县政府第12次常务会议纪要")]
Document = Annotated[str | None, typer.Option("--document", help="依据文件名称；更正过去的规则必须写")]
Correction = Annotated[bool, typer.Option("--correction", help="更正：有效期可以早于今天，已起算的期限不变")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="日期，如 2026-06-01")]
OptionalDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日期，如 2026-06-01")]

_REGISTER = {"register_code": "登记册", "title": "名称", "keys": "规则", "edited": "改过", "unsure": "待确认"}
_ROW = {"key": "代码", "what": "内容", "validity": "有效期", "mark": "性质", "unsure": "待确认", "source": "依据"}
_ONE = {"row_id": "行", "what": "内容", "validity": "有效期", "mark": "性质", "source": "依据", "recorded": "记录于"}
_LONG = ("title", "days", "items")
_CHANGE = {"at": "时间", "actor_name": "何人", "title": "何事", "reason": "理由", "source": "依据", "rows": "改后各行"}


@rules.command("list", help="各登记册；指明一个则列出某日有效的规则")
def list_rules(
    register: Annotated[RuleRegister | None, typer.Argument(metavar="登记册")] = None,
    on: OptionalDay = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        if register is None:
            listed = client.get("/rules")["items"]
            told = [{**one, "register_code": one["register_name"]} for one in listed]
            print_list(listed if as_json else told, _REGISTER, as_json)
            return
        found = client.get(f"/rules/{register}", on=None if on is None else on.date().isoformat())
    print_list(found["items"] if as_json else [_told(row) for row in found["items"]], _ROW, as_json)


@rules.command("show", help="一条规则：现行各行、以前各行")
def show_rule(register: Register, key: Key, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"/rules/{register}/{key}")
    if as_json:
        print_json(found)
        return
    typer.echo(f"{title(register)} {found['key']}  版本 {found['version']}")
    print_part("现行", map(_told, found["rows"]), _ONE)
    print_part("以前", map(_told, found["former"]), {**_ONE, "superseded": "改于"})
    print_part("随版本装载（未采用）", map(_told, found["shipped"]), _ONE)


@rules.command("changes", help="一条规则的变更记录")
def show_changes(register: Register, key: Key, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        changes = client.get(f"/rules/{register}/{key}/changes")["items"]
    told = [{**one, "source": _source(one["source"] or {}), "rows": _rows(one["rows"])} for one in changes]
    print_list(changes if as_json else told, _CHANGE, as_json)


@rules.command("set", help="设定规则自某日起的内容")
def set_rule(
    register: Register,
    key: Key,
    value: Annotated[str, typer.Option("--value", help="内容（JSON）；以 @ 开头则读文件")],
    valid_from: Day,
    reason: Reason,
    source: Source,
    valid_to: OptionalDay = None,
    replaces: Annotated[str | None, typer.Option("--replaces", help="被替换的行（rules show 列出）")] = None,
    mark: Annotated[RuleMark, typer.Option("--mark", help="law 法定、custom 惯例、order 以文书为准")] = RuleMark.CUSTOM,
    unsure: Annotated[bool, typer.Option("--unsure", help="仍待确认")] = False,
    document: Document = None,
    correction: Correction = False,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    body = {
        "value": _json(value),
        "valid_from": valid_from.date().isoformat(),
        "valid_to": None if valid_to is None else valid_to.date().isoformat(),
        "mark": mark.value,
        "unsure": unsure,
        "replaces": replaces,
        **_edit(reason, source, document, correction),
    }
    with Client(home) as client:
        _print_rule(client.post(f"/rules/{register}/{key}/set", body), as_json)


@rules.command("withdraw", help="终止规则的一行")
def withdraw_rule(
    register: Register,
    key: Key,
    row: Annotated[str, typer.Option("--row", help="行（rules show 列出）")],
    last_on: Day,
    reason: Reason,
    source: Source,
    document: Document = None,
    correction: Correction = False,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    edit = _edit(reason, source, document, correction)
    body = {"row_id": row, "last_on": last_on.date().isoformat(), **edit}
    with Client(home) as client:
        _print_rule(client.post(f"/rules/{register}/{key}/withdraw", body), as_json)


@rules.command("load-year", help="装载年度工作日历（CSV：date,kind,name,source）")
def load_year(
    year: Annotated[int, typer.Argument(metavar="年", min=2000, max=2200)],
    file: Annotated[Path, typer.Argument(metavar="文件", exists=True, dir_okay=False, help="只列与平常星期不同的日子")],
    reason: Reason,
    source: Source,
    jurisdiction: Annotated[CalendarJurisdiction, typer.Option(help="CN 全国，NX 宁夏")] = CalendarJurisdiction.CN,
    document: Document = None,
    correction: Correction = False,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{file} 不是 UTF-8 文本", "另存为 UTF-8 编码的 CSV")
    edit = _edit(reason, source, document, correction)
    body = {"jurisdiction": jurisdiction.value, "year": year, "csv": text, **edit}
    with Client(home) as client:
        found = client.post("/calendar/load-year", body)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"已装载{title(jurisdiction)} {year} 年工作日历：{len(found['rows'][0]['value']['days'])} 天")


def _edit(reason: str, source: str, document: str | None, correction: bool) -> dict[str, Any]:
    paper = None if document is None else {"title": document}
    return {"reason": reason, "source": {"text": source, "document": paper}, "correction": correction}


def _json(given: str) -> Any:
    try:
        return json.loads(Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given)
    except OSError as error:
        fail(f"读不了文件 {given[1:]}（{error.strerror}）", "核对路径", 2)
    except ValueError:
        fail("--value 不是有效的 JSON", '例如 --value \'{"title": "签收", "limit": 2, "unit": "working_day"}\'', 2)


def _print_rule(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    typer.echo(f"已记录。{title(RuleRegister(found['register_name']))} {found['key']}  版本 {found['version']}")
    print_part("现行", map(_told, found["rows"]), _ONE)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a line of a table."""
    return {
        **row,
        "what": _what(row["value"]),
        "validity": _validity(row),
        "source": _source(row["source"]),
        "recorded": row["recorded_at"][:10],
        "superseded": (row["superseded_at"] or "")[:10],
    }


def _what(value: dict[str, Any]) -> str:
    """The title and what a person compares first; the whole is in --json."""
    rest = {name: part for name, part in value.items() if name not in _LONG and part not in ("", [])}
    said = "，".join(f"{name}={json.dumps(part, ensure_ascii=False)}" for name, part in rest.items())
    return f"{value.get('title', '')} {said}".strip()[:200]


def _validity(row: dict[str, Any]) -> str:
    return f"{row['valid_from']} 起" if row["valid_to"] is None else f"{row['valid_from']} 至 {row['valid_to']}"


def _rows(rows: list[dict[str, Any]]) -> str:
    return "；".join(f"{_validity(row)} {_what(row['value'])}" for row in rows)


def _source(source: dict[str, Any]) -> str:
    said = [_article(one) for one in source.get("basis", [])]
    document = source.get("document") or {}
    said += [part for part in (source.get("text"), document.get("title"), document.get("document_no")) if part]
    return "、".join(said)


def _article(one: dict[str, Any]) -> str:
    return f"《{one['law']}》" + (f"第{one['article']}条" if one.get("article") else "")
