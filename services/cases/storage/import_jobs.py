"""Import jobs: queued by a command, held by one worker at a time under a lease counted on the database's clock."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from services.cases.domain.clue_import import ClueImport, ImportState
from services.cases.storage.import_tables import clue_import
from shared.contracts.clue_imports import ClueImportView, StartClueImport
from shared.contracts.codes import Role
from shared.delivery.unit import Unit
from shared.principal import Actor

WAKE_CHANNEL = "tianwei_import"

_CLAIM = sa.text("""
UPDATE clue_import SET state = 'running', tries = tries + 1, lease_token = :token,
    lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id = (
    SELECT id FROM clue_import
    WHERE state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp())
    ORDER BY requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *
""").columns(*clue_import.c)
_RENEW = sa.text("""
UPDATE clue_import SET lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id = :id AND lease_token = :token AND state = 'running'
""")
_RELEASE = sa.text("""
UPDATE clue_import SET state = 'queued', lease_token = NULL, lease_until = NULL, tries = tries - :uncounted
WHERE id = :id AND lease_token = :token AND state = 'running'
""")
_ADVANCE = sa.text("""
UPDATE clue_import SET rows_done = rows_done + :done, rows_created = rows_created + :created,
    rows_known = rows_known + :known, rows_rejected = rows_rejected + :rejected, tries = 0,
    lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id = :id
""")


class LeaseLost(Exception):
    """Another worker has the job by now, or it has ended: whatever this one was doing is void."""


@dataclass(frozen=True)
class ImportJob:
    """A job as it was when a worker took it. by: who asked for it. tries: times taken up since the last progress."""

    id: UUID
    token: UUID
    lease_s: float
    file_name: str
    file_sha256: str
    county_code: str
    by: Actor
    correlation_id: str
    tries: int
    rows_done: int


def enqueue(unit: Unit, id_: UUID, cmd: StartClueImport, county_code: str) -> RowMapping:
    """A new job; the worker is rung when the unit commits."""
    values = {
        "id": id_,
        "state": ImportState.QUEUED.value,
        "division_code": county_code,
        "file_name": cmd.file_name,
        "file_sha256": cmd.file_sha256,
        "size_bytes": cmd.size_bytes,
        "requested_by": {**asdict(unit.by), "roles": sorted(unit.by.roles)},
        "requested_at": unit.now,
        "correlation_id": unit.correlation_id,
    }
    row = unit.connection.execute(sa.insert(clue_import).values(values).returning(clue_import)).mappings().one()
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
        file_name=row["file_name"],
        file_sha256=row["file_sha256"],
        county_code=row["division_code"],
        by=Actor(**{**asked, "roles": frozenset(Role(role) for role in asked["roles"])}),
        correlation_id=row["correlation_id"],
        tries=row["tries"],
        rows_done=row["rows_done"],
    )


def renew(connection: Connection, job: ImportJob) -> None:
    """Hold it for another lease. Raises LeaseLost."""
    held = connection.execute(_RENEW, {"id": job.id, "token": job.token, "lease_s": job.lease_s})
    if held.rowcount != 1:
        raise LeaseLost(job.id)


def release(connection: Connection, job: ImportJob, *, counted: bool) -> None:
    """Give it back for anyone to take up at once. counted: whether this was a failed try."""
    connection.execute(_RELEASE, {"id": job.id, "token": job.token, "uncounted": 0 if counted else 1})


def note_file(connection: Connection, job: ImportJob, about: Mapping[str, Any]) -> None:
    """What the file turned out to be. about: rows_total, crs, encoding, sample, warnings."""
    connection.execute(sa.update(clue_import).where(clue_import.c.id == job.id).values(**about))


def lock(connection: Connection, job: ImportJob) -> RowMapping:
    """The job's row, locked until the unit ends. Raises LeaseLost."""
    held = (clue_import.c.id == job.id, clue_import.c.lease_token == job.token, clue_import.c.state == "running")
    row = connection.execute(sa.select(clue_import).where(*held).with_for_update()).mappings().one_or_none()
    if row is None:
        raise LeaseLost(job.id)
    return row


def advance(connection: Connection, job: ImportJob, *, done: int, created: int, known: int, rejected: int) -> None:
    """Count what a batch brought, in the batch's own transaction, and renew the lease."""
    counts = {"done": done, "created": created, "known": known, "rejected": rejected}
    connection.execute(_ADVANCE, {"id": job.id, "lease_s": job.lease_s, **counts})


def waiting(connection: Connection) -> int:
    """Jobs queued or running, for the health answer."""
    statement = sa.select(sa.func.count()).where(clue_import.c.state.in_(("queued", "running")))
    return int(connection.execute(statement).scalar_one())


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

    def note_problem(self, connection: Connection, id_: UUID, problem: dict[str, Any]) -> None:
        connection.execute(sa.update(clue_import).where(clue_import.c.id == id_).values(problem=problem))


def view_of(row: RowMapping) -> ClueImportView:
    """A job as its requester sees it."""
    return ClueImportView.model_validate({name: row[name] for name in ClueImportView.model_fields})
