"""What runs and how it fares, told from the recorded state and the kernel, not from what should be."""

import contextlib
import json
import time
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from gateway.cli.stack.layout import Home, Running, State, is_held, read_state
from gateway.cli.stack.leftovers import find
from gateway.cli.stack.readiness import readiness

# A heartbeat comes every 5 s; three missed are worth telling, sixty seconds are worth a restart.
_SILENT_S = 15.0

STATE_TITLES = {
    "running": "运行中",
    "starting": "启动中",
    "restarting": "等待重启",
    "silent": "无心跳",
    "gone": "已消失",
    "missing": "未启动",
}


@dataclass(frozen=True)
class ProcessStatus:
    """state: see STATE_TITLES. rss_bytes: of the process and what it started; pss_bytes: shared pages by their part."""

    name: str
    state: str
    pid: int | None = None
    uptime_s: float | None = None
    restarts: int = 0
    rss_bytes: int | None = None
    pss_bytes: int | None = None
    heartbeat_age_s: float | None = None


@dataclass(frozen=True)
class StackStatus:
    """phase: down, starting, ready, stopping, failed, or killed when the supervisor vanished without a word."""

    home: str
    phase: str
    ready: bool
    address: str
    problem: str
    supervisor_pid: int | None
    readiness: Any
    processes: list[ProcessStatus]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def look(home: Home) -> StackStatus:
    """Read only; works whether or not anything runs."""
    state = read_state(home)
    held = is_held(home)
    ready, body = readiness(state) if held and state.http_port else (False, "")
    names = list(dict.fromkeys([*state.programs, *state.processes])) if held or state.processes else []
    processes = [_process(home, name, state.processes.get(name)) for name in names]
    supervisor = _supervisor(state.supervisor) if state.supervisor and held else None
    return StackStatus(
        home=str(home.root),
        phase=_phase(state, held),
        ready=ready and all(process.state == "running" for process in processes),
        address=state.address if held and state.http_port else "",
        problem=state.problem,
        supervisor_pid=supervisor.pid if supervisor else None,
        readiness=_parsed(body),
        processes=[*([supervisor] if supervisor else []), *processes],
    )


def _supervisor(record: Running) -> ProcessStatus | None:
    if (process := find(record)) is None:
        return None
    memory = _own_memory(process)
    return ProcessStatus("supervisor", "running", record.pid, _uptime(record), 0, *memory)


def _uptime(record: Running) -> float:
    return round(time.time() - record.started_at, 1)


def _phase(state: State, held: bool) -> str:
    if held:
        return state.phase
    return state.phase if state.phase in ("down", "failed") else "killed"


def _process(home: Home, name: str, record: Running | None) -> ProcessStatus:
    if record is None:
        return ProcessStatus(name, "missing")
    process = find(record)
    if process is None:
        state = "restarting" if record.state == "restarting" else "gone"
        return ProcessStatus(name, state, restarts=record.restarts)
    age = _heartbeat_age(home, name)
    rss, pss = _memory(process)
    return ProcessStatus(
        name=name,
        state="silent" if age is not None and age > _SILENT_S else record.state,
        pid=record.pid,
        uptime_s=_uptime(record),
        restarts=record.restarts,
        rss_bytes=rss,
        pss_bytes=pss,
        heartbeat_age_s=None if age is None else round(age, 1),
    )


def _heartbeat_age(home: Home, name: str) -> float | None:
    try:
        return max(0.0, time.time() - home.heartbeat_of(name).stat().st_mtime)
    except FileNotFoundError:
        return None


def _memory(leader: psutil.Process) -> tuple[int | None, int | None]:
    """(rss, pss) of a process and all below it; pss is None where the system does not tell it."""
    family = [leader]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += leader.children(recursive=True)
    parts = [_own_memory(process) for process in family]
    rss = [part[0] for part in parts if part[0] is not None]
    pss = [part[1] for part in parts if part[1] is not None]
    return sum(rss) if rss else None, sum(pss) if len(pss) == len(rss) else None


def _own_memory(process: psutil.Process) -> tuple[int | None, int | None]:
    try:
        rss = int(process.memory_info().rss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None, None
    try:
        return rss, getattr(process.memory_full_info(), "pss", None)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return rss, None


def _parsed(body: str) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
