"""Other acts of the party of a case: found, added to it, and told of it (JI2000 9)."""

from uuid import UUID

import sqlalchemy as sa

from services.cases.domain import summing
from services.cases.domain.case import Case
from services.cases.domain.case_table import UNDER_INQUIRY
from services.cases.storage.tables import case as case_table
from services.cases.storage.unit import CasesUnit
from shared.divisions.register import COUNTY_DIGITS

_MOST = 50


def others_of(case_id: UUID, party_name: str, division_code: str, unit: CasesUnit) -> list[Case]:
    """Cases of the party in the county that count beside an act of it, locked until the unit ends.

    Two cases that are added to each other at once may each wait for the other: the runner tries again.
    """
    c = case_table.c
    found = (
        sa.select(c.id)
        .where(
            c.party_name == party_name,
            c.division_code.startswith(division_code[:COUNTY_DIGITS]),
            c.state.in_([state.value for state in UNDER_INQUIRY]),
            c.id != case_id,
        )
        .order_by(c.filed_at.desc(), c.id)
        .limit(_MOST)
    )
    ids = sorted(unit.connection.execute(found).scalars())
    cases = [unit.cases.lock(unit.connection, id_) for id_ in ids]
    return summing.to_sum(case_id, party_name, cases, unit.moment)


def tell(case: Case, others: list[Case], unit: CasesUnit) -> list[Case]:
    """Add this act to each of the others as well; those for which it changed something."""
    changed = []
    for one in others:
        beside = [case, *(other for other in others if other.id != one.id)]
        if told := summing.sum_up(one, beside, unit.moment):
            unit.record(one, unit.cases, told)
            changed.append(one)
    return changed
