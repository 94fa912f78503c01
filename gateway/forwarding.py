"""Routes that hand a command or a query to a service and its answer back.

FastAPI reads a route's documentation (fields of body, parameters, answer) from a signature. Serving does not go through
its machinery, which would parse and validate what the service validates anyway: a route here reads the request itself,
checks it against the same contract and passes the service's answer on as it came.
"""

import inspect
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID, uuid4

import orjson
from fastapi import APIRouter, Body, Header, Path, Query, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, OAuth2PasswordBearer
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway import audit, shaping
from gateway.auth import console_cookie
from gateway.auth.caller import Caller
from gateway.auth.policy import require_none
from gateway.bodies import parsed, read_json
from gateway.errors import HeaderInvalid, KeyMissing, ParameterInvalid, PreconditionMissing
from gateway.parts import Parts
from gateway.schemas.problem import PROBLEMS
from gateway.summaries import SUMMARIES
from shared.contracts import base
from shared.contracts.base import Command, View

PREFIX = "/api/v1"
_MOST_KEY = 200
_SECURITY = OAuth2PasswordBearer(tokenUrl=f"{PREFIX}/auth/token", auto_error=False)
_COOKIE = APIKeyCookie(
    name=console_cookie.name(secure=True),
    scheme_name="ConsoleCookie",
    description=f"Of POST {PREFIX}/auth/session; a change by it shows {console_cookie.CSRF_HEADER} too. "
    f"Over plain http it is called {console_cookie.name(secure=False)}.",
    auto_error=False,
)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _DirectRoute(APIRoute):
    """Documented by its signature, served by the endpoint itself."""

    def get_route_handler(self) -> Handler:
        handler: Handler = self.endpoint
        return handler


@dataclass(frozen=True)
class Asked:
    """What every forwarded request comes with."""

    parts: Parts
    caller: Caller
    correlation_id: str

    async def query(self, service: str, query: type[base.Query], body: dict[str, Any]) -> Any:
        return await self.parts.services.query(
            service,
            query.operation,
            body,
            principal=self.caller.principal(),
            correlation_id=self.correlation_id,
        )


async def asked(request: Request, *, with_duties: bool = False) -> Asked:
    """Who asks; raises Unauthenticated, CsrfTokenWrong.

    with_duties: may be asked before a first password is changed or a second factor enrolled; else that is refused.
    """
    parts: Parts = request.app.state.parts
    caller = await parts.callers.identify(request)
    audit.sent_by(request, caller)
    if not with_duties:
        require_none(caller.duties)
    return Asked(parts, caller, request.scope.get("correlation_id") or uuid4().hex)


async def written_down(operation: str, handler: Handler, request: Request) -> Response:
    """Serve the request, and see that the audit has it. Raises what the handler raises; Unavailable."""
    parts: Parts = request.app.state.parts
    if parts.audit is None:
        return await handler(request)
    return await parts.audit.around(operation, handler, request)


