"""Clocks counted per second, and the sweep over a million open ones."""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import Engine

from services.cases.domain.explanation import explained
from services.cases.scheduler import Scheduler
from services.cases.settings import CasesData
from services.cases.storage.migrate import MIGRATIONS
from services.cases.wiring import read_deadlines, scheduler_actor, wire_scheduler
from shared.clock import FixedClock
from shared.contracts.codes import DocumentKind, PauseReason
from shared.contracts.parts import DeadlineView, DocumentRef, PauseView
from shared.migration import upgrade
from shared.workdays import WorkDays
from tests.support.nodes import PostgresNode

OPEN = 1_000_000
DUE = 10_000
_ROLE = "cases_app"
_NOW = datetime(2026, 4, 20, 1, tzinfo=UTC)
_FOR_S = 2.0
# Rows in one statement: a role's statements may not take long.
_AT_ONCE = 20_000

# Clocks that run for weeks to come, each at its own minute, all with a whole ladder before them.
_FILL = sa.text("""
INSERT INTO deadline (id, object_type, object_id, no, object_no, division_code, agencies, holder, rule_id, title, mark,
    direction, overlay, state, started_at, due_on, alarm_on, provisional, alarms, version, next_step, next_at)
SELECT gen_random_uuid(), 'case', gen_random_uuid(), 1, 'ZW-CA-640521-2026-' || n, '640521104000',
    ARRAY['natural_resources'], '', 'D10', '作出处罚决定', 'law', 'until', false, 'running', :now,
    (at + interval '1 day')::date, (at + interval '1 day')::date, false,
    jsonb_build_array(
        jsonb_build_object('step', 'E0', 'at', at), jsonb_build_object('step', 'E1', 'at', at + interval '32 hours'),
        jsonb_build_object('step', 'E2', 'at', at + interval '2 days'),
        jsonb_build_object('step', 'E3', 'at', at + interval '4 days'),
        jsonb_build_object('step', 'E4', 'at', at + interval '6 days'),
        jsonb_build_object('step', 'E5', 'at', at + interval '14 days')),
    0, 'E0', at
FROM (
    SELECT n, CAST(:first AS timestamptz) + n * interval '6 seconds' AS at
    FROM generate_series(CAST(:after AS int) + 1, :until) n) clocks
""")


def counting() -> dict[str, Any]:
    """Clocks a second: started with their ladder, counted again with two pauses, explained day by day."""
    register, days = read_deadlines(), WorkDays.load()
    paper = DocumentRef(kind=DocumentKind.EVIDENCE_LIST, title="鉴定委托书")
    pauses = [
        PauseView(
            reason=PauseReason.APPRAISAL,
            from_on=date(2026, 5, 8),
            to_on=date(2026, 5, 25),
            proof=paper,
            end_proof=paper,
        ),
        PauseView(reason=PauseReason.HEARING, from_on=date(2026, 5, 27), to_on=date(2026, 6, 1), proof=paper),
    ]
    clock = DeadlineView(**register.start("D10", _NOW).model_dump(exclude={"pauses"}), pauses=pauses)
    return {
        "started_10_working_days_per_second": _rate(lambda: register.start("D08", _NOW)),
        "started_90_days_per_second": _rate(lambda: register.start("D10", _NOW)),
        "counted_with_two_pauses_per_second": _rate(lambda: register.count(clock)),
        "explained_day_by_day_per_second": _rate(lambda: explained(clock, _NOW + timedelta(60), days)),
    }


def _rate(act: Callable[[], Any]) -> int:
    done, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < _FOR_S:
        for _ in range(100):
            act()
        done += 100
    return round(done / passed)


def sweep() -> dict[str, Any]:
    """A look that finds nothing, and 10,000 alarms raised, among ten thousand and among a million open clocks."""
    with PostgresNode() as postgres:
        postgres.create_role(_ROLE)
        upgrade(MIGRATIONS, SecretStr(postgres.create_database("bench_sweep")), _ROLE)
        clock = FixedClock(_NOW)
        runner = wire_scheduler(CasesData(cases_dsn=SecretStr(postgres.dsn("bench_sweep", _ROLE))), lambda: None, clock)
        answer: dict[str, Any] = {}
        for count in (DUE, OPEN):
            _fill(runner.engine, count)
            answer[f"of_{count}"] = _swept(Scheduler(runner, scheduler_actor("640521000000")), clock, runner.engine)
        runner.engine.dispose()
    small, large = (answer[f"of_{count}"]["alarms_per_second"] for count in (DUE, OPEN))
    return {**answer, "rate_at_a_million_to_ten_thousand": round(large / small, 2)}


def _fill(engine: Engine, count: int) -> None:
    """So many open clocks; the first 10,000 fall due within the hour that the sweep is behind."""
    first = _NOW - timedelta(seconds=6 * DUE)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM deadline"))
    for after in range(0, count, _AT_ONCE):
        values = {"after": after, "until": min(after + _AT_ONCE, count), "now": _NOW - timedelta(days=30)}
        with engine.begin() as connection:
            connection.execute(_FILL, {**values, "first": first})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE deadline"))


def _swept(scheduler: Scheduler, clock: FixedClock, engine: Engine) -> dict[str, Any]:
    clock.at = _NOW - timedelta(days=2)
    looks = []
    for _ in range(50):
        begun = time.perf_counter()
        assert scheduler.run_once() == 0
        looks.append((time.perf_counter() - begun) * 1000)
    clock.at = _NOW
    raised, begun = 0, time.perf_counter()
    while number := scheduler.run_once():
        raised += number
    seconds = time.perf_counter() - begun
    with engine.connect() as connection:
        open_ = connection.execute(sa.text("SELECT count(*) FROM deadline")).scalar_one()
    return {
        "open": open_,
        "raised": raised,
        "alarms_per_second": round(raised / seconds),
        "look_that_finds_nothing_ms": round(sorted(looks)[len(looks) // 2], 2),
    }


if __name__ == "__main__":
    print(json.dumps({"counting": counting(), "sweep": sweep()}, ensure_ascii=False, indent=2))
