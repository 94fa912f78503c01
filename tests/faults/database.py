"""Faults of PostgreSQL: restarted, killed, and connections cut at COMMIT, before it is sent and after."""

import signal
import time
from functools import partial

import psycopg2

from shared.crash_points import CrashPoint
from tests.faults.fault import Fault, Heal, nothing
from tests.faults.processes import Aim, row_of, wait_for_orders
from tests.faults.stack import RECEIVER, SENDERS, SERVICES, NotSeen, Stack, wait_for

GROUP = "database"
_WORKERS = ("cases.worker", "cases.evidence-worker")
_STATUS = {"cut-before": "aborted", "cut-after": "committed"}
_WORDS = {"cut-before": "connection cut before COMMIT is sent:", "cut-after": "connection cut after COMMIT is sent:"}
# At these points a transaction is about to be committed; the hook is given its connection.
_CUTS: tuple[tuple[Aim, ...], ...] = (
    tuple((process, CrashPoint.UNIT_BEFORE_COMMIT) for process in (*SERVICES, *_WORKERS, *SENDERS, RECEIVER)),
    (
        *((process, CrashPoint.SEQUENCER_BEFORE_COMMIT) for process in SERVICES),
        *((process, CrashPoint.SENDER_BEFORE_CLAIM) for process in SENDERS),
    ),
    tuple((process, CrashPoint.RELAY_BEFORE_MARK) for process in SERVICES),
    tuple((process, CrashPoint.FEED_BEFORE_COMMIT) for process in SERVICES),
)


def _end_postmaster(number: signal.Signals, stack: Stack) -> Heal:
    pid = stack.signal("postgres", number)

    def is_new() -> bool:
        process = stack.process("postgres")
        return process is not None and process.pid != pid and _answers(stack)

    wait_for(is_new, 30, "another PostgreSQL serves")
    return nothing


def _answers(stack: Stack) -> bool:
    try:
        return stack.number("cases", "SELECT 1") == 1
    except psycopg2.OperationalError:
        return False


def _terminate_all(stack: Stack) -> Heal:
    """Some times, so that new connections are met too."""
    ended = 0
    for _ in range(3):
        ended += stack.number("cases", _TERMINATE)
        time.sleep(0.7)
    if ended < 10:
        raise NotSeen(f"only {ended} sessions were ended")
    return nothing


_TERMINATE = """
SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND backend_type = 'client backend') ended
"""


def _cut(how: str, aims: tuple[Aim, ...], stack: Stack) -> Heal:
    """Seen: PostgreSQL itself says what became of each transaction."""
    for process, point in aims:
        stack.order(process, point, f"{how} 1")
    fired = wait_for_orders(stack, list(aims), _WORDS[how])
    wrong = []
    for aim, told in fired.items():
        became = _fate(stack, str(told[0]["transaction"]))
        if told[0]["failed"] or became != _STATUS[how]:
            wrong.append(row_of(aim, _WORDS[how]))
    if wrong:
        raise NotSeen(*wrong)
    return nothing


def _fate(stack: Stack, transaction: str) -> str:
    """committed or aborted; waits for a backend that is still at it."""
    give_up_at = time.monotonic() + 5
    while True:
        fate = str(stack.rows("cases", "SELECT pg_xact_status(%s::xid8)", transaction)[0][0])
        if fate != "in progress" or time.monotonic() > give_up_at:
            return fate
        time.sleep(0.05)


def faults() -> list[Fault]:
    made = [
        Fault("PostgreSQL restarted immediate", GROUP, partial(_end_postmaster, signal.SIGQUIT), mixable=True),
        Fault("PostgreSQL killed", GROUP, partial(_end_postmaster, signal.SIGKILL), short=True),
        Fault("all sessions terminated", GROUP, _terminate_all, mixable=True),
    ]
    for how in _STATUS:
        for number, aims in enumerate(_CUTS, 1):
            names = tuple(row_of(aim, _WORDS[how]) for aim in aims)
            made.append(Fault(f"{how}, {number}", GROUP, partial(_cut, how, aims), names, hold_s=0, short=number == 1))
    return made
