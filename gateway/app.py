"""The HTTP application: routes, error answers, what opens and closes with it."""

import gc
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from pydantic.warnings import UnsupportedFieldAttributeWarning
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gateway import landing, openapi_document, problems
from gateway.bounds import Bounds, Limits
from gateway.forwarding import Api
from gateway.middleware import Edge
from gateway.parts import OpenParts
from gateway.routers import (
    accounts,
    action_proposals,
    agencies,
    assistance,
    bulletins,
    calendar,
    case_imports,
    cases,
    clue_imports,
    clues,
    dead_letters,
    document_exports,
    documents,
    evidence,
    health,
    joint_actions,
    land,
    listings,
    notices,
    police_transfers,
    receipt_proofs,
    rectifications,
    rules,
    sealed_records,
    statistics,
    tasks,
    verify,
    work,
)
from gateway.settings import MIB
from shared.errors import TianweiError

# In order of use: routes are tried one after the other.
_ROUTERS = (
    clues,
    case_imports,
    cases,
    tasks,
    document_exports,
    notices,
    documents,
    bulletins,
    receipt_proofs,
    verify,
    rectifications,
    joint_actions,
    action_proposals,
    police_transfers,
    listings,
    assistance,
    sealed_records,
    clue_imports,
    evidence,
    land,
    agencies,
    statistics,
    work,
    rules,
    dead_letters,
    calendar,
    accounts,
)
_DOCS = "/docs"


def create_app(
    open_parts: OpenParts,
    *,
    max_body_bytes: int = MIB,
    max_import_bytes: int = 64 * MIB,
    max_evidence_bytes: int = 2048 * MIB,
    limits: Limits | None = None,
) -> FastAPI:
    """open_parts: entered when serving begins. Only an upload of a file may have a larger body."""
    # FastAPI hushes this when it makes a field of a body; a contract is built later (shared/contracts/base.py).
    warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts() as parts:
            app.state.parts = parts
            # What start-up made stays for good; without it a full collection takes a request's time many times over.
            gc.collect()
            gc.freeze()
            yield

    app: FastAPI = FastAPIOffline(
        title="田卫 Tianwei",
        version="1",
        summary="县级耕地保护多部门联合执法",
        redoc_url=None,
        lifespan=lifespan,
        favicon_url="data:,",
        redirect_slashes=False,  # a redirect would trust the Host that the request names
    )
    _answer_head_of_docs(app)
    add_routes(app)
    openapi_document.install(app)
    _add_problems(app)
    app.add_middleware(Bounds, limits=limits or Limits())
    app.add_middleware(
        Edge,
        max_body_bytes=max_body_bytes,
        larger=dict.fromkeys((clue_imports.PATH, case_imports.PATH, land.PATH), max_import_bytes),
        larger_endings={
            evidence.ENDING: max_evidence_bytes,
            verify.ENDING: verify.MOST_FILE_BYTES,
            receipt_proofs.ENDING: receipt_proofs.MOST_BODY_BYTES,
        },
    )
    return app


def _answer_head_of_docs(app: FastAPI) -> None:
    """The explorer's page is added as an API route, which would refuse HEAD; other pages take it by themselves."""
    for route in app.routes:
        if isinstance(route, APIRoute) and route.path == _DOCS and route.methods is not None:
            route.methods.add("HEAD")


def add_routes(app: FastAPI) -> None:
    api = Api(app.router)
    for router in _ROUTERS:
        router.add_to(api)
    health.add_to(app.router)
    verify.add_pages(app.router)
    app.router.add_route("/", _landing, methods=["GET"], include_in_schema=False)


async def _landing(_: Request) -> Response:
    return HTMLResponse(landing.PAGE)


def _add_problems(app: FastAPI) -> None:
    app.add_exception_handler(TianweiError, problems.on_tianwei_error)
    app.add_exception_handler(HTTPException, problems.on_http_exception)
    kinds: tuple[Any, ...] = problems.DATABASE_DOWN
    for kind in kinds:
        app.add_exception_handler(kind, problems.on_database_error)
