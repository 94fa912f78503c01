"""Processes of an earlier supervisor that was killed: found by pid and start time, stopped, never adopted."""

import contextlib

import psutil

from gateway.cli.stack.layout import Running, State

# Both times come from the kernel's tick count; only rounding lies between them.
_SAME_START_S = 1.0


def find(record: Running) -> psutil.Process | None:
    """The very process of the record, or None when it is gone or its pid belongs to another now."""
    try:
        process = psutil.Process(record.pid)
        if abs(process.create_time() - record.started_at) < _SAME_START_S and _alive(process):
            return process
    except psutil.NoSuchProcess:
        pass
    return None


def _alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def stop_leftovers(state: State, patience_s: float = 10.0) -> list[str]:
    """Stop what an earlier run left behind, the last started first, and forget it. Returns the names stopped.

    The caller holds the folder's lock, so nobody looks after these processes any more.
    """
    found = {name: process for name, record in state.processes.items() if (process := find(record))}
    for leader in reversed(found.values()):
        _stop(leader, patience_s)
    state.processes.clear()
    return list(found)


def _stop(leader: psutil.Process, patience_s: float) -> None:
    """Ask the leader, then kill it and what it had started."""
    family = [leader]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += leader.children(recursive=True)
        leader.terminate()
    _, alive = psutil.wait_procs(family, timeout=patience_s)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=patience_s)
