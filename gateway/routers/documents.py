"""Official documents (公文): their life, and the frozen files of those that are issued."""

from starlette.requests import Request
from starlette.responses import Response

from gateway import downloads
from gateway.downloads import OtherContent
from gateway.forwarding import Api, CommandRoute, QueryRoute, asked
from gateway.openapi_document import FILE
from shared.contracts.base import Page
from shared.contracts.documents import (
    DOCUMENT_COMMANDS,
    DocumentFileView,
    DocumentRow,
    DocumentTypeList,
    DocumentView,
    DraftDocument,
    GetDocument,
    GetDocumentFile,
    ListDocuments,
    ListDocumentTypes,
    ListUnsigned,
    PreparedDocument,
    PrepareDocument,
    UnsignedReceipt,
)
from shared.errors import Conflict

_TAG = "documents"
_PATH = "/documents"
_FILE = QueryRoute("notify", GetDocumentFile, f"{_PATH}/{{id}}/files/{{format}}", DocumentFileView)
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def add_to(api: Api) -> None:
    route = CommandRoute("notify", DraftDocument, _PATH, DocumentView, target=None, location=f"{_PATH}/{{id}}")
    api.command(route, _TAG)
    api.query(QueryRoute("notify", ListDocuments, _PATH, Page[DocumentRow]), _TAG)
    api.query(QueryRoute("notify", ListUnsigned, f"{_PATH}/unsigned", Page[UnsignedReceipt]), _TAG)
    api.query(QueryRoute("notify", GetDocument, f"{_PATH}/{{id}}", DocumentView, single=True), _TAG)
    api.query(QueryRoute("notify", ListDocumentTypes, "/document-types", DocumentTypeList), _TAG)
    prepared = QueryRoute("notify", PrepareDocument, "/document-types/{type}/prepared", PreparedDocument)
    api.query(prepared, _TAG)
    api.commands("notify", DOCUMENT_COMMANDS, _PATH, DocumentView, _TAG)
    add_file(api, _FILE, _TAG)


def add_file(api: Api, route: QueryRoute, tag: str) -> None:
    """A route that serves a frozen file, of which its query tells name and digest."""

    async def file(request: Request) -> Response:
        return await _file(route, request)

    api.add(
        route.path,
        file,
        method="GET",
        tag=tag,
        name=route.query.operation.replace(".", "-"),
        about="The file as it was frozen: pdf or docx.",
        view=None,
        status=200,
        parameters=route.parameters(),
        openapi_extra={"responses": {"200": {"content": {FILE: {"schema": {"type": "string", "format": "binary"}}}}}},
    )


async def _file(route: QueryRoute, request: Request) -> Response:
    """Raises NotFound, Conflict when what lies in the store is another content."""
    call = await asked(request)
    found = await call.query("notify", route.query, route.read(request))
    try:
        return await downloads.served(
            call.parts.blobs,
            found["sha256"],
            media_type=_MEDIA_TYPES[request.path_params["format"]],
            file_name=found["file_name"],
            download=True,
        )
    except OtherContent as damage:
        raise Conflict("notify.file-damaged", None, file_name=found["file_name"]) from damage
