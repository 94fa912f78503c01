"""The body of a PUT that sets a partner's endpoint: whose it is stands in the address."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.agency_certificates import Certificate, CertifiedProtocol
from shared.contracts.agency_endpoints import Address, EndpointSettings, PublicKey
from shared.contracts.base import Contract, Text


class EndpointAddress(Contract):
    url: Annotated[str, Field(max_length=500, pattern=r"^https?://")]


class AgencyEndpointAddress(EndpointSettings):
    url: Address = ""


class NewPartnerKey(Contract):
    partner_key: PublicKey | None = None


class PauseReason(Contract):
    reason: Text


class Subject(Contract):
    subject_id: UUID


class TrialSubject(Contract):
    subject_id: UUID | None = None


class KitProtocol(Contract):
    protocol: CertifiedProtocol | None = None


class CertificateGiven(Contract):
    certificate: Certificate


class NoBody(Contract):
    """Everything is in the address."""
