"""`tianwei documents list | show | unsigned`."""

from typing import Annotated
from uuid import UUID

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Most, print_list, print_part, print_record
from shared.contracts.codes import DocumentState

documents = typer.Typer(no_args_is_help=True, help="公文")
app.add_typer(documents, name="documents")

_ROW = {
    "id": "id",
    "number": "发文字号",
    "title": "标题",
    "state": "状态",
    "dated_on": "成文日期",
    "issued_at": "印发",
}
_ONE = {**_ROW, "drafted_by": "拟稿", "checked_by": "核稿", "approved_by": "签发", "verify_code": "核验码"}
_RECEIPT = {
    "recipient": "收文单位",
    "channel": "方式",
    "delivered_at": "送达时间",
    "signed_by": "签收人",
    "signed_at": "签收时间",
    "due_at": "签收期限",
    "urged": "催签次数",
}
_UNSIGNED = {
    "document_id": "id",
    "number": "发文字号",
    "recipient": "收文单位",
    "channel": "方式",
    "delivered_at": "送达时间",
    "due_on": "签收期限",
    "days_late": "逾期工作日",
    "urged": "催签次数",
    "error": "未送达原因",
}


@documents.command("list", help="公文清单")
def list_documents(
    state: Annotated[DocumentState | None, typer.Option(help="状态")] = None,
    awaiting_me: Annotated[bool, typer.Option("--mine", help="只看等我核稿、签发的")] = False,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items("/documents", limit, state=state, awaiting_me=awaiting_me or None)
    print_list(rows, _ROW, as_json, of="document")


@documents.command("show", help="一份公文")
def show_document(document: UUID, home: HomeFolder = DEFAULT_HOME, as_json: AsJson = False) -> None:
    with Client(home) as client:
        found = client.get(f"/documents/{document}")
    if as_json:
        print_json(found)
        return
    print_record(found, _ONE, of="document")
    print_part("签收", found["receipts"], _RECEIPT)
    print_part("原件", found["files"], {"format": "格式", "sha256": "SHA-256", "sm3": "SM3"})


@documents.command("unsigned", help="尚未签收的公文，逾期最久的在前")
def list_unsigned(
    late: Annotated[bool, typer.Option("--late", help="只看已逾期的")] = False,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        rows = client.items("/documents/unsigned", limit, late=late or None)
    print_list(rows, _UNSIGNED, as_json)
