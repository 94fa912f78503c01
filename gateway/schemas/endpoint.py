"""The body of a PUT that sets a partner's endpoint: whose it is stands in the address."""

from uuid import UUID

from shared.contracts.agency_certificates import Certificate, CertifiedProtocol
from shared.contracts.agency_endpoints import Address, EndpointSettings, PublicKey
from shared.contracts.base import Contract, ShortText, Text
from shared.contracts.channels import ChannelSettings
from shared.contracts.codes import ChannelKind


class RecipientChannel(ChannelSettings):
    pass


class ChannelNamed(Contract):
    channel: ChannelKind


class ChannelLaidDown(ChannelNamed):
    reason: ShortText


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
