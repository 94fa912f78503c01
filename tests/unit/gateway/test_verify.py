"""What a stranger is told of a document, by page and by API; and how often."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.rates import Rates
from shared.errors import NotFound, Unavailable
from shared.principal import STRANGER
from tests.support.fake_services import FakeServices
from tests.unit.gateway.conftest import ask

CODE = "ABCDEFGH12345678"
TOLD: dict[str, Any] = {
    "number": "中宁耕保督〔2026〕1号",
    "issuer": "中宁县耕地保护联合执法工作领导小组办公室",
    "dated_on": "2026-04-24",
    "standing": "in_force",
    "corrected_by": None,
    "corrects": None,
    "file": None,
    "signature_alg": "ed25519",
    "key_id": "0011223344556677",
}


@pytest.fixture
def services(app: FastAPI) -> Iterator[FakeServices]:
    """Fresh counts for each test."""
    before = app.state.parts
    app.state.parts = replace(before, rates=Rates(per_s=1, burst=60))
    fake = before.services._client
    fake.asked.clear()
    fake.answers["document.verify"] = lambda asked: TOLD | {"file": "pdf" if asked["body"].get("sha256") else None}
    yield fake
    fake.answers.clear()
    fake.down.clear()
    app.state.parts = before


def page(app: FastAPI, path: str) -> httpx.Response:
    return ask(app, "GET", path)


def test_page_tells_number_office_day_and_state(app: FastAPI, services: FakeServices) -> None:
    answer = page(app, f"/verify/{CODE}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for words in (TOLD["number"], TOLD["issuer"], TOLD["dated_on"], "有效", "ABCD-EFGH-1234-5678"):
        assert words in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert services.actor_of(services.last("document.verify")) == STRANGER


def test_code_is_taken_as_a_person_reads_it(app: FastAPI, services: FakeServices) -> None:
    for path in ("/verify/abcd-efgh-I234-5678", "/verify?code=ABCD EFGH l234 5678"):
        assert page(app, path).status_code == 200
        assert services.last("document.verify")["body"] == {"code": CODE}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"standing": "withdrawn"}, "已撤回"),
        ({"standing": "corrected", "corrected_by": "督〔2026〕3号"}, "督〔2026〕3号"),
    ],
)
def test_page_says_what_stands_no_more(
    app: FastAPI, services: FakeServices, changes: dict[str, Any], words: str
) -> None:
    services.answers["document.verify"] = TOLD | changes
    answer = page(app, f"/verify/{CODE}")
    assert words in answer.text
    assert "现行有效" not in answer.text


def test_what_a_document_is_called_cannot_act_on_the_page(app: FastAPI, services: FakeServices) -> None:
    services.answers["document.verify"] = TOLD | {"number": "<script>1</script>", "corrects": '"><img>'}
    text = page(app, f"/verify/{CODE}").text
    assert "<script>1" not in text
    assert "<img>" not in text


@pytest.mark.parametrize("code", ["0000000000000000", "short", "ABCDEFGH1234567U", "ABCDEFGH12345678Z", "%3Cscript%3E"])
def test_unknown_and_impossible_codes_look_the_same(app: FastAPI, services: FakeServices, code: str) -> None:
    services.answers["document.verify"] = NotFound()
    answer = page(app, f"/verify/{code}")
    assert answer.status_code == 404
    assert "查无此文" in answer.text
    assert "script>" not in answer.text.replace("<script>", "").replace("</script>", "")


def test_page_without_a_code_asks_for_one(app: FastAPI, services: FakeServices) -> None:
    answer = page(app, "/verify")
    assert answer.status_code == 200
    assert 'name="code"' in answer.text
    assert services.all("document.verify") == []


def test_service_that_is_down_is_no_document_that_is_missing(app: FastAPI, services: FakeServices) -> None:
    services.answers["document.verify"] = Unavailable("bus.timeout", service="notify")
    answer = page(app, f"/verify/{CODE}")
    assert answer.status_code == 503
    assert "暂时" in answer.text


def test_api_compares_a_digest_and_digests_a_file(app: FastAPI, services: FakeServices) -> None:
    digest = hashlib.sha256(b"content").hexdigest()
    by_digest = ask(app, "GET", f"/api/v1/verify/{CODE}?sha256={digest}")
    assert by_digest.json()["file"] == "pdf"
    by_file = ask(app, "POST", f"/api/v1/verify/{CODE}/digest", content=b"content")
    assert by_file.json() == by_digest.json()
    assert services.last("document.verify")["body"] == {"code": CODE, "sha256": digest}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", f"/api/v1/verify/{CODE}?sha256=xyz", 422, "invalid-field"),
        ("GET", "/api/v1/verify/short", 422, "invalid-field"),
        ("POST", "/api/v1/verify/short/digest", 422, "invalid-field"),
    ],
)
def test_what_is_no_code_or_digest_names_the_field(
    app: FastAPI, services: FakeServices, method: str, path: str, status: int, code: str
) -> None:
    answer = ask(app, method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert services.all("document.verify") == []


def test_file_over_the_limit_is_refused_before_it_is_read(app: FastAPI, services: FakeServices) -> None:
    answer = ask(app, "POST", f"/api/v1/verify/{CODE}/digest", content=b"x", headers={"Content-Length": str(17 << 20)})
    assert answer.status_code == 413
    assert services.all("document.verify") == []


def test_who_asks_too_often_is_told_when_to_come_again(app: FastAPI, services: FakeServices) -> None:
    app.state.parts = replace(app.state.parts, rates=Rates(per_s=1 / 30, burst=2))
    assert page(app, f"/verify/{CODE}").status_code == 200
    assert ask(app, "GET", f"/api/v1/verify/{CODE}").status_code == 200
    refused = ask(app, "GET", f"/api/v1/verify/{CODE}")
    assert (refused.status_code, refused.json()["code"]) == (429, "http.too-often")
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    assert page(app, f"/verify/{CODE}").status_code == 429
    assert len(services.all("document.verify")) == 2
