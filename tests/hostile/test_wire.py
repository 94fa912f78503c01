"""What a client may do to the wire: hidden requests, ways out of the tree, hosts that are not ours, floods."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.system.running_house import RunningHouse

END = b"\r\n\r\n"


@pytest.fixture
def door(house: RunningHouse) -> tuple[str, int]:
    url = httpx.URL(house.address)
    assert url.port is not None
    return url.host, url.port


def sent(door: tuple[str, int], raw: bytes, wait_s: float = 3.0) -> bytes:
    """Everything that is answered until the connection closes or nothing more comes."""
    with socket.create_connection(door, timeout=wait_s) as wire:
        wire.sendall(raw)
        got = b""
        wire.settimeout(0.4)
        try:
            while part := wire.recv(1 << 16):
                got += part
        except TimeoutError:
            pass
        return got


def statuses(answer: bytes) -> list[int]:
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLED = {
    "length and chunks": (
        b"POST /api/v1/clues HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + HIDDEN
    ),
    "chunks spelt otherwise": (
        b"POST /api/v1/clues HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n1\r\n"
        + HIDDEN
    ),
    "two lengths": (
        b"POST /api/v1/clues HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n" + HIDDEN
    ),
    "a length that is none": b"POST /api/v1/clues HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n" + HIDDEN,
    "a blank before the colon": (
        b"POST /api/v1/clues HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\nContent-Length: 40\r\n\r\n" + HIDDEN
    ),
    "a folded line": (
        b"POST /api/v1/clues HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\n"
        b"0\r\n\r\n" + HIDDEN
    ),
    "a bare line feed": b"GET /healthz HTTP/1.1\nHost: x\nX: a\rGET /hidden HTTP/1.1\r\n\r\n",
    "a nul in a head": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
    "a chunk longer than it says": (
        b"POST /api/v1/clues HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff0\r\n" + HIDDEN
    ),
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_no_request_hides_in_another(name: str, door: tuple[str, int]) -> None:
    """One answer at most, a refusal, and the hidden one is never served (it would be a 404)."""
    told = statuses(sent(door, SMUGGLED[name]))
    assert 404 not in told
    assert len(told) <= 1
    assert all(400 <= status < 500 for status in told)


def test_two_requests_in_their_order_are_two(door: tuple[str, int]) -> None:
    """The same wire without a trick: so that what is refused above is refused for its trick."""
    assert statuses(sent(door, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" + HIDDEN)) == [200, 404]


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/docs/../../etc/passwd",
        "/static/..%5c..%5cetc/passwd",
        "/static-offline-docs/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/static-offline-docs/%2e%2e/%2e%2e/%2e%2e/setup.py",
        "//evil.example/%2e%2e",
        "/api/v1/verify/..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/documents/..%2f..%2fetc/files/pdf",
        "/%00",
        "/\xff".encode("latin-1").decode("latin-1"),
    ],
)
def test_no_path_leads_out(path: str, door: tuple[str, int]) -> None:
    answer = sent(door, b"GET " + path.encode("latin-1") + b" HTTP/1.1\r\nHost: x" + END)
    assert all(status in (400, 404, 405, 422, 401) for status in statuses(answer)), answer[:300]
    assert b"root:" not in answer
    assert b"location:" not in answer.lower(), "nobody is sent elsewhere"


def test_a_host_that_is_not_ours_stands_in_no_answer(house: RunningHouse) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    for path in ("/", "/api/v1/cases", "/api/v1/cases/", "/docs", "/verify", "/openapi.json"):
        answer = httpx.get(f"{house.address}{path}", headers=headers, trust_env=False)
        assert "evil.example" not in answer.text + repr(answer.headers)
        assert not answer.is_redirect


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "TRACK", "DEBUG", "PATCH", "HEAD"])
def test_a_method_that_is_not_ours_does_nothing(method: str, door: tuple[str, int]) -> None:
    secret = b"Cookie: secret=1\r\nAuthorization: Bearer secret2"
    answer = sent(door, method.encode() + b" /api/v1/clues HTTP/1.1\r\nHost: x\r\n" + secret + END)
    assert b"secret" not in answer
    assert all(status in (400, 401, 404, 405, 501) for status in statuses(answer))


def test_another_site_may_read_nothing(house: RunningHouse) -> None:
    """No answer allows a foreign page in: neither to a request nor to its question before."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method in ("GET", "OPTIONS"):
        answer = httpx.request(method, f"{house.address}/api/v1/me", headers=headers, trust_env=False)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.fixture
def from_elsewhere(house: RunningHouse) -> Iterator[httpx.Client]:
    """From an address of its own, so that nobody else is counted with it."""
    transport = httpx.HTTPTransport(local_address="127.0.0.7")
    with httpx.Client(base_url=house.address, transport=transport, trust_env=False) as http:
        yield http


def test_who_asks_without_end_is_told_to_wait_and_nobody_else_notices(
    house: RunningHouse, from_elsewhere: httpx.Client
) -> None:
    refused: httpx.Response | None = None
    for number in range(6000):
        # What a proxy would say of the address is not believed: nobody has named one.
        headers = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250}", "Forwarded": f"for=10.1.1.{number % 250}"}
        answer = from_elsewhere.post("/api/v1/auth/token", json={}, headers=headers)
        if answer.status_code == 429:
            refused = answer
            break
        assert answer.status_code == 422
    assert refused is not None
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert json.loads(refused.content)["code"] == "http.too-often"
    assert from_elsewhere.get("/healthz").status_code == 200
    assert house.coordinator.ask("GET", "/me").status_code == 200


def test_a_thousand_idle_connections_keep_nobody_out(house: RunningHouse, door: tuple[str, int]) -> None:
    """Half of them with half a head. One more than may be is told so; those who are known go on."""
    house.coordinator.get("/me")
    idle: list[socket.socket] = []
    try:
        for number in range(900):
            wire = socket.create_connection(door, timeout=3)
            if number % 2:
                wire.sendall(b"GET /healthz HTTP/1.1\r\nHost:")
            idle.append(wire)
        assert house.coordinator.ask("GET", "/me").status_code == 200
        assert httpx.get(f"{house.address}/healthz", trust_env=False).status_code == 200
        late: list[Any] = []
        for _ in range(150):
            wire = socket.create_connection(door, timeout=3)
            idle.append(wire)
            late.append(wire)
        late[-1].settimeout(3)
        told = late[-1].recv(4096)
        assert told.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after:" in told.lower()
    finally:
        for wire in idle:
            wire.close()
    house.until(
        lambda: httpx.get(f"{house.address}/healthz", trust_env=False).status_code == 200, "room again after the flood"
    )
