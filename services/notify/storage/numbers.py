"""Numbers of notices and documents (发文字号): per series and year without a gap, never given twice (domain.md 5.1)."""

from sqlalchemy import Connection, text

# The row stays locked until the issuing transaction ends: the next issuer waits, and a rollback gives the number back.
_TAKE = text("""
INSERT INTO notice_number (series, year, last) VALUES (:series, :year, 1)
ON CONFLICT (series, year) DO UPDATE SET last = notice_number.last + 1
RETURNING last
""")


_NEXT = text("SELECT coalesce(max(last), 0) + 1 FROM notice_number WHERE series = :series AND year = :year")


def next_number(connection: Connection, series: str, year: int) -> int:
    """The number that would be taken now. Nothing is held: whoever prints with it must see that it is still the one."""
    return int(connection.execute(_NEXT, {"series": series, "year": year}).scalar_one())


def take_number(connection: Connection, series: str, year: int) -> int:
    """The next number of the series, from 1 each year. Call it late in the unit: it holds back other issuers."""
    return int(connection.execute(_TAKE, {"series": series, "year": year}).scalar_one())
