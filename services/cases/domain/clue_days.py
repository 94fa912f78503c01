"""The days by which a clue's land is judged: the last one before the act, and that of the act."""

from datetime import date

from services.cases.domain.clue_record import ClueRecord
from shared.clock import local_day
from shared.contracts.codes import OverlayDay


def day_before(clue: ClueRecord) -> tuple[date, OverlayDay]:
    """The last day on which the land is known to have been as it was before the act, and what says so.

    A survey made after the act shows what the act made of the land, and would find no farmland any more.
    """
    if clue.patch is not None and clue.patch.image_before_on is not None:
        return clue.patch.image_before_on, OverlayDay.IMAGE_BEFORE
    if clue.found_at is not None:
        return local_day(clue.found_at), OverlayDay.FOUND
    assert clue.received_at is not None
    return local_day(clue.received_at), OverlayDay.RECEIVED


def day_of_act(clue: ClueRecord) -> date:
    """Whose law applies: the day of the act as far as it is known, of the later image, the finding, the receipt."""
    if clue.patch is not None and clue.patch.image_after_on is not None:
        return clue.patch.image_after_on
    at = clue.found_at or clue.received_at
    assert at is not None
    return local_day(at)
