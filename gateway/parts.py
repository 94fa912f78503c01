"""What the gateway is made of while it runs; the one place that names concrete classes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from gateway.auth.accounts import Accounts
from gateway.auth.caller import Callers
from gateway.auth.feeds import Feeds
from gateway.auth.oidc_identities import Identities
from gateway.auth.oidc_providers import ProvidersUnreadable, read_providers
from gateway.auth.oidc_sign_on import SignOn, provider_clients
from gateway.auth.oidc_store import SignOnStore
from gateway.auth.oidc_systems import SystemTokens
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import AccessTokens
from gateway.rates import Rates
from gateway.rpc import Services
from gateway.settings import GatewaySettings
from shared.blob_stores import open_blobs
from shared.blobs import BlobStore
from shared.bus.rpc_client import RpcClient
from shared.clock import Clock, SystemClock
from shared.database import open_engine
from shared.principal import PrincipalSigner
from shared.settings import rereader
from shared.signing_keys import SigningKeys

# /readyz tells when the bus is missing; starting does not wait for it long.
_BUS_WITHIN_S = 3.0


@dataclass(frozen=True)
class Parts:
    services: Services
    callers: Callers
    accounts: Accounts
    sessions: Sessions
    feeds: Feeds
    sign_on: SignOn
    identities: Identities
    blobs: BlobStore
    clock: Clock
    rates: Rates = field(default_factory=Rates)


OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]


def real_parts(settings: GatewaySettings) -> OpenParts:
    """Opens database and bus when the process starts serving, closes them when it ends. Raises ProvidersUnreadable."""
    providers = read_providers(settings.oidc_providers.get_secret_value())
    if providers and not settings.public_url:
        raise ProvidersUnreadable("TIANWEI_PUBLIC_URL must say where providers send people back to")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        clock = SystemClock()
        engine = open_engine(settings.gateway_dsn.get_secret_value(), pool_size=8, application="gateway")
        keys = SigningKeys(settings.signing_key.get_secret_value(), rereader("signing_key"))
        client = RpcClient(settings.bus_url.get_secret_value(), "gateway", max_in_flight=settings.rpc_in_flight)
        await asyncio.to_thread(client.start, _BUS_WITHIN_S)
        try:
            accounts, tokens, signer = Accounts(engine), AccessTokens(keys), PrincipalSigner(keys)
            store = SignOnStore(engine)
            async with provider_clients(providers) as clients:
                systems = SystemTokens(clients, store, clock)
                yield Parts(
                    services=Services(client, settings.rpc_deadline_s),
                    callers=Callers(accounts, tokens, signer, elsewhere=systems.read),
                    accounts=accounts,
                    sessions=Sessions(engine, tokens, clock),
                    feeds=Feeds(engine, signer),
                    sign_on=SignOn(clients, store, settings.public_url, clock),
                    identities=Identities(engine),
                    blobs=open_blobs(settings),
                    clock=clock,
                )
        finally:
            await asyncio.to_thread(client.close)
            engine.dispose()

    return opened
