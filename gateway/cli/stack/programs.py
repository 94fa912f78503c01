"""What the supervisor can run: programs that stay, jobs that end. Values only; the table of them is processes.py."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Stage(IntEnum):
    """Order of start; stopping goes the other way, one stage after the other."""

    DATABASE = 0
    BUS = 1
    SERVICE = 2
    SENDER = 3
    GATEWAY = 4


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Program:
    """A process that is to stay alive."""

    name: str
    argv: tuple[str, ...]
    stage: Stage
    environment: Mapping[str, str] = field(default_factory=dict)  # the whole of it: nothing is inherited
    beats: bool = False  # writes its heartbeat file at least every 5 s; silent for long means hung
    user: str | None = None  # system account to run as; only root can ask for another
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM,)  # each tried for the grace time, then SIGKILL
    death_signal: signal.Signals = signal.SIGKILL  # what the kernel sends when the supervisor is gone
    before_start: Callable[[], None] = _nothing


@dataclass(frozen=True)
class Job:
    """A process that must end with exit code 0, once for each fingerprint."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""  # of what it does; work already recorded with the same one is skipped; empty: always done
    after: str = ""  # the job that must have ended before
    follow: bool = False  # show its output as it comes


@dataclass(frozen=True)
class Policy:
    """How patient the supervisor is, in seconds."""

    restart_first_s: float = 1.0
    restart_longest_s: float = 30.0
    healthy_after_s: float = 60.0
    silent_after_s: float = 60.0  # three heartbeats of 20 s: then the process is killed and restarted
    grace_s: float = 10.0
    ready_within_s: float = 90.0
    job_within_s: float = 120.0
    deaths_while_starting: int = 3
    tick_s: float = 0.05
    log_bytes: int = 20 * 1024 * 1024
