"""`tianwei notices list | show`."""

from typing import Annotated
from uuid import UUID

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Most, Xlsx, exported, print_list, print_part, print_record

notices = typer.Typer(no_args_is_help=True, help="抄告")
app.add_typer(notices, name="notices")

_ROW = {
    "id": "id",
    "notice_no": "发文字号",
    "kind": "种类",
    "state": "状态",
    "title": "标题",
    "main_recipient": "主送",
    "copies": "抄送",
    "issued_at": "印发",
}
_RECEIPT = {
    "name": "收文单位",
    "channel": "送达方式",
    "state": "送达",
    "accepted_at": "传输接收",
    "delivered_at": "送达时间",
    "signed_by": "签收人",
    "signed_at": "签收时间",
    "due_at": "签收期限",
    "urged": "催签次数",
}


@notices.command("list", help="抄告清单")
def list_notices(
    kind: Annotated[str | None, typer.Option(help="文种代码，如 case_filed_copy")] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="只看未签收的")] = False,
    xlsx: Xlsx = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    asked = {"kind": kind, "unsigned": unsigned or None}
    with Client(home) as client:
        if xlsx is not None:
            exported(xlsx, client.download("/notices/export.xlsx", xlsx, **asked), as_json)
            return
        rows = client.items("/notices", limit, **asked)
    print_list(rows, _ROW, as_json)


@notices.command("show", help="一份抄告")
def show_notice(notice: UUID, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"/notices/{notice}")
    if as_json:
        print_json(found)
        return
    print_record(found, {**_ROW, "issuer": "发文机关", "sha256": "摘要"})
    typer.echo(f"\n{found['body']}")
    print_part("签收", found["receipts"], _RECEIPT)
