"""What a stream asks of its caller while it is open: whether the session still is, without keeping it alive."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import Request

from gateway.auth.caller import Caller, Callers
from shared.contracts.codes import Role
from tests.integration.gateway.conftest import House


@pytest.fixture
def li(house: House) -> Any:
    return house.account("li", Role.COORDINATOR)


def _callers(house: House) -> Callers:
    callers: Callers = house.app.state.parts.callers
    return callers


def _stream(house: House) -> Caller:
    """The caller of a request that is still being answered."""
    house.ask("GET", "/api/v1/me", by="li")
    headers = [(b"authorization", f"Bearer {house.tokens['li']}".encode())]
    return asyncio.run(_callers(house).identify(Request({"type": "http", "method": "GET", "headers": headers})))


def _is_good(house: House, caller: Caller) -> bool:
    return asyncio.run(_callers(house).is_good(caller))


def test_a_stream_ends_when_an_administrator_revokes(house: House, li: Any) -> None:
    house.account("security", Role.SECURITY_ADMINISTRATOR)
    caller = _stream(house)
    assert _is_good(house, caller)
    house.ask("POST", f"/api/v1/accounts/{li.id}/sessions/revoke", by="security")
    assert not _is_good(house, caller)


def test_a_stream_ends_with_its_account(house: House, li: Any) -> None:
    house.account("admin", Role.ADMINISTRATOR)
    caller = _stream(house)
    house.ask("POST", f"/api/v1/accounts/{li.id}/disable", by="admin")
    assert not _is_good(house, caller)


@pytest.mark.usefixtures("li")
def test_an_open_stream_keeps_nobody_in(house: House) -> None:
    caller = _stream(house)
    for _ in range(2):
        house.clock.at += timedelta(minutes=14)
        assert _is_good(house, caller)
    house.clock.at += timedelta(minutes=2)
    assert not _is_good(house, caller)


@pytest.mark.usefixtures("li")
def test_a_stream_ends_with_the_token_it_came_by(house: House) -> None:
    caller = _stream(house)
    house.watch.ahead_s += 15 * 60
    assert not _is_good(house, caller)
