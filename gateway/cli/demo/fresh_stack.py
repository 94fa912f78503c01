"""The demonstration's own stack: held up by a supervisor that ends when the demonstration does, however it ends."""

import signal
import sys
import time
from collections.abc import Mapping

import typer

from gateway.cli.stack.child import Child, last_lines
from gateway.cli.stack.commands import IN_BACKGROUND
from gateway.cli.stack.layout import Home, read_state

_POLL_S = 0.1


def bring_up(home: Home, environment: Mapping[str, str]) -> Child:
    """Start `tianwei up` for a folder and return its supervisor once the stack is ready.

    The kernel asks the supervisor to stop (SIGTERM) when this process is gone. Call it from the main thread.
    Raises typer.Exit when the supervisor gave up; its own words, with what to do, are shown.
    """
    home.prepare()
    log = home.log_of("supervisor")
    command = [sys.executable, "-m", "gateway.cli", "up", "--home", str(home.root)]
    child = Child(command, {**environment, IN_BACKGROUND: "1"}, log, home.root, death_signal=signal.SIGTERM)
    while not _is_ready(home, child):
        if child.poll() is not None:
            typer.echo("\n".join(last_lines(log)), err=True)
            raise typer.Exit(1)
        time.sleep(_POLL_S)
    return child


def _is_ready(home: Home, child: Child) -> bool:
    state = read_state(home)
    return state.phase == "ready" and state.supervisor is not None and state.supervisor.pid == child.pid
