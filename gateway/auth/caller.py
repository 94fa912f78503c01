"""Who sends this request: from the Authorization header, or the console's cookie, to an actor and the principal that
services verify.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from starlette.requests import Request

from gateway.auth import console_cookie
from gateway.auth.accounts import Account, Accounts
from gateway.auth.codes import AccountDuty
from gateway.auth.errors import TokenInvalid, TokenMissing
from gateway.auth.sessions import Sessions, Source, Standing
from gateway.auth.tokens import AccessClaims, AccessTokens
from shared.principal import STRANGER, Actor, PrincipalSigner

# An account or session that is ended stays good for this long at most (60 s is the rule).
RECHECK_S = 30.0
# A principal lives 60 s; a call that starts with one this old still ends in time.
_PRINCIPAL_S = 30.0
_MOST_REMEMBERED = 10_000


@dataclass
class Caller:
    """One access token or cookie and what is known of it. Times are unix seconds.

    duties: what the account does before anything else. cookie: the console's, None for a bearer.
    """

    account: Account
    claims: AccessClaims
    duties: tuple[AccountDuty, ...]
    checked_at: float
    _signer: PrincipalSigner
    cookie: str | None = None
    _principal: str = ""
    _signed_at: float = field(default=0.0)

    @property
    def actor(self) -> Actor:
        return self._actor

    def __post_init__(self) -> None:
        self._actor = self.account.actor

    def principal(self) -> str:
        """Signed anew at most every half minute: a signature costs as much as the rest of a call."""
        now = time.time()
        if now - self._signed_at > _PRINCIPAL_S:
            self._principal, self._signed_at = self._signer.sign(self._actor), now
        return self._principal


_Check = Callable[[str], Coroutine[None, None, Caller]]


class Callers:
    """Remembers callers by their token between checks. For one event loop.

    elsewhere: reads tokens that another house has issued, None for those that are not said to be.
    """

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        tokens: AccessTokens,
        signer: PrincipalSigner,
        now: Callable[[], float] = time.time,
        elsewhere: Callable[[str], Awaitable[AccessClaims | None]] | None = None,
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._tokens = tokens
        self._signer = signer
        self._now = now
        self._elsewhere = elsewhere
        self._known: dict[tuple[_Check, str], Caller] = {}
        self._stranger, self._stranger_signed_at = "", float("-inf")

    def stranger(self) -> str:
        """A principal of whoever has not signed in: good for what is public and nothing else."""
        now = self._now()
        if now - self._stranger_signed_at > _PRINCIPAL_S:
            self._stranger, self._stranger_signed_at = self._signer.sign(STRANGER), now
        return self._stranger

    async def identify(self, request: Request) -> Caller:
        """Raises TokenMissing, TokenInvalid, CsrfTokenWrong; OperationalError when the account cannot be looked up.

        A bearer's header is taken before a cookie: whoever can set it is no page of another site.
        """
        authorization = request.headers.get("authorization")
        if authorization is not None:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise TokenMissing
            return await self._remembered(self._by_token, token)
        cookie = request.cookies.get(console_cookie.name(secure=self._sessions.policy.cookie_secure))
        if not cookie:
            raise TokenMissing
        console_cookie.check(request, cookie)
        return await self._remembered(self._by_cookie, cookie)

    async def is_good(self, caller: Caller) -> bool:
        """Whether a caller may go on who was let in before: to be asked at least every half minute of a stream."""
        claims = caller.claims
        if claims.expires_at <= self._now():
            return False
        if claims.session_id is None:
            return await asyncio.to_thread(self._accounts.active, claims.account_id) is not None
        return await asyncio.to_thread(self._sessions.is_open, claims.account_id, claims.session_id)

    def forget(self, account_id: UUID) -> None:
        """Check this account's tokens anew at their next use."""
        for key in [key for key, caller in self._known.items() if caller.account.id == account_id]:
            del self._known[key]

    async def _remembered(self, check: _Check, shown: str) -> Caller:
        """What was shown is remembered by how it came: no bearer passes for a cookie that showed its token."""
        key, now = (check, shown), self._now()
        caller = self._known.get(key)
        if caller is not None and caller.claims.expires_at > now and now - caller.checked_at < RECHECK_S:
            return caller
        self._known.pop(key, None)
        caller = await check(shown)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = caller
        return caller

    async def _by_token(self, token: str) -> Caller:
        found = await self._elsewhere(token) if self._elsewhere else None
        claims, now = found or self._tokens.read(token), self._now()
        standing = await self._standing(claims)
        if standing is None:
            raise TokenInvalid
        return Caller(standing.account, claims, standing.duties, now, self._signer)

    async def _by_cookie(self, cookie: str) -> Caller:
        now = self._now()
        standing = await asyncio.to_thread(self._sessions.touch_cookie, cookie)
        if standing is None:
            raise TokenInvalid
        claims = AccessClaims(standing.account.id, standing.session_id, int(standing.expires_at.timestamp()))
        return Caller(standing.account, claims, standing.duties, now, self._signer, cookie)

    async def _standing(self, claims: AccessClaims) -> Standing | None:
        if claims.session_id is not None:
            return await asyncio.to_thread(self._sessions.touch, claims.account_id, claims.session_id)
        found = await asyncio.to_thread(self._accounts.active, claims.account_id)
        return None if found is None else Standing(found, None, datetime.fromtimestamp(claims.expires_at, UTC), ())


def source_of(request: Request) -> Source:
    """Where a login comes from, as the proxy before us says when it is trusted (FORWARDED_ALLOW_IPS)."""
    return Source(request.client.host if request.client else "", request.headers.get("user-agent", ""))
