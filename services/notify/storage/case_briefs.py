"""The projection of cases that notify keeps for itself, so that a notice can be written while cases is down."""

from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql as pg

from services.notify.domain.case_brief import CaseBrief, RectificationCount
from services.notify.storage.tables import case_brief, rectification_brief
from shared.contracts.codes import Agency, CaseState, RectificationState, ViolationType


def keep_case(connection: Connection, brief: CaseBrief) -> None:
    """Make the row; one that is there already stays, since later events have moved it on."""
    connection.execute(pg.insert(case_brief).values(**asdict(brief)).on_conflict_do_nothing())


def move_case(connection: Connection, case_id: UUID, state: CaseState) -> None:
    connection.execute(sa.update(case_brief).where(case_brief.c.case_id == case_id).values(state=state.value))


def keep_item(connection: Connection, item_id: UUID, case_id: UUID, state: RectificationState) -> None:
    """The item's present state, whether it was known or not."""
    insert = pg.insert(rectification_brief).values(item_id=item_id, case_id=case_id, state=state.value)
    connection.execute(insert.on_conflict_do_update(index_elements=["item_id"], set_={"state": insert.excluded.state}))


def find_case(connection: Connection, case_id: UUID) -> CaseBrief | None:
    row = connection.execute(sa.select(case_brief).where(case_brief.c.case_id == case_id)).mappings().one_or_none()
    if row is None:
        return None
    return CaseBrief(
        **{
            **row,
            "state": CaseState(row["state"]),
            "violation_types": tuple(ViolationType(code) for code in row["violation_types"]),
            "lead_agency": Agency(row["lead_agency"]),
        }
    )


def count_items(connection: Connection, case_id: UUID) -> RectificationCount:
    states = connection.execute(
        sa.select(rectification_brief.c.state).where(rectification_brief.c.case_id == case_id)
    ).scalars()
    return RectificationCount.of(RectificationState(state) for state in states)
