"""The gateway served on loopback with its real database, trusting the providers that a test names."""

import base64
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import sqlalchemy as sa
import uvicorn

from gateway.app import create_app
from gateway.auth import console_cookie, passwords
from gateway.auth.account_log import AccountLog
from gateway.auth.accounts import Account, Accounts, NewAccount, by_id
from gateway.auth.caller import Callers
from gateway.auth.feeds import Feeds
from gateway.auth.grants import Grants
from gateway.auth.oidc_identities import Identities, Identity
from gateway.auth.oidc_providers import Provider, Systems
from gateway.auth.oidc_sign_on import SignOn, provider_clients
from gateway.auth.oidc_store import SignOnStore
from gateway.auth.oidc_systems import SystemTokens
from gateway.auth.policy import Policy
from gateway.auth.proofs import Proofs
from gateway.auth.second_factors import SecondFactors
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import AccessTokens
from gateway.parts import Parts
from gateway.rates import Rates
from gateway.rpc import Services
from gateway.storage.oidc_tables import oidc_session
from gateway.storage.tables import METADATA, account, account_log, session
from gateway.streams import Heads, Places, Slots, Streams
from shared.clock import SystemClock
from shared.contracts.catalogue import SOURCES
from shared.contracts.codes import Role
from shared.ids import new_id
from shared.principal import PrincipalSigner
from shared.sealing import SecretBox
from tests.integration.gateway.conftest import PASSWORD
from tests.support.fake_services import FakeServices
from tests.support.nodes import free_port, wait_until
from tests.support.oidc_nodes import Browser
from tests.support.signing_keys import fresh_signing_key

AUDIENCE = "https://tianwei.zhongning.example/api/v1"
_DIGEST = passwords.digest(PASSWORD)


def trusted(code: str, issuer: str, secret: str | None = "of-one-test-run", **more: Any) -> Provider:
    return Provider.model_validate(
        {
            "code": code,
            "title": f"{code} 认证平台",
            "issuer": issuer,
            "client_id": "tianwei",
            "client_secret": secret,
            "allowed_hosts": urlsplit(issuer).netloc,
            "systems": Systems(audience=AUDIENCE),
            **more,
        }
    )


