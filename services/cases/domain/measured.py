"""What the child measured of a shape on its layers. Needs no model of a contract: the child starts with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.codes import LandLayerKind


@dataclass(frozen=True, slots=True)
class Sliver:
    """A piece with less area or width hits nothing; its area is in the sums all the same."""

    m2: float
    width_m: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """One class of one layer in a shape. m2: of all its pieces; hit: whether one of them is no sliver.

    pbf_m2, approved_m2: of the pieces in permanent basic farmland, in approved land.
    """

    kind: LandLayerKind
    land_class: str | None
    m2: float
    hit: bool
    pbf_m2: float = 0.0
    approved_m2: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What the child measured of a shape, m2. pbf_m2, approved_m2: of the union of all such land in it.

    plots: code -> m2, without slivers. work: points it would have had to lay over each other, where that was too much;
    then nothing was measured.
    """

    no: int
    m2: float = 0.0
    pbf_m2: float = 0.0
    approved_m2: float = 0.0
    pieces: tuple[Pieces, ...] = ()
    plots: Mapping[str, float] = field(default_factory=dict)
    work: int | None = None
    most_work: int | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Measured":
        pieces = tuple(Pieces(LandLayerKind(kind), *rest) for kind, *rest in body.get("pieces", ()))
        return cls(**{**body, "pieces": pieces})
