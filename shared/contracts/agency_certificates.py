"""The conformance kit of an agency and the certificate its run gives: commands, queries, views, events."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.agency_endpoints import Protocol
from shared.contracts.base import Audited, Bool, Command, Contract, Event, Instant, Query, Sha256, ShortText, View
from shared.contracts.codes import Agency

CONTRACT_VERSION = "1.2"
"""Of all that a vendor is told (services/agencies/kit/contract.py). A test holds its content to it."""

NEEDS_NONE = "console_inbox"
"""The protocol of who opens the console's inbox: there is no system that could be certified."""
CERTIFICATE_FORMAT = "tianwei-certificate/1"
CertifiedProtocol = Literal["signed_webhook", "polled_mailbox", "file_exchange", "bus_queue"]
"""What a system speaks."""
Ed25519Key = Annotated[str, Field(max_length=60, pattern=r"^ed25519:[0-9A-Za-z+/]{43}=$")]


class IssueKit(Command, on="agency", verb="issue-kit"):
    """A conformance kit for this agency's vendor; the key it signs certificates with is shown in this answer only."""

    agency: Agency
    protocol: CertifiedProtocol | None = Field(None, description="left out: the one the agency is reached by")


class KitView(View):
    kit_id: UUID
    agency: Agency
    protocol: CertifiedProtocol
    contract: str = Field(description="version of the contract that the kit checks against")
    county_code: str
    made_at: Instant
    public_key: str
    private_key: str | None = Field(description="Ed25519, shown once; it belongs into the kit and nowhere else")


class CertificateSoftware(Contract):
    """What was checked, as its vendor calls it."""

    vendor: ShortText | None = None
    name: ShortText
    version: ShortText


class CertificateCheck(Contract):
    id: Annotated[str, Field(max_length=60, pattern=r"^[a-z]+(\.[a-z-]+)+$")]
    title: ShortText
    passed: Bool


class CertificateSignature(Contract):
    alg: Literal["ed25519"]
    key_id: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(max_length=120)]


class Certificate(Contract):
    """What a kit writes when a system has passed. signature: over all the rest (domain/certificate.py, signed_bytes).

    contract_sha256: of the kit's manifest of the contract, so that both mean the same documents.
    """

    format: Literal["tianwei-certificate/1"]
    kit_id: UUID
    agency: Agency
    protocol: CertifiedProtocol
    contract: Annotated[str, Field(max_length=20)]
    contract_sha256: Sha256
    county_code: Annotated[str, Field(max_length=12)]
    software: CertificateSoftware
    began_at: Instant
    ended_at: Instant
    checks: Annotated[list[CertificateCheck], Field(min_length=1, max_length=200)]
    signature: CertificateSignature


class SubmitCertificate(Command, on="agency", verb="certify"):
    """Take the certificate of an agency's system; it holds for the protocol and the contract version it names."""

    agency: Agency
    certificate: Certificate


class CertificateView(View):
    id: UUID
    kit_id: UUID
    agency: Agency
    protocol: Protocol
    contract: str
    software: CertificateSoftware
    checks: int = Field(description="how many were passed: all of them")
    ended_at: Instant = Field(description="when the run ended")
    valid_until: Instant
    valid: bool = Field(description="now, for the present contract version")
    submitted_at: Instant
    submitted_by: str


class CertificateList(View):
    contract: str = Field(description="present version of the contract")
    items: list[CertificateView]


class ListCertificates(Query, operation="agency.certificates", audited=Audited.NOT):
    """Certificates of one agency's systems, newest first."""

    agency: Agency


class AgencyKitIssuedV1(Event, source="agencies"):
    """A kit was made for an agency's vendor. Subject is the kit."""

    at: Instant
    agency: Agency
    protocol: str
    contract: str
    public_key: str


class AgencyCertifiedV1(Event, source="agencies"):
    """A system of this agency has passed the kit. Subject is the certificate."""

    at: Instant
    agency: Agency
    kit_id: UUID
    protocol: str
    contract: str
    contract_sha256: str
    software: CertificateSoftware
    checks: list[str]
    ended_at: Instant
    valid_until: Instant
