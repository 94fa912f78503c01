"""What came after the figures of a bulletin and would change them: the rows of standing that it does not rest on."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.storage.bulletin_tables import counted_object, standing
from shared.contracts.bulletins import LateEvent
from shared.contracts.codes import WorkKind


def late_events(
    connection: Connection, county_code: str, ends_at: datetime, position: int, *, known: bool, most: int
) -> tuple[list[LateEvent], int]:
    """The first `most` by position, and how many more there are.

    Of days before ends_at, and either beyond the position, or told only after ends_at, where the figures rest on what
    had been told by then (known: they do not).
    """
    s, o = standing.c, counted_object.c
    former = standing.alias()
    beyond = s.position > position
    missed = beyond if known else sa.or_(beyond, s.told_at >= ends_at)
    where = [s.county_code == county_code, s.valid_at < ends_at, missed]
    columns = [s.position, s.told_at, s.valid_at, (s.told_at >= ends_at).label("late"), s.object_id, s.kind, o.number]
    joined = standing.join(counted_object, o.id == s.object_id).outerjoin(
        former, sa.and_(former.c.object_id == s.object_id, former.c.until_position == s.position)
    )
    rows = connection.execute(
        sa.select(*columns, former.c.state.label("from_state"), s.state.label("to_state"))
        .select_from(joined)
        .where(*where)
        .order_by(s.position)
        .limit(most)
    ).mappings()
    found = [LateEvent(**{**row, "kind": WorkKind(row["kind"])}) for row in rows]
    if len(found) < most:
        return found, 0
    whole = int(connection.execute(sa.select(sa.func.count()).select_from(standing).where(*where)).scalar_one())
    return found, whole - len(found)