@dataclass
class Watch:
    """Seconds as the clients of providers count them; moved by hand."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


@dataclass
class SignOnHouse:
    url: str
    engine: sa.Engine
    services: FakeServices
    identities: Identities
    accounts: Accounts
    watch: Watch
    tokens: dict[str, str] = field(default_factory=dict)

    def account(self, login: str, role: Role, org_code: str = "640521") -> Account:
        new = NewAccount(login, f"{login} 的姓名", frozenset({role}), org_code, "640521")
        return self.accounts.create(new, _DIGEST, new_id())

    def linked(self, account: Account, provider: Provider, subject: str) -> Identity:
        """Proposed by one administrator, let in by another."""
        now = SystemClock().now()
        one, other = (self._administrator(name).actor for name in ("admin-one", "admin-two"))
        proposed = self.identities.propose(account.id, provider, subject, one, now)
        return self.identities.confirm(account.id, proposed.id, other, now)

    def login(self, code: str, return_to: str = "/docs") -> str:
        return f"{self.url}/auth/oidc/{code}/login?return_to={return_to}"

    def callback(self, code: str) -> str:
        return f"{self.url}/auth/oidc/{code}/callback"

    def sign_in(self, browser: Browser, code: str, login: str, return_to: str = "/docs") -> httpx.Response:
        """The whole way; the answer of the callback."""
        back = browser.sign_in(self.login(code, return_to), login, self.callback(code))
        return browser.go(back.headers["location"])

    def leave(self, browser: Browser) -> httpx.Response:
        """Log out as a page of ours does it."""
        token = console_cookie.csrf_token(browser.cookies["tianwei-session"])
        headers = {console_cookie.CSRF_HEADER: token}
        return browser.send("POST", f"{self.url}/api/v1/auth/oidc/logout", headers=headers)

    def later(self, seconds: float) -> None:
        """For what is kept of providers; the clock of tokens stands."""
        self.watch.ahead_s += seconds

    def by_login(self, login: str) -> Account:
        return next(one for one in _all(self.engine) if one.login == login)

    def sessions(self) -> list[Any]:
        """Of all accounts: who, by which provider (None: none), whether it has been ended."""
        asked = sa.select(session.c.id, session.c.account_id, oidc_session.c.provider, session.c.revoked_at).outerjoin(
            oidc_session, oidc_session.c.session_id == session.c.id
        )
        with self.engine.connect() as connection:
            return list(connection.execute(asked.order_by(session.c.created_at)))

    def ask(self, method: str, path: str, *, by: str | None = None, **more: Any) -> httpx.Response:
        """by: login of a person with a local password."""
        headers = dict(more.pop("headers", {}))
        if by is not None:
            headers["authorization"] = f"Bearer {self._token(by)}"
        return httpx.request(method, f"{self.url}/api/v1{path}", headers=headers, **more)

    def as_bearer(self, token: str, path: str = "/me") -> httpx.Response:
        return self.ask("GET", path, headers={"authorization": f"Bearer {token}"})

    def _token(self, login: str) -> str:
        if login not in self.tokens:
            grant = {"grant_type": "password", "username": login, "password": PASSWORD}
            answer = httpx.post(f"{self.url}/api/v1/auth/token", json=grant)
            self.tokens[login] = answer.json()["access_token"]
        return self.tokens[login]

    def _administrator(self, login: str) -> Account:
        found = {one.login: one for one in _all(self.engine)}
        return found.get(login) or self.account(login, Role.SECURITY_ADMINISTRATOR)


@contextmanager
def serving(
    engine: sa.Engine, providers: Sequence[Provider], port: int | None = None, most: int = 10_000
) -> Iterator[SignOnHouse]:
    """On a free port of loopback, or on the one that a provider was told of. most: asked by one address in a minute."""
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            if table is not account_log:  # which loses nothing
                connection.execute(sa.delete(table))
    private, public = fresh_signing_key()
    services, clock, accounts = FakeServices(public), SystemClock(), Accounts(engine, SystemClock())
    place = port or free_port()
    url, watch, tokens = f"http://127.0.0.1:{place}", Watch(), AccessTokens(private)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        calls = Services(services, 5.0)
        signer, store = PrincipalSigner(private), SignOnStore(engine)
        second_factors = SecondFactors(engine, SecretBox(base64.b64encode(bytes(32)).decode()), clock)
        sessions = Sessions(engine, tokens, clock, Policy(cookie_secure=False))
        async with provider_clients(providers, watch) as clients:
            systems = SystemTokens(clients, store, clock)
            yield Parts(
                services=calls,
                callers=Callers(accounts, sessions, tokens, signer, elsewhere=systems.read),
                accounts=accounts,
                proofs=Proofs(engine, second_factors, clock),
                second_factors=second_factors,
                sessions=sessions,
                grants=Grants(engine, clock),
                account_log=AccountLog(engine),
                feeds=Feeds(engine, signer),
                sign_on=SignOn(clients, store, url, clock, Rates(most)),
                identities=Identities(engine),
                blobs=cast(Any, None),
                clock=clock,
                streams=Streams(Heads(calls, SOURCES), Slots(8), Places(private)),
            )

    config = uvicorn.Config(create_app(opened), host="127.0.0.1", port=place, log_config=None, lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), what="the gateway")
        yield SignOnHouse(url, engine, services, Identities(engine), accounts, watch)
    finally:
        server.should_exit = True
        thread.join(20)


def parameters(url: str) -> dict[str, str]:
    """Of an address's query; each once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


def begun(browser: Browser, house: SignOnHouse, code: str, return_to: str = "/docs") -> dict[str, str]:
    """A login on its way out: what the provider is asked."""
    answer = browser.go(house.login(code, return_to))
    assert answer.status_code == 303, answer.text
    return parameters(answer.headers["location"])


def _all(engine: sa.Engine) -> list[Account]:
    with engine.connect() as connection:
        ids: list[UUID] = list(connection.scalars(sa.select(account.c.id)))
        return [by_id(connection, one) for one in ids]


def unix_now() -> int:
    return int(time.time())
