"""Base layers, overlays and plots, as the county sees them. Layers are the coordinator's alone."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Select
from sqlalchemy.engine import RowMapping

from services.cases.domain.overlay import Claim, NoOverlay, differences
from services.cases.queries.agency_findings import findings_of
from services.cases.storage.land import again_of, result_of
from services.cases.storage.land_tables import (
    land_feature,
    land_layer,
    land_layer_row,
    overlay,
    overlay_job,
    plot_job,
    plot_land,
)
from services.cases.storage.scope import in_county, visible
from services.cases.storage.tables import case, clue, rectification
from shared.area import mu_from_m2
from shared.contracts.area_basis import AreaBasis
from shared.contracts.base import Page
from shared.contracts.codes import OverlayPurpose
from shared.contracts.land import GetLandLayer, LandLayerRow, LandLayerView, LandRowView, ListLandLayers, ListLandRows
from shared.contracts.overlays import GetCaseOverlay, GetOverlay, GetRectificationOverlay, OverlayView
from shared.contracts.plots import GetPlot, PlotClue, PlotLand, PlotVersion, PlotView
from shared.errors import NotFound
from shared.paging import Listing, page
from shared.principal import Actor

_l, _r, _o, _f = land_layer.c, land_layer_row.c, overlay.c, land_feature.c
_LAYERS = TypeAdapter(list[LandLayerRow])
_LAYER_LISTING = Listing(tuple(_l[name] for name in LandLayerRow.model_fields), keys=(_l.requested_at, _l.id))
_ROWS = TypeAdapter(list[LandRowView])
_ROW_LISTING = Listing(tuple(_r[name] for name in LandRowView.model_fields), keys=(_r.row_no,), rising=True)


def layer_view(row: RowMapping) -> LandLayerView:
    return LandLayerView.model_validate({name: row[name] for name in LandLayerView.model_fields})


def job_view(row: RowMapping) -> OverlayView:
    """An overlay that has not ended."""
    names = ("id", "clue_id", "state", "on_day", "day_basis", "requested_at")
    return OverlayView(**{name: row[name] for name in names}, finished_at=None, result=None, problem=None)


def _ended_view(row: RowMapping) -> OverlayView:
    return OverlayView(**ended_overlay(row))


def ended_overlay(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    """As OverlayView has it."""
    names = ("id", "clue_id", "on_day", "day_basis", "requested_at", "finished_at", "problem", "purpose")
    state = "refused" if row["result"] is None else "finished"
    told = {name: row[name] for name in names}
    return {**told, "state": state, "result": result_of(row), "again": again_of(row)}


def list_land_layers(q: ListLandLayers, by: Actor, connection: Connection) -> Page[LandLayerRow]:
    where: list[ColumnElement[bool]] = [visible(land_layer, by)]
    if q.kind is not None:
        where.append(_l.kind == q.kind.value)
    return page(_LAYER_LISTING, where, q, connection, _LAYERS.validate_python)


def get_land_layer(q: GetLandLayer, by: Actor, connection: Connection) -> LandLayerView:
    """NotFound for what the caller may not see."""
    return layer_view(_seen(q.id, by, connection))


def list_land_rows(q: ListLandRows, by: Actor, connection: Connection) -> Page[LandRowView]:
    """In file order. NotFound for what the caller may not see."""
    _seen(q.id, by, connection)
    where: list[ColumnElement[bool]] = [_r.layer_id == q.id]
    if q.outcome is not None:
        where.append(_r.outcome == q.outcome)
    return page(_ROW_LISTING, where, q, connection, _ROWS.validate_python)


def get_overlay(q: GetOverlay, by: Actor, connection: Connection) -> OverlayView:
    """NotFound for a clue that the caller may not see; NoOverlay where none was made."""
    return _newest(sa.select(clue.c.id).where(clue.c.id == q.id, visible(clue, by)), connection)


def get_case_overlay(q: GetCaseOverlay, by: Actor, connection: Connection) -> OverlayView:
    """NotFound for a case that the caller may not see; whoever sees it sees what its land is, and was found to be."""
    view = _newest(sa.select(case.c.clue_id).where(case.c.id == q.id, visible(case, by)), connection, case)
    return view.model_copy(update={"agency_findings": findings_of(q.id, view.result, connection)})


def get_rectification_overlay(q: GetRectificationOverlay, by: Actor, connection: Connection) -> OverlayView:
    """NotFound for an item that the caller may not see."""
    item = rectification.c
    seen = sa.select(case.c.clue_id).join_from(rectification, case, item.case_id == case.c.id)
    return _newest(seen.where(item.id == q.id, visible(rectification, by)), connection, case)


def _newest(seen: Select[tuple[UUID]], connection: Connection, of: sa.Table = clue) -> OverlayView:
    """Of the clue that a select finds: what was asked for last, ended or not. of: whose claim stands beside it."""
    clue_id = connection.execute(seen).scalar_one_or_none()
    if clue_id is None:
        raise NotFound
    # What a later survey found there is no area of the act.
    of_act = [table.c.purpose == OverlayPurpose.ACT.value for table in (overlay, overlay_job)]
    ended = sa.select(overlay).where(_o.clue_id == clue_id, of_act[0]).order_by(_o.id.desc()).limit(1)
    waiting = sa.select(overlay_job).where(overlay_job.c.clue_id == clue_id, of_act[1])
    asked = waiting.order_by(overlay_job.c.id.desc()).limit(1)
    row = connection.execute(ended).mappings().one_or_none()
    job = connection.execute(asked).mappings().one_or_none()
    if job is not None and (row is None or job["id"] > row["id"]):
        return job_view(job)
    if row is None:
        raise NoOverlay
    return _beside_claim(_ended_view(row), of, connection)


def _beside_claim(view: OverlayView, of: sa.Table, connection: Connection) -> OverlayView:
    """With what is claimed now: the overlay itself knew only what was claimed when it was made."""
    if view.result is None:
        return view
    c = of.c
    asked = sa.select(c.basis, c.area_m2, c.farmland_area_m2, c.pbf_area_m2)
    row = connection.execute(asked.where((c.id if of is clue else c.clue_id) == view.clue_id)).one_or_none()
    if row is None:
        return view
    claimed = Claim(row.area_m2, row.farmland_area_m2, row.pbf_area_m2)
    if row.basis is not None:
        said = AreaBasis.model_validate(row.basis).claimed
        claimed = Claim(said.area_m2, said.farmland_area_m2, said.pbf_area_m2)
    fact = view.result
    beside = list(differences(claimed, fact.area_m2, fact.farmland_m2, fact.pbf_m2))
    return view.model_copy(update={"result": fact.model_copy(update={"differences": beside})})


def get_plot(q: GetPlot, by: Actor, connection: Connection) -> PlotView:
    """NotFound unless a loaded layer of the caller's county has the plot."""
    versions = connection.execute(
        sa.select(
            *(_l.id, _l.version_name, _l.valid_from, _f.land_class, _f.area_m2),
            *(_f.west, _f.south, _f.east, _f.north),
            *(plot_land.c.land, plot_job.c.measured_on, plot_job.c.layers),
        )
        .join_from(land_feature, land_layer, _f.layer_id == _l.id)
        .outerjoin(plot_land, sa.and_(plot_land.c.layer_id == _f.layer_id, plot_land.c.row_no == _f.row_no))
        .outerjoin(plot_job, plot_land.c.job_id == plot_job.c.id)
        .where(_f.plot_code == q.code, _l.state == "finished", in_county(land_layer, by))
        .order_by(_l.valid_from.desc(), _l.requested_at.desc())
    ).all()
    if not versions:
        raise NotFound
    return PlotView(
        code=q.code,
        versions=[
            PlotVersion(
                layer_id=row.id,
                version_name=row.version_name,
                valid_from=row.valid_from,
                land_class=row.land_class,
                area_m2=row.area_m2,
                area_mu=mu_from_m2(row.area_m2),
                land=row.land and PlotLand(**row.land, measured_on=row.measured_on, layers=row.layers),
                bounds=[row.west, row.south, row.east, row.north],
            )
            for row in versions
        ],
        clues=_clues_on(q.code, by, connection),
    )


def _clues_on(code: str, by: Actor, connection: Connection) -> list[PlotClue]:
    other = overlay.alias()
    of_act = OverlayPurpose.ACT.value
    later = sa.exists().where(
        other.c.clue_id == _o.clue_id, other.c.result.is_not(None), other.c.id > _o.id, other.c.purpose == of_act
    )
    rows = connection.execute(
        sa.select(clue.c.id, clue.c.clue_no, _o.result["plots"].label("plots"))
        .join_from(overlay, clue, _o.clue_id == clue.c.id)
        .where(_o.plot_codes.contains([code]), _o.purpose == of_act, ~later, visible(clue, by))
        .order_by(clue.c.clue_no)
        .limit(200)
    )
    return [
        PlotClue(
            clue_id=row.id,
            clue_no=row.clue_no,
            area_m2=plot["area_m2"],
            area_mu=mu_from_m2(Decimal(str(plot["area_m2"]))),
        )
        for row in rows
        for plot in row.plots
        if plot["plot_code"] == code
    ]


def _seen(id_: UUID, by: Actor, connection: Connection) -> RowMapping:
    statement = sa.select(land_layer).where(_l.id == id_, visible(land_layer, by))
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound
    return row
