"""Tokens and accounts: the gateway's own resources."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Header, Query
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from gateway import audit
from gateway.auth import passwords
from gateway.auth.sessions import Granted
from gateway.auth.tokens import LIFETIME_S
from gateway.bodies import media_type, parsed, read_json
from gateway.forwarding import PREFIX, Api, Asked, asked, etag, idempotency_key, json_answer, path_id, path_parameters
from gateway.fresh_password import fresh_password
from gateway.parts import Parts
from gateway.schemas.accounts import (
    AccountView,
    CreateAccount,
    ListAccounts,
    PasswordView,
    TokenAnswer,
    TokenRequest,
)
from shared.contracts.base import Page
from shared.contracts.codes import Role
from shared.errors import InvalidInput
from shared.ids import derived_id, new_id

_TAG = "identity"
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_FORM = "application/x-www-form-urlencoded"
# Hashing takes all of a processor; logins queue here and not before the requests of those who are in.
_HASHING = 2


def add_to(api: Api) -> None:
    hashing = ThreadPoolExecutor(_HASHING, "passwords")
    api.add(
        "/auth/token",
        lambda request: token(request, hashing),
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
        "/auth/logout",
        log_out,
        method="POST",
        tag=_TAG,
        name="logout",
        about="End this session; its refresh token is spent, its access tokens end within the minute.",
        view=None,
        status=204,
    )
    api.add("/me", me, method="GET", tag=_TAG, name="me", about="Who I am.", view=AccountView, status=200)
    api.add(
        "/accounts",
        lambda request: create(request, hashing),
        method="POST",
        tag=_TAG,
        name="account-create",
        about=CreateAccount.__doc__,
        view=AccountView,
        status=201,
        parameters=[
            _said("body", Annotated[CreateAccount, Body()]),
            _said("idempotency_key", Annotated[str | None, Header(max_length=200)], None),
        ],
    )
    api.add(
        "/accounts",
        listed,
        method="GET",
        tag=_TAG,
        name="account-list",
        about=ListAccounts.__doc__,
        view=Page[AccountView],
        status=200,
        parameters=[
            _said("limit", Annotated[int, Query(ge=1, le=200)], 50),
            _said("cursor", Annotated[str | None, Query(max_length=200)], None),
            _said("with_total", Annotated[bool, Query()], False),
        ],
    )
    api.add(
        "/accounts/{id}/disable",
        disable,
        method="POST",
        tag=_TAG,
        name="account-disable",
        about="End an account and its sessions; what it holds of tokens ends within the minute.",
        view=AccountView,
        status=200,
        parameters=path_parameters("/accounts/{id}/disable"),
    )
    api.add(
        "/accounts/{id}/password",
        lambda request: reset_password(request, hashing),
        method="POST",
        tag=_TAG,
        name="account-password",
        about="Give an account a new password, shown in this answer only: its sessions end, its login is unlocked.",
        view=PasswordView,
        status=200,
        parameters=path_parameters("/accounts/{id}/password"),
    )


async def token(request: Request, hashing: ThreadPoolExecutor) -> Response:
    parts: Parts = request.app.state.parts
    wanted = parsed(TokenRequest, await _fields(request))
    sessions = parts.sessions
    loop = asyncio.get_running_loop()
    if wanted.grant_type == "password":
        login = wanted.username or wanted.login
        audit.about(request, login=login)
        granted = await loop.run_in_executor(
            hashing, sessions.log_in, _needed("username", login), _secret("password", wanted.password)
        )
    elif wanted.grant_type == "client_credentials":
        audit.about(request, login=wanted.client_id)
        granted = await loop.run_in_executor(
            hashing,
            sessions.log_in_system,
            _needed("client_id", wanted.client_id),
            _secret("client_secret", wanted.client_secret),
        )
    else:
        shown = _secret("refresh_token", wanted.refresh_token)
        granted = await asyncio.to_thread(sessions.refresh, shown)
    return _granted(granted)


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
    )
    return json_answer(answer.model_dump(mode="json"))


async def log_out(request: Request) -> Response:
    call = await asked(request)
    if call.caller.claims.session_id is not None:
        await asyncio.to_thread(call.parts.sessions.log_out, call.caller.claims.session_id)
        call.parts.callers.forget(call.caller.account.id)
    return Response(status_code=204)


async def me(request: Request) -> Response:
    call = await asked(request)
    return json_answer(AccountView.of(call.caller.account).model_dump(mode="json"))


async def create(request: Request, hashing: ThreadPoolExecutor) -> Response:
    call = await _administrator(request)
    new = parsed(CreateAccount, await read_json(request))
    key = idempotency_key(request)
    account_id = derived_id("account", call.caller.actor.account_id, key) if key else new_id()

    def make() -> AccountView:
        new.new().check()
        digest = passwords.digest(new.password.get_secret_value())
        return AccountView.of(call.parts.accounts.create(new.new(), digest, account_id))

    made = await asyncio.get_running_loop().run_in_executor(hashing, make)
    audit.about(request, objects=(made.id,))
    answer = made.model_dump(mode="json")
    return json_answer(answer, 201, {**etag(answer), "Location": f"{PREFIX}/accounts/{made.id}"})


async def listed(request: Request) -> Response:
    call = await _administrator(request)
    wanted = parsed(ListAccounts, dict(request.query_params))
    page = await asyncio.to_thread(call.parts.accounts.page, wanted, AccountView.of)
    return json_answer(page.model_dump(mode="json"))


async def disable(request: Request) -> Response:
    call = await _administrator(request)
    account_id: UUID = path_id(request, "id")
    ended = await asyncio.to_thread(call.parts.accounts.disable, account_id, call.caller.actor, call.parts.clock.now())
    call.parts.callers.forget(account_id)
    answer = AccountView.of(ended).model_dump(mode="json")
    return json_answer(answer, 200, etag(answer))


async def reset_password(request: Request, hashing: ThreadPoolExecutor) -> Response:
    call = await _administrator(request)
    account_id: UUID = path_id(request, "id")
    password = fresh_password()

    def renew() -> PasswordView:
        digest = passwords.digest(password)
        renewed = call.parts.sessions.reset_password(account_id, digest, call.caller.actor)
        return PasswordView(account=AccountView.of(renewed), password=password)

    made = await asyncio.get_running_loop().run_in_executor(hashing, renew)
    call.parts.callers.forget(account_id)
    return json_answer(made.model_dump(mode="json"))


async def _administrator(request: Request) -> Asked:
    call = await asked(request)
    call.caller.actor.require(_ADMINISTRATOR)
    return call


def _said(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
