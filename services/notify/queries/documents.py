"""The read side of documents; and the one answer that a stranger gets."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.notify.domain.document import Document
from services.notify.domain.document_table import APPROVERS, STAFF, verbs
from services.notify.storage.documents import DocumentStore, visible
from services.notify.storage.tables import document
from shared.contracts.base import Page
from shared.contracts.codes import DocumentState
from shared.contracts.documents import (
    DocumentFileView,
    DocumentRow,
    DocumentView,
    GetDocument,
    GetDocumentFile,
    ListDocuments,
    VerifiedDocument,
    VerifyDocument,
)
from shared.errors import NotFound
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = DocumentStore()
_LISTING = Listing(
    columns=[document.c[name] for name in DocumentRow.model_fields],
    keys=(document.c.drafted_at, document.c.id),
)
_ROWS = TypeAdapter(list[DocumentRow])


def get_document(q: GetDocument, by: Actor, connection: Connection) -> DocumentView:
    return document_view(_STORE.get_seen(connection, q.id, by))


def list_documents(q: ListDocuments, by: Actor, connection: Connection) -> Page[DocumentRow]:
    where = [visible(by)]
    for column, asked in (("type", q.type), ("state", q.state and q.state.value), ("case_id", q.case_id)):
        if asked is not None:
            where.append(document.c[column] == asked)
    if q.awaiting_me:
        where.append(_awaiting(by))
    return page(_LISTING, where, q, connection, _ROWS.validate_python)


def get_document_file(q: GetDocumentFile, by: Actor, connection: Connection) -> DocumentFileView:
    """Raises NotFound, also while it is not issued."""
    found = _STORE.get_seen(connection, q.id, by)
    for file in found.frozen.files if found.frozen else ():
        if file.format == q.format:
            name = f"{found.number.text if found.number else found.title}.{file.format}"
            return DocumentFileView(file_name=name, sha256=file.sha256, size=file.size)
    raise NotFound


def verify_document(q: VerifyDocument, _: Actor, connection: Connection) -> VerifiedDocument:
    """Raises NotFound for a code of no issued document: nobody learns that a draft exists."""
    found = _STORE.by_code(connection, q.code)
    if found.frozen is None or found.dated_on is None:
        raise NotFound
    fits = next((file.format for file in found.frozen.files if file.sha256 == q.sha256), None)
    return VerifiedDocument(
        number=found.number.text if found.number else None,
        issuer=found.frozen.issuer,
        dated_on=found.dated_on,
        standing=_standing(found),
        corrected_by=found.replaced_by.number if found.replaced_by else None,
        corrects=found.corrects.number if found.corrects else None,
        file=None if q.sha256 is None else fits or "none",
        signature_alg=found.frozen.signature.alg,
        key_id=found.frozen.signature.key_id,
    )


def document_view(found: Document) -> DocumentView:
    return DocumentView(
        **{name: getattr(found, name) for name in _SAME},
        number=found.number.text if found.number else None,
        chain=list(found.chain),
        receipts=list(found.receipts),
        files=list(found.frozen.files) if found.frozen else [],
        signature=found.frozen.signature if found.frozen else None,
        verify_code=found.verify_code if found.frozen else None,
        steps=verbs(found.state),
    )


_SAME: Sequence[str] = [
    name
    for name in DocumentView.model_fields
    if name not in ("number", "chain", "receipts", "files", "signature", "verify_code", "steps")
]


def _standing(found: Document) -> Any:
    if found.state is DocumentState.WITHDRAWN:
        return "withdrawn"
    return "corrected" if found.state is DocumentState.REPLACED else "in_force"


def _awaiting(by: Actor) -> sa.ColumnElement[bool]:
    """Drafts of others to check, checked ones that are the caller's to issue."""
    issues = [approver.value for approver, roles in APPROVERS.items() if by.has(*roles)]
    waiting = [sa.and_(document.c.state == DocumentState.CHECKED.value, document.c.approver.in_(issues))]
    if by.has(*STAFF):
        waiting.append(document.c.state == DocumentState.DRAFTED.value)
    return sa.and_(sa.or_(*waiting), document.c.drafter_id.is_distinct_from(by.account_id))
