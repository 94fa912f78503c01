"""The whole house in one process: the gateway's app over the real dispatchers of the services and their databases."""

import asyncio
import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.requests import Request

from gateway.app import create_app
from gateway.audit import DoorAudit
from gateway.auth.account_log import AccountLog
from gateway.auth.accounts import Account, Accounts, NewAccount
from gateway.auth.caller import Caller, Callers
from gateway.auth.errors import TokenMissing
from gateway.auth.feeds import Feeds
from gateway.auth.grants import Grants
from gateway.auth.oidc_identities import Identities
from gateway.auth.oidc_sign_on import SignOn
from gateway.auth.oidc_store import SignOnStore
from gateway.auth.policy import Policy
from gateway.auth.proofs import Proofs
from gateway.auth.second_factors import SecondFactors
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import AccessClaims, AccessTokens
from gateway.checkpoints import Checkpoints
from gateway.parts import Parts
from gateway.rpc import Services
from gateway.storage.migrate import MIGRATIONS as GATEWAY
from gateway.streams import Heads, Places, Slots, Streams
from services.agencies.handlers.on_cases import REACTIONS as OF_AGENCIES
from services.agencies.settings import AgenciesSettings
from services.agencies.storage.migrate import MIGRATIONS as AGENCIES
from services.agencies.wiring import wire as wire_agencies
from services.cases.handlers.on_agencies import REACTIONS as OF_CASES
from services.cases.settings import CasesSettings
from services.cases.storage.migrate import MIGRATIONS as CASES
from services.cases.wiring import wire as wire_cases
from services.notify.settings import NotifySettings
from services.notify.storage.migrate import MIGRATIONS as NOTIFY
from services.notify.wiring import wire as wire_notify
from shared import keys
from shared.blobs import FolderBlobStore
from shared.bus.rpc_client import Reply
from shared.clock import FixedClock
from shared.contracts.catalogue import SOURCES
from shared.contracts.codes import COUNTY_AGENCIES, Role
from shared.database import open_engine
from shared.delivery.reactor import Reaction
from shared.delivery.runner import UnitRunner
from shared.ids import new_id
from shared.migration import upgrade
from shared.principal import PrincipalSigner
from shared.sealing import SecretBox
from shared.service import ServiceParts
from tests.integration.services.agencies.house import House as Desk
from tests.integration.services.bulletins.telling import not_asked
from tests.integration.services.cases.conftest import START
from tests.integration.services.cases.office import Office
from tests.integration.services.hand_over.county import Feed
from tests.integration.services.notify.house import House as NotifyHouse
from tests.support.nodes import PostgresNode
from tests.support.signing_keys import fresh_signing_key

_KEY = base64.b64encode(bytes(range(32))).decode()


class InProcess:
    """The services behind the gateway's RPC port, without a bus."""

    connected = True

    def __init__(self, parts: dict[str, ServiceParts]) -> None:
        self._parts = parts

    def submit(
        self, service: str, method: str, request: dict[str, Any], deadline: float, on_reply: Callable[[Reply], None]
    ) -> str:
        assert deadline > 0
        dispatcher = self._parts[service].dispatcher
        on_reply(Reply(dispatcher.command(request) if method == "command" else dispatcher.query(request)))
        return ""

    def withdraw(self, correlation_id: str) -> bool:
        return not correlation_id


class KnownCallers(Callers):
    """Who sends a request is said by login: this is no test of identity."""

    def __init__(self, accounts: Accounts, sessions: Sessions, tokens: AccessTokens, signer: PrincipalSigner) -> None:
        super().__init__(accounts, sessions, tokens, signer)
        self.known: dict[str, Account] = {}
        self._of = signer
        self._callers: dict[str, Caller] = {}

    async def identify(self, request: Request) -> Caller:
        login = request.headers.get("authorization", "").removeprefix("Bearer ")
        if login not in self.known:
            raise TokenMissing
        if login not in self._callers:
            claims = AccessClaims(self.known[login].id, None, 2**31)
            self._callers[login] = Caller(self.known[login], claims, (), 0.0, self._of)
        return self._callers[login]


