"""Proposing before and after pairs: the nearest standpoints with the likest direction, each photograph once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.cases.domain.evidence_rules import PhotoRule
from services.cases.domain.photo_check import likeness, may_pair
from shared.contracts.evidence import PairView, PhotoFacts


@dataclass(frozen=True)
class Shot:
    id: UUID
    no: str
    photo: PhotoFacts


def propose(before: Sequence[Shot], after: Sequence[Shot], rule: PhotoRule) -> list[PairView]:
    """Pairs within the rule's distance and angle, the likest first; a person confirms them."""
    possible = []
    for early in before:
        for late in after:
            alike = likeness(early.photo, late.photo)
            if alike is not None and may_pair(*alike, rule):
                unlike = alike[0] / rule.pair_distance_m + alike[1] / rule.pair_azimuth_deg
                possible.append((unlike, early.no, late.no, early, late, alike))
    taken: set[UUID] = set()
    pairs = []
    for *_, early, late, alike in sorted(possible, key=lambda one: one[:3]):
        if taken.isdisjoint((early.id, late.id)):
            taken |= {early.id, late.id}
            pairs.append(
                PairView(
                    before_id=early.id,
                    before_no=early.no,
                    after_id=late.id,
                    after_no=late.no,
                    distance_m=alike[0],
                    azimuth_difference_deg=alike[1],
                )
            )
    return pairs
