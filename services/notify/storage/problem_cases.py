"""Cases that a bulletin may name: those the rule proposes, or those a person chose."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.notify.domain.bulletin_rules import ProblemRule
from services.notify.domain.figures import states_of
from services.notify.storage.bulletin_tables import climbed_step, counted_object, standing
from services.notify.storage.standings import Point
from services.notify.storage.townships import name_of
from shared.contracts.bulletins import ProblemCase
from shared.contracts.codes import WorkKind

_s, _o, _c = standing.c, counted_object.c, climbed_step.c


def proposed(connection: Connection, county_code: str, at: Point, rule: ProblemRule) -> list[dict[str, Any]]:
    """By the rule: those with most reasons first, then those with most permanent basic farmland."""
    is_open = sa.or_(
        sa.and_(_s.kind == WorkKind.CASE.value, _s.state.in_(states_of("cases_open"))),
        sa.and_(_s.kind == WorkKind.RECTIFICATION.value, _s.state.in_(states_of("in_rectification"))),
    )
    of_case = sa.select(_o.case_id).join_from(standing, counted_object, _o.id == _s.object_id)
    listed = of_case.where(
        sa.literal(rule.listed),
        *at.holds(county_code, (WorkKind.LISTING,)),
        _s.state.in_(states_of("listed")),
        _o.case_id.is_not(None),
    )
    climbed = sa.select(_c.object_id).where(
        _c.step.in_(rule.steps), _c.position <= at.position, _c.raised_at < at.ends_at
    )
    overdue = of_case.where(
        *at.holds(county_code, (WorkKind.CASE, WorkKind.RECTIFICATION)),
        is_open,
        _s.object_id.in_(climbed),
        _o.case_id.is_not(None),
    )
    why = (
        _s.object_id.in_(listed).label("listed"),
        _s.object_id.in_(overdue).label("overdue"),
        sa.and_(is_open, _s.pbf_area_m2 >= rule.pbf_m2).label("pbf"),
    )
    found = (
        sa.select(*_shown(), *why)
        .join_from(standing, counted_object, _o.id == _s.object_id)
        .where(*at.holds(county_code, (WorkKind.CASE,)))
        .subquery()
    )
    reasons = [sa.cast(found.c[name], sa.Integer) for name in ("listed", "overdue", "pbf")]
    number = reasons[0] + reasons[1] + reasons[2]
    rows = connection.execute(
        sa.select(found)
        .where(number > 0)
        .order_by(number.desc(), found.c.pbf_area_m2.desc(), found.c.number)
        .limit(rule.most)
    )
    return [dict(row) for row in rows.mappings()]


def chosen(connection: Connection, county_code: str, at: Point, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Those of the ids that stood at the point, in the order of the ids."""
    held = sa.select(*_shown()).join_from(standing, counted_object, _o.id == _s.object_id)
    rows = connection.execute(held.where(*at.holds(county_code, (WorkKind.CASE,)), _s.object_id.in_(ids)))
    by_id = {row["id"]: dict(row) for row in rows.mappings()}
    return [by_id[id_] for id_ in dict.fromkeys(ids) if id_ in by_id]


def _shown() -> tuple[Any, ...]:
    return (_s.object_id.label("id"), _o.number, _o.title, _s.state, _s.area_m2, _s.pbf_area_m2, _s.township_code)


def problem_case(row: dict[str, Any]) -> ProblemCase:
    """As it is named in a bulletin; one without a reason of the rule was chosen by a person."""
    why = [name for name in ("listed", "overdue", "pbf") if row.get(name)]
    return ProblemCase(
        case_id=row["id"],
        case_no=row["number"],
        title=row["title"],
        township=name_of(row["township_code"]),
        state=row["state"],
        area_m2=row["area_m2"],
        pbf_area_m2=row["pbf_area_m2"],
        why=why or ["chosen"],
    )
