"""The committed descriptions of the API, the events and the states are those of the code."""

import json

from gateway import openapi
from gateway import security_matrix as gateway_matrix
from gateway.openapi_document import FILE as A_FILE
from gateway.routers.stream import MEDIA_TYPE as A_STREAM
from gateway.sheets import MEDIA_TYPE as A_SHEET
from services.agencies import diagrams as task_diagrams
from services.agencies import security_matrix as agencies_matrix
from services.cases import diagrams, rules_document
from services.cases import security_matrix as cases_matrix
from services.notify import diagrams as document_diagrams
from services.notify import rules_document as copy_rules_document
from services.notify import security_matrix as notify_matrix
from shared.contracts import asyncapi
from shared.contracts.base import Event
from shared.contracts.catalogue import EVENTS, SOURCES
from shared.security_matrix import FILE as MATRIX


def test_openapi_is_as_committed() -> None:
    """After a wanted change: python -m gateway.openapi."""
    assert openapi.text() == openapi.FILE.read_text(encoding="utf-8")


def test_asyncapi_is_as_committed() -> None:
    """After a wanted change: python -m shared.contracts.asyncapi."""
    assert asyncapi.text() == asyncapi.FILE.read_text(encoding="utf-8")


def test_the_rules_are_as_committed() -> None:
    """After a wanted change of a register: python -m services.cases.rules_document."""
    assert rules_document.text() == rules_document.FILE.read_text(encoding="utf-8")


def test_the_copy_rules_are_as_committed() -> None:
    """After a wanted change of a register: python -m services.notify.rules_document."""
    committed = copy_rules_document.FILE.read_text(encoding="utf-8")
    assert committed.endswith(f"\n\n{copy_rules_document.text()}")


def test_transitions_are_as_committed() -> None:
    """After a wanted change: python -m services.<name>.diagrams, of cases, agencies and notify."""
    chapters = diagrams.text() + task_diagrams.text() + "\n" + document_diagrams.text()
    assert chapters == diagrams.FILE.read_text(encoding="utf-8")


def test_the_security_matrix_is_as_committed() -> None:
    """After a wanted change of a table of operations: python -m gateway.security_matrix, and of each service."""
    parts = [
        gateway_matrix.text(),
        *(f"\n{matrix.text()}" for matrix in (cases_matrix, agencies_matrix, notify_matrix)),
    ]
    assert "".join(parts) == MATRIX.read_text(encoding="utf-8")


def test_the_catalogue_has_every_event_of_the_house_once() -> None:
    def below(cls: type[Event]) -> set[type[Event]]:
        return {cls, *(found for child in cls.__subclasses__() for found in below(child))}

    ours = {event for event in below(Event) if event.type and event.__module__.startswith("shared.")}
    assert set(EVENTS) == ours
    assert len({event.type for event in EVENTS}) == len(EVENTS)
    assert {event.source for event in EVENTS} == set(SOURCES)


def test_every_route_names_the_fields_of_its_answer() -> None:
    document = json.loads(openapi.FILE.read_text(encoding="utf-8"))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            status = next(code for code in operation["responses"] if code < "300")
            content = operation["responses"][status].get("content", {})
            if status != "204" and not {"text/calendar", "text/csv", A_STREAM, A_FILE, A_SHEET} & set(content):
                schema = content["application/json"]["schema"]
                assert "$ref" in schema, f"{method} {path}"


def test_no_contract_is_open_to_fields_it_does_not_name() -> None:
    document = json.loads(openapi.FILE.read_text(encoding="utf-8"))
    for path, operations in document["paths"].items():
        body = operations.get("post", operations.get("put", {})).get("requestBody", {}).get("content", {})
        for content in body.values():
            for schema in content["schema"].get("anyOf", [content["schema"]]):
                name = schema.get("$ref", "").rpartition("/")[2]
                if name:
                    assert document["components"]["schemas"][name]["additionalProperties"] is False, path
