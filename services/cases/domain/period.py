"""A month, quarter, half-year or year, and the end at which its figures stand still (domain.md 5.3, SEED Art. 10)."""

from dataclasses import dataclass
from datetime import datetime

from shared.clock import SHANGHAI

# How many months there are in what the letter names.
_MONTHS = {"Q": 3, "H": 6}


@dataclass(frozen=True)
class Period:
    """last_month: yyyymm."""

    said: str
    last_month: int

    @classmethod
    def read(cls, said: str) -> "Period":
        """Of 2026-06, 2026-Q2, 2026-H1 or 2026, as the contract has checked it."""
        year, _, part = said.partition("-")
        if not part:
            last = 12
        elif part[0] in _MONTHS:
            last = int(part[1:]) * _MONTHS[part[0]]
        else:
            last = int(part)
        return cls(said, int(year) * 100 + last)

    @property
    def ends_at(self) -> datetime:
        """24:00 of its last day in Asia/Shanghai."""
        year, month = divmod(self.last_month, 100)
        return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=SHANGHAI)
