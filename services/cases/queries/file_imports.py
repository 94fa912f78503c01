"""What imports of files have in common for those who look at them."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.engine import RowMapping

from services.cases.storage.scope import visible_to_county
from shared.errors import NotFound
from shared.principal import Actor


def seen_import(table: Table, id_: UUID, by: Actor, connection: Connection) -> RowMapping:
    """The job of a file. NotFound for what the caller may not see."""
    statement = sa.select(table).where(table.c.id == id_, visible_to_county(table, by))
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    return row
