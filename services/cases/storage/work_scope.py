"""Who sees which rows of the working lists: storage/scope.py said once more, in a form that an index can follow.

scope.py asks the objects' own tables, one by one; a list of all kinds in one order cannot. Each way in which somebody
sees something is a Sight; a test compares both for every role and kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table

from services.cases.storage.scope import (
    IN_AGENCY,
    OF_AGENCY,
    POLICE,
    TRANSFERS_WITH_POLICE,
    VERIFYING,
    WITH_OPINION,
    files_clues,
    is_prefix,
)
from services.cases.storage.work_tables import work_item
from shared.contracts.codes import Agency, Role, WorkKind
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS
from shared.principal import Actor

_LETTERS = (WorkKind.ASSISTANCE_REQUEST,)
_NOT_FOR_TOWNSHIPS = (WorkKind.POLICE_TRANSFER, WorkKind.ACTION_PROPOSAL, *_LETTERS)
_FOR_TOWNSHIPS = tuple(kind for kind in WorkKind if kind not in _NOT_FOR_TOWNSHIPS)
# A letter is seen by the agencies that it names, whoever leads its case.
_WITH_THE_CASE = tuple(kind for kind in WorkKind if kind not in _LETTERS)
_w = work_item.c


@dataclass(frozen=True)
class Sight:
    """What somebody sees in one of his parts.

    division: prefix of what lies there. kinds, states: only these; empty: all. lead: only what this agency leads.
    given: clues given to this township, which lie elsewhere than in it; then division is the county's.
    given_agency: clues given, or letters addressed, to this agency. asking_agency: letters in which this agency asks.
    officer: only what names this person as a handler.
    """

    division: str
    kinds: tuple[WorkKind, ...] = ()
    states: tuple[str, ...] = ()
    lead: str | None = None
    given: str | None = None
    given_agency: str | None = None
    asking_agency: str | None = None
    officer: str | None = None

    @property
    def of_items(self) -> list[ColumnElement[bool]]:
        """As conditions on work_item."""
        if self.given is not None:
            given = _in(_w.given_township, self.given, TOWNSHIP_DIGITS)
            return [*self._kinds(work_item), given, ~_w.township_code.startswith(self.given)]
        named = ((_w.given_agency, self.given_agency), (_w.asking_agency, self.asking_agency))
        mine = [column == agency for column, agency in named if agency is not None]
        if self.officer is not None:
            mine.append(_w.officers.contains([self.officer]))
        return [*lies_in(work_item, self.division), *self._kinds(work_item), *self._led(work_item), *mine]

    def of_sums(self, table: Table) -> list[ColumnElement[bool]] | None:
        """As conditions on a table of sums; None where they do not keep it apart."""
        named = (self.given, self.given_agency, self.asking_agency, self.officer)
        if any(name is not None for name in named) or len(self.division) > TOWNSHIP_DIGITS:
            return None
        return [*lies_in(table, self.division), *self._kinds(table), *self._led(table)]

    def _kinds(self, table: Table) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self.kinds:
            conditions.append(table.c.kind.in_([kind.value for kind in self.kinds]))
        if self.states:
            conditions.append(table.c.state.in_(self.states))
        return conditions

    def _led(self, table: Table) -> list[ColumnElement[bool]]:
        return [] if self.lead is None else [table.c.lead_agency == self.lead]


def sights(by: Actor) -> list[Sight]:
    """Every way in which the actor sees something; none: nothing."""
    found = []
    of_county = is_prefix(by.jurisdiction, COUNTY_DIGITS)
    if by.has(Role.COORDINATOR) and of_county:
        found.append(Sight(by.jurisdiction))
    if by.has(*OF_AGENCY) and of_county:
        found.append(Sight(by.jurisdiction, _WITH_THE_CASE, lead=by.org_code))
    if by.has(*POLICE) and by.org_code == Agency.PUBLIC_SECURITY and of_county:
        found.append(Sight(by.jurisdiction, (WorkKind.POLICE_TRANSFER,), tuple(TRANSFERS_WITH_POLICE)))
    if by.has(Role.TOWNSHIP_OFFICER) and is_prefix(by.jurisdiction, TOWNSHIP_DIGITS):
        found.append(Sight(by.jurisdiction, _FOR_TOWNSHIPS))
        found.append(Sight(by.jurisdiction[:COUNTY_DIGITS], (WorkKind.CLUE,), given=by.jurisdiction))
    if by.has(Role.AGENCY_OFFICER) and of_county:
        found.append(Sight(by.jurisdiction, (WorkKind.CASE,), lead=by.org_code, officer=by.name))
    if by.has(*VERIFYING) and of_county:
        found.append(Sight(by.jurisdiction, (WorkKind.CLUE,), given_agency=by.org_code))
    if by.has(*IN_AGENCY) and of_county:
        found.append(Sight(by.jurisdiction, _LETTERS, given_agency=by.org_code))
        found.append(Sight(by.jurisdiction, _LETTERS, asking_agency=by.org_code))
    if files_clues(by):
        found.append(Sight(by.jurisdiction, (WorkKind.CLUE,), WITH_OPINION))
    if by.has(Role.SUPERIOR_REVIEWER) and is_prefix(by.jurisdiction, 2):
        found.append(Sight(by.jurisdiction, (WorkKind.CLUE, WorkKind.RECTIFICATION)))
    return found


def are_apart(found: Sequence[Sight]) -> bool:
    """Whether no row is seen twice, so that counts may be added."""
    return len([sight for sight in found if sight.given is None]) <= 1


def units_of(by: Actor) -> list[str]:
    """The offices that somebody acts for, as WorkItem.holder_unit names them."""
    county = by.jurisdiction[:COUNTY_DIGITS]
    units = []
    if by.has(Role.COORDINATOR):
        units.append(f"coordinator:{county}")
    if by.has(Role.TOWNSHIP_OFFICER):
        units.append(f"township:{by.jurisdiction[:TOWNSHIP_DIGITS]}")
    if by.has(Role.SUPERIOR_REVIEWER):
        units.append(f"superior:{by.jurisdiction[:4]}")
    if by.has(*OF_AGENCY, *POLICE):
        units.append(f"{by.org_code}:{county}")
    return units


def lies_in(table: Table, prefix: str) -> list[ColumnElement[bool]]:
    """What lies in a division, by a column that indexes order by where there is one."""
    if len(prefix) <= COUNTY_DIGITS:
        return [_in(table.c.county_code, prefix, COUNTY_DIGITS)]
    if len(prefix) <= TOWNSHIP_DIGITS:
        return [table.c.county_code == prefix[:COUNTY_DIGITS], _in(table.c.township_code, prefix, TOWNSHIP_DIGITS)]
    return [table.c.township_code == prefix[:TOWNSHIP_DIGITS], table.c.division_code.startswith(prefix)]


def _in(column: ColumnElement[Any], prefix: str, digits: int) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column == prefix if len(prefix) == digits else column.startswith(prefix)
    return condition


def seen(by: Actor) -> ColumnElement[bool]:
    """Everything that the actor sees, as one condition on work_item."""
    return sa.or_(sa.false(), *(sa.and_(*sight.of_items) for sight in sights(by)))
