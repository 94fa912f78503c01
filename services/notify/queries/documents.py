"""The read side of documents; and the one answer that a stranger gets."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.notify.domain.document import Document
from services.notify.domain.document_table import APPROVERS, STAFF, office_of, verbs
from services.notify.domain.document_types import DocumentTypes, Field, Version
from services.notify.domain.drafting import is_issued_by
from services.notify.domain.errors import DocumentTypeUnknown
from services.notify.domain.known import is_known_of
from services.notify.storage.documents import DocumentStore, visible
from services.notify.storage.tables import document
from shared.clock import local_day
from shared.contracts.base import Page
from shared.contracts.codes import DocumentState
from shared.contracts.documents import (
    DocumentFieldView,
    DocumentFileView,
    DocumentRow,
    DocumentTypeList,
    DocumentTypeView,
    DocumentView,
    GetDocument,
    GetDocumentFile,
    ListDocuments,
    ListDocumentTypes,
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
    return page(_LISTING, asked_for(q, by), q, connection, _ROWS.validate_python)


def asked_for(q: ListDocuments, by: Actor) -> list[sa.ColumnElement[bool]]:
    """Which documents a list is of: of those the caller sees, the ones it asks for."""
    where = [visible(by)]
    for column, asked in (("type", q.type), ("state", q.state and q.state.value), ("case_id", q.case_id)):
        if asked is not None:
            where.append(document.c[column] == asked)
    if q.awaiting_me:
        where.append(_awaiting(by))
    return where


def get_document_file(q: GetDocumentFile, by: Actor, connection: Connection) -> DocumentFileView:
    """Raises NotFound, also while it is not issued."""
    return file_view(_STORE.get_seen(connection, q.id, by), q.format)


def file_view(found: Document, format_: str) -> DocumentFileView:
    """Which frozen file it is. Raises NotFound for a document that has none."""
    for file in found.frozen.files if found.frozen else ():
        if file.format == format_:
            name = f"{found.number.text if found.number else found.title}.{file.format}"
            return DocumentFileView(file_name=name, sha256=file.sha256, size=file.size)
    raise NotFound


def list_document_types(
    types: Callable[[], DocumentTypes], _: ListDocumentTypes, by: Actor, __: Connection, now: datetime
) -> DocumentTypeList:
    """types: reads the register. Empty for who belongs to no office that issues documents."""
    office = office_of(by)
    on = [_in_force(types(), name, local_day(now)) for name in types()] if office else []
    mine = [version for version in on if version is not None and is_issued_by(version, office)]
    return DocumentTypeList(items=[_type_view(version) for version in mine])


def verify_document(q: VerifyDocument, _: Actor, connection: Connection) -> VerifiedDocument:
    """Raises NotFound for a code of no issued document: nobody learns that a draft exists."""
    found = _STORE.by_code(connection, q.code)
    if found.frozen is None or found.frozen.signature is None or found.dated_on is None:
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
        verify_code=found.verify_code if found.frozen and found.frozen.signature else None,
        steps=verbs(found.state),
    )


def _in_force(types: DocumentTypes, name: str, day: date) -> Version | None:
    try:
        return types.on(name, day)
    except DocumentTypeUnknown:
        return None


def _type_view(version: Version) -> DocumentTypeView:
    return DocumentTypeView(
        type=version.type,
        title=version.title,
        to_required=version.to_required,
        numbered=bool(version.group),
        approvers=sorted(APPROVERS[version.approver]),
        fields=[field_view(field) for field in version.fields],
    )


def field_view(field: Field) -> DocumentFieldView:
    return DocumentFieldView(
        name=field.name,
        title=field.title,
        kind=field.kind.value,
        required=field.required,
        columns=list(field.columns),
        from_case=is_known_of(field),
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
