"""Accounts: made and ended by the system administrator, reset and thrown out by the security administrator."""

import asyncio
import inspect
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway import audit
from gateway.auth import password_rules, passwords
from gateway.bodies import parsed, read_json
from gateway.forwarding import (
    PREFIX,
    Api,
    Asked,
    asked,
    etag,
    idempotency_key,
    if_match,
    json_answer,
    path_id,
    path_parameters,
)
from gateway.fresh_password import fresh_password
from gateway.schemas.accounts import (
    AccountEntryView,
    AccountView,
    AccountWithGrant,
    CreateAccount,
    EnableAccount,
    GrantView,
    ListAccountLog,
    ListAccounts,
    PasswordView,
    RevokedView,
    SessionsView,
    SessionView,
)
from shared.contracts.base import Page
from shared.contracts.codes import ADMINISTRATORS, Role
from shared.ids import derived_id, new_id

_TAG = "identity"
SYSTEM = frozenset({Role.ADMINISTRATOR})
SECURITY = frozenset({Role.SECURITY_ADMINISTRATOR})
_AUDIT = frozenset({Role.AUDIT_ADMINISTRATOR})
_PAGE = {
    "limit": (Annotated[int, Query(ge=1, le=200)], 50),
    "cursor": (Annotated[str | None, Query(max_length=200)], None),
    "with_total": (Annotated[bool, Query()], False),
}


def add_to(api: Api) -> None:
    api.add(
        "/accounts",
        create,
        method="POST",
        tag=_TAG,
        name="account-create",
        about=f"{CreateAccount.__doc__} The security administrator approves them.",
        view=AccountWithGrant,
        status=201,
        parameters=[said("body", Annotated[CreateAccount, Body()]), KEY],
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
        parameters=page_parameters(),
    )
    api.add(
        "/account-log",
        log,
        method="GET",
        tag=_TAG,
        name="account-log",
        about=ListAccountLog.__doc__,
        view=Page[AccountEntryView],
        status=200,
        parameters=[*page_parameters(), said("account_id", Annotated[str | None, Query()], None)],
    )
    api.add(
        "/accounts/{id}/sessions",
        sessions,
        method="GET",
        tag=_TAG,
        name="account-sessions",
        about=SessionsView.__doc__,
        view=SessionsView,
        status=200,
        parameters=path_parameters("/accounts/{id}/sessions"),
    )
    body = said("body", Annotated[EnableAccount | None, Body()], None)
    for what, handler, name, view, more in (
        ("disable", disable, "account-disable", AccountView, (IF_MATCH,)),
        ("enable", enable, "account-enable", AccountWithGrant, (IF_MATCH, KEY, body)),
        ("password", reset_password, "account-password", PasswordView, (IF_MATCH,)),
        ("second-factor/reset", reset_second_factor, "account-second-factor-reset", AccountView, (IF_MATCH,)),
        ("sessions/revoke", revoke, "account-sessions-revoke", RevokedView, ()),
    ):
        path = f"/accounts/{{id}}/{what}"
        api.add(
            path,
            handler,
            method="POST",
            tag=_TAG,
            name=name,
            about=handler.__doc__,
            view=view,
            status=200,
            parameters=[*path_parameters(path), *more],
        )


