"""SIGKILL of every process at every crash point and at any moment; processes stopped; two relays at once."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from typing import Any

import psutil

from shared.crash_points import CrashPoint
from tests.faults.fault import Fault, Heal, nothing
from tests.faults.stack import POINTLESS, PROCESSES, ROOT, SENDERS, SERVICES, NotSeen, Stack, wait_for

GROUP = "crash points"
KILLED = "processes"
_FIRE_S = 60.0
_PAUSE = "relay paused 6 s:"
_WORKER = "cases.worker"
_SCHEDULER = "cases.scheduler"
_EVIDENCE = "cases.evidence-worker"
_PRESS = "notify.worker"
Aim = tuple[str, CrashPoint]
"""Process and point."""
Fired = list[dict[str, Any]]


def points_of(process: str) -> list[CrashPoint]:
    """The crash points that a process reaches; shared/crash_points.py names them so."""
    wanted = ["unit"]
    if process in SERVICES:
        wanted += ["sequencer", "relay", "feed", "rpc"]
    wanted += ["sender"] if process in SENDERS else []
    wanted += ["import"] if process == _WORKER else []
    wanted += ["evidence"] if process == _EVIDENCE else []
    wanted += ["sweep"] if process == _SCHEDULER else []
    wanted += ["press"] if process == _PRESS else []
    return [point for point in CrashPoint if point.partition(".")[0] in wanted] if process not in POINTLESS else []


def rounds(dice: random.Random) -> Iterator[list[Aim]]:
    """Every process at every point, a point of each process a round."""
    aims: list[list[Aim]] = []
    for process in PROCESSES:
        points = points_of(process)
        dice.shuffle(points)
        aims.append([(process, point) for point in points])
    for row in zip_longest(*aims):
        yield [aim for aim in row if aim is not None]


def row_of(aim: Aim, what: str = "SIGKILL") -> str:
    process, point = aim
    return f"{what} of {process} at {point}"


def _passes(aim: Aim, dice: random.Random) -> int:
    """At which pass from now: what is passed often need not fall at the first."""
    return dice.randint(1, 3) if aim[0] in SERVICES else 1


def _kill_at(orders: list[tuple[Aim, int]], stack: Stack) -> Heal:
    for (process, point), number in orders:
        stack.order(process, point, f"kill {number}")
    aims = [aim for aim, _ in orders]
    fired = wait_for_orders(stack, aims, "SIGKILL")
    for process, point in aims:
        dead = fired[process, point][0]["pid"]
        wait_for(partial(_is_dead, dead), 5, f"{process} {dead} is dead")
    return nothing


def wait_for_orders(stack: Stack, aims: list[Aim], what: str, within_s: float = _FIRE_S) -> dict[Aim, Fired]:
    """What was done at each aim. Raises NotSeen with the rows of those at which nothing was."""
    give_up_at = time.monotonic() + within_s
    while any(not stack.fired(*aim) for aim in aims) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    missed = [aim for aim in aims if not stack.fired(*aim)]
    if missed:
        for aim in missed:
            stack.withdraw(*aim)
        raise NotSeen(*(row_of(aim, what) for aim in missed))
    return {aim: stack.fired(*aim) for aim in aims}


def _is_dead(pid: int) -> bool:
    return not _is_alive(pid)


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _kill_one_after_another(dice: random.Random, stack: Stack) -> Heal:
    """At whatever they are doing; the next when the one before is back."""
    names = list(PROCESSES)
    dice.shuffle(names)
    for name in names:
        pid = stack.signal(name, signal.SIGKILL)
        wait_for(partial(_is_back, stack, name, pid), 20, f"{name} is back")
    return nothing


def _is_back(stack: Stack, name: str, old: int) -> bool:
    process = stack.process(name)
    return process is not None and process.pid != old and stack.is_whole()


def _power_cut(stack: Stack) -> Heal:
    """Everything at once, broker and database too; then all is switched on again."""
    pids = [stack.pid(name) for name in ("supervisor", "postgres", *PROCESSES)]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    stack.rabbit.kill()
    wait_for(lambda: not any(map(_is_alive, pids)), 10, "everything is dead")

    def switch_on() -> None:
        stack.rabbit.start()
        stack.start_supervisor()

    return switch_on


def _kill_supervisor(stack: Stack) -> Heal:
    """Nobody may outlive it."""
    pids = [stack.pid(name) for name in PROCESSES]
    stack.signal("supervisor", signal.SIGKILL)
    wait_for(lambda: not any(map(_is_alive, pids)), 15, "its processes are dead")
    return stack.start_supervisor


def _stop_process(name: str, stack: Stack) -> Heal:
    pid = stack.signal(name, signal.SIGSTOP)
    wait_for(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, 5, f"{name} stands still")
    return lambda: os.kill(pid, signal.SIGCONT)


def _pause_relays(stack: Stack) -> Heal:
    """Each service's relay alone stands still before it publishes; all else of the process goes on."""
    aims: list[Aim] = [(service, CrashPoint.RELAY_BEFORE_PUBLISH) for service in SERVICES]
    for process, point in aims:
        stack.order(process, point, "hang 6")
    wait_for_orders(stack, aims, _PAUSE)
    return nothing


