"""What the databases of a running house hold, read beside the services: has anything changed, does all agree?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from gateway.cli.stack.layout import Home, read_state
from gateway.cli.stack.postgres import Postgres
from gateway.cli.stack.secrets import load_or_make
from shared.delivery.envelopes import above
from tests.system.running_house import SERVICES

Digests = Mapping[str, str]
"""database.table -> digest of all its rows."""

# Sums are folded and calendars counted by whenever there is time for it; who reads or is refused is written down.
_IN_OWN_TIME = frozenset(
    {"statistic_delta", "statistic_sum", "counted_calendar", "audit_entry", "audit_head", "audit_checkpoint"}
)
_TABLES = sa.text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
_CURSORS = sa.text("SELECT consumer, producer, position, hash, state FROM feed_cursor")
_HEAD = sa.text("SELECT h.position, h.hash FROM log_head h")
_ORDER = sa.text("SELECT position, event_id::text FROM log_order ORDER BY position")
_INBOX = sa.text("SELECT position, event_id::text FROM inbox WHERE producer = :producer ORDER BY position")
_TROUBLE = sa.text("SELECT (SELECT count(*) FROM parked WHERE status = 'open') + (SELECT count(*) FROM attempt)")


@dataclass(frozen=True)
class Feed:
    """How far a consumer is in a producer's log, and what its inbox holds of it."""

    consumer: str
    producer: str
    position: int
    hash: str
    state: str
    inbox: list[tuple[int, str]]


class Books:
    """The databases of the three services, read as their owners."""

    def __init__(self, home: Home) -> None:
        secrets = load_or_make(home)
        postgres = Postgres(home, Path(read_state(home).sockets), secrets.postgres_password)
        self._engines = {
            name: sa.create_engine(postgres.dsn(name, f"{name}_owner", secrets.role_passwords[f"{name}_owner"]))
            for name in SERVICES
        }

    def close(self) -> None:
        for engine in self._engines.values():
            engine.dispose()

    @contextmanager
    def _of(self, service: str) -> Iterator[Connection]:
        with self._engines[service].connect() as connection:
            yield connection

    def digests(self, *, but: frozenset[str] = frozenset()) -> Digests:
        """Of every table of every service, but those named `but`, and what a process writes when it has time."""
        found: dict[str, str] = {}
        for service in SERVICES:
            with self._of(service) as connection:
                names = sorted(set(connection.execute(_TABLES).scalars()) - but - _IN_OWN_TIME)
                for name, digest in connection.execute(sa.text(" UNION ALL ".join(map(_digest, names)))):
                    found[f"{service}.{name}"] = digest
        return found

    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        with self._of(service) as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    def alter(self, service: str, statement: str) -> None:
        """Change a table as its owner, for tests in which something is broken."""
        with self._engines[service].begin() as connection:
            connection.execute(sa.text(statement))

    # the logs and those who follow them

    def head(self, service: str) -> tuple[int, str]:
        """Position and hash of the last event."""
        with self._of(service) as connection:
            row = connection.execute(_HEAD).one()
        return int(row.position), str(row.hash)

    def log(self, service: str) -> list[tuple[int, str]]:
        """Position and event id of every event."""
        with self._of(service) as connection:
            return [(int(position), event_id) for position, event_id in connection.execute(_ORDER)]

    def messages(self, service: str) -> list[dict[str, Any]]:
        """Every event of a service as it went over the bus."""
        with self._of(service) as connection:
            (log_id,) = connection.execute(sa.text("SELECT log_id FROM log_head")).one()
            return above(connection, service, log_id, 0, 1_000_000)

    def feeds(self) -> list[Feed]:
        found = []
        for service in SERVICES:
            with self._of(service) as connection:
                for row in connection.execute(_CURSORS).all():
                    inbox = [tuple(one) for one in connection.execute(_INBOX, {"producer": row.producer})]
                    found.append(Feed(row.consumer, row.producer, row.position, row.hash, row.state, inbox))
        return found

    def in_trouble(self) -> dict[str, int]:
        """Parked events and unfinished tries, by service."""
        found = {}
        for service in SERVICES:
            with self._of(service) as connection:
                found[service] = int(connection.execute(_TROUBLE).scalar_one())
        return found


def _digest(table: str) -> str:
    rows = "count(*) || ':' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"
    return f"SELECT '{table}' AS name, {rows} AS digest FROM \"{table}\" t"
