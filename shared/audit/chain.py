"""One database's own chain of entries: adding to its end, and its links as a verifier takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import RowMapping

from shared.audit.links import HashName, Meta, form_of, instant, link_hash
from shared.audit.tables import audit_entry
from shared.contracts.audit import AuditKind, Outcome
from shared.ids import new_id

ENTRY = "tianwei.audit.entry.v1"
"""The type of every link of this chain."""

_HEAD = sa.text("SELECT log_id, position, hash FROM audit_head WHERE id = 1 FOR UPDATE")
_MOVE = sa.text("UPDATE audit_head SET position = :position, hash = :hash WHERE id = 1")
_COLUMNS = (
    *("position", "entry_id", "log_id", "prev_hash", "hash", "at", "actor", "actor_name", "org_code", "kind"),
    *("operation", "outcome", "code", "objects", "request_id", "source", "times"),
)
# One statement for a whole batch, whose text does not change with its size: the server plans it once.
_ADD = sa.text("""
INSERT INTO audit_entry (position, entry_id, log_id, prev_hash, hash, at, actor, actor_name, org_code, kind, operation,
                         outcome, code, objects, request_id, source, times)
SELECT position, entry_id, log_id, prev_hash, hash, at, actor, actor_name, org_code, kind, operation, outcome, code,
       CAST(objects AS uuid[]), request_id, source, times
FROM unnest(
    CAST(:position AS bigint[]), CAST(:entry_id AS uuid[]), CAST(:log_id AS uuid[]), CAST(:prev_hash AS text[]),
    CAST(:hash AS text[]), CAST(:at AS timestamptz[]), CAST(:actor AS text[]), CAST(:actor_name AS text[]),
    CAST(:org_code AS text[]), CAST(:kind AS text[]), CAST(:operation AS text[]), CAST(:outcome AS text[]),
    CAST(:code AS text[]), CAST(:objects AS text[]), CAST(:request_id AS text[]), CAST(:source AS text[]),
    CAST(:times AS int[])
  ) AS n(position, entry_id, log_id, prev_hash, hash, at, actor, actor_name, org_code, kind, operation, outcome, code,
         objects, request_id, source, times)
""")
_SHORTEST = "…"


@dataclass(frozen=True)
class Entry:
    """What is written down. actor: account id, empty for who has not proved who it is.

    at: by the machine's clock, when it happened. objects: whose ids the answer, or the attempt, named.
    """

    kind: AuditKind
    operation: str
    outcome: Outcome
    actor: str = ""
    actor_name: str = ""
    org_code: str = ""
    code: str | None = None
    objects: tuple[UUID, ...] = ()
    request_id: str = ""
    source: str | None = None
    times: int = 1
    id: UUID = field(default_factory=new_id)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


def append(connection: Connection, entries: Sequence[Entry], digest: HashName | None = None) -> int:
    """Add entries in their order, in the caller's transaction; the position of the last.

    digest: None for the one of the link before. Whoever else adds waits for that transaction's end, so it is to be
    short.
    """
    log_id, position, hash_ = connection.execute(_HEAD).one()
    digest = digest or form_of(hash_) or "sha256"
    rows: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for entry in entries:
        position += 1
        row = _row(entry)
        made = link_hash(hash_, log_id, position, entry.id, ENTRY, meta_of(row), "", digest)
        row |= {"position": position, "log_id": str(log_id), "prev_hash": hash_, "hash": made}
        row |= {"entry_id": str(entry.id), "objects": f"{{{','.join(map(str, entry.objects))}}}"}
        for name, column in rows.items():
            column.append(row[name])
        hash_ = made
    connection.execute(_ADD, rows)
    connection.execute(_MOVE, {"position": position, "hash": hash_})
    return int(position)


def _row(entry: Entry) -> dict[str, Any]:
    """Text as the table can hold it: what an attempt brought may be anything."""
    return {
        "at": entry.at,
        "actor": _plain(entry.actor),
        "actor_name": _plain(entry.actor_name),
        "org_code": _plain(entry.org_code),
        "kind": entry.kind.value,
        "operation": _plain(entry.operation),
        "outcome": entry.outcome.value,
        "code": None if entry.code is None else _plain(entry.code),
        "objects": entry.objects,
        "request_id": _plain(entry.request_id),
        "source": None if entry.source is None else _plain(entry.source),
        "times": entry.times,
    }


def _plain(text: str, most: int = 200) -> str:
    kept = text if len(text) <= most else text[:most] + _SHORTEST
    return kept.replace("\x00", "").encode("utf-8", "replace").decode()


def meta_of(row: Mapping[str, Any] | RowMapping) -> Meta:
    """What of an entry's row is under its hash: all that it says."""
    return {
        "actor": row["actor"],
        "actor_name": row["actor_name"],
        "at": instant(row["at"]),
        "code": row["code"],
        "kind": row["kind"],
        "objects": [str(one) for one in row["objects"]],
        "operation": row["operation"],
        "org_code": row["org_code"],
        "outcome": row["outcome"],
        "request_id": row["request_id"],
        "source": row["source"],
        "times": row["times"],
    }


def links(connection: Connection, after: int, limit: int) -> list[dict[str, Any]]:
    """Entries above a position, in order, as links: what is under the hash is made of what the row says now."""
    position = audit_entry.c.position
    found = connection.execute(sa.select(audit_entry).where(position > after).order_by(position).limit(limit))
    return [
        {
            "position": row["position"],
            "log_id": row["log_id"],
            "id": row["entry_id"],
            "type": ENTRY,
            "prev_hash": row["prev_hash"],
            "hash": row["hash"],
            "meta": meta_of(row),
            "content": "",
        }
        for row in found.mappings()
    ]