class SecondCases:
    """Another replica of the cases service, with the first one's settings."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        first = psutil.Process(stack.pid("cases"))
        self._heartbeat = stack.home.heartbeat_of("cases.2")
        self._heartbeat.unlink(missing_ok=True)
        environment = {**first.environ(), "TIANWEI_HEARTBEAT_FILE": str(self._heartbeat)}
        with (stack.home.logs / "cases.2.log").open("ab") as log:
            self._process = subprocess.Popen(
                first.cmdline(), env=environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def wait(self) -> None:
        try:
            wait_for(self._heartbeat.exists, 20, "the second cases service beats")
        except NotSeen:
            self.end()
            raise

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def _leader(stack: Stack) -> int:
    """Backend that holds the relay's lock in cases; 0: nobody."""
    found = stack.rows("cases", _HOLDER)
    return int(found[0][0]) if found else 0


def _leads_another(stack: Stack, before: int) -> bool:
    return _leader(stack) not in (0, before)


_HOLDER = """
SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database() AND l.objid = 7200428
"""


def _double_relay(stack: Stack) -> Heal:
    """The first loses the lock without noticing for some seconds, the second takes it: two leaders."""
    second = SecondCases(stack)
    second.wait()
    try:
        for _ in range(2):
            before = _leader(stack)
            stack.rows("cases", "SELECT pg_terminate_backend(%s)", before)
            wait_for(partial(_leads_another, stack, before), 10, "another leader")
            time.sleep(2)
    except NotSeen:
        second.end()
        raise
    return second.end


def _pause_leader(stack: Stack) -> Heal:
    """Two replicas, the leader stands still with the lock in hand; then it is killed, and the other leads."""
    first = stack.pid("cases")
    second = SecondCases(stack)
    second.wait()
    os.kill(first, signal.SIGSTOP)
    time.sleep(3)
    before = _leader(stack)
    os.kill(first, signal.SIGKILL)
    try:
        wait_for(partial(_leads_another, stack, before), 15, "the other leads")
    except NotSeen:
        second.end()
        raise
    return second.end


def faults(dice: random.Random) -> list[Fault]:
    made = []
    for number, aims in enumerate(rounds(dice), 1):
        orders = [(aim, _passes(aim, dice)) for aim in aims]
        names = tuple(map(row_of, aims))
        kill = partial(_kill_at, orders)
        made.append(Fault(f"round {number}", GROUP, kill, names, hold_s=0, short=number in (1, 2), mixable=False))
    paused = tuple(row_of((service, CrashPoint.RELAY_BEFORE_PUBLISH), _PAUSE) for service in SERVICES)
    killed = tuple(f"SIGKILL of {name} at any moment" for name in PROCESSES)
    made += [
        Fault("each process killed", KILLED, partial(_kill_one_after_another, dice), killed, hold_s=0),
        Fault("power cut: everything at once", KILLED, _power_cut),
        Fault("supervisor killed", KILLED, _kill_supervisor, short=True),
        *(
            Fault(f"{name} stopped for 5 s", KILLED, partial(_stop_process, name), hold_s=5, mixable=True)
            for name in ("cases", "agencies", "notify", "notify.sender", "gateway")
        ),
        Fault("relays paused", KILLED, _pause_relays, paused, hold_s=4),
        Fault("two relays lead", KILLED, _double_relay, hold_s=3),
        Fault("leading relay stands still, another takes over", KILLED, _pause_leader),
    ]
    return made
