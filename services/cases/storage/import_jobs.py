"""Imports of satellite patches as jobs."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.clue_import import ClueImport
from services.cases.storage.file_import_store import FileImportStore
from services.cases.storage.import_tables import clue_import
from services.cases.storage.job_queue import FileQueue
from shared.contracts.clue_imports import ClueImportView, StartClueImport
from shared.delivery.unit import Unit

QUEUE = FileQueue(clue_import, ("created", "known", "rejected"))
STORE = FileImportStore(clue_import, ClueImport)


def enqueue(unit: Unit, id_: UUID, cmd: StartClueImport, county_code: str) -> RowMapping:
    """A new job; the worker is rung when the unit commits."""
    values = {
        "id": id_,
        "division_code": county_code,
        "stated_crs": cmd.crs and cmd.crs.value,
        "file_name": cmd.file_name,
        "file_sha256": cmd.file_sha256,
        "size_bytes": cmd.size_bytes,
        **QUEUE.asked(unit),
    }
    row = unit.connection.execute(sa.insert(clue_import).values(values).returning(clue_import)).mappings().one()
    QUEUE.ring(unit)
    return row


def crs_of(connection: Connection, id_: UUID) -> str | None:
    """In which system the file of a job was found to be."""
    found: str | None = connection.execute(sa.select(clue_import.c.crs).where(clue_import.c.id == id_)).scalar_one()
    return found


def view_of(row: RowMapping) -> ClueImportView:
    """A job as its requester sees it."""
    return ClueImportView.model_validate({name: row[name] for name in ClueImportView.model_fields})
