"""Finding entries: newest first, by keyset over their ids, which are of the instant (UUIDv7)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ColumnElement, Connection
from sqlalchemy.engine import RowMapping

from shared.audit.tables import audit_entry
from shared.contracts.audit import AuditEntryView, AuditFilter, Chain, ListAudit
from shared.contracts.base import Page
from shared.paging import CursorInvalid, cursor_of, read_cursor

_SHOWN = (
    *("position", "at", "kind", "operation", "outcome", "code", "actor", "actor_name", "org_code", "objects"),
    *("request_id", "source", "times"),
)


def entries(connection: Connection, q: ListAudit, service: str) -> list[AuditEntryView]:
    """What the page may hold of this chain, and one more if there is more. Raises CursorInvalid."""
    if q.chain is Chain.CHANGES:
        return []
    table = audit_entry.c
    where = [*window(table.entry_id, q), *_alike(q)]
    found = connection.execute(
        sa.select(audit_entry).where(*where).order_by(table.entry_id.desc()).limit(q.limit + 1)
    ).mappings()
    return [_view(row, service) for row in found]


def total(connection: Connection, q: ListAudit) -> int:
    if q.chain is Chain.CHANGES:
        return 0
    where = [*window(audit_entry.c.entry_id, q, paged=False), *_alike(q)]
    return int(connection.execute(sa.select(sa.func.count()).select_from(audit_entry).where(*where)).scalar_one())


def _alike(q: AuditFilter) -> list[ColumnElement[bool]]:
    table = audit_entry.c
    given = {"kind": q.kind, "actor": q.actor, "operation": q.operation_name}
    given |= {"outcome": q.outcome, "request_id": q.request_id}
    where = [table[name] == value for name, value in given.items() if value is not None]
    return where if q.object_id is None else [*where, table.objects.contains([q.object_id])]


def window(id_: Column[Any], q: ListAudit, *, paged: bool = True) -> list[ColumnElement[bool]]:
    """Between two instants and, of a page, behind the cursor."""
    where: list[ColumnElement[bool]] = []
    if q.since is not None:
        where.append(id_ >= _first_of(q.since))
    if q.until is not None:
        where.append(id_ < _first_of(q.until))
    if paged and q.cursor is not None:
        where.append(id_ < _place(q.cursor))
    return where


def one_page(found: Sequence[AuditEntryView], q: ListAudit, number: int | None) -> Page[AuditEntryView]:
    """Of what several chains gave: the newest of all."""
    ordered = sorted(found, key=lambda entry: entry.id, reverse=True)
    shown = ordered[: q.limit]
    more = len(ordered) > q.limit
    return Page(items=shown, next_cursor=cursor_of(False, str(shown[-1].id)) if more else None, total=number)


def _first_of(at: datetime) -> UUID:
    """No id made from this millisecond on is smaller."""
    return UUID(int=max(0, int(at.timestamp() * 1000)) << 80)


def _place(cursor: str) -> UUID:
    try:
        rising, id_ = read_cursor(cursor)
        if rising is not False:
            raise CursorInvalid
        return UUID(id_)
    except (ValueError, TypeError, AttributeError) as error:
        raise CursorInvalid from error


def _view(row: RowMapping, service: str) -> AuditEntryView:
    return AuditEntryView(
        id=row["entry_id"],
        service=service,
        chain=Chain.ACCESS,
        behind=None,
        behind_name=None,
        **{name: row[name] for name in _SHOWN},
    )
