"""A bulletin of a county with a hundred thousand cases: counted at three points and frozen, from the projection.

Beside every case stand the clue it began with and an item; a tenth is listed. The history is that of two years: about
two million rows.
"""

import sys
import time
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import Engine

from benchmarks.http_load import milliseconds
from services.notify.adapters.registers import read_bulletin_rules
from services.notify.domain.bulletin_facts import BULLETIN, Points, facts
from services.notify.domain.bulletin_period import BulletinPeriod
from services.notify.domain.figures import COUNTY, check
from services.notify.storage import problem_cases
from services.notify.storage.bulletins import freeze
from services.notify.storage.late_events import late_events
from services.notify.storage.migrate import MIGRATIONS
from services.notify.storage.standings import Point
from services.notify.storage.townships import townships_of
from shared.contracts.bulletins import BulletinSnapshot
from shared.database import open_engine
from shared.ids import new_id
from shared.migration import upgrade
from tests.support.nodes import PostgresNode

CASES = 100_000
ROUNDS = 3
_ROLE, _COUNTY = "notify_app", "640521"
_PERIOD = BulletinPeriod.read("2026-Q2")
# kind, how many a hundred cases, states in their order, outcome from which state on.
_KINDS = (
    ("clue", 100, "received assigned signed verifying opinion_submitted to_case", "non_agri_illegal", 4),
    ("case", 100, "filed investigating report_done under_review noticed decided closed", "executed", 6),
    ("rectification", 100, "open rectifying reported township_checked struck_off", "combined", 0),
    ("listing", 10, "proposed approved notified in_progress delisted", "county", 0),
)
# Objects begin over two years; each step comes ten days after the one before, as far as the day of the count allows.
_FILL = """
INSERT INTO standing (object_id, position, until_position, kind, county_code, township_code, told_at, until_told_at,
                      valid_at, until_valid_at, state, outcome, part, area_m2, farmland_area_m2, pbf_area_m2,
                      done_area_m2, due_on)
SELECT id, at * 8 + step, CASE WHEN step < last THEN at * 8 + step + 1 END, :kind, '640521',
       '6405211' || lpad((n % 12)::text, 2, '0'), told, CASE WHEN step < last THEN told + interval '10 days' END,
       told, CASE WHEN step < last THEN told + interval '10 days' END, (CAST(:states AS text[]))[step + 1],
       CASE WHEN step >= :from_step THEN CAST(:outcome AS text) ELSE '' END, 'whole', 100 + n % 9000,
       80 + n % 7000, n % 5000, 0,
       CASE WHEN :kind = 'rectification' AND step = 1 THEN (told + interval '15 days')::date END
FROM (SELECT n, md5(:kind || n::text)::uuid AS id, n + :first AS at,
             least(:most, 1 + (n * 7919) % (:most + 1)) AS last,
             timestamptz '2024-07-01' + (n::double precision / :number) * interval '730 days' AS begun
      FROM generate_series(1, :number) AS n) AS o
CROSS JOIN LATERAL generate_series(0, last) AS step
CROSS JOIN LATERAL (SELECT begun + step * interval '10 days' AS told) AS t
"""
_OBJECTS = """
INSERT INTO counted_object (id, kind, number, title, case_id, division_code, state, outcome, part, area_m2,
                            farmland_area_m2, pbf_area_m2, done_area_m2, due_on, measured, clocks, told_at, valid_at,
                            position)
SELECT md5(:kind || n::text)::uuid, :kind, 'ZW-' || lpad(n::text, 9, '0'), 'title', md5('case' || n::text)::uuid,
       '640521100000', '', '', 'whole', 0, 0, 0, 0, NULL, false, '[]', now(), now(), n
FROM generate_series(1, :number) AS n
"""


def bulletin() -> dict[str, Any]:
    """Medians in ms of a few rounds, and how large it was."""
    with PostgresNode() as node:
        node.create_role(_ROLE)
        owner = node.create_database("bulletins")
        upgrade(MIGRATIONS, SecretStr(owner), _ROLE)
        _fill(owner)
        engine = open_engine(node.dsn("bulletins", user=_ROLE))
        try:
            return _measure(engine)
        finally:
            engine.dispose()


def _fill(dsn: str) -> None:
    engine = sa.create_engine(dsn)
    with engine.begin() as connection:
        for place, (kind, share, names, outcome, from_step) in enumerate(_KINDS):
            number, states = CASES * share // 100, names.split()
            told = {"kind": kind, "number": number, "first": place * CASES, "most": len(states) - 1}
            connection.execute(sa.text(_FILL), {**told, "states": states, "outcome": outcome, "from_step": from_step})
            connection.execute(sa.text(_OBJECTS), {"kind": kind, "number": number})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE standing")
        connection.exec_driver_sql("VACUUM ANALYZE counted_object")
    engine.dispose()


def _measure(engine: Engine) -> dict[str, Any]:
    rules = read_bulletin_rules()
    frozen_s, named_s, explained_s, whole_s = [], [], [], []
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT count(*), max(position) FROM standing").one()
    point = Point(_PERIOD.ends_at, int(rows[1]))
    found: Points | None = None
    for number in range(ROUNDS):
        with engine.begin() as connection:
            start = time.perf_counter()
            found = freeze(connection, new_id(), _COUNTY, _PERIOD, point)
            counted = time.perf_counter()
            townships = townships_of(_COUNTY, found.this)
            check(found.this, townships)
            problem_cases.proposed(connection, _COUNTY, point, rules.problem(_PERIOD.until))
            named = time.perf_counter()
            facts(BULLETIN, _PERIOD, found, townships, _snapshot(point.position, found.this.sha256))
            done = time.perf_counter()
            late_events(connection, _COUNTY, _PERIOD.ends_at, point.position - 10_000, known=False, most=500)
            explained_s.append(time.perf_counter() - done)
        frozen_s.append(counted - start)
        named_s.append(named - counted)
        whole_s.append(done - start)
        print(f"  round {number + 1}: {whole_s[-1]:.2f} s", file=sys.stderr, flush=True)
    if found is None:
        raise LookupError("nothing was counted")
    return {
        "cases": found.this.of(COUNTY, "cases").items,
        "objects": sum(group.sum.items for group in found.this.groups),
        "rows_of_history": int(rows[0]),
        "frozen_ms": milliseconds(_median(frozen_s)),
        "checked_and_cases_proposed_ms": milliseconds(_median(named_s)),
        "bulletin_ms": milliseconds(_median(whole_s)),
        "late_explained_ms": milliseconds(_median(explained_s)),
    }


def _snapshot(position: int, sha256: str) -> BulletinSnapshot:
    return BulletinSnapshot(
        ends_at=datetime(2026, 7, 1, tzinfo=UTC),
        known=False,
        position=position,
        log_id=None,
        figures_sha256=sha256,
        heads=[],
        cases=[],
        unsigned=[],
        demands=["限期整改"],
        proposals=["纳入考核"],
        remarks="",
        drafted_by="王协调",
        document_id=new_id(),
        report_id=new_id(),
        copy_id=new_id(),
        corrects=None,
    )


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