def said(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


IF_MATCH = said("if_match", Annotated[str | None, Header(description='"version", as ETag said')], None)
KEY = said("idempotency_key", Annotated[str | None, Header(max_length=200)], None)


def page_parameters() -> list[inspect.Parameter]:
    return [said(name, *of) for name, of in _PAGE.items()]


async def create(request: Request) -> Response:
    call = await allowed(request, SYSTEM)
    wanted, by, parts = parsed(CreateAccount, await read_json(request)), call.caller.actor, call.parts
    new, password = wanted.new(), wanted.password.get_secret_value()
    account_id = made_id(request, call, "account")

    def make() -> AccountWithGrant:
        new.rights.check()
        password_rules.check(password, new.login, [])
        made, grant = parts.grants.admit(new, passwords.digest(password), account_id, by, wanted.reason)
        return AccountWithGrant(account=AccountView.of(made), grant=None if grant is None else GrantView.of(grant))

    answer = (await parts.hashed(make)).model_dump(mode="json")
    audit.about(request, objects=(account_id,))
    return json_answer(answer, 201, {**etag(answer["account"]), "Location": f"{PREFIX}/accounts/{account_id}"})


async def listed(request: Request) -> Response:
    call = await allowed(request, ADMINISTRATORS)
    wanted = parsed(ListAccounts, dict(request.query_params))
    page = await asyncio.to_thread(call.parts.accounts.page, wanted, AccountView.of)
    return json_answer(page.model_dump(mode="json"))


async def log(request: Request) -> Response:
    call = await allowed(request, _AUDIT)
    wanted = parsed(ListAccountLog, dict(request.query_params))
    page = await asyncio.to_thread(call.parts.account_log.page, wanted, wanted.account_id, AccountEntryView.of)
    return json_answer(page.model_dump(mode="json"))


async def disable(request: Request) -> Response:
    """End an account and its sessions; what it holds of tokens ends within the minute."""
    call = await allowed(request, SYSTEM | SECURITY)
    account_id, expected = path_id(request, "id"), if_match(request)
    ended = await asyncio.to_thread(call.parts.accounts.disable, account_id, call.caller.actor, expected)
    call.parts.callers.forget(account_id)
    answer = AccountView.of(ended).model_dump(mode="json")
    return json_answer(answer, 200, etag(answer))


async def enable(request: Request) -> Response:
    """Let a disabled account log in again, and propose the rights it had; the security administrator approves them."""
    call = await allowed(request, SYSTEM)
    account_id, expected = path_id(request, "id"), if_match(request)
    reason = parsed(EnableAccount, await read_json(request)).reason
    grant_id = made_id(request, call, "grant", "enable", account_id)
    readmit = call.parts.grants.readmit
    enabled, grant = await asyncio.to_thread(readmit, account_id, call.caller.actor, reason, grant_id, expected)
    view = AccountWithGrant(account=AccountView.of(enabled), grant=None if grant is None else GrantView.of(grant))
    answer = view.model_dump(mode="json")
    return json_answer(answer, 200, etag(answer["account"]))


async def reset_password(request: Request) -> Response:
    """Give an account a new password, shown in this answer only: its sessions end, its owner changes it first."""
    call = await allowed(request, SECURITY)
    account_id, expected, by = path_id(request, "id"), if_match(request), call.caller.actor
    password = fresh_password()

    def renew() -> PasswordView:
        renewed = call.parts.proofs.reset_password(account_id, passwords.digest(password), by, expected)
        return PasswordView(account=AccountView.of(renewed), password=password)

    answer = (await call.parts.hashed(renew)).model_dump(mode="json")
    call.parts.callers.forget(account_id)
    return json_answer(answer, 200, etag(answer["account"]))


async def reset_second_factor(request: Request) -> Response:
    """Take away the second factor of who has lost it: its sessions end, it is enrolled anew."""
    call = await allowed(request, SECURITY)
    account_id, expected = path_id(request, "id"), if_match(request)
    reset = await asyncio.to_thread(call.parts.second_factors.reset, account_id, call.caller.actor, expected)
    call.parts.callers.forget(account_id)
    answer = AccountView.of(reset).model_dump(mode="json")
    return json_answer(answer, 200, etag(answer))


async def revoke(request: Request) -> Response:
    """End all sessions of an account and its calendar feed; what it holds of tokens ends within the minute."""
    call = await allowed(request, SECURITY)
    account_id = path_id(request, "id")
    ended = await asyncio.to_thread(call.parts.sessions.revoke_all, account_id, call.caller.actor)
    await asyncio.to_thread(call.parts.feeds.end, account_id)
    call.parts.callers.forget(account_id)
    return json_answer(RevokedView(ended=ended).model_dump(mode="json"))


async def sessions(request: Request) -> Response:
    call = await allowed(request, SECURITY | _AUDIT)
    account_id = path_id(request, "id")
    found = await asyncio.to_thread(call.parts.sessions.of, account_id)
    current = call.caller.claims.session_id
    return json_answer(SessionsView(items=[SessionView.of(one, current) for one in found]).model_dump(mode="json"))


async def allowed(request: Request, roles: frozenset[Role]) -> Asked:
    """Who asks, if one of these; raises Unauthenticated, NotAllowed."""
    call = await asked(request)
    call.caller.actor.require(roles)
    return call


def made_id(request: Request, call: Asked, kind: str, *of: object) -> UUID:
    """Of what the request makes: the same for the same key of the same person."""
    key = idempotency_key(request)
    return derived_id(kind, call.caller.actor.account_id, key, *of) if key else new_id()
