"""Evidence (证据): files in and out, what hangs on them. A content streams; the services hear only of its digests."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway import downloads
from gateway.bodies import parsed, read_nothing
from gateway.downloads import OtherContent
from gateway.errors import EvidenceTypeUnknown
from gateway.forwarding import (
    PREFIX,
    Api,
    Asked,
    CommandRoute,
    QueryRoute,
    asked,
    command_id,
    etag,
    json_answer,
    path_id,
    path_parameters,
)
from gateway.schemas.evidence import (
    EvidenceUpload,
    ToldBundle,
    ToldEvidence,
    ToldEvidenceRow,
    ToldRequirements,
    told_bundle,
    told_evidence,
    told_page,
    told_requirements,
)
from gateway.uploads import FORM, received
from shared import media_types
from shared.blobs import Stored, digested
from shared.contracts import custody as cu
from shared.contracts import evidence as ev
from shared.contracts import proof_bundles as pb
from shared.contracts.base import Page
from shared.contracts.codes import EvidenceObject
from shared.errors import Conflict, NotFound

_TAG = "evidence"
ENDING = "/evidence"
_HOMES = {
    EvidenceObject.CASE: "/cases",
    EvidenceObject.CLUE: "/clues",
    EvidenceObject.RECTIFICATION: "/rectifications",
    EvidenceObject.JOINT_ACTION: "/joint-actions",
}
_KEY = {"name": "idempotency-key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200}}
_BINARY = {"200": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
# In a form everything is text.
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True)
class _ObjectQuery(QueryRoute):
    """A query whose address says the kind of the object, and its id."""

    object: EvidenceObject = EvidenceObject.CASE

    def read(self, request: Request, ignoring: frozenset[str] = frozenset()) -> dict[str, Any]:
        given = {name: value for name, value in request.query_params.items() if name not in ignoring}
        if given.get("own") in _TRUTH:
            given["own"] = _TRUTH[given["own"]]  # type: ignore[assignment]
        given |= {"object": self.object.value, "id": str(path_id(request, "id"))}
        return parsed(self.query, given).model_dump(mode="json", exclude_unset=True)

    def parameters(self, without: frozenset[str] = frozenset()) -> Iterable[Any]:
        return super().parameters(without | {"object"})


@dataclass(frozen=True)
class _Content:
    """Serves a content once a service has said that the caller may have it.

    command: of (request) -> the command that asks for it, with its target.
    """

    ask: Callable[[Request], ev.ReadEvidence | cu.ReadCopy | pb.ReadBundle]
    download: Callable[[Request], bool] = field(default=lambda _: True)
    thumbnail: bool = False

    async def __call__(self, request: Request) -> Response:
        call = await asked(request)
        command = self.ask(request)
        found = await call.parts.services.command(
            "cases",
            command.operation,
            command.model_dump(mode="json"),
            principal=call.caller.principal(),
            correlation_id=call.correlation_id,
            target_id=path_id(request, "id"),
            command_id=command_id(request),
        )
        sha256, media_type, name = _chosen(found, request) if self.thumbnail else _whole(found)
        try:
            return await downloads.served(
                call.parts.blobs, sha256, media_type=media_type, file_name=name, download=self.download(request)
            )
        except OtherContent as damage:
            if not self.thumbnail and not isinstance(command, pb.ReadBundle):
                await _tell_damage(call, UUID(found["evidence_id"]), damage.found)
            raise Conflict("evidence.content-damaged", None, evidence_no=found["evidence_no"]) from damage


def add_to(api: Api) -> None:
    for object_, home in _HOMES.items():
        _add_object(api, object_, home)
    api.query(QueryRoute("cases", ev.GetEvidence, "/evidence/{id}", ToldEvidence, True, told=told_evidence), _TAG)
    api.query(QueryRoute("cases", cu.GetCustody, "/evidence/{id}/custody", cu.Custody), _TAG)
    for command in ev.EVIDENCE_COMMANDS:
        route = CommandRoute("cases", command, f"/evidence/{{id}}/{command.verb}", ToldEvidence)
        api.command(route, _TAG, _told(route))
    _add_contents(api)
    _add_copies(api)
    _add_bundles(api)


def _add_object(api: Api, object_: EvidenceObject, home: str) -> None:
    suffix = "" if object_ is EvidenceObject.CASE else f"-of-{object_.value.replace('_', '-')}"
    place = f"{home}/{{id}}/evidence"
    api.add(
        place,
        _upload(object_),
        method="POST",
        tag=_TAG,
        name=f"evidence-add{suffix}",
        about=ev.AddEvidence.__doc__,
        view=ToldEvidence,
        status=201,
        parameters=path_parameters(place),
        openapi_extra=_form(),
    )
    queries: list[tuple[type[Any], str, Any, Any]] = [
        (ev.ListEvidence, "", Page[ToldEvidenceRow], told_page),
        (ev.GetRequirements, "/requirements", ToldRequirements, told_requirements),
        (ev.GetPairs, "/pairs", ev.Pairs, None),
    ]
    for query, tail, view, told in queries:
        route = _ObjectQuery("cases", query, place + tail, view, told=told, object=object_)
        api.add(
            route.path,
            route,
            method="GET",
            tag=_TAG,
            name=f"{query.operation.replace('.', '-')}{suffix}",
            about=query.__doc__,
            view=view,
            status=200,
            parameters=route.parameters(),
        )


def _upload(object_: EvidenceObject) -> Callable[[Request], Any]:
    async def add_evidence(request: Request) -> Response:
        """Who may not see the object is told so before a byte is taken in; what does not fit keeps nothing."""
        call = await asked(request)
        key, target = command_id(request), str(path_id(request, "id"))
        about = {"object": object_.value, "object_id": target}
        await call.query("cases", ev.MayAddEvidence, about)
        async with received(request, call.parts.blobs) as upload:
            fields: dict[str, Any] = {name: text for name, text in upload.fields.items() if text != ""}
            if fields.get("register_in_advance") in _TRUTH:
                fields["register_in_advance"] = _TRUTH[fields["register_in_advance"]]
            form = parse_form(fields)
            if upload.media_type is None:
                raise EvidenceTypeUnknown(upload.name, list(media_types.EXTENSIONS.values()))
            body = {
                **form,
                **about,
                "size_bytes": upload.size,
                "media_type": upload.media_type,
                "file_name": upload.name,
                "name_differs": not media_types.agrees(upload.media_type, upload.name),
            }
            parsed(ev.AddEvidence, {**body, "sha256": "0" * 64, "sm3": "0" * 64})
            stored = await upload.keep()
        piece = await call.parts.services.command(
            "cases",
            ev.AddEvidence.operation,
            {**body, "sha256": stored.sha256, "sm3": stored.sm3},
            principal=call.caller.principal(),
            correlation_id=call.correlation_id,
            command_id=key,
        )
        headers = {"Location": f"{PREFIX}/evidence/{piece['id']}", **etag(piece)}
        return json_answer(told_evidence(piece), 201, headers)

    return add_evidence


def parse_form(fields: dict[str, Any]) -> dict[str, Any]:
    """The form's fields as JSON. Raises InvalidInput."""
    return parsed(ev.EvidenceForm, fields).model_dump(mode="json", exclude_unset=True)


