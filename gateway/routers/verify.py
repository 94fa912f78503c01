"""Verifying a document by the code on its paper: open to everybody, so it is counted by address and tells little."""

import inspect
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway import verify_page
from gateway.bodies import parsed
from gateway.errors import TooOften
from gateway.forwarding import Api, json_answer, path_parameters
from gateway.parts import Parts
from shared.blobs import Digester
from shared.contracts.documents import VerifiedDocument, VerifyDocument
from shared.errors import InvalidInput, NotFound, Unavailable

_TAG = "verify"
_PATH = "/verify/{code}"
ENDING = "/digest"
MOST_FILE_BYTES = 16 << 20
# A file costs as much as ten looks.
_FILE_COST = 10
_NO_STORE = {"Cache-Control": "no-store"}
# As a person reads it from paper: Crockford's base 32 has no O, I and L.
_AS_READ = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "　": ""})


def add_to(api: Api) -> None:
    api.add(
        _PATH,
        look,
        method="GET",
        tag=_TAG,
        name="document-verify",
        about=VerifyDocument.__doc__,
        view=VerifiedDocument,
        status=200,
        public=True,
        parameters=[
            *path_parameters(_PATH),
            inspect.Parameter(
                "sha256",
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[str | None, Query(description="of a file that may be this document")],
            ),
        ],
    )
    api.add(
        f"{_PATH}{ENDING}",
        compare,
        method="POST",
        tag=_TAG,
        name="document-verify-file",
        about="The same with a file as the body: it is digested on its way and not kept.",
        view=VerifiedDocument,
        status=200,
        public=True,
        parameters=path_parameters(_PATH),
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        },
    )


def add_pages(router: APIRouter) -> None:
    """What the QR code leads to, and a page to type the code."""
    for path in ("/verify", _PATH):
        router.add_route(path, page, methods=["GET"], include_in_schema=False)


async def look(request: Request) -> Response:
    """Raises TooOften, NotFound, InvalidInput."""
    _count(request)
    sha256 = request.query_params.get("sha256")
    return json_answer(await _verified(request, _code(request), sha256), 200, _NO_STORE)


async def compare(request: Request) -> Response:
    """Raises TooOften, NotFound, InvalidInput."""
    _count(request, _FILE_COST)
    code = _code(request)
    await _verified(request, code, None)  # before a file is taken for nothing
    digester = Digester()
    async for chunk in request.stream():
        digester.update(chunk)
    return json_answer(await _verified(request, code, digester.stored().sha256), 200, _NO_STORE)


async def page(request: Request) -> Response:
    code = _code(request)
    if not code:
        return HTMLResponse(verify_page.ask(), 200, _NO_STORE)
    status, text = await _told(request, code)
    return HTMLResponse(text, status, _NO_STORE)


async def _told(request: Request, code: str) -> tuple[int, str]:
    try:
        _count(request)
        return 200, verify_page.found(code, await _verified(request, code, None))
    except TooOften as error:
        return 429, verify_page.too_often(error.facts["retry_after_s"])
    except (NotFound, InvalidInput):
        return 404, verify_page.not_found()
    except Unavailable:
        return 503, verify_page.unavailable()


async def _verified(request: Request, code: str, sha256: str | None) -> Any:
    parts: Parts = request.app.state.parts
    asked = {"code": code} if sha256 is None else {"code": code, "sha256": sha256}
    parsed(VerifyDocument, asked)
    return await parts.services.query(
        "notify",
        VerifyDocument.operation,
        asked,
        principal=parts.callers.stranger(),
        correlation_id=request.scope.get("correlation_id") or uuid4().hex,
    )


def _count(request: Request, cost: int = 1) -> None:
    parts: Parts = request.app.state.parts
    parts.rates.count(request.client.host if request.client else "", cost)


def _code(request: Request) -> str:
    given = str(request.path_params.get("code") or request.query_params.get("code", ""))
    return given.upper().translate(_AS_READ)
