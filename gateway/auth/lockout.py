"""How many failures lock, and for how long. Pure: the count goes in and comes out."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """So many failures, none older than lock_for before the last, lock for lock_for."""

    most: int
    lock_for: timedelta


OF_LOGIN = Limit(5, timedelta(minutes=30))
# A whole office comes from one address: it may mistype, a list of passwords may not be tried.
OF_ADDRESS = Limit(50, timedelta(minutes=15))


@dataclass(frozen=True)
class Attempts:
    """What is remembered of the attempts on one login, or from one address."""

    failures: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None

    def begin(self, now: datetime, limit: Limit = OF_LOGIN) -> tuple["Attempts", bool]:
        """Count an attempt as failed before its outcome is known, so that parallel guesses count too.

        False: locked, the password is not to decide. A success on a login forgets all (`Attempts()`).
        """
        if self.locked_until is not None and now < self.locked_until:
            return self, False
        stale = self.locked_until is not None or (self.last_at is not None and now - self.last_at >= limit.lock_for)
        failures = (0 if stale else self.failures) + 1
        begun = Attempts(failures, now)
        return (replace(begun, locked_until=now + limit.lock_for) if failures >= limit.most else begun), True
