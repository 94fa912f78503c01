"""The sweep over the clocks: every step of a ladder once, in order, whatever is killed, however long nobody swept."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from services.cases.domain import clocks
from services.cases.domain.transitions import Row
from services.cases.handlers.on_agencies import REACTIONS
from services.cases.scheduler import Scheduler, SchedulerLimits
from services.cases.settings import CasesData
from services.cases.storage.unit import CasesUnit
from services.cases.wiring import scheduler_actor, wire_scheduler
from shared.clock import SHANGHAI
from shared.contracts.agencies import TaskSignedV1
from shared.contracts.cases_events import CaseInvestigationStartedV1, DeadlineAlarmRaisedV1
from shared.contracts.clocks import ExtensionFact, ResumeFact
from shared.contracts.codes import CaseState, DocumentKind, PauseReason
from shared.contracts.parts import DocumentRef
from shared.crash_points import CrashPoint, install
from tests.integration.services.cases.office import (
    COORDINATOR,
    Office,
    filed,
    invitation,
    sand_yard,
)
from tests.integration.services.cases.test_rebuild import import_patches, rebuild
from tests.support.nodes import wait_until

ROOT = Path(__file__).parents[4]
SITE = ROOT / "tests/faults/site"
PAPER = DocumentRef(kind=DocumentKind.EVIDENCE_LIST, title="鉴定委托书")
_MANY = 500
POINTS = (
    CrashPoint.SWEEP_AFTER_TAKING,
    CrashPoint.SWEEP_AFTER_MARKING,
    CrashPoint.UNIT_BEFORE_COMMIT,
    CrashPoint.UNIT_AFTER_COMMIT,
)


@pytest.fixture
def sweeping(office: Office) -> Iterator[Callable[..., Scheduler]]:
    """Makes schedulers over the office's database, on its clock."""
    engines = []

    def make(**limits: Any) -> Scheduler:
        runner = wire_scheduler(CasesData(cases_dsn=SecretStr(dsn(office))), lambda: None, office.clock)
        engines.append(runner.engine)
        return Scheduler(runner, scheduler_actor("640521000000"), limits=SchedulerLimits(**limits))

    yield make
    for engine in engines:
        engine.dispose()


def dsn(office: Office) -> str:
    return office.parts.engine.url.render_as_string(hide_password=False)


def sweep(scheduler: Scheduler) -> int:
    """Until nothing is due; how much was raised."""
    raised = 0
    while number := scheduler.run_once():
        raised += number
    return raised


def sql(office: Office, statement: str, **values: Any) -> list[Any]:
    with office.parts.engine.begin() as connection:
        found = connection.execute(sa.text(statement), values)
        return list(found) if found.returns_rows else []


def alarms(office: Office, **only: str) -> list[Any]:
    """Alarms in the log, in the order in which they were told."""
    told = sql(
        office,
        "SELECT e.payload, e.aggregate_id, e.aggregate_seq, e.actor FROM outbox o JOIN event_log e USING (event_id) "
        "WHERE e.type = :type ORDER BY o.id",
        type=DeadlineAlarmRaisedV1.type,
    )
    return [one for one in told if all(one.payload[name] == value for name, value in only.items())]


def steps(office: Office, **only: str) -> list[str]:
    return [one.payload["step"] for one in alarms(office, **only)]


def clue(office: Office) -> dict[str, Any]:
    return office.command(COORDINATOR, "clue.report", sand_yard())


def at(office: Office, text: str) -> None:
    office.clock.at = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_clock_climbs_its_ladder_day_by_day(office: Office, sweeping: Callable[..., Scheduler]) -> None:
    """Reported on Monday 20 April; to be assigned within one working day."""
    made, scheduler = clue(office), sweeping()
    assert sweep(scheduler) == 0
    for moment, expected in [
        ("2026-04-21T16:59", []),
        ("2026-04-21T17:00", ["E1"]),
        ("2026-04-22T09:00", ["E1", "E2"]),
        ("2026-04-23T23:00", ["E1", "E2"]),
        ("2026-04-24T09:00", ["E1", "E2", "E3"]),
        ("2026-04-28T09:00", ["E1", "E2", "E3", "E4"]),
        ("2026-05-08T09:00", ["E1", "E2", "E3", "E4", "E5"]),
        ("2027-05-08T09:00", ["E1", "E2", "E3", "E4", "E5"]),
    ]:
        at(office, moment)
        sweep(scheduler)
        assert steps(office) == expected, moment
    first, *_, last = alarms(office)
    assert first.payload["object_id"] == made["id"]
    assert (first.payload["rule_id"], first.payload["due_on"], first.payload["days_over"]) == ("S01", "2026-04-21", 0)
    assert (first.payload["colour"], first.payload["to"]) == ("yellow", ["handler", "unit_leader"])
    assert (last.payload["action"], last.payload["days_over"], last.actor) == ("talk", 10, "scheduler")
    assert [one.aggregate_seq for one in alarms(office)] == [1, 2, 3, 4, 5]


