"""Imports of satellite patches as jobs."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.clue_import import ClueImport, ImportState
from services.cases.storage.import_tables import clue_import
from services.cases.storage.job_queue import FileQueue
from shared.contracts.clue_imports import ClueImportView, StartClueImport
from shared.delivery.unit import Unit

QUEUE = FileQueue(clue_import, ("created", "known", "rejected"))


def enqueue(unit: Unit, id_: UUID, cmd: StartClueImport, county_code: str) -> RowMapping:
    """A new job; the worker is rung when the unit commits."""
    values = {
        "id": id_,
        "division_code": county_code,
        "file_name": cmd.file_name,
        "file_sha256": cmd.file_sha256,
        "size_bytes": cmd.size_bytes,
        **QUEUE.asked(unit),
    }
    row = unit.connection.execute(sa.insert(clue_import).values(values).returning(clue_import)).mappings().one()
    QUEUE.ring(unit)
    return row


class ClueImportStore:
    """Saves the end of a job; everything before it is progress that the worker counts, not state that events tell."""

    def from_row(self, row: RowMapping) -> ClueImport:
        return ClueImport(
            id=row["id"],
            version=row["version"],
            state=ImportState(row["state"]),
            jurisdiction=row["division_code"],
            finished_at=row["finished_at"],
            **{name: row[name] for name in ("file_name", "file_sha256")},
            **{name: row[name] for name in ("rows_created", "rows_known", "rows_rejected")},
        )

    def save(self, connection: Connection, aggregate: ClueImport, stored_version: int) -> None:
        """The row is locked by its worker."""
        ended: dict[str, Any] = {"lease_token": None, "lease_until": None, "finished_at": aggregate.finished_at}
        connection.execute(
            sa.update(clue_import)
            .where(clue_import.c.id == aggregate.id, clue_import.c.version == stored_version)
            .values(state=aggregate.state.value, version=aggregate.version, **ended)
        )


def view_of(row: RowMapping) -> ClueImportView:
    """A job as its requester sees it."""
    return ClueImportView.model_validate({name: row[name] for name in ClueImportView.model_fields})
