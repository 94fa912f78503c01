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
from urllib.parse import urlencode

from gateway.openapi import FILE
from gateway.security_matrix import Route, routes
from tests.integration.matrix.house import Answer, House
from tests.system.bodies import Bodies

_PREFIX = "/api/v1"
_FORM, _BOUNDARY = "multipart/form-data", "matrix"
_FORM_KIND = f"{_FORM}; boundary={_BOUNDARY}"
_ZIPPED = b"PK\x03\x04"
# What differs from one answer to the next though they say the same.
_FLEETING = re.compile(
    r'"(instance|correlation_id|incident_id|made_at|counted_at|now|next_cursor|age_s|token|address|url)"'
    r': ?("[^"]*"|\d+)'
    r"|\d{8}-\d{4}\.xlsx"
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

    async def send(self, house: House, login: str | None, id_: str) -> Answer:
        """As whom, about what."""
        path = f"{_PREFIX}{self.path}".replace("{id}", id_) + (f"?{urlencode(self.query)}" if self.query else "")
        if self.form:
            return await house.answer(self.route.method, path, login, _form(self.body or {}), _FORM_KIND)
        body = b"" if self.body is None else json.dumps(self.body).encode()
        return await house.answer(self.route.method, path, login, body, "application/json")


def _form(body: Mapping[str, Any]) -> bytes:
    """Fields and a small file."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{said}' for name, said in body.items() if name != "file"
    ]
    parts.append('Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\na')
    return ("".join(f"--{_BOUNDARY}\r\n{part}\r\n" for part in parts) + f"--{_BOUNDARY}--\r\n").encode()


@cache
def _described() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text(encoding="utf-8"))["paths"])


@cache
def asks(now: datetime) -> tuple[Ask, ...]:
    """Every route once, in the form that its own description asks for."""
    return tuple(_asks(Bodies(now)))


def _asks(bodies: Bodies) -> Iterator[Ask]:
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
    known = {
        "format": "pdf",
        "sha256": "a" * 64,
        "year": "2026",
        "day": "2026-05-01",
        "code": "natural_resources",
        "identity_id": "00000000-0000-0000-0000-000000000000",
    }
    return known.get(name, "x")


def collection(path: str) -> str:
    return path.split("/")[1]


def text_of(answer: Answer) -> str:
    """All that an answer says: its head, its body, and what is in a file that it is."""
    body = answer.text
    if answer.content[:4] == _ZIPPED:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            # Of a spreadsheet all but when and by whom it was made.
            names = sorted(set(archive.namelist()) - {"docProps/core.xml"})
            body = "\n".join(archive.read(name).decode("utf-8", "replace") for name in names)
    return f"{answer.status} {answer.headers.get(b'etag')!r} {answer.headers.get(b'content-disposition')!r} {body}"


def same_of(answer: Answer, id_: str) -> str:
    """What must be equal of two answers: without the id that was asked for, and without what differs each time."""
    return _FLEETING.sub("", text_of(answer).replace(id_, "ID"))