def test_what_was_missed_is_caught_up_once_in_the_order_of_its_planning(
    office: Office, sweeping: Callable[..., Scheduler]
) -> None:
    for day in range(20):
        at(office, f"2026-04-{20 + day % 5}T{9 + day % 7:02}:12")
        clue(office)
    at(office, "2026-06-30T12:00")
    assert sweep(sweeping(clocks=7)) == 100
    told = [one.payload for one in alarms(office)]
    planned = [datetime.fromisoformat(one["planned_at"]) for one in told]
    assert planned == sorted(planned)
    assert len({(one["object_id"], one["step"]) for one in told}) == 100
    assert sweep(sweeping()) == 0


def test_a_clock_that_is_met_raises_nothing_more(office: Office, sweeping: Callable[..., Scheduler]) -> None:
    made = clue(office)
    at(office, "2026-04-22T10:00")
    sweep(sweeping())
    assert steps(office, rule_id="S01") == ["E1", "E2"]
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, made["id"])
    at(office, "2026-06-22T10:00")
    sweep(sweeping())
    assert steps(office, rule_id="S01") == ["E1", "E2"]
    assert {one.payload["township_code"] for one in alarms(office, rule_id="D01")} == {"640521104000"}


def test_agencies_that_have_not_signed_are_the_ones_told(office: Office, sweeping: Callable[..., Scheduler]) -> None:
    """The worked example, step 10: one agency does not sign; it is reminded, urged, and its late receipt ends that."""
    case = filed(office)
    at(office, "2026-04-28T10:00")
    action = office.command(
        COORDINATOR,
        "case.convene-joint-action",
        invitation("natural_resources", "public_security"),
        case["id"],
    )
    tasks = {task["agency"]: task["task_id"] for task in action["tasks"]}
    sign(office, action, tasks["natural_resources"], "2026-04-28T15:00:00+08:00")
    at(office, "2026-04-30T15:00")
    sweep(sweeping())
    told = alarms(office, rule_id="J02")
    assert [(one.payload["step"], one.payload["at"][:10]) for one in told] == [
        ("E1", "2026-04-30"),
        ("E2", "2026-04-30"),
    ]
    assert [one.payload["planned_at"][:10] for one in told] == ["2026-04-29", "2026-04-30"]
    assert {tuple(one.payload["agencies"]) for one in told} == {("public_security",)}
    sign(office, action, tasks["public_security"], "2026-04-30T16:00:00+08:00")
    at(office, "2026-05-30T16:00")
    sweep(sweeping())
    assert steps(office, rule_id="J02") == ["E1", "E2"]


def sign(office: Office, action: dict[str, Any], task_id: str, when: str) -> None:
    event = TaskSignedV1.model_validate(
        {
            "task_id": task_id,
            "channel": "system",
            "action_id": action["id"],
            "case_id": action["case_id"],
            "agency": next(task["agency"] for task in action["tasks"] if task["task_id"] == task_id),
            "signed_by": "收文员",
            "at": when,
        }
    )
    office.react(REACTIONS, event)


def test_two_sweeps_at_once_raise_each_alarm_once(office: Office, sweeping: Callable[..., Scheduler]) -> None:
    for _ in range(6):
        clue(office)
    at(office, "2026-04-21T18:00")
    other, raised = sweeping(clocks=4), []

    def meanwhile(point: CrashPoint, _: Any) -> None:
        if point is CrashPoint.SWEEP_AFTER_TAKING:
            install(None)
            raised.append(other.run_once())

    install(meanwhile)
    try:
        raised.append(sweeping(clocks=4).run_once())
    finally:
        install(None)
    assert sorted(raised) == [2, 4]
    assert steps(office) == ["E1"] * 6
    assert len({one.aggregate_id for one in alarms(office)}) == 6


