"""Logging in: tokens for programs, the console's cookie for browsers, and the way out."""

import asyncio
import inspect
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Body
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from gateway import audit
from gateway.auth import console_cookie
from gateway.auth.accounts import Account
from gateway.auth.caller import source_of
from gateway.auth.codes import LoginMethod
from gateway.auth.sessions import Granted, Opened
from gateway.auth.tokens import LIFETIME_S
from gateway.bodies import media_type, parsed, read_json
from gateway.forwarding import Api, asked, json_answer
from gateway.parts import Parts
from gateway.schemas.accounts import AccountView
from gateway.schemas.logins import ConsoleSession, OpenSession, TokenAnswer, TokenRequest
from shared.errors import InvalidInput

_TAG = "identity"
_FORM = "application/x-www-form-urlencoded"


def add_to(api: Api) -> None:
    api.add(
        "/auth/token",
        token,
        method="POST",
        tag=_TAG,
        name="token",
        about="A token by password, refresh token or client credentials (RFC 6749), asked as JSON or as a form.",
        view=TokenAnswer,
        status=200,
        public=True,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {kind: {"schema": TokenRequest.model_json_schema()} for kind in ("application/json", _FORM)},
            }
        },
    )
    api.add(
        "/auth/session",
        open_session,
        method="POST",
        tag=_TAG,
        name="session-open",
        about=OpenSession.__doc__,
        view=ConsoleSession,
        status=201,
        public=True,
        parameters=[
            inspect.Parameter("body", inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[OpenSession, Body()])
        ],
    )
    api.add(
        "/auth/session",
        present_session,
        method="GET",
        tag=_TAG,
        name="session-get",
        about=f"{ConsoleSession.__doc__} A page that was loaded anew learns its X-CSRF-Token here.",
        view=ConsoleSession,
        status=200,
    )
    api.add(
        "/auth/logout",
        log_out,
        method="POST",
        tag=_TAG,
        name="logout",
        about="End this session; its refresh token or cookie is spent, its access tokens end within the minute.",
        view=None,
        status=204,
    )
    api.add("/me", me, method="GET", tag=_TAG, name="me", about="Who I am.", view=AccountView, status=200)


async def token(request: Request) -> Response:
    parts: Parts = request.app.state.parts
    wanted, source = parsed(TokenRequest, await _fields(request)), source_of(request)
    if wanted.grant_type == "refresh_token":
        shown = _secret("refresh_token", wanted.refresh_token)
        return _granted(await asyncio.to_thread(parts.sessions.refresh, shown))
    if wanted.grant_type == "password":
        login = _needed("username", wanted.username or wanted.login)
        audit.about(request, login=login)
        password = _secret("password", wanted.password)
        owner = await parts.hashed(lambda: parts.proofs.of_person(login, password, wanted.otp, source.address))
        method = LoginMethod.PASSWORD
    else:
        client_id = _needed("client_id", wanted.client_id)
        audit.about(request, login=client_id)
        secret = _secret("client_secret", wanted.client_secret)
        owner = await parts.hashed(lambda: parts.proofs.of_system(client_id, secret, source.address))
        method = LoginMethod.SYSTEM_SECRET
    return _granted(await asyncio.to_thread(parts.sessions.grant, owner, method, source))


async def _fields(request: Request) -> dict[str, Any]:
    if media_type(request) == _FORM:
        async with request.form(max_fields=20) as form:
            return {name: value for name, value in form.items() if value != ""}
    return await read_json(request)


def _needed(name: str, value: str | None) -> str:
    if not value:
        raise InvalidInput("invalid-field", name, reason="missing")
    return value


def _secret(name: str, value: SecretStr | None) -> str:
    return _needed(name, value.get_secret_value() if value else None)


def _granted(granted: Granted) -> Response:
    answer = TokenAnswer(
        access_token=granted.access_token,
        expires_in=LIFETIME_S,
        refresh_token=granted.refresh_token,
        refresh_until=granted.refresh_until,
        duties=list(granted.duties),
    )
    return json_answer(answer.model_dump(mode="json"))


async def open_session(request: Request) -> Response:
    """JSON alone: no other site's form can send it, so nobody is logged in as somebody else unawares."""
    parts: Parts = request.app.state.parts
    wanted, source = parsed(OpenSession, await read_json(request)), source_of(request)
    password = _secret("password", wanted.password)
    audit.about(request, login=wanted.username)
    owner = await parts.hashed(lambda: parts.proofs.of_person(wanted.username, password, wanted.otp, source.address))
    opened = await asyncio.to_thread(parts.sessions.open, owner, LoginMethod.PASSWORD, source)
    return _opened(parts, owner, opened)


def _opened(parts: Parts, owner: Account, opened: Opened) -> Response:
    policy = parts.sessions.policy
    answer = ConsoleSession(
        account=AccountView.of(owner),
        duties=list(opened.duties),
        csrf_token=console_cookie.csrf_token(opened.token),
        until=opened.until.replace(microsecond=0),
        idle_s=int(policy.idle_for.total_seconds()),
    )
    response = json_answer(answer.model_dump(mode="json"), 201)
    console_cookie.keep(response, opened.token, opened.until, secure=policy.cookie_secure)
    return response


async def present_session(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    caller, policy = call.caller, call.parts.sessions.policy
    answer = ConsoleSession(
        account=AccountView.of(caller.account),
        duties=list(caller.duties),
        csrf_token=None if caller.cookie is None else console_cookie.csrf_token(caller.cookie),
        until=datetime.fromtimestamp(caller.claims.expires_at, UTC),
        idle_s=int(policy.idle_for.total_seconds()),
    )
    return json_answer(answer.model_dump(mode="json"))


async def log_out(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    if call.caller.claims.session_id is not None:
        await asyncio.to_thread(call.parts.sessions.log_out, call.caller.claims.session_id)
        call.parts.callers.forget(call.caller.account.id)
    answer = Response(status_code=204)
    if call.caller.cookie is not None:
        console_cookie.drop(answer, secure=call.parts.sessions.policy.cookie_secure)
    return answer


async def me(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    return json_answer(AccountView.of(call.caller.account).model_dump(mode="json"))
