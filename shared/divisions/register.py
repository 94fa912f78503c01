"""The register of administrative divisions (行政区划): which codes exist, what they are called, what lies in what."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Self

from shared.errors import InvalidInput

_FOLDER = Path(__file__).parent
# What of a code names the county, the township: a jurisdiction is such a prefix.
COUNTY_DIGITS, TOWNSHIP_DIGITS = 6, 9

_FILE_NAME = re.compile(r"divisions-(\d{4}-\d{2}-\d{2})\.csv")
_FORM = re.compile(r"\d{6}(\d{3}){0,2}", re.ASCII)


class DivisionLevel(StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


_LEVELS = list(DivisionLevel)


class DivisionMalformed(InvalidInput):
    """Not a division code: 6, 9 or 12 digits are."""

    def __init__(self, code: str, field: str | None = None) -> None:
        super().__init__("division.malformed", field, value=code[:40])


class DivisionUnknown(InvalidInput):
    """Well formed, but no division of the register has it."""

    def __init__(self, code: str, field: str | None = None) -> None:
        super().__init__("division.unknown", field, value=code)


@dataclass(frozen=True, slots=True)
class Division:
    """One row of the register. code and parent_code: 12 digits; parent_code is empty for a province."""

    code: str
    name: str
    level: DivisionLevel
    parent_code: str


def full_code(code: str) -> str:
    """The 12-digit form of a 6, 9 or 12-digit code. Raises DivisionMalformed."""
    if not _FORM.fullmatch(code):
        raise DivisionMalformed(code)
    return code.ljust(12, "0")


def significant(code: str) -> str:
    """The digits that name the division: 640521104000 gives 640521104, 640500000000 gives 6405.

    It is the prefix of every code inside. Takes 6, 9 or 12 digits. Raises DivisionMalformed.
    """
    code = full_code(code)
    for width, digits in ((12, 3), (9, 3), (6, 2), (4, 2)):
        if len(code) != width or code[-digits:].strip("0"):
            break
        code = code[:-digits]
    return code


def within(code: str, prefix: str) -> bool:
    """Whether a division lies in (or is) another. Both in any form; neither must exist."""
    return full_code(code).startswith(significant(prefix))


class Divisions:
    """The register in memory. Load it once at start and hand it on."""

    def __init__(self, rows: Iterable[Division], stated_on: date) -> None:
        self.stated_on = stated_on
        self._by_code = {row.code: row for row in rows}

    @classmethod
    def load(cls, folder: Path = _FOLDER) -> Self:
        """Read the newest divisions-<date>.csv of a folder. Raises FileNotFoundError."""
        stated, path = max(
            ((match[1], path) for path in folder.iterdir() if (match := _FILE_NAME.fullmatch(path.name))),
            default=(None, None),
        )
        if stated is None or path is None:
            raise FileNotFoundError(folder / "divisions-<date>.csv")
        with path.open(encoding="utf-8", newline="") as file:
            rows = [
                Division(row["code"], row["name"], DivisionLevel(row["level"]), row["parent_code"])
                for row in csv.DictReader(file)
            ]
        return cls(rows, date.fromisoformat(stated))

    def __len__(self) -> int:
        return len(self._by_code)

    def find(self, code: str) -> Division | None:
        """The division of a 6, 9 or 12-digit code, or None. Raises DivisionMalformed."""
        return self._by_code.get(full_code(code))

    def get(self, code: str) -> Division:
        """As find, but raises DivisionUnknown."""
        if (division := self.find(code)) is None:
            raise DivisionUnknown(code)
        return division

    def ancestors(self, code: str) -> tuple[Division, ...]:
        """What the division lies in, the province first, without itself. Raises DivisionUnknown."""
        above: list[Division] = []
        division = self.get(code)
        while division.parent_code:
            division = self.get(division.parent_code)
            above.append(division)
        return tuple(reversed(above))

    def children(self, code: str) -> tuple[Division, ...]:
        """The divisions right below, in the order of the register. Raises DivisionUnknown."""
        parent = self.get(code).code
        return tuple(row for row in self._by_code.values() if row.parent_code == parent)

    def township_of(self, code: str) -> Division | None:
        """The township that a code is or lies in; None above township level. Raises DivisionUnknown."""
        for division in (self.get(code), *reversed(self.ancestors(code))):
            if division.level is DivisionLevel.TOWNSHIP:
                return division
        return None

    def full_name(self, code: str, *, top: DivisionLevel = DivisionLevel.COUNTY) -> str:
        """The name path down from a level: 640521104202 gives 中宁县恩和镇恩和村. Raises DivisionUnknown.

        top: the first level named; a division above it is named alone.
        """
        division = self.get(code)
        path = [*self.ancestors(code), division]
        named = [step.name for step in path if _LEVELS.index(step.level) >= _LEVELS.index(top)]
        return "".join(named) or division.name
