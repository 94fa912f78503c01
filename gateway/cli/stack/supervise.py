"""Holding a stack up: one supervisor a data folder, leftovers cleared before, everything stopped after."""

import os
import signal
from collections.abc import Callable
from typing import Protocol

import psutil

from gateway.cli.stack.layout import Home, HomeLock, Running, State, read_state, write_state
from gateway.cli.stack.leftovers import stop_leftovers
from gateway.cli.stack.programs import Policy
from gateway.cli.stack.supervisor import StackFailed, StopAsked, Supervisor, Tell


class House(Protocol):
    """What a supervisor is to hold up."""

    def bring_up(self, supervisor: Supervisor) -> None:
        """Start everything and return when it is ready. Raises StackFailed."""

    def after_ready(self, supervisor: Supervisor) -> None:
        """What is done once the house stands; its failure must not bring it down."""


def supervise(
    home: Home, house: House, tell: Tell, on_ready: Callable[[State], None], policy: Policy | None = None
) -> None:
    """Hold the folder's lock, clean up after a killed supervisor, bring the stack up, watch it, stop it.

    Raises HomeInUse, StackFailed; returns when SIGTERM, SIGINT or SIGHUP asked to stop. No child is left either way.
    """
    os.umask(0o077)  # the children too: what they write is nobody else's
    home.prepare()
    with HomeLock(home):
        state = read_state(home)
        if stopped := stop_leftovers(state):
            tell(f"上次未正常退出，已停止遗留进程：{'、'.join(stopped)}")
        state.phase, state.problem, state.programs = "starting", "", []
        state.supervisor = _myself()
        write_state(home, state)
        supervisor = Supervisor(home, state, tell, policy or Policy())
        _heed_signals(supervisor)
        try:
            house.bring_up(supervisor)
            _phase(supervisor, "ready")
            on_ready(state)
            house.after_ready(supervisor)
            supervisor.watch()
        except StopAsked:
            pass
        except StackFailed as failure:
            state.problem = str(failure)
            raise
        finally:
            _phase(supervisor, "stopping")
            supervisor.stop_all()
            state.supervisor = None
            _phase(supervisor, "failed" if state.problem else "down")


def _phase(supervisor: Supervisor, phase: str) -> None:
    supervisor.state.phase = phase
    write_state(supervisor.home, supervisor.state)


def _myself() -> Running:
    return Running(pid=os.getpid(), started_at=psutil.Process().create_time())


def _heed_signals(supervisor: Supervisor) -> None:
    def ask(_signal: int, _frame: object) -> None:
        supervisor.stop_asked = True

    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, ask)
