"""`make bench`: all figures as one JSON object, of a fresh embedded stack, the kernel alone and recovery from faults.

Progress goes to standard error.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import psutil

from benchmarks import deadlines, evidence, kernel, measures, overlay, protocols, recovery, reporting, work_lists
from benchmarks.stack import fresh_stack


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def main() -> None:
    figures: dict[str, Any] = {"machine": machine(), "at": time.strftime("%Y-%m-%dT%H:%M:%S%z")}

    def step(name: str, measure: Callable[[], Any]) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {name}", file=sys.stderr, flush=True)
        figures[name] = measure()
        print(json.dumps(figures[name], ensure_ascii=False), file=sys.stderr, flush=True)

    with fresh_stack() as stack:
        figures["cold_start_first_s"] = round(stack.first_start_s, 2)
        step("memory_after_start", lambda: measures.memory(stack))
        token = stack.token("coordinator")
        step("reporting", lambda: reporting.reporting(stack, token))
        step("event_latency_at_50_per_second", lambda: reporting.event_latency_at_rate(stack, token))
        case = measures.make_case(stack, token)
        step("webhook", lambda: measures.webhook(stack, stack.token("coordinator"), case))
        plain_case = measures.make_case(stack, stack.token("coordinator"))
        step("reading", lambda: measures.reading(stack, stack.token("coordinator"), plain_case))
        step("importing", lambda: measures.importing(stack, stack.token("coordinator")))
        step("evidence", lambda: evidence.uploading(stack, stack.token("coordinator"), plain_case))
        step("memory_after_load", lambda: measures.memory(stack))
        step("cold_start_again_s", lambda: round(measures.second_start(stack), 2))
    step("deadlines_counted", deadlines.counting)
    step("deadlines_swept", deadlines.sweep)
    step("overlay", overlay.measure)
    step("lists_search_statistics", work_lists.lists_search_statistics)
    step("delivery_by_protocol", protocols.by_protocol)
    step("packages_verified", protocols.packages_verified)
    step("kernel_commits", kernel.commits)
    step("kernel_long_log", kernel.long_log)
    step("recovery_after_broker_faults", recovery.broker_recovery)
    print(json.dumps(figures, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
