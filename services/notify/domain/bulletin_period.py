"""What a bulletin is about: a month, quarter, half-year, year, or a span with a name of its own (domain.md 5.3)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.notify.domain.errors import BulletinPeriodWrong
from shared.clock import SHANGHAI
from shared.contracts.codes import BulletinKind

_DAY = timedelta(days=1)
_MONTHS = {BulletinKind.MONTH: 1, BulletinKind.QUARTER: 3, BulletinKind.HALF_YEAR: 6, BulletinKind.YEAR: 12}
_QUARTERS = ("一", "二", "三", "四")
_HALVES = ("上", "下")


@dataclass(frozen=True)
class BulletinPeriod:
    """said: 2026-06, 2026-Q2, 2026-H1, 2026, or 2026-03-01..2026-04-15. since, until: its days, both within."""

    kind: BulletinKind
    said: str
    since: date
    until: date
    name: str

    @classmethod
    def regular(cls, kind: BulletinKind, year: int, number: int) -> "BulletinPeriod":
        """number: of the month, quarter or half-year in its year, from 1; of a year 1."""
        months = _MONTHS[kind]
        first = _month(year, (number - 1) * months + 1)
        until = _month(year, number * months + 1) - _DAY
        said, name = {
            BulletinKind.MONTH: (f"{year}-{number:02d}", f"{year}年{number}月"),
            BulletinKind.QUARTER: (f"{year}-Q{number}", f"{year}年第{_QUARTERS[(number - 1) % 4]}季度"),
            BulletinKind.HALF_YEAR: (f"{year}-H{number}", f"{year}年{_HALVES[(number - 1) % 2]}半年"),
            BulletinKind.YEAR: (str(year), f"{year}年"),
        }[kind]
        return cls(kind, said, first, until, name)

    @classmethod
    def read(cls, said: str) -> "BulletinPeriod":
        """A regular one, as the contract has checked it."""
        year, _, part = said.partition("-")
        if not part:
            return cls.regular(BulletinKind.YEAR, int(year), 1)
        if part[0] in "QH":
            kind = BulletinKind.QUARTER if part[0] == "Q" else BulletinKind.HALF_YEAR
            return cls.regular(kind, int(year), int(part[1:]))
        return cls.regular(BulletinKind.MONTH, int(year), int(part))

    @classmethod
    def occasion(cls, since: date, until: date, name: str) -> "BulletinPeriod":
        """Raises BulletinPeriodWrong when it ends before it begins."""
        if until < since:
            raise BulletinPeriodWrong("until")
        return cls(BulletinKind.OCCASION, f"{since.isoformat()}..{until.isoformat()}", since, until, name)

    @property
    def begins_at(self) -> datetime:
        """0:00 of its first day in Asia/Shanghai."""
        return datetime.combine(self.since, time(), SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        """24:00 of its last day in Asia/Shanghai: what was told by then counts."""
        return datetime.combine(self.until + _DAY, time(), SHANGHAI)

    @property
    def year_before_ends_at(self) -> datetime:
        """The same end a year earlier; of 29 February, the end of that month."""
        end = self.until + _DAY
        try:
            day = end.replace(year=end.year - 1)
        except ValueError:
            day = date(end.year - 1, 3, 1)
        return datetime.combine(day, time(), SHANGHAI)

    @property
    def following(self) -> "BulletinPeriod":
        """The next one of its kind; of a regular one only."""
        end = self.until + _DAY
        return self.regular(self.kind, end.year, (end.month - 1) // _MONTHS[self.kind] + 1)

    @classmethod
    def around(cls, kind: BulletinKind, day: date) -> "BulletinPeriod":
        """The regular one that a day lies in."""
        return cls.regular(kind, day.year, (day.month - 1) // _MONTHS[kind] + 1)


def _month(year: int, month: int) -> date:
    """The first day of a month; the 13th is the next year's January."""
    years, month = divmod(month - 1, 12)
    return date(year + years, month + 1, 1)
