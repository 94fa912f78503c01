"""What makes a certificate hold, and what makes it worthless."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.agencies.domain.certificate import AgencyCertificate, AgencyKit, check, signed_bytes
from services.agencies.domain.conformance import CHECKS, MAILBOX, WEBHOOK, checks_of
from services.agencies.domain.errors import CertificateRefused
from shared import keys
from shared.aggregate import replay
from shared.contracts.agency_certificates import CONTRACT_VERSION, Certificate
from shared.contracts.codes import Agency
from tests.support.certificates import certificate_of

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
COUNTY = "640521000000"
_PRIVATE = keys.new_key(keys.ED25519)


def a_kit(agency: Agency = Agency.NATURAL_RESOURCES, protocol: str = WEBHOOK) -> AgencyKit:
    kit = AgencyKit(uuid4(), COUNTY)
    replay(kit, kit.issue(agency, protocol, CONTRACT_VERSION, keys.public_key(_PRIVATE), NOW))
    return kit


def earned(kit: AgencyKit, **changes: Any) -> Certificate:
    """changes: of the signed content, or ended_at and failed of the run."""
    given = {name: changes.pop(name) for name in ("ended_at", "failed") if name in changes}
    told = {
        "kit_id": str(kit.id),
        "agency": kit.agency,
        "protocol": kit.protocol,
        "contract": kit.contract,
        "county_code": COUNTY,
        "private_key": _PRIVATE,
        **changes,
    }
    return Certificate.model_validate(certificate_of(told, **{"ended_at": NOW, **given}))


def verifies(given: Certificate, kit: AgencyKit) -> bool:
    signature = keys.Signature("ed25519", given.signature.key_id, given.signature.value)
    return keys.verifies(kit.public_key, signature, signed_bytes(given))


def test_a_certificate_is_its_kit_s_and_nothing_in_it_can_be_changed() -> None:
    kit = a_kit()
    given = earned(kit)
    assert verifies(given, kit)
    changed = given.model_copy(update={"ended_at": NOW + timedelta(days=1)})
    assert not verifies(changed, kit)
    other = AgencyKit(kit.id, COUNTY, public_key=keys.public_key(keys.new_key(keys.ED25519)))
    assert not verifies(given, other)


def test_what_is_signed_is_the_same_after_a_way_over_json() -> None:
    given = earned(a_kit())
    again = Certificate.model_validate_json(given.model_dump_json())
    assert signed_bytes(again) == signed_bytes(given)


def test_a_certificate_holds_for_its_term_from_the_end_of_the_run() -> None:
    kit = a_kit()
    certificate = AgencyCertificate(uuid4(), COUNTY)
    replay(certificate, certificate.certify(earned(kit), kit, CONTRACT_VERSION, YEAR, NOW))
    assert certificate.valid_until == NOW + YEAR
    assert (certificate.agency, certificate.protocol) == (Agency.NATURAL_RESOURCES, WEBHOOK)
    assert list(certificate.checks) == [one.id for one in checks_of(WEBHOOK)]


def _without_a_check(given: Certificate) -> Certificate:
    return given.model_copy(update={"checks": given.checks[1:]})


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda kit: earned(kit, agency="agriculture"), "other-kit"),
        (lambda kit: earned(kit, protocol=MAILBOX), "other-kit"),
        (lambda kit: earned(kit, county_code="640522000000"), "other-kit"),
        (lambda kit: earned(kit, contract="0.9"), "contract-version"),
        (lambda kit: earned(kit, failed="form.codes"), "checks-failed"),
        (lambda kit: _without_a_check(earned(kit)), "checks-missing"),
        (lambda kit: earned(kit, ended_at=NOW + timedelta(hours=1)), "times-wrong"),
        (lambda kit: earned(kit, ended_at=NOW - YEAR), "too-old"),
    ],
)
def test_a_certificate_that_proves_nothing_is_refused(make: Callable[[AgencyKit], Certificate], rule: str) -> None:
    kit = a_kit()
    with pytest.raises(CertificateRefused) as refused:
        check(make(kit), kit, CONTRACT_VERSION, YEAR, NOW)
    assert refused.value.facts["rule"] == rule


def test_one_second_before_its_end_it_still_holds() -> None:
    kit = a_kit()
    check(earned(kit, ended_at=NOW - YEAR + timedelta(seconds=1)), kit, CONTRACT_VERSION, YEAR, NOW)


def test_every_protocol_is_asked_for_what_all_are_asked_for() -> None:
    common = {one.id for one in CHECKS.values() if len(one.protocols) == 4}
    assert len(common) >= 20
    for protocol in ("signed_webhook", "polled_mailbox", "file_exchange", "bus_queue"):
        assert common <= {one.id for one in checks_of(protocol)}
