"""`tianwei up -d`, `status`, `down`: the real commands, database and bus, over fake services."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.cli.stack.layout import Home, Running, read_state
from gateway.cli.stack.leftovers import find
from tests.support import fake_source
from tests.support.nodes import free_port, wait_until

Tianwei = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fake_source.make(tmp_path_factory.mktemp("source"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


@pytest.fixture
def tianwei(source: Path, home: Home) -> Iterator[Tianwei]:
    def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli", *words],
            env={**os.environ, "PYTHONPATH": str(source), "TIANWEI_HOME": str(home.root), **environment},
            cwd=source,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    yield run
    run("down")


def test_up_in_the_background_returns_when_ready_and_tells_where_to_go(tianwei: Tianwei, home: Home) -> None:
    answer = tianwei("up", "-d")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert read_state(home).address in answer.stdout
    assert str(home.accounts_file) in answer.stdout


def test_passwords_are_shown_to_the_person_and_not_logged(tianwei: Tianwei, home: Home) -> None:
    answer = tianwei("up", "-d")
    passwords = [account["password"] for account in json.loads(home.accounts_file.read_text())]
    assert any(password in answer.stdout for password in passwords)
    logs = "".join(file.read_text() for file in home.logs.iterdir())
    assert not [password for password in passwords if password in logs]


def test_status_shows_every_process_alive(tianwei: Tianwei) -> None:
    tianwei("up", "-d")
    answer = tianwei("status", "--json")
    told = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert told["ready"]
    assert told["readiness"] == {"services": "all"}
    names = {process["name"] for process in told["processes"] if process["state"] == "running" and process["rss_bytes"]}
    services = {"cases", "agencies", "agencies.sender", "agencies.receiver", "notify", "notify.sender"}
    services |= {"cases.worker", "cases.evidence-worker", "cases.scheduler", "notify.worker"}
    assert names == {"supervisor", "postgres", "valkey", "gateway", *services}


def test_down_stops_everything_and_the_next_up_migrates_nothing_anew(tianwei: Tianwei, home: Home) -> None:
    tianwei("up", "-d")
    before = [find(record) for record in read_state(home).processes.values()]
    assert tianwei("down").returncode == 0
    assert not any(process and process.is_running() for process in before)
    assert tianwei("up", "-d").returncode == 0
    assert (home.root / "migrated").read_text() == "xxxx"


def test_up_a_second_time_is_refused_with_what_to_do(tianwei: Tianwei) -> None:
    tianwei("up", "-d")
    answer = tianwei("up", "-d")
    assert answer.returncode == 1
    assert "tianwei down" in answer.stderr


def test_a_taken_port_that_was_asked_for_is_told(tianwei: Tianwei) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = tianwei("up", "-d", "--port", str(taken.getsockname()[1]))
    assert answer.returncode == 1
    assert "已被占用" in answer.stdout


def test_stacks_started_at_the_same_time_get_ports_of_their_own(source: Path, tmp_path: Path) -> None:
    homes = [Home.at(tmp_path / name) for name in ("one", "other")]
    command = [sys.executable, "-m", "gateway.cli"]
    at = [{**os.environ, "PYTHONPATH": str(source), "TIANWEI_HOME": str(home.root)} for home in homes]
    try:
        starting = [subprocess.Popen([*command, "up", "-d"], env=env, cwd=source) for env in at]
        assert [process.wait(120) for process in starting] == [0, 0]
        assert len({read_state(home).http_port for home in homes}) == 2
    finally:
        for env in at:
            subprocess.run([*command, "down"], env=env, cwd=source, check=False, timeout=120)


def test_the_port_of_the_last_run_is_used_again(tianwei: Tianwei, home: Home) -> None:
    port = free_port()  # not the usual one, which another stack on this machine may take in between
    tianwei("up", "-d", "--port", str(port))
    tianwei("down")
    tianwei("up", "-d")
    assert read_state(home).http_port == port


def test_after_a_killed_supervisor_status_says_so_and_up_works(tianwei: Tianwei, home: Home) -> None:
    tianwei("up", "-d")
    record = read_state(home).supervisor
    supervisor = find(record) if record else None
    assert supervisor is not None
    supervisor.kill()
    wait_until(lambda: find(supervisor_record(home)) is None)
    answer = tianwei("status")
    assert answer.returncode == 3
    assert "主进程被强制结束" in answer.stdout
    assert tianwei("up", "-d").returncode == 0


def supervisor_record(home: Home) -> Running:
    record = read_state(home).supervisor
    assert record is not None
    return record


def test_a_service_that_cannot_migrate_fails_the_start_with_its_log(tianwei: Tianwei, home: Home, source: Path) -> None:
    module = source / "services" / "notify" / "storage" / "migrate.py"
    kept = module.read_text()
    module.write_text("raise SystemExit('no such column')")
    try:
        answer = tianwei("up", "-d")
    finally:
        module.write_text(kept)
    assert answer.returncode == 1
    assert "no such column" in answer.stdout
    assert str(home.log_of("migrate.notify")) in answer.stdout
