"""Versions of base layers and their features, whole shapes of clues, overlays: in and out of their tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.cases.domain.land import LandLayer
from services.cases.domain.land_rows import OUTSIDE, LandFeature
from services.cases.domain.overlay import Overlay
from services.cases.domain.patch import Patch, RowRejected
from services.cases.storage.job_queue import FileQueue, JobQueue, Lease
from services.cases.storage.land_tables import (
    clue_shape,
    land_feature,
    land_layer,
    land_layer_row,
    overlay,
    overlay_job,
    plot_job,
)
from shared.contracts.codes import LandLayerKind, OverlayDay, OverlayPurpose
from shared.contracts.overlays import LayerMissing, LayerUsed, OverlayAgain, OverlayFact
from shared.delivery.unit import TableStore

LAYERS = FileQueue(land_layer, ("created", "repaired", "rejected", "outside"))
OVERLAYS = JobQueue(overlay_job)
PLOTS = JobQueue(plot_job)
_ASKED = ("clue_id", "clue_no", "on_day", "day_basis", "requested_at")

_NEAR = sa.text("""
SELECT layer_id, land_class, plot_code, wkb FROM land_feature
WHERE (layer_id, row_no) IN (
    SELECT f.layer_id, f.row_no
    FROM jsonb_to_recordset(CAST(:boxes AS jsonb)) AS b(west float8, south float8, east float8, north float8)
    JOIN land_feature f ON f.layer_id = ANY(CAST(:layers AS uuid[]))
        AND box(point(f.west, f.south), point(f.east, f.north))
            && box(point(b.west, b.south), point(b.east, b.north)))
