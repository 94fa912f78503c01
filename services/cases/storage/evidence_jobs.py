"""What waits for the evidence worker: examinations and proof bundles, each held by one worker under a lease."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.engine import RowMapping

from services.cases.domain.proof_bundle import BundleState, Made, ProofBundle
from services.cases.storage.evidence_tables import evidence, evidence_examination, proof_bundle
from shared.blobs import Stored
from shared.contracts.codes import Role
from shared.contracts.proof_bundles import BundleView
from shared.delivery.unit import Unit
from shared.errors import TianweiError
from shared.principal import Actor

WAKE_CHANNEL = "tianwei_evidence"


class LeaseLost(Exception):
    """Another worker has the job by now, or it has ended: whatever this one was doing is void."""


@dataclass(frozen=True)
class Job:
    """id: of the evidence to examine, or of the bundle to make. tries: times taken up, this one too."""

    table: Table
    id: UUID
    token: UUID
    lease_s: float
    correlation_id: str
    tries: int


def _waiting(table: Table) -> str:
    return "state IN ('queued', 'running') AND" if "state" in table.c else ""


def ask_examination(unit: Unit, evidence_id: UUID) -> None:
    """The worker is rung when the unit commits."""
    values = {"id": evidence_id, "requested_at": unit.now, "correlation_id": unit.correlation_id}
    unit.connection.execute(sa.insert(evidence_examination).values(values))
    unit.connection.execute(sa.text(f"NOTIFY {WAKE_CHANNEL}"))


def ask_bundle(unit: Unit, id_: UUID, item_id: UUID, item_no: str, division_code: str) -> RowMapping:
    values = {
        "id": id_,
        "state": BundleState.QUEUED.value,
        "division_code": division_code,
        "item_id": item_id,
        "item_no": item_no,
        "requested_by": {**asdict(unit.by), "roles": sorted(unit.by.roles)},
        "requested_at": unit.now,
        "correlation_id": unit.correlation_id,
    }
    row = unit.connection.execute(sa.insert(proof_bundle).values(values).returning(proof_bundle)).mappings().one()
    unit.connection.execute(sa.text(f"NOTIFY {WAKE_CHANNEL}"))
    return row


def claim(connection: Connection, table: Table, lease_s: float) -> Job | None:
    """The oldest job of a kind that nobody works on, now held for lease_s seconds on the database's clock."""
    token = uuid4()
    running = "state = 'running', " if "state" in table.c else ""
    row = (
        connection.execute(
            sa.text(f"""
            UPDATE {table.name} SET {running}tries = tries + 1, lease_token = :token,
                lease_until = clock_timestamp() + make_interval(secs => :lease_s)
            WHERE id = (
                SELECT id FROM {table.name}
                WHERE {_waiting(table)} (lease_until IS NULL OR lease_until < clock_timestamp())
                ORDER BY requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, correlation_id, tries
            """),
            {"token": token, "lease_s": lease_s},
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    return Job(table, row["id"], token, lease_s, row["correlation_id"], row["tries"])


def renew(connection: Connection, job: Job) -> None:
    """Hold it for another lease. Raises LeaseLost."""
    lease = sa.text("clock_timestamp() + make_interval(secs => :lease_s)").bindparams(lease_s=job.lease_s)
    held = connection.execute(sa.update(job.table).where(*_held(job)).values(lease_until=lease))
    if held.rowcount != 1:
        raise LeaseLost(job.id)


def release(connection: Connection, job: Job, *, counted: bool, wait_s: float = 0.0) -> None:
    """Give it back for anyone to take up, after a while. counted: whether this was a failed try."""
    until = sa.text("clock_timestamp() + make_interval(secs => :wait_s)").bindparams(wait_s=wait_s)
    values: dict[str, Any] = {"lease_token": None, "lease_until": until}
    if not counted:
        values["tries"] = job.table.c.tries - 1
    connection.execute(sa.update(job.table).where(*_held(job)).values(values))


def lock(connection: Connection, job: Job) -> RowMapping:
    """The job's row, locked until the unit ends. Raises LeaseLost."""
    row = connection.execute(sa.select(job.table).where(*_held(job)).with_for_update()).mappings().one_or_none()
    if row is None:
        raise LeaseLost(job.id)
    return row


def examined(connection: Connection, job: Job) -> None:
    """Take it from the queue, in the transaction that tells what was found. Raises LeaseLost."""
    if connection.execute(sa.delete(job.table).where(*_held(job))).rowcount != 1:
        raise LeaseLost(job.id)


def waiting(connection: Connection) -> dict[str, int]:
    """For the health answer: what waits, and of how many pieces the content is not what it was."""
    bundles = sa.select(sa.func.count()).where(proof_bundle.c.state.in_(("queued", "running")))
    damaged = sa.select(sa.func.count()).where(evidence.c.damaged_at.is_not(None))
    return {
        "examinations_waiting": int(
            connection.execute(sa.select(sa.func.count()).select_from(evidence_examination)).scalar_one()
        ),
        "bundles_waiting": int(connection.execute(bundles).scalar_one()),
        "evidence_damaged": int(connection.execute(damaged).scalar_one()),
    }


def requester(row: Mapping[str, Any]) -> Actor:
    asked = dict(row["requested_by"])
    return Actor(**{**asked, "roles": frozenset(Role(role) for role in asked["roles"])})


class BundleStore:
    """Saves the end of a job; before that there is nothing that events tell."""

    def from_row(self, row: RowMapping) -> ProofBundle:
        made = None
        if row["sha256"] is not None:
            made = Made(Stored(row["sha256"], row["size_bytes"], row["sm3"]), row["manifest_sha256"], row["files"])
        return ProofBundle(
            id=row["id"],
            version=row["version"],
            state=BundleState(row["state"]),
            jurisdiction=row["division_code"],
            item_id=row["item_id"],
            item_no=row["item_no"],
            finished_at=row["finished_at"],
            made=made,
        )

    def save(self, connection: Connection, aggregate: ProofBundle, stored_version: int) -> None:
        """The row is locked by its worker."""
        made = aggregate.made
        ended: dict[str, Any] = {"lease_token": None, "lease_until": None, "finished_at": aggregate.finished_at}
        if made is not None:
            ended |= {"files": made.files, "size_bytes": made.stored.size, "sha256": made.stored.sha256}
            ended |= {"sm3": made.stored.sm3, "manifest_sha256": made.manifest_sha256}
        connection.execute(
            sa.update(proof_bundle)
            .where(proof_bundle.c.id == aggregate.id, proof_bundle.c.version == stored_version)
            .values(state=aggregate.state.value, version=aggregate.version, **ended)
        )

    def note_problem(self, connection: Connection, id_: UUID, problem: TianweiError) -> None:
        stated = problem.as_problem()
        del stated["kind"]
        connection.execute(sa.update(proof_bundle).where(proof_bundle.c.id == id_).values(problem=stated))


def bundle_view(row: RowMapping) -> BundleView:
    return BundleView.model_validate({name: row[name] for name in BundleView.model_fields})


def _held(job: Job) -> tuple[Any, ...]:
    return (job.table.c.id == job.id, job.table.c.lease_token == job.token)
