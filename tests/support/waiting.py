"""Waiting for a condition instead of sleeping."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], within_s: float = 30.0) -> None:
    """Return as soon as the condition holds. Raises AssertionError when it never does."""
    limit = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < limit, "the condition did not come true"
        time.sleep(0.02)
