"""The kernel alone: commits through the unit of work, numbering, publishing with confirms, catch-up of a long log.

On a private PostgreSQL and a private RabbitMQ, with the two small services of tests/support/kernel_service.py as real
processes.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kombu import Connection

from shared.bus.connection import connect
from shared.bus.names import event_queue
from shared.database import open_engine
from shared.delivery.schema import create_kernel
from shared.principal import PrincipalSigner
from tests.integration.shared.delivery.ledger import Ledger, make_tables
from tests.support.nodes import PostgresNode, RabbitNode

EVENTS = 100_000
WRITERS = (1, 4, 16)
COMMITS = 4000

_FILL = sa.text("""
WITH made AS (
    SELECT gen_random_uuid() AS event_id, gen_random_uuid() AS counter_id FROM generate_series(1, :count)
), told AS (
    INSERT INTO event_log (event_id, type, schema_version, aggregate_type, aggregate_id, aggregate_seq, audience, actor,
                           actor_name, correlation_id, occurred_at, payload)
    SELECT event_id, 'tianwei.ledger.counted-up.v1', 1, 'counter', counter_id, 1, '640521000000', 'bench', 'bench', 'b',
           now(), jsonb_build_object('counter_id', counter_id, 'value', 1)
    FROM made RETURNING event_id
)
INSERT INTO outbox (event_id) SELECT event_id FROM told
""")


def commits() -> dict[str, Any]:
    """Per second with 1, 4 and 16 writers, each beside bare commits of two rows in the same run."""
    with PostgresNode() as postgres:
        engine = open_engine(_database(postgres, "bench_commits"), pool_size=max(WRITERS) + 2)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE bare (id bigserial PRIMARY KEY, text text)"))
        ledger = Ledger(engine)
        answer = {}
        for writers in WRITERS:
            _spread(writers, COMMITS // 10, ledger.open)
            unit = _spread(writers, COMMITS, ledger.open)
            bare = _spread(writers, COMMITS, lambda: _bare_commit(engine))
            answer[f"{writers}_writers"] = {
                "unit_of_work_per_second": unit,
                "bare_per_second": bare,
                "share": round(unit / bare, 2),
            }
        engine.dispose()
    return answer


def _bare_commit(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for _ in range(2):
            connection.execute(sa.text("INSERT INTO bare (text) VALUES ('x')"))


def _spread(writers: int, count: int, act: Callable[[], Any]) -> float:
    """Acts per second when so many threads share `count` of them."""

    def work() -> None:
        for _ in range(count // writers):
            act()

    threads = [threading.Thread(target=work) for _ in range(writers)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return round(count // writers * writers / (time.perf_counter() - begun), 1)


def long_log() -> dict[str, Any]:
    """100,000 events: numbered, published to RabbitMQ with confirms, lost with it, caught up from the log."""
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresNode())
        rabbit = stack.enter_context(RabbitNode())
        dsns = {name: _database(postgres, f"bench_{name}") for name in ("ledger", "watcher")}
        engines = {name: open_engine(dsn, pool_size=2) for name, dsn in dsns.items()}
        for engine in engines.values():
            stack.callback(engine.dispose)
        with connect(rabbit.url) as connection:
            _declare(connection)
        with engines["ledger"].begin() as writing:
            writing.execute(sa.text("SET LOCAL statement_timeout = 0"))
            writing.execute(_FILL, {"count": EVENTS})
        begun = time.perf_counter()
        stack.enter_context(_service("ledger", dsns["ledger"], rabbit.url))
        head = sa.text("SELECT position, published FROM log_head")
        started = _wait(lambda: _row(engines["ledger"], head)[0] > 0) and time.perf_counter()
        _wait(lambda: _row(engines["ledger"], head)[0] >= EVENTS)
        numbered = time.perf_counter()
        _wait(lambda: _row(engines["ledger"], head)[1] >= EVENTS)
        published = time.perf_counter()
        rabbit.wipe()
        with _service("watcher", dsns["watcher"], rabbit.url):
            cursor = sa.text("SELECT coalesce(max(position), 0), count(*) FROM feed_cursor")
            _wait(lambda: _row(engines["watcher"], cursor)[0] > 0)
            catching_up = time.perf_counter()
            done = _row(engines["watcher"], cursor)[0]
            _wait(lambda: _row(engines["watcher"], cursor)[0] >= EVENTS)
            caught_up = time.perf_counter()
        applied = _row(engines["watcher"], sa.text("SELECT count(*), count(DISTINCT counter_id) FROM seen"))
    return {
        "events": EVENTS,
        "numbered_per_second": round(EVENTS / (numbered - started), 1),
        "numbered_and_published_with_confirms_per_second": round(EVENTS / (published - started), 1),
        "service_start_s": round(started - begun, 2),
        "caught_up_per_second": round((EVENTS - done) / (caught_up - catching_up), 1),
        "applied_once": applied == (EVENTS, EVENTS),
    }


def _database(postgres: PostgresNode, name: str) -> str:
    dsn = postgres.create_database(name)
    engine = open_engine(dsn)
    with engine.begin() as connection:
        create_kernel(connection)
        make_tables(connection)
    engine.dispose()
    return dsn


def _declare(connection: Connection) -> None:
    """The consumer's queue, so that what is published is routed and confirmed by a queue."""
    with connection.channel() as channel:
        event_queue("ledger", "watcher", amqp=True)(channel).declare()


@contextmanager
def _service(name: str, dsn: str, bus_url: str) -> Iterator[None]:
    signer = PrincipalSigner(b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode())
    environment = {
        **os.environ,
        "TIANWEI_BUS_URL": bus_url,
        "TIANWEI_LEDGER_DSN": dsn,
        "TIANWEI_PRINCIPAL_PUBLIC_KEY": signer.public_key_base64,
        "TIANWEI_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.support.kernel_service", name]
    process = subprocess.Popen(command, env=environment)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _row(engine: sa.Engine, statement: sa.TextClause) -> tuple[int, int]:
    with engine.connect() as connection:
        one, two = connection.execute(statement).one()
    return int(one), int(two)


def _wait(condition: Callable[[], bool], within_s: float = 300.0) -> bool:
    give_up_at = time.perf_counter() + within_s
    while not condition():
        if time.perf_counter() > give_up_at:
            raise TimeoutError("the kernel did not come to the end of its log in time")
        time.sleep(0.02)
    return True
