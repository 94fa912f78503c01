"""Jobs of case imports: queued by a command, held by one worker at a time under a lease on the database's clock."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.case_import import CaseImport, CaseImportRow
from services.cases.storage.case_import_tables import case_import, case_import_row
from services.cases.storage.file_import_store import FileImportStore
from services.cases.storage.job_queue import FileQueue, ImportJob
from services.cases.storage.tables import case
from shared.contracts.case_imports import CaseImportView, StartCaseImport
from shared.delivery.unit import Unit
from shared.divisions.register import COUNTY_DIGITS

QUEUE = FileQueue(case_import, ("created", "known", "rejected"))
STORE = FileImportStore(case_import, CaseImport, "dry_run")
_r = case_import_row.c
_ADD = sa.text("""
INSERT INTO case_import_row (import_id, row_no, outcome, old_no, case_id, case_no, field, code, facts, raw)
SELECT :import_id, r.row_no, r.outcome, r.old_no, r.case_id, r.case_no, r.field, r.code, r.facts, r.raw
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
    row_no int, outcome text, old_no text, case_id uuid, case_no text, field text, code text, facts jsonb, raw jsonb)
""")
# Two files of a county at once: the later batch sees what the earlier one took over.
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(7200443, CAST(:county AS integer))")


def enqueue(unit: Unit, id_: UUID, cmd: StartCaseImport, county_code: str) -> RowMapping:
    """A new job; the worker is rung when the unit commits."""
    values = {
        "id": id_,
        "dry_run": cmd.dry_run,
        "division_code": county_code,
        "file_name": cmd.file_name,
        "file_sha256": cmd.file_sha256,
        "size_bytes": cmd.size_bytes,
        **QUEUE.asked(unit),
    }
    row = unit.connection.execute(sa.insert(case_import).values(values).returning(case_import)).mappings().one()
    QUEUE.ring(unit)
    return row


def lock(connection: Connection, job: ImportJob) -> RowMapping:
    """The job's row, locked until the unit ends, and the county's imports with it. Raises LeaseLost."""
    connection.execute(_ONE_AT_A_TIME, {"county": job.county_code[:COUNTY_DIGITS]})
    return QUEUE.lock(connection, job)


def add_rows(connection: Connection, import_id: UUID, rows: Sequence[CaseImportRow]) -> None:
    """Keep the outcome of rows, in one statement."""
    connection.execute(_ADD, {"import_id": import_id, "rows": orjson.dumps(rows).decode()})


def taken_over(connection: Connection, county_code: str, numbers: Collection[str]) -> dict[str, RowMapping]:
    """Cases of the county by their old number: id, case_no, filed_at, party_name."""
    c = case.c
    county = county_code[:COUNTY_DIGITS]
    rows = connection.execute(
        sa.select(c.old_no, c.id, c.case_no, c.filed_at, c.party_name).where(
            c.old_no.in_(numbers), sa.func.substr(c.division_code, 1, COUNTY_DIGITS) == county
        )
    )
    return {row["old_no"]: row for row in rows.mappings()}


def rows_before(connection: Connection, import_id: UUID, numbers: Collection[str]) -> dict[str, dict[str, Any]]:
    """Facts of the good rows of this file, by those of these old numbers that they had."""
    good = (_r.import_id == import_id, _r.old_no.in_(numbers), _r.outcome.in_(("acceptable", "created")))
    return {row.old_no: row.facts for row in connection.execute(sa.select(_r.old_no, _r.facts).where(*good))}


def view_of(row: RowMapping) -> CaseImportView:
    """A job as its requester sees it."""
    return CaseImportView.model_validate({name: row[name] for name in CaseImportView.model_fields})
