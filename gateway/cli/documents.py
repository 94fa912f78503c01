"""`tianwei documents list | show | unsigned | ask | receipts | bundle`."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from gateway.cli.app import DEFAULT_HOME, AsJson, HomeFolder, app, print_json
from gateway.cli.client import Client
from gateway.cli.listing import Most, Xlsx, exported, print_list, print_part, print_record
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
    xlsx: Xlsx = None,
    limit: Most = 50,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    asked = {"state": state, "awaiting_me": awaiting_me or None}
    with Client(home) as client:
        if xlsx is not None:
            exported(xlsx, client.download("/documents/export.xlsx", xlsx, **asked), as_json)
            return
        rows = client.items("/documents", limit, **asked)
    print_list(rows, _ROW, as_json, of="document")


@documents.command("receipts", help="各收文单位的送达和签收，导出为 XLSX 文件")
def export_receipts(
    xlsx: Annotated[Path, typer.Option("--xlsx", dir_okay=False, writable=True, help="存为")] = Path("签收情况.xlsx"),
    state: Annotated[DocumentState | None, typer.Option(help="公文状态")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        exported(xlsx, client.download("/documents/receipts.xlsx", xlsx, state=state), as_json)


@documents.command("ask", help="就某一事项拟制某一文种：系统已知什么、还要填什么")
def ask_document(
    type_: Annotated[str, typer.Argument(metavar="文种", help="如 stop_order，见 GET /document-types")],
    case: Annotated[UUID | None, typer.Option(help="案件的 id")] = None,
    subject: Annotated[UUID | None, typer.Option(help="线索、整改、联合执法、任务、挂牌、移送或协助函的 id")] = None,
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        found = client.get(f"/document-types/{type_}/prepared", case_id=case, subject_id=subject)
    if as_json:
        print_json(found)
        return
    typer.echo(f"{found['title']}：已知 {len(found['facts'])} 项，尚缺 {len(found['asked'])} 项")
    print_part("还要填", found["asked"], {"name": "名称", "title": "内容", "kind": "类别", "required": "必填"})


@documents.command("bundle", help="下载公文包：原件、签名、签收情况和离线核对程序")
def bundle(
    document: UUID,
    out: Annotated[Path, typer.Option(help="存为")] = Path("公文包.zip"),
    home: HomeFolder = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    with Client(home) as client:
        exported(out, client.download(f"/documents/{document}/bundle", out), as_json)


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
