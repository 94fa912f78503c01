"""Why a step with a piece of evidence is refused."""

from collections.abc import Sequence

from services.cases.domain.evidence_rules import PhotoRule
from shared.errors import Conflict, InvalidInput, NotAllowed, Unavailable


class ItemUnknown(InvalidInput):
    """The check-lists have no such item."""

    def __init__(self, item: str) -> None:
        super().__init__("evidence.item-unknown", "item", item=item)


class KindNotOfItem(InvalidInput):
    """This item is not that kind of evidence (APL 46)."""

    def __init__(self, title: str, kinds: Sequence[str]) -> None:
        super().__init__("evidence.kind-not-of-item", "kind", title=title, expected=sorted(kinds))


class NotScannedYet(Unavailable):
    """Not examined yet: nobody is served what may carry a virus."""

    def __init__(self) -> None:
        super().__init__("evidence.not-examined", None, retry_after_s=3)


class Quarantined(NotAllowed):
    def __init__(self) -> None:
        super().__init__("evidence.quarantined", None)


class ContentDamaged(Conflict):
    """What is stored is no longer what was taken in."""

    def __init__(self, evidence_no: str) -> None:
        super().__init__("evidence.content-damaged", None, evidence_no=evidence_no)


class ReasonMissing(InvalidInput):
    """Who takes content away says why (domain.md 4.6)."""

    def __init__(self) -> None:
        super().__init__("evidence.reason-missing", "why")


class PhotosDoNotPair(Conflict):
    """Not the same point, or not the same direction."""

    def __init__(self, distance_m: float, azimuth_difference_deg: float, rule: PhotoRule) -> None:
        super().__init__(
            "evidence.photos-do-not-pair",
            "before_id",
            law="HOUSE.evidence",
            distance_m=distance_m,
            most_m=rule.pair_distance_m,
            azimuth_difference_deg=azimuth_difference_deg,
            most_deg=rule.pair_azimuth_deg,
        )


class NoPhotoPair(Conflict):
    """A pair is a before and an after photograph of one piece of land, both with position and azimuth."""

    def __init__(self, why: str) -> None:
        super().__init__("evidence.no-photo-pair", "before_id", law="HOUSE.evidence", why=why)


class NotRegisteredInAdvance(Conflict):
    def __init__(self) -> None:
        super().__init__("evidence.not-registered-in-advance", None, law="APL 56")
