"""Issuing conformance kits, and taking the certificates that systems have earned with them."""

from services.agencies.domain.certificate import AgencyCertificate, AgencyKit, signed_bytes
from services.agencies.domain.errors import CertificateRefused, NothingToCertify
from services.agencies.queries.certificates import view_of_certificate
from services.agencies.storage.reach import transport_of
from services.agencies.storage.unit import AgenciesUnit
from shared.contracts.agency_certificates import (
    CONTRACT_VERSION,
    NEEDS_NONE,
    CertificateView,
    IssueKit,
    KitView,
    SubmitCertificate,
)
from shared.errors import NotFound
from shared.ids import derived_id, new_id
from shared.operations import Call


def issue_kit(cmd: IssueKit, _: Call, unit: AgenciesUnit) -> KitView:
    """A kit of its own for every packing: whose run a certificate is from can be told. Raises NothingToCertify."""
    protocol = cmd.protocol or transport_of(unit.connection, unit.desk.registry, cmd.agency).name
    if protocol == NEEDS_NONE:
        raise NothingToCertify(cmd.agency)
    private, public = unit.desk.registry.seals.new_key()
    kit = AgencyKit(new_id(), unit.desk.county_code, issued_by=unit.by.account_id)
    unit.record(kit, unit.kits, kit.issue(cmd.agency, protocol, CONTRACT_VERSION, public, unit.now))
    return KitView.model_validate(
        {
            "kit_id": kit.id,
            "agency": cmd.agency,
            "protocol": protocol,
            "contract": kit.contract,
            "county_code": unit.desk.county_code,
            "made_at": unit.now,
            "public_key": public,
            "private_key": private,
        }
    )


def submit_certificate(cmd: SubmitCertificate, _: Call, unit: AgenciesUnit) -> CertificateView:
    """Given again it is the same certificate. Raises CertificateRefused."""
    given = cmd.certificate
    kit = _kit(cmd, unit)
    signature = given.signature
    if not unit.desk.registry.seals.verifies(kit.public_key, signature.key_id, signature.value, signed_bytes(given)):
        raise CertificateRefused("certificate-signature", "certificate.signature")
    id_ = derived_id("certificate", kit.id, signature.value)
    found = unit.certificates.find(unit.connection, id_)
    if found is None:
        found = AgencyCertificate(id_, unit.desk.county_code, submitted_by=unit.by.account_id)
        told = found.certify(given, kit, CONTRACT_VERSION, unit.desk.certificate_term, unit.now)
        unit.record(found, unit.certificates, told)
    return view_of_certificate(found, unit.now)


def _kit(cmd: SubmitCertificate, unit: AgenciesUnit) -> AgencyKit:
    """Raises CertificateRefused for one that this house has not issued, or not for this agency."""
    try:
        kit = unit.kits.lock(unit.connection, cmd.certificate.kit_id)
    except NotFound as error:
        raise CertificateRefused("unknown-kit", "certificate.kit_id") from error
    if cmd.agency != kit.agency:
        raise CertificateRefused("other-kit", "certificate.agency")
    kit.jurisdiction = unit.desk.county_code
    return kit
