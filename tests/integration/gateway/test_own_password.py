"""Changing one's own password: the first one at once, none that was used, with all other sessions ended."""

from typing import Any

import httpx
import pytest

from shared.contracts.codes import Role
from tests.integration.gateway.conftest import PASSWORD, House

NEW = "a lively lilac tree"


def _change(house: House, new: str, present: str = PASSWORD) -> httpx.Response:
    return house.ask("POST", "/api/v1/me/password", by="li", json={"password": present, "new_password": new})


def _log_in(house: House, password: str, login: str = "li") -> httpx.Response:
    body = {"grant_type": "password", "username": login, "password": password}
    return house.ask("POST", "/api/v1/auth/token", json=body)


def _bearer(granted: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {granted.json()['access_token']}"}


def test_a_changed_password_holds_and_ends_the_other_sessions(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    other = _bearer(_log_in(house, PASSWORD))
    assert house.ask("GET", "/api/v1/me", headers=other).status_code == 200
    changed = _change(house, NEW)
    assert changed.status_code == 200, changed.text
    assert changed.headers["ETag"] == '"2"'
    assert house.ask("GET", "/api/v1/me", headers=other).status_code == 401
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 200
    assert _log_in(house, PASSWORD).status_code == 401
    assert _log_in(house, NEW).status_code == 200


def test_a_reset_password_is_changed_before_anything_else(house: House) -> None:
    li = house.account("li", Role.COORDINATOR)
    house.account("security", Role.SECURITY_ADMINISTRATOR)
    given = house.ask("POST", f"/api/v1/accounts/{li.id}/password", by="security").json()["password"]
    granted = _log_in(house, given)
    assert granted.json()["duties"] == ["change_password"]
    for method, path in (("GET", "/api/v1/cases"), ("POST", "/api/v1/clues"), ("GET", "/api/v1/work")):
        refused = house.ask(method, path, headers=_bearer(granted))
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.password-change-needed")
    body = {"password": given, "new_password": NEW}
    assert house.ask("POST", "/api/v1/me/password", headers=_bearer(granted), json=body).status_code == 200
    assert house.ask("GET", "/api/v1/cases", headers=_bearer(granted)).status_code == 200
    assert _log_in(house, NEW).json()["duties"] == []


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"password": "not the password"}, "auth.password-wrong", "password"),
        ({"new_password": "kurz"}, "invalid-field", "new_password"),
        ({"new_password": "password-2026"}, "auth.password-weak", "new_password"),
        ({"new_password": PASSWORD}, "auth.password-weak", "new_password"),
        ({"new_password": "aaaaaaaaaaaaaa"}, "auth.password-weak", "new_password"),
        ({"new_password": None}, "invalid-field", "new_password"),
    ],
)
def test_a_bad_change_names_the_field_and_never_the_password(
    house: House, body: dict[str, Any], code: str, field: str
) -> None:
    house.account("li", Role.COORDINATOR)
    given = {"password": PASSWORD, "new_password": NEW, **body}
    refused = house.ask("POST", "/api/v1/me/password", by="li", json=given)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, field)
    assert not any(word in refused.text for word in given.values() if word)
    assert _log_in(house, PASSWORD).status_code == 200


def test_the_last_five_passwords_do_not_come_again(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    used = [PASSWORD]
    for count in range(5):
        assert _change(house, f"{NEW} {count}", used[-1]).status_code == 200
        used.append(f"{NEW} {count}")
    for former in used[1:]:
        assert _change(house, former, used[-1]).json()["facts"]["reason"] == "password_used_before"
    assert _change(house, used[0], used[-1]).status_code == 200


def test_guessing_the_present_password_of_an_open_session_locks_too(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    for _ in range(5):
        assert _change(house, NEW, "not the password").status_code == 422
    assert _change(house, NEW).json()["code"] == "auth.password-wrong"
    assert _log_in(house, PASSWORD).status_code == 401
