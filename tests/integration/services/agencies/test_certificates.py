"""The administrator issues kits; a certificate is taken when its kit, signature and content are right."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts.agency_certificates import CONTRACT_VERSION
from shared.contracts.codes import Agency, Role
from tests.integration.services.agencies.house import House, administrator, coordinator, officer
from tests.support.certificates import certificate_of

AGENCY = Agency.NATURAL_RESOURCES


def kit_of(house: House, agency: Agency = AGENCY, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = house.done(administrator(), "agency.issue-kit", {"agency": agency.value, **more})
    return made


def submitted(house: House, certificate: dict[str, Any], agency: Agency = AGENCY) -> Any:
    return house.command(administrator(), "agency.certify", {"agency": agency.value, "certificate": certificate})


def test_a_kit_is_for_the_agency_s_own_protocol_and_its_key_is_shown_once(house: House) -> None:
    made = house.done(administrator(), "agency.issue-kit", {"agency": AGENCY.value}, command_id="kit-1")
    assert (made["protocol"], made["contract"]) == ("signed_webhook", CONTRACT_VERSION)
    assert made["private_key"].startswith("ed25519:")
    again = house.done(administrator(), "agency.issue-kit", {"agency": AGENCY.value}, command_id="kit-1")
    assert (again["kit_id"], again["private_key"]) == (made["kit_id"], None)
    (row,) = house.sql("SELECT * FROM agency_kit")
    assert row["public_key"] == made["public_key"]
    assert made["private_key"] not in str([dict(row), *(event.payload for event in house.events())])
    assert house.told() == ["agency-kit-issued"]


def test_who_has_no_system_gets_no_kit_but_for_a_protocol_to_come(house: House) -> None:
    body = {"agency": "township"}
    problem = house.command(administrator(), "agency.issue-kit", body)["problem"]
    assert problem["code"] == "agencies.nothing-to-certify"
    assert kit_of(house, Agency.TOWNSHIP, protocol="polled_mailbox")["protocol"] == "polled_mailbox"


def test_a_certificate_is_taken_listed_and_the_same_when_it_comes_again(house: House) -> None:
    certificate = certificate_of(kit_of(house))
    taken = submitted(house, certificate)["ok"]
    assert taken["valid"] is True
    assert taken["checks"] == len(certificate["checks"])
    assert submitted(house, certificate)["ok"]["id"] == taken["id"]
    assert house.told() == ["agency-kit-issued", "agency-certified"]
    listed = house.asked(coordinator(), "agency.certificates", agency=AGENCY.value)
    assert (listed["contract"], [one["id"] for one in listed["items"]]) == (CONTRACT_VERSION, [taken["id"]])
    assert house.asked(officer(AGENCY), "agency.certificates", agency=AGENCY.value)["items"] == listed["items"]
    assert house.asked(officer(Agency.AGRICULTURE), "agency.certificates", agency=AGENCY.value)["items"] == []


def test_what_was_changed_after_signing_is_refused(house: House) -> None:
    certificate = certificate_of(kit_of(house))
    for change in (
        {"software": {**certificate["software"], "version": "9"}},
        {"ended_at": (datetime.now(UTC) + timedelta(minutes=5)).isoformat()},
        {"signature": {**certificate["signature"], "value": "AAAA"}},
        {"signature": {**certificate["signature"], "value": "不是"}},
    ):
        problem = submitted(house, {**certificate, **change})["problem"]
        assert problem["facts"]["rule"] == "certificate-signature", change
    assert submitted(house, certificate)["ok"]["valid"] is True


def test_a_certificate_of_another_kit_agency_or_of_failed_checks_is_refused(house: House) -> None:
    kit, other = kit_of(house), kit_of(house, Agency.AGRICULTURE)
    stranger = {**kit, "kit_id": "0190a000-0000-7000-8000-000000000001"}
    swapped = {**kit, "private_key": other["private_key"]}
    rules = {
        "unknown-kit": submitted(house, certificate_of(stranger)),
        "certificate-signature": submitted(house, certificate_of(swapped)),
        "other-kit": submitted(house, certificate_of(other)),
        "checks-failed": submitted(house, certificate_of(kit, failed="letter.signed")),
        "contract-version": submitted(house, certificate_of({**kit, "contract": "0.9"})),
        "too-old": submitted(house, certificate_of(kit, ended_at=datetime.now(UTC) - timedelta(days=366))),
    }
    for rule, answer in rules.items():
        assert answer["problem"]["code"] == "agencies.certificate-refused", (rule, answer)
        assert answer["problem"]["facts"]["rule"] == rule
    assert house.sql("SELECT 1 FROM agency_certificate") == []


@pytest.mark.parametrize("by", [coordinator(), officer(AGENCY), officer(AGENCY, Role.AGENCY_SYSTEM)])
def test_only_the_administrator_issues_kits_and_takes_certificates(house: House, by: Any) -> None:
    certificate = certificate_of(kit_of(house))
    for operation, more in (("issue-kit", {}), ("certify", {"certificate": certificate})):
        problem = house.command(by, f"agency.{operation}", {"agency": AGENCY.value, **more})["problem"]
        assert problem["code"] == "role-not-allowed"


def configured(house: House, protocol: str, agency: Agency = AGENCY) -> Any:
    """A webhook's address is where nobody listens."""
    where = {"url": "http://127.0.0.1:9/hook"} if protocol == "signed_webhook" else {}
    body = {"agency": agency.value, "protocol": protocol, **where}
    return house.command(administrator(), "agency.configure-endpoint", body)


