"""Photographs and pieces of evidence as the domain knows them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.cases.domain.evidence_needs import Piece
from services.cases.domain.evidence_rules import PhotoRule
from services.cases.domain.photo_check import Place, Taking
from services.cases.wiring import shipped_evidence_rules
from shared.contracts.codes import EvidenceObject, EvidenceSource, EvidenceStage, EvidenceState
from shared.contracts.evidence import PhotoFacts, StatedFacts

RULES = shipped_evidence_rules()
RULE: PhotoRule = RULES.photo(date(2026, 5, 1))
TAKEN = datetime(2026, 4, 22, 2, 5, tzinfo=UTC)
ADDED = datetime(2026, 4, 22, 4, 0, tzinfo=UTC)
# The sand yard, about 90 m by 110 m around 105.68, 37.42.
YARD = {
    "type": "Polygon",
    "coordinates": [
        [[105.6795, 37.4195], [105.6805, 37.4195], [105.6805, 37.4205], [105.6795, 37.4205], [105.6795, 37.4195]]
    ],
}
PLACE = Place(geometry=YARD, issued_on=date(2026, 4, 20))


def photo(**changes: Any) -> PhotoFacts:
    facts: dict[str, Any] = {
        "format": "JPEG",
        "width": 800,
        "height": 600,
        "taken_at": TAKEN,
        "taken_zone": "file",
        "gps_at": TAKEN,
        "modified_at": TAKEN,
        "longitude": 105.68,
        "latitude": 37.42,
        "datum": "WGS-84",
        "azimuth_deg": 10.0,
        "azimuth_ref": "T",
    }
    return PhotoFacts(**{**facts, **changes})


def taking(**changes: Any) -> Taking:
    facts: dict[str, Any] = {
        "stage": EvidenceStage.BEFORE,
        "source": EvidenceSource.CAMERA,
        "stated": StatedFacts(),
        "added_at": ADDED,
    }
    return Taking(**{**facts, **changes})


def piece(item: str = "photo", **changes: Any) -> Piece:
    facts: dict[str, Any] = {
        "id": uuid4(),
        "object": EvidenceObject.CASE,
        "object_id": UUID(int=1),
        "state": EvidenceState.KEPT,
        "item": item,
        "stage": None,
        "view": None,
        "azimuth_deg": None,
        "flags": (),
        "damaged": False,
        "paired_before": None,
    }
    return Piece(**{**facts, **changes})
