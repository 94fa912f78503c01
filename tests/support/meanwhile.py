"""Something that goes on beside a test."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def look_while(work: Callable[[], object], look: Callable[[], T], times: int) -> list[T]:
    """What is seen by looking so often while the work is done over and over. Fails when the work fails."""
    ended = threading.Event()
    failed: list[Exception] = []

    def go_on() -> None:
        try:
            while not ended.is_set():
                work()
        except Exception as error:  # noqa: BLE001 - raised in the test's own thread
            failed.append(error)

    worker = threading.Thread(target=go_on)
    worker.start()
    try:
        seen = [look() for _ in range(times)]
    finally:
        ended.set()
        worker.join()
    if failed:
        raise failed[0]
    return seen
