"""Taking over a county's existing cases: a template to fill in, a file in, a job out, every row's outcome to read."""

import asyncio
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import media_type, parsed
from gateway.errors import FileEmpty, FileMissing, MediaTypeUnsupported
from gateway.forwarding import PREFIX, Api, QueryRoute, asked, command_id, json_answer
from gateway.routers.sheet_answers import sheet_answer
from gateway.schemas.case_imports import ToldCaseImport, ToldCaseRow, told_case_import, told_case_rows
from gateway.sheets import Sheet, XlsxResponse
from shared.contracts.base import Page
from shared.contracts.case_imports import GetCaseImport, ListCaseImportRows, StartCaseImport
from shared.contracts.case_table import COLUMNS, NOTE

_TAG = "case-imports"
PATH = f"{PREFIX}/case-imports"
_FORM = "multipart/form-data"
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": ".xlsx or .csv"},
                        "dry_run": {"type": "boolean", "description": "only say what would become of every row"},
                    },
                }
            }
        },
    },
    "parameters": [
        {"name": "idempotency-key", "in": "header", "required": True, "schema": {"type": "string", "maxLength": 200}}
    ],
}


def add_to(api: Api) -> None:
    api.add(
        "/case-imports/template.xlsx",
        template,
        method="GET",
        tag=_TAG,
        name="case-import-template",
        about="The columns of a list of existing cases; the row below says how each is filled in and is never read.",
        view=None,
        status=200,
        answers=XlsxResponse,
    )
    api.add(
        "/case-imports",
        start_import,
        method="POST",
        tag=_TAG,
        name="case-import-start",
        about="Take over cases from a spreadsheet; the answer is a job to watch. The same file makes nothing twice.",
        view=ToldCaseImport,
        status=202,
        openapi_extra=_BODY,
    )
    api.query(QueryRoute("cases", GetCaseImport, "/case-imports/{id}", ToldCaseImport, told=told_case_import), _TAG)
    api.query(
        QueryRoute("cases", ListCaseImportRows, "/case-imports/{id}/rows", Page[ToldCaseRow], told=told_case_rows), _TAG
    )


async def template(request: Request) -> Response:
    await asked(request)
    sheet = await asyncio.to_thread(Sheet, "案件", list(COLUMNS))
    notes = [f"{NOTE}{note}" if place == 0 else note for place, note in enumerate(COLUMNS.values())]
    await asyncio.to_thread(sheet.add, [notes])
    return await sheet_answer(sheet, "cases-template", "原有案件表模板")


async def start_import(request: Request) -> Response:
    """Stored by digest before the service hears of it: the job never waits for its file."""
    call = await asked(request)
    key = command_id(request, required=True)
    if media_type(request) != _FORM:
        raise MediaTypeUnsupported(media_type(request), [_FORM])
    async with request.form(max_files=1, max_fields=5) as form:
        upload, dry_run = form.get("file"), form.get("dry_run")
        if upload is None or isinstance(upload, str):
            raise FileMissing
        name = PurePath((upload.filename or "").replace("\\", "/")).name
        stored = await asyncio.to_thread(call.parts.blobs.put, upload.file)
    if not stored.size:
        raise FileEmpty
    body = {"file_sha256": stored.sha256, "file_name": name, "size_bytes": stored.size}
    if dry_run is not None:
        body["dry_run"] = {"true": True, "false": False}.get(str(dry_run), str(dry_run))
    parsed(StartCaseImport, body)
    job = await call.parts.services.command(
        "cases",
        StartCaseImport.operation,
        body,
        principal=call.caller.principal(),
        correlation_id=call.correlation_id,
        command_id=key,
    )
    return json_answer(told_case_import(job), 202, {"Location": f"{PATH}/{job['id']}"})
