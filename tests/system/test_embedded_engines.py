"""PostgreSQL and Valkey from their wheels, as `tianwei up` runs them: kept data, roles, kills, ordinary users."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
import sqlalchemy as sa

from gateway.cli.stack.layout import Home, read_state
from gateway.cli.stack.leftovers import find
from tests.support.nodes import wait_until

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


class Engines:
    """One supervisor process over the two engines, started and stopped at will."""

    def __init__(self, folder: Path, command: tuple[str, ...] = (sys.executable,), **environment: str) -> None:
        self.home = Home.at(folder)
        self._command = (*command, "-m", "tests.support.engines_house", str(self.home.root))
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with tempfile.TemporaryFile() as output:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=ROOT, stdout=output, stderr=output
            )
            pid = self._process.pid

            def ready() -> bool:
                if self._process is None or self._process.poll() is not None:
                    output.seek(0)
                    raise AssertionError(output.read().decode())
                state = read_state(self.home)
                return state.phase == "ready" and state.supervisor is not None and state.supervisor.pid == pid

            wait_until(ready)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(60)
        self._process = None

    def told(self) -> Any:
        return json.loads((self.home.root / "told.json").read_text())

    def sql(self, statement: str, role: str = "owner_dsn", service: str = "cases") -> list[Any]:
        engine = sa.create_engine(self.told()[role][service], poolclass=sa.NullPool)
        with engine.begin() as connection:
            answer = connection.execute(sa.text(statement))
            return [tuple(row) for row in answer] if answer.returns_rows else []

    def bus(self) -> "redis.Redis":
        url = self.told()["bus_url"].removeprefix("redis+socket://").partition("?")[0]
        password, _, path = url.removeprefix(":").partition("@")
        return redis.Redis(unix_socket_path=path, password=password)


Make = Callable[..., Engines]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Engines] = []
    folders: list[str] = []

    def make(below: str = "home", owner: int | None = None, **options: Any) -> Engines:
        folder = Path(tempfile.mkdtemp(prefix="tianwei-engines-"))
        folders.append(str(folder))
        if owner is not None:
            os.chown(folder, owner, owner)
        engines = Engines(folder / below, **options)
        made.append(engines)
        return engines

    yield make
    for engines in made:
        engines.stop()
        for record in read_state(engines.home).processes.values():
            if process := find(record):
                process.kill()
        shutil.rmtree(read_state(engines.home).sockets, ignore_errors=True)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def test_rows_and_messages_survive_a_restart(make: Make) -> None:
    engines = make()
    engines.start()
    engines.sql("CREATE TABLE kept (n int)")
    engines.sql("INSERT INTO kept VALUES (7)")
    engines.bus().set("kept", "7")
    engines.stop()
    engines.start()
    assert engines.sql("SELECT n FROM kept") == [(7,)]
    assert engines.bus().get("kept") == b"7"


def test_committed_rows_survive_the_sigkill_of_the_supervisor(make: Make) -> None:
    engines = make()
    engines.start()
    engines.sql("CREATE TABLE kept AS SELECT 7 AS n")
    engines.kill()
    engines.start()
    assert engines.sql("SELECT n FROM kept") == [(7,)]


def test_a_killed_database_comes_back_by_itself(make: Make) -> None:
    engines = make()
    engines.start()
    engines.sql("CREATE TABLE kept AS SELECT 7 AS n")
    server = find(read_state(engines.home).processes["postgres"])
    assert server is not None
    server.kill()

    def answers() -> bool:
        try:
            return engines.sql("SELECT n FROM kept") == [(7,)]
        except sa.exc.OperationalError:
            return False

    wait_until(lambda: read_state(engines.home).processes["postgres"].restarts >= 1 and answers())


def test_a_service_reaches_its_own_database_only(make: Make) -> None:
    engines = make()
    engines.start()
    elsewhere = engines.told()["dsn"]["notify"].replace("postgresql+psycopg2", "postgresql")
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        psycopg2.connect(elsewhere.replace("tianwei_notify", "tianwei_cases"))


def test_the_run_time_role_makes_no_tables_and_the_owner_is_no_superuser(make: Make) -> None:
    engines = make()
    engines.start()
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        engines.sql("CREATE TABLE mine (n int)", role="dsn")
    roles = "SELECT bool_or(rolsuper OR rolcreaterole OR rolcreatedb) FROM pg_roles WHERE rolname ~ '_(owner|app)$'"
    assert engines.sql(roles) == [(False,)]


def test_the_owner_can_make_the_extensions_and_chinese_is_searchable(make: Make) -> None:
    engines = make()
    engines.start()
    for extension in ("pg_trgm", "btree_gist", "ltree"):
        engines.sql(f"CREATE EXTENSION {extension}")
    assert engines.sql("SELECT similarity('中宁县恩和镇', '恩和镇') > 0") == [(True,)]


def test_secrets_are_readable_by_their_owner_only(make: Make) -> None:
    engines = make()
    engines.start()
    private = ("secrets.json", "state.json", "bus/valkey.conf", "logs/postgres.log")
    modes = [stat.S_IMODE((engines.home.root / name).stat().st_mode) for name in private]
    assert modes == [0o600] * len(private)


def test_a_data_folder_too_deep_for_a_socket_works(make: Make) -> None:
    engines = make(below="very-deep/" * 12 + "home")
    engines.home.root.parent.mkdir(parents=True)
    engines.start()
    assert engines.sql("SELECT 1") == [(1,)]
    assert engines.bus().ping()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_runs_the_engines_too(make: Make) -> None:
    packages = Path(sa.__file__).parents[1]
    environment = {"PYTHONPATH": f"{ROOT}:{packages}", "HOME": "/nonexistent"}
    become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    for python in (sys.executable, "/usr/bin/python3.11", "/usr/bin/python3"):
        probe = [
            *become,
            python,
            "-c",
            "import sys, psutil, psycopg2, gateway; sys.exit(sys.version_info[:2] != (3, 11))",
        ]
        if subprocess.run(probe, env=environment, cwd="/", capture_output=True, check=False).returncode == 0:
            break
    else:
        pytest.skip("no Python 3.11 here that an ordinary user may run")
    engines = make(owner=NOBODY, command=(*become, python, "-B"), **environment)
    engines.start()
    engines.sql("CREATE TABLE kept AS SELECT 7 AS n")
    engines.stop()
    engines.start()
    assert engines.sql("SELECT n FROM kept") == [(7,)]
    assert engines.home.postgres.stat().st_uid == NOBODY
