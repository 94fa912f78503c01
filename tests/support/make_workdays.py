"""Writes shared/register/workdays.csv from the package chinesecalendar: python -m tests.support.make_workdays.

The package follows the yearly notices of the State Council; a new year needs its new release, then this script.
"""

import csv
import importlib.metadata
from datetime import date
from pathlib import Path

from chinese_calendar import constants  # type: ignore[import-untyped]

TARGET = Path(__file__).parents[2] / "shared/register/workdays.csv"
_CHINESE = {holiday.name: holiday.chinese for holiday in constants.Holiday} | {
    holiday.value: holiday.chinese for holiday in constants.Holiday
}


def rows() -> list[tuple[date, str, str]]:
    """(day, kind, name of the holiday): only where the day differs from Monday to Friday; oldest first."""
    off = {day: ("rest" if day in constants.in_lieu_days else "holiday") for day in constants.holidays}
    differing = [(day, kind, constants.holidays[day]) for day, kind in off.items() if day.weekday() < 5]
    differing += [(day, "makeup_workday", name) for day, name in constants.workdays.items()]
    return sorted((day, kind, _CHINESE.get(name, name)) for day, kind, name in differing)


def main() -> None:
    version = importlib.metadata.version("chinesecalendar")
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", "kind", "name", "source"])
        for day, kind, name in rows():
            writer.writerow(
                [day.isoformat(), kind, name, f"国务院办公厅 {day.year} 年节假日安排 (chinesecalendar {version})"]
            )


if __name__ == "__main__":
    main()
