"""What the gateway is made of while it runs; the one place that names concrete classes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Engine

from gateway.audit import DoorAudit
from gateway.auth.account_log import AccountLog
from gateway.auth.accounts import Accounts
from gateway.auth.caller import Callers
from gateway.auth.feeds import Feeds
from gateway.auth.grants import Grants
from gateway.auth.oidc_identities import Identities
from gateway.auth.oidc_providers import ProvidersUnreadable, read_providers
from gateway.auth.oidc_sign_on import SignOn, provider_clients
from gateway.auth.oidc_store import SignOnStore
from gateway.auth.oidc_systems import SystemTokens
from gateway.auth.policy import Policy
from gateway.auth.proofs import Proofs
from gateway.auth.second_factors import SecondFactors
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import AccessTokens
from gateway.checkpoints import Checkpoints
from gateway.rates import Rates
from gateway.rpc import Services
from gateway.settings import GatewaySettings
from gateway.streams import Heads, Places, Slots, Streams
from shared.blob_stores import open_blobs
from shared.blobs import BlobStore
from shared.bus.rpc_client import RpcClient
from shared.clock import Clock, SystemClock
from shared.contracts.catalogue import SOURCES
from shared.database import open_engine
from shared.principal import PrincipalSigner
from shared.sealing import SecretBox
from shared.settings import rereader
from shared.signing_keys import SigningKeys

# /readyz tells when the bus is missing; starting does not wait for it long.
_BUS_WITHIN_S = 3.0
# Hashing takes all of a processor; logins queue here and not before the requests of those who are in.
_HASHING = 2
T = TypeVar("T")


@dataclass(frozen=True)
class Parts:
    services: Services
    callers: Callers
    accounts: Accounts
    proofs: Proofs
    second_factors: SecondFactors
    sessions: Sessions
    grants: Grants
    account_log: AccountLog
    feeds: Feeds
    sign_on: SignOn
    identities: Identities
    blobs: BlobStore
    clock: Clock
    streams: Streams
    rates: Rates = field(default_factory=Rates)
    hashing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_HASHING, "passwords"))
    if_match_any: frozenset[str] = frozenset()
    audit: DoorAudit | None = None
    checkpoints: Checkpoints | None = None

    async def hashed(self, work: Callable[[], T]) -> T:
        """Done by one of the few threads that compute digests of passwords."""
        return await asyncio.get_running_loop().run_in_executor(self.hashing, work)


OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]


def real_parts(settings: GatewaySettings) -> OpenParts:
    """Opens database and bus when the process starts serving, closes them when it ends. Raises ProvidersUnreadable."""
    providers = read_providers(settings.oidc_providers.get_secret_value())
    if providers and not settings.public_url:
        raise ProvidersUnreadable("TIANWEI_PUBLIC_URL must say where providers send people back to")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        clock = SystemClock()
        engine = open_engine(settings.gateway_dsn.get_secret_value(), pool_size=8, application="gateway", walls=False)
        keys = SigningKeys(settings.signing_key.get_secret_value(), rereader("signing_key"))
        client = RpcClient(settings.bus_url.get_secret_value(), "gateway", max_in_flight=settings.rpc_in_flight)
        await asyncio.to_thread(client.start, _BUS_WITHIN_S)
        running: list[asyncio.Task[None]] = []
        try:
            accounts, tokens, signer = Accounts(engine, clock), AccessTokens(keys), PrincipalSigner(keys)
            second_factors = SecondFactors(engine, SecretBox(settings.secrets_key.get_secret_value()), clock)
            sessions = Sessions(engine, tokens, clock, policy_of(settings))
            store, services = SignOnStore(engine), Services(client, settings.rpc_deadline_s)
            audit = DoorAudit(engine, settings.audit_days, settings.log_digest)
            checkpoints = _checkpoints(settings, engine, services, signer)
            running += [asyncio.create_task(each) for each in (audit.run(), checkpoints.run())]
            async with provider_clients(providers) as clients:
                systems = SystemTokens(clients, store, clock)
                yield Parts(
                    services=services,
                    callers=Callers(accounts, sessions, tokens, signer, elsewhere=systems.read),
                    accounts=accounts,
                    proofs=Proofs(engine, second_factors, clock),
                    second_factors=second_factors,
                    sessions=sessions,
                    grants=Grants(engine, clock),
                    account_log=AccountLog(engine),
                    feeds=Feeds(engine, signer),
                    sign_on=SignOn(clients, store, settings.public_url, clock),
                    identities=Identities(engine),
                    blobs=open_blobs(settings),
                    clock=clock,
                    streams=_streams(settings, services),
                    if_match_any=settings.if_match_any,
                    audit=audit,
                    checkpoints=checkpoints,
                )
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await asyncio.to_thread(client.close)
            engine.dispose()

    return opened


def _streams(settings: GatewaySettings, services: Services) -> Streams:
    places = Places(settings.secrets_key.get_secret_value())
    return Streams(Heads(services, SOURCES), Slots(settings.most_streams), places)


def _checkpoints(settings: GatewaySettings, engine: Engine, services: Services, signer: PrincipalSigner) -> Checkpoints:
    return Checkpoints(
        engine,
        services,
        signer,
        settings.audit_key.get_secret_value(),
        settings.county_code,
        settings.checkpoints,
        settings.audit_checkpoint_s,
    )


def policy_of(settings: GatewaySettings) -> Policy:
    return Policy(
        session_for=timedelta(hours=settings.session_hours),
        idle_for=timedelta(minutes=settings.session_idle_minutes),
        second_factor_roles=settings.second_factor_roles,
        cookie_secure=settings.cookie_secure,
    )
