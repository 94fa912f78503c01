"""Whose account an identity at an OpenID provider is: one administrator proposes, a security administrator lets in."""

import asyncio
from typing import Annotated

from fastapi import Body
from starlette.requests import Request
from starlette.responses import Response

from gateway.auth.oidc_identities import Identity
from gateway.bodies import parsed, read_json
from gateway.forwarding import Api, Asked, json_answer, path_id, path_parameters
from gateway.routers.accounts import SECURITY, SYSTEM, allowed, said
from gateway.schemas.identities import IdentityView, LinkIdentity
from shared.contracts.base import Page

_TAG = "identity"
_PATH = "/accounts/{id}/identities"
_ONE = f"{_PATH}/{{identity_id}}"


def add_to(api: Api) -> None:
    body = said("body", Annotated[LinkIdentity, Body()])
    api.add(
        _PATH,
        propose,
        method="POST",
        tag=_TAG,
        name="identity-propose",
        about=LinkIdentity.__doc__,
        view=IdentityView,
        status=201,
        parameters=[*path_parameters(_PATH), body],
    )
    api.add(
        _PATH,
        listed,
        method="GET",
        tag=_TAG,
        name="identity-list",
        about="The identities of an account that have not ended, oldest first.",
        view=Page[IdentityView],
        status=200,
        parameters=path_parameters(_PATH),
    )
    for verb, act, about in (
        ("confirm", confirm, "Let a proposed identity in: a security administrator, not the one who proposed it."),
        ("end", end, "An identity lets in no more; the sessions that it opened end within the minute."),
    ):
        path = f"{_ONE}/{verb}"
        api.add(
            path,
            act,
            method="POST",
            tag=_TAG,
            name=f"identity-{verb}",
            about=about,
            view=IdentityView,
            status=200,
            parameters=path_parameters(path),
        )


async def propose(request: Request) -> Response:
    call = await allowed(request, SYSTEM | SECURITY)
    wanted = parsed(LinkIdentity, await read_json(request))
    provider = call.parts.sign_on.provider(wanted.provider)
    made = await asyncio.to_thread(
        call.parts.identities.propose,
        path_id(request, "id"),
        provider,
        wanted.subject,
        call.caller.actor,
        call.parts.clock.now(),
    )
    return json_answer(_shown(call, made), 201)


async def listed(request: Request) -> Response:
    call = await allowed(request, SYSTEM | SECURITY)
    found = await asyncio.to_thread(call.parts.identities.of_account, path_id(request, "id"))
    return json_answer({"items": [_shown(call, one) for one in found], "next_cursor": None, "total": None})


async def confirm(request: Request) -> Response:
    call = await allowed(request, SECURITY)
    account_id, identity_id = path_id(request, "id"), path_id(request, "identity_id")
    done = await asyncio.to_thread(
        call.parts.identities.confirm, account_id, identity_id, call.caller.actor, call.parts.clock.now()
    )
    return json_answer(_shown(call, done))


async def end(request: Request) -> Response:
    call = await allowed(request, SYSTEM | SECURITY)
    account_id, identity_id = path_id(request, "id"), path_id(request, "identity_id")
    done = await asyncio.to_thread(
        call.parts.identities.end, account_id, identity_id, call.caller.actor, call.parts.clock.now()
    )
    call.parts.callers.forget(account_id)
    return json_answer(_shown(call, done))


def _shown(call: Asked, identity: Identity) -> dict[str, object]:
    return IdentityView.of(identity, call.parts.sign_on.providers).model_dump(mode="json")
