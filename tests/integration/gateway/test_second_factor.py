"""The second factor: enrolled, shown once and never again, required by role, replaced by recovery codes, taken away."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gateway.auth import totp
from gateway.auth.policy import Policy
from gateway.storage.tables import recovery_code, second_factor
from shared.contracts.codes import Role
from tests.integration.gateway.conftest import PASSWORD, House

TOKEN = "/api/v1/auth/token"
FACTOR = "/api/v1/me/second-factor"


def _log_in(house: House, otp: str | None = None, password: str = PASSWORD) -> httpx.Response:
    body = {"grant_type": "password", "username": "li", "password": password}
    return house.ask("POST", TOKEN, json=body if otp is None else {**body, "otp": otp})


def _enrol(house: House) -> tuple[str, list[str]]:
    """The secret of li's device, and the recovery codes."""
    begun = house.ask("POST", FACTOR, by="li", json={"password": PASSWORD})
    assert begun.status_code == 200, begun.text
    secret = str(begun.json()["secret"])
    done = house.ask("POST", f"{FACTOR}/confirm", by="li", json={"code": totp.code(secret, house.clock.now())})
    assert done.status_code == 200, done.text
    house.clock.at += timedelta(seconds=30)  # the code that confirmed is spent
    codes: list[str] = done.json()["codes"]
    return secret, codes


@pytest.fixture
def li(house: House) -> Any:
    return house.account("li", Role.COORDINATOR)


@pytest.mark.usefixtures("li")
def test_enrolment_gives_a_secret_a_picture_and_recovery_codes(house: House) -> None:
    begun = house.ask("POST", FACTOR, by="li", json={"password": PASSWORD}).json()
    assert begun["secret"] in begun["address"]
    assert begun["qr_code"].startswith("data:image/svg+xml")
    assert _log_in(house).status_code == 200  # not in force before a first code was shown
    secret, codes = _enrol(house)
    assert secret != begun["secret"]
    assert len(set(codes)) == 10
    assert house.ask("GET", "/api/v1/me", by="li").json()["second_factor"] is True


@pytest.mark.usefixtures("li")
def test_with_a_second_factor_the_password_alone_lets_nobody_in(house: House) -> None:
    secret, _ = _enrol(house)
    asked = _log_in(house)
    assert (asked.status_code, asked.json()["code"], asked.json()["field"]) == (401, "auth.second-factor-needed", "otp")
    assert _log_in(house, totp.code(secret, house.clock.now())).status_code == 200
    assert _log_in(house, "000000").json()["code"] == "auth.second-factor-refused"
    # Who does not know the password does not learn that there is a second factor.
    assert _log_in(house, "000000", "not the password").json()["code"] == "auth.login-refused"


@pytest.mark.usefixtures("li")
def test_a_code_is_good_once_and_none_before_it_ever_again(house: House) -> None:
    secret, _ = _enrol(house)
    shown, earlier = totp.code(secret, house.clock.now()), totp.code(secret, house.clock.now() - timedelta(seconds=30))
    assert _log_in(house, shown).status_code == 200
    for replayed in (shown, earlier):
        assert _log_in(house, replayed).json()["code"] == "auth.second-factor-refused"
    house.clock.at += timedelta(seconds=30)
    assert _log_in(house, totp.code(secret, house.clock.now())).status_code == 200


@pytest.mark.usefixtures("li")
def test_five_wrong_codes_lock_as_five_wrong_passwords_do(house: House) -> None:
    secret, _ = _enrol(house)
    for _ in range(5):
        assert _log_in(house, "000000").status_code == 401
    right = totp.code(secret, house.clock.now())
    assert _log_in(house, right).json()["code"] == "auth.login-refused"
    house.clock.at += timedelta(minutes=30)
    assert _log_in(house, totp.code(secret, house.clock.now())).status_code == 200


@pytest.mark.usefixtures("li")
def test_a_recovery_code_is_good_once(house: House) -> None:
    _, codes = _enrol(house)
    assert _log_in(house, codes[3].upper().replace("-", " ")).status_code == 200
    assert _log_in(house, codes[3]).json()["code"] == "auth.second-factor-refused"
    assert _log_in(house, codes[4]).status_code == 200


@pytest.mark.usefixtures("li")
def test_new_recovery_codes_end_the_old_ones(house: House) -> None:
    secret, old = _enrol(house)
    path = f"{FACTOR}/recovery-codes"
    assert house.ask("POST", path, by="li", json={"code": "000000"}).json()["field"] == "code"
    made = house.ask("POST", path, by="li", json={"code": totp.code(secret, house.clock.now())})
    assert _log_in(house, old[0]).status_code == 401
    assert _log_in(house, made.json()["codes"][0]).status_code == 200


