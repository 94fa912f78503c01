"""Who stands behind a transaction, as the policies of the second wall (shared/wall.py) are told."""

from typing import Protocol

from shared.contracts.codes import Agency
from shared.divisions.register import COUNTY_DIGITS
from shared.principal import Actor
from shared.wall import NOBODY, Facts

_REGION_DIGITS = 2
AGENCIES = frozenset(agency.value for agency in Agency)


class Wall(Protocol):
    def __call__(self, by: Actor, *, acts: bool) -> Facts:
        """What a principal's transaction says.

        acts: of a command, which its county alone bounds: a rule may have to look at what the actor is not shown. What
        he acts on is found through storage/scope.py, and so is what he is answered.
        """
        ...


def standing(by: Actor, *, whole: bool, township: bool = False) -> dict[str, str]:
    """What every service says of a principal. whole: is shown all of the place; township: what lies in its township.

    The place is the county, or of who belongs above it his city or region; without one there is none.
    """
    place = by.jurisdiction[:COUNTY_DIGITS]
    known = len(place) >= _REGION_DIGITS and by.jurisdiction.isascii() and by.jurisdiction.isdigit()
    return {
        "by": by.account_id,
        "house": "off",
        "whole": "on" if whole else "off",
        "place": place if known else NOBODY,
        "township": by.jurisdiction if township else NOBODY,
    }
