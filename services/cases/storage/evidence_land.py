"""What a piece of evidence is about: its object, the land behind it, and what the record says of that place."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Select, Table

from services.cases.domain.evidence import About, Evidence
from services.cases.domain.photo_check import Place
from services.cases.storage.scope import visible
from services.cases.storage.tables import case, clue, joint_action, rectification
from shared.clock import local_day
from shared.contracts.codes import ClueSource, EvidenceObject, ViolationType
from shared.errors import NotFound
from shared.principal import Actor

_TABLES: dict[EvidenceObject, Table] = {
    EvidenceObject.CLUE: clue,
    EvidenceObject.CASE: case,
    EvidenceObject.RECTIFICATION: rectification,
    EvidenceObject.JOINT_ACTION: joint_action,
}
# What is issued in batches: its photographs are taken after that.
_ISSUED = frozenset({ClueSource.SATELLITE_PATCH.value, ClueSource.LAND_CHANGE_SURVEY.value})


def about(connection: Connection, by: Actor | None, object_: EvidenceObject, id_: UUID) -> About:
    """The object as evidence names it. Raises NotFound, also for what the actor may not see.

    by: None for a fact that another service tells.
    """
    seen = sa.true() if by is None else visible(_TABLES[object_], by)
    row = connection.execute(_select(object_).where(_TABLES[object_].c.id == id_, seen))
    found = row.one_or_none()
    if found is None:
        raise NotFound
    return About(object_, id_, found.clue_id, found.case_id, found.division_code, found.township_code)


def violation_types(connection: Connection, subject: About) -> list[ViolationType]:
    """Of the case; of a clue that is none yet, the suspected one."""
    if subject.case_id is not None:
        said = connection.execute(sa.select(case.c.violation_types).where(case.c.id == subject.case_id)).scalar_one()
        return [ViolationType(type_) for type_ in said]
    suspected = connection.execute(sa.select(clue.c.suspected_type).where(clue.c.id == subject.clue_id)).scalar_one()
    return [ViolationType(suspected)] if suspected else []


def known_conditions(connection: Connection, subject: About) -> list[str]:
    """What the record itself says of the conditions of check-lists: `going_on` holds, `-going_on` does not."""
    row = connection.execute(
        sa.select(clue.c.proof, case.c.procedure)
        .select_from(clue.outerjoin(case, case.c.id == subject.case_id))
        .where(clue.c.id == subject.clue_id)
    ).one()
    procedure, proof = row.procedure or {}, row.proof or {}
    going_on = True if procedure.get("stopped_at") else proof.get("act_going_on")
    suspected = (procedure.get("crime") or {}).get("area_threshold_met")
    known = {"going_on": going_on, "threshold_suspected": suspected}
    return [name if holds else f"-{name}" for name, holds in known.items() if holds is not None]


def place_of(connection: Connection, piece: Evidence) -> Place:
    """Where it should have been taken, and after which days."""
    c = clue.c
    land = connection.execute(
        sa.select(c.geometry, c.longitude, c.latitude, c.source, c.received_at).where(c.id == piece.clue_id)
    ).one()
    ordered = None
    if piece.object is EvidenceObject.RECTIFICATION:
        item = rectification.c
        ordered = connection.execute(sa.select(item.ordered_at).where(item.id == piece.object_id)).scalar_one()
    return Place(
        geometry=land.geometry,
        point=_point(land),
        issued_on=local_day(land.received_at) if land.source in _ISSUED else None,
        ordered_on=ordered and local_day(ordered),
    )


def _point(land: Any) -> tuple[float, float] | None:
    return None if land.longitude is None or land.latitude is None else (land.longitude, land.latitude)


def _select(object_: EvidenceObject) -> Select[Any]:
    """clue_id, case_id, division_code, township_code of an object."""
    none = sa.null().label("township_code")
    if object_ is EvidenceObject.CLUE:
        c = clue.c
        return sa.select(c.id.label("clue_id"), c.case_id, c.division_code, c.township_code)
    if object_ is EvidenceObject.CASE:
        return sa.select(case.c.clue_id, case.c.id.label("case_id"), case.c.division_code, none)
    table = _TABLES[object_]
    joined = table.join(case, case.c.id == table.c.case_id)
    return sa.select(case.c.clue_id, case.c.id.label("case_id"), table.c.division_code, none).select_from(joined)
