"""The one form of every error (RFC 9457), as the documentation names it."""

from typing import Any

from pydantic import Field

from shared.contracts.base import View


class Fault(View):
    field: str | None = Field(description="path of the field, like documents.0.kind")
    reason: str = Field(description="kind of fault, stable")
    detail: str


class Problem(View):
    """Content type application/problem+json."""

    type: str = Field(description="urn:tianwei:problem:<code>")
    title: str
    status: int
    code: str = Field(description="stable: programs decide by it")
    detail: str = Field(description="Chinese, for a person")
    field: str | None = Field(description="what of the request is at fault")
    facts: dict[str, Any] = Field(description="the values in the detail")
    correlation_id: str | None
    faults: list[Fault] | None = Field(None, description="every fault of the body, when there are several")


_ABOUT = {
    401: "no token, or one that is no longer good",
    403: "not with this role",
    404: "absent, or not the caller's to see",
    408: "the body came too slowly",
    409: "the state forbids it now",
    412: "If-Match names an older version",
    413: "body over the limit",
    415: "content type not taken",
    422: "the request is wrong; names the field",
    429: "too often from this account or address: try again after Retry-After seconds",
    503: "try again after Retry-After seconds, with the same Idempotency-Key: an answer may have been lost",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": about} for status, about in _ABOUT.items()
}
