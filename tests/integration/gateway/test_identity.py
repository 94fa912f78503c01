"""Logging in, staying in, being locked out, being thrown out; accounts made and ended."""

import json
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gateway.auth.accounts import Accounts
from gateway.schemas.accounts import SeedAccount
from gateway.seed_accounts import seed
from gateway.storage.tables import account, account_log, session
from shared.contracts.codes import Role
from shared.ids import new_id
from tests.integration.gateway.conftest import PASSWORD, House

TOKEN = "/api/v1/auth/token"


def _log_in(house: House, login: str = "li", password: str = PASSWORD, **more: Any) -> httpx.Response:
    body = {"grant_type": "password", "username": login, "password": password}
    return house.ask("POST", TOKEN, **{"json": body, **more})


def _refresh(house: House, token: str) -> httpx.Response:
    return house.ask("POST", TOKEN, json={"grant_type": "refresh_token", "refresh_token": token})


def test_a_person_logs_in_and_is_known(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    granted = _log_in(house)
    assert granted.status_code == 200
    assert granted.json()["expires_in"] == 900
    me = house.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {granted.json()['access_token']}"})
    assert (me.json()["login"], me.json()["roles"]) == ("li", ["coordinator"])
    assert "argon2" not in me.text


def test_a_form_does_as_well_as_json(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    form = {"grant_type": "password", "username": "LI ", "password": PASSWORD, "scope": "", "client_id": ""}
    assert house.ask("POST", TOKEN, data=form).status_code == 200


def test_a_system_gets_a_token_by_its_secret_and_no_refresh_token(house: House) -> None:
    house.account("agriculture-system", Role.AGENCY_SYSTEM, "agriculture")
    body = {"grant_type": "client_credentials", "client_id": "agriculture-system", "client_secret": PASSWORD}
    granted = house.ask("POST", TOKEN, json=body)
    assert granted.status_code == 200
    assert granted.json()["refresh_token"] is None


def test_a_system_does_not_log_in_as_a_person_nor_a_person_as_a_system(house: House) -> None:
    house.account("agriculture-system", Role.AGENCY_SYSTEM, "agriculture")
    house.account("li", Role.COORDINATOR)
    as_system = {"grant_type": "client_credentials", "client_id": "li", "client_secret": PASSWORD}
    assert _log_in(house, "agriculture-system").status_code == 401
    assert house.ask("POST", TOKEN, json=as_system).status_code == 401


def test_unknown_wrong_locked_and_disabled_give_the_same_answer(house: House) -> None:
    house.account("wrong", Role.COORDINATOR)
    house.account("locked", Role.COORDINATOR)
    gone = house.account("gone", Role.COORDINATOR)
    house.account("admin", Role.ADMINISTRATOR)
    house.ask("POST", f"/api/v1/accounts/{gone.id}/disable", by="admin")
    for _ in range(5):
        _log_in(house, "locked", "not the password")
    answers = [
        _log_in(house, "nobody"),
        _log_in(house, "wrong", "not the password"),
        _log_in(house, "locked"),
        _log_in(house, "gone"),
    ]
    documents = [{**answer.json(), "correlation_id": None} for answer in answers]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert documents == [documents[0]] * 4


def test_an_unknown_login_takes_as_long_as_a_wrong_password(house: House) -> None:
    logins = [f"known-{count}" for count in range(9)]
    for login in logins:
        house.account(login, Role.COORDINATOR)

    def taken(login: str) -> float:
        began = time.perf_counter()
        assert _log_in(house, login, "not the password").status_code == 401
        return time.perf_counter() - began

    known = statistics.median(taken(login) for login in logins)
    unknown = statistics.median(taken(f"un{login}") for login in logins)
    # Most of it is Argon2id, which neither goes without.
    assert 0.5 < unknown / known < 2


def test_five_failures_lock_for_thirty_minutes(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    for _ in range(5):
        assert _log_in(house, password="not the password").status_code == 401
    assert _log_in(house).status_code == 401
    house.clock.at += timedelta(minutes=30)
    assert _log_in(house).status_code == 200


def test_a_success_forgets_the_failures_before_it(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    for _ in range(3):
        for _ in range(4):
            _log_in(house, password="not the password")
        assert _log_in(house).status_code == 200


def test_a_refresh_token_is_good_for_one_use(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    first = _log_in(house).json()["refresh_token"]
    second = _refresh(house, first).json()["refresh_token"]
    assert second not in (None, first)
    assert _refresh(house, second).status_code == 200


def test_a_spent_refresh_token_shown_again_ends_the_session(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    first = _log_in(house).json()["refresh_token"]
    second = _refresh(house, first).json()["refresh_token"]
    assert _refresh(house, first).status_code == 401
    assert _refresh(house, second).status_code == 401


def test_a_session_ends_after_twelve_hours_however_often_it_is_refreshed(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    token = _log_in(house).json()["refresh_token"]
    for _ in range(35):
        house.clock.at += timedelta(minutes=20)
        token = _refresh(house, token).json()["refresh_token"]
    house.clock.at += timedelta(minutes=20)
    assert _refresh(house, token).status_code == 401


def test_a_session_ends_after_half_an_hour_without_use(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    token = _log_in(house).json()["refresh_token"]
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 200
    house.clock.at += timedelta(minutes=29)
    house.watch.ahead_s += 60
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 200
    house.clock.at += timedelta(minutes=30)
    house.watch.ahead_s += 60
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 401
    assert _refresh(house, token).status_code == 401


def test_neither_passwords_nor_refresh_tokens_are_stored_as_they_are(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    token = _log_in(house).json()["refresh_token"]
    with house.engine.connect() as connection:
        assert connection.scalar(sa.select(account.c.password_hash)).startswith("$argon2id$")  # type: ignore[union-attr]
        assert token.encode() not in connection.scalars(sa.select(session.c.refresh_digest)).all()


def test_a_disabled_account_is_out_at_once_here_and_within_a_minute_elsewhere(house: House) -> None:
    li = house.account("li", Role.COORDINATOR)
    house.account("admin", Role.ADMINISTRATOR)
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 200
    with house.engine.begin() as connection:  # as another gateway would
        connection.execute(sa.update(account).where(account.c.id == li.id).values(disabled_at=house.clock.now()))
    house.watch.ahead_s += 60
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 401
    assert house.ask("GET", "/api/v1/me", by="admin").status_code == 200
    assert house.ask("POST", f"/api/v1/accounts/{li.id}/disable", by="admin").json()["disabled_at"]


def test_logging_out_ends_the_session_and_its_tokens(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    assert house.ask("POST", "/api/v1/auth/logout", by="li").status_code == 204
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 401


WANG = {
    "login": "wang",
    "name": "王某",
    "roles": ["township_officer"],
    "org_code": "640521100",
    "jurisdiction": "640521100",
    "password": PASSWORD,
}


def test_the_system_administrator_makes_an_account_once_and_it_can_do_nothing_yet(house: House) -> None:
    house.account("admin", Role.ADMINISTRATOR)
    key = {"Idempotency-Key": "make-wang"}
    made = house.ask("POST", "/api/v1/accounts", by="admin", json=WANG, headers=key)
    assert made.status_code == 201, made.text
    assert PASSWORD not in made.text
    assert made.headers["ETag"] == '"1"'
    assert made.headers["Location"].endswith(made.json()["account"]["id"])
    assert (made.json()["account"]["roles"], made.json()["grant"]["state"]) == ([], "proposed")
    assert house.ask("POST", "/api/v1/accounts", by="admin", json=WANG, headers=key).json() == made.json()
    assert house.ask("POST", "/api/v1/accounts", by="admin", json=WANG).json()["code"] == "auth.login-taken"
    me = house.ask("GET", "/api/v1/me", by="wang").json()
    assert (me["name"], me["roles"], me["must_change_password"]) == ("王某", [], True)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"password": "short"}, "invalid-field", "password"),
        ({"password": "password-2026"}, "auth.password-weak", "password"),
        ({"password": "Wang-goes-fishing"}, "auth.password-weak", "password"),
        ({"roles": []}, "invalid-field", "roles"),
        ({"login": "王"}, "invalid-field", "login"),
        ({"roles": ["king"]}, "invalid-field", "roles.0"),
        ({"roles": ["administrator", "coordinator"]}, "auth.roles-incompatible", "roles"),
        ({"roles": ["agency_officer"]}, "auth.organisation-wrong", "org_code"),
        # A township is worked for by its township officers.
        ({"roles": ["agency_officer"], "org_code": "township"}, "auth.organisation-wrong", "org_code"),
        ({"jurisdiction": "640521"}, "auth.jurisdiction-wrong", "jurisdiction"),
        ({"jurisdiction": "640521999"}, "division.unknown", "jurisdiction"),
        ({"org_code": "640521999"}, "division.unknown", "org_code"),
        ({"roles": ["coordinator"], "jurisdiction": "999999"}, "division.unknown", "jurisdiction"),
        # A city is no county.
        ({"roles": ["coordinator"], "jurisdiction": "640500"}, "division.unknown", "jurisdiction"),
        ({"id": "1"}, "invalid-field", "id"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(
    house: House, changes: dict[str, Any], code: str, field: str
) -> None:
    house.account("admin", Role.ADMINISTRATOR)
    refused = house.ask("POST", "/api/v1/accounts", by="admin", json={**WANG, **changes})
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["field"]) == (code, field)


def _reset(house: House, account_id: Any) -> httpx.Response:
    return house.ask("POST", f"/api/v1/accounts/{account_id}/password", by="security")


def _acts(house: House, account_id: Any) -> list[tuple[str, Any]]:
    with house.engine.connect() as connection:
        asked = sa.select(account_log.c.act, account_log.c.by_id).where(account_log.c.account_id == account_id)
        return [(row.act, row.by_id) for row in connection.execute(asked.order_by(account_log.c.id))]


def test_the_security_administrator_sets_a_new_password(house: House) -> None:
    li, security = house.account("li", Role.COORDINATOR), house.account("security", Role.SECURITY_ADMINISTRATOR)
    refresh = _log_in(house).json()["refresh_token"]
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 200
    answer = _reset(house, li.id)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["account"]["login"], made["account"]["version"]) == ("li", 2)
    assert house.ask("GET", "/api/v1/me", by="li").status_code == 401
    assert _refresh(house, refresh).status_code == 401
    assert _log_in(house).status_code == 401
    assert _log_in(house, password=made["password"]).json()["duties"] == ["change_password"]
    assert _reset(house, li.id).json()["password"] != made["password"]
    resets = [(act, by) for act, by in _acts(house, li.id) if act == "password_reset"]
    assert resets == [("password_reset", security.id)] * 2


def test_a_new_password_unlocks(house: House) -> None:
    li = house.account("li", Role.COORDINATOR)
    house.account("security", Role.SECURITY_ADMINISTRATOR)
    for _ in range(5):
        _log_in(house, password="wrong")
    assert _log_in(house).status_code == 401
    assert ("login_locked", None) in _acts(house, li.id)
    assert _log_in(house, password=_reset(house, li.id).json()["password"]).status_code == 200


def test_a_system_is_out_at_once_by_a_new_secret(house: House) -> None:
    system = house.account("ag-system", Role.AGENCY_SYSTEM, "agriculture")
    house.account("security", Role.SECURITY_ADMINISTRATOR)
    assert house.ask("GET", "/api/v1/me", by="ag-system").status_code == 200
    made = _reset(house, system.id).json()
    assert house.ask("GET", "/api/v1/me", by="ag-system").status_code == 401
    grant = {"grant_type": "client_credentials", "client_id": "ag-system", "client_secret": made["password"]}
    # A machine has no page on which it could change what it was given.
    assert house.ask("POST", TOKEN, json=grant).json()["duties"] == []


def test_an_account_that_ended_or_never_was_gets_no_password(house: House) -> None:
    li = house.account("li", Role.COORDINATOR)
    house.account("security", Role.SECURITY_ADMINISTRATOR)
    assert _reset(house, new_id()).status_code == 404
    assert house.ask("POST", f"/api/v1/accounts/{li.id}/disable", by="security").status_code == 200
    refused = _reset(house, li.id)
    assert (refused.status_code, refused.json()["code"]) == (409, "auth.account-disabled")
    assert "password_reset" not in [act for act, _ in _acts(house, li.id)]


def test_a_stale_version_changes_no_account(house: House) -> None:
    li = house.account("li", Role.COORDINATOR)
    house.three()
    for by, what in (("system", "disable"), ("security", "password"), ("security", "second-factor/reset")):
        stale = house.ask("POST", f"/api/v1/accounts/{li.id}/{what}", by=by, headers={"If-Match": '"7"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    assert house.ask("GET", "/api/v1/me", by="li").json()["version"] == 1


_ANY = "00000000-0000-0000-0000-000000000001"
_DONE_BY = {
    ("GET", "/accounts"): {"system", "security", "audit"},
    ("POST", "/accounts"): {"system"},
    ("POST", f"/accounts/{_ANY}/disable"): {"system", "security"},
    ("POST", f"/accounts/{_ANY}/enable"): {"system"},
    ("POST", f"/accounts/{_ANY}/password"): {"security"},
    ("POST", f"/accounts/{_ANY}/second-factor/reset"): {"security"},
    ("POST", f"/accounts/{_ANY}/sessions/revoke"): {"security"},
    ("GET", f"/accounts/{_ANY}/sessions"): {"security", "audit"},
    ("POST", f"/accounts/{_ANY}/grants"): {"system", "security"},
    ("GET", "/grants"): {"system", "security", "audit"},
    ("POST", f"/grants/{_ANY}/approve"): {"security"},
    ("POST", f"/grants/{_ANY}/reject"): {"system", "security"},
    ("GET", "/account-log"): {"audit"},
}


@pytest.mark.parametrize(("method", "path"), _DONE_BY)
def test_each_administrator_has_their_own_part_and_nobody_else_any(house: House, method: str, path: str) -> None:
    house.three()
    house.account("li", Role.COORDINATOR)
    allowed = {
        login
        for login in ("system", "security", "audit", "li")
        if house.ask(method, f"/api/v1{path}", by=login).status_code != 403
    }
    assert allowed == _DONE_BY[method, path]


def test_nobody_acts_on_their_own_account(house: House) -> None:
    admin = house.account("admin", Role.ADMINISTRATOR)
    security = house.account("security", Role.SECURITY_ADMINISTRATOR)
    for by, id_, what in (
        ("admin", admin.id, "disable"),
        ("security", security.id, "disable"),
        ("security", security.id, "password"),
        ("security", security.id, "second-factor/reset"),
    ):
        assert house.ask("POST", f"/api/v1/accounts/{id_}/{what}", by=by).json()["code"] == "auth.own-account"


def test_the_last_of_each_administrator_is_not_disabled(house: House) -> None:
    house.three()
    ids = {one["login"]: one["id"] for one in house.ask("GET", "/api/v1/accounts", by="audit").json()["items"]}
    for by, whom in (("security", "system"), ("system", "security"), ("system", "audit")):
        refused = house.ask("POST", f"/api/v1/accounts/{ids[whom]}/disable", by=by)
        assert (refused.status_code, refused.json()["code"]) == (409, "auth.last-administrator")
    house.account("second", Role.AUDIT_ADMINISTRATOR)
    assert house.ask("POST", f"/api/v1/accounts/{ids['audit']}/disable", by="system").status_code == 200


def test_a_list_of_guesses_from_one_address_is_stopped_whatever_it_names(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    for count in range(50):
        assert _log_in(house, f"nobody-{count}").status_code == 401
    for login in ("li", "nobody-0"):
        stopped = _log_in(house, login)
        assert (stopped.status_code, stopped.json()["code"]) == (429, "http.too-often")
        assert 0 < int(stopped.headers["Retry-After"]) <= 15 * 60 + 1
    house.clock.at += timedelta(minutes=15)
    assert _log_in(house).status_code == 200


def test_logins_that_succeed_do_not_count_against_their_address(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    for _ in range(55):
        assert _log_in(house).status_code == 200


def test_accounts_are_listed_page_by_page(house: House) -> None:
    for login in ("admin", "b1", "b2"):
        house.account(login, Role.ADMINISTRATOR)
    first = house.ask("GET", "/api/v1/accounts", by="admin", params={"limit": 2, "with_total": True}).json()
    assert ([a["login"] for a in first["items"]], first["total"]) == (["admin", "b1"], 3)
    rest = house.ask("GET", "/api/v1/accounts", by="admin", params={"cursor": first["next_cursor"]}).json()
    assert ([a["login"] for a in rest["items"]], rest["next_cursor"]) == (["b2"], None)
    assert house.ask("GET", "/api/v1/accounts", by="admin", params={"cursor": "b1"}).json()["code"] == "cursor-invalid"


def test_seeding_twice_makes_each_account_once(house: House, tmp_path: Path) -> None:
    listed = {
        "login": "coordinator",
        "name": "县联合执法协调员",
        "roles": ["coordinator"],
        "org_code": "640521",
        "jurisdiction": "640521",
        "password": "abcd-efgh-jkmn-pqrs",
    }
    file = tmp_path / "accounts.json"
    file.write_text(json.dumps([listed], ensure_ascii=False), encoding="utf-8")
    wanted = [SeedAccount.model_validate(entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    assert [seed(Accounts(house.engine, house.clock), wanted) for _ in range(2)] == [1, 0]
    assert _log_in(house, "coordinator", "abcd-efgh-jkmn-pqrs").json()["duties"] == ["change_password"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"grant_type": "password", "username": "li"}, "password"),
        ({"grant_type": "password", "password": "x"}, "username"),
        ({"grant_type": "magic"}, "grant_type"),
        ({"grant_type": "refresh_token"}, "refresh_token"),
        ({"grant_type": "client_credentials", "client_id": "x"}, "client_secret"),
        ({}, "grant_type"),
    ],
)
def test_an_incomplete_token_request_names_what_is_missing(house: House, body: dict[str, Any], field: str) -> None:
    refused = house.ask("POST", TOKEN, json=body)
    assert (refused.status_code, refused.json()["field"]) == (422, field)
