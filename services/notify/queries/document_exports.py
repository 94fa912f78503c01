"""Documents and receipts as a spreadsheet shows them: every code by its Chinese name."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from services.notify.domain.document import Document
from services.notify.domain.document_types import DocumentTypes
from services.notify.queries.documents import asked_for
from services.notify.queries.notices import list_notices
from services.notify.storage.documents import DocumentStore
from services.notify.storage.tables import document
from shared.clock import SHANGHAI
from shared.contracts.codes import Agency, ChannelKind, title
from shared.contracts.document_exports import ExportDocuments, ExportNotices, ExportReceipts
from shared.contracts.documents import COORDINATION, DocumentReceipt, ListDocuments
from shared.contracts.notify import NoticeReceipt, NoticeRow
from shared.contracts.sheets import SheetPage
from shared.paging import Listing, page_rows
from shared.principal import Actor

Cell = str | float | int | None
_STORE = DocumentStore()
_LISTING = Listing(
    columns=[document.c[name] for name in ("drafted_at", "id")], keys=(document.c.drafted_at, document.c.id)
)
_LINES = {"main": "主送", "copy": "抄送"}


def _at(moment: datetime | None) -> str | None:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else None


def _office(code: str) -> str:
    return "领导小组办公室" if code == COORDINATION else title(Agency(code))


def _channel(code: str | None) -> str | None:
    """What a person wrote before ways had codes stands as it is."""
    return title(ChannelKind(code)) if code in set(ChannelKind) else code


def _pdf(found: Document) -> str | None:
    return next((file.sha256 for file in found.frozen.files if file.format == "pdf"), None) if found.frozen else None


_DOCUMENT: dict[str, Callable[[Document], Cell]] = {
    "发文字号": lambda one: one.number.text if one.number else None,
    "标题": lambda one: one.title,
    "状态": lambda one: title(one.state) if one.state else None,
    "制发单位": lambda one: _office(one.office),
    "成文日期": lambda one: one.dated_on.isoformat() if one.dated_on else None,
    "印发时间": lambda one: _at(one.issued_at),
    "主送": lambda one: "、".join(one.content.to),
    "抄送": lambda one: "、".join(one.content.copies),
    "拟稿": lambda one: one.drafted_by or "系统（按规则）",
    "核稿": lambda one: one.checked_by,
    "签发": lambda one: one.approved_by,
    "应签收": lambda one: len(one.receipts),
    "已签收": lambda one: sum(receipt.signed_at is not None for receipt in one.receipts),
    "更正": lambda one: one.corrects.number or one.corrects.title if one.corrects else None,
    "被更正": lambda one: one.replaced_by.number or one.replaced_by.title if one.replaced_by else None,
    "撤回、退回、办结说明": lambda one: one.reason,
    "核验码": lambda one: one.verify_code if one.frozen else None,
    "PDF摘要（SHA-256）": _pdf,
}
_RECEIPT: dict[str, Callable[[Document, DocumentReceipt], Cell]] = {
    "发文字号": lambda one, _: one.number.text if one.number else None,
    "标题": lambda one, _: one.title,
    "状态": lambda one, _: title(one.state) if one.state else None,
    "印发时间": lambda one, _: _at(one.issued_at),
    "收文单位": lambda _, receipt: receipt.recipient,
    "主送或抄送": lambda _, receipt: _LINES[receipt.line],
    "送出时间": lambda _, receipt: _at(receipt.service.served_at) if receipt.service else None,
    "送出次数": lambda _, receipt: len(receipt.services),
    "传输接收时间": lambda _, receipt: _at(receipt.service.accepted_at) if receipt.service else None,
    "送达方式": lambda _, receipt: _channel(receipt.channel),
    "送达时间": lambda _, receipt: _at(receipt.delivered_at),
    "签收期限": lambda _, receipt: _at(receipt.due_at),
    "催签级别": lambda _, receipt: receipt.urged,
    "签收人": lambda _, receipt: receipt.signed_by,
    "签收时间": lambda _, receipt: _at(receipt.signed_at),
    "签收摘要（SHA-256）": lambda _, receipt: receipt.sha256,
}
_NOTICE: dict[str, Callable[[NoticeRow, NoticeReceipt], Cell]] = {
    "发文字号": lambda one, _: one.notice_no,
    "标题": lambda one, _: one.title,
    "状态": lambda one, _: title(one.state),
    "成文日期": lambda one, _: one.dated_on.isoformat() if one.dated_on else None,
    "印发时间": lambda one, _: _at(one.issued_at),
    "收文单位": lambda _, receipt: receipt.name,
    "主送或抄送": lambda _, receipt: _LINES[receipt.line],
    "送达": lambda _, receipt: title(receipt.state),
    "送达方式": lambda _, receipt: _channel(receipt.channel),
    "传输接收时间": lambda _, receipt: _at(receipt.accepted_at),
    "送达时间": lambda _, receipt: _at(receipt.delivered_at),
    "阅读时间": lambda _, receipt: _at(receipt.opened_at),
    "签收期限": lambda _, receipt: _at(receipt.due_at),
    "催签级别": lambda _, receipt: receipt.urged,
    "签收人": lambda _, receipt: receipt.signed_by,
    "签收时间": lambda _, receipt: _at(receipt.signed_at),
    "摘要（SHA-256）": lambda one, _: one.sha256,
}
_TYPE = "文种"


def export_documents(
    types: Callable[[], DocumentTypes], q: ExportDocuments, by: Actor, connection: Connection
) -> SheetPage:
    """types: reads the register. Raises CursorInvalid."""
    called = types().titles()
    found, cursor = _page(q, by, connection)
    rows = [[called.get(one.type, one.type), *(cell(one) for cell in _DOCUMENT.values())] for one in found]
    return SheetPage(headings=[_TYPE, *_DOCUMENT], rows=rows, next_cursor=cursor)


def export_receipts(
    types: Callable[[], DocumentTypes], q: ExportReceipts, by: Actor, connection: Connection
) -> SheetPage:
    """Raises CursorInvalid."""
    called = types().titles()
    found, cursor = _page(q, by, connection)
    rows = [
        [called.get(one.type, one.type), *(cell(one, receipt) for cell in _RECEIPT.values())]
        for one in found
        for receipt in one.receipts
    ]
    return SheetPage(headings=[_TYPE, *_RECEIPT], rows=rows, next_cursor=cursor)


def export_notices(
    types: Callable[[], DocumentTypes], q: ExportNotices, by: Actor, connection: Connection
) -> SheetPage:
    """Raises CursorInvalid."""
    called = types().titles()
    found = list_notices(q, by, connection)
    rows = [
        [called.get(one.kind, one.kind), *(cell(one, receipt) for cell in _NOTICE.values())]
        for one in found.items
        for receipt in one.receipts
    ]
    return SheetPage(headings=[_TYPE, *_NOTICE], rows=rows, next_cursor=found.next_cursor)


def _page(q: ListDocuments, by: Actor, connection: Connection) -> tuple[list[Document], str | None]:
    rows, cursor = page_rows(_LISTING, asked_for(q, by), q, connection)
    found = _STORE.get_many(connection, [row["id"] for row in rows])
    return [found[row["id"]] for row in rows], cursor
