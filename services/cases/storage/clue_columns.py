"""Columns of a clue that hold a code or a part, and the box around the place it is about."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.engine import RowMapping

from services.cases.domain.clue_record import ClueRecord
from shared.contracts.area_basis import AreaBasis
from shared.contracts.clue_parts import (
    AliasRef,
    DutyFacts,
    OpinionProof,
    ReboundFact,
    ReportFacts,
    SentBackFact,
    SplitFacts,
    TransferFact,
)
from shared.contracts.codes import Agency, RejectReason, ReviewState

_aliases = TypeAdapter(list[AliasRef])
_sent_back = TypeAdapter(list[SentBackFact])
_CODES = {"agency": Agency, "review_state": ReviewState, "reject_reason": RejectReason}
_PARTS: dict[str, Any] = {
    "proof": OpinionProof,
    "report": ReportFacts,
    "rebound": ReboundFact,
    "split": SplitFacts,
    "transfer": TransferFact,
    "duty": DutyFacts,
    "basis": AreaBasis,
}
_NOWHERE = {"west": None, "south": None, "east": None, "north": None}


def to_columns(clue: ClueRecord) -> dict[str, Any]:
    parts = {name: getattr(clue, name) for name in _PARTS}
    codes = {name: getattr(clue, name) for name in _CODES}
    return {
        **{name: part and part.model_dump(mode="json") for name, part in parts.items()},
        **{name: code and code.value for name, code in codes.items()},
        "sent_back": _sent_back.dump_python(clue.sent_back, mode="json"),
        "aliases": _aliases.dump_python(clue.aliases, mode="json"),
        "alias_numbers": [alias.number for alias in clue.aliases],
        "rebound_item_id": clue.rebound and clue.rebound.item_id,
        "is_split": clue.is_split,
        **extent(clue.geometry, clue.longitude, clue.latitude),
    }


def from_columns(row: RowMapping) -> dict[str, Any]:
    return {
        **{name: row[name] and part.model_validate(row[name]) for name, part in _PARTS.items()},
        **{name: row[name] and code(row[name]) for name, code in _CODES.items()},
        "sent_back": _sent_back.validate_python(row["sent_back"]),
        "aliases": _aliases.validate_python(row["aliases"]),
    }


def extent(geometry: dict[str, Any] | None, longitude: float | None, latitude: float | None) -> dict[str, Any]:
    """The box around a shape, else around the position; nothing without either."""
    if geometry is not None:
        x, y = zip(*_points(geometry["coordinates"]), strict=True)
        return {"west": min(x), "south": min(y), "east": max(x), "north": max(y)}
    if longitude is None or latitude is None:
        return dict(_NOWHERE)
    return {"west": longitude, "south": latitude, "east": longitude, "north": latitude}


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part)
