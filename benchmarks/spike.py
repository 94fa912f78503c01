"""Ten times what the house can carry, for a minute: who is turned away is told so at once, who is let in waits little.

Sustainable is what sixteen clients that wait for their answers get through of the same mix, in the same minute of the
machine, which the load shares with the house. Rates a client may have are lifted: one client is the whole crowd here.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import psutil

from benchmarks.http_load import Load, Request, drive, milliseconds, percentile
from benchmarks.measures import make_case
from benchmarks.open_load import OpenLoad, pour
from benchmarks.reporting import HOST, report
from benchmarks.stack import Stack, fresh_stack

TIMES = 10
SECONDS = 60.0
# Fewer than the gateway takes (TIANWEI_MOST_CONNECTIONS): its own limit is another answer.
CONNECTIONS = 800
WARM, SUSTAINED = 500, 3000
IN_FLIGHT = 16
# Recovered: three times in a row 50 requests without an error, no slower than twice what they took before.
PROBE, IN_A_ROW, SLOWER, WITHIN_S = 50, 3, 2.0, 60.0
GATEWAY = "gateway"


def spike() -> dict[str, Any]:
    with fresh_stack() as stack:
        return _measured(stack)


def _measured(stack: Stack) -> dict[str, Any]:
    token = stack.token("coordinator")
    mix = _mix(str(make_case(stack, token)["id"]))
    token = stack.token("coordinator")
    drive(HOST, stack.port, token, mix, count=WARM, in_flight=IN_FLIGHT)
    sustained = drive(HOST, stack.port, token, mix, count=SUSTAINED, in_flight=IN_FLIGHT)
    stack.wait_until_applied()
    quiet = _probe(stack, token, mix)
    rate = len(sustained.latencies) / sustained.seconds
    with _Memory(stack) as memory:
        load = pour(
            HOST, stack.port, token, mix, per_second=TIMES * rate, seconds=SECONDS, most_connections=CONNECTIONS
        )
    recovered_s = _recovery(stack, token, mix, quiet)
    applied_s = stack.wait_until_applied()
    return {
        "sustained": sustained.summary(),
        "spike": _told(load, TIMES * rate),
        "recovered_s": recovered_s,
        "events_applied_s_after": round(applied_s, 2),
        "gateway_rss_mb": memory.told(),
    }


def _mix(case_id: str) -> Callable[[int], Request]:
    """Of ten: six read a case, two a page of twenty, one the working list, one reports a clue."""

    def make(number: int) -> Request:
        kind = number % 10
        if kind == 0:
            return report(number)
        if kind == 1:
            return Request("GET", "/api/v1/work?limit=20")
        if kind in (2, 3):
            return Request("GET", "/api/v1/cases?limit=20")
        return Request("GET", f"/api/v1/cases/{case_id}")

    return make


def _told(load: OpenLoad, wanted: float) -> dict[str, Any]:
    admitted = {str(status): number for status, number in load.statuses.items() if status not in (429, 503)}
    return {
        "wanted_per_second": round(wanted, 1),
        "sent_per_second": round((load.due - load.unsent) / load.seconds, 1),
        "times_sustained_sent": round((load.due - load.unsent) / load.seconds / (wanted / TIMES), 1),
        "unsent_all_connections_waiting": load.unsent,
        "admitted": admitted,
        "admitted_per_second": round(len(load.admitted_s) / load.seconds, 1),
        "admitted_p50_ms": milliseconds(percentile(load.admitted_s, 50)),
        "admitted_p95_ms": milliseconds(percentile(load.admitted_s, 95)),
        "admitted_p99_ms": milliseconds(percentile(load.admitted_s, 99)),
        "connected_p50_ms": milliseconds(percentile(load.connect_s, 50)),
        "connected_p99_ms": milliseconds(percentile(load.connect_s, 99)),
        "turned_away": {str(status): load.statuses[status] for status in (429, 503)},
        "turned_away_p99_ms": milliseconds(percentile(load.refused_s, 99)),
        "turned_away_without_retry_after": load.bare,
        "connections_broken": load.broken,
    }


def _probe(stack: Stack, token: str, mix: Callable[[int], Request]) -> Load:
    return drive(HOST, stack.port, token, mix, count=PROBE, in_flight=4)


def _recovery(stack: Stack, token: str, mix: Callable[[int], Request], quiet: Load) -> float | None:
    """Seconds after the load until the first of three good probes began; None: not within WITHIN_S."""
    most = SLOWER * percentile(quiet.latencies, 99)
    ended = time.monotonic()
    good_since, good = ended, 0
    while time.monotonic() - ended < WITHIN_S:
        began = time.monotonic()
        probe = _probe(stack, token, mix)
        if probe.errors or percentile(probe.latencies, 99) > most:
            good = 0
            continue
        good_since = began if good == 0 else good_since
        good += 1
        if good == IN_A_ROW:
            return round(good_since - ended, 2)
    return None


class _Memory:
    """Of the gateway, each half second while inside."""

    def __init__(self, stack: Stack) -> None:
        rows = stack.status()["processes"]
        self._process = psutil.Process(next(row["pid"] for row in rows if row["name"] == GATEWAY))
        self._seen: list[int] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            self._seen.append(self._process.memory_info().rss)

    def __enter__(self) -> "_Memory":
        self._seen.append(self._process.memory_info().rss)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def told(self) -> dict[str, float]:
        """before, at a quarter of the time, highest, at the end; megabytes."""
        megabytes = [round(seen / 2**20, 1) for seen in self._seen]
        return {
            "before": megabytes[0],
            "at_a_quarter": megabytes[len(megabytes) // 4],
            "highest": max(megabytes),
            "end": megabytes[-1],
        }
