"""Who links an identity to an account: one administrator proposes, another lets it in."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from gateway.storage.tables import account_log
from shared.contracts.codes import Role
from tests.integration.gateway.sign_on_house import SignOnHouse, serving, trusted

ISSUER = "https://id.county.example"


@pytest.fixture
def house(engine: sa.Engine) -> Iterator[SignOnHouse]:
    with serving(engine, [trusted("one", ISSUER, allowed_hosts="")]) as served:
        for login in ("admin-one", "admin-two"):
            served.account(login, Role.SECURITY_ADMINISTRATOR)
        served.account("wang", Role.AGENCY_OFFICER, "agriculture")
        yield served


def _path(house: SignOnHouse, login: str = "wang") -> str:
    return f"/accounts/{house.by_login(login).id}/identities"


def _propose(
    house: SignOnHouse, login: str = "wang", by: str = "admin-one", subject: str = "wang@id"
) -> dict[str, object]:
    answer = house.ask("POST", _path(house, login), by=by, json={"provider": "one", "subject": subject})
    assert answer.status_code == 201, answer.text
    told: dict[str, object] = answer.json()
    return told


def test_a_link_is_proposed_by_one_and_let_in_by_another(house: SignOnHouse) -> None:
    made = _propose(house)
    assert (made["provider"], made["issuer"], made["kind"], made["confirmed_at"]) == ("one", ISSUER, "person", None)
    alone = house.ask("POST", f"{_path(house)}/{made['id']}/confirm", by="admin-one")
    assert (alone.status_code, alone.json()["code"]) == (409, "auth.identity-second-person")
    done = house.ask("POST", f"{_path(house)}/{made['id']}/confirm", by="admin-two").json()
    assert done["confirmed_by"] == str(house.by_login("admin-two").id)
    again = house.ask("POST", f"{_path(house)}/{made['id']}/confirm", by="admin-two").json()
    assert again == done
    assert house.ask("GET", _path(house), by="admin-one").json()["items"] == [done]


def test_nobody_acts_on_links_of_their_own_account(house: SignOnHouse) -> None:
    own = house.ask("POST", _path(house, "admin-one"), by="admin-one", json={"provider": "one", "subject": "me"})
    assert (own.status_code, own.json()["code"]) == (409, "auth.own-account")
    made = _propose(house, "admin-two")
    for verb in ("confirm", "end"):
        refused = house.ask("POST", f"{_path(house, 'admin-two')}/{made['id']}/{verb}", by="admin-two")
        assert (refused.status_code, refused.json()["code"]) == (409, "auth.own-account")


def test_a_system_administrator_proposes_and_does_not_let_in(house: SignOnHouse) -> None:
    house.account("system-one", Role.ADMINISTRATOR)
    house.account("system-two", Role.ADMINISTRATOR)
    made = _propose(house, by="system-one")
    assert house.ask("POST", f"{_path(house)}/{made['id']}/confirm", by="system-two").status_code == 403
    assert house.ask("POST", f"{_path(house)}/{made['id']}/confirm", by="admin-one").status_code == 200


def test_who_linked_whom_stands_in_the_log_of_accounts(house: SignOnHouse) -> None:
    made = _propose(house)
    for verb, by in (("confirm", "admin-two"), ("end", "admin-one")):
        assert house.ask("POST", f"{_path(house)}/{made['id']}/{verb}", by=by).status_code == 200
    asked = sa.select(account_log).where(account_log.c.account_id == house.by_login("wang").id)
    with house.engine.connect() as connection:
        told = [row for row in connection.execute(asked.order_by(account_log.c.id)) if row.act.startswith("identity")]
    assert [(row.act, row.by_name[:9]) for row in told] == [
        ("identity_proposed", "admin-one"),
        ("identity_confirmed", "admin-two"),
        ("identity_ended", "admin-one"),
    ]
    assert told[0].facts == {"issuer": ISSUER, "subject": "wang@id"}


def test_proposing_again_is_the_same_link_and_another_account_is_refused(house: SignOnHouse) -> None:
    made = _propose(house)
    assert _propose(house, by="admin-two")["id"] == made["id"]
    house.account("li", Role.AGENCY_OFFICER, "agriculture")
    taken = house.ask("POST", _path(house, "li"), by="admin-one", json={"provider": "one", "subject": "wang@id"})
    assert (taken.status_code, taken.json()["code"]) == (409, "auth.identity-taken")


def test_a_link_that_has_ended_is_free_again(house: SignOnHouse) -> None:
    made = _propose(house)
    assert house.ask("POST", f"{_path(house)}/{made['id']}/end", by="admin-one").status_code == 200
    assert house.ask("POST", f"{_path(house)}/{made['id']}/confirm", by="admin-two").status_code == 404
    assert house.ask("POST", f"{_path(house)}/{made['id']}/end", by="admin-one").status_code == 404
    assert house.ask("GET", _path(house), by="admin-one").json()["items"] == []
    assert _propose(house)["id"] != made["id"]


def test_only_administrators_link_and_only_to_what_there_is(house: SignOnHouse) -> None:
    body = {"provider": "one", "subject": "wang@id"}
    assert house.ask("POST", _path(house), by="wang", json=body).status_code == 403
    assert house.ask("GET", _path(house), by="wang").status_code == 403
    nobody = "/accounts/0199a1b2-0000-7000-8000-000000000001/identities"
    assert house.ask("POST", nobody, by="admin-one", json=body).status_code == 404
    unknown = house.ask("POST", _path(house), by="admin-one", json={**body, "provider": "two"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "auth.oidc-provider-unknown")
    for subject in ("", " wang", "wang ", "王", "x" * 256, "a\nb"):
        assert house.ask("POST", _path(house), by="admin-one", json={**body, "subject": subject}).status_code == 422
    made = _propose(house)
    other = f"{_path(house, 'admin-one')}/{made['id']}/confirm"
    assert house.ask("POST", other, by="admin-two").status_code == 404


def test_a_provider_vouches_only_for_the_kinds_it_is_trusted_with(engine: sa.Engine) -> None:
    told = trusted("one", ISSUER, allowed_hosts="", systems=None)
    with serving(engine, [told]) as house:
        house.account("admin-one", Role.SECURITY_ADMINISTRATOR)
        house.account("farm-system", Role.AGENCY_SYSTEM, "agriculture")
        body = {"provider": "one", "subject": "erp"}
        refused = house.ask("POST", _path(house, "farm-system"), by="admin-one", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "auth.oidc-kind")


def test_the_login_page_learns_of_the_providers_without_a_token(house: SignOnHouse) -> None:
    told = house.ask("GET", "/auth/providers").json()
    assert told["items"] == [{"code": "one", "title": "one 认证平台", "login_path": "/auth/oidc/one/login"}]


def test_without_providers_nothing_of_it_is_there(engine: sa.Engine) -> None:
    with serving(engine, []) as house:
        assert house.ask("GET", "/auth/providers").json()["items"] == []
        house.account("local", Role.COORDINATOR)
        assert house.ask("GET", "/me", by="local").status_code == 200
        left = house.ask("POST", "/auth/oidc/logout", by="local")
        assert left.json() == {"go_to": None}
