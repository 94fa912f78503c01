"""Numbers of notices (发文字号): per series and year without a gap, never given twice (domain.md 5.1)."""

from sqlalchemy import Connection, text

# The row stays locked until the issuing transaction ends: the next issuer waits, and a rollback gives the number back.
_TAKE = text("""
INSERT INTO notice_number (series, year, last) VALUES (:series, :year, 1)
ON CONFLICT (series, year) DO UPDATE SET last = notice_number.last + 1
RETURNING last
""")


def take_number(connection: Connection, series: str, year: int) -> int:
    """The next number of the series, from 1 each year. Call it late in the unit: it holds back other issuers."""
    return int(connection.execute(_TAKE, {"series": series, "year": year}).scalar_one())
