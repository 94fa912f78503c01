"""Five failures lock for thirty minutes. Pure: the count goes in and comes out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MOST_FAILURES = 5
LOCK_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class Attempts:
    """What is remembered of the attempts on one login."""

    failures: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None

    def begin(self, now: datetime) -> tuple["Attempts", bool]:
        """Count an attempt as failed before its outcome is known, so that parallel guesses count too.

        False: locked, the password is not to decide. A success forgets all (`Attempts()`).
        """
        if self.locked_until is not None and now < self.locked_until:
            return self, False
        stale = self.locked_until is not None or (self.last_at is not None and now - self.last_at >= LOCK_FOR)
        failures = (0 if stale else self.failures) + 1
        begun = Attempts(failures, now)
        return (replace(begun, locked_until=now + LOCK_FOR) if failures >= MOST_FAILURES else begun), True
