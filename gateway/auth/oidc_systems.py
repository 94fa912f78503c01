"""Agencies' systems that come with an access token of the county's provider (client credentials, RFC 9068).

The token says which client it is; a link says whose account that client is; the account says what it may do.
"""

import asyncio
from collections.abc import Sequence

from gateway.auth import oidc_tokens
from gateway.auth.errors import TokenInvalid
from gateway.auth.oidc_client import ProviderClient, tell_refused
from gateway.auth.oidc_store import SYSTEM, SignOnStore
from gateway.auth.oidc_tokens import TokenRefused
from gateway.auth.tokens import AccessClaims
from shared.clock import Clock


class SystemTokens:
    """For one event loop."""

    def __init__(self, clients: Sequence[ProviderClient], store: SignOnStore, clock: Clock) -> None:
        self._clients = {client.provider.issuer: client for client in clients if client.provider.systems is not None}
        self._store = store
        self._clock = clock

    async def read(self, token: str) -> AccessClaims | None:
        """Whose token it is; None when it is said to be of no provider that vouches for systems.

        Raises TokenInvalid for one that proves nothing or is of a client that nobody linked, ProviderDown.
        """
        client = self._clients.get(oidc_tokens.said_issuer(token) or "") if self._clients else None
        if client is None or (systems := client.provider.systems) is None:
            return None
        try:
            head, claims = await client.signed(token)
            named = oidc_tokens.client_of(claims, head, client.provider, systems, self._clock.now().timestamp())
        except TokenRefused as error:
            tell_refused(client.provider, "access token", error)
            raise TokenInvalid from error
        account = await asyncio.to_thread(self._store.holder, client.provider.issuer, SYSTEM, named)
        if account is None or not account.is_system:
            tell_refused(client.provider, "access token", TokenRefused(f"client {named} is not linked"))
            raise TokenInvalid
        return AccessClaims(account.id, None, int(claims["exp"]))
