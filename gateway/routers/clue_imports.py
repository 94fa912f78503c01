"""Imports of satellite patches: a file in, a job out, every row's outcome to read."""

import asyncio
from pathlib import PurePath

from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import media_type, parsed
from gateway.errors import FileEmpty, FileMissing, MediaTypeUnsupported
from gateway.forwarding import PREFIX, Api, QueryRoute, asked, command_id, json_answer
from gateway.schemas.clue_imports import ToldImport, ToldRow, told_import, told_rows
from shared.contracts.base import Page
from shared.contracts.clue_imports import GetClueImport, ListImportRows, StartClueImport

_TAG = "clue-imports"
PATH = f"{PREFIX}/clue-imports"
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
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "zipped Shapefile, GeoPackage, GeoJSON or the working table as .xlsx",
                        }
                    },
                }
            }
        },
    },
    "parameters": [
        {
            "name": "idempotency-key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 200},
        }
    ],
}


def add_to(api: Api) -> None:
    api.add(
        "/clue-imports",
        start_import,
        method="POST",
        tag=_TAG,
        name="clue-import-start",
        about="Take a file of satellite patches; the answer is a job to watch.",
        view=ToldImport,
        status=202,
        openapi_extra=_BODY,
    )
    api.query(QueryRoute("cases", GetClueImport, "/clue-imports/{id}", ToldImport, told=told_import), _TAG)
    api.query(QueryRoute("cases", ListImportRows, "/clue-imports/{id}/rows", Page[ToldRow], told=told_rows), _TAG)


async def start_import(request: Request) -> Response:
    """Stored by digest before the service hears of it: the job never waits for its file."""
    call = await asked(request)
    key = command_id(request)
    if media_type(request) != _FORM:
        raise MediaTypeUnsupported(media_type(request), [_FORM])
    async with request.form(max_files=1, max_fields=5) as form:
        upload = form.get("file")
        if upload is None or isinstance(upload, str):
            raise FileMissing
        name = PurePath((upload.filename or "").replace("\\", "/")).name
        stored = await asyncio.to_thread(call.parts.blobs.put, upload.file)
    if not stored.size:
        raise FileEmpty
    body = {"file_sha256": stored.sha256, "file_name": name, "size_bytes": stored.size}
    parsed(StartClueImport, body)
    job = await call.parts.services.command(
        "cases",
        StartClueImport.operation,
        body,
        principal=call.caller.principal(),
        correlation_id=call.correlation_id,
        command_id=key,
    )
    return json_answer(told_import(job), 202, {"Location": f"{PATH}/{job['id']}"})
