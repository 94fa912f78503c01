"""When two clues look like one (domain.md 7.2), and the proposal that they are, which a person decides."""

from dataclasses import dataclass, field
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.clue_rules import DuplicateRule
from shared.contracts.clue_events import ClueDuplicateDecidedV1, ClueDuplicateEvent, ClueDuplicateProposedV1
from shared.contracts.codes import DuplicateGround, DuplicateKind, DuplicateState
from shared.errors import Conflict, InvalidInput
from shared.principal import Actor

_EARTH_M = 6_371_000.0
_DAYS_A_MONTH = 30.44


class DuplicateDecided(Conflict):
    """Somebody has decided it already."""

    def __init__(self, state: DuplicateState, decided_by: str | None) -> None:
        super().__init__("cases.duplicate-decided", None, law="HOUSE.duplicates", state=state, decided_by=decided_by)


class IntoUnknown(InvalidInput):
    """The clue that is to go on is none of the two, or of a rebound, where none ends."""

    def __init__(self, value: UUID) -> None:
        super().__init__("cases.duplicate-into-unknown", "into_id", value=str(value))


class LinkTargetEnded(Conflict):
    """The clue that is to go on has itself ended in another: link to that one."""

    def __init__(self, clue_no: str, linked_to_no: str) -> None:
        super().__init__(
            "cases.link-target-ended", "into_id", law="HOUSE.duplicates", clue_no=clue_no, linked_to_no=linked_to_no
        )


@dataclass(frozen=True)
class Overlap:
    """How two shapes lie to each other. iou: 0..1; inside: the centre, or the point, of one lies in the other."""

    iou: float = 0.0
    inside: bool = False


@dataclass(frozen=True)
class Compared:
    """What is known of a clue when it is compared. periods: days of building, or of the images that show it."""

    id: UUID
    numbers: frozenset[str]
    point: tuple[float, float] | None = None
    is_point: bool = False
    party: str | None = None
    period: tuple[date, date] | None = None
    struck_off: tuple[UUID, str] | None = None


@dataclass(frozen=True)
class Likeness:
    grounds: list[DuplicateGround]
    facts: dict[str, Any]


def likeness(one: Compared, other: Compared, overlap: Overlap, rule: DuplicateRule) -> Likeness | None:
    """By what two clues look like one; None when they do not.

    A common number is enough. A common place is, unless party and period are both known of both and both differ.
    """
    grounds: list[DuplicateGround] = []
    facts: dict[str, Any] = {}
    if common := sorted(one.numbers & other.numbers):
        grounds.append(DuplicateGround.NUMBER)
        facts["numbers"] = common[:10]
    places = _places(one, other, overlap, rule, facts)
    if not (grounds or places):
        return None
    party, period = _same_party(one, other), _same_period(one, other, rule.period_months)
    if not grounds and party is False and period is False:
        return None
    agreeing = [(DuplicateGround.SAME_PARTY, party), (DuplicateGround.SAME_PERIOD, period)]
    facts |= {str(ground): agrees for ground, agrees in agreeing if agrees is not None}
    return Likeness([*grounds, *places, *(ground for ground, agrees in agreeing if agrees)], facts)


def _places(
    one: Compared, other: Compared, overlap: Overlap, rule: DuplicateRule, facts: dict[str, Any]
) -> list[DuplicateGround]:
    places = []
    if overlap.iou >= rule.least_iou:
        places.append(DuplicateGround.OVERLAP)
    if overlap.inside and rule.centre_inside:
        places.append(DuplicateGround.CENTRE_INSIDE)
    if overlap.iou > 0:
        facts["iou"] = round(overlap.iou, 4)
    if one.is_point and other.is_point and one.point and other.point:
        metres = distance_m(one.point, other.point)
        if metres <= rule.most_distance_m:
            places.append(DuplicateGround.NEAR_POINT)
            facts["distance_m"] = round(metres, 1)
    return places


def _same_party(one: Compared, other: Compared) -> bool | None:
    """None when it is not known of both."""
    if one.party is None or other.party is None:
        return None
    return _bare(one.party) == _bare(other.party)


def _bare(name: str) -> str:
    return "".join(name.split()).replace("（", "(").replace("）", ")").casefold()


