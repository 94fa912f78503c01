"""Who sends this request: from the Authorization header to an actor and the principal that services verify."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from starlette.requests import Request

from gateway.auth.accounts import Account, Accounts
from gateway.auth.errors import TokenInvalid, TokenMissing
from gateway.auth.tokens import AccessClaims, AccessTokens
from shared.principal import STRANGER, Actor, PrincipalSigner

# An account or session that is ended stays good for this long at most (60 s is the rule).
RECHECK_S = 30.0
# A principal lives 60 s; a call that starts with one this old still ends in time.
_PRINCIPAL_S = 30.0
_MOST_REMEMBERED = 10_000


@dataclass
class Caller:
    """One access token and what is known of it. Times are unix seconds."""

    account: Account
    claims: AccessClaims
    checked_at: float
    _signer: PrincipalSigner
    _principal: str = ""
    _signed_at: float = field(default=0.0)

    @property
    def actor(self) -> Actor:
        return self._actor

    @property
    def account_id(self) -> str:
        return str(self.account.id)

    def __post_init__(self) -> None:
        self._actor = self.account.actor

    def principal(self) -> str:
        """Signed anew at most every half minute: a signature costs as much as the rest of a call."""
        now = time.time()
        if now - self._signed_at > _PRINCIPAL_S:
            self._principal, self._signed_at = self._signer.sign(self._actor), now
        return self._principal


class Callers:
    """Remembers callers by their token between checks. For one event loop."""

    def __init__(
        self,
        accounts: Accounts,
        tokens: AccessTokens,
        signer: PrincipalSigner,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._signer = signer
        self._now = now
        self._known: dict[str, Caller] = {}
        self._stranger, self._stranger_signed_at = "", float("-inf")

    def stranger(self) -> str:
        """A principal of whoever has not signed in: good for what is public and nothing else."""
        now = self._now()
        if now - self._stranger_signed_at > _PRINCIPAL_S:
            self._stranger, self._stranger_signed_at = self._signer.sign(STRANGER), now
        return self._stranger

    async def identify(self, request: Request) -> Caller:
        """Raises TokenMissing, TokenInvalid; OperationalError when the account cannot be looked up."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissing
        now = self._now()
        caller = self._known.get(token)
        if caller is not None and caller.claims.expires_at > now and now - caller.checked_at < RECHECK_S:
            return caller
        return await self._check(token, now)

    def remembered(self, headers: Mapping[str, str]) -> str | None:
        """The account whose token these headers carry, if that was found good here and has not expired since."""
        caller = self._known.get(headers.get("authorization", "")[len("Bearer ") :])
        return caller.account_id if caller is not None and caller.claims.expires_at > self._now() else None

    async def _check(self, token: str, now: float) -> Caller:
        self._known.pop(token, None)
        claims = self._tokens.read(token)
        account = await asyncio.to_thread(self._accounts.active, claims.account_id, claims.session_id)
        if account is None:
            raise TokenInvalid
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        caller = Caller(account, claims, now, self._signer)
        self._known[token] = caller
        return caller

    def forget(self, account_id: UUID) -> None:
        """Check this account's tokens anew at their next use."""
        for token in [token for token, caller in self._known.items() if caller.account.id == account_id]:
            del self._known[token]
