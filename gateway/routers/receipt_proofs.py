"""Receipts on paper (回证): the slip to print, its photograph, what is recorded of it."""

import asyncio
import base64
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gateway import downloads
from gateway.errors import ReceiptPhotoRefused
from gateway.forwarding import Api, Asked, CommandRoute, QueryRoute, asked, json_answer, path_id, path_parameters
from gateway.openapi_document import FILE
from gateway.uploads import FORM, received
from shared.contracts.documents import GetDocument
from shared.contracts.receipt_proofs import (
    MOST_PHOTO_BYTES,
    GetReceiptSlip,
    ListReceiptProofs,
    ReceiptPhotoView,
    ReceiptProofList,
    ReceiptProofView,
    ReceiptSlipView,
    RecordReceipt,
)
from shared.errors import Conflict, NotFound

_TAG = "documents"
_PATH = "/documents/{id}"
# What the form around the file adds is little.
ENDING, MOST_BODY_BYTES = "/receipt-photos", MOST_PHOTO_BYTES + (1 << 20)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What a telephone or a scanner makes of a paper.
PHOTOS = frozenset({"image/jpeg", "image/png", "image/heic", "application/pdf"})
_SLIP = QueryRoute("notify", GetReceiptSlip, f"{_PATH}/receipt-slip", ReceiptSlipView)
_BINARY = {"200": {"content": {FILE: {"schema": {"type": "string", "format": "binary"}}}}}


def add_to(api: Api) -> None:
    api.query(QueryRoute("notify", ListReceiptProofs, f"{_PATH}/receipt-proofs", ReceiptProofList), _TAG)
    recorded = CommandRoute("notify", RecordReceipt, f"{_PATH}/record-receipt", ReceiptProofView, checked=photo_is_kept)
    api.command(recorded, _TAG)
    form = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
    api.add(
        f"{_PATH}/receipt-photos",
        add_photo,
        method="POST",
        tag=_TAG,
        name="document-receipt-photo",
        about="Keep the photograph of a signed slip; its digest goes into record-receipt.",
        view=ReceiptPhotoView,
        status=201,
        parameters=path_parameters(f"{_PATH}/receipt-photos"),
        openapi_extra={"requestBody": {"required": True, "content": {FORM: {"schema": form}}}},
    )
    api.add(
        _SLIP.path,
        slip,
        method="GET",
        tag=_TAG,
        name="document-receipt-slip",
        about=GetReceiptSlip.__doc__,
        view=None,
        status=200,
        parameters=_SLIP.parameters(),
        openapi_extra={"responses": _BINARY},
    )
    photo = f"{_PATH}/receipt-photos/{{sha256}}"
    api.add(
        photo,
        get_photo,
        method="GET",
        tag=_TAG,
        name="document-receipt-photo-get",
        about="The photograph, verified before it is served.",
        view=None,
        status=200,
        parameters=path_parameters(photo),
        openapi_extra={"responses": _BINARY},
    )


async def add_photo(request: Request) -> Response:
    """Who may not see the document is told so before a byte is taken in."""
    call = await asked(request)
    await call.query("notify", GetDocument, {"id": str(path_id(request, "id"))})
    async with received(request, call.parts.blobs) as upload:
        if upload.media_type not in PHOTOS:
            raise ReceiptPhotoRefused("photo-kind")
        if upload.size > MOST_PHOTO_BYTES:
            raise ReceiptPhotoRefused("photo-size")
        stored = await upload.keep()
    view = {"sha256": stored.sha256, "media_type": upload.media_type, "size": stored.size}
    return json_answer(view, 201, {})


async def get_photo(request: Request) -> Response:
    """Only of a receipt of this document: a digest alone opens nothing."""
    call = await asked(request)
    proofs = await call.query("notify", ListReceiptProofs, {"id": str(path_id(request, "id"))})
    wanted = request.path_params["sha256"]
    if wanted not in {proof["photo_sha256"] for proof in proofs["items"]}:
        raise NotFound
    try:
        photo: Response = await downloads.served(
            call.parts.blobs, wanted, media_type="application/octet-stream", file_name=wanted[:12], download=True
        )
        return photo
    except downloads.OtherContent as damage:
        raise Conflict("notify.file-damaged", None, file_name=wanted[:12]) from damage


async def slip(request: Request) -> Response:
    call = await asked(request)
    made = await call.query("notify", GetReceiptSlip, _SLIP.read(request))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made['file_name'], safe='')}"}
    return Response(base64.b64decode(made["content"]), 200, headers, _DOCX)


async def photo_is_kept(call: Asked, told: Any) -> None:
    """What a receipt names lies in the file store. Raises ReceiptPhotoRefused."""
    if told.photo_sha256 is None:
        return
    try:
        content = await asyncio.to_thread(call.parts.blobs.open, told.photo_sha256)
    except NotFound as error:
        raise ReceiptPhotoRefused("photo-unknown") from error
    await asyncio.to_thread(content.close)
