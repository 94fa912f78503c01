"""Clues, as the office reads them."""

from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection

from services.cases.queries.parts import lies_in, mu
from services.cases.storage.repository import ClueStore
from services.cases.storage.scope import visible
from services.cases.storage.tables import clue
from shared.contracts.base import Page
from shared.contracts.clues import ClueFilter, ClueRow, ClueView, GetClue, ListClues
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = ClueStore()
_c = clue.c
_ROWS = TypeAdapter(list[ClueRow])
_LISTING = Listing(
    columns=(
        _c.id,
        _c.clue_no,
        _c.version,
        _c.state,
        _c.source,
        _c.division_code,
        _c.division_name,
        _c.place,
        _c.longitude,
        _c.latitude,
        _c.area_m2,
        mu(_c.area_m2).label("area_mu"),
        _c.patch_no,
        _c.township_code,
        _c.suspected_type,
        _c.received_at,
        _c.case_id,
        _c.due_on,
        _c.review_state,
        _c.review_required,
        _c.agency,
        _c.parent_id,
        _c.parent_no,
        _c.child_no,
        _c.is_split,
        _c.linked_to_id,
        _c.rebound_item_id,
    ),
    keys=(_c.received_at, _c.id),
)


def get_clue(q: GetClue, by: Actor, connection: Connection) -> ClueView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_clues(q: ListClues, by: Actor, connection: Connection) -> Page[ClueRow]:
    """q.no: the number of the clue, of its patch, or one by which others know it."""
    return page(_LISTING, conditions(q, by), q, connection, _ROWS.validate_python)


def called(number: str) -> sa.CompoundSelect[Any]:
    """Ids of what is known by a number: each part by its own index, whatever order the list has."""
    return sa.union(
        *(
            sa.select(_c.id).where(known)
            for known in (_c.clue_no == number, _c.patch_no == number, _c.alias_numbers.contains([number]))
        )
    )


def conditions(q: ClueFilter, by: Actor) -> list[ColumnElement[bool]]:
    """What the actor may see of what is asked for."""
    where = [visible(clue, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.source is not None:
        where.append(_c.source == q.source.value)
    if q.division is not None:
        where.append(lies_in(_c.division_code, q.division))
    if q.no is not None:
        where.append(_c.id.in_(called(q.no)))
    if q.review_state is not None:
        where.append(_c.review_state == q.review_state.value)
    if q.counted_as == "original":
        where.append(_c.parent_no.is_(None))
    elif q.counted_as == "verified":
        where.append(_c.is_split.is_(False))
    return where
