"""`tianwei agency list | show | endpoint | rotate-key | pause | resume | try | resend | answers`."""

from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import print_list, print_record
from shared.contracts.agency_certificates import NEEDS_NONE
from shared.contracts.codes import Agency

agency = typer.Typer(no_args_is_help=True, help="部门及其接入方式")
app.add_typer(agency, name="agency")

Code = Annotated[Agency, typer.Argument(metavar="部门", help="如 natural_resources")]
_ROW = {
    "code": "代码",
    "name": "名称",
    "protocol": "接入方式",
    "use": "启用",
    "health": "状况",
    "lag_s": "滞后（秒）",
    "tasks_open": "未结任务",
    "deliveries_pending": "待送达",
    "deliveries_exhausted": "送达失败",
    "answers_parked": "搁置答复",
}
_MORE = {
    "endpoint_url": "地址",
    "result_kinds": "反馈种类",
    "last_delivered_at": "最近送达",
    "failing_since": "故障开始",
    "last_error": "最近错误",
    "next_try_at": "下次试送",
    "paused_at": "暂停于",
    "paused_reason": "暂停原因",
    "trial_at": "试送于",
    "trial_error": "试送结果",
    "answers_taken_at": "最近收取",
    "packages_missing": "缺少的包",
}
_MADE = {"agency": "部门", "protocol": "接入方式", "url": "地址", "active": "启用", "paused": "暂停"}


@agency.command("list", help="各部门的接入方式和状况")
def list_agencies(home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        rows = client.get("/agencies")["items"]
    print_list(rows if as_json else [_in_use(row) for row in rows], _ROW, as_json, "agency")


@agency.command("show", help="一个部门")
def show_agency(code: Code, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = next(row for row in client.get("/agencies")["items"] if row["code"] == code)
    if as_json:
        print_json(found)
    else:
        print_record(_in_use(found), {**_ROW, **_MORE}, "agency")


@agency.command("endpoint", help="设置部门的接入方式和地址；密钥只显示这一次，已欠送的照新方式送")
def set_endpoint(
    code: Code,
    url: Annotated[str, typer.Argument(metavar="地址", help="https://…、folder:…、sftp://…、queue:；信箱不填")] = "",
    protocol: Annotated[str | None, typer.Option(help="接入方式")] = None,
    body: Annotated[str | None, typer.Option(help="推送内容：letter 全文，link 只发链接")] = None,
    signature: Annotated[str | None, typer.Option(help="签名：ed25519 或 sm2")] = None,
    partner_key: Annotated[str | None, typer.Option(help="部门的公钥")] = None,
    host_key: Annotated[str | None, typer.Option(help="SFTP 主机公钥，照 known_hosts 的写法")] = None,
    password: Annotated[
        str | None, typer.Option(help="SFTP 口令", envvar="TIANWEI_SFTP_PASSWORD", show_envvar=True)
    ] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    given = {
        "url": url,
        "protocol": protocol,
        "body": body,
        "signature": signature,
        "partner_key": partner_key,
        "host_key": host_key,
        "password": password,
    }
    with Client(home) as client:
        made = client.put(f"/agencies/{code}/endpoint", {name: value for name, value in given.items() if value})
    _show_keys(made, as_json)


@agency.command("rotate-key", help="更换密钥；旧密钥再用一天")
def rotate_key(
    code: Code,
    partner_key: Annotated[str | None, typer.Option(help="部门的新公钥")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        made = client.post(f"/agencies/{code}/rotate-key", {"partner_key": partner_key} if partner_key else {})
    _show_keys(made, as_json)


@agency.command("pause", help="暂停向部门发送")
def pause(
    code: Code,
    reason: Annotated[str, typer.Argument(metavar="原因")],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    _act(home, code, "pause", {"reason": reason}, _MADE, as_json)


@agency.command("resume", help="恢复发送，积压的随即送出")
def resume(code: Code, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    _act(home, code, "resume", {}, _MADE, as_json)


@agency.command("try", help="暂停期间试送一件；不指定就送等得最久的")
def try_one(
    code: Code,
    subject: Annotated[UUID | None, typer.Argument(metavar="任务", help="任务或消息的 id")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    body = {"subject_id": str(subject)} if subject else {}
    _act(home, code, "try-one", body, {"agency": "部门", "subject_id": "试送"}, as_json)


@agency.command("resend", help="用原编号再送一件")
def resend(
    code: Code,
    subject: Annotated[UUID, typer.Argument(metavar="任务", help="任务或消息的 id")],
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    shown = {"agency": "部门", "subject_id": "重送", "delivery_id": "送达编号", "state": "状态"}
    _act(home, code, "resend", {"subject_id": str(subject)}, shown, as_json)


@agency.command("answers", help="部门业务系统的答复；搁置的说明哪一项不对")
def answers(
    code: Annotated[Agency | None, typer.Argument(metavar="部门")] = None,
    parked: Annotated[bool, typer.Option("--parked", help="只看搁置的")] = False,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    asked: dict[str, Any] = {"agency": code and code.value, "status": "parked" if parked else None}
    with Client(home) as client:
        rows = client.get("/answers", **{name: value for name, value in asked.items() if value})["items"]
    if not as_json:
        for row in rows:
            row["fault"] = "；".join(f"{one['field']}：{one['text']}" for one in row["faults"])
    columns = {"received_at": "收到", "agency": "部门", "verb": "事项", "status": "结果", "task_id": "任务"}
    print_list(rows, {**columns, "fault": "不对之处"} if not as_json else columns, as_json, "answer")


def _in_use(row: dict[str, Any]) -> dict[str, Any]:
    """With it whether a system of the agency may fetch and answer; who opens the console's inbox has none."""
    if row["trial_at"] and row["trial_error"] is None:
        row = {**row, "trial_error": "已送达"}
    if row["protocol"] == NEEDS_NONE:
        return {**row, "use": "不需要"}
    return {**row, "use": {None: "未启用", True: "已启用", False: "已停用"}[row["endpoint_active"]]}


def _act(home: HomeFolder, code: Agency, verb: str, body: dict[str, Any], shown: dict[str, str], as_json: bool) -> None:
    with Client(home) as client:
        made = client.post(f"/agencies/{code}/{verb}", body)
    if as_json:
        print_json(made)
    else:
        print_record(made, shown, "agency")


def _show_keys(made: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    print_record(made, _MADE, "agency")
    if made["secret"]:
        typer.echo(f"签名密钥：{made['secret']}")
    if made["public_key"]:
        typer.echo(f"我方公钥：{made['public_key']}")
