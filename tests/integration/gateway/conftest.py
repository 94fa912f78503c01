"""The gateway with its real database and fake services behind its RPC port."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr

from gateway.app import create_app
from gateway.auth import passwords
from gateway.auth.account_log import AccountLog
from gateway.auth.accounts import Accounts, NewAccount
from gateway.auth.caller import Callers
from gateway.auth.feeds import Feeds
from gateway.auth.grants import Grants
from gateway.auth.oidc_identities import Identities
from gateway.auth.oidc_sign_on import SignOn
from gateway.auth.oidc_store import SignOnStore
from gateway.auth.policy import Policy
from gateway.auth.proofs import Proofs
from gateway.auth.second_factors import SecondFactors
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import AccessTokens
from gateway.parts import Parts
from gateway.rpc import Services
from gateway.storage.migrate import MIGRATIONS
from gateway.storage.tables import METADATA, account_log
from gateway.streams import Heads, Places, Slots, Streams
from shared.blobs import FolderBlobStore
from shared.clock import FixedClock
from shared.contracts.catalogue import SOURCES
from shared.contracts.codes import Role
from shared.database import open_engine
from shared.ids import new_id
from shared.migration import upgrade
from shared.principal import PrincipalSigner
from shared.sealing import SecretBox
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
        return Accounts(self.engine, self.clock).create(new, _DIGEST, new_id())

    def three(self) -> None:
        """The three administrators, one each: `system`, `security`, `audit`."""
        self.account("system", Role.ADMINISTRATOR)
        self.account("security", Role.SECURITY_ADMINISTRATOR)
        self.account("audit", Role.AUDIT_ADMINISTRATOR)

    def ask(self, method: str, path: str, *, by: str | None = None, bare: bool = False, **more: Any) -> httpx.Response:
        """One request; by: login of an account, which is logged in at its first use.

        bare: without the headers that every good client sends with a change: a fresh key, and a version.
        """

        async def once(client: httpx.AsyncClient) -> httpx.Response:
            headers = dict(more.pop("headers", {}))
            if method != "GET" and not bare:
                headers = {"Idempotency-Key": uuid4().hex, "If-Match": '"1"', **headers}
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
    assert upgrade(MIGRATIONS, SecretStr(postgres.create_database("gateway")), "gateway_app") == "0006"
    opened = open_engine(postgres.dsn("gateway", user="gateway_app"), pool_size=8)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """Made once: it takes half a second, and keeps nothing of a request. Every test gives it parts of its own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        yield made.state.parts

    limits = {"max_import_bytes": MOST_IMPORT, "max_evidence_bytes": MOST_EVIDENCE}
    made = create_app(opened, max_body_bytes=MOST_BODY, **limits)
    return made


@pytest.fixture
def house(app: FastAPI, engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> House:
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            if table is not account_log:  # which loses nothing; a test asks for its own accounts
                connection.execute(sa.delete(table))
    private, public = fresh_signing_key()
    services, clock, watch = FakeServices(public), FixedClock(datetime.now(UTC)), Watch()
    blobs = tmp_path_factory.mktemp("blobs")
    tokens, accounts = AccessTokens(private), Accounts(engine, clock)
    second_factors = SecondFactors(engine, SecretBox(base64.b64encode(bytes(32)).decode()), clock)
    sessions = Sessions(engine, tokens, clock, Policy(cookie_secure=False))
    calls = Services(services, 5.0)
    app.state.parts = Parts(
        services=calls,
        callers=Callers(accounts, sessions, tokens, PrincipalSigner(private), watch),
        accounts=accounts,
        proofs=Proofs(engine, second_factors, clock),
        second_factors=second_factors,
        sessions=sessions,
        grants=Grants(engine, clock),
        account_log=AccountLog(engine),
        feeds=Feeds(engine, PrincipalSigner(private)),
        sign_on=SignOn([], SignOnStore(engine), "http://gateway", clock),
        identities=Identities(engine),
        blobs=FolderBlobStore(blobs),
        clock=clock,
        streams=Streams(Heads(calls, SOURCES), Slots(8), Places(private)),
    )
    return House(app, engine, services, clock, watch, blobs)
