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
from gateway.auth.policy import Policy
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import AccessTokens
from gateway.parts import Parts
from gateway.rpc import Services
from gateway.streams import Heads, Places, Slots, Streams
from shared.clock import SystemClock
from shared.principal import PrincipalSigner
from tests.support.fake_services import FakeServices
from tests.support.signing_keys import fresh_signing_key


@pytest.fixture(scope="session")
def app() -> FastAPI:
    private, public = fresh_signing_key()
    nobody, tokens = cast(Any, None), AccessTokens(private)
    sessions = Sessions(nobody, tokens, SystemClock(), Policy())
    parts = Parts(
        services=Services(FakeServices(public), 5.0),
        callers=Callers(nobody, sessions, tokens, PrincipalSigner(private)),
        accounts=nobody,
        proofs=nobody,
        second_factors=nobody,
        sessions=sessions,
        grants=nobody,
        account_log=nobody,
        feeds=nobody,
        sign_on=nobody,
        identities=nobody,
        blobs=nobody,
        clock=SystemClock(),
        streams=Streams(Heads(nobody, ()), Slots(1), Places(private)),
    )

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        yield parts

    made = create_app(opened)
    made.state.parts = parts
    return made


def ask(app: FastAPI, method: str, path: str, **more: Any) -> httpx.Response:
    """One request, in an event loop of its own."""

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.request(method, path, **more)

    return asyncio.run(once())
