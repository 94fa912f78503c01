"""What everybody does with their own account: password, second factor, sessions."""

import asyncio
import inspect
from typing import Annotated, Any

import segno
from fastapi import Body
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from gateway.bodies import parsed, read_json
from gateway.forwarding import Api, Handler, asked, etag, json_answer, path_id, path_parameters
from gateway.schemas.accounts import AccountView, SessionsView, SessionView
from gateway.schemas.logins import (
    BeginSecondFactor,
    ChangePassword,
    RecoveryCodes,
    SecondFactorView,
    ShowCode,
)

_TAG = "identity"


def add_to(api: Api) -> None:
    def post(path: str, handler: Handler, name: str, about: str | None, view: Any, body: type[BaseModel]) -> None:
        said = inspect.Parameter("body", inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[body, Body()])
        api.add(
            path, handler, method="POST", tag=_TAG, name=name, about=about, view=view, status=200, parameters=[said]
        )

    post("/me/password", change_password, "password-change", ChangePassword.__doc__, AccountView, ChangePassword)
    post(
        "/me/second-factor",
        begin_second_factor,
        "second-factor-begin",
        BeginSecondFactor.__doc__,
        SecondFactorView,
        BeginSecondFactor,
    )
    post(
        "/me/second-factor/confirm",
        confirm_second_factor,
        "second-factor-confirm",
        "Show a first code: from now on every login shows one. Ten recovery codes, shown once.",
        RecoveryCodes,
        ShowCode,
    )
    post(
        "/me/second-factor/recovery-codes",
        renew_recovery_codes,
        "recovery-codes-renew",
        "Ten new recovery codes; the old ones are good no more.",
        RecoveryCodes,
        ShowCode,
    )
    api.add(
        "/me/sessions",
        sessions,
        method="GET",
        tag=_TAG,
        name="session-list",
        about=SessionsView.__doc__,
        view=SessionsView,
        status=200,
    )
    api.add(
        "/me/sessions/{id}",
        end_session,
        method="DELETE",
        tag=_TAG,
        name="session-end",
        about="End one of one's own sessions; what it holds of tokens ends within the minute.",
        view=None,
        status=204,
        parameters=path_parameters("/me/sessions/{id}"),
    )


async def change_password(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    wanted, by, parts = parsed(ChangePassword, await read_json(request)), call.caller.actor, call.parts
    present, new = wanted.password.get_secret_value(), wanted.new_password.get_secret_value()
    session_id = call.caller.claims.session_id
    changed = await parts.hashed(lambda: parts.proofs.change_password(by, present, new, session_id))
    parts.callers.forget(changed.id)
    answer = AccountView.of(changed).model_dump(mode="json")
    return json_answer(answer, 200, etag(answer))


async def begin_second_factor(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    wanted, by = parsed(BeginSecondFactor, await read_json(request)), call.caller.actor
    await call.parts.hashed(lambda: call.parts.proofs.again(by, wanted.password.get_secret_value()))
    begun = await asyncio.to_thread(call.parts.second_factors.begin, by)
    picture = segno.make_qr(begun.address, error="m").svg_data_uri(scale=4)
    view = SecondFactorView(secret=begun.secret, address=begun.address, qr_code=picture)
    return json_answer(view.model_dump(mode="json"))


async def confirm_second_factor(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    shown = parsed(ShowCode, await read_json(request)).code
    codes = await asyncio.to_thread(call.parts.second_factors.confirm, shown, call.caller.actor)
    call.parts.callers.forget(call.caller.account.id)
    return json_answer(RecoveryCodes(codes=codes).model_dump(mode="json"))


async def renew_recovery_codes(request: Request) -> Response:
    call = await asked(request)
    shown = parsed(ShowCode, await read_json(request)).code
    codes = await asyncio.to_thread(call.parts.second_factors.renew_codes, shown, call.caller.actor)
    return json_answer(RecoveryCodes(codes=codes).model_dump(mode="json"))


async def sessions(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    found = await asyncio.to_thread(call.parts.sessions.of, call.caller.account.id)
    view = SessionsView(items=[SessionView.of(one, call.caller.claims.session_id) for one in found])
    return json_answer(view.model_dump(mode="json"))


async def end_session(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    account_id = call.caller.account.id
    await asyncio.to_thread(call.parts.sessions.end, account_id, path_id(request, "id"))
    call.parts.callers.forget(account_id)
    return Response(status_code=204)
