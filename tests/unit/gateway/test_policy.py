"""What an account does before anything else, and how the console's cookie is told from another site's."""

import pytest
from starlette.requests import Request

from gateway.auth import console_cookie
from gateway.auth.codes import AccountDuty, LoginMethod
from gateway.auth.errors import CsrfTokenWrong, EnrolmentNeeded, PasswordChangeNeeded
from gateway.auth.policy import Policy, require_none
from gateway.settings import GatewaySettings
from shared.contracts.codes import Role

STRICT = Policy(second_factor_roles=frozenset({Role.COORDINATOR}))
_CHANGE, _ENROL = AccountDuty.CHANGE_PASSWORD, AccountDuty.ENROL_SECOND_FACTOR


@pytest.mark.parametrize(
    ("role", "method", "must_change", "second_factor", "duties"),
    [
        (Role.COORDINATOR, LoginMethod.PASSWORD, True, False, (_CHANGE, _ENROL)),
        (Role.COORDINATOR, LoginMethod.PASSWORD, False, False, (_ENROL,)),
        (Role.COORDINATOR, LoginMethod.PASSWORD, False, True, ()),
        (Role.TOWNSHIP_OFFICER, LoginMethod.PASSWORD, False, False, ()),
        # A provider sees to its own passwords and devices; a system has neither.
        (Role.COORDINATOR, LoginMethod.OPENID, True, False, ()),
        (Role.AGENCY_SYSTEM, LoginMethod.SYSTEM_SECRET, True, False, ()),
    ],
)
def test_duties_follow_from_role_and_way_in(
    role: Role, method: LoginMethod, must_change: bool, second_factor: bool, duties: tuple[AccountDuty, ...]
) -> None:
    found = STRICT.duties(frozenset({role}), method, must_change=must_change, second_factor=second_factor)
    assert found == duties


def test_the_first_duty_is_the_one_told() -> None:
    require_none(())
    with pytest.raises(PasswordChangeNeeded):
        require_none((_CHANGE, _ENROL))
    with pytest.raises(EnrolmentNeeded):
        require_none((_ENROL,))


def _request(method: str, token: str | None) -> Request:
    headers = [] if token is None else [(b"x-csrf-token", token.encode())]
    return Request({"type": "http", "method": method, "headers": headers})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("token", [None, "", "0" * 64, console_cookie.csrf_token("another"), "令牌"])
def test_a_change_by_cookie_shows_the_token_of_that_cookie(method: str, token: str | None) -> None:
    with pytest.raises(CsrfTokenWrong):
        console_cookie.check(_request(method, token), "value")
    console_cookie.check(_request(method, console_cookie.csrf_token("value")), "value")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_by_cookie_shows_none(method: str) -> None:
    console_cookie.check(_request(method, None), "value")


def test_the_cookies_value_does_not_stand_in_the_token() -> None:
    assert "value" not in console_cookie.csrf_token("value")
    assert console_cookie.name(secure=True).startswith("__Host-")


def test_roles_are_set_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUS_URL", "GATEWAY_DSN", "SIGNING_KEY", "SECRETS_KEY"):
        monkeypatch.setenv(f"TIANWEI_{name}", "x")
    monkeypatch.setenv("TIANWEI_SECOND_FACTOR_ROLES", "administrator, coordinator")
    assert GatewaySettings().second_factor_roles == {Role.ADMINISTRATOR, Role.COORDINATOR}
    monkeypatch.setenv("TIANWEI_SECOND_FACTOR_ROLES", "")
    assert GatewaySettings().second_factor_roles == frozenset()
