"""The rows of a bulletin: every township of the county, also one without anything to tell."""

from functools import cache

from services.notify.domain.figures import Figures, Township
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS, DivisionLevel, Divisions, full_code

_divisions = cache(Divisions.load)


def townships_of(county_code: str, figures: Figures) -> list[Township]:
    """Those of the register, and whatever else was counted: places known no finer than the county, former codes."""
    known = [
        one.code[:TOWNSHIP_DIGITS]
        for one in _divisions().children(full_code(county_code))
        if one.level is DivisionLevel.TOWNSHIP
    ]
    return [Township(code, name_of(code)) for code in sorted({*known, *figures.townships})]


def name_of(township_code: str) -> str:
    """Of the county itself 县本级, for what no township is known of."""
    if not township_code[COUNTY_DIGITS:].strip("0"):
        return "未分乡镇"
    found = _divisions().find(township_code)
    return found.name if found else township_code
