"""Every overlay of a clue with what was decided on it; those that a new layer made otherwise than before."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from services.cases.queries.land import ended_overlay
from services.cases.storage.land_tables import overlay
from services.cases.storage.scope import visible
from services.cases.storage.tables import case, clue, rectification
from shared.contracts.base import Page
from shared.contracts.codes import OverlayPurpose, OverlayRest
from shared.contracts.overlays import ListOverlayChanges, ListOverlays, OverlayChanged, OverlayOfAct
from shared.errors import NotFound
from shared.paging import Listing, page, page_rows
from shared.principal import Actor

_o, _c, _r = overlay.c, case.c, rectification.c
_NEWEST = Listing(tuple(overlay.columns), keys=(_o.id,))
_CHANGES = Listing((_o.id, _o.clue_id, _o.clue_no, _o.purpose, _o.on_day, _o.finished_at, _o.again), keys=(_o.id,))


def list_overlays(q: ListOverlays, by: Actor, connection: Connection) -> Page[OverlayOfAct]:
    """NotFound for a clue that the caller may not see."""
    if connection.execute(sa.select(clue.c.id).where(clue.c.id == q.id, visible(clue, by))).first() is None:
        raise NotFound
    decided = _decided(connection, [q.id])[q.id]
    rested = {rest: _newest_at(connection, q.id, at) for rest, at in decided.moments.items()}

    def views(rows: list[dict[str, Any]]) -> list[OverlayOfAct]:
        return [
            OverlayOfAct(**ended_overlay(row), rested_on=[rest for rest, id_ in rested.items() if id_ == row["id"]])
            for row in rows
        ]

    return page(_NEWEST, [_o.clue_id == q.id], q, connection, views)


def list_overlay_changes(q: ListOverlayChanges, by: Actor, connection: Connection) -> Page[OverlayChanged]:
    """Of clues that the caller sees, the newest first."""
    where: list[ColumnElement[bool]] = [
        _o.changed,
        sa.exists().where(clue.c.id == _o.clue_id, visible(clue, by)),
    ]
    if q.purpose is not None:
        where.append(_o.purpose == q.purpose.value)
    rows, cursor = page_rows(_CHANGES, where, q, connection)
    decided = _decided(connection, [row["clue_id"] for row in rows])
    items = [
        OverlayChanged(
            **row,
            case_id=decided[row["clue_id"]].case_id,
            case_no=decided[row["clue_id"]].case_no,
            changed_after=[rest for rest, at in decided[row["clue_id"]].moments.items() if at <= row["finished_at"]],
        )
        for row in rows
    ]
    total = None
    if q.with_total:
        total = connection.execute(sa.select(sa.func.count()).select_from(overlay).where(*where)).scalar_one()
    return Page(items=items, next_cursor=cursor, total=total)


class _Decided:
    """What was decided about a clue's land, and when."""

    def __init__(self) -> None:
        self.case_id: UUID | None = None
        self.case_no: str | None = None
        self.moments: dict[OverlayRest, datetime] = {}


def _decided(connection: Connection, clues: Sequence[UUID]) -> Mapping[UUID, _Decided]:
    found = {id_: _Decided() for id_ in clues}
    struck = sa.select(sa.func.max(_r.struck_off_at)).where(_r.case_id == _c.id).scalar_subquery()
    moments = {
        OverlayRest.FILING: _c.filed_at,
        OverlayRest.DECISION: _c.decided_at,
        OverlayRest.STRIKE_OFF: struck,
    }
    columns = [moment.label(rest.value) for rest, moment in moments.items()]
    rows = connection.execute(sa.select(_c.id, _c.case_no, _c.clue_id, *columns).where(_c.clue_id.in_(found)))
    for row in rows.mappings():
        one = found[row["clue_id"]]
        one.case_id, one.case_no = row["id"], row["case_no"]
        one.moments = {rest: row[rest.value] for rest in moments if row[rest.value] is not None}
    return found


def _newest_at(connection: Connection, clue_id: UUID, at: datetime) -> UUID | None:
    """The overlay of the act that was there at a moment: rows are never changed, so it was the one looked at."""
    of_act = (_o.clue_id == clue_id, _o.purpose == OverlayPurpose.ACT.value, _o.result.is_not(None))
    newest = sa.select(_o.id).where(*of_act, _o.finished_at <= at).order_by(_o.id.desc()).limit(1)
    found: UUID | None = connection.execute(newest).scalar_one_or_none()
    return found
