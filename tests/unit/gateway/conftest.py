"""The gateway over fake services, without a database: for what is decided before anybody is let in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from gateway.app import create_app
from gateway.auth.caller import Callers
from gateway.auth.tokens import AccessTokens
from gateway.bounds import Limits
from gateway.parts import Parts
from gateway.rpc import Services
from shared.clock import SystemClock
from shared.principal import PrincipalSigner
from tests.support.fake_services import FakeServices
from tests.support.signing_keys import fresh_signing_key

# Tests ask faster than people; what is too often has tests of its own.
FAST = Limits(address_per_s=1e6, address_burst=10**6, account_per_s=1e6, account_burst=10**6)


@pytest.fixture(scope="session")
def app() -> FastAPI:
    private, public = fresh_signing_key()
    nobody = cast(Any, None)
    parts = Parts(
        services=Services(FakeServices(public), 5.0),
        callers=Callers(nobody, AccessTokens(private), PrincipalSigner(private)),
        accounts=nobody,
        sessions=nobody,
        feeds=nobody,
        blobs=nobody,
        clock=SystemClock(),
    )

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        yield parts

    made = create_app(opened, limits=FAST)
    made.state.parts = parts
    return made


def ask(app: FastAPI, method: str, path: str, **more: Any) -> httpx.Response:
    """One request, in an event loop of its own."""

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.request(method, path, **more)

    return asyncio.run(once())
