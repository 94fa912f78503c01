"""The OpenAPI document: FastAPI's, with errors under their own content type, their codes, headers and examples."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway import texts
from gateway.examples import example
from gateway.problems import MEDIA_TYPE
from gateway.shaping import FIELDS, SPARSE

FILE = "application/octet-stream"


def install(app: FastAPI) -> None:
    """Make app.openapi() and /openapi.json answer with it."""
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=_ABOUT,
            routes=app.routes,
            separate_input_output_schemas=True,
        )
        made = _with_plain_names(made)
        parts: dict[str, Any] = made["components"]
        shared: dict[str, Any] = parts.setdefault("responses", {})
        parts["schemas"]["SparseAnswer"] = _SPARSE_ANSWER
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                _drop_impossible(method, operation)
                _share_errors(operation["responses"], shared)
                _drop_json_of_files(operation["responses"])
                _add_sparse(operation)
                _add_headers(path, operation, parts["schemas"])
                _describe_answers(operation["responses"])
        parts["headers"] = _HEADERS
        _add_examples(made)
        made["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
        made["servers"] = [{"url": "/", "description": "本网关"}]
        app.openapi_schema = made
    return app.openapi_schema


_ABOUT = """Errors are problem documents (RFC 9457) with a stable `code`, the `field` and a Chinese `detail`. Lists
page by `cursor` and say `total` only with `with_total=true`. Unsafe methods take `Idempotency-Key`: the same key
has one effect and one answer; what makes something new needs one. Programs send a bearer token, the console its
cookie; a change by cookie shows its `X-CSRF-Token` (`GET /api/v1/auth/session`). Single resources give `ETag`; a
change of them needs it as `If-Match` (428 without, 412 when it is stale). `fields` leaves out of an answer what is
not wanted, `expand` adds what belongs to an object and the caller may see. `x-codes` of an error names the codes
that the gateway itself gives; docs/api.md has those of the services. Times are ISO 8601 with offset, dates are
Asia/Shanghai, areas square metres."""
_SPARSE_ANSWER = {
    "type": "object",
    "title": "SparseAnswer",
    "description": "the fields asked for by `fields`, each as application/json has it; of a list, of each item",
    "additionalProperties": True,
    "examples": [{"id": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b", "state": "investigating"}],
}
_HEADERS: dict[str, Any] = {
    "ETag": {"description": "the version, for If-Match", "schema": {"type": "string", "examples": ['"3"']}},
    "Location": {"description": "address of what was made", "schema": {"type": "string", "format": "uri-reference"}},
    "IdempotencyKey": {"description": "by which the request can be repeated", "schema": {"type": "string"}},
    "RetryAfter": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}},
    "WWWAuthenticate": {"description": "Bearer", "schema": {"type": "string"}},
}
# What the gateway itself says, by status; what a service says of a command is its own.
_CODES = {
    400: ["http.malformed", "http.idempotency-key-missing"],
    401: ["auth.token-missing", "auth.token-invalid", "principal-invalid"],
    403: ["role-not-allowed"],
    404: ["not-found"],
    409: ["idempotency-key-reused"],
    412: ["stale-version"],
    413: ["http.body-too-large"],
    415: ["http.media-type"],
    422: [
        "invalid-field",
        "http.parameter-invalid",
        "http.header-invalid",
        "http.field-unknown",
        "http.expansion-unknown",
        "cursor-invalid",
        "json.malformed",
        "json.not-an-object",
        "json.not-finite",
        "json.too-deep",
        "json.forbidden-character",
    ],
    428: ["http.if-match-missing", "http.if-match-any"],
    429: ["http.too-often", "stream.too-many"],
    503: ["bus.busy", "bus.down", "bus.no-service", "bus.timeout", "database-busy", "database-unavailable"],
}
TAGS = {
    "identity": "登录、账号、本人的期限日历",
    "clues": "线索与核实",
    "clue-imports": "图斑导入",
    "cases": "案件办理",
    "case-imports": "原有案件导入",
    "tasks": "部门任务",
    "joint-actions": "联合执法",
    "rectifications": "整改事项",
    "listings": "挂牌督办",
    "police-transfers": "移送公安",
    "assistance-requests": "协助函",
    "sealed-records": "问题线索密封移送",
    "evidence": "证据",
    "land": "基础图层、套合与地块",
    "agencies": "部门接入与答复",
    "notices": "抄告与收文单位",
    "documents": "公文",
    "bulletins": "通报",
    "statistics": "统计",
    "work": "工作清单、卡点与查询",
    "rules": "规则库与工作日历",
    "dead-letters": "待人工处理的消息",
    "stream": "变化消息流",
    "verify": "公文验证",
}


def _with_plain_names(document: dict[str, Any]) -> dict[str, Any]:
    """Schemas under names, and with titles, that a generator of clients can make classes of: each once.

    A contract's schema comes twice where what is sent and what is answered differ, and two contracts may share a name.
    """
    names = {name: _plain_name(name) for name in document["components"]["schemas"]}
    assert len(set(names.values())) == len(names)
    place = "#/components/schemas/"

    def renamed(part: Any) -> Any:
        if isinstance(part, dict):
            kept = dict(part)
            # Generators of clients take no object for a default, and an answer has it said anyway.
            if isinstance(part.get("default"), dict) and ("$ref" in part or isinstance(part.get("anyOf"), list)):
                del kept["default"]
            return {key: renamed(value) for key, value in kept.items()}
        if isinstance(part, list):
            return [renamed(item) for item in part]
        if isinstance(part, str) and part.startswith(place):
            return place + names[part.removeprefix(place)]
        return part

    made: dict[str, Any] = renamed(document)
    found = made["components"]["schemas"]
    made["components"]["schemas"] = {names[name]: {**schema, "title": names[name]} for name, schema in found.items()}
    return made


def _plain_name(name: str) -> str:
    """Page_CaseRow_ -> PageCaseRow, LandSurvey-Output -> LandSurveyOutput, a__rules__Row -> RulesRow."""
    *packages, last = name.split("__")
    of = packages[-1].title().replace("_", "") if packages else ""
    return of + "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", last))


def _drop_impossible(method: str, operation: dict[str, Any]) -> None:
    """Errors that this operation cannot have."""
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    never = set() if "requestBody" in operation else {"413", "415"}
    if "if-match" not in names:
        never |= {"412"}
    if not any(one["name"] == "if-match" and one["required"] for one in operation.get("parameters", ())):
        never |= {"428"}
    if method == "get":
        never |= {"400"}
    for status in never:
        operation["responses"].pop(status, None)


def _add_sparse(operation: dict[str, Any]) -> None:
    if any(parameter["name"] == FIELDS for parameter in operation.get("parameters", ())):
        operation["responses"]["200"]["content"][SPARSE] = {"schema": {"$ref": "#/components/schemas/SparseAnswer"}}


def _add_headers(path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Of good answers: where what was made lies, by which version it is changed, by which key it is repeated."""
    for status, response in operation["responses"].items():
        if status >= "300":
            continue
        told = {}
        if _tells_version(response, schemas):
            told["ETag"] = "ETag"
        if status == "201" and "{sha256}" not in path:
            told["Location"] = "Location"
        if any(parameter["name"] == "idempotency-key" for parameter in operation.get("parameters", ())):
            told["Idempotency-Key"] = "IdempotencyKey"
        if told:
            response["headers"] = {name: {"$ref": f"#/components/headers/{part}"} for name, part in told.items()}


