"""Imports of satellite patches: a file in, a job out, every row's outcome to read."""

import asyncio
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import media_type, parsed
from gateway.errors import FileEmpty, FileMissing, MediaTypeUnsupported
from gateway.forwarding import PREFIX, Api, QueryRoute, asked, command_id, json_answer
from gateway.schemas.clue_imports import ToldImport, ToldRow, told_import, told_rows
from shared.contracts.base import Command, Page
from shared.contracts.clue_imports import GetClueImport, ListImportRows, StartClueImport
from shared.contracts.codes import PositionCrs

_TAG = "clue-imports"
PATH = f"{PREFIX}/clue-imports"
_FORM = "multipart/form-data"
_OPTIONS = {
    "crs": {
        "type": "string",
        "enum": [crs.value for crs in PositionCrs],
        "description": "of degrees in the file, where it does not say so itself (GCJ-02, BD-09); kept in CGCS2000",
    }
}
_FLAGS = {"true": True, "false": False}


def file_form(file: str, fields: dict[str, Any], options: dict[str, Any] | None = None) -> dict[str, Any]:
    """The documentation of a form with a file. file: what kinds are taken; fields, options: schemas of the others."""
    required = {"file": {"type": "string", "format": "binary", "description": file}, **fields}
    schema = {"type": "object", "required": list(required), "properties": {**required, **(options or {})}}
    key = {
        "name": "idempotency-key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "maxLength": 200},
    }
    return {"requestBody": {"required": True, "content": {_FORM: {"schema": schema}}}, "parameters": [key]}


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
        openapi_extra=file_form("zipped Shapefile, GeoPackage, GeoJSON or the working table as .xlsx", {}, _OPTIONS),
    )
    api.query(QueryRoute("cases", GetClueImport, "/clue-imports/{id}", ToldImport, told=told_import), _TAG)
    api.query(QueryRoute("cases", ListImportRows, "/clue-imports/{id}/rows", Page[ToldRow], told=told_rows), _TAG)


async def start_import(request: Request) -> Response:
    """Stored by digest before the service hears of it: the job never waits for its file."""
    job = await file_job(request, StartClueImport, ("crs",))
    return json_answer(told_import(job), 202, {"Location": f"{PATH}/{job['id']}"})


async def file_job(
    request: Request, command: type[Command], fields: Sequence[str] = (), flags: Sequence[str] = ()
) -> dict[str, Any]:
    """Store the file of a form and order its job; the answer of the service.

    fields, flags: of the form, for the command; a flag says true or false.
    """
    call = await asked(request)
    key = command_id(request, required=True)
    if media_type(request) != _FORM:
        raise MediaTypeUnsupported(media_type(request), [_FORM])
    async with request.form(max_files=1, max_fields=10) as form:
        upload = form.get("file")
        if upload is None or isinstance(upload, str):
            raise FileMissing
        told: dict[str, Any] = {name: value for name in fields if isinstance(value := form.get(name), str)}
        told |= {name: _FLAGS.get(str(form[name]), form[name]) for name in flags if isinstance(form.get(name), str)}
        name = PurePath((upload.filename or "").replace("\\", "/")).name
        stored = await asyncio.to_thread(call.parts.blobs.put, upload.file)
    if not stored.size:
        raise FileEmpty
    body = {**told, "file_sha256": stored.sha256, "file_name": name, "size_bytes": stored.size}
    parsed(command, body)
    job: dict[str, Any] = await call.parts.services.command(
        "cases",
        command.operation,
        body,
        principal=call.caller.principal(),
        correlation_id=call.correlation_id,
        command_id=key,
    )
    return job
