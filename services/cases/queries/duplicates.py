"""Proposals that two clues are one, with the two as they are now."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from services.cases.storage.clue_tables import clue_duplicate
from services.cases.storage.scope import visible_to_county
from services.cases.storage.tables import clue
from shared.contracts.base import Page
from shared.contracts.clue_duplicates import DuplicateRow, GetDuplicate, ListDuplicates
from shared.errors import NotFound
from shared.paging import Listing, page
from shared.principal import Actor

_d = clue_duplicate.c
_newer, _older = clue.alias("newer"), clue.alias("older")


def _brief(table: Any) -> ColumnElement[Any]:
    names = ("id", "clue_no", "patch_no", "state", "place", "received_at")
    return sa.func.jsonb_build_object(
        *(part for name in names for part in (sa.literal(name, literal_execute=True), table.c[name]))
    )


_LISTING = Listing(
    columns=(
        _d.id,
        _d.version,
        _d.kind,
        _d.state,
        _brief(_newer).label("clue"),
        _brief(_older).label("other"),
        _d.item_id,
        _d.item_no,
        _d.grounds,
        _d.facts,
        _d.proposed_at,
        _d.decided_at,
        _d.decided_by,
        _d.reason,
    ),
    keys=(_d.proposed_at, _d.id),
    source=clue_duplicate.join(_newer, _newer.c.id == _d.clue_id).join(_older, _older.c.id == _d.other_id),
)


def get_duplicate(q: GetDuplicate, by: Actor, connection: Connection) -> DuplicateRow:
    return duplicate_row(connection, q.id, visible_to_county(clue_duplicate, by))


def duplicate_row(connection: Connection, id_: UUID, *where: ColumnElement[bool]) -> DuplicateRow:
    """Raises NotFound."""
    assert _LISTING.source is not None
    found = sa.select(*_LISTING.columns).select_from(_LISTING.source).where(_d.id == id_, *where)
    row = connection.execute(found).mappings().one_or_none()
    if row is None:
        raise NotFound
    return DuplicateRow.model_validate(dict(row))


def list_duplicates(q: ListDuplicates, by: Actor, connection: Connection) -> Page[DuplicateRow]:
    where = [visible_to_county(clue_duplicate, by)]
    if q.state is not None:
        where.append(_d.state == q.state.value)
    if q.kind is not None:
        where.append(_d.kind == q.kind.value)
    if q.clue is not None:
        where.append(sa.or_(_d.clue_id == q.clue, _d.other_id == q.clue))
    return page(_LISTING, where, q, connection, _views)


def _views(rows: list[dict[str, Any]]) -> list[DuplicateRow]:
    return [DuplicateRow.model_validate(row) for row in rows]
