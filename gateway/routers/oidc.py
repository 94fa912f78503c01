"""Signing in at an OpenID provider: the way out, the way back, the way off. What goes wrong is a page for people."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from gateway import audit, problems, sign_on_page, texts
from gateway.auth import console_cookie
from gateway.auth.caller import source_of
from gateway.auth.codes import LoginMethod
from gateway.auth.oidc_errors import LoginStale, LogoutTokenRefused
from gateway.auth.oidc_sign_on import Arrival
from gateway.bodies import media_type
from gateway.forwarding import PREFIX, Api, Handler, asked, json_answer, written_down
from gateway.parts import Parts
from gateway.schemas.identities import LogoutView, ProviderView
from shared.contracts.base import Page
from shared.errors import TianweiError

_TAG = "identity"
_FORM = "application/x-www-form-urlencoded"
_LOGOUT = "/auth/oidc/logout"
_LOGIN_S = 600
# A browser keeps no larger cookie; without the hint the provider asks the person once more.
_MOST_HINT = 3500
_NO_STORE = {"Cache-Control": "no-store"}
_HINT = "tianwei-oidc-hint"


def add_to(api: Api) -> None:
    api.add(
        "/auth/providers",
        providers,
        method="GET",
        tag=_TAG,
        name="sign-on-providers",
        about="The OpenID providers at which people may sign in; empty where there are local accounts alone.",
        view=Page[ProviderView],
        status=200,
        public=True,
    )
    api.add(
        _LOGOUT,
        log_out,
        method="POST",
        tag=_TAG,
        name="sign-on-logout",
        about="End this session, and say where the browser ends the one at the provider it came by.",
        view=LogoutView,
        status=200,
    )


def add_pages(router: APIRouter) -> None:
    """What browsers and providers come to; no part of the API."""
    for path, act, method in (
        ("login", begin, "GET"),
        ("callback", come_back, "GET"),
        ("backchannel-logout", told_to_end, "POST"),
    ):
        router.add_route(f"/auth/oidc/{{provider}}/{path}", act, methods=[method], include_in_schema=False)


async def providers(request: Request) -> Response:
    _count(request)
    parts: Parts = request.app.state.parts
    there = [ProviderView.of(one) for one in parts.sign_on.providers if one.people]
    return json_answer(Page[ProviderView](items=there).model_dump(mode="json"))


async def begin(request: Request) -> Response:
    return await _as_page("sign-on-begin", _begin, request)


async def come_back(request: Request) -> Response:
    return await _as_page("sign-on", _come_back, request)


async def _begin(request: Request) -> Response:
    parts: Parts = request.app.state.parts
    return_to = request.query_params.get("return_to", "/")
    outward = await parts.sign_on.begin(request.path_params["provider"], return_to, request.cookies.get(_cookie(parts)))
    answer = RedirectResponse(outward.url, 303, _NO_STORE)
    _keep(answer, _cookie(parts), outward.word, parts, "/", _LOGIN_S)
    return answer


async def _come_back(request: Request) -> Response:
    parts: Parts = request.app.state.parts
    given = dict(request.query_params)
    if len(given) < len(request.query_params.multi_items()):
        raise LoginStale  # said twice: two readers may read two things
    arrival = await parts.sign_on.complete(request.path_params["provider"], given, request.cookies.get(_cookie(parts)))
    return await _let_in(request, parts, arrival)


async def _let_in(request: Request, parts: Parts, arrival: Arrival) -> Response:
    """The session of a local login, kept as one that the provider can end."""
    sessions = parts.sessions
    audit.about(request, login=arrival.account.login)
    opened = await asyncio.to_thread(sessions.open, arrival.account, LoginMethod.OPENID, source_of(request))
    await asyncio.to_thread(parts.sign_on.came, opened.id, arrival)
    answer = RedirectResponse(arrival.return_to, 303, _NO_STORE)
    console_cookie.keep(answer, opened.token, opened.until, secure=sessions.policy.cookie_secure)
    if len(arrival.id_token) <= _MOST_HINT:
        _keep(answer, _HINT, arrival.id_token, parts, PREFIX + _LOGOUT)
    return answer


async def log_out(request: Request) -> Response:
    call = await asked(request, with_duties=True)
    session_id, hint = call.caller.claims.session_id, request.cookies.get(_HINT)
    go_to = None
    if session_id is not None:
        await asyncio.to_thread(call.parts.sessions.log_out, session_id)
        call.parts.callers.forget(call.caller.account.id)
        go_to = await call.parts.sign_on.way_off(session_id, hint)
    answer = json_answer(LogoutView(go_to=go_to).model_dump(mode="json"))
    answer.delete_cookie(_HINT, PREFIX + _LOGOUT)
    if call.caller.cookie is not None:
        console_cookie.drop(answer, secure=call.parts.sessions.policy.cookie_secure)
    return answer


async def told_to_end(request: Request) -> Response:
    """OpenID Connect Back-Channel Logout 1.0: the provider says that a person is out."""
    try:
        return await written_down("sign-on-ended", _end, request)
    except TianweiError as error:
        refused = problems.of_error(error)
        kept = {name: value for name, value in refused.headers.items() if name == "retry-after"}
        status = refused.status_code if refused.status_code in (404, 429, 503) else 400
        return JSONResponse({"error": "invalid_request"}, status, {**_NO_STORE, **kept})


async def _end(request: Request) -> Response:
    parts: Parts = request.app.state.parts
    _count(request)
    async with request.form(max_fields=20) as form:
        token = form.get("logout_token")
    if media_type(request) != _FORM or not isinstance(token, str):
        raise LogoutTokenRefused
    ended = list(await parts.sign_on.end(request.path_params["provider"], token))
    audit.about(request, objects=tuple(ended))
    for account_id in ended:
        parts.callers.forget(account_id)
    return Response(status_code=200, headers=_NO_STORE)


async def _as_page(operation: str, act: Handler, request: Request) -> Response:
    try:
        _count(request)
        return await written_down(operation, act, request)
    except TianweiError as error:
        refused = problems.of_error(error)
        correlation = str(request.scope.get("correlation_id") or "")
        detail = texts.detail(error.code, error.facts, error.field)
        page = sign_on_page.refused(texts.title(refused.status_code), detail, error.code, correlation)
        kept = {name: value for name, value in refused.headers.items() if name == "retry-after"}
        return HTMLResponse(page, refused.status_code, {**_NO_STORE, **kept})


def _cookie(parts: Parts) -> str:
    """By its name a browser takes it from this very host alone, over TLS alone; plain http is for one machine."""
    return "__Host-tianwei-oidc" if parts.sessions.policy.cookie_secure else "tianwei-oidc"


def _keep(answer: Response, name: str, value: str, parts: Parts, path: str, seconds: int | None = None) -> None:
    """Lax: the provider sends the browser back from its own site, by a link."""
    secure = parts.sessions.policy.cookie_secure
    answer.set_cookie(name, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="lax")


def _count(request: Request) -> None:
    parts: Parts = request.app.state.parts
    parts.sign_on.rates.count(request.client.host if request.client else "")
