"""Official documents as they leave the house: lists of them, of notices and of receipts as spreadsheets, one as a
bundle."""

import asyncio
import base64
import hashlib
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gateway.forwarding import Api, QueryRoute, asked
from gateway.openapi_document import FILE
from gateway.routers.sheet_answers import UNSAID, sheet_answer, sheet_of_pages
from gateway.sheets import XlsxResponse
from shared.bundles.archive import OtherContent
from shared.bundles.documents import packed
from shared.contracts.document_exports import (
    DocumentBundle,
    ExportDocuments,
    ExportNotices,
    ExportReceipts,
    GetDocumentBundle,
)
from shared.contracts.sheets import SheetPage
from shared.errors import Conflict, NotFound

_TAG = "documents"
_DOCUMENTS = QueryRoute("notify", ExportDocuments, "/documents/export.xlsx", SheetPage)
_RECEIPTS = QueryRoute("notify", ExportReceipts, "/documents/receipts.xlsx", SheetPage)
_NOTICES = QueryRoute("notify", ExportNotices, "/notices/export.xlsx", SheetPage)
_BUNDLE = QueryRoute("notify", GetDocumentBundle, "/documents/{id}/bundle", DocumentBundle)


def add_to(api: Api) -> None:
    """Before the routes of one document and of one notice: these are no ids."""
    for route, handler in ((_DOCUMENTS, documents), (_RECEIPTS, receipts), (_NOTICES, notices)):
        api.add(
            route.path,
            handler,
            method="GET",
            tag="notices" if route is _NOTICES else _TAG,
            name=route.query.operation.replace(".", "-").replace("_", "-"),
            about=route.query.__doc__,
            view=None,
            status=200,
            parameters=route.parameters(UNSAID),
            answers=XlsxResponse,
        )
    api.add(
        _BUNDLE.path,
        bundle,
        method="GET",
        tag=_TAG,
        name=GetDocumentBundle.operation.replace(".", "-"),
        about=GetDocumentBundle.__doc__,
        view=None,
        status=200,
        parameters=_BUNDLE.parameters(),
        openapi_extra={"responses": {"200": {"content": {FILE: {"schema": {"type": "string", "format": "binary"}}}}}},
    )


async def documents(request: Request) -> Response:
    return await _sheet(request, _DOCUMENTS, ExportDocuments, "documents", "公文")


async def receipts(request: Request) -> Response:
    return await _sheet(request, _RECEIPTS, ExportReceipts, "receipts", "签收情况")


async def notices(request: Request) -> Response:
    return await _sheet(request, _NOTICES, ExportNotices, "notices", "抄告")


async def _sheet(request: Request, route: QueryRoute, query: type[Any], name: str, title: str) -> Response:
    call = await asked(request)
    sheet = await sheet_of_pages(title, call, "notify", query, route.read(request, UNSAID))
    return await sheet_answer(sheet, name, title)


async def bundle(request: Request) -> Response:
    """Nothing is sent before the whole is made. Raises NotFound, Conflict when a file is not what was issued."""
    call = await asked(request)
    told = DocumentBundle.model_validate(await call.query("notify", GetDocumentBundle, _BUNDLE.read(request)))
    try:
        content = await asyncio.to_thread(packed, told, call.parts.blobs)
    except (OtherContent, NotFound) as damage:
        raise Conflict("notify.file-damaged", None, file_name=told.file_name) from damage
    digest = hashlib.sha256(content).digest()
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(told.file_name, safe='')}",
        "Repr-Digest": f"sha-256=:{base64.b64encode(digest).decode()}:",
    }
    return Response(content, 200, headers, "application/zip")
