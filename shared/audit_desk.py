"""What the audit administrator asks of a service: who did what, and its two chains, link by link. No content of either.

An administrator of the audit reads no case: of a change he sees who, when and which object, and of its payload the
digest that is under the hash.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.engine import RowMapping

from shared.audit import chain, checkpoints, search
from shared.audit.links import content_digest, form_of
from shared.audit.tables import audit_entry
from shared.contracts.audit import (
    AuditCheckpointKeptV1,
    AuditEntryView,
    AuditHeads,
    AuditKind,
    Chain,
    ChainHead,
    ChainLink,
    ChainPage,
    CheckpointKept,
    GetAuditHeads,
    KeepCheckpoint,
    ListAudit,
    Outcome,
    ReadChain,
)
from shared.contracts.base import Page
from shared.contracts.codes import Role
from shared.delivery.log import is_link, meta_of
from shared.delivery.tables import event_log, log_head, log_order
from shared.delivery.unit import Unit
from shared.ids import derived_id
from shared.operations import Call, CommandOperation, Operation, QueryOperation, ScopeRule
from shared.principal import Actor
from shared.wall import internal, stand

OnKept = Callable[[Any, UUID], None]
"""(unit, checkpoint_id), in the transaction that keeps it."""

AUDITORS = frozenset({Role.AUDIT_ADMINISTRATOR})
AUDIT = ScopeRule(
    "audit",
    "all of the house's: who, when, which object, never what; the second wall does not stand before it",
    house=True,
)
_PERSON = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# The first who acted in what the house went on with by itself.
_BEHIND = sa.text("""
SELECT DISTINCT ON (correlation_id) correlation_id, actor, actor_name FROM event_log
WHERE correlation_id = ANY(:correlations) AND actor ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
ORDER BY correlation_id, event_id
""")
_EVENTS = sa.text("""
SELECT o.position, o.log_id, o.prev_hash, o.hash, e.event_id, e.type, e.actor, e.actor_name, e.aggregate_id,
       e.aggregate_seq, e.aggregate_type, e.audience, e.causation_id, e.correlation_id, e.occurred_at, e.payload
