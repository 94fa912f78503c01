"""The API against its last released contract, and the checker against changes made on purpose."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway import openapi
from tests.contract.breaking import breaking, contract_of

# Written at a release, never in between: PYTHONPATH=. python -m tests.contract.release
RELEASED = Path(__file__).with_name("released") / "openapi.json"

Document = dict[str, Any]


def test_nothing_that_was_released_is_taken_away() -> None:
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    assert breaking(released, contract_of(json.loads(openapi.FILE.read_text(encoding="utf-8")))) == []


def small() -> Document:
    """A document with one of each thing that can break."""
    thing = {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "state"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "state": {"$ref": "#/components/schemas/State"},
            "area": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
        },
    }
    order = {
        "type": "object",
        "additionalProperties": False,
        "required": ["place"],
        "properties": {
            "place": {"type": "string", "maxLength": 200, "minLength": 1},
            "state": {"$ref": "#/components/schemas/State"},
            "title": {"type": "string"},
            "count": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
        },
    }
    ok = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}
    limit = {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "maximum": 200}}
    body = {"required": False, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
    return {
        "paths": {
            "/things": {
                "get": {"operationId": "list", "parameters": [limit], "responses": copy.deepcopy(ok)},
                "post": {"operationId": "make", "requestBody": body, "responses": copy.deepcopy(ok)},
            }
        },
        "components": {
            "schemas": {"Thing": thing, "Order": order, "State": {"type": "string", "enum": ["open", "closed"]}}
        },
    }


def _get(document: Document) -> Document:
    return dict(document["paths"]["/things"])["get"]  # type: ignore[no-any-return]


def _post(document: Document) -> Document:
    return dict(document["paths"]["/things"])["post"]  # type: ignore[no-any-return]


def _schemas(document: Document) -> Document:
    return document["components"]["schemas"]  # type: ignore[no-any-return]


def _order(document: Document) -> Document:
    return _schemas(document)["Order"]["properties"]  # type: ignore[no-any-return]


def _thing(document: Document) -> Document:
    return _schemas(document)["Thing"]["properties"]  # type: ignore[no-any-return]


_BROKEN: dict[str, tuple[Callable[[Document], Any], str]] = {
    "a path": (lambda d: d["paths"].pop("/things"), "GET /things: gone"),
    "a method": (lambda d: d["paths"]["/things"].pop("post"), "POST /things: gone"),
    "a name": (lambda d: _get(d).update(operationId="all"), "GET /things: operationId was list"),
    "a parameter": (lambda d: _get(d).update(parameters=[]), "GET /things: parameter query limit gone"),
    "a parameter's bound": (
        lambda d: _get(d)["parameters"][0]["schema"].update(maximum=100),
        "GET /things: parameter query limit: maximum is 100 now, was 200",
    ),
    "an optional parameter": (
        lambda d: _get(d)["parameters"][0].update(required=True),
        "GET /things: parameter query limit is required now",
    ),
    "a new parameter": (
        lambda d: _get(d)["parameters"].append({"name": "If-Match", "in": "header", "required": True, "schema": {}}),
        "GET /things: new required parameter header If-Match",
    ),
    "a required body": (
        lambda d: _post(d)["requestBody"].update(required=True),
        "POST /things: a body is required now",
    ),
    "a kind of body": (
        lambda d: _post(d)["requestBody"].update(content={"text/csv": {"schema": {}}}),
        "POST /things: body as application/json gone",
    ),
    "a field of a body": (lambda d: _order(d).pop("title"), "POST /things: body.title: gone"),
    "a required field": (
        lambda d: _schemas(d)["Order"]["required"].append("title"),
        "POST /things: body.title: is required now",
    ),
    "a length": (
        lambda d: _order(d)["place"].update(maxLength=100),
        "POST /things: body.place: maxLength is 100 now, was 200",
    ),
    "a new bound": (
        lambda d: _order(d)["title"].update(maxLength=9),
        "POST /things: body.title: maxLength is 9 now, was none",
    ),
    "a pattern": (
        lambda d: _order(d)["title"].update(pattern="^a"),
        "POST /things: body.title: pattern is ^a now, was none",
    ),
    "a type of a body": (
        lambda d: _order(d)["title"].update(type="integer"),
        "POST /things: body.title: string is integer now",
    ),
    "null in a body": (
        lambda d: _order(d).update(count={"type": "integer", "minimum": 0}),
        "POST /things: body.count: null is not taken any more",
    ),
    "a bound beside null": (
        lambda d: _order(d)["count"]["anyOf"][0].update(minimum=1),
        "POST /things: body.count: minimum is 1 now, was 0",
    ),
    "values of a body": (
        lambda d: _order(d)["title"].update(enum=["a"]),
        "POST /things: body.title: takes ['a'] only now",
    ),
    "a value of an answer and a body": (
        lambda d: _schemas(d)["State"].update(enum=["open"]),
        "GET /things: answer.state: value closed gone",
    ),
    "a field of an answer": (lambda d: _thing(d).pop("area"), "GET /things: answer.area: gone"),
    "a certain field": (
        lambda d: _schemas(d)["Thing"].update(required=["id"]),
        "GET /things: answer.state: may be absent now",
    ),
    "null in an answer": (
        lambda d: _thing(d).update(id={"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}),
        "GET /things: answer.id: null is answered now",
    ),
    "a type of an answer": (
        lambda d: _thing(d)["id"].update(type="integer"),
        "GET /things: answer.id: string is integer now",
    ),
    "a field of items": (
        lambda d: _thing(d).update(parts={"type": "array", "items": {"type": "string"}}),
        "GET /things: answer.parts[]: object is string now",
    ),
    "an answer": (lambda d: _get(d).update(responses={"202": {}}), "GET /things: answer 200 gone"),
    "a kind of answer": (
        lambda d: _get(d)["responses"]["200"].update(content={"text/csv": {}}),
        "GET /things: answer 200 as application/json gone",
    ),
}


@pytest.mark.parametrize("what", sorted(_BROKEN))
def test_what_is_taken_away_is_named(what: str) -> None:
    break_it, said = _BROKEN[what]
    changed = small()
    break_it(changed)
    found = breaking(small(), changed)
    assert said in found


_GROWN: dict[str, Callable[[Document], Any]] = {
    "nothing": lambda _: None,
    "a path": lambda d: d["paths"].update({"/more": d["paths"]["/things"]}),
    "an optional parameter": lambda d: _get(d)["parameters"].append({"name": "q", "in": "query", "schema": {}}),
    "an optional field": lambda d: _order(d).update(note={"type": "string"}),
    "a field of an answer": lambda d: _thing(d).update(note={"type": "string"}),
    "a field that is always there": lambda d: _schemas(d)["Thing"].update(required=["id", "state", "area"]),
    "a value": lambda d: _schemas(d)["State"]["enum"].append("paused"),
    "a wider bound": lambda d: _order(d)["place"].update(maxLength=400),
    "no bound": lambda d: _order(d)["place"].pop("minLength"),
    "a bound of an answer": lambda d: _thing(d)["id"].update(maxLength=36),
    "an answer without null": lambda d: _thing(d).update(area={"type": "number"}),
    "a body with null": lambda d: _order(d).update(title={"anyOf": [{"type": "string"}, {"type": "null"}]}),
    "a number for an integer": lambda d: _order(d).update(count={"anyOf": [{"type": "number"}, {"type": "null"}]}),
    "words": lambda d: _get(d).update(summary="列出", description="more"),
    "another name of a schema": lambda d: (
        _schemas(d).update(Other=_schemas(d)["Thing"]),
        _get(d)["responses"]["200"]["content"]["application/json"].update(
            schema={"$ref": "#/components/schemas/Other"}
        ),
    ),
}


@pytest.mark.parametrize("what", sorted(_GROWN))
def test_growth_breaks_nobody(what: str) -> None:
    changed = small()
    _GROWN[what](changed)
    assert breaking(small(), changed) == []


def test_what_is_said_to_people_is_no_contract() -> None:
    document = small()
    document["components"]["schemas"]["Thing"]["properties"]["title"] = {"type": "string", "title": "Title"}
    kept = contract_of(document)
    assert kept["components"]["schemas"]["Thing"]["properties"]["title"] == {"type": "string"}
    assert kept["paths"]["/things"]["get"]["operationId"] == "list"
