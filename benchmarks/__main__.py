"""`make bench`: all figures as one JSON object, of a fresh embedded stack, the kernel alone and recovery from faults.

`ONLY="overlay kernel_commits" make bench` takes just those. Progress goes to standard error.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil

from benchmarks import (
    bulletins,
    deadlines,
    documents,
    evidence,
    kernel,
    measures,
    overlay,
    protocols,
    recovery,
    reporting,
    spike,
    work_lists,
)
from benchmarks.stack import Stack, fresh_stack

STACK = "stack"
"""What is measured of one running house, in its order, as one group."""
ALONE: dict[str, Callable[[], Any]] = {
    "deadlines_counted": deadlines.counting,
    "deadlines_swept": deadlines.sweep,
    "overlay": overlay.measure,
    "bulletin": bulletins.bulletin,
    "lists_search_statistics": work_lists.lists_search_statistics,
    "delivery_by_protocol": protocols.by_protocol,
    "packages_verified": protocols.packages_verified,
    "documents_printed": documents.printing,
    "notices_drained": documents.notices_drained,
    "spike": spike.spike,
    "kernel_commits": kernel.commits,
    "kernel_long_log": kernel.long_log,
    "recovery_after_broker_faults": recovery.broker_recovery,
}

Figures = dict[str, Any]


def machine() -> Figures:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def take(figures: Figures, name: str, measure: Callable[[], Any]) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {name}", file=sys.stderr, flush=True)
    figures[name] = measure()
    print(json.dumps(figures[name], ensure_ascii=False), file=sys.stderr, flush=True)


def of_stack(figures: Figures, stack: Stack) -> None:
    figures["cold_start_first_s"] = round(stack.first_start_s, 2)
    take(figures, "memory_after_start", lambda: measures.memory(stack))
    token = stack.token("coordinator")
    take(figures, "reporting", lambda: reporting.reporting(stack, token))
    take(figures, "event_latency_at_50_per_second", lambda: reporting.event_latency_at_rate(stack, token))
    case = measures.make_case(stack, token)
    take(figures, "webhook", lambda: measures.webhook(stack, stack.token("coordinator"), case))
    plain_case = measures.make_case(stack, stack.token("coordinator"))
    take(figures, "reading", lambda: measures.reading(stack, stack.token("coordinator"), plain_case))
    take(figures, "importing", lambda: measures.importing(stack, stack.token("coordinator")))
    take(figures, "evidence", lambda: evidence.uploading(stack, stack.token("coordinator"), plain_case))
    take(figures, "memory_after_load", lambda: measures.memory(stack))
    take(figures, "cold_start_again_s", lambda: round(measures.second_start(stack), 2))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Figures of Tianwei, as JSON.")
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"all, or of: {STACK}, {', '.join(ALONE)}")
    only = parser.parse_args().only
    if unknown := set(only) - {STACK, *ALONE}:
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are {STACK}, {', '.join(ALONE)}")
    figures: Figures = {"machine": machine(), "at": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
    if not only or STACK in only:
        with fresh_stack() as stack:
            of_stack(figures, stack)
    for name, measure in ALONE.items():
        if not only or name in only:
            take(figures, name, measure)
    print(json.dumps(figures, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