@dataclass(frozen=True)
class CommandRoute:
    """One command class at one address.

    target: name of the path parameter that is the object's id; None for commands that make a new object.
    location: address of the object it makes, `{id}` filled from the answer; then the status is 201.
    from_path: path parameter -> field of the command, for what the address says and the body leaves out.
    body: the contract of the body when it is not the command's own.
    checked: raises what is wrong with a body that only the gateway can tell, given the call and the body: accounts.
    guarded: whether it needs If-Match. Not so what changes nothing that somebody decides on (a copy, a reading) and
        what a party says once for itself (an answer, a receipt): its key makes that harmless to repeat.
    etag_at: the address whose ETag that is, where there is no target.
    """

    service: str
    command: type[Command]
    path: str
    view: type[View]
    target: str | None = "id"
    location: str | None = None
    method: str = "POST"
    from_path: dict[str, str] = field(default_factory=dict)
    body: type[BaseModel] | None = None
    checked: Callable[[Asked, Any], Coroutine[Any, Any, None]] | None = None
    guarded: bool = True
    etag_at: str | None = None

    @property
    def resource(self) -> str | None:
        """The address whose ETag If-Match must name, placeholders and all; None for what needs no If-Match."""
        if not self.guarded or self.target is None:
            return self.etag_at
        place = f"{{{self.target}}}"
        return self.path[: self.path.index(place) + len(place)]

    async def __call__(self, request: Request) -> Response:
        call = await asked(request)
        given = await read_json(request)
        read = parsed(self.body or self.command, given)
        if self.checked:
            await self.checked(call, read)
        if self.from_path:
            given |= {name: request.path_params[parameter] for parameter, name in self.from_path.items()}
            parsed(self.command, given)
        target_id = path_id(request, self.target) if self.target else None
        answer = await call.parts.services.command(
            self.service,
            self.command.operation,
            given,
            principal=call.caller.principal(),
            correlation_id=call.correlation_id,
            target_id=target_id,
            expected_version=self._expected_version(request, call.parts),
            command_id=command_id(request, required=self.location is not None),
        )
        headers = etag(answer)
        if self.location:
            headers["Location"] = PREFIX + self.location.format(id=answer["id"])
        return json_answer(answer, 201 if self.location else 200, headers)

    def _expected_version(self, request: Request, parts: Parts) -> int | None:
        """Raises PreconditionMissing, HeaderInvalid."""
        version = if_match(request)
        if version is None and self.resource is not None:
            any_ = request.headers.get("if-match", "").strip() == "*"
            if not (any_ and self.command.on in parts.if_match_any):
                raise PreconditionMissing(PREFIX + self.resource.format_map(request.path_params), any_=any_)
        return version

    def parameters(self) -> Iterable[inspect.Parameter]:
        yield from path_parameters(self.path)
        body = self.body or self.command
        if body.model_fields:
            # An empty body is fine where no field is required.
            needed = any(info.is_required() for info in body.model_fields.values())
            yield _parameter("body", Annotated[body if needed else body | None, Body()], ... if needed else None)
        yield key_parameter(required=self.location is not None)
        if self.resource is not None:
            said = Header(description=f'"version", as the ETag of {PREFIX}{self.resource} says')
            yield _parameter("if_match", Annotated[str, said], ...)
        elif self.target:
            yield _parameter("if_match", Annotated[str | None, Header(description='"version", as ETag said')], None)


@dataclass(frozen=True)
class QueryRoute:
    """One query class at one address. single: the answer is one object and tells its ETag.

    after: what to do once the answer has been sent, given the call and the answer; None for nothing.
    told: makes of the service's answer what the API says.
    expansions: what `expand` may add to it.
    """

    service: str
    query: type[base.Query]
    path: str
    view: type[View]
    single: bool = False
    after: Callable[[Asked, Any], BackgroundTask | None] | None = None
    told: Callable[[Any], Any] | None = None
    expansions: tuple[shaping.Expansion, ...] = ()

    async def __call__(self, request: Request) -> Response:
        call = await asked(request)
        shape = shaping.shape_of(request.query_params, self.view, self.expansions)
        answer = await call.query(self.service, self.query, self.read(request, shaping.NAMES))
        headers = etag(answer) if self.single else {}
        task = self.after(call, answer) if self.after else None
        told, task = await shape.of(call, self.told(answer) if self.told else answer, task)
        return json_answer(told, 200, headers, task, shape.media_type)

    def read(self, request: Request, ignoring: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The query's body: its fields by name in the address. Raises InvalidInput."""
        given: dict[str, Any] = {name: value for name, value in request.query_params.items() if name not in ignoring}
        given |= {name: value for name, value in request.path_params.items() if name != "id"}
        if "id" in request.path_params:
            given["id"] = str(path_id(request, "id"))
        return parsed(self.query, given).model_dump(mode="json", exclude_unset=True) if given else {}

    def parameters(self, without: frozenset[str] = frozenset()) -> Iterable[inspect.Parameter]:
        yield from path_parameters(self.path)
        for name, info in self.query.model_fields.items():
            if name != "id" and name not in without and f"{{{name}}}" not in self.path:
                said = Query(description=info.description)
                yield _parameter(name, Annotated[info.annotation, *info.metadata, said], info.get_default())

    def shaped(self, without: frozenset[str] = frozenset()) -> Iterable[inspect.Parameter]:
        """The parameters, and those that shape the answer."""
        yield from self.parameters(without)
        yield from shaping.parameters(self.view, self.expansions)

    @property
    def documented_view(self) -> type[View]:
        return shaping.expanded_view(self.view, self.expansions)


class Api:
    """Adds routes to the application's router, all documented in one way."""

    def __init__(self, router: APIRouter) -> None:
        self._router = router

    def command(self, route: CommandRoute, tag: str, handler: Handler | None = None) -> None:
        """handler: serves it instead of the route itself."""
        self.add(
            route.path,
            handler or route,
            method=route.method,
            tag=tag,
            name=f"{route.command.on}-{route.command.verb}",
            about=route.command.__doc__ or "",
            view=route.view,
            status=201 if route.location else 200,
            parameters=route.parameters(),
        )

    def commands(
        self,
        service: str,
        commands: Iterable[type[Command]],
        prefix: str,
        view: type[View],
        tag: str,
        *,
        guarded: bool = True,
    ) -> None:
        """Every command at `prefix/{id}/verb`, answered with the object's view."""
        for command in commands:
            path = f"{prefix}/{{id}}/{command.verb}"
            self.command(CommandRoute(service, command, path, view, guarded=guarded), tag)

    def query(self, route: QueryRoute, tag: str) -> None:
        self.add(
            route.path,
            route,
            method="GET",
            tag=tag,
            name=route.query.operation.replace(".", "-"),
            about=route.query.__doc__ if route.query.__doc__ != base.Query.__doc__ else "",
            view=route.documented_view,
            status=200,
            parameters=route.shaped(),
        )

    def add(
        self,
        path: str,
        handler: Handler,
        *,
        method: str,
        tag: str,
        name: str,
        about: str | None,
        view: Any,
        status: int,
        parameters: Iterable[inspect.Parameter] = (),
        public: bool = False,
        openapi_extra: dict[str, Any] | None = None,
        answers: type[Response] = JSONResponse,
    ) -> None:
        """handler: takes the request alone. parameters: what its documentation names. public: needs no token.

        answers: the kind of answer that is documented, where it is not JSON; then view is None.
        """

        operation_id = name.replace("_", "-")

        async def endpoint(request: Request) -> Response:
            return await written_down(operation_id, handler, request)

        told = list(parameters)
        extra = dict(openapi_extra or {})
        if public:
            extra["security"] = []
        else:
            told.append(_parameter("token", Annotated[str | None, Security(_SECURITY)], None))
            told.append(_parameter("cookie", Annotated[str | None, Security(_COOKIE)], None))
        endpoint.__signature__ = inspect.Signature(sorted(told, key=lambda p: p.name))  # type: ignore[attr-defined]
        self._router.add_api_route(
            PREFIX + path,
            endpoint,
            methods=[method],
            tags=[tag],
            operation_id=operation_id,
            summary=SUMMARIES.get(operation_id, operation_id),
            description=inspect.cleandoc(about or ""),
            status_code=status,
            response_model=view,
            response_class=answers,
            responses=PROBLEMS,
            route_class_override=_DirectRoute,
            openapi_extra=extra or None,
        )


def path_parameters(path: str) -> Iterable[inspect.Parameter]:
    for part in path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}")
            yield _parameter(name, Annotated[UUID if name == "id" else str, Path()], ...)