@pytest.mark.usefixtures("li")
def test_enrolment_asks_for_the_password_and_for_a_right_code(house: House) -> None:
    wrong = house.ask("POST", FACTOR, by="li", json={"password": "not the password"})
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (422, "auth.password-wrong", "password")
    absent = house.ask("POST", f"{FACTOR}/confirm", by="li", json={"code": "123456"})
    assert (absent.status_code, absent.json()["code"]) == (409, "auth.second-factor-absent")
    house.ask("POST", FACTOR, by="li", json={"password": PASSWORD})
    refused = house.ask("POST", f"{FACTOR}/confirm", by="li", json={"code": "000000"})
    assert (refused.status_code, refused.json()["field"]) == (422, "code")
    _enrol(house)
    again = house.ask("POST", FACTOR, by="li", json={"password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (409, "auth.second-factor-enrolled")


@pytest.mark.usefixtures("li")
def test_a_role_that_needs_it_does_nothing_before_it_is_enrolled(house: House) -> None:
    sessions = house.app.state.parts.sessions
    sessions.policy = Policy(second_factor_roles=frozenset({Role.COORDINATOR}), cookie_secure=False)
    assert _log_in(house).json()["duties"] == ["enrol_second_factor"]
    for path in ("/api/v1/cases", "/api/v1/me/deadlines", "/api/v1/agencies"):
        refused = house.ask("GET", path, by="li")
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.second-factor-enrolment-needed")
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 200
    secret, _ = _enrol(house)
    assert house.ask("GET", "/api/v1/cases", by="li").status_code == 200
    assert _log_in(house, totp.code(secret, house.clock.now())).json()["duties"] == []


def test_only_the_security_administrator_takes_it_away_and_the_log_says_so(house: House, li: Any) -> None:
    house.three()
    secret, codes = _enrol(house)
    path = f"/api/v1/accounts/{li.id}/second-factor/reset"
    for by in ("system", "audit", "li"):
        assert house.ask("POST", path, by=by).status_code == 403
    reset = house.ask("POST", path, by="security")
    assert (reset.status_code, reset.json()["second_factor"]) == (200, False)
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 401
    assert _log_in(house).status_code == 200
    log = house.ask("GET", "/api/v1/account-log", by="audit", params={"account_id": str(li.id)}).json()["items"]
    resets = [entry for entry in log if entry["act"] == "second_factor_reset"]
    assert [entry["by_name"] for entry in resets] == ["security 的姓名"]
    assert house.ask("POST", path, by="security").status_code == 200  # there is none any more: nothing to tell
    assert secret not in str(log)
    assert not any(code in str(log) for code in codes)


@pytest.mark.parametrize("first", ["password", "second-factor/reset"])
def test_nobody_alone_resets_both_secrets_of_an_account_with_large_rights(house: House, li: Any, first: str) -> None:
    house.three()
    house.account("second", Role.SECURITY_ADMINISTRATOR)
    _enrol(house)
    (other,) = {"password", "second-factor/reset"} - {first}

    def reset(what: str, by: str) -> httpx.Response:
        return house.ask("POST", f"/api/v1/accounts/{li.id}/{what}", by=by)

    assert reset(first, "security").status_code == 200
    refused = reset(other, "security")
    assert (refused.status_code, refused.json()["code"]) == (409, "auth.reset-by-another")
    assert reset(first, "security").status_code == 200  # the same again opens nothing more
    assert reset(other, "second").status_code == 200


def test_both_secrets_of_an_ordinary_account_are_reset_by_one(house: House) -> None:
    house.three()
    wang = house.account("wang", Role.OFFICE_DIRECTOR)
    for what in ("password", "second-factor/reset"):
        assert house.ask("POST", f"/api/v1/accounts/{wang.id}/{what}", by="security").status_code == 200


@pytest.mark.usefixtures("li")
def test_neither_the_secret_nor_the_codes_are_stored_as_they_are(house: House) -> None:
    secret, codes = _enrol(house)
    with house.engine.connect() as connection:
        assert secret not in str(connection.scalar(sa.select(second_factor.c.sealed)))
        digests = connection.scalars(sa.select(recovery_code.c.digest)).all()
    assert len(digests) == 10
    assert all(code.encode() not in digests for code in codes)