def _told(route: CommandRoute) -> Callable[[Request], Any]:
    """The command's answer with its flags in Chinese."""

    async def handler(request: Request) -> Response:
        answer = await route(request)
        return json_answer(told_evidence(orjson.loads(answer.body)), answer.status_code, etag_of(answer))

    return handler


def etag_of(answer: Response) -> dict[str, str]:
    return {"ETag": answer.headers["etag"]} if "etag" in answer.headers else {}


# contents


def _add_contents(api: Api) -> None:
    why = {"name": "why", "in": "query", "required": False, "schema": {"type": "string"}}
    way = {"name": "way", "in": "query", "required": False, "schema": {"enum": ["view", "download"]}}
    size = {"name": "size", "in": "query", "required": False, "schema": {"enum": ["small", "large"]}}
    about = "The content. Its digest is verified before it is served; the custody log tells who had it, when and why."
    _content(api, "/evidence/{id}/content", _Content(_reading, _is_download), "evidence-read", about, way, why)
    picture = _Content(lambda _: ev.ReadEvidence(way="thumbnail"), lambda _: False, thumbnail=True)
    _content(api, "/evidence/{id}/thumbnail", picture, "evidence-thumbnail", "A small picture, WebP.", size)
    _content(api, "/evidence-copies/{id}/content", _Content(_copying), "evidence-copy-read", cu.ReadCopy.__doc__, why)
    _content(api, "/proof-bundles/{id}/content", _Content(_taking), "proof-bundle-read", pb.ReadBundle.__doc__, why)
    api.add(
        "/evidence/{id}/verify",
        verify,
        method="POST",
        tag=_TAG,
        name="evidence-verify",
        about="Digest the stored content again, now. Another content is an alarm.",
        view=ToldEvidence,
        status=200,
        parameters=path_parameters("/evidence/{id}/verify"),
    )


def _content(api: Api, path: str, handler: _Content, name: str, about: str | None, *query: dict[str, Any]) -> None:
    api.add(
        path,
        handler,
        method="GET",
        tag=_TAG,
        name=name,
        about=about,
        view=None,
        status=200,
        parameters=path_parameters(path),
        openapi_extra={"parameters": list(query), "responses": _BINARY},
    )


