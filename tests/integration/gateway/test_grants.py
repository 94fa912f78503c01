"""Rights: small ones given by one, large ones by two, never by oneself; and what becomes of a proposal."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.contracts.codes import Role
from tests.integration.gateway.conftest import House

COUNTY = {"org_code": "640521", "jurisdiction": "640521"}
TOWNSHIP = {"roles": ["township_officer"], "org_code": "640521100", "jurisdiction": "640521100"}
COORDINATOR = {"roles": ["coordinator"], **COUNTY}
CITY = {"roles": ["superior_reviewer"], "org_code": "6405", "jurisdiction": "6405"}


@pytest.fixture
def desk(house: House) -> House:
    """The three administrators, a second security administrator, and `li`, who directs the office."""
    house.three()
    house.account("second", Role.SECURITY_ADMINISTRATOR)
    house.account("li", Role.OFFICE_DIRECTOR)
    return house


def _id(house: House, login: str) -> str:
    listed = house.ask("GET", "/api/v1/accounts", by="audit").json()["items"]
    return str(next(one["id"] for one in listed if one["login"] == login))


def _propose(house: House, rights: dict[str, Any], by: str, whom: str = "li", **more: Any) -> httpx.Response:
    body = {"reason": "任职", **rights}
    return house.ask("POST", f"/api/v1/accounts/{_id(house, whom)}/grants", by=by, json=body, **more)


def _decide(house: House, grant: httpx.Response, verb: str, by: str) -> httpx.Response:
    body = {"json": {"reason": "不再需要"}} if verb == "reject" else {}
    return house.ask("POST", f"/api/v1/grants/{grant.json()['id']}/{verb}", by=by, **body)


def _roles(house: House, login: str = "li") -> list[str]:
    roles: list[str] = house.ask("GET", "/api/v1/me", by=login).json()["roles"]
    return roles


def test_the_security_administrator_gives_a_small_right_alone(desk: House) -> None:
    assert _roles(desk) == ["office_director"]
    granted = _propose(desk, {"roles": ["office_director", "group_head"], **COUNTY}, "security")
    assert granted.status_code == 201, granted.text
    assert (granted.json()["state"], granted.json()["grounds"]) == ("approved", [])
    assert _roles(desk) == ["group_head", "office_director"]  # at once, under the token of before


def test_what_the_system_administrator_proposes_the_security_administrator_approves(desk: House) -> None:
    proposed = _propose(desk, TOWNSHIP, "system")
    assert (proposed.json()["state"], proposed.json()["grounds"]) == ("proposed", [])
    assert _roles(desk) == ["office_director"]
    approved = _decide(desk, proposed, "approve", "security")
    assert (approved.json()["state"], approved.json()["decider_name"]) == ("approved", "security 的姓名")
    assert _roles(desk) == ["township_officer"]


@pytest.mark.parametrize(
    ("rights", "ground"),
    [
        (COORDINATOR, "coordinator"),
        (CITY, "beyond_county"),
        ({"roles": ["administrator"], **COUNTY}, "administrator"),
        ({"roles": ["security_administrator"], **COUNTY}, "administrator"),
        ({"roles": ["audit_administrator"], **COUNTY}, "administrator"),
    ],
)
def test_a_large_right_needs_another_person(desk: House, rights: dict[str, Any], ground: str) -> None:
    proposed = _propose(desk, rights, "security")
    assert (proposed.json()["state"], proposed.json()["grounds"]) == ("proposed", [ground])
    refused = _decide(desk, proposed, "approve", "security")
    assert (refused.status_code, refused.json()["code"]) == (409, "auth.second-person-needed")
    assert _roles(desk) == ["office_director"]
    assert _decide(desk, proposed, "approve", "second").json()["state"] == "approved"
    assert _roles(desk) == rights["roles"]


def test_nobody_proposes_or_approves_for_themselves(desk: House) -> None:
    own = _propose(desk, COORDINATOR, "security", "security")
    assert (own.status_code, own.json()["code"]) == (409, "auth.own-account")
    for_second = _propose(desk, COORDINATOR, "security", "second")
    assert _decide(desk, for_second, "approve", "second").json()["code"] == "auth.own-account"
    assert _decide(desk, for_second, "reject", "second").json()["code"] == "auth.own-account"
    assert _roles(desk, "second") == ["security_administrator"]


def test_the_system_administrator_approves_nothing_and_rejects_only_its_own(desk: House) -> None:
    proposed = _propose(desk, COORDINATOR, "security")
    assert _decide(desk, proposed, "approve", "system").status_code == 403
    assert _decide(desk, proposed, "reject", "system").status_code == 403
    assert _decide(desk, proposed, "reject", "security").json()["state"] == "rejected"
    own = _propose(desk, COORDINATOR, "system")
    assert _decide(desk, own, "reject", "system").json()["decision_reason"] == "不再需要"
    assert _roles(desk) == ["office_director"]


def test_a_proposal_ends_by_itself_after_three_days(desk: House) -> None:
    proposed = _propose(desk, COORDINATOR, "security")
    desk.clock.at += timedelta(hours=72)
    desk.tokens.clear()
    late = _decide(desk, proposed, "approve", "second")
    assert (late.status_code, late.json()["code"]) == (409, "auth.grant-decided")
    assert "已过期" in late.json()["detail"]
    listed = desk.ask("GET", "/api/v1/grants", by="audit", params={"state": "expired"}).json()["items"]
    assert [grant["id"] for grant in listed] == [proposed.json()["id"]]
    assert desk.ask("GET", "/api/v1/grants", by="audit", params={"state": "proposed"}).json()["items"] == []
    # And makes room for another.
    assert _propose(desk, COORDINATOR, "security").json()["state"] == "proposed"


def test_one_proposal_an_account_at_a_time(desk: House) -> None:
    first = _propose(desk, COORDINATOR, "security")
    second = _propose(desk, TOWNSHIP, "system")
    assert (second.status_code, second.json()["code"]) == (409, "auth.grant-open")
    assert _decide(desk, first, "reject", "second").status_code == 200
    assert _propose(desk, TOWNSHIP, "system").status_code == 201


def test_a_decision_stands_and_said_again_changes_nothing(desk: House) -> None:
    proposed = _propose(desk, COORDINATOR, "security")
    approved = _decide(desk, proposed, "approve", "second")
    assert _decide(desk, proposed, "approve", "second").json() == approved.json()
    assert _decide(desk, proposed, "reject", "second").json()["code"] == "auth.grant-decided"


def test_a_proposal_is_made_once_under_one_key(desk: House) -> None:
    key = {"Idempotency-Key": "li-coordinates"}
    first = _propose(desk, COORDINATOR, "security", headers=key)
    assert _propose(desk, COORDINATOR, "security", headers=key).json() == first.json()
    other = _propose(desk, TOWNSHIP, "security", headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"roles": ["coordinator", "security_administrator"]}, "auth.roles-incompatible", "roles"),
        ({"roles": ["king"]}, "invalid-field", "roles.0"),
        ({"jurisdiction": "6405"}, "auth.jurisdiction-wrong", "jurisdiction"),
        ({"org_code": "640521999"}, "division.unknown", "org_code"),
        ({"reason": " "}, "invalid-field", "reason"),
        ({"state": "approved"}, "invalid-field", "state"),
    ],
)
def test_a_grant_that_makes_no_sense_names_the_field(
    desk: House, changes: dict[str, Any], code: str, field: str
) -> None:
    refused = _propose(desk, {**COORDINATOR, **changes}, "security")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, code, field)


def test_rights_are_taken_away_by_one(desk: House) -> None:
    assert _propose(desk, {"roles": [], **COUNTY}, "security").json()["state"] == "approved"
    assert _roles(desk) == []
    assert desk.ask("GET", "/api/v1/cases", by="li").status_code == 200  # asks the service, which shows nothing


def test_the_last_administrator_of_a_kind_keeps_the_role(desk: House) -> None:
    refused = _propose(desk, {"roles": [], **COUNTY}, "security", "audit")
    assert (refused.status_code, refused.json()["code"]) == (409, "auth.last-administrator")
    assert "审计管理员" in refused.json()["detail"]
    assert _propose(desk, {"roles": [], **COUNTY}, "security", "second").json()["state"] == "approved"


def test_a_new_account_works_when_the_security_administrator_has_approved(desk: House) -> None:
    new = {"login": "wang", "name": "王某", "password": "a lively lilac tree", **COORDINATOR}
    made = desk.ask("POST", "/api/v1/accounts", by="system", json=new).json()
    assert (made["account"]["roles"], made["grant"]["grounds"]) == ([], ["coordinator"])
    path = f"/api/v1/grants/{made['grant']['id']}/approve"
    assert desk.ask("POST", path, by="system").status_code == 403
    assert desk.ask("POST", path, by="security").json()["state"] == "approved"
    listed = desk.ask("GET", "/api/v1/accounts", by="security").json()["items"]
    assert next(one for one in listed if one["login"] == "wang")["roles"] == ["coordinator"]


def test_an_account_enabled_again_waits_for_its_rights(desk: House) -> None:
    id_ = _id(desk, "li")
    assert desk.ask("POST", f"/api/v1/accounts/{id_}/disable", by="security").json()["disabled_at"]
    assert _propose(desk, TOWNSHIP, "security").json()["code"] == "auth.account-disabled"
    enabled = desk.ask("POST", f"/api/v1/accounts/{id_}/enable", by="system").json()
    assert (enabled["account"]["disabled_at"], enabled["account"]["roles"]) == (None, [])
    assert enabled["grant"]["roles"] == ["office_director"]
    desk.tokens.pop("li", None)
    assert _roles(desk) == []
    desk.ask("POST", f"/api/v1/grants/{enabled['grant']['id']}/approve", by="security")
    assert _roles(desk) == ["office_director"]
    again = desk.ask("POST", f"/api/v1/accounts/{id_}/enable", by="system").json()
    assert (again["account"]["roles"], again["grant"]) == (["office_director"], None)


def test_the_log_tells_the_audit_administrator_who_did_what(desk: House) -> None:
    id_ = _id(desk, "li")
    _decide(desk, _propose(desk, COORDINATOR, "system"), "approve", "security")
    desk.ask("POST", f"/api/v1/accounts/{id_}/disable", by="security")
    log = desk.ask("GET", "/api/v1/account-log", by="audit", params={"account_id": id_}).json()["items"]
    told = [(entry["act"], entry["by_name"]) for entry in reversed(log)]
    assert told == [
        ("account_created", None),
        ("grant_proposed", "system 的姓名"),
        ("grant_approved", "security 的姓名"),
        ("account_disabled", "security 的姓名"),
    ]
    assert log[1]["facts"]["roles"] == ["coordinator"]
    assert (log[1]["act_title"], log[1]["login"]) == ("批准授权", "li")
    first = desk.ask("GET", "/api/v1/account-log", by="audit", params={"account_id": id_, "limit": 1}).json()
    assert first["items"] == log[:1]
    rest = {"account_id": id_, "cursor": first["next_cursor"]}
    assert desk.ask("GET", "/api/v1/account-log", by="audit", params=rest).json()["items"] == log[1:]