ORDER BY layer_id, row_no
""")


class LandLayerStore:
    """Saves the end of a load; everything before it is progress that the worker counts."""

    def from_row(self, row: RowMapping) -> LandLayer:
        counts = ("rows_created", "rows_repaired", "rows_rejected", "rows_outside")
        return LandLayer(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            kind=LandLayerKind(row["kind"]),
            **{name: row[name] for name in ("version_name", "valid_from", "file_name", "file_sha256", "state")},
            **{name: row[name] for name in (*counts, "finished_at")},
        )

    def save(self, connection: Connection, aggregate: LandLayer, stored_version: int) -> None:
        """The row is locked by its worker."""
        c = land_layer.c
        connection.execute(
            sa.update(land_layer)
            .where(c.id == aggregate.id, c.version == stored_version)
            .values(
                state=aggregate.state,
                version=aggregate.version,
                finished_at=aggregate.finished_at,
                rows_created=aggregate.rows_created,
                rows_repaired=aggregate.rows_repaired,
                lease_token=None,
                lease_until=None,
            )
        )


class OverlayStore(TableStore[Overlay]):
    """Overlays that have ended: consequences of the log."""

    def __init__(self) -> None:
        super().__init__(overlay)

    def to_row(self, aggregate: Overlay) -> Mapping[str, Any]:
        result = aggregate.result
        assert aggregate.day_basis is not None
        return {
            "division_code": aggregate.jurisdiction,
            **{name: getattr(aggregate, name) for name in _ASKED},
            "day_basis": aggregate.day_basis.value,
            "finished_at": aggregate.finished_at,
            "result": result and result.model_dump(mode="json"),
            "plot_codes": [plot.plot_code for plot in result.plots] if result else [],
            "problem": aggregate.problem,
            "purpose": aggregate.purpose.value,
            "again": aggregate.again and aggregate.again.model_dump(mode="json"),
        }

    def from_row(self, row: RowMapping) -> Overlay:
        return Overlay(
            id=row["id"],
            version=row["version"],
            jurisdiction=row["division_code"],
            **{name: row[name] for name in ("clue_id", "clue_no", "on_day", "requested_at", "finished_at", "problem")},
            day_basis=OverlayDay(row["day_basis"]),
            result=result_of(row),
            purpose=OverlayPurpose(row["purpose"]),
            again=again_of(row),
        )


def newest_of_act(connection: Connection, clue_id: UUID, on: date | None = None) -> Overlay | None:
    """The last overlay of a clue that could be made and says what the act took. on: with the layers of that day."""
    c = overlay.c
    newest = sa.select(overlay).where(c.clue_id == clue_id, c.purpose == OverlayPurpose.ACT.value)
    if on is not None:
        newest = newest.where(c.on_day == on)
    row = connection.execute(newest.where(c.result.is_not(None)).order_by(c.id.desc()).limit(1)).mappings()
    found = row.one_or_none()
    return None if found is None else OverlayStore().from_row(found)


def done(connection: Connection, queue: JobQueue, job: Lease) -> None:
    """The job has ended and goes: what came of it is kept elsewhere."""
    connection.execute(sa.delete(queue.table).where(queue.table.c.id == job.id))


def clear_features(connection: Connection, layer_id: UUID) -> None:
    """Nothing of a refused version stays."""
    connection.execute(sa.delete(land_feature).where(land_feature.c.layer_id == layer_id))


def add_features(connection: Connection, layer_id: UUID, rows: Sequence[LandFeature | RowRejected]) -> None:
    """Keep good rows as features, and what became of repaired and rejected ones."""
    features = [row for row in rows if isinstance(row, LandFeature)]
    if features:
        sides = ("west", "south", "east", "north")
        values = [
            {
                "layer_id": layer_id,
                **{name: getattr(row, name) for name in ("row_no", "land_class", "plot_code", "area_m2", "wkb")},
                **dict(zip(sides, row.bounds, strict=True)),
            }
            for row in features
        ]
        connection.execute(sa.insert(land_feature), values)
    told = [_told(layer_id, row) for row in rows if isinstance(row, RowRejected) or row.repaired]
    if told:
        connection.execute(sa.insert(land_layer_row), told)


def _told(layer_id: UUID, row: LandFeature | RowRejected) -> dict[str, Any]:
    told: dict[str, Any] = {"layer_id": layer_id, "row_no": row.row_no}
    if isinstance(row, RowRejected):
        return {
            **told,
            "outcome": "outside" if row.code == OUTSIDE else "rejected",
            **{name: getattr(row, name) for name in ("field", "code", "facts", "raw")},
        }
    assert row.repaired is not None
    code, facts = row.repaired.code, row.repaired.facts
    return {**told, "outcome": "repaired", "field": "geometry", "code": code, "facts": facts, "raw": None}


def in_force(connection: Connection, county_code: str, on: date) -> list[LayerUsed]:
    """Of each kind the version in force on a day: the newest survey before it, of two of one day the later load."""
    c, later = land_layer.c, land_layer.alias()
    of_county = (c.division_code == county_code, c.state == "finished")
    following = (
        sa.select(sa.func.min(later.c.valid_from) - 1)
        .where(later.c.division_code == c.division_code, later.c.kind == c.kind)
        .where(later.c.state == "finished", later.c.valid_from > c.valid_from)
        .scalar_subquery()
    )
    statement = (
        sa.select(c.id, c.kind, c.version_name, c.valid_from, following.label("valid_until"), c.crs, c.file_sha256)
        .where(*of_county, c.valid_from <= on)
        .ext(pg.distinct_on(c.kind))
        .order_by(c.kind, c.valid_from.desc(), c.requested_at.desc(), c.id.desc())
    )
    return [LayerUsed.model_validate(dict(row)) for row in connection.execute(statement).mappings()]


def missing(connection: Connection, county_code: str, used: Sequence[LayerUsed]) -> list[LayerMissing]:
    """The layers of which none is used, with the first day on which the county has one."""
    c = land_layer.c
    statement = (
        sa.select(c.kind, sa.func.min(c.valid_from).label("first"))
        .where(c.division_code == county_code, c.state == "finished")
        .group_by(c.kind)
    )
    first = {row.kind: row.first for row in connection.execute(statement)}
    there = {layer.kind for layer in used}
    return [LayerMissing(kind=kind, earliest=first.get(kind.value)) for kind in LandLayerKind if kind not in there]


def earliest(connection: Connection, county_code: str) -> date | None:
    """The first day on which the county has a layer."""
    c = land_layer.c
    found: date | None = connection.execute(
        sa.select(sa.func.min(c.valid_from)).where(c.division_code == county_code, c.state == "finished")
    ).scalar_one()
    return found


def features_near(
    connection: Connection, layers: Sequence[LayerUsed], boxes: Sequence[tuple[float, float, float, float]]
) -> Iterator[tuple[LandLayerKind, str | None, bytes]]:
    """Kind, name (land class, of parcels the code) and WKB of each feature whose box meets one of the boxes."""
    sides = ("west", "south", "east", "north")
    asked = {
        "boxes": orjson.dumps([dict(zip(sides, box, strict=True)) for box in boxes]).decode(),
        "layers": [str(layer.id) for layer in layers],
    }
    kinds = {layer.id: layer.kind for layer in layers}
    for row in connection.execute(_NEAR, asked):
        kind = kinds[row.layer_id]
        name = row.plot_code if kind is LandLayerKind.PARCEL else row.land_class
        yield kind, name, bytes(row.wkb)


def keep_shapes(connection: Connection, patches: Sequence[Patch]) -> None:
    """The whole shapes of patches by their digest; one that is there stays."""
    if patches:
        values = [{"digest": patch.geometry_digest, "wkb": patch.geometry_wkb} for patch in patches]
        connection.execute(pg.insert(clue_shape).on_conflict_do_nothing(), values)


def whole_shapes(connection: Connection, digests: Sequence[str]) -> dict[str, bytes]:
    c = clue_shape.c
    rows = connection.execute(sa.select(c.digest, c.wkb).where(c.digest == sa.func.any(list(digests))))
    return {row.digest: bytes(row.wkb) for row in rows}


def again_of(row: RowMapping | Mapping[str, Any]) -> OverlayAgain | None:
    return None if row["again"] is None else OverlayAgain.model_validate(row["again"])


def result_of(row: RowMapping | Mapping[str, Any]) -> OverlayFact | None:
    return None if row["result"] is None else OverlayFact.model_validate(row["result"])
