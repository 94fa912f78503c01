"""Engines: one way to open a PostgreSQL database, with the limits of reliability.md 9."""

import time
from typing import Any

import orjson
import psycopg2
import sqlalchemy as sa
from sqlalchemy import Engine

from shared import wall

_LIMITS = (
    "-c statement_timeout=5s -c lock_timeout=3s -c idle_in_transaction_session_timeout=10s -c timezone=UTC "
    "-c default_transaction_isolation='read committed' -c synchronous_commit=on -c jit=off"
)


# A connection unused for this long is asked whether it still lives before it is used again. Asking at every checkout
# (pool_pre_ping) cost a round trip in each transaction; a connection that dies younger shows as an error, and units of
# work are run again.
IDLE_S = 5.0


def open_engine(
    dsn: str, *, pool_size: int = 10, application: str = "tianwei", limits: str = _LIMITS, walls: bool = True
) -> Engine:
    """A pooled engine. dsn: postgresql+psycopg2://…; application: seen in pg_stat_activity.

    Its transactions act for the house, by the name of the application (shared/wall.py); those of a principal take
    wall.unnamed of it. walls: False for what asks only tables without a wall, and then says nothing.
    """
    engine = sa.create_engine(
        dsn,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        # psycopg2's own batching of executemany; one round trip for many rows.
        executemany_mode="values_plus_batch",
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
        connect_args={
            "application_name": application,
            "options": limits.replace("'read committed'", "read\\ committed"),
            "connect_timeout": 5,
            "keepalives_idle": 20,
        },
    )
    sa.event.listen(engine, "checkin", _note_use)
    sa.event.listen(engine, "checkout", _ask_if_idle)
    if not walls:
        return engine
    wall.stands_at_begin(engine)
    return wall.acting(engine, wall.internal(application))


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _note_use(_: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ask_if_idle(connection: Any, record: Any, _: Any) -> None:
    """Raises DisconnectionError for a dead connection; the pool then opens another."""
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < IDLE_S:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except psycopg2.Error as error:
        raise sa.exc.DisconnectionError from error