def _reading(request: Request) -> ev.ReadEvidence:
    asked_for = {name: request.query_params[name] for name in ("way", "why") if name in request.query_params}
    return parsed(ev.ReadEvidence, {"way": "view", **asked_for})


def _copying(request: Request) -> cu.ReadCopy:
    return parsed(cu.ReadCopy, _why(request))


def _taking(request: Request) -> pb.ReadBundle:
    return parsed(pb.ReadBundle, _why(request))


def _why(request: Request) -> dict[str, Any]:
    return {"why": request.query_params["why"]} if "why" in request.query_params else {}


def _is_download(request: Request) -> bool:
    return request.query_params.get("way") == "download"


def _whole(found: dict[str, Any]) -> tuple[str, str, str]:
    media_type = found["media_type"]
    extension = media_types.EXTENSIONS.get(media_type, "bin")
    name = found["file_name"]
    if media_type in media_types.EXTENSIONS and not media_types.agrees(media_type, name):
        name = f"{name}.{extension}"
    return found["sha256"], media_type, name


def _chosen(found: dict[str, Any], request: Request) -> tuple[str, str, str]:
    """Raises NotFound for what has no small picture."""
    wanted = "large" if request.query_params.get("size") == "large" else "small"
    for picture in found["thumbnails"]:
        if picture["size"] == wanted:
            return picture["sha256"], picture["media_type"], f"{found['evidence_no']}.webp"
    raise NotFound("evidence.no-thumbnail", None, evidence_no=found["evidence_no"])


async def verify(request: Request) -> Response:
    """Reads the content here and tells the service what it digests to."""
    call = await asked(request)
    await read_nothing(request)
    id_ = path_id(request, "id")
    piece = await call.query("cases", ev.GetEvidence, {"id": str(id_)})
    answer = await _tell_damage(call, id_, await asyncio.to_thread(_digests, call, piece["sha256"]))
    return json_answer(told_evidence(answer), 200, etag(answer))


def _digests(call: Asked, sha256: str) -> Stored | None:
    try:
        with call.parts.blobs.open(sha256) as content:
            return digested(content)
    except NotFound:
        return None


async def _tell_damage(call: Asked, id_: UUID, found: Stored | None) -> Any:
    body = {"found_sha256": None, "found_sm3": None, "found_bytes": 0}
    if found is not None:
        body = {"found_sha256": found.sha256, "found_sm3": found.sm3, "found_bytes": found.size}  # type: ignore[dict-item]
    return await call.parts.services.command(
        "cases",
        ev.VerifyEvidence.operation,
        body,
        principal=call.caller.principal(),
        correlation_id=call.correlation_id,
        target_id=id_,
    )


# copies and bundles


def _add_copies(api: Api) -> None:
    api.command(
        CommandRoute("cases", cu.ShareEvidence, "/evidence/{id}/copies", cu.CopyView, location="/evidence-copies/{id}"),
        _TAG,
    )
    api.query(QueryRoute("cases", cu.ListCopies, "/evidence-copies", Page[cu.CopyView]), _TAG)
    api.query(QueryRoute("cases", cu.GetCopy, "/evidence-copies/{id}", cu.CopyView, single=True), _TAG)
    api.command(CommandRoute("cases", cu.RevokeCopy, "/evidence-copies/{id}/revoke", cu.CopyView), _TAG)


def _add_bundles(api: Api) -> None:
    route = CommandRoute(
        "cases", pb.MakeProofBundle, "/rectifications/{id}/proof-bundle", ToldBundle, location="/proof-bundles/{id}"
    )

    async def make(request: Request) -> Response:
        answer = await route(request)
        answer.status_code = 202
        return answer

    api.command(route, _TAG, make)
    api.query(QueryRoute("cases", pb.GetBundle, "/proof-bundles/{id}", ToldBundle, told=told_bundle), _TAG)


def _form() -> dict[str, Any]:
    """The upload's documentation: the fields of the contract, and the file."""
    schema = EvidenceUpload.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions = schema.pop("$defs", {})
    properties = {name: _plain(told, definitions) for name, told in schema["properties"].items()}
    properties["file"] = {"type": "string", "format": "binary"}
    required = [*schema["required"], "file"]
    return {
        "requestBody": {
            "required": True,
            "content": {FORM: {"schema": {"type": "object", "required": required, "properties": properties}}},
        },
        "parameters": [_KEY],
    }


def _plain(told: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Without references: what a form field may be."""
    name = told.get("$ref", "").rpartition("/")[2]
    if name:
        return {key: value for key, value in definitions[name].items() if key in ("enum", "type", "description")}
    options = [_plain(one, definitions) for one in told.get("anyOf", ()) if one.get("type") != "null"]
    return {**told, "anyOf": options} if options else told
