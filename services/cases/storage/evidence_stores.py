"""Evidence, custody and copies in and out of their tables."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.custody import Copy, Custody, custody_id
from services.cases.domain.evidence import Evidence
from services.cases.storage.evidence_tables import evidence, evidence_copy, evidence_custody
from services.cases.storage.repository import ScopedStore
from services.cases.storage.scope import visible, visible_copies
from shared.contracts.codes import (
    Agency,
    CopyState,
    EvidenceDisposition,
    EvidenceKind,
    EvidenceObject,
    EvidenceSource,
    EvidenceStage,
    EvidenceState,
    ScanVerdict,
)
from shared.contracts.evidence import EvidenceFlag, PairFacts, PhotoFacts, StatedFacts, Thumbnail
from shared.contracts.parts import DeadlineView, DocumentRef
from shared.delivery.unit import TableStore
from shared.divisions.register import COUNTY_DIGITS
from shared.errors import NotFound, StaleVersion
from shared.principal import Actor

_flags = TypeAdapter(list[EvidenceFlag])
_thumbnails = TypeAdapter(list[Thumbnail])
_documents = TypeAdapter(list[DocumentRef])
_deadlines = TypeAdapter(list[DeadlineView])
_PLAIN = (
    "evidence_no",
    "object_id",
    "clue_id",
    "case_id",
    "division_code",
    "township_code",
    "item",
    "title",
    "view_kind",
    "taken_by",
    "device_no",
    "batch",
    "owner",
    "added_by",
    "added_at",
    "sha256",
    "sm3",
    "size_bytes",
    "media_type",
    "file_name",
    "duplicate_of",
    "distance_m",
    "damaged_at",
    "registered_in_advance",
)
_CODED: dict[str, Any] = {
    "object": EvidenceObject,
    "kind": EvidenceKind,
    "stage": EvidenceStage,
    "source": EvidenceSource,
    "scan": ScanVerdict,
    "disposition": EvidenceDisposition,
}


class EvidenceStore(ScopedStore[Evidence]):
    def __init__(self) -> None:
        super().__init__(evidence)

    def columns(self, aggregate: Evidence) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in _PLAIN},
            **{name: getattr(aggregate, name) and getattr(aggregate, name).value for name in _CODED},
            "due_on": aggregate.due_on,
            "stated": aggregate.stated.model_dump(mode="json"),
            "photo": aggregate.photo and aggregate.photo.model_dump(mode="json"),
            "flags": _flags.dump_python(aggregate.flags, mode="json"),
            "thumbnails": _thumbnails.dump_python(aggregate.thumbnails, mode="json"),
            "pair": aggregate.pair and aggregate.pair.model_dump(mode="json"),
        }

    def from_row(self, row: RowMapping) -> Evidence:
        return Evidence(
            id=row["id"],
            version=row["version"],
            state=EvidenceState(row["state"]),
            jurisdiction=row["division_code"],
            documents=_documents.validate_python(row["documents"]),
            deadlines=_deadlines.validate_python(row["deadlines"]),
            **{name: row[name] for name in _PLAIN},
            **{name: row[name] and kind(row[name]) for name, kind in _CODED.items()},
            stated=StatedFacts.model_validate(row["stated"]),
            photo=row["photo"] and PhotoFacts.model_validate(row["photo"]),
            flags=_flags.validate_python(row["flags"]),
            thumbnails=_thumbnails.validate_python(row["thumbnails"]),
            pair=row["pair"] and PairFacts.model_validate(row["pair"]),
        )

    def of_land(self, connection: Connection, by: Actor | None, clue_id: UUID) -> list[Evidence]:
        """All that belongs to one clue and what grew from it, oldest first. by: as far as the actor sees it."""
        seen = sa.true() if by is None else visible(evidence, by)
        statement = (
            sa.select(evidence).where(evidence.c.clue_id == clue_id, seen).order_by(evidence.c.added_at, evidence.c.id)
        )
        return [self.from_row(row) for row in connection.execute(statement).mappings()]

    def is_known(self, connection: Connection, id_: UUID) -> bool:
        statement = sa.select(sa.literal(1)).where(evidence.c.id == id_)
        return connection.execute(statement).first() is not None

    def first_with(self, connection: Connection, sha256: str, division_code: str) -> UUID | None:
        """The oldest evidence of the county with this content. Locks the content against others until the unit ends."""
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:sha256, 8))"), {"sha256": sha256})
        statement = (
            sa.select(evidence.c.id)
            .where(
                evidence.c.sha256 == sha256,
                evidence.c.division_code.startswith(division_code[:COUNTY_DIGITS]),
            )
            .order_by(evidence.c.added_at, evidence.c.id)
            .limit(1)
        )
        return connection.execute(statement).scalar_one_or_none()


_CUSTODY = ("evidence_id", "reads", "downloads", "last_read_at", "verified_at")


class CustodyStore(TableStore[Custody]):
    def __init__(self) -> None:
        super().__init__(evidence_custody)

    def of(self, connection: Connection, piece: Evidence) -> Custody:
        """The custody of a piece of evidence, locked until the unit ends; a fresh one if nobody has read it yet."""
        id_ = custody_id(piece.id)
        statement = sa.select(self.table).where(self.table.c.id == id_).with_for_update()
        row = connection.execute(statement).mappings().one_or_none()
        return Custody(id=id_, jurisdiction=piece.division_code) if row is None else self.from_row(row)

    def to_row(self, aggregate: Custody) -> Mapping[str, Any]:
        return {"division_code": aggregate.jurisdiction, **{name: getattr(aggregate, name) for name in _CUSTODY}}

    def from_row(self, row: RowMapping) -> Custody:
        known = {name: row[name] for name in _CUSTODY}
        return Custody(id=row["id"], version=row["version"], jurisdiction=row["division_code"], **known)


_COPY = (
    "evidence_id",
    "evidence_no",
    "title",
    "sha256",
    "sm3",
    "size_bytes",
    "media_type",
    "file_name",
    "division_code",
    "purpose",
    "granted_by",
    "granted_at",
    "expires_at",
    "received_at",
    "reads",
)


class CopyStore(TableStore[Copy]):
    def __init__(self) -> None:
        super().__init__(evidence_copy)

    def lock_seen(self, connection: Connection, by: Actor, id_: UUID, expected_version: int | None = None) -> Copy:
        """Locked until the unit ends. Raises NotFound, also for what the actor may not see; StaleVersion."""
        seen = sa.select(self.table).where(self.table.c.id == id_, visible_copies(self.table, by)).with_for_update()
        row = connection.execute(seen).mappings().one_or_none()
        if row is None:
            raise NotFound
        if expected_version is not None and row["version"] != expected_version:
            raise StaleVersion(expected_version, row["version"])
        return self.from_row(row)

    def get_seen(self, connection: Connection, by: Actor, id_: UUID) -> Copy:
        seen = sa.select(self.table).where(self.table.c.id == id_, visible_copies(self.table, by))
        row = connection.execute(seen).mappings().one_or_none()
        if row is None:
            raise NotFound
        return self.from_row(row)

    def to_row(self, aggregate: Copy) -> Mapping[str, Any]:
        return {
            "state": aggregate.state and aggregate.state.value,
            "to_agency": aggregate.to_agency.value,
            **{name: getattr(aggregate, name) for name in _COPY},
        }

    def from_row(self, row: RowMapping) -> Copy:
        return Copy(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            state=CopyState(row["state"]),
            to_agency=Agency(row["to_agency"]),
            **{name: row[name] for name in _COPY},
        )
