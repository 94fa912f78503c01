"""Jobs of the worker: queued by a command, held by one worker at a time under a lease on the database's clock."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.engine import RowMapping

from shared.contracts.codes import Role
from shared.delivery.unit import Unit
from shared.principal import Actor

WAKE_CHANNEL = "tianwei_import"


class LeaseLost(Exception):
    """Another worker has the job by now, or it has ended: whatever this one was doing is void."""


@dataclass(frozen=True)
class Lease:
    """A job as it was when a worker took it. by: who asked for it. tries: times taken up since the last progress."""

    id: UUID
    token: UUID
    lease_s: float
    by: Actor
    correlation_id: str
    tries: int
    row: RowMapping


class JobQueue:
    """Over a table with id, state, requested_by, requested_at, correlation_id, lease_token, lease_until, tries."""

    def __init__(self, table: Table) -> None:
        self.table = table
        name = table.name
        self._claim = sa.text(f"""
UPDATE {name} SET state = 'running', tries = tries + 1, lease_token = :token,
    lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id IN (
    SELECT id FROM {name}
    WHERE state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp())
    ORDER BY requested_at, id LIMIT :most FOR UPDATE SKIP LOCKED)
RETURNING {", ".join(column.name for column in table.c)}
""").columns(*table.c)
        self._renew = sa.text(f"""
UPDATE {name} SET lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id = :id AND lease_token = :token AND state = 'running'
""")
        self._release = sa.text(f"""
UPDATE {name} SET state = 'queued', lease_token = NULL, lease_until = NULL, tries = tries - :uncounted
WHERE id = :id AND lease_token = :token AND state = 'running'
""")

    def asked(self, unit: Unit) -> dict[str, Any]:
        """Columns of a new job: queued now by whoever acts in the unit."""
        return {
            "state": "queued",
            "requested_by": {**asdict(unit.by), "roles": sorted(unit.by.roles)},
            "requested_at": unit.now,
            "correlation_id": unit.correlation_id,
        }

    def ring(self, unit: Unit) -> None:
        """Wake the worker when the unit commits."""
        unit.connection.execute(sa.text(f"NOTIFY {WAKE_CHANNEL}"))

    def claim_many(self, connection: Connection, lease_s: float, most: int) -> list[Lease]:
        """The oldest jobs that nobody works on, now held for lease_s seconds, oldest first."""
        token = uuid4()
        rows = connection.execute(self._claim, {"token": token, "lease_s": lease_s, "most": most}).mappings().all()
        return [_lease(row, token, lease_s) for row in sorted(rows, key=lambda row: (row["requested_at"], row["id"]))]

    def renew(self, connection: Connection, job: Lease) -> None:
        """Hold it for another lease. Raises LeaseLost."""
        held = connection.execute(self._renew, {"id": job.id, "token": job.token, "lease_s": job.lease_s})
        if held.rowcount != 1:
            raise LeaseLost(job.id)

    def release(self, connection: Connection, job: Lease, *, counted: bool) -> None:
        """Give it back for anyone to take up at once. counted: whether this was a failed try."""
        connection.execute(self._release, {"id": job.id, "token": job.token, "uncounted": 0 if counted else 1})

    def lock(self, connection: Connection, job: Lease) -> RowMapping:
        """The job's row, locked until the unit ends. Raises LeaseLost."""
        c = self.table.c
        held = (c.id == job.id, c.lease_token == job.token, c.state == "running")
        row = connection.execute(sa.select(self.table).where(*held).with_for_update()).mappings().one_or_none()
        if row is None:
            raise LeaseLost(job.id)
        return row

    def waiting(self, connection: Connection) -> int:
        """Jobs queued or running, for the health answer."""
        statement = sa.select(sa.func.count()).where(self.table.c.state.in_(("queued", "running")))
        return int(connection.execute(statement).scalar_one())

    def note_problem(self, connection: Connection, id_: UUID, problem: dict[str, Any]) -> None:
        connection.execute(sa.update(self.table).where(self.table.c.id == id_).values(problem=problem))


@dataclass(frozen=True)
class ImportJob(Lease):
    """The job of a file."""

    @property
    def file_name(self) -> str:
        return str(self.row["file_name"])

    @property
    def file_sha256(self) -> str:
        return str(self.row["file_sha256"])

    @property
    def county_code(self) -> str:
        return str(self.row["division_code"])

    @property
    def rows_done(self) -> int:
        return int(self.row["rows_done"])


class FileQueue(JobQueue):
    """Over a table of file jobs (import_tables.file_job). counters: what their rows are counted as."""

    def __init__(self, table: Table, counters: Sequence[str]) -> None:
        super().__init__(table)
        counted = ", ".join(f"rows_{counter} = rows_{counter} + :{counter}" for counter in counters)
        self._advance = sa.text(f"""
UPDATE {table.name} SET rows_done = rows_done + :done, {counted}, tries = 0,
    lease_until = clock_timestamp() + make_interval(secs => :lease_s)
WHERE id = :id
""")

    def claim(self, connection: Connection, lease_s: float) -> ImportJob | None:
        """The oldest job that nobody works on, now held for lease_s seconds."""
        found = self.claim_many(connection, lease_s, 1)
        return ImportJob(**vars(found[0])) if found else None

    def note_file(self, connection: Connection, job: ImportJob, about: dict[str, Any]) -> None:
        """What the file turned out to be. about: rows_total, crs, encoding, sample, warnings."""
        connection.execute(sa.update(self.table).where(self.table.c.id == job.id).values(**about))

    def is_in(self, connection: Connection, job: ImportJob, start: int, rows: int) -> bool:
        """Whether a batch was committed by a try whose answer was lost; locks the job. Raises LeaseLost."""
        done = self.lock(connection, job)["rows_done"]
        if done >= start + rows:
            return True
        if done != start:
            raise ValueError(f"batch starts at {start}, the job is at {done}")
        return False

    def advance(self, connection: Connection, job: ImportJob, *, done: int, **counts: int) -> None:
        """Count what a batch brought, in the batch's own transaction, and renew the lease."""
        connection.execute(self._advance, {"id": job.id, "lease_s": job.lease_s, "done": done, **counts})


def _lease(row: RowMapping, token: UUID, lease_s: float) -> Lease:
    asked = dict(row["requested_by"])
    return Lease(
        id=row["id"],
        token=token,
        lease_s=lease_s,
        by=Actor(**{**asked, "roles": frozenset(Role(role) for role in asked["roles"])}),
        correlation_id=row["correlation_id"],
        tries=row["tries"],
        row=row,
    )
