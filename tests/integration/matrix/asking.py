"""Every route of the API as requests: with what it must be given, and what is the same of two answers."""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx

from gateway.openapi import FILE
from gateway.security_matrix import Route, routes
from tests.system.bodies import Bodies

_PREFIX = "/api/v1"
_FORM = "multipart/form-data"
_ZIPPED = b"PK\x03\x04"
# What differs from one answer to the next though they say the same.
_FLEETING = re.compile(
    r'"(instance|correlation_id|incident_id|made_at|counted_at|now|next_cursor|age_s|token|address|url)"'
    r': ?("[^"]*"|\d+)'
)


@dataclass(frozen=True)
class Ask:
    """One request. named: its path holds an object's id."""

    route: Route
    path: str
    named: bool
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: bool = False

    async def send(self, client: httpx.AsyncClient, login: str | None, id_: str) -> httpx.Response:
        """As whom, about what."""
        headers = {} if login is None else {"Authorization": f"Bearer {login}"}
        more: dict[str, Any] = {}
        if self.form:
            fields = {name: str(value) for name, value in (self.body or {}).items() if name != "file"}
            more = {"files": {"file": ("a.txt", b"a")}, "data": fields}
        elif self.body is not None:
            more = {"json": self.body}
        return await client.request(
            self.route.method, self.path.replace("{id}", id_), params=dict(self.query), headers=headers, **more
        )


@cache
def _described() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text(encoding="utf-8"))["paths"])


def asks(now: datetime) -> Iterator[Ask]:
    """Every route once, in the form that its own description asks for."""
    bodies = Bodies(now)
    for route in routes():
        described = _described()[route.path][route.method.lower()]
        path = route.path.removeprefix(_PREFIX)
        query = {}
        for parameter in described.get("parameters", []):
            if parameter["in"] == "path" and parameter["name"] != "id":
                path = path.replace(f"{{{parameter['name']}}}", _part(parameter["name"]))
            elif parameter["in"] == "query" and parameter.get("required"):
                query[parameter["name"]] = str(bodies.of_schema(parameter["schema"]))
        content = described.get("requestBody", {}).get("content", {})
        body = None
        if content:
            body = bodies.of_schema(next(iter(content.values()))["schema"])
        yield Ask(route, path, "{id}" in path, query, body, _FORM in content)


def _part(name: str) -> str:
    """Of a path, what is no id."""
    known = {"format": "pdf", "sha256": "a" * 64, "year": "2026", "day": "2026-05-01", "code": "natural_resources"}
    return known.get(name, "x")


def collection(path: str) -> str:
    return path.split("/")[1]


def text_of(answer: httpx.Response) -> str:
    """All that an answer says: its head, its body, and what is in a file that it is."""
    body = answer.text
    if answer.content[:4] == _ZIPPED:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            body = "\n".join(archive.read(name).decode("utf-8", "replace") for name in sorted(archive.namelist()))
    return f"{answer.status_code} {answer.headers.get('etag')} {answer.headers.get('content-disposition')} {body}"


def same_of(answer: httpx.Response, id_: str) -> str:
    """What must be equal of two answers: without the id that was asked for, and without what differs each time."""
    return _FLEETING.sub("", text_of(answer).replace(id_, "ID"))
