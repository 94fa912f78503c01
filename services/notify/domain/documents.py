"""Words that documents share: areas in both units, days, places."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.area import mu_from_m2, square_metres


@dataclass(frozen=True)
class Area:
    """One area in both units, each with two decimals; mu is made from square metres, never summed."""

    mu: str
    m2: str


def area(m2: Decimal) -> Area:
    """8400 m² is 12.60 亩, 8400.00 平方米."""
    return Area(mu=str(mu_from_m2(m2)), m2=str(square_metres(m2)))


def chinese_date(day: date) -> str:
    """2026年4月24日: Arabic numerals without leading zeros (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日"


def whereabouts(division_name: str, place: str) -> str:
    """The place with its division in front, said once."""
    division, where = " ".join(division_name.split()), " ".join(place.split())
    return where if division in where else f"{division}{where}"
