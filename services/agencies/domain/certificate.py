"""Kits that were issued, and certificates that systems have earned with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import orjson

from services.agencies.domain.conformance import checks_of
from services.agencies.domain.errors import CertificateRefused
from shared.contracts.agency_certificates import (
    AgencyCertifiedV1,
    AgencyKitIssuedV1,
    Certificate,
    CertificateSoftware,
)
from shared.contracts.base import Event
from shared.contracts.codes import Agency

# The vendor's clock and ours are not the same.
_CLOCKS_APART = timedelta(minutes=10)


def signed_bytes(certificate: Certificate) -> bytes:
    """What a kit signs: all but the signature, as JSON with sorted keys and no blanks, UTF-8."""
    said = certificate.model_dump(mode="json", exclude={"signature"})
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


@dataclass
class AgencyKit:
    """public_key: by which its certificates are verified; the private one is in the kit alone."""

    TYPE: ClassVar[str] = "kit"

    id: UUID
    jurisdiction: str
    version: int = 0
    agency: Agency | None = None
    protocol: str = ""
    contract: str = ""
    public_key: str = ""
    issued_at: datetime | None = None
    issued_by: str = ""

    def issue(self, agency: Agency, protocol: str, contract: str, public_key: str, now: datetime) -> list[Event]:
        return [AgencyKitIssuedV1(at=now, agency=agency, protocol=protocol, contract=contract, public_key=public_key)]

    def apply(self, event: Any) -> None:
        if not isinstance(event, AgencyKitIssuedV1):
            raise TypeError(f"{type(event).__name__} is no event of a kit")
        self.agency, self.protocol, self.contract = event.agency, event.protocol, event.contract
        self.public_key, self.issued_at = event.public_key, event.at


@dataclass
class AgencyCertificate:
    """valid_until: from the end of the run on, for the contract version it was run against."""

    TYPE: ClassVar[str] = "certificate"

    id: UUID
    jurisdiction: str
    version: int = 0
    agency: Agency | None = None
    kit_id: UUID | None = None
    protocol: str = ""
    contract: str = ""
    contract_sha256: str = ""
    software: CertificateSoftware | None = None
    checks: Sequence[str] = field(default_factory=list)
    ended_at: datetime | None = None
    valid_until: datetime | None = None
    submitted_at: datetime | None = None
    submitted_by: str = ""

    def certify(self, given: Certificate, kit: AgencyKit, contract: str, term: timedelta, now: datetime) -> list[Event]:
        """Of a certificate whose signature is the kit's. contract: the present version. Raises CertificateRefused."""
        check(given, kit, contract, term, now)
        return [
            AgencyCertifiedV1(
                at=now,
                agency=given.agency,
                kit_id=kit.id,
                protocol=given.protocol,
                contract=given.contract,
                contract_sha256=given.contract_sha256,
                software=given.software,
                checks=[one.id for one in given.checks],
                ended_at=given.ended_at,
                valid_until=given.ended_at + term,
            )
        ]

    def apply(self, event: Any) -> None:
        if not isinstance(event, AgencyCertifiedV1):
            raise TypeError(f"{type(event).__name__} is no event of a certificate")
        self.agency, self.kit_id, self.protocol = event.agency, event.kit_id, event.protocol
        self.contract, self.contract_sha256 = event.contract, event.contract_sha256
        self.software, self.checks = event.software, list(event.checks)
        self.ended_at, self.valid_until, self.submitted_at = event.ended_at, event.valid_until, event.at


def check(given: Certificate, kit: AgencyKit, contract: str, term: timedelta, now: datetime) -> None:
    """Raise CertificateRefused with the one thing that is wrong, the gravest first."""
    if (given.agency, given.protocol) != (kit.agency, kit.protocol) or given.county_code != kit.jurisdiction:
        raise CertificateRefused("other-kit", "certificate.protocol")
    if given.contract != contract or kit.contract != contract:
        raise CertificateRefused("contract-version", "certificate.contract", expected=[contract], given=given.contract)
    failed = [one.id for one in given.checks if not one.passed]
    if failed:
        raise CertificateRefused("checks-failed", "certificate.checks", checks=failed)
    there = [one.id for one in given.checks]
    missing = [one.id for one in checks_of(given.protocol) if one.id not in there]
    if missing:
        raise CertificateRefused("checks-missing", "certificate.checks", checks=missing)
    if given.ended_at < given.began_at or given.ended_at > now + _CLOCKS_APART:
        raise CertificateRefused("times-wrong", "certificate.ended_at")
    if given.ended_at + term <= now:
        raise CertificateRefused("too-old", "certificate.ended_at", valid_days=term.days)
