"""The working calendars that reading counts on; writing counts on those of the unit's register."""

from functools import lru_cache

from sqlalchemy import Connection

from shared.workdays import LOCAL_FILE, WorkDays, read_days


def calendar(_: Connection, *, overlay: bool) -> WorkDays:
    """The nation's, or with the region's holidays laid over it. From the files that the house was shipped with."""
    return _local() if overlay else _national()


@lru_cache
def _national() -> WorkDays:
    return WorkDays.load()


@lru_cache
def _local() -> WorkDays:
    return _national().laid_over(read_days(LOCAL_FILE))
