"""Jobs of case imports: queued by a command, held by one worker at a time under a lease on the database's clock."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.case_import import CaseImport, CaseImportRow
from services.cases.domain.clue_import import ImportState
from services.cases.storage.case_import_tables import case_import, case_import_row
from services.cases.storage.import_jobs import WAKE_CHANNEL, ImportJob, LeaseLost
from services.cases.storage.tables import case
from shared.contracts.case_imports import CaseImportView, StartCaseImport
from shared.contracts.codes import Role
from shared.delivery.unit import Unit
from shared.divisions.register import COUNTY_DIGITS
from shared.principal import Actor

_i, _r = case_import.c, case_import_row.c
_CLAIM = sa.text("""
UPDATE case_import SET state = 'running', tries = tries + 1, lease_token = :token,
    lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id = (
    SELECT id FROM case_import
    WHERE state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp())
    ORDER BY requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *
""").columns(*case_import.c)
_RENEW = sa.text("""
UPDATE case_import SET lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id = :id AND lease_token = :token AND state = 'running'
""")
_RELEASE = sa.text("""
UPDATE case_import SET state = 'queued', lease_token = NULL, lease_until = NULL, tries = tries - :uncounted
WHERE id = :id AND lease_token = :token AND state = 'running'
""")
_ADVANCE = sa.text("""
UPDATE case_import SET rows_done = rows_done + :done, rows_created = rows_created + :created,
    rows_known = rows_known + :known, rows_rejected = rows_rejected + :rejected, tries = 0,
    lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id = :id
""")
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
        "state": ImportState.QUEUED.value,
        "dry_run": cmd.dry_run,
        "division_code": county_code,
        "file_name": cmd.file_name,
        "file_sha256": cmd.file_sha256,
        "size_bytes": cmd.size_bytes,
        "requested_by": {**asdict(unit.by), "roles": sorted(unit.by.roles)},
        "requested_at": unit.now,
        "correlation_id": unit.correlation_id,
    }
    row = unit.connection.execute(sa.insert(case_import).values(values).returning(case_import)).mappings().one()
    unit.connection.execute(sa.text(f"NOTIFY {WAKE_CHANNEL}"))
    return row


def claim(connection: Connection, lease_s: float) -> ImportJob | None:
    """The oldest job that nobody works on, now held for lease_s seconds."""
    token = uuid4()
    row = connection.execute(_CLAIM, {"token": token, "lease_s": lease_s}).mappings().one_or_none()
    if row is None:
        return None
    asked = dict(row["requested_by"])
    return ImportJob(
        id=row["id"],
        token=token,
        lease_s=lease_s,
        by=Actor(**{**asked, "roles": frozenset(Role(role) for role in asked["roles"])}),
        county_code=row["division_code"],
        **{name: row[name] for name in ("file_name", "file_sha256", "correlation_id", "tries", "rows_done")},
    )


def renew(connection: Connection, job: ImportJob) -> None:
    """Hold it for another lease. Raises LeaseLost."""
    held = connection.execute(_RENEW, {"id": job.id, "token": job.token, "lease_s": job.lease_s})
    if held.rowcount != 1:
        raise LeaseLost(job.id)


def release(connection: Connection, job: ImportJob, *, counted: bool) -> None:
    """Give it back for anyone to take up at once. counted: whether this was a failed try."""
    connection.execute(_RELEASE, {"id": job.id, "token": job.token, "uncounted": 0 if counted else 1})


def note_rows(connection: Connection, job: ImportJob, rows: int) -> None:
    """How many rows the file turned out to have."""
    connection.execute(sa.update(case_import).where(_i.id == job.id).values(rows_total=rows))


def lock(connection: Connection, job: ImportJob) -> RowMapping:
    """The job's row, locked until the unit ends, and the county's imports with it. Raises LeaseLost."""
    connection.execute(_ONE_AT_A_TIME, {"county": job.county_code[:COUNTY_DIGITS]})
    held = (_i.id == job.id, _i.lease_token == job.token, _i.state == "running")
    row = connection.execute(sa.select(case_import).where(*held).with_for_update()).mappings().one_or_none()
    if row is None:
        raise LeaseLost(job.id)
    return row


def advance(connection: Connection, job: ImportJob, *, done: int, created: int, known: int, rejected: int) -> None:
    """Count what a batch brought, in the batch's own transaction, and renew the lease."""
    counts = {"done": done, "created": created, "known": known, "rejected": rejected}
    connection.execute(_ADVANCE, {"id": job.id, "lease_s": job.lease_s, **counts})


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


def rows_before(connection: Connection, import_id: UUID, numbers: Collection[str]) -> set[str]:
    """Those of these old numbers that rows of this file had that were good."""
    good = (_r.import_id == import_id, _r.old_no.in_(numbers), _r.outcome == "acceptable")
    return set(connection.execute(sa.select(_r.old_no).where(*good)).scalars())


def waiting(connection: Connection) -> int:
    """Jobs queued or running, for the health answer."""
    statement = sa.select(sa.func.count()).where(_i.state.in_(("queued", "running")))
    return int(connection.execute(statement).scalar_one())


class CaseImportStore:
    """Saves the end of a job; everything before it is progress that the worker counts, not state that events tell."""

    def from_row(self, row: RowMapping) -> CaseImport:
        names = ("file_name", "file_sha256", "dry_run", "rows_created", "rows_known", "rows_rejected", "finished_at")
        return CaseImport(
            id=row["id"],
            version=row["version"],
            state=ImportState(row["state"]),
            jurisdiction=row["division_code"],
            **{name: row[name] for name in names},
        )

    def save(self, connection: Connection, aggregate: CaseImport, stored_version: int) -> None:
        """The row is locked by its worker."""
        ended: dict[str, Any] = {"lease_token": None, "lease_until": None, "finished_at": aggregate.finished_at}
        connection.execute(
            sa.update(case_import)
            .where(_i.id == aggregate.id, _i.version == stored_version)
            .values(state=aggregate.state.value, version=aggregate.version, **ended)
        )

    def note_problem(self, connection: Connection, id_: UUID, problem: dict[str, Any]) -> None:
        connection.execute(sa.update(case_import).where(_i.id == id_).values(problem=problem))


def view_of(row: RowMapping) -> CaseImportView:
    """A job as its requester sees it."""
    return CaseImportView.model_validate({name: row[name] for name in CaseImportView.model_fields})
