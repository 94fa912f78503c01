"""Certificates of an agency's systems."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from services.agencies.domain.certificate import AgencyCertificate
from services.agencies.storage import scope
from services.agencies.storage.certificates import CertificateStore
from services.agencies.storage.tables import agency_certificate
from shared.contracts.agency_certificates import (
    CONTRACT_VERSION,
    CertificateList,
    CertificateView,
    ListCertificates,
)
from shared.principal import Actor

_MOST = 200
_STORE = CertificateStore()


def list_certificates(q: ListCertificates, by: Actor, connection: Connection) -> CertificateList:
    """Newest first. Coordinator and administrator see those of all agencies, an agency its own."""
    shown = scope.visible_agencies(by)
    if shown is not None and q.agency.value not in shown:
        return CertificateList(contract=CONTRACT_VERSION, items=[])
    there = agency_certificate.c
    statement = sa.select(agency_certificate).where(there.agency == q.agency.value)
    rows = connection.execute(statement.order_by(there.submitted_at.desc(), there.id).limit(_MOST)).mappings()
    now = datetime.now(UTC)
    items = [view_of_certificate(_STORE.from_row(row), now) for row in rows]
    return CertificateList(contract=CONTRACT_VERSION, items=items)


def view_of_certificate(found: AgencyCertificate, now: datetime) -> CertificateView:
    fields = {name: getattr(found, name) for name in CertificateView.model_fields if name not in ("checks", "valid")}
    valid = found.contract == CONTRACT_VERSION and found.valid_until is not None and found.valid_until > now
    return CertificateView.model_validate({**fields, "checks": len(found.checks), "valid": valid})
