"""Everything a chaos run starts, and the handles by which faults take hold of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import amqp
import httpx
import psutil
import psycopg2
import psycopg2.extensions

from gateway.cli.stack.child import Child, last_lines
from gateway.cli.stack.layout import Home, Running, read_state
from gateway.cli.stack.leftovers import find
from gateway.cli.stack.postgres import Postgres
from gateway.cli.stack.secrets import load_or_make
from tests.faults.proxy import Proxy
from tests.faults.vendors import Vendors
from tests.support.nodes import NodeFailed, RabbitNode, free_port

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(__file__).with_name("site")
SERVICES = ("cases", "agencies", "notify")
SENDERS = ("agencies.sender", "notify.sender")
RECEIVER = "agencies.receiver"
POINTLESS = ("gateway",)
"""Reaches no crash point: the gateway has no unit."""
WORKERS = ("cases.worker", "cases.evidence-worker", "cases.scheduler", "notify.worker")
PROCESSES = (*SERVICES, *WORKERS, *SENDERS, RECEIVER, *POINTLESS)
RECEIVERS = {
    "natural_resources": "/agencies/natural_resources/endpoint",
    "640521:party_committee": "/recipients/party_committee/endpoint",
}
"""Party as the checker names it -> address of its endpoint's configuration."""
_READY_S = 120.0


def _nothing() -> None:
    return None


TROUBLE: tuple[type[Exception], ...] = (
    OSError,
    psycopg2.Error,
    psutil.Error,
    amqp.AMQPError,
    subprocess.SubprocessError,
    NodeFailed,
)
"""What may go wrong while something is broken on purpose: it makes a row fail, and the run goes on."""


class NotSeen(Exception):
    """A fault did not take effect: rows that must not count as passed. heal: takes back what was begun."""

    def __init__(self, *rows: str, heal: Callable[[], None] = _nothing) -> None:
        super().__init__(", ".join(rows))
        self.rows = rows
        self.heal = heal


NOT_HEALED: tuple[type[Exception], ...] = (NotSeen, *TROUBLE)
"""What may come of taking a fault back."""


def wait_for(condition: Callable[[], Any], within_s: float, what: str) -> Any:
    """The condition's first true value. Raises NotSeen when it does not come in time."""
    give_up_at = time.monotonic() + within_s
    while not (found := condition()):
        if time.monotonic() > give_up_at:
            raise NotSeen(f"{what}: not within {within_s:g} s")
        time.sleep(0.05)
    return found


