"""The console's cookie: what a browser holds, how a change by it is told from another site's, how it ends."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gateway.auth.policy import Policy
from gateway.storage.tables import session
from shared.contracts.codes import Role
from shared.ids import new_id
from tests.integration.gateway.conftest import PASSWORD, House

SESSION = "/api/v1/auth/session"
ME = "/api/v1/me"


def _open(house: House, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return house.ask("POST", SESSION, json={"username": "li", "password": password}, **more)


class Browser:
    """Sends its cookie, and the token where it is told to."""

    def __init__(self, house: House) -> None:
        self._house = house
        opened = _open(house, headers={"User-Agent": "Browser 1.0"})
        assert opened.status_code == 201, opened.text
        self.answer = opened.json()
        self.cookie = opened.headers["set-cookie"].partition(";")[0]

    def ask(self, method: str, path: str, *, csrf: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Cookie": self.cookie, **({} if csrf is None else {"X-CSRF-Token": csrf})}
        return self._house.ask(method, path, headers=headers, **more)


@pytest.fixture
def li(house: House) -> Any:
    return house.account("li", Role.COORDINATOR)


@pytest.fixture
def browser(house: House, li: Any) -> Browser:
    assert li
    return Browser(house)


@pytest.mark.usefixtures("li")
@pytest.mark.parametrize("secure", [True, False])
def test_no_script_reads_the_cookie_and_no_other_site_sends_it(house: House, secure: bool) -> None:
    house.app.state.parts.sessions.policy = Policy(cookie_secure=secure)
    told = _open(house).headers["set-cookie"]
    (morsel,) = SimpleCookie(told).values()
    assert morsel.key == ("__Host-tianwei-session" if secure else "tianwei-session")
    assert (morsel["httponly"], morsel["samesite"], morsel["path"], morsel["domain"]) == (True, "lax", "/", "")
    assert bool(morsel["secure"]) is secure


def test_the_cookie_lets_its_owner_read(browser: Browser) -> None:
    assert browser.ask("GET", ME).json()["login"] == "li"
    shown = browser.ask("GET", SESSION).json()
    assert shown == browser.answer
    assert (shown["idle_s"], shown["duties"], shown["account"]["login"]) == (1800, [], "li")


@pytest.mark.parametrize("csrf", [None, "", "0" * 64])
def test_a_change_by_cookie_without_its_token_is_refused(house: House, browser: Browser, csrf: str | None) -> None:
    for method, path in (("POST", "/api/v1/clues"), ("DELETE", f"/api/v1/me/sessions/{new_id()}")):
        refused = browser.ask(method, path, csrf=csrf)
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.csrf-token-wrong")
        assert refused.json()["field"] == "X-CSRF-Token"
    another = Browser(house).answer["csrf_token"]
    assert browser.ask("POST", "/api/v1/auth/logout", csrf=another).status_code == 403
    assert browser.ask("GET", ME).status_code == 200


def test_a_change_by_cookie_with_its_token_is_made(browser: Browser) -> None:
    token = browser.answer["csrf_token"]
    changed = browser.ask(
        "POST", "/api/v1/me/password", csrf=token, json={"password": PASSWORD, "new_password": "a lively lilac tree"}
    )
    assert changed.status_code == 200, changed.text
    assert browser.ask("GET", ME).status_code == 200


def test_a_bearer_needs_no_token_and_its_header_goes_before_the_cookie(house: House, browser: Browser) -> None:
    house.account("wang", Role.AGENCY_OFFICER, "agriculture")
    assert house.ask("POST", "/api/v1/me/calendar", by="wang").status_code == 201
    both = house.ask("GET", ME, by="wang", headers={"Cookie": browser.cookie})
    assert both.json()["login"] == "wang"
    assert house.ask("GET", SESSION, by="wang").json()["csrf_token"] is None


@pytest.mark.usefixtures("li")
def test_no_form_of_another_site_logs_anybody_in(house: House) -> None:
    form = house.ask("POST", SESSION, data={"username": "li", "password": PASSWORD})
    assert (form.status_code, form.json()["code"]) == (415, "http.media-type")
    assert "set-cookie" not in form.headers


@pytest.mark.usefixtures("li")
def test_a_refused_login_sets_no_cookie_and_names_what_is_missing(house: House) -> None:
    refused = _open(house, "not the password")
    assert (refused.status_code, refused.json()["code"]) == (401, "auth.login-refused")
    assert "set-cookie" not in refused.headers
    missing = house.ask("POST", SESSION, json={"username": "li"})
    assert (missing.status_code, missing.json()["field"]) == (422, "password")
    odd = house.ask("POST", SESSION, json={"username": "li", "password": PASSWORD, "roles": ["coordinator"]})
    assert (odd.status_code, odd.json()["field"]) == (422, "roles")


def test_logging_out_ends_the_session_and_drops_the_cookie(browser: Browser) -> None:
    out = browser.ask("POST", "/api/v1/auth/logout", csrf=browser.answer["csrf_token"])
    assert out.status_code == 204
    (morsel,) = SimpleCookie(out.headers["set-cookie"]).values()
    assert (morsel.value, morsel["max-age"]) == ("", "0")
    assert browser.ask("GET", ME).status_code == 401


def test_the_cookie_ends_when_unused_and_at_the_latest_after_twelve_hours(house: House, browser: Browser) -> None:
    for _ in range(24):
        house.clock.at += timedelta(minutes=29)
        house.watch.ahead_s += 31
        assert browser.ask("GET", ME).status_code == 200
    house.clock.at += timedelta(minutes=29)
    house.watch.ahead_s += 31
    assert browser.ask("GET", ME).status_code == 401
    idle = Browser(house)
    house.clock.at += timedelta(minutes=30)
    house.watch.ahead_s += 31
    assert idle.ask("GET", ME).status_code == 401


def test_a_cookie_is_no_refresh_token_nor_a_refresh_token_a_cookie(house: House, browser: Browser) -> None:
    assert browser.ask("GET", ME).status_code == 200  # is remembered from now on
    name, _, value = browser.cookie.partition("=")
    body = {"grant_type": "refresh_token", "refresh_token": value}
    assert house.ask("POST", "/api/v1/auth/token", json=body).status_code == 401
    grant = {"grant_type": "password", "username": "li", "password": PASSWORD}
    refresh = house.ask("POST", "/api/v1/auth/token", json=grant).json()["refresh_token"]
    assert house.ask("GET", ME, headers={"Cookie": f"{name}={refresh}"}).status_code == 401
    for token in (value, f"cookie {value}"):
        assert house.ask("GET", ME, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_one_sees_ones_own_sessions_and_ends_them(house: House, browser: Browser) -> None:
    house.account("wang", Role.AGENCY_OFFICER, "agriculture")
    wang = house.ask("GET", "/api/v1/me/sessions", by="wang").json()["items"]
    assert [(one["method"], one["by_cookie"], one["current"]) for one in wang] == [("password", False, True)]
    other = Browser(house)
    listed = browser.ask("GET", "/api/v1/me/sessions").json()["items"]
    assert {(one["client"], one["by_cookie"]) for one in listed} == {("Browser 1.0", True)}
    assert sorted(one["current"] for one in listed) == [False, True]
    (theirs,) = [one["id"] for one in listed if not one["current"]]
    csrf = browser.answer["csrf_token"]
    assert browser.ask("DELETE", f"/api/v1/me/sessions/{theirs}", csrf=csrf).status_code == 204
    assert other.ask("GET", ME).status_code == 401
    assert browser.ask("DELETE", f"/api/v1/me/sessions/{wang[0]['id']}", csrf=csrf).status_code == 404
    assert house.ask("GET", ME, by="wang").status_code == 200


def test_the_security_administrator_sees_and_ends_everything_an_account_is_in_by(
    house: House, browser: Browser, li: Any
) -> None:
    house.three()
    house.ask("GET", ME, by="li")
    feed = browser.ask("POST", "/api/v1/me/calendar", csrf=browser.answer["csrf_token"]).json()["address"]
    shown = house.ask("GET", f"/api/v1/accounts/{li.id}/sessions", by="audit").json()["items"]
    assert sorted(one["by_cookie"] for one in shown) == [False, True]
    revoked = house.ask("POST", f"/api/v1/accounts/{li.id}/sessions/revoke", by="security")
    assert revoked.json() == {"ended": 2}
    assert browser.ask("GET", ME).status_code == 401
    assert house.ask("GET", ME, by="li").status_code == 401
    assert house.ask("GET", feed).status_code == 401
    assert house.ask("POST", f"/api/v1/accounts/{new_id()}/sessions/revoke", by="security").status_code == 404


def test_what_another_gateway_has_ended_is_out_here_within_the_minute(house: House, browser: Browser) -> None:
    assert browser.ask("GET", ME).status_code == 200
    assert house.ask("GET", ME, by="li").status_code == 200
    with house.engine.begin() as connection:
        connection.execute(sa.update(session).values(revoked_at=house.clock.now()))
    house.watch.ahead_s += 60
    assert browser.ask("GET", ME).status_code == 401
    assert house.ask("GET", ME, by="li").status_code == 401


def test_the_cookies_value_is_not_stored_as_it_is(house: House, browser: Browser) -> None:
    with house.engine.connect() as connection:
        digests = connection.scalars(sa.select(session.c.refresh_digest)).all()
    assert browser.cookie.partition("=")[2].encode() not in digests
