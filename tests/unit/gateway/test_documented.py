"""What the OpenAPI document shows holds: every example of a body is taken, every example of an answer is one."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from gateway import openapi
from gateway.app import create_app
from gateway.openapi import _never
from gateway.problems import MEDIA_TYPE
from gateway.texts import DETAILS


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return dict(json.loads(openapi.FILE.read_text(encoding="utf-8")))


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method, path, operation


def _named(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    name = kinds[0].get("$ref", "").rpartition("/")[2]
    return dict(document["components"]["schemas"][name]) if name else kinds[0]


def _contracts() -> Iterator[tuple[str, type[BaseModel]]]:
    """The contract of every JSON body, by the operation that takes it."""
    for route in create_app(_never).routes:
        if isinstance(route, APIRoute):
            for parameter in route.dependant.body_params:
                kinds = get_args(parameter.field_info.annotation) or (parameter.field_info.annotation,)
                yield route.operation_id or "", next(kind for kind in kinds if kind is not type(None))


def test_every_example_of_a_body_is_taken(document: dict[str, Any]) -> None:
    bodies = {
        operation["operationId"]: operation["requestBody"]["content"]["application/json"]["schema"]
        for _, _, operation in _operations(document)
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    refused = {}
    for name, contract in _contracts():
        (example,) = _named(document, bodies.pop(name))["examples"]
        try:
            contract.model_validate(example)
        except ValidationError as error:
            refused[name] = f"{error} {example}"
    assert list(bodies) == ["token"]  # read as a form as well, so not by a contract of a route
    assert refused == {}


def test_every_answer_is_shown_by_an_example_of_it(document: dict[str, Any]) -> None:
    validator = Draft202012Validator({"$ref": "#/components/schemas/Problem", "components": document["components"]})
    wrong = []
    for _, _, operation in _operations(document):
        for status, response in operation["responses"].items():
            schema = response.get("content", {}).get("application/json", {}).get("schema")
            if status >= "300" or schema is None:
                continue
            (example,) = _named(document, schema)["examples"]
            holder = validator.evolve(schema={**schema, "components": document["components"]})
            wrong += [(operation["operationId"], error.message[:200]) for error in holder.iter_errors(example)]
    assert wrong == []


def test_every_error_is_shown_and_its_codes_are_known(document: dict[str, Any]) -> None:
    shown = document["components"]["responses"]
    for name, response in shown.items():
        example = response["content"][MEDIA_TYPE]["example"]
        assert f"Problem{example['status']}" == name
        assert set(document["components"]["schemas"]["Problem"]["required"]) <= set(example)
        assert response["x-codes"]
        assert set(response["x-codes"]) <= set(DETAILS)
    for _, path, operation in _operations(document):
        errors = {status: response for status, response in operation["responses"].items() if status >= "400"}
        assert errors, path
        assert all(response["$ref"].rpartition("/")[2] in shown for response in errors.values()), path


def test_every_tag_is_told_of(document: dict[str, Any]) -> None:
    used = {tag for _, _, operation in _operations(document) for tag in operation["tags"]}
    assert used == {tag["name"] for tag in document["tags"]}


def test_what_is_guarded_says_so(document: dict[str, Any]) -> None:
    for _, path, operation in _operations(document):
        guards = [one for one in operation.get("parameters", ()) if one["name"] == "if-match" and one["required"]]
        assert ("428" in operation["responses"]) == bool(guards), path
        if guards:
            address = re.search(r"/api/v1(/\S+)", guards[0]["description"])
            assert address is not None
            assert "get" in document["paths"]["/api/v1" + address[1]], path
