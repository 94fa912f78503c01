"""What the gateway is made of while it runs; the one place that names concrete classes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

from gateway.auth.accounts import Accounts
from gateway.auth.caller import Callers
from gateway.auth.feeds import Feeds
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import AccessTokens
from gateway.gate import GateLimits
from gateway.rates import Rates
from gateway.rpc import Services
from gateway.settings import GatewaySettings
from shared.blob_stores import open_blobs
from shared.blobs import BlobStore
from shared.bus.rpc_client import RpcClient
from shared.clock import Clock, SystemClock
from shared.database import open_engine
from shared.principal import PrincipalSigner

# /readyz tells when the bus is missing; starting does not wait for it long.
_BUS_WITHIN_S = 3.0


@dataclass(frozen=True)
class Parts:
    services: Services
    callers: Callers
    accounts: Accounts
    sessions: Sessions
    feeds: Feeds
    blobs: BlobStore
    clock: Clock
    # Of what is public: a person reads no more documents than these.
    rates: Rates = field(default_factory=lambda: Rates(per_s=1.0, burst=60))


OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]


def real_parts(settings: GatewaySettings) -> OpenParts:
    """Opens database and bus when the process starts serving, closes them when it ends."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        clock = SystemClock()
        gate = GateLimits(settings.service_in_flight, settings.service_waiting, settings.service_wait_s)
        engine = open_engine(settings.gateway_dsn.get_secret_value(), pool_size=8, application="gateway")
        key = settings.signing_key.get_secret_value()
        client = RpcClient(settings.bus_url.get_secret_value(), "gateway", max_in_flight=settings.rpc_in_flight)
        await asyncio.to_thread(client.start, _BUS_WITHIN_S)
        try:
            accounts, tokens, signer = Accounts(engine), AccessTokens(key), PrincipalSigner(key)
            yield Parts(
                services=Services(client, settings.rpc_deadline_s, gate),
                callers=Callers(accounts, tokens, signer),
                accounts=accounts,
                sessions=Sessions(engine, tokens, clock),
                feeds=Feeds(engine, signer),
                blobs=open_blobs(settings),
                clock=clock,
            )
        finally:
            await asyncio.to_thread(client.close)
            engine.dispose()

    return opened
