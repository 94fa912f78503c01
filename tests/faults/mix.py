"""Many faults at once, chosen by the seed: what each alone does not break, several together must not break either."""

import random
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from tests.faults.endpoints import GROUP as _ENDPOINTS
from tests.faults.fault import Fault, Heal, nothing
from tests.faults.processes import points_of
from tests.faults.stack import NOT_HEALED, PROCESSES, RECEIVERS, TROUBLE, NotSeen, Stack, wait_for

GROUP = "mix"
# A point inside a try of an event counts against the event; met thrice in a row it is put aside, as it should be.
_COUNTED = ("feed.after-try", "feed.in-reaction", "feed.before-commit")
_POINT_S = 60.0
_MODES = ("down", "redirect", "busy", "flood")

Act = tuple[str, Callable[[Stack], Heal]]


@dataclass
class Diary:
    """What was done, and what of it was not seen to take effect or could not be taken back."""

    done: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def mix(alone: Sequence[Fault], seconds: float, seed: int, tell: Callable[[str], None]) -> Fault:
    """Two hands at once: one takes broker, wire and database, the other processes and endpoints."""
    names = f"random mix for {seconds:g} s"
    return Fault(
        names, GROUP, partial(_run, [fault for fault in alone if fault.mixable], seconds, seed, tell), hold_s=0
    )


def _run(alone: Sequence[Fault], seconds: float, seed: int, tell: Callable[[str], None], stack: Stack) -> Heal:
    until = time.monotonic() + seconds
    far = [(fault.name, fault.inject) for fault in alone if fault.group != _ENDPOINTS and "stopped" not in fault.name]
    near: list[Act] = [(fault.name, fault.inject) for fault in alone if "stopped" in fault.name]
    near += [(f"SIGKILL of {name}", partial(_kill, name)) for name in PROCESSES]
    near += [
        (f"SIGKILL of {name} at a point", partial(_kill_at_a_point, name, random.Random(seed))) for name in PROCESSES
    ]
    near += [(f"endpoints {mode}", partial(_endpoints, mode)) for mode in _MODES]
    diary = Diary()
    with ThreadPoolExecutor(2, thread_name_prefix="hand") as hands:
        begun = [
            hands.submit(_hand, acts, random.Random(seed + number), until, diary, stack)
            for number, acts in enumerate((far, near))
        ]
    for hand in begun:
        hand.result()
    tell(f"    {len(diary.done)} faults in the mix: {', '.join(diary.done)}"[:3000])
    _set_all("ok", stack)
    if diary.failed:
        raise NotSeen("; ".join(diary.failed)[:2000])
    return nothing


def _hand(acts: Sequence[Act], dice: random.Random, until: float, diary: Diary, stack: Stack) -> None:
    while time.monotonic() < until:
        name, inject = dice.choice(acts)
        heal: Heal = nothing
        try:
            heal = inject(stack)
            diary.done.append(name)
            time.sleep(dice.uniform(0.2, 2.0))
        except NotSeen as not_seen:
            diary.failed.append(f"{name}: {not_seen}")
            heal = not_seen.heal
        except TROUBLE as error:
            diary.failed.append(f"{name}: {error!r}"[:300])
        try:
            heal()
        except NOT_HEALED as error:
            diary.failed.append(f"{name} not healed: {error!r}"[:300])
        time.sleep(dice.uniform(0.5, 3.0))


def _kill(name: str, stack: Stack) -> Heal:
    pid = stack.signal(name, signal.SIGKILL)
    wait_for(lambda: (found := stack.process(name)) is not None and found.pid != pid, 30, f"{name} is back")
    return nothing


def _kill_at_a_point(name: str, dice: random.Random, stack: Stack) -> Heal:
    points = [point for point in points_of(name) if point not in _COUNTED]
    if not points:
        return _kill(name, stack)
    point = dice.choice(points)
    stack.order(name, point, "kill 1")
    try:
        wait_for(lambda: stack.fired(name, point), _POINT_S, f"{name} at {point}")
    except NotSeen as not_seen:
        raise NotSeen(*not_seen.rows, heal=partial(stack.withdraw, name, point)) from None
    return nothing


def _endpoints(mode: str, stack: Stack) -> Heal:
    _set_all(mode, stack)
    return partial(_set_all, "ok", stack)


def _set_all(mode: str, stack: Stack) -> None:
    for party in RECEIVERS:
        stack.set_mode(party, mode)
