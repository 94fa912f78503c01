"""Bulletins (通报)."""

from enum import StrEnum


class BulletinKind(StrEnum):
    """How long the time is that a bulletin tells of (domain.md 5.3)."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    OCCASION = "occasion"
    """A special occasion: from a day to another, with a name."""


class BulletinState(StrEnum):
    """DUE: a reminder, nobody has drafted it. Once it is drafted, its document says how far it has come."""

    DUE = "due"
    DRAFTED = "drafted"