def _same_period(one: Compared, other: Compared, months: int) -> bool | None:
    if one.period is None or other.period is None:
        return None
    (a, b), (c, d) = one.period, other.period
    gap = max((c - b).days, (a - d).days, 0)
    return gap <= months * _DAYS_A_MONTH


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two places in degrees, on a sphere: good for saying near or far."""
    (x1, y1), (x2, y2) = ((radians(x), radians(y)) for x, y in (a, b))
    h = sin((y2 - y1) / 2) ** 2 + cos(y1) * cos(y2) * sin((x2 - x1) / 2) ** 2
    return 2 * _EARTH_M * asin(min(1.0, sqrt(h)))


@dataclass(kw_only=True)
class DuplicateProposal:
    """clue: the newer of the two, other: the older. item: of a rebound, the struck-off item."""

    TYPE: ClassVar[str] = "clue_duplicate"

    id: UUID
    version: int = 0
    jurisdiction: str = ""
    kind: DuplicateKind = DuplicateKind.DUPLICATE
    state: DuplicateState | None = None
    clue_id: UUID | None = None
    clue_no: str = ""
    other_id: UUID | None = None
    other_no: str = ""
    item_id: UUID | None = None
    item_no: str | None = None
    grounds: list[DuplicateGround] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    into_id: UUID | None = None
    proposed_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None

    @classmethod
    def propose(
        cls,
        id_: UUID,
        newer: Compared,
        older: Compared,
        names: tuple[str, str],
        found: Likeness,
        where: str,
        at: datetime,
    ) -> tuple["DuplicateProposal", list[ClueDuplicateEvent]]:
        """A proposal and its event. names: numbers of the newer and the older clue; where: division of the newer."""
        item_id, item_no = older.struck_off or (None, None)
        event = ClueDuplicateProposedV1(
            at=at,
            duplicate_id=id_,
            clue_id=newer.id,
            clue_no=names[0],
            other_id=older.id,
            other_no=names[1],
            kind=DuplicateKind.REBOUND if item_id else DuplicateKind.DUPLICATE,
            from_state=None,
            to_state=DuplicateState.PROPOSED,
            division_code=where,
            item_id=item_id,
            item_no=item_no,
            grounds=found.grounds,
            facts=found.facts,
        )
        return cls(id=id_, jurisdiction=where), [event]

    def decide(
        self, *, link: bool, into_id: UUID | None, reason: str, by: Actor, at: datetime
    ) -> list[ClueDuplicateEvent]:
        """Raises DuplicateDecided, IntoUnknown."""
        if self.state is not DuplicateState.PROPOSED:
            assert self.state is not None
            raise DuplicateDecided(self.state, self.decided_by)
        assert self.clue_id is not None
        assert self.other_id is not None
        if into_id is not None and (self.kind is DuplicateKind.REBOUND or into_id not in (self.clue_id, self.other_id)):
            raise IntoUnknown(into_id)
        goes_on = into_id or self.other_id if link and self.kind is DuplicateKind.DUPLICATE else None
        return [
            ClueDuplicateDecidedV1(
                at=at,
                reason=reason,
                duplicate_id=self.id,
                clue_id=self.clue_id,
                clue_no=self.clue_no,
                other_id=self.other_id,
                other_no=self.other_no,
                kind=self.kind,
                from_state=self.state,
                to_state=DuplicateState.LINKED if link else DuplicateState.SEPARATE,
                into_id=goes_on,
                decided_by=by.name,
            )
        ]

    def apply(self, event: ClueDuplicateEvent) -> None:
        self.state = event.to_state
        if isinstance(event, ClueDuplicateProposedV1):
            self.kind, self.jurisdiction = event.kind, event.division_code
            self.clue_id, self.clue_no = event.clue_id, event.clue_no
            self.other_id, self.other_no = event.other_id, event.other_no
            self.item_id, self.item_no = event.item_id, event.item_no
            self.grounds, self.facts, self.proposed_at = event.grounds, event.facts, event.at
        elif isinstance(event, ClueDuplicateDecidedV1):
            self.into_id, self.decided_by = event.into_id, event.decided_by
            self.decided_at, self.reason = event.at, event.reason
