"""The embedded house: database, bus, migrations, services, gateway, brought up in order and held until told to stop."""

import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.cli.stack import accounts, ports
from gateway.cli.stack.layout import Home, State
from gateway.cli.stack.postgres import DatabaseFailed, Postgres
from gateway.cli.stack.processes import Settings, county_demo
from gateway.cli.stack.programs import Job, Program, Stage
from gateway.cli.stack.readiness import is_ready
from gateway.cli.stack.secrets import DATABASES, Secrets, load_or_make
from gateway.cli.stack.supervisor import StackFailed, Supervisor
from gateway.cli.stack.valkey import Valkey
from shared.divisions.register import Divisions

COUNTY_CODE = "640521000000"
_DEMO_WITHIN_S = 600.0
_DATABASES_DONE = ",".join(DATABASES)


@dataclass(frozen=True)
class Wish:
    """What `tianwei up` was asked for."""

    http_host: str = "127.0.0.1"
    http_port: int = 0  # 0: the one used last, else 8600, else the next free
    county_demo: bool = False
    bus_url: str = ""  # a bus of one's own (RabbitMQ) instead of the embedded one


class EmbeddedHouse:
    """Brings up the real thing on a supervisor."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish

    def bring_up(self, supervisor: Supervisor) -> None:
        """From nothing to ready. Raises StackFailed."""
        home, state = supervisor.home, supervisor.state
        began = time.monotonic()
        secrets = load_or_make(home)
        county = os.environ.get("TIANWEI_COUNTY_CODE", COUNTY_CODE)
        accounts.make(home, county, {township.code: township.name for township in Divisions.load().children(county)})
        self._choose_port(state)
        settings = self.engines(supervisor, secrets)
        self._services(supervisor, settings)
        supervisor.tell("等待各服务就绪")
        try:
            supervisor.wait_until(lambda: supervisor.all_beating() and is_ready(state), "gateway")
        except StackFailed as failure:
            # Somebody else may have come to listen there after it was found free.
            ours = state.processes.get("gateway")
            lost = failure.name == "gateway" and not (ours and ours.state == "running")
            if lost and not ports.is_free(state.http_host, state.http_port):
                raise StackFailed("gateway", ports.taken(state.http_port), failure.lines) from failure
            raise
        supervisor.tell(f"全部就绪，用时 {time.monotonic() - began:.1f} 秒")

    def _choose_port(self, state: State) -> None:
        host, wanted = self._wish.http_host, self._wish.http_port
        if wanted and not ports.is_free(host, wanted):
            raise StackFailed("gateway", ports.taken(wanted))
        state.http_host = host
        state.http_port = wanted or ports.choose(host, state.http_port)

    def engines(self, supervisor: Supervisor, secrets: Secrets) -> Settings:
        """Start database and bus, make databases and roles."""
        home, state, tell = supervisor.home, supervisor.state, supervisor.tell
        sockets = home.socket_folder(state.sockets)
        state.sockets = str(sockets)
        valkey = None if self._wish.bus_url else Valkey(home, sockets, secrets.bus_password)
        tell("启动数据库 PostgreSQL" + ("和消息总线 Valkey" if valkey else "；消息总线用 TIANWEI_BUS_URL 所指的"))
        if valkey:
            supervisor.start(_bus_program(valkey))
        postgres = self._start_postgres(supervisor, sockets, secrets)
        supervisor.wait_until(postgres.is_ready, "postgres", within_s=60)
        if state.done.get("databases") != _DATABASES_DONE:
            postgres.provision(secrets.role_passwords)
            state.done["databases"] = _DATABASES_DONE
        if valkey:
            supervisor.wait_until(valkey.is_ready, "valkey", within_s=60)
        return settings_of(home, state, secrets, valkey.url if valkey else self._wish.bus_url)

    def _start_postgres(self, supervisor: Supervisor, sockets: Path, secrets: Secrets) -> Postgres:
        postgres = Postgres(supervisor.home, sockets, secrets.postgres_password)
        try:
            opened = postgres.prepare()
        except (DatabaseFailed, OSError) as error:
            raise StackFailed("postgres", f"无法建立数据库目录：{error}") from error
        if outside := [folder for folder in opened if not folder.is_relative_to(supervisor.home.root)]:
            folders = "、".join(map(str, outside))
            supervisor.tell(f"以 root 运行时数据库使用系统账号 {postgres.user}；已允许穿过（不可列目录）：{folders}")
        supervisor.start(
            Program(
                name="postgres",
                argv=postgres.argv,
                stage=Stage.DATABASE,
                environment={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                user=postgres.user,
                # Fast shutdown, then immediate; its own wait for clients (SIGTERM) could last for ever.
                stop_signals=(signal.SIGINT, signal.SIGQUIT),
                death_signal=signal.SIGINT,
                before_start=postgres.before_start,
            )
        )
        return postgres

    def _services(self, supervisor: Supervisor, settings: Settings) -> None:
        """Migrate all databases side by side; each service starts as soon as its own is done."""
        programs = settings.programs()
        jobs = [*settings.migrations(), _after("migrate.gateway", settings.seed_accounts())]
        supervisor.tell("检查数据库结构，启动各服务")

        def ended(job: str) -> None:
            for program in programs.get(job.removeprefix("migrate."), []):
                supervisor.start(program)

        supervisor.run_jobs(jobs, ended)

    def after_ready(self, supervisor: Supervisor) -> None:
        """HOOK of `--county-demo`: the demonstration county is loaded once; its failure does not stop the house."""
        if not self._wish.county_demo:
            return
        try:
            supervisor.run_jobs([county_demo(supervisor.home)], within_s=_DEMO_WITHIN_S)
        except StackFailed as failure:
            supervisor.tell(f"示范县数据没有装载成功：{failure}")
            for line in failure.lines:
                supervisor.tell(f"  {line}")


def settings_of(home: Home, state: State, secrets: Secrets, bus_url: str) -> Settings:
    """What the processes of a house are told whose engines run."""
    postgres = Postgres(home, Path(state.sockets), secrets.postgres_password)
    passwords = secrets.role_passwords
    return Settings(
        home=home,
        http_host=state.http_host,
        http_port=state.http_port,
        bus_url=bus_url,
        dsn={s: postgres.dsn(s, f"{s}_app", passwords[f"{s}_app"]) for s in DATABASES},
        owner_dsn={s: postgres.dsn(s, f"{s}_owner", passwords[f"{s}_owner"]) for s in DATABASES},
        sealing_keys=secrets.sealing_keys,
        office_key=secrets.office_key,
        audit_key=secrets.audit_key,
    )


def _after(name: str, job: Job) -> Job:
    return replace(job, after=name)


def _bus_program(valkey: Valkey) -> Program:
    return Program(
        name="valkey",
        argv=valkey.argv,
        stage=Stage.BUS,
        environment={"PATH": os.defpath},
        before_start=valkey.before_start,
    )
