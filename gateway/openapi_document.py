"""The OpenAPI document: FastAPI's, with errors under their own content type."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.problems import MEDIA_TYPE

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
        shared: dict[str, Any] = made["components"].setdefault("responses", {})
        for operations in made["paths"].values():
            for operation in operations.values():
                _share_errors(operation["responses"], shared)
                _drop_json_of_files(operation["responses"])
        app.openapi_schema = made
    return app.openapi_schema


_ABOUT = """Errors are problem documents (RFC 9457) with a stable `code`, the `field` and a Chinese `detail`.
Lists page by `cursor` and say `total` only with `with_total=true`. Unsafe methods take `Idempotency-Key`: the same key
has one effect and one answer. Single resources give `ETag`; send it as `If-Match` to be refused when it is stale.
Times are ISO 8601 with offset, dates are Asia/Shanghai, areas square metres."""


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
            # FastAPI documents it under the kind of the good answer, which may be a spreadsheet.
            (told,) = content.values()
            response["content"] = {MEDIA_TYPE: told}
            shared[f"Problem{status}"] = response
            responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
