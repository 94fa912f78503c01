"""Grants of rights: proposed, and where they are large, approved by another."""

import asyncio
from typing import Annotated

from fastapi import Body, Query
from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import parsed, read_json
from gateway.forwarding import Api, if_match, json_answer, path_id, path_parameters
from gateway.routers.accounts import IF_MATCH, KEY, SECURITY, SYSTEM, allowed, made_id, page_parameters, said
from gateway.schemas.accounts import GrantView, ListGrants, ProposeGrant, RejectGrant
from shared.contracts.base import Page
from shared.contracts.codes import ADMINISTRATORS

_TAG = "identity"


def add_to(api: Api) -> None:
    api.add(
        "/accounts/{id}/grants",
        propose,
        method="POST",
        tag=_TAG,
        name="grant-propose",
        about=f"{ProposeGrant.__doc__} A large grant, and any that the system administrator proposes, waits for the "
        "approval of a security administrator who has not proposed it.",
        view=GrantView,
        status=201,
        parameters=[
            *path_parameters("/accounts/{id}/grants"),
            said("body", Annotated[ProposeGrant, Body()]),
            IF_MATCH,
            KEY,
        ],
    )
    api.add(
        "/grants",
        listed,
        method="GET",
        tag=_TAG,
        name="grant-list",
        about=ListGrants.__doc__,
        view=Page[GrantView],
        status=200,
        parameters=[
            *page_parameters(),
            *(
                said(name, Annotated[ListGrants.model_fields[name].annotation, Query()], None)
                for name in ("state", "account_id")
            ),
        ],
    )
    api.add(
        "/grants/{id}/approve",
        approve,
        method="POST",
        tag=_TAG,
        name="grant-approve",
        about="Approve what another has proposed: the rights are in force.",
        view=GrantView,
        status=200,
        parameters=path_parameters("/grants/{id}/approve"),
    )
    api.add(
        "/grants/{id}/reject",
        reject,
        method="POST",
        tag=_TAG,
        name="grant-reject",
        about=RejectGrant.__doc__,
        view=GrantView,
        status=200,
        parameters=[*path_parameters("/grants/{id}/reject"), said("body", Annotated[RejectGrant, Body()])],
    )


async def propose(request: Request) -> Response:
    call = await allowed(request, SYSTEM | SECURITY)
    account_id, expected = path_id(request, "id"), if_match(request)
    wanted, grant_id = (
        parsed(ProposeGrant, await read_json(request)),
        made_id(request, call, "grant", "propose", account_id),
    )
    grant = await asyncio.to_thread(
        call.parts.grants.propose, account_id, wanted.rights(), wanted.reason, call.caller.actor, grant_id, expected
    )
    call.parts.callers.forget(account_id)
    return json_answer(GrantView.of(grant).model_dump(mode="json"), 201)


async def listed(request: Request) -> Response:
    call = await allowed(request, ADMINISTRATORS)
    wanted = parsed(ListGrants, dict(request.query_params))
    page = await asyncio.to_thread(call.parts.grants.page, wanted, wanted.state, wanted.account_id, GrantView.of)
    return json_answer(page.model_dump(mode="json"))


async def approve(request: Request) -> Response:
    call = await allowed(request, SECURITY)
    grant = await asyncio.to_thread(call.parts.grants.approve, path_id(request, "id"), call.caller.actor)
    call.parts.callers.forget(grant.account_id)
    return json_answer(GrantView.of(grant).model_dump(mode="json"))


async def reject(request: Request) -> Response:
    call = await allowed(request, SYSTEM | SECURITY)
    reason = parsed(RejectGrant, await read_json(request)).reason
    grant = await asyncio.to_thread(call.parts.grants.reject, path_id(request, "id"), reason, call.caller.actor)
    return json_answer(GrantView.of(grant).model_dump(mode="json"))
