"""Who may be named in a sealed record: accounts are the gateway's, so it is asked before anything is sealed."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.codes import Role
from tests.integration.gateway.conftest import House

CASE = "0199a1b2-0000-7000-8000-000000000001"
PATH = f"/api/v1/cases/{CASE}/sealed-records"


@pytest.fixture
def people(house: House) -> dict[str, Any]:
    return {
        "coordinator": house.account("coordinator", Role.COORDINATOR),
        "leader": house.account("leader", Role.LEADER, "natural_resources"),
        "chief": house.account("chief", Role.CHIEF, "natural_resources"),
        "police": house.account("police", Role.AGENCY_OFFICER, "public_security"),
        "party": house.account("party", Role.RECIPIENT_CLERK, "party_committee"),
        "discipline": house.account("discipline", Role.RECIPIENT_CLERK, "discipline_commission"),
        "other county": house.account("other", Role.RECIPIENT_CLERK, "discipline_commission", "640522"),
        "leader of the other county": house.account("other-leader", Role.LEADER, "natural_resources", "640522"),
    }


def named(people: dict[str, Any], leader: str = "leader", receiver: str = "discipline") -> dict[str, Any]:
    ids = [str(people[who].id) if who in people else str(uuid4()) for who in (leader, receiver)]
    said = {"title": "问题线索移送函", "person": "乙", "allegation": "私自出租", "receiver_name": "案管室"}
    return {**said, "leader_id": ids[0], "receiver_id": ids[1]}


@pytest.mark.parametrize("leader", ["leader", "chief"])
def test_for_a_leader_and_the_discipline_commission_it_is_sealed(
    house: House, people: dict[str, Any], leader: str
) -> None:
    body = named(people, leader)
    assert house.ask("POST", PATH, by="coordinator", json=body).status_code == 201
    assert house.services.last("case.seal-clue")["body"] == body


@pytest.mark.parametrize("receiver", ["police", "party", "coordinator", "other county", "nobody"])
def test_only_the_discipline_commission_of_the_county_receives(
    house: House, people: dict[str, Any], receiver: str
) -> None:
    answer = house.ask("POST", PATH, by="coordinator", json=named(people, receiver=receiver))
    assert (answer.status_code, answer.json()["code"]) == (422, "auth.receiver-unfit")
    assert answer.json()["field"] == "receiver_id"
    assert "纪委监委" in answer.json()["detail"]
    assert house.services.all("case.seal-clue") == []


@pytest.mark.parametrize("leader", ["police", "discipline", "coordinator", "leader of the other county", "nobody"])
def test_only_a_leader_of_the_county_decides(house: House, people: dict[str, Any], leader: str) -> None:
    answer = house.ask("POST", PATH, by="coordinator", json=named(people, leader))
    assert (answer.status_code, answer.json()["code"]) == (422, "auth.leader-unfit")
    assert answer.json()["field"] == "leader_id"
    assert house.services.all("case.seal-clue") == []


def test_an_account_that_has_ended_is_nobodys(house: House, people: dict[str, Any]) -> None:
    house.account("admin", Role.ADMINISTRATOR)
    ended = house.ask("POST", f"/api/v1/accounts/{people['discipline'].id}/disable", by="admin", json={})
    assert ended.status_code == 200
    answer = house.ask("POST", PATH, by="coordinator", json=named(people))
    assert answer.json()["code"] == "auth.receiver-unfit"


def test_who_may_not_seal_learns_nothing_of_accounts(house: House, people: dict[str, Any]) -> None:
    assert house.ask("POST", PATH, by="police", json=named(people, "nobody", "nobody")).status_code == 201
    assert len(house.services.all("case.seal-clue")) == 1