def test_an_alarm_makes_nobody_s_version_stale(office: Office, sweeping: Callable[..., Scheduler]) -> None:
    made = clue(office)
    at(office, "2026-04-23T10:00")
    assert sweep(sweeping()) == 2
    body = {"township_code": "640521104000"}
    assert office.command(COORDINATOR, "clue.assign", body, made["id"], version=made["version"])["state"] == "assigned"


def test_a_step_at_the_moment_of_the_sweep_wins_or_loses_whole(
    office: Office, sweeping: Callable[..., Scheduler]
) -> None:
    """The clue is assigned between the sweep's look and its write: what is taken is raised, and nothing after it."""
    made = clue(office)
    done: list[bool] = []
    at(office, "2026-04-21T18:00")

    def meanwhile(point: CrashPoint, _: Any) -> None:
        if point is CrashPoint.UNIT_AFTER_COMMIT and not done:
            done.append(True)
            office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, made["id"])

    install(meanwhile)
    try:
        sweep(sweeping())
    finally:
        install(None)
    at(office, "2026-04-23T18:00")
    sweep(sweeping())
    assert steps(office, rule_id="S01") == ["E1"]
    assert steps(office, rule_id="D01") == ["E1", "E2"]


@pytest.mark.parametrize("point", POINTS)
def test_a_sweep_that_dies_leaves_nothing_half_done(
    office: Office, sweeping: Callable[..., Scheduler], point: CrashPoint
) -> None:
    for _ in range(5):
        clue(office)
    at(office, "2026-04-24T18:00")

    class Died(BaseException):
        """Not to be caught by anything that lives on."""

    def die(reached: CrashPoint, _: Any) -> None:
        if reached is point:
            raise Died

    scheduler = sweeping(clocks=2)
    install(die)
    try:
        with pytest.raises(Died):
            scheduler.run_once()
    finally:
        install(None)
    sweep(sweeping(clocks=2))
    assert len(alarms(office)) == 15
    assert all(steps(office, object_id=str(id_)) == ["E1", "E2", "E3"] for (id_,) in sql(office, "SELECT id FROM clue"))


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def test_the_process_killed_at_every_point_raises_each_alarm_once(
    office: Office, tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    """SIGKILL of the shipped process at each of its crash points while hundreds of clocks wait to be swept."""
    # A Monday long ago: every step is due by the real time of the process, and no reminder before the end is planned.
    at(office, "2026-04-20T10:00")
    import_patches(office, _MANY)
    orders = tmp_path / "faults/orders/cases.scheduler"
    orders.mkdir(parents=True)
    log, beat, expected = tmp_path / "scheduler.log", tmp_path / "cases.scheduler", _MANY * 5

    def start() -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        told = {
            "TIANWEI_CASES_DSN": dsn(office),
            "TIANWEI_HOME": str(tmp_path),
            "TIANWEI_FAULTS": str(tmp_path / "faults"),
            "TIANWEI_HEARTBEAT_FILE": str(beat),
            "PYTHONPATH": f"{ROOT}:{SITE}",
        }
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.cases.scheduler"],
                env=environment | told,
                stdout=output,
                stderr=output,
            )
        processes.append(process)
        return process

    for point in POINTS:
        # The first unit of a process counts again what is provisional; the second is a sweep.
        number = 2 if point.value.startswith("unit.") else 1
        (orders / point.value).write_text(f"kill {number}", encoding="ascii")
        assert start().wait(30) == -9, log.read_text(encoding="utf-8")
        assert (tmp_path / "faults/fired/cases.scheduler" / point.value).exists()
    assert 0 < len(alarms(office)) < expected, "it was killed in the middle of its work"
    beat.unlink()
    last = start()
    wait_until(lambda: len(alarms(office)) >= expected and beat.exists(), what="all alarms")
    last.terminate()
    assert last.wait(20) == 0
    told = alarms(office)
    assert len(told) == len({(one.aggregate_id, one.payload["step"]) for one in told}) == expected
    by_clock: dict[Any, list[str]] = {}
    for one in told:
        by_clock.setdefault(one.aggregate_id, []).append(one.payload["step"])
    assert all(raised == ["E1", "E2", "E3", "E4", "E5"] for raised in by_clock.values())


