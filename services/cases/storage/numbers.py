"""Numbers that people read (案号): ZW-CL-{county6}-{yyyy}-{seq5}.

Taken in blocks outside the unit of work, so that writers never wait for each other's commit. A block that is not used
up leaves a gap; no number is given out twice.
"""

import threading
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Engine

from shared.clock import local_day
from shared.divisions.register import COUNTY_DIGITS

_TAKE = sa.text("""
INSERT INTO number_counter AS c (kind, county, year, last) VALUES (:kind, :county, :year, :block)
ON CONFLICT (kind, county, year) DO UPDATE SET last = c.last + :block
RETURNING last
""")


class NumberKind(StrEnum):
    CLUE = "CL"
    CASE = "CA"
    RECTIFICATION = "RI"
    JOINT_ACTION = "JA"
    EVIDENCE = "EV"
    POLICE_TRANSFER = "TR"
    LISTING = "LS"
    PROPOSAL = "AP"
    ASSISTANCE = "AS"


class Numbers:
    """One per process, for all its workers.

    engine: of its own. A worker that asks holds a connection of the main pool already; two waits on one pool would
    lock the house up.
    """

    def __init__(self, engine: Engine, block: int = 20) -> None:
        self._engine = engine
        self._block = block
        self._lock = threading.Lock()
        self._left: dict[tuple[str, str, int], tuple[int, int]] = {}

    def next(self, kind: NumberKind, division_code: str, at: datetime) -> str:
        """The next number of a kind in the county of a division and the year of an instant in Asia/Shanghai."""
        county, year = division_code[:COUNTY_DIGITS], local_day(at).year
        key = (kind.value, county, year)
        with self._lock:
            following, end = self._left.get(key) or (1, 0)
            if following > end:
                end = self._take(*key)
                following = end - self._block + 1
            self._left[key] = (following + 1, end)
        return f"ZW-{kind.value}-{county}-{year}-{following:05d}"

    def _take(self, kind: str, county: str, year: int) -> int:
        """Take a block and return its last number."""
        with self._engine.begin() as connection:
            values = {"kind": kind, "county": county, "year": year, "block": self._block}
            return int(connection.execute(_TAKE, values).scalar_one())
