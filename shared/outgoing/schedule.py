"""When to try again (reliability.md 8): ten tries within about four days, then a person carries it."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MINUTE, _HOUR = 60.0, 3600.0

# Seconds before the first, second, … try.
DELAYS_S = (
    0.0,
    5.0,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
MOST_TRIES = len(DELAYS_S)
JITTER = 0.2
SHORTEST_RETRY_AFTER_S = 1.0
LONGEST_RETRY_AFTER_S = 24 * _HOUR
# A receiver may put us off again and again, each time without using up a try, but not for ever.
OLDEST = timedelta(hours=120)


def delay_after(failures: int, chance: Callable[[], float]) -> float | None:
    """Seconds until the next try after so many failed ones, ±20 %; None when all are used up.

    chance: uniform in [0, 1), like random.random.
    """
    if failures >= MOST_TRIES:
        return None
    return DELAYS_S[failures] * (1 - JITTER + 2 * JITTER * chance())


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for (RFC 9110 10.2.3: seconds or a date), within 1 s to 24 h; None if none."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        seconds = float(text)
    else:
        try:
            date = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
        seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, SHORTEST_RETRY_AFTER_S), LONGEST_RETRY_AFTER_S)