def _tells_version(response: dict[str, Any], schemas: dict[str, Any]) -> bool:
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return "version" in schemas.get(str(schema.get("$ref", "")).rpartition("/")[2], {}).get("properties", {})


_GOOD = {"200": "the answer", "201": "made", "202": "taken, to be watched", "204": "done, nothing to say"}


def _describe_answers(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status in _GOOD:
            response["description"] = _GOOD[status]


def _add_examples(document: dict[str, Any]) -> None:
    """Beside the schema of every body and every answer, where all routes that share it have it."""
    schemas = document["components"]["schemas"]
    for wanted, whole in ((_bodies(document), False), (_answers(document), True)):
        for schema in wanted:
            name = str(schema.get("$ref", "")).rpartition("/")[2]
            told = schemas[name] if name else schema
            told.setdefault("examples", [example(told, schemas, whole=whole)])
    for status, response in document["components"]["responses"].items():
        number = int(status.removeprefix("Problem"))
        content = response["content"][MEDIA_TYPE]
        content["example"] = _problem(number)
        response["x-codes"] = _CODES[number]
        headers = {429: "RetryAfter", 503: "RetryAfter", 401: "WWWAuthenticate"}
        if part := headers.get(number):
            name = {"RetryAfter": "Retry-After", "WWWAuthenticate": "WWW-Authenticate"}[part]
            response["headers"] = {name: {"$ref": f"#/components/headers/{part}"}}


def _problem(status: int) -> dict[str, Any]:
    """An error as it is told, of the code that comes first."""
    code = _CODES[status][0]
    return {
        "type": f"urn:tianwei:problem:{code}",
        "title": texts.title(status),
        "status": status,
        "code": code,
        "detail": texts.detail(code, {}, None),
        "field": None,
        "facts": {},
        "correlation_id": "2f1c7c0e4d3b4a59",
    }


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        yield from operations.values()


def _bodies(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in _operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            schema = content["schema"]
            yield next((kind for kind in schema.get("anyOf", ()) if "$ref" in kind), schema)


def _answers(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in _operations(document):
        for status, response in operation["responses"].items():
            schema = response.get("content", {}).get("application/json", {}).get("schema")
            if status < "300" and schema:
                yield schema


def _drop_json_of_files(responses: dict[str, Any]) -> None:
    """A route that answers with a file answers with nothing else."""
    for response in responses.values():
        content = response.get("content", {})
        if FILE in content:
            content.pop("application/json", None)


def _share_errors(responses: dict[str, Any], shared: dict[str, Any]) -> None:
    """Every operation has the same errors: say them once, as problem documents."""
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= 400 and content:
            # The framework has them as the kind that the answer is of: a spreadsheet, a stream.
            schemas = [kind["schema"] for kind in content.values()]
            response["content"] = {MEDIA_TYPE: {"schema": schemas[0]}}
            shared[f"Problem{status}"] = response
            responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
