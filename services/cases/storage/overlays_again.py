"""Which clues a layer that has come concerns: by the box of what it holds, by their day, by what is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.contracts.codes import LandLayerKind, OverlayDay
from shared.divisions.register import COUNTY_DIGITS

# What was closed or struck off is not open, though a clock of it may still run.
_CLUES = sa.text("""
WITH extent AS (
    SELECT min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north
    FROM land_feature WHERE layer_id = ANY(CAST(:layers AS uuid[])))
SELECT c.id, last.on_day, last.day_basis,
    EXISTS (
        SELECT 1 FROM work_item w
        WHERE (w.id = c.id OR w.case_id = c.case_id) AND w.open AND w.kind IN ('clue', 'case', 'rectification')
          AND (w.kind, w.state) NOT IN (('rectification', 'struck_off'), ('case', 'closed'))) AS open,
    EXISTS (SELECT 1 FROM rectification r WHERE r.case_id = c.case_id) AS has_item
FROM extent e
JOIN work_text t ON t.kind = 'clue' AND t.west <= e.east AND t.east >= e.west
    AND t.south <= e.north AND t.north >= e.south
JOIN clue c ON c.id = t.id
LEFT JOIN LATERAL (
    SELECT o.on_day, o.day_basis FROM overlay o WHERE o.clue_id = c.id AND o.purpose = 'act'
    ORDER BY o.id DESC LIMIT 1) last ON true
WHERE substr(c.division_code, 1, :digits) = :county AND c.geometry IS NOT NULL
ORDER BY c.id
""")
_WAITING = sa.text("""
SELECT clue_id, on_day FROM overlay_job WHERE clue_id = ANY(CAST(:clues AS uuid[])) AND state = 'queued'
""")
_BEFORE = sa.text("""
SELECT id FROM land_layer
WHERE division_code = :county AND kind = :kind AND state = 'finished' AND id <> :layer AND valid_from <= :on
ORDER BY valid_from DESC, requested_at DESC, id DESC LIMIT 1
""")


@dataclass(frozen=True)
class Concerned:
    """on, basis: of its newest overlay of the act; None: it has none. open: it, its case or an item of it is."""

    clue_id: UUID
    on: date | None
    basis: OverlayDay | None
    open: bool
    has_item: bool


def concerned(connection: Connection, county_code: str, layers: Sequence[UUID]) -> list[Concerned]:
    """Clues with a shape whose box meets that of these layers together."""
    asked = {
        "layers": [str(id_) for id_ in layers],
        "county": county_code[:COUNTY_DIGITS],
        "digits": COUNTY_DIGITS,
    }
    return [
        Concerned(row.id, row.on_day, row.day_basis and OverlayDay(row.day_basis), row.open, row.has_item)
        for row in connection.execute(_CLUES, asked)
    ]


def waiting(connection: Connection, clues: Sequence[UUID]) -> set[tuple[UUID, date]]:
    """Overlays that are asked for and not begun: they will take the layer as it is then."""
    found = connection.execute(_WAITING, {"clues": [str(id_) for id_ in clues]})
    return {(row.clue_id, row.on_day) for row in found}


def version_before(
    connection: Connection, county_code: str, kind: LandLayerKind, layer_id: UUID, on: date
) -> UUID | None:
    """The version of the kind whose place it takes, wholly or from its survey on."""
    asked = {"county": county_code, "kind": kind.value, "layer": layer_id, "on": on}
    found: UUID | None = connection.execute(_BEFORE, asked).scalar_one_or_none()
    return found
