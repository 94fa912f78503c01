"""The clock of every process stepped by an hour, forth and back, while all goes on."""

from functools import partial

from tests.faults.fault import Fault, Heal
from tests.faults.stack import SERVICES, NotSeen, Stack, wait_for

GROUP = "clock"
_HOUR_S = 3600
# The last events told, seen by the database, whose clock stays as it is.
_LATEST = """
SELECT extract(epoch FROM max(e.occurred_at) - now()) FROM (
    SELECT occurred_at FROM event_log JOIN log_order USING (event_id) ORDER BY position DESC LIMIT 5) e
"""


def _step(seconds: int, stack: Stack) -> Heal:
    """Seen: each service tells of events an hour away from the database's time."""
    stack.set_clock(seconds)

    def heal() -> None:
        stack.set_clock(0)

    for service in SERVICES:
        try:
            wait_for(partial(_is_off, stack, service, seconds), 25, f"the clock of {service} stepped")
        except NotSeen as not_seen:
            raise NotSeen(*not_seen.rows, heal=heal) from None
    return heal


def _is_off(stack: Stack, service: str, seconds: int) -> bool:
    off = float(stack.rows(service, _LATEST)[0][0] or 0)
    return abs(off - seconds) < 300


def faults() -> list[Fault]:
    return [
        Fault("clock one hour ahead, then back", GROUP, partial(_step, _HOUR_S), hold_s=3, short=True),
        Fault("clock one hour behind, then forth", GROUP, partial(_step, -_HOUR_S), hold_s=3),
    ]
