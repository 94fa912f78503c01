"""The data folder of one stack: where each thing lives, who holds it, and what was running (state.json)."""

import fcntl
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# A socket's path may have 107 bytes; PostgreSQL appends `/.s.PGSQL.5432`.
_LONGEST_SOCKET_FOLDER = 80


@dataclass(frozen=True)
class Home:
    """The data folder (TIANWEI_HOME). All that a stack keeps is below `root`, so moving it moves the county."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> "Home":
        return cls(folder.expanduser().resolve())

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def heartbeats(self) -> Path:
        return self.root / "heartbeat"

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"

    @property
    def signing_key_file(self) -> Path:
        """The gateway's private keys (shared/signing_keys.py); mode 0600. Read again while it runs."""
        return self.root / "signing_key"

    @property
    def public_key_file(self) -> Path:
        """Their public halves, for the services that verify principals."""
        return self.root / "principal_public_key"

    @property
    def accounts_file(self) -> Path:
        """The generated accounts with their first passwords; mode 0600."""
        return self.root / "accounts.json"

    @property
    def state_file(self) -> Path:
        return self.root / "state.json"

    @property
    def lock_file(self) -> Path:
        return self.root / "lock"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def bus(self) -> Path:
        return self.root / "bus"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def heartbeat_of(self, name: str) -> Path:
        return self.heartbeats / name

    def prepare(self) -> None:
        """Make the folders; nobody else may read them."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.logs, self.heartbeats, self.blobs, self.bus):
            folder.mkdir(mode=0o700, exist_ok=True)

    def socket_folder(self, remembered: str) -> Path:
        """Folder of the Unix sockets; a short one elsewhere when `root` is too deep for a socket's name."""
        own = self.root / "socket"
        if len(os.fsencode(own)) <= _LONGEST_SOCKET_FOLDER:
            own.mkdir(mode=0o700, exist_ok=True)
            return own
        short = Path(remembered) if remembered else None
        if short and short.is_dir() and not short.is_symlink() and short.stat().st_uid == os.geteuid():
            return short
        return Path(tempfile.mkdtemp(prefix="tianwei-", dir="/tmp"))


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only, durable before it is seen."""
    fresh = path.with_name(f".{path.name}.new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


@dataclass
class Running:
    """A process that the supervisor started: its pid and start time together name it, so no foreign pid is hit."""

    pid: int
    started_at: float  # unix seconds, as the kernel has it
    restarts: int = 0
    state: str = "starting"


@dataclass
class State:
    """What is known of the stack across restarts of the supervisor."""

    phase: str = "down"  # down, starting, ready, stopping, failed
    problem: str = ""
    supervisor: Running | None = None
    http_host: str = "127.0.0.1"
    http_port: int = 0
    sockets: str = ""
    programs: list[str] = field(default_factory=list)  # all that should run, in order of start
    processes: dict[str, Running] = field(default_factory=dict)
    done: dict[str, str] = field(default_factory=dict)  # one-time work -> fingerprint of what it was done for

    @property
    def address(self) -> str:
        """Where the gateway answers, as a person of this machine types it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.http_host, self.http_host)
        return f"http://{host}:{self.http_port}"


def read_state(home: Home) -> State:
    """The recorded state; a fresh one where nothing is recorded or the record is broken."""
    try:
        raw: dict[str, Any] = json.loads(home.state_file.read_text(encoding="utf-8"))
        supervisor = raw.pop("supervisor", None)
        processes = raw.pop("processes", {})
        return State(
            supervisor=Running(**supervisor) if supervisor else None,
            processes={name: Running(**record) for name, record in processes.items()},
            **raw,
        )
    except (OSError, ValueError, TypeError):
        return State()


def write_state(home: Home, state: State) -> None:
    write_private(home.state_file, json.dumps(asdict(state), ensure_ascii=False, indent=1))


class HomeInUse(Exception):
    """Another supervisor holds this data folder."""


class HomeLock:
    """The right to run a stack in a data folder. The kernel gives it back when its holder dies."""

    def __init__(self, home: Home) -> None:
        self._fd = os.open(home.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            raise HomeInUse(str(home.root)) from None

    def release(self) -> None:
        os.close(self._fd)

    def __enter__(self) -> "HomeLock":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def is_held(home: Home) -> bool:
    """Whether a supervisor holds the folder now."""
    if not home.lock_file.exists():
        return False
    try:
        HomeLock(home).release()
    except HomeInUse:
        return True
    return False
