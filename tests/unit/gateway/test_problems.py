"""Errors before anybody is let in, each as a problem document; and the pages that need no token."""

import pytest
from fastapi import FastAPI

from gateway import problems
from shared.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    StaleVersion,
    TianweiError,
    Unauthenticated,
    Unavailable,
)
from tests.unit.gateway.conftest import ask


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("invalid-field", "place"), 422),
        (NotFound(), 404),
        (NotAllowed("role-not-allowed"), 403),
        (Unauthenticated("principal-invalid"), 401),
        (Conflict("cases.area-remaining"), 409),
        (StaleVersion(1, 2), 409),
        (Unavailable(), 503),
        (TianweiError("internal", incident_id="abc"), 500),
    ],
)
def test_each_kind_has_its_status(error: TianweiError, status: int) -> None:
    answer = problems.of_error(error)
    assert answer.status_code == status
    assert answer.media_type == "application/problem+json"


def test_a_stale_version_is_412_when_if_match_asked_for_it() -> None:
    assert problems.of_error(StaleVersion(1, 2), had_if_match=True).status_code == 412


def test_unavailable_says_when_to_come_back() -> None:
    assert problems.of_error(Unavailable(retry_after_s=7)).headers["Retry-After"] == "7"


def test_an_unknown_path_is_a_problem_document(app: FastAPI) -> None:
    answer = ask(app, "GET", "/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "http.no-such-path"


def test_a_wrong_method_is_405_and_names_the_right_one(app: FastAPI) -> None:
    answer = ask(app, "DELETE", "/api/v1/statistics")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"


def test_the_callers_correlation_id_comes_back(app: FastAPI) -> None:
    answer = ask(app, "GET", "/api/v1/me", headers={"X-Correlation-Id": "desk-7"})
    assert answer.headers["X-Correlation-Id"] == "desk-7" == answer.json()["correlation_id"]


def test_a_correlation_id_that_could_forge_a_log_is_replaced(app: FastAPI) -> None:
    given = "a" * 101
    assert ask(app, "GET", "/healthz", headers={"X-Correlation-Id": given}).headers["X-Correlation-Id"] != given


def test_the_unexpected_gives_an_incident_id_and_no_details(app: FastAPI) -> None:
    # No database behind this application: asking for a token fails inside.
    body = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = ask(app, "POST", "/api/v1/auth/token", json=body)
    assert answer.status_code == 500
    document = answer.json()
    assert document["code"] == "internal"
    assert document["facts"]["incident_id"] in document["detail"]
    assert "NoneType" not in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 413), ({"content-length": "10"}, 413)],
)
def test_a_body_over_the_limit_is_413_whatever_it_declares(app: FastAPI, headers: dict[str, str], status: int) -> None:
    answer = ask(
        app,
        "POST",
        "/api/v1/auth/token",
        content=b"x" * (1024 * 1024 + 1),
        headers={"content-type": "application/json", **headers},
    )
    assert answer.status_code == status
    assert answer.json()["code"] == "http.body-too-large"


def test_the_landing_page_asks_nothing_of_the_outside(app: FastAPI) -> None:
    page = ask(app, "GET", "/")
    assert page.status_code == 200
    assert "田卫" in page.text
    assert "//" not in page.text.replace("http-equiv", "")


def test_the_explorer_comes_from_this_house_alone(app: FastAPI) -> None:
    page = ask(app, "GET", "/docs").text
    assert "https://" not in page
    for file in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/static-offline-docs/{file}" in page
        assert ask(app, "GET", f"/static-offline-docs/{file}").status_code == 200


def test_alive_needs_nothing(app: FastAPI) -> None:
    assert ask(app, "GET", "/healthz").json() == {"alive": True}
