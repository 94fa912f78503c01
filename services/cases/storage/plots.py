"""What plots lie on: measured by the worker whenever a layer has come, read by their code."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.engine import RowMapping

from services.cases.storage.job_queue import Lease
from services.cases.storage.land_tables import land_feature, plot_job, plot_land
from shared.contracts.overlays import LayerUsed

_f, _j, _p = land_feature.c, plot_job.c, plot_land.c


def queued(connection: Connection, layer_id: UUID) -> bool:
    """Whether a job for these plots waits that nobody has begun."""
    waits = (_j.layer_id == layer_id, _j.state == "queued", _j.last_row_no == 0)
    return connection.execute(sa.select(_j.id).where(*waits)).first() is not None


def next_plots(connection: Connection, job: Lease, number: int) -> Sequence[RowMapping]:
    """Plots not measured yet, by row: row_no, wkb, west, south, east, north."""
    columns = (_f.row_no, _f.wkb, _f.west, _f.south, _f.east, _f.north)
    last = sa.select(_j.last_row_no).where(_j.id == job.id).scalar_subquery()
    statement = (
        sa.select(*columns)
        .where(_f.layer_id == job.row["layer_id"], _f.row_no > last)
        .order_by(_f.row_no)
        .limit(number)
    )
    return connection.execute(statement).mappings().all()


def keep(connection: Connection, job: Lease, lands: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """What the next plots lie on, by row, and how far the job came."""
    layer_id = job.row["layer_id"]
    rows = [{"layer_id": layer_id, "row_no": no, "job_id": job.id, "land": land} for no, land in lands]
    insert = pg.insert(plot_land)
    new = {"job_id": insert.excluded.job_id, "land": insert.excluded.land}
    connection.execute(insert.on_conflict_do_update(index_elements=[_p.layer_id, _p.row_no], set_=new), rows)
    last = max(no for no, _ in lands)
    connection.execute(sa.update(plot_job).where(_j.id == job.id).values(last_row_no=last, tries=0))


def begin(connection: Connection, job: Lease, on: date, layers: Sequence[LayerUsed]) -> None:
    """With which layers the job measures, from its first plot to its last."""
    told = [layer.model_dump(mode="json") for layer in layers]
    connection.execute(sa.update(plot_job).where(_j.id == job.id).values(measured_on=on, layers=told))


def finish(connection: Connection, job: Lease) -> None:
    ended = {"state": "finished", "lease_token": None, "lease_until": None}
    connection.execute(sa.update(plot_job).where(_j.id == job.id).values(**ended))