def test_the_table_of_clocks_is_the_one_its_objects_and_alarms_give(
    office: Office, sweeping: Callable[..., Scheduler]
) -> None:
    made = clue(office)
    at(office, "2026-04-22T10:00")
    sweep(sweeping())
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, made["id"])
    assert rebuild(office, "clue").differences == []
    before = sql(office, "SELECT * FROM deadline ORDER BY no")
    sql(office, "DELETE FROM deadline WHERE rule_id <> 'D03'")
    sql(office, "UPDATE deadline SET next_at = NULL")
    assert rebuild(office, "clue", repair=True).repaired
    assert sql(office, "SELECT * FROM deadline ORDER BY no") == before


def step(office: Office, case: dict[str, Any], **facts: Any) -> None:
    """A step of the case that pauses, resumes or extends its clock D10, as the paths of a case tell it."""
    stay = Row("stay", CaseState.FILED, CaseState.FILED)

    def use_case(unit: CasesUnit) -> None:
        found = unit.cases.lock(unit.connection, UUID(case["id"]))
        told = CaseInvestigationStartedV1(officers=["甲", "乙"], **found.told(stay, unit.moment, **facts))
        unit.record(found, unit.cases, [told])

    with office.parts.engine.begin() as connection:
        unit = office.parts.open_unit(connection, COORDINATOR, office.clock.now(), "test")
        use_case(unit)
        unit.flush()


def test_a_clock_that_stands_still_raises_nothing_until_it_goes_on(
    office: Office, sweeping: Callable[..., Scheduler]
) -> None:
    """D10 ends on 19 July; it stands still from 16 July, so what was to come comes as much later."""
    case, scheduler = filed(office), sweeping()
    at(office, "2026-07-16T10:00")
    step(office, case, pauses=[clocks.pause("D10", PauseReason.APPRAISAL, date(2026, 7, 16), PAPER)])
    at(office, "2026-08-20T10:00")
    sweep(scheduler)
    assert steps(office, rule_id="D10") == []
    resume = ResumeFact(rule_id="D10", reason=PauseReason.APPRAISAL, to_on=date(2026, 8, 20))
    step(office, case, resumes=[resume])
    at(office, "2026-08-21T18:00")
    sweep(scheduler)
    (end,) = sql(office, "SELECT due_on, alarm_on FROM deadline WHERE rule_id = 'D10'")
    assert end == (date(2026, 8, 23), date(2026, 8, 21))
    assert steps(office, rule_id="D10") == ["E0", "E1"]


def test_more_time_is_reminded_of_anew(office: Office, sweeping: Callable[..., Scheduler]) -> None:
    case, scheduler = filed(office), sweeping()
    at(office, "2026-07-17T18:00")
    sweep(scheduler)
    assert steps(office, rule_id="D10") == ["E0", "E1"]
    more = ExtensionFact(
        rule_id="D10", amount=30, unit="calendar_day", reason="案情复杂", approved_by="局长", document=PAPER
    )
    step(office, case, extends=[more])
    at(office, "2026-08-18T18:00")
    sweep(scheduler)
    told = [(one.payload["step"], one.payload["due_on"]) for one in alarms(office, rule_id="D10")]
    assert told == [("E0", "2026-07-19"), ("E1", "2026-07-19"), ("E0", "2026-08-18"), ("E1", "2026-08-18")]


def test_alarms_stand_in_the_timeline_of_the_case(office: Office, sweeping: Callable[..., Scheduler]) -> None:
    case = filed(office)
    at(office, "2026-04-23T10:00")
    sweep(sweeping())
    told = office.query(COORDINATOR, "case.timeline", id=case["id"])["items"]
    raised = [
        (one["title"], one["object_id"]) for one in told if one["actor"] == "scheduler" and one["object"] == "case"
    ]
    assert raised == [
        ("启动调查：提醒（E0，末日 2026-04-22）", case["id"]),
        ("重大违法事实报告县级人民政府和上级：提醒（E0，末日 2026-04-23）", case["id"]),
        ("启动调查：到期（E1，末日 2026-04-22）", case["id"]),
        ("启动调查：催办（E2，末日 2026-04-22）", case["id"]),
    ]


def test_the_scheduler_folds_what_changed_of_the_statistics(office: Office, sweeping: Callable[..., Scheduler]) -> None:
    clue(office)
    filed(office)
    changes = sql(office, "SELECT count(*) AS n FROM statistic_delta")[0].n
    assert sweeping(deltas=3).fold() == changes > 3
    assert sql(office, "SELECT count(*) AS n FROM statistic_delta")[0].n == 0
    assert sweeping().fold() == 0