@dataclass(frozen=True)
class Answer:
    """headers: by their name in small letters."""

    status: int
    headers: dict[bytes, bytes]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


@dataclass
class House:
    """office, desk: cases and agencies at their own doors; parts: all services by name."""

    app: FastAPI
    parts: dict[str, ServiceParts]
    office: Office
    desk: Desk
    signer: PrincipalSigner
    accounts: Accounts
    callers: KnownCallers
    feeds: tuple[Feed, ...]
    papers: "Papers"
    home: Path

    def person(self, login: str, role: Role, org: str, jurisdiction: str) -> None:
        """An account of one role."""
        new = NewAccount(login, f"{login} 的姓名", frozenset({role}), org, jurisdiction)
        self.callers.known[login] = self.accounts.create(new, "no password", new_id())

    def somebody(self, login: str, roles: Iterable[Role], org: str, jurisdiction: str) -> None:
        """Whose roles and place are such as no account may have together."""
        at = self.office.clock.at
        made = Account(
            new_id(), login, f"{login} 的姓名", frozenset(roles), org, jurisdiction, 1, at, None, False, False
        )
        self.callers.known[login] = made

    def settle(self) -> None:
        """Until no service has anything new to tell another."""
        while sum(feed.carry() for feed in self.feeds):
            self.papers.press()

    async def answer(self, method: str, path: str, login: str | None, body: bytes = b"", kind: str = "") -> Answer:
        """One request at the app's own door: ten thousand of them cost less without a client. path: with its query."""
        at, _, query = path.partition("?")
        headers = [
            (b"host", b"gateway"),
            (b"content-type", kind.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        if method != "GET":
            # As every good client sends with a change; an object that is not seen has no version to be wrong about.
            headers += [(b"idempotency-key", new_id().hex.encode()), (b"if-match", b'"1"')]
        if login is not None:
            headers.append((b"authorization", f"Bearer {login}".encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "root_path": "",
            "method": method,
            "path": unquote(at),
            "raw_path": at.encode(),
            "query_string": query.encode(),
            "headers": headers,
            "server": ("gateway", 80),
            "client": ("127.0.0.1", 1),
            "state": {},
        }
        given = iter([{"type": "http.request", "body": body, "more_body": False}])
        sent: list[Any] = []
        ended = asyncio.Event()

        async def receive() -> Any:
            if (first := next(given, None)) is None:
                await ended.wait()
            return first or {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)
            begun = dict(message.get("headers", ())).get(b"content-type", b"")
            # A stream is over when it has begun: whether it is opened is what is asked.
            if begun.startswith(b"text/event-stream") or (
                message["type"] == "http.response.body" and not message.get("more_body")
            ):
                ended.set()

        # What went wrong inside is an answer too: 500.
        with suppress(Exception):
            await self.app(scope, receive, send)
        return Answer(sent[0]["status"], dict(sent[0]["headers"]), b"".join(one.get("body", b"") for one in sent[1:]))


class Papers(NotifyHouse):
    """Notify at its own door, and its press."""

    def __init__(self, parts: ServiceParts, signer: PrincipalSigner, clock: FixedClock) -> None:
        self.parts, self.signer, self.clock = parts, signer, clock
        self.runner = UnitRunner(parts.engine, parts.open_unit, clock, lambda: None)


@contextmanager
def open_house(postgres: PostgresNode, home: Path) -> Iterator[House]:
    """Fresh databases of all services, each used by its limited role."""
    names = {"cases": CASES, "agencies": AGENCIES, "notify": NOTIFY, "gateway": GATEWAY}
    dsns: dict[str, SecretStr] = {}
    for name, migrations in names.items():
        role = f"{name}_matrix_app"
        postgres.create_role(role)
        upgrade(migrations, SecretStr(postgres.create_database(f"{name}_matrix")), role)
        dsns[name] = SecretStr(postgres.dsn(f"{name}_matrix", role))
    private, public = fresh_signing_key()
    signer, clock = PrincipalSigner(private), FixedClock(START)
    parts, desk_settings = _services(dsns, public, home, clock)
    office, desk = Office(parts["cases"], signer, clock), _desk(dsns, desk_settings, parts, signer)
    not_asked(office)
    for agency in COUNTY_AGENCIES:
        desk.activate(agency)
    engine = open_engine(dsns["gateway"].get_secret_value(), walls=False)
    yield _house(engine, private, parts, office, desk, signer, home)
    engine.dispose()
    for one in parts.values():
        one.engine.dispose()
    for name in names:
        postgres.drop_database(f"{name}_matrix")


def _services(
    dsns: dict[str, SecretStr], public: str, home: Path, clock: FixedClock
) -> tuple[dict[str, ServiceParts], AgenciesSettings]:
    common: dict[str, Any] = {
        "bus_url": SecretStr("redis://127.0.0.1:1/0"),
        "principal_public_key": public,
        "secrets_key": SecretStr(_KEY),
    }
    agencies = AgenciesSettings(**common, agencies_dsn=dsns["agencies"], webhook_allowed_hosts="127.0.0.1")
    notify = NotifySettings(**common, notify_dsn=dsns["notify"], webhook_allowed_hosts="127.0.0.1")
    cases = CasesSettings(**common, cases_dsn=dsns["cases"], home=home)
    made = {
        "cases": wire_cases(cases, lambda: None, clock),
        "agencies": wire_agencies(agencies, lambda: None, clock),
        "notify": wire_notify(notify, lambda: None, clock),
    }
    return made, agencies


def _desk(
    dsns: dict[str, SecretStr], settings: AgenciesSettings, parts: dict[str, ServiceParts], signer: PrincipalSigner
) -> Desk:
    return Desk(dsns["agencies"].get_secret_value(), settings, parts["agencies"], signer)


def _house(
    engine: sa.Engine,
    private: str,
    parts: dict[str, ServiceParts],
    office: Office,
    desk: Desk,
    signer: PrincipalSigner,
    home: Path,
) -> House:
    clock = FixedClock(datetime.now(UTC))
    tokens, accounts = AccessTokens(private), Accounts(engine, clock)
    sessions = Sessions(engine, tokens, clock, Policy(cookie_secure=False))
    second_factors = SecondFactors(engine, SecretBox(_KEY), clock)
    callers = KnownCallers(accounts, sessions, tokens, signer)
    services = Services(InProcess(parts), 30.0)
    key = keys.new_key(keys.ED25519)
    opened = Parts(
        services=services,
        callers=callers,
        accounts=accounts,
        proofs=Proofs(engine, second_factors, clock),
        second_factors=second_factors,
        sessions=sessions,
        grants=Grants(engine, clock),
        account_log=AccountLog(engine),
        feeds=Feeds(engine, signer),
        sign_on=SignOn([], SignOnStore(engine), "http://gateway", clock),
        identities=Identities(engine),
        blobs=FolderBlobStore(home / "blobs"),
        clock=office.clock,
        streams=Streams(Heads(services, SOURCES), Slots(8), Places(private)),
        audit=DoorAudit(engine, 366),
        checkpoints=Checkpoints(engine, services, signer, key, "640521000000", home / "away", 3600.0),
    )

    @asynccontextmanager
    async def never() -> Any:
        yield opened

    app = create_app(never)
    app.state.parts = opened
    papers = Papers(parts["notify"], signer, office.clock)
    told: tuple[Reaction, ...] = parts["notify"].reactors["cases"].reactions
    heard: tuple[Reaction, ...] = parts["notify"].reactors["agencies"].reactions
    feeds = (
        Feed(parts["cases"], parts["agencies"], OF_AGENCIES, office.clock),
        Feed(parts["agencies"], parts["cases"], OF_CASES, office.clock),
        Feed(parts["cases"], parts["notify"], told, office.clock),
        Feed(parts["agencies"], parts["notify"], heard, office.clock),
    )
    return House(app, parts, office, desk, signer, accounts, callers, feeds, papers, home)
