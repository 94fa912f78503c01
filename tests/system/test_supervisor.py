"""The supervisor as a process of its own, over fake processes: start, restart, stop, and what a SIGKILL leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from gateway.cli.stack import status
from gateway.cli.stack.layout import Home, is_held, read_state, write_state
from gateway.cli.stack.leftovers import find
from tests.support.fake_house import STAGES
from tests.support.nodes import wait_until

Started = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "home")
    home.prepare()
    (home.root / "orders").mkdir()
    return home


@pytest.fixture
def start(home: Home) -> Iterator[Started]:
    started: list[subprocess.Popen[bytes]] = []

    def start(**environment: str) -> "subprocess.Popen[bytes]":
        with open(home.root / "output", "ab") as output:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "tests.support.fake_house", str(home.root)],
                env={**os.environ, **environment},
                stdout=output,
                stderr=output,
            )
        started.append(supervisor)
        return supervisor

    yield start
    for supervisor in started:
        supervisor.terminate()
        supervisor.wait(30)
    for record in read_state(home).processes.values():
        if process := find(record):
            process.kill()


def output(home: Home) -> str:
    return (home.root / "output").read_text()


def order(home: Home, name: str, what: str) -> None:
    (home.root / "orders" / name).write_text(what)


def is_ready(home: Home) -> bool:
    return read_state(home).phase == "ready"


def processes(home: Home) -> dict[str, psutil.Process]:
    return {name: p for name, record in read_state(home).processes.items() if (p := find(record))}


def start_ready(start: Started, home: Home, **environment: str) -> "subprocess.Popen[bytes]":
    supervisor = start(**environment)
    wait_until(lambda: is_ready(home) and read_state(home).supervisor.pid == supervisor.pid)  # type: ignore[union-attr]
    return supervisor


def state_of(home: Home, name: str) -> Any:
    return next(process for process in status.look(home).processes if process.name == name)


def test_all_processes_run_when_the_stack_is_ready(start: Started, home: Home) -> None:
    start_ready(start, home)
    assert list(processes(home)) == list(STAGES)
    assert {process.state for process in status.look(home).processes} == {"running"}


def test_stopping_goes_from_the_door_to_the_database_and_leaves_nothing(start: Started, home: Home) -> None:
    supervisor = start_ready(start, home)
    before = processes(home)
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    assert (home.root / "stopped").read_text().split() == ["door", "service", "queue", "store"]
    assert not any(process.is_running() for process in before.values())
    assert read_state(home).phase == "down"
    assert not is_held(home)


def test_a_process_that_ignores_sigterm_is_killed_at_the_end(start: Started, home: Home) -> None:
    order(home, "service", "stubborn")
    supervisor = start_ready(start, home)
    stubborn = processes(home)["service"]
    supervisor.terminate()
    assert supervisor.wait(30) == 0
    assert not stubborn.is_running()


def test_a_killed_process_is_started_again_and_counted(start: Started, home: Home) -> None:
    start_ready(start, home)
    processes(home)["service"].kill()
    wait_until(lambda: state_of(home, "service").restarts == 1 and state_of(home, "service").state == "running")
    assert state_of(home, "queue").restarts == 0


def test_the_pause_before_a_restart_doubles_up_to_its_limit(start: Started, home: Home) -> None:
    start_ready(start, home)
    order(home, "service", "exit")
    processes(home)["service"].kill()
    wait_until(lambda: output(home).count("后重新启动") >= 5)
    pauses = [line.split("，")[1] for line in output(home).splitlines() if "后重新启动" in line]
    assert pauses[:5] == [f"{pause} 秒后重新启动" for pause in ("0.05", "0.1", "0.2", "0.2", "0.2")]


def test_a_process_without_heartbeat_is_told_killed_and_started_again(start: Started, home: Home) -> None:
    start_ready(start, home)
    hanging = processes(home)["service"]
    order(home, "service", "hang")
    wait_until(lambda: "service 已 2 秒没有心跳" in output(home))
    order(home, "service", "")
    wait_until(lambda: state_of(home, "service").restarts >= 1 and state_of(home, "service").state == "running")
    assert not hanging.is_running()
    assert processes(home)["service"].pid != hanging.pid
    assert state_of(home, "queue").restarts == 0


def test_a_process_that_cannot_start_fails_the_start_with_its_last_log_lines(start: Started, home: Home) -> None:
    order(home, "queue", "exit")
    supervisor = start()
    assert supervisor.wait(30) == 1
    assert "the reason why it cannot start" in output(home)
    assert read_state(home).phase == "failed"
    assert processes(home) == {}


def test_a_failing_job_fails_the_start_and_leaves_nothing(start: Started, home: Home) -> None:
    supervisor = start(TIANWEI_FAKE_JOB="raise SystemExit('no such column')")
    assert supervisor.wait(30) == 1
    assert "job：失败（代码 1）" in output(home)
    assert "no such column" in output(home)
    assert processes(home) == {}


def test_one_time_work_is_not_repeated_at_the_next_start(start: Started, home: Home) -> None:
    for _ in range(2):
        supervisor = start_ready(start, home)
        supervisor.terminate()
        supervisor.wait(30)
    assert (home.root / "worked").read_text() == "once "


def test_a_second_supervisor_is_refused_and_the_first_goes_on(start: Started, home: Home) -> None:
    first = start_ready(start, home)
    second = start()
    assert second.wait(30) == 1
    assert "HomeInUse" in output(home)
    assert first.poll() is None
    assert is_ready(home)


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
def test_all_processes_die_with_a_killed_supervisor(start: Started, home: Home) -> None:
    supervisor = start_ready(start, home)
    supervisor.kill()
    supervisor.wait(30)
    wait_until(lambda: not processes(home))
    assert status.look(home).phase == "killed"


def test_the_next_start_stops_what_a_killed_supervisor_left_behind(start: Started, home: Home) -> None:
    first = start_ready(start, home, TIANWEI_FAKE_LEFTOVER="1")
    left = processes(home)
    first.kill()
    first.wait(30)
    assert all(process.is_running() for process in left.values())
    start_ready(start, home)
    assert not any(process.is_running() for process in left.values())
    assert not {process.pid for process in left.values()} & {process.pid for process in processes(home).values()}


def test_a_foreign_process_with_a_recorded_pid_is_not_touched(start: Started, home: Home) -> None:
    foreign = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    try:
        supervisor = start_ready(start, home)
        supervisor.kill()
        supervisor.wait(30)
        wait_until(lambda: not processes(home))
        state = read_state(home)
        state.processes["service"].pid = foreign.pid
        state.processes["service"].started_at -= 3600
        write_state(home, state)
        start_ready(start, home)
        assert foreign.poll() is None
    finally:
        foreign.kill()
        foreign.wait(30)


def test_a_stop_while_starting_leaves_nothing(start: Started, home: Home) -> None:
    order(home, "door", "hang")
    supervisor = start()
    wait_until(lambda: "door" in processes(home))
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(30) == 0
    assert processes(home) == {}
