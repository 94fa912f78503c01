"""`tianwei recipient list | show | endpoint | test | disable`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, fail, print_json
from gateway.cli.client import Client
from gateway.cli.listing import print_list, print_part, print_record
from shared.contracts.codes import ChannelKind, Recipient

recipient = typer.Typer(no_args_is_help=True, help="收文单位及其送达渠道")
app.add_typer(recipient, name="recipient")

Code = Annotated[Recipient, typer.Argument(metavar="收文单位", help="如 discipline_commission")]
Channel = Annotated[ChannelKind, typer.Argument(metavar="渠道", help="webhook、email、robot、sms、file_exchange")]
_ROW = {
    "code": "代码",
    "name": "名称",
    "ways": "渠道",
    "notices_unsigned": "未签收",
    "deliveries_pending": "待送达",
    "deliveries_exhausted": "送达失败",
}
_WAY = {
    "place": "顺序",
    "channel": "渠道",
    "url": "地址",
    "active": "启用",
    "pending": "待送达",
    "exhausted": "送达失败",
    "last_delivered_at": "最近送达",
    "last_error": "最近错误",
    "disabled_reason": "停用原因",
    "tested_at": "测试于",
    "test_error": "测试结果",
}
_MADE = {"recipient": "收文单位", "channel": "渠道", "place": "顺序", "url": "地址", "active": "启用"}
# What the settings of a channel are called in the body.
_SETTINGS = {
    ChannelKind.EMAIL: "email",
    ChannelKind.ROBOT: "robot",
    ChannelKind.SMS: "sms",
    ChannelKind.FILE_EXCHANGE: "exchange",
}


@recipient.command("list", help="收文单位、渠道和未签收的件数")
def list_recipients(home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        rows = client.get("/recipients")["items"]
    print_list(rows if as_json else [_with_ways(row) for row in rows], _ROW, as_json)


@recipient.command("show", help="一个收文单位的各个渠道")
def show_recipient(code: Code, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = next(row for row in client.get("/recipients")["items"] if row["code"] == code)
    if as_json:
        print_json(found)
        return
    print_record(_with_ways(found), _ROW)
    print_part("渠道", [{**way, "test_error": _tested(way)} for way in found["channels"]], _WAY)


@recipient.command("endpoint", help="设置一个渠道；签名密钥只显示这一次，已欠送的照新地址送")
def set_endpoint(
    code: Code,
    channel: Channel,
    url: Annotated[str, typer.Argument(metavar="地址", help="https://…、smtps://…、sftp://…、folder:…")],
    settings: Annotated[Path | None, typer.Option(metavar="文件", help="渠道设置项，JSON")] = None,
    place: Annotated[int, typer.Option(help="顺序：1 最先，失败后用下一个", min=1, max=9)] = 1,
    secret: Annotated[
        str | None,
        typer.Option(help="口令、加签密钥或网关密钥", envvar="TIANWEI_CHANNEL_SECRET", show_envvar=True),
    ] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    body: dict[str, Any] = {"channel": channel.value, "url": url, "place": place}
    if secret is not None:
        body["secret"] = secret
    if channel in _SETTINGS:
        body[_SETTINGS[channel]] = _read(settings)
    with Client(home) as client:
        made = client.put(f"/recipients/{code}/endpoint", body)
    if as_json:
        print_json(made)
        return
    print_record(made, _MADE)
    if made["secret"]:
        typer.echo(f"签名密钥（只显示这一次，交给对方）：{made['secret']}")
    if made["public_key"]:
        typer.echo(f"我方公钥（交给对方核对包的签名）：{made['public_key']}")


@recipient.command("test", help="发一件测试，看渠道通不通；结果见 tianwei recipient show")
def try_endpoint(code: Code, channel: Channel, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    _act(home, code, "test-endpoint", {"channel": channel.value}, as_json)


@recipient.command("disable", help="停用一个渠道；欠送的改走下一个渠道")
def disable_endpoint(
    code: Code,
    channel: Channel,
    reason: Annotated[str, typer.Argument(metavar="原因")],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    _act(home, code, "disable-endpoint", {"channel": channel.value, "reason": reason}, as_json)


def _act(home: Path, code: Recipient, verb: str, body: dict[str, Any], as_json: bool) -> None:
    with Client(home) as client:
        made = client.post(f"/recipients/{code}/{verb}", body)
    if as_json:
        print_json(made)
    else:
        print_record(made, {name: title for name, title in _MADE.items() if name in made})


def _read(settings: Path | None) -> Any:
    if settings is None:
        return {}
    try:
        return json.loads(settings.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"读不了设置文件 {settings}：{error}", "检查文件名，内容须为 JSON（UTF-8）。", 2)


def _with_ways(row: dict[str, Any]) -> dict[str, Any]:
    in_use = [way["channel"] for way in row["channels"] if way["active"]]
    return {**row, "ways": in_use or ["inbox"]}


def _tested(way: dict[str, Any]) -> str | None:
    if way["tested_at"] is None:
        return None
    return way["test_error"] or "已送到"
