"""Which faults a run has, and in what order."""

import random
import time
from collections.abc import Callable

from tests.faults import broker, clock, database, endpoints, messages, processes
from tests.faults.fault import Fault, nothing
from tests.faults.mix import mix
from tests.faults.stack import Stack

STORIES = 12
"""Cases that are being worked on at once."""
MOST_S = 14 * 60.0


MIX_S, SHORT_MIX_S = 180.0, 20.0


def faults(seed: int, tell: Callable[[str], None], *, short: bool, only: str) -> list[Fault]:
    """Every fault alone, in an order of the seed's; the mix last. only: a group, or a part of names."""
    dice = random.Random(seed)
    made = [
        *broker.faults(),
        *database.faults(),
        *processes.faults(dice),
        *messages.faults(dice.getrandbits(32)),
        *endpoints.faults(),
        *clock.faults(),
    ]
    last = mix(made, SHORT_MIX_S if short else MIX_S, seed, tell)
    if short:
        made = [fault for fault in made if fault.short]
    dice.shuffle(made)
    in_order = [part for fault in made for part in ((fault, fault.then) if fault.then else (fault,))]
    return [fault for fault in (*in_order, last) if _is_wanted(fault, only)]


def _is_wanted(fault: Fault, only: str) -> bool:
    return only in ("", fault.group) or any(only in name for name in fault.names)


def load_alone() -> Fault:
    return Fault("load alone", "none", _run_for(15.0))


def _run_for(seconds: float) -> Callable[[Stack], Callable[[], None]]:
    def inject(_: Stack) -> Callable[[], None]:
        time.sleep(seconds)
        return nothing

    return inject
