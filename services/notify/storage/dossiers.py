"""Dossiers in the database: one row a thing that cases tells of, with its facts in JSON."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.notify.domain.dossier import Dossier, DossierKind, Told, merged
from services.notify.domain.known import Family
from services.notify.storage.tables import dossier


def add(connection: Connection, told: Told, jurisdiction: str) -> None:
    """What an event tells, beside what is known already; the row is made with the first."""
    found = sa.select(dossier.c.facts).where(dossier.c.id == told.id).with_for_update()
    before = connection.execute(found).scalar_one_or_none()
    insert = pg.insert(dossier).values(
        id=told.id,
        kind=told.kind.value,
        parent_id=told.parent_id,
        jurisdiction=jurisdiction,
        facts=merged(before or {}, told),
    )
    kept = {
        "facts": insert.excluded.facts,
        "parent_id": sa.func.coalesce(dossier.c.parent_id, insert.excluded.parent_id),
    }
    connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=kept))


def family_of(connection: Connection, id_: UUID) -> Family | None:
    """None for what nobody has told of."""
    above = sa.select(dossier, sa.literal(0).label("place")).where(dossier.c.id == id_).cte("above", recursive=True)
    parents = sa.select(dossier, above.c.place + 1).join(above, dossier.c.id == above.c.parent_id)
    rows = connection.execute(sa.select(above.union_all(parents)).order_by("place")).mappings().all()
    if not rows:
        return None
    subject, *up = (_read(row) for row in rows)
    ids = [one.id for one in (subject, *up)]
    below = sa.select(dossier).where(dossier.c.parent_id.in_(ids), dossier.c.id.not_in(ids)).order_by(dossier.c.id)
    return Family(subject, tuple(up), tuple(_read(row) for row in connection.execute(below).mappings()))


def _read(row: RowMapping) -> Dossier:
    return Dossier(row["id"], DossierKind(row["kind"]), row["parent_id"], row["jurisdiction"], row["facts"])
