"""The party's numbers: sealed at rest, masked for who sees the case, in full for the handling agency, never unseen."""

import logging
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from services.cases.storage.party_tables import party_identity
from shared.contracts.codes import Role
from tests.integration.services.cases.office import COORDINATOR, OFFICER, OTHER_OFFICER, Office, Refused, actor, filed
from tests.integration.services.cases.test_reporters import everything_stored

NUMBER, PHONE, ADDRESS = "11010519491231002X", "13909551234", "恩和镇华寺村三组某号"
IDENTITY = {"id_kind": "resident_id", "id_no": NUMBER, "phone": PHONE, "address": ADDRESS}
SEE = {"purpose": "送达告知书前核对身份"}


def refusal(office: Office, *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        office.command(*args, **more)
    return caught.value


@pytest.fixture
def case(office: Office) -> dict[str, Any]:
    return filed(office)


@pytest.fixture
def handler(case: dict[str, Any]) -> Any:
    """Leads the agency that leads the case."""
    leader = actor(Role.CHIEF, "640521", "刘所长")
    return type(leader)(leader.account_id, leader.name, leader.roles, case["lead_agency"], leader.jurisdiction)


def test_it_is_masked_for_who_sees_the_case_and_whole_for_the_handling_agency(
    office: Office, case: dict[str, Any], handler: Any
) -> None:
    told = office.command(COORDINATOR, "case.record-party", IDENTITY, case["id"])
    assert (told["id_no"], told["phone"], told["has_address"]) == ("110************02X", "139****1234", True)
    assert office.query(OFFICER, "case.party", id=case["id"])["id_no"] == told["id_no"]
    seen = office.command(handler, "case.unmask-party", SEE, case["id"])
    assert [seen[name] for name in ("id_no", "phone", "address", "views")] == [NUMBER, PHONE, ADDRESS, 1]
    assert office.query(handler, "case.party", id=case["id"])["views"] == 1


def test_every_look_is_an_event_by_who_looked_and_what_for(office: Office, case: dict[str, Any], handler: Any) -> None:
    office.command(handler, "case.record-party", IDENTITY, case["id"])
    office.command(handler, "case.unmask-party", SEE, case["id"])
    with office.parts.engine.connect() as connection:
        id_ = connection.execute(
            sa.select(party_identity.c.id).where(party_identity.c.case_id == case["id"])
        ).scalar_one()
    looks = [event for event in office.events(id_) if event.type == "tianwei.cases.party-unmasked.v1"]
    assert [(event.actor, event.payload["reason"]) for event in looks] == [(handler.account_id, SEE["purpose"])]


def test_others_see_it_not_whole_or_not_at_all(office: Office, case: dict[str, Any]) -> None:
    assert refusal(office, OFFICER, "case.record-party", IDENTITY, case["id"]).code == "cases.not-handling-agency"
    assert refusal(office, COORDINATOR, "case.unmask-party", SEE, case["id"]).code == "cases.not-handling-agency"
    assert refusal(office, OTHER_OFFICER, "case.unmask-party", SEE, case["id"]).code == "not-found"
    with pytest.raises(Refused) as nothing:
        office.query(COORDINATOR, "case.party", id=case["id"])
    assert nothing.value.code == "not-found"


def test_the_numbers_stand_nowhere_else(
    office: Office, case: dict[str, Any], handler: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[Any] = [office.command(COORDINATOR, "case.record-party", IDENTITY, case["id"], key="k")]
    seen = office.command(handler, "case.unmask-party", SEE, case["id"], key="v")
    assert seen["id_no"] == NUMBER
    again = office.command(handler, "case.unmask-party", SEE, case["id"], key="v")
    assert [again[name] for name in ("id_no", "phone", "address")] == [None] * 3
    answers += [again, office.query(COORDINATOR, "case.get", id=case["id"]), office.query(COORDINATOR, "case.list")]
    answers.append(office.query(COORDINATOR, "case.timeline", id=case["id"]))
    said, stored = orjson.dumps(answers).decode() + caplog.text, everything_stored(office)
    for secret in (NUMBER, PHONE, ADDRESS):
        assert secret not in said
        assert secret not in stored


def test_a_number_whose_check_sign_is_wrong_is_refused_and_not_repeated(office: Office, case: dict[str, Any]) -> None:
    wrong = {**IDENTITY, "id_no": NUMBER[:-1] + "1"}
    refused = refusal(office, COORDINATOR, "case.record-party", wrong, case["id"])
    assert (refused.code, refused.field) == ("cases.party-number-wrong", "id_no")
    assert NUMBER[:-1] not in str(refused.facts)
    foreign = {**IDENTITY, "id_kind": "passport", "id_no": "E1234567"}
    assert office.command(COORDINATOR, "case.record-party", foreign, case["id"])["id_no"] == "********"


def test_a_correction_is_a_new_version_and_a_stale_one_is_refused(
    office: Office, case: dict[str, Any], handler: Any
) -> None:
    office.command(COORDINATOR, "case.record-party", IDENTITY, case["id"])
    corrected = {"id_kind": "resident_id", "id_no": NUMBER}
    assert refusal(office, handler, "case.record-party", corrected, case["id"], version=7).code == "stale-version"
    told = office.command(handler, "case.record-party", corrected, case["id"], version=1)
    assert (told["version"], told["phone"], told["has_address"]) == (2, None, False)


def test_a_column_in_anothers_place_opens_nothing(office: Office, case: dict[str, Any], handler: Any) -> None:
    office.command(COORDINATOR, "case.record-party", IDENTITY, case["id"])
    with office.parts.engine.begin() as connection:
        connection.execute(sa.text("UPDATE party_identity SET sealed_no = sealed_phone"))
    assert refusal(office, handler, "case.unmask-party", SEE, case["id"]).kind == "internal"
