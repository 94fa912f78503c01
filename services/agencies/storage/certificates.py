"""Kits that were issued and certificates that were taken."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.agencies.domain.certificate import AgencyCertificate, AgencyKit
from services.agencies.storage.tables import agency_certificate, agency_kit
from shared.contracts.agency_certificates import CertificateSoftware
from shared.contracts.codes import Agency
from shared.delivery.unit import TableStore
from shared.errors import NotFound


class KitStore(TableStore[AgencyKit]):
    def __init__(self) -> None:
        super().__init__(agency_kit)

    def to_row(self, aggregate: AgencyKit) -> Mapping[str, Any]:
        return _row(agency_kit, aggregate)

    def from_row(self, row: RowMapping) -> AgencyKit:
        return AgencyKit(**{**row, "agency": Agency(row["agency"])}, jurisdiction="")


class CertificateStore(TableStore[AgencyCertificate]):
    def __init__(self) -> None:
        super().__init__(agency_certificate)

    def to_row(self, aggregate: AgencyCertificate) -> Mapping[str, Any]:
        software = aggregate.software and aggregate.software.model_dump(mode="json")
        return {**_row(agency_certificate, aggregate), "software": software, "checks": list(aggregate.checks)}

    def from_row(self, row: RowMapping) -> AgencyCertificate:
        software = CertificateSoftware.model_validate(row["software"])
        return AgencyCertificate(
            **{**row, "agency": Agency(row["agency"]), "software": software, "checks": list(row["checks"])},
            jurisdiction="",
        )

    def find(self, connection: Connection, id_: UUID) -> AgencyCertificate | None:
        """Locked; None when it is new."""
        try:
            return self.lock(connection, id_)
        except NotFound:
            return None


def is_certified(connection: Connection, agency: Agency, protocol: str, contract: str, now: datetime) -> bool:
    """Whether a system of the agency holds a certificate for this way of being reached and version of the contract."""
    there = agency_certificate.c
    held = sa.select(there.id).where(
        there.agency == agency.value,
        there.protocol == protocol,
        there.contract == contract,
        there.valid_until > now,
    )
    return bool(connection.execute(sa.select(sa.exists(held))).scalar_one())


def _row(table: sa.Table, aggregate: AgencyKit | AgencyCertificate) -> dict[str, Any]:
    """Columns of the table but those of the store itself."""
    values = {column.name: getattr(aggregate, column.name) for column in table.c}
    kept = {name: value for name, value in values.items() if name not in ("id", "version")}
    return {**kept, "agency": aggregate.agency and aggregate.agency.value}
