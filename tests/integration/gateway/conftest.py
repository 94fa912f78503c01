"""The gateway with its real database and fake services behind its RPC port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr

from gateway.app import create_app
from gateway.auth import passwords
from gateway.auth.accounts import Accounts, NewAccount
from gateway.auth.caller import Callers
from gateway.auth.feeds import Feeds
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import AccessTokens
from gateway.bounds import Limits
from gateway.parts import Parts
from gateway.rpc import Services
from gateway.storage.migrate import MIGRATIONS
from gateway.storage.tables import METADATA
from shared.blobs import FolderBlobStore
from shared.clock import FixedClock
from shared.contracts.codes import Role
from shared.database import open_engine
from shared.ids import new_id
from shared.migration import upgrade
from shared.principal import PrincipalSigner
from tests.support.fake_services import FakeServices
from tests.support.nodes import PostgresNode
from tests.support.signing_keys import fresh_signing_key

PASSWORD = "correct-horse-battery"
_DIGEST = passwords.digest(PASSWORD)
T = TypeVar("T")
MOST_BODY, MOST_IMPORT, MOST_EVIDENCE = 64 * 1024, 256 * 1024, 512 * 1024


@dataclass
class Watch:
    """Unix seconds as Callers sees them; moved by hand."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return datetime.now(UTC).timestamp() + self.ahead_s


@dataclass
class House:
    """One gateway, and a client that is logged in as whom it is told."""

    app: FastAPI
    engine: sa.Engine
    services: FakeServices
    clock: FixedClock
    watch: Watch
    blobs: Path
    tokens: dict[str, str] = field(default_factory=dict)

    def account(self, login: str, role: Role, org_code: str = "640521", jurisdiction: str = "640521") -> Any:
        new = NewAccount(login, f"{login} 的姓名", frozenset({role}), org_code, jurisdiction)
        return Accounts(self.engine).create(new, _DIGEST, new_id())

    def ask(self, method: str, path: str, *, by: str | None = None, **more: Any) -> httpx.Response:
        """One request; by: login of an account, which is logged in at its first use."""

        async def once(client: httpx.AsyncClient) -> httpx.Response:
            headers = dict(more.pop("headers", {}))
            if by is not None:
                headers["Authorization"] = f"Bearer {await self._token(client, by)}"
            return await client.request(method, path, headers=headers, **more)

        return self.run(once)

    def run(self, act: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
        async def with_client() -> T:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                return await act(client)

        return asyncio.run(with_client())

    async def _token(self, client: httpx.AsyncClient, login: str) -> str:
        if login not in self.tokens:
            grants = (
                {"grant_type": "password", "username": login, "password": PASSWORD},
                {"grant_type": "client_credentials", "client_id": login, "client_secret": PASSWORD},
            )
            answer = await client.post("/api/v1/auth/token", json=grants[login.endswith("-system")])
            assert answer.status_code == 200, answer.text
            self.tokens[login] = answer.json()["access_token"]
        return self.tokens[login]


@pytest.fixture(scope="session")
def engine(postgres: PostgresNode) -> Iterator[sa.Engine]:
    postgres.create_role("gateway_app")
    assert upgrade(MIGRATIONS, SecretStr(postgres.create_database("gateway")), "gateway_app") == "0003"
    opened = open_engine(postgres.dsn("gateway", user="gateway_app"), pool_size=8)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """Made once: it takes half a second, and keeps nothing of a request. Every test gives it parts of its own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        yield made.state.parts

    made = create_app(
        opened,
        max_body_bytes=MOST_BODY,
        max_import_bytes=MOST_IMPORT,
        max_evidence_bytes=MOST_EVIDENCE,
        # Tests ask faster than people; what is too often has tests of its own.
        limits=Limits(address_per_s=1e6, address_burst=10**6, account_per_s=1e6, account_burst=10**6),
    )
    return made


@pytest.fixture
def house(app: FastAPI, engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> House:
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(sa.delete(table))
    private, public = fresh_signing_key()
    services, clock, watch = FakeServices(public), FixedClock(datetime.now(UTC)), Watch()
    blobs = tmp_path_factory.mktemp("blobs")
    tokens, accounts = AccessTokens(private), Accounts(engine)
    app.state.parts = Parts(
        services=Services(services, 5.0),
        callers=Callers(accounts, tokens, PrincipalSigner(private), watch),
        accounts=accounts,
        sessions=Sessions(engine, tokens, clock),
        feeds=Feeds(engine, PrincipalSigner(private)),
        blobs=FolderBlobStore(blobs),
        clock=clock,
    )
    return House(app, engine, services, clock, watch, blobs)
