"""Numbered packages in both directions: gap-free, each number used once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg

from services.agencies.storage.tables import delivery, exchange_package, exchange_series

_OUT, _IN = "out", "in"


@dataclass(frozen=True)
class Laid:
    """A package of ours as it was first made."""

    number: int
    body: bytes
    at: datetime


@dataclass(frozen=True)
class Series:
    """What has come from an agency: all up to last. missing: numbers below one that waits."""

    last: int
    missing: tuple[int, ...]
    asked_at: datetime | None


def find_laid(connection: Connection, package_id: UUID) -> Laid | None:
    found = exchange_package.c
    statement = sa.select(found.number, found.body, found.at).where(
        found.package_id == package_id, found.direction == _OUT
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else Laid(row.number, row.body.encode(), row.at)


def number_laid(
    connection: Connection, agency: str, package_id: UUID, subject_id: UUID, body: bytes, at: datetime
) -> Laid:
    """The next number to this agency; its series stays locked until the transaction ends."""
    number = _lock(connection, agency, _OUT) + 1
    row = {"agency": agency, "direction": _OUT, "number": number, "package_id": package_id, "subject_id": subject_id}
    connection.execute(sa.insert(exchange_package).values(**row, body=body.decode(), at=at))
    _advance(connection, agency, _OUT, last=number)
    return Laid(number, body, at)


def subjects_laid(connection: Connection, agency: str, numbers: Sequence[int]) -> dict[int, UUID]:
    """Subjects of those of our packages, by number; what was never laid is not there."""
    found = exchange_package.c
    statement = sa.select(found.number, found.subject_id).where(
        found.agency == agency, found.direction == _OUT, found.number.in_(numbers)
    )
    return {row.number: row.subject_id for row in connection.execute(statement)}


def lock_series(connection: Connection, agency: str) -> Series:
    """Of what comes from this agency, locked."""
    _lock(connection, agency, _IN)
    statement = sa.select(exchange_series.c.last, exchange_series.c.missing, exchange_series.c.asked_at)
    row = connection.execute(statement.where(_is(agency, _IN))).one()
    return Series(row.last, tuple(row.missing), row.asked_at)


def digest_taken(connection: Connection, agency: str, number: int) -> str | None:
    """Of the package that has this number; None when it has not been taken."""
    found = exchange_package.c
    statement = sa.select(found.sha256).where(found.agency == agency, found.direction == _IN, found.number == number)
    return connection.execute(statement).scalar_one_or_none()


def keep_taken(connection: Connection, agency: str, number: int, package_id: UUID, sha256: str, at: datetime) -> None:
    """The next one; series locked."""
    row = {"agency": agency, "direction": _IN, "number": number, "package_id": package_id, "sha256": sha256, "at": at}
    connection.execute(sa.insert(exchange_package).values(**row))
    missing = sa.func.array_remove(exchange_series.c.missing, number)
    _advance(connection, agency, _IN, last=number, missing=missing)


def keep_missing(connection: Connection, agency: str, missing: Sequence[int], asked_at: datetime | None) -> None:
    _advance(connection, agency, _IN, missing=list(missing), asked_at=asked_at)


def delivery_subject(connection: Connection, delivery_id: UUID, agency: str) -> UUID | None:
    """What an agency's delivery is about; None for another's."""
    statement = sa.select(delivery.c.subject_id).where(delivery.c.id == delivery_id, delivery.c.party == agency)
    return connection.execute(statement).scalar_one_or_none()


def _lock(connection: Connection, agency: str, direction: str) -> int:
    start = pg.insert(exchange_series).values(agency=agency, direction=direction, last=0)
    connection.execute(start.on_conflict_do_nothing())
    statement = sa.select(exchange_series.c.last).where(_is(agency, direction)).with_for_update()
    return int(connection.execute(statement).scalar_one())


def _advance(connection: Connection, agency: str, direction: str, **values: object) -> None:
    connection.execute(sa.update(exchange_series).where(_is(agency, direction)).values(**values))


def _is(agency: str, direction: str) -> sa.ColumnElement[bool]:
    return sa.and_(exchange_series.c.agency == agency, exchange_series.c.direction == direction)