class Stack:
    """Use as a context manager. folder: all of the run's files but the broker's; kept when `keep` is set."""

    def __init__(self, seed: int, stories: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tianwei-chaos-"))
        self.folder.chmod(0o755)
        self.seed = seed
        self.stories = stories
        self.keep = False
        self.home = Home.at(self.folder / "home")
        self.faults = self.folder / "faults"
        self.received = self.folder / "received"
        self.modes = self.folder / "modes"
        self.commands = self.folder / "commands.jsonl"
        self.poisoned: set[str] = set()
        self.refused: dict[str, int] = {}
        self.rabbit = RabbitNode()
        self.proxy: Proxy | None = None
        self.vendors = Vendors(self.folder / "vendors")
        self._children: list[Child] = []
        self._load: subprocess.Popen[str] | None = None
        self._talking = threading.Lock()

    # start and end

    def __enter__(self) -> Self:
        try:
            for folder in (self.faults, self.received, self.modes):
                folder.mkdir()
            (self.faults / "orders").mkdir()
            self.rabbit.start()
            self.proxy = Proxy(self.rabbit.port)
            self._start_house()
            ports = {code: free_port() for code in RECEIVERS}
            self._start_receivers(ports)
            self._start_load(ports)
            self._start_vendors()
        except BaseException:
            self.keep = True
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._load is not None:
            self._load.kill()
            self._load.wait()
        self.vendors.go_on()  # who stands still cannot end
        for child in reversed(self._children):
            child.send(signal.SIGTERM)
        for child in reversed(self._children):
            _end(child)
        if self.proxy is not None:
            self.proxy.close()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        elif self.rabbit.log_file.exists():
            shutil.copy(self.rabbit.log_file, self.folder / "rabbit.log")
        self.rabbit.close()

    def _start_house(self) -> None:
        self.home.prepare()
        self._http_port = free_port()
        self.start_supervisor()

    def start_supervisor(self) -> None:
        """And wait until the house is ready."""
        child = self._child(
            "supervisor",
            ["tests.faults.house", str(self.home.root), self.bus_url, str(self._http_port)],
            {
                "PYTHONPATH": f"{SITE}{os.pathsep}{ROOT}",
                "TIANWEI_FAULTS": str(self.faults),
                "TIANWEI_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
                "TIANWEI_FOLDER_POLL_S": "0.2",
                **{f"TIANWEI_RATE_{of}": "1000000" for of in ("ACCOUNT_PER_S", "ACCOUNT_BURST")},
                **{f"TIANWEI_RATE_{of}": "1000000" for of in ("ADDRESS_PER_S", "ADDRESS_BURST")},
                "TIANWEI_IMPORT_LEASE_S": "4",
                "TIANWEI_EVIDENCE_LEASE_S": "4",
            },
        )
        give_up_at = time.monotonic() + _READY_S
        while (
            (state := read_state(self.home)).phase != "ready"
            or state.supervisor is None
            or find(state.supervisor) is None
        ):
            if child.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError("\n".join(last_lines(self.folder / "supervisor.log", 40)))
            time.sleep(0.1)

    def _start_receivers(self, ports: dict[str, int]) -> None:
        config = {"folder": str(self.received), "modes": str(self.modes), "receivers": ports}
        self._child("receivers", ["tests.faults.receivers", self._config("receivers", config)], {})

    def _start_load(self, ports: dict[str, int]) -> None:
        config = {
            "url": self.url,
            "accounts": str(self.home.accounts_file),
            "journal": str(self.commands),
            "received": str(self.received),
            "seed": self.seed,
            "stories": self.stories,
            "endpoints": {
                **{path: {"url": f"http://127.0.0.1:{ports[code]}/hook"} for code, path in RECEIVERS.items()},
                **self.vendors.endpoints(),
            },
        }
        with (self.folder / "load.log").open("ab") as log:
            self._load = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.load", self._config("load", config)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        for path in RECEIVERS.values():
            self.tell_load(f"endpoint {path}")

    def _start_vendors(self) -> None:
        """Each is told what the house answered when its way was set: the house's key, or the secret of its queue."""
        for path in self.vendors.endpoints():
            made = self.tell_load(f"endpoint {path}")["made"][path]
            name, argv = self.vendors.program(path, made, self.home.root / "exchange", self.bus_url)
            self.vendors.add(self._child(name, argv, {}))

    def _child(self, name: str, module_and_words: list[str], more: dict[str, str]) -> Child:
        ours = {key: value for key, value in os.environ.items() if not key.startswith("TIANWEI_")}
        is_file = module_and_words[0].endswith(".py")
        argv = [sys.executable, *module_and_words] if is_file else [sys.executable, "-m", *module_and_words]
        log = self.folder / f"{name}.log"
        child = Child(argv, {**ours, **more}, log, ROOT, death_signal=signal.SIGTERM)
        self._children.append(child)
        return child

    def _config(self, name: str, values: dict[str, Any]) -> str:
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(values), encoding="utf-8")
        return str(file)

    # the load

    def tell_load(self, order: str) -> dict[str, Any]:
        """Give an order and wait until it is done; the load's state then."""
        assert self._load is not None
        assert self._load.stdin is not None
        assert self._load.stdout is not None
        with self._talking:
            self._load.stdin.write(order + "\n")
            self._load.stdin.flush()
            answer = self._load.stdout.readline()
        if not answer:
            raise RuntimeError("\n".join(last_lines(self.folder / "load.log", 30)))
        told: dict[str, Any] = json.loads(answer)
        if told["crashed"]:
            raise RuntimeError(f"the load broke: {told['crashed']}")
        return told

    def commands_by_now(self) -> int:
        return int(self.tell_load("look")["accepted"])

    # processes

    @property
    def bus_url(self) -> str:
        """Through the proxy."""
        assert self.proxy is not None
        return f"amqp://guest:guest@127.0.0.1:{self.proxy.port}//"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http_port}"

    def process(self, name: str) -> psutil.Process | None:
        """The living process of that name."""
        state = read_state(self.home)
        record: Running | None = state.supervisor if name == "supervisor" else state.processes.get(name)
        return find(record) if record else None

    def pid(self, name: str) -> int:
        """Raises NotSeen while it is being started."""
        return int(wait_for(lambda: self.process(name), 20, f"{name} runs").pid)

    def signal(self, name: str, number: signal.Signals) -> int:
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    def is_whole(self) -> bool:
        """Whether every process runs, as the supervisor sees it."""
        known = read_state(self.home).processes
        return all(
            name in known and known[name].state == "running" and find(known[name]) is not None
            for name in (*PROCESSES, "postgres")
        )

    def unready(self) -> str:
        """Empty when the gateway and all services behind it answer that they are ready (/readyz)."""
        try:
            answer = httpx.get(f"{self.url}/readyz", timeout=5.0, trust_env=False)
        except httpx.HTTPError as error:
            return f"gateway: {error!r}"
        return "" if answer.status_code == 200 else f"not ready: {answer.json().get('missing')}"

    # orders to processes

    def order(self, process: str, point: str, what: str) -> Path:
        """An order for site/sitecustomize.py; the file that will hold what came of it."""
        fired = self.faults / "fired" / process / point
        fired.unlink(missing_ok=True)
        folder = self.faults / "orders" / process
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".{point}.new"
        fresh.write_text(what, encoding="ascii")
        fresh.rename(folder / point)
        return fired

    def withdraw(self, process: str, point: str) -> None:
        (self.faults / "orders" / process / point).unlink(missing_ok=True)
        (self.faults / "orders" / process / f"{point}.chosen").unlink(missing_ok=True)

    def fired(self, process: str, point: str) -> list[dict[str, Any]]:
        """What was done by order, one entry each time."""
        try:
            lines = (self.faults / "fired" / process / point).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]

    def set_clock(self, seconds: int) -> None:
        """By how much the clocks of all processes are ahead."""
        file = self.faults / "clock"
        if not seconds:
            file.unlink(missing_ok=True)
            return
        fresh = self.faults / ".clock.new"
        fresh.write_text(str(seconds), encoding="ascii")
        fresh.rename(file)

    # the outside world

    def set_mode(self, party: str, mode: str) -> None:
        """How a receiver behaves from now on, see receivers.py."""
        name = party.replace(":", "_")
        fresh = self.modes / f".{name}.new"
        fresh.write_text(mode, encoding="ascii")
        fresh.rename(self.modes / name)

    # databases

    def dsn(self, database: str) -> str:
        """Of the superuser. database: cases, agencies, notify, gateway."""
        return self._postgres().dsn(database, "postgres", load_or_make(self.home).postgres_password)

    def _postgres(self) -> Postgres:
        sockets = Path(read_state(self.home).sockets)
        return Postgres(self.home, sockets, load_or_make(self.home).postgres_password)

    @contextmanager
    def _connected(self, database: str) -> Iterator[psycopg2.extensions.connection]:
        dsn = self.dsn(database).replace("postgresql+psycopg2", "postgresql")
        connection = psycopg2.connect(dsn, application_name="tianwei-checker", connect_timeout=5)
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, database: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """values: one for each %s. Raises psycopg2.Error."""
        with self._connected(database) as connection, connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return list(cursor.fetchall())

    def number(self, database: str, query: str, *values: Any) -> int:
        return int(self.rows(database, query, *values)[0][0] or 0)


def _end(child: Child) -> None:
    give_up_at = time.monotonic() + 45
    while child.poll() is None:
        if time.monotonic() > give_up_at:
            child.send(signal.SIGKILL)
            child.wait()
            return
        time.sleep(0.05)
