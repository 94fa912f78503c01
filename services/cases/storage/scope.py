"""Who sees which rows: the one place that narrows every select and every lock. What is not seen does not exist (404).

coordinator: its jurisdiction. township officer: what lies in its township, and clues assigned to it. Others: nothing.
"""

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table

from services.cases.storage.tables import clue
from shared.contracts.codes import Role
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS
from shared.principal import Actor


def visible(table: Table, by: Actor) -> ColumnElement[bool]:
    """The condition that a row of clue, case, rectification or joint_action is the actor's to see."""
    conditions: list[ColumnElement[bool]] = []
    if by.has(Role.COORDINATOR) and _is_prefix(by.jurisdiction, COUNTY_DIGITS):
        conditions.append(_lies_in(table, by.jurisdiction))
    if by.has(Role.TOWNSHIP_OFFICER) and _is_prefix(by.jurisdiction, TOWNSHIP_DIGITS):
        conditions.append(_lies_in(table, by.jurisdiction))
        if table is clue:
            conditions.append(clue.c.township_code.startswith(by.jurisdiction))
    return sa.or_(*conditions) if conditions else sa.false()


def in_county(table: Table, by: Actor) -> ColumnElement[bool]:
    """The condition that a row is of the county of somebody who works on clues there."""
    works = by.has(Role.COORDINATOR) or by.has(Role.TOWNSHIP_OFFICER)
    if not (works and _is_prefix(by.jurisdiction, COUNTY_DIGITS)):
        return sa.false()
    return _lies_in(table, by.jurisdiction[:COUNTY_DIGITS])


def may_report_in(division_code: str, by: Actor) -> bool:
    """Whether a division lies where the actor may take in clues."""
    return _is_prefix(by.jurisdiction, 2) and division_code.startswith(by.jurisdiction)


def _lies_in(table: Table, prefix: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = table.c.division_code.startswith(prefix)
    return condition


def _is_prefix(text: str, digits: int) -> bool:
    """At least that many digits and nothing else: an empty prefix would show the whole country."""
    return len(text) >= digits and text.isascii() and text.isdigit()
