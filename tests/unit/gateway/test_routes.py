"""The table of routes: every command has one, none is open without a token."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from gateway.app import create_app
from gateway.openapi import never
from gateway.summaries import SUMMARIES
from shared.contracts.agencies import TASK_COMMANDS
from shared.contracts.cases import CASE_COMMANDS
from shared.contracts.clues import CLUE_COMMANDS
from shared.contracts.joint_actions import JOINT_ACTION_COMMANDS
from shared.contracts.rectifications import RECTIFICATION_COMMANDS
from tests.unit.gateway.conftest import ask

OPEN = {
    ("POST", "/api/v1/auth/token"),
    ("POST", "/api/v1/auth/session"),
    ("GET", "/api/v1/auth/providers"),
    ("GET", "/api/v1/verify/{code}"),
    ("POST", "/api/v1/verify/{code}/digest"),
}
ID = "0199a1b2-0000-7000-8000-000000000001"


def _routes() -> list[tuple[str, str]]:
    return sorted(
        (method, route.path)
        for route in create_app(never).routes
        if isinstance(route, APIRoute) and route.path.startswith("/api/")
        for method in route.methods or ()
    )


@pytest.mark.parametrize(("method", "path"), [route for route in _routes() if route not in OPEN])
def test_without_a_token_every_route_answers_401(app: FastAPI, method: str, path: str) -> None:
    answer = ask(app, method, re.sub(r"\{\w+\}", ID, path))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "auth.token-missing"


def test_every_command_has_its_route() -> None:
    there = set(_routes())
    places = {
        "clue": "/api/v1/clues/{id}/",
        "case": "/api/v1/cases/{id}/",
        "rectification": "/api/v1/rectifications/{id}/",
        "joint_action": "/api/v1/joint-actions/{id}/",
        "task": "/api/v1/tasks/{id}/",
    }
    every = (*CLUE_COMMANDS, *CASE_COMMANDS, *RECTIFICATION_COMMANDS, *JOINT_ACTION_COMMANDS, *TASK_COMMANDS)
    for command in every:
        prefix = "/api/v1/clues/{id}/" if command.verb == "file-case" else places[command.on]
        assert ("POST", prefix + command.verb) in there


@pytest.mark.parametrize("scheme", ["Bearer nonsense", "Basic YTpi", "Bearer", "bearer "])
def test_a_token_that_is_none_answers_401(app: FastAPI, scheme: str) -> None:
    assert ask(app, "GET", "/api/v1/clues", headers={"Authorization": scheme}).status_code == 401


def test_a_slash_too_many_is_no_redirect_to_a_host_the_caller_named(app: FastAPI) -> None:
    answer = ask(app, "GET", "/api/v1/clues/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (404, "http.no-such-path")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/clues", "GET, POST"),
        ("PATCH", f"/api/v1/clues/{ID}", "GET"),
        ("GET", f"/api/v1/clues/{ID}/sign", "POST"),
        # Nothing is shown by HEAD, and a reading must not be recorded as if something were.
        ("HEAD", f"/api/v1/tasks/{ID}", "GET"),
        ("POST", "/healthz", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_there_is_told_those_that_are(app: FastAPI, method: str, path: str, allowed: str) -> None:
    answer = ask(app, method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/healthz"])
def test_pages_answer_head(app: FastAPI, path: str) -> None:
    assert ask(app, "HEAD", path).status_code == 200


def test_every_operation_has_a_chinese_heading() -> None:
    operations = [one for methods in create_app(never).openapi()["paths"].values() for one in methods.values()]
    assert {one["operationId"] for one in operations} == set(SUMMARIES)
    assert all(one["summary"] == SUMMARIES[one["operationId"]] for one in operations)
