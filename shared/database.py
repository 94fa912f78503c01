"""Engines: one way to open a PostgreSQL database, with the limits of reliability.md 9."""

import sqlalchemy as sa
from sqlalchemy import Engine

_LIMITS = (
    "-c statement_timeout=5s -c lock_timeout=3s -c idle_in_transaction_session_timeout=10s -c timezone=UTC "
    "-c default_transaction_isolation='read committed' -c synchronous_commit=on -c jit=off"
)


def open_engine(dsn: str, *, pool_size: int = 10, application: str = "tianwei", limits: str = _LIMITS) -> Engine:
    """A pooled engine. dsn: postgresql+psycopg2://…; application: seen in pg_stat_activity."""
    return sa.create_engine(
        dsn,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        # psycopg2's own batching of executemany; one round trip for many rows.
        executemany_mode="values_plus_batch",
        connect_args={
            "application_name": application,
            "options": limits.replace("'read committed'", "read\\ committed"),
            "connect_timeout": 5,
            "keepalives_idle": 20,
        },
    )
