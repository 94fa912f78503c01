"""Numbers of the packages that are laid for a recipient: gap-free, the same one at every try."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.storage.tables import channel_package

# Two senders at once: the second waits at the unique number, and then finds its own delivery or takes the next one.
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:route, 0))")


def package_number(connection: Connection, delivery_id: UUID, route: str, subject_id: UUID) -> int:
    """From 1. Taken in the transaction that commits before the package is laid."""
    connection.execute(_LOCK, {"route": route})
    found = connection.execute(
        sa.select(channel_package.c.number).where(channel_package.c.delivery_id == delivery_id)
    ).scalar_one_or_none()
    if found is not None:
        return int(found)
    last = sa.select(sa.func.coalesce(sa.func.max(channel_package.c.number), 0)).where(channel_package.c.route == route)
    number = int(connection.execute(last).scalar_one()) + 1
    row = {"delivery_id": delivery_id, "route": route, "number": number, "subject_id": subject_id}
    connection.execute(sa.insert(channel_package).values(**row))
    return number


def laid_package(connection: Connection, package_id: UUID) -> tuple[str, UUID] | None:
    """Route and subject of a package that was laid; None for an id that is none of ours."""
    row = connection.execute(
        sa.select(channel_package.c.route, channel_package.c.subject_id).where(
            channel_package.c.delivery_id == package_id
        )
    ).one_or_none()
    return None if row is None else (row.route, row.subject_id)
