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
    streams: Streams
    rates: Rates = field(default_factory=Rates)
    if_match_any: frozenset[str] = frozenset()


OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]


def real_parts(settings: GatewaySettings) -> OpenParts:
    """Opens database and bus when the process starts serving, closes them when it ends."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Parts]:
        clock = SystemClock()
        engine = open_engine(settings.gateway_dsn.get_secret_value(), pool_size=8, application="gateway")
        key = settings.signing_key.get_secret_value()
        client = RpcClient(settings.bus_url.get_secret_value(), "gateway", max_in_flight=settings.rpc_in_flight)
        await asyncio.to_thread(client.start, _BUS_WITHIN_S)
        try:
            accounts, tokens, signer = Accounts(engine), AccessTokens(key), PrincipalSigner(key)
            services = Services(client, settings.rpc_deadline_s)
            yield Parts(
                services=services,
                callers=Callers(accounts, tokens, signer),
                accounts=accounts,
                sessions=Sessions(engine, tokens, clock),
                feeds=Feeds(engine, signer),
                blobs=open_blobs(settings),
                clock=clock,
                streams=Streams(Heads(services, SOURCES), Slots(settings.most_streams), Places(key)),
                if_match_any=settings.if_match_any,
            )
        finally:
            await asyncio.to_thread(client.close)
            engine.dispose()

    return opened