def key_parameter(*, required: bool) -> inspect.Parameter:
    """The Idempotency-Key, as the documentation names it."""
    said = Header(max_length=_MOST_KEY, description="the same for every repetition of one request")
    if required:
        return _parameter("idempotency_key", Annotated[str, said], ...)
    return _parameter("idempotency_key", Annotated[str | None, said], None)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    empty = inspect.Parameter.empty
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=empty if default is ... or repr(default) == "PydanticUndefined" else default,
        annotation=annotation,
    )


def path_id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.path_params[name])
    except ValueError as error:
        raise ParameterInvalid(name, "UUID") from error


def if_match(request: Request) -> int | None:
    """The version of If-Match: "7", 7 or W/"7"; None without one or for *. Raises HeaderInvalid."""
    given = request.headers.get("if-match", "").strip()
    if given in ("", "*"):
        return None
    number = given.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise HeaderInvalid("If-Match", 'ETag 中的版本号，如 "3"')
    return int(number)


def idempotency_key(request: Request) -> str | None:
    """Raises HeaderInvalid for one that is too long or not plain text."""
    given = request.headers.get("idempotency-key")
    if given is not None and not (0 < len(given) <= _MOST_KEY and given.isascii() and given.isprintable()):
        raise HeaderInvalid("Idempotency-Key", f" 1 至 {_MOST_KEY} 个可见的英文字符")
    return given


def command_id(request: Request, *, required: bool = False) -> str:
    """The caller's Idempotency-Key, or one made here; either way the answer says it, so that it can be repeated.

    required: of what makes something new. Raises HeaderInvalid, KeyMissing.
    """
    key = idempotency_key(request)
    if key is None:
        if required:
            raise KeyMissing
        key = uuid4().hex
    request.scope["idempotency_key"] = key
    return key


def etag(answer: Any) -> dict[str, str]:
    return {"ETag": f'"{answer["version"]}"'} if isinstance(answer, dict) and "version" in answer else {}


def json_answer(
    answer: Any,
    status: int = 200,
    headers: dict[str, str] | None = None,
    task: BackgroundTask | None = None,
    media_type: str = "application/json",
) -> Response:
    return Response(orjson.dumps(answer), status, headers, media_type, task)