HOOK = "signed_webhook"


def test_an_endpoint_goes_into_use_only_with_a_certificate(house: House) -> None:
    problem = configured(house, HOOK)["problem"]
    assert (problem["code"], problem["kind"]) == ("agencies.not-certified", "conflict")
    assert problem["facts"] == {
        "agency": AGENCY.value,
        "protocol": "signed_webhook",
        "contract": CONTRACT_VERSION,
    }
    assert house.sql("SELECT 1 FROM endpoint") == []
    submitted(house, certificate_of(kit_of(house)))
    assert configured(house, HOOK)["ok"]["active"] is True


def test_a_certificate_is_for_its_own_agency_and_protocol(house: House) -> None:
    submitted(house, certificate_of(kit_of(house)))
    assert configured(house, "polled_mailbox")["problem"]["code"] == "agencies.not-certified"
    assert configured(house, HOOK, Agency.AGRICULTURE)["problem"]["code"] == "agencies.not-certified"
    submitted(house, certificate_of(kit_of(house, protocol="polled_mailbox")))
    assert configured(house, "polled_mailbox")["ok"]["protocol"] == "polled_mailbox"


def test_who_opens_the_console_s_inbox_needs_none(house: House) -> None:
    assert configured(house, "console_inbox")["ok"]["protocol"] == "console_inbox"


def test_a_certificate_that_ran_out_or_is_of_another_contract_opens_nothing(house: House) -> None:
    for change in ("valid_until = now() - interval '1 second'", "contract = '0.9'"):
        submitted(house, certificate_of(kit_of(house)))
        house.sql(f"UPDATE agency_certificate SET {change}")
        assert configured(house, HOOK)["problem"]["code"] == "agencies.not-certified"
        (shown,) = house.asked(administrator(), "agency.certificates", agency=AGENCY.value)["items"][:1]
        assert shown["valid"] is False


def test_what_is_in_use_stays_in_use_when_its_certificate_has_run_out(house: House) -> None:
    house.configure({"agency": AGENCY.value, "protocol": HOOK, "url": "http://127.0.0.1:9/hook"})
    house.sql("UPDATE agency_certificate SET valid_until = now() - interval '1 day'")
    rows = {row["code"]: row for row in house.asked(administrator(), "agency.list")["items"]}
    assert rows[AGENCY.value]["endpoint_active"] is True
    assert house.command(administrator(), "agency.rotate-key", {"agency": AGENCY.value})["ok"]["secret"]