FROM log_order o LEFT JOIN event_log e USING (event_id)
WHERE o.position > :after ORDER BY o.position LIMIT :limit
""")


@dataclass
class _Checkpoint:
    """An aggregate of one event, which is all there is of it."""

    TYPE: ClassVar[str] = "audit_checkpoint"

    id: UUID
    jurisdiction: str
    version: int = 0

    def apply(self, event: Any) -> None:
        """It has no state."""


class _NoTable:
    def save(self, connection: Connection, aggregate: Any, stored_version: int) -> None:
        """The row is written beside it."""


@dataclass(frozen=True)
class AuditDesk:
    """service: whose chains. on_kept: of the service that tells the house of checkpoints, what else it does then."""

    service: str
    on_kept: OnKept | None = None

    def operations(self) -> tuple[Operation, ...]:
        return (
            QueryOperation(ListAudit, self.list_entries, AUDITORS, AUDIT),
            QueryOperation(ReadChain, self.read_chain, AUDITORS, AUDIT),
            QueryOperation(GetAuditHeads, self.heads, AUDITORS, AUDIT),
            CommandOperation(KeepCheckpoint, self.keep, AUDITORS, AUDIT),
        )

    def list_entries(self, q: ListAudit, _: Actor, connection: Connection) -> Page[AuditEntryView]:
        _see_all(connection)
        found = [*search.entries(connection, q, self.service), *self._changes(connection, q)]
        number = search.total(connection, q) + _changes_total(connection, q) if q.with_total else None
        return search.one_page(found, q, number)

    def _changes(self, connection: Connection, q: ListAudit) -> list[AuditEntryView]:
        if not _are_changes(q):
            return []
        joined = event_log.outerjoin(log_order, log_order.c.event_id == event_log.c.event_id)
        columns = [column for column in event_log.c if column.name != "payload"]
        found = connection.execute(
            sa.select(*columns, log_order.c.position)
            .select_from(joined)
            .where(*search.window(event_log.c.event_id, q), *_alike(q))
            .order_by(event_log.c.event_id.desc())
            .limit(q.limit + 1)
        )
        rows = [dict(row) for row in found.mappings()]
        behind = _behind(connection, rows)
        return [self._change(row, behind) for row in rows]

    def _change(self, row: Mapping[str, Any], behind: Mapping[str, tuple[str, str]]) -> AuditEntryView:
        person = (None, None) if _is_person(row["actor"]) else behind.get(row["correlation_id"], (None, None))
        return AuditEntryView(
            id=row["event_id"],
            service=self.service,
            chain=Chain.CHANGES,
            position=row["position"],
            at=row["occurred_at"],
            kind=AuditKind.CHANGE,
            operation=row["type"],
            outcome=Outcome.DONE,
            code=None,
            actor=row["actor"],
            actor_name=row["actor_name"],
            org_code=None,
            behind=person[0],
            behind_name=person[1],
            objects=[row["aggregate_id"]],
            request_id=row["correlation_id"],
            source=None,
            times=1,
        )

    def read_chain(self, q: ReadChain, _: Actor, connection: Connection) -> ChainPage:
        _see_all(connection)
        head = self._head(q.chain, connection)
        links = chain.links(connection, q.after, q.limit) if q.chain is Chain.ACCESS else _events(connection, q)
        return ChainPage(
            service=self.service,
            chain=q.chain,
            log_id=head.log_id,
            head=head.position,
            first=_first(connection, q.chain),
            links=[ChainLink(**link) for link in links],
        )

    def heads(self, _: GetAuditHeads, __: Actor, connection: Connection) -> AuditHeads:
        _see_all(connection)
        return AuditHeads(heads=[self._head(one, connection) for one in Chain])

    @staticmethod
    def _head(which: Chain, connection: Connection) -> ChainHead:
        if which is Chain.ACCESS:
            return checkpoints.access_head(connection)
        row = connection.execute(sa.select(log_head.c.log_id, log_head.c.position, log_head.c.hash)).one()
        return ChainHead(chain=which, log_id=row.log_id, position=row.position, hash=row.hash)

    def keep(self, cmd: KeepCheckpoint, call: Call, unit: Unit) -> CheckpointKept:
        """Raises CheckpointUnproven, ChainContradicts."""
        kept = cmd.checkpoint
        said = checkpoints.read(kept)
        if checkpoints.keep(unit.connection, kept, self.service) and self.on_kept is not None:
            made = _Checkpoint(derived_id("audit-checkpoint", kept.number), str(said["county_code"]))
            told = AuditCheckpointKeptV1(
                at=call.now,
                checkpoint_id=made.id,
                number=kept.number,
                made_at=kept.made_at,
                sha256=checkpoints.digest(kept),
                key_id=kept.key_id,
                heads=checkpoints.heads_of(said),
            )
            unit.record(made, _NoTable(), [told])
            self.on_kept(unit, made.id)
        return CheckpointKept(number=kept.number)


def _see_all(connection: Connection) -> None:
    """Before the first statement: a chain with rows that the auditor is not shown would seem broken."""
    stand(connection, internal("audit"))


def _are_changes(q: ListAudit) -> bool:
    other = q.chain is Chain.ACCESS or q.kind not in (None, AuditKind.CHANGE)
    return not other and q.outcome in (None, Outcome.DONE)


def _changes_total(connection: Connection, q: ListAudit) -> int:
    if not _are_changes(q):
        return 0
    where = [*search.window(event_log.c.event_id, q, paged=False), *_alike(q)]
    return int(connection.execute(sa.select(sa.func.count()).select_from(event_log).where(*where)).scalar_one())


def _alike(q: ListAudit) -> list[ColumnElement[bool]]:
    table = event_log.c
    given = {table.actor: q.actor, table.aggregate_id: q.object_id}
    given |= {table.type: q.operation_name, table.correlation_id: q.request_id}
    return [column == value for column, value in given.items() if value is not None]


def _behind(connection: Connection, rows: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """By correlation: the person to whom acts of the house itself go back."""
    asked = {row["correlation_id"] for row in rows if not _is_person(row["actor"])}
    if not asked:
        return {}
    found = connection.execute(_BEHIND, {"correlations": sorted(asked)})
    return {row.correlation_id: (row.actor, row.actor_name) for row in found}


def _is_person(actor: str) -> bool:
    return _PERSON.fullmatch(actor) is not None


def _first(connection: Connection, which: Chain) -> int:
    position = audit_entry.c.position if which is Chain.ACCESS else log_order.c.position
    return int(connection.execute(sa.select(sa.func.min(position))).scalar_one() or 1)


def _events(connection: Connection, q: ReadChain) -> list[dict[str, Any]]:
    """Events as links: meta and digest are made of what their rows say now."""
    rows = connection.execute(_EVENTS, {"after": q.after, "limit": q.limit}).mappings()
    return [_link(row) for row in rows if row["type"] is not None]


def _link(row: RowMapping) -> dict[str, Any]:
    meta, form = meta_of(row), form_of(row["hash"])
    place = (row["prev_hash"], row["log_id"], row["position"], row["event_id"], row["type"])
    return {
        "position": row["position"],
        "log_id": row["log_id"],
        "id": row["event_id"],
        "type": row["type"],
        "prev_hash": row["prev_hash"],
        "hash": row["hash"],
        "meta": meta,
        "content": content_digest(row["payload"], form or "sha256"),
        # Of the first form a hash is over the payload itself, which the auditor is not shown.
        "whole": None if form else is_link(row["hash"], place, meta, row["payload"]),
    }
