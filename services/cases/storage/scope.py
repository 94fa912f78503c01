"""Who sees which rows: the one place that narrows every select and every lock. What is not seen does not exist (404).

coordinator: its jurisdiction. township officer: what lies in its township, and clues assigned to it, but nothing of a
hand-over or a proposal. leaders, legal reviewer: the cases their agency leads, and what stands beside them. agency
officer: clues assigned to its agency, and of the cases that it leads those that name him as a handler; its leaders too,
and those of natural resources and agriculture what awaits the county's review or a filing (domain.md 3.1). superior
reviewer: clues and items of its city or region. police: hand-overs that have reached them. A letter of assistance: who
has asked, who is asked, and the coordinator; nobody else, also not who leads its case. Evidence goes with its object.
Others: nothing. Sealed records are seen by nobody through here.
"""

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table

from services.cases.domain.clue_table import FILABLE
from services.cases.storage.evidence_tables import evidence
from services.cases.storage.path_tables import action_proposal, assistance_request, police_transfer
from services.cases.storage.tables import case, clue, rectification
from shared.contracts.codes import Agency, EvidenceObject, Role, TransferState
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS
from shared.operations import ScopeRule
from shared.principal import Actor

OF_AGENCY = (Role.CHIEF, Role.ACTING_CHIEF, Role.LEADER, Role.LEGAL_REVIEWER)
_LEADERS = (Role.CHIEF, Role.ACTING_CHIEF, Role.LEADER)
# Who answers for the clues given to an agency.
VERIFYING = (Role.AGENCY_OFFICER, *_LEADERS)
_FILING = (Agency.NATURAL_RESOURCES, Agency.AGRICULTURE)
# A clue with an opinion, until it is closed or a case.
WITH_OPINION = tuple(state.value for state in FILABLE)
_INSIDERS = (Role.COORDINATOR, *OF_AGENCY)
POLICE = (Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM)
# Everybody who works for an agency.
IN_AGENCY = (*OF_AGENCY, *POLICE)
# What the levels above review, with its evidence.
_REVIEWED = (EvidenceObject.CLUE.value, EvidenceObject.RECTIFICATION.value)
# Of these a township sees nothing (domain.md 5.7).
_NOT_FOR_TOWNSHIPS = (police_transfer, action_proposal)
TRANSFERS_WITH_POLICE = [
    state.value
    for state in TransferState
    if state not in (TransferState.DUE, TransferState.REPORTED, TransferState.APPROVED, TransferState.REFUSED_BY_CHIEF)
]


# The rules that operations.py names: each says what the conditions below show.
_SEEN = (
    "coordinator: its county; township officer: its township and clues given to it; chief, acting chief, leader, legal "
    "reviewer: what their agency leads; agency officer: clues given to the agency, cases that name him; superior "
    "reviewer: clues and items of its city or region; police: hand-overs that have reached them"
)
OBJECT = ScopeRule("object", _SEEN)
LISTS = ScopeRule("lists", f"the same, of the rows of lists (storage/work_scope.py): {_SEEN}")
LETTER = ScopeRule("letter", "coordinator: its county; an agency: letters that it asks by or is asked by")
COPY = ScopeRule("copy", "coordinator: its county; agency officer, agency system: copies given to the agency there")
PLACE = ScopeRule("place", "a place within the actor's jurisdiction")
FILES = ScopeRule("files", "coordinator: files of its county")
COUNTY_DESK = ScopeRule("county-desk", "coordinator: its county")
COUNTY_LAND = ScopeRule(
    "county-land", "coordinator, township officer: plots of their county; on them what `object` shows"
)
REPORTER = ScopeRule("reporter", "the clerk who took the report, by account")
SEALED = ScopeRule("sealed", "the named readers of the sealed record, by account, and who seals it")
OWN_CLOCKS = ScopeRule("own-clocks", "clocks of the actor's county, township or agency")
REGISTERS = ScopeRule("registers", "registers of the county: the same for everybody")
EDITED_REGISTERS = ScopeRule("edited-registers", "registers of the house's county", house=True)


def has_insight(by: Actor) -> bool:
    """Whether the actor may know where a hand-over to public security stands (domain.md 5.7)."""
    return by.has(*_INSIDERS)


def files_clues(by: Actor) -> bool:
    """Whether the actor leads an agency that files cases on what was verified, by whomever (domain.md 3.1)."""
    leads = by.has(*_LEADERS) and by.org_code in _FILING
    return leads and is_prefix(by.jurisdiction, COUNTY_DIGITS)


def visible(table: Table, by: Actor) -> ColumnElement[bool]:
    """The condition that a row of clue, case, rectification or joint_action is the actor's to see."""
    if table is assistance_request:
        return _visible_letters(by)
    conditions: list[ColumnElement[bool]] = []
    if by.has(Role.COORDINATOR) and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        conditions.append(_lies_in(table, by.jurisdiction))
    if by.has(*OF_AGENCY) and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        conditions.append(sa.and_(_lies_in(table, by.jurisdiction), _led_by(table, by.org_code)))
    police = by.has(*POLICE) and by.org_code == Agency.PUBLIC_SECURITY
    if table is police_transfer and police and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        conditions.append(sa.and_(_lies_in(table, by.jurisdiction), table.c.state.in_(TRANSFERS_WITH_POLICE)))
    for_township = by.has(Role.TOWNSHIP_OFFICER) and table not in _NOT_FOR_TOWNSHIPS
    if for_township and is_prefix(by.jurisdiction, TOWNSHIP_DIGITS):
        conditions.append(_lies_in(table, by.jurisdiction))
        # A clue may lie elsewhere than the township it is assigned to; its evidence goes with it.
        if "township_code" in table.c:
            conditions.append(table.c.township_code.startswith(by.jurisdiction))
    if by.has(*VERIFYING) and "agency" in table.c and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        conditions.append(sa.and_(_lies_in(table, by.jurisdiction), table.c.agency == by.org_code))
    if table is case and by.has(Role.AGENCY_OFFICER) and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        handled = sa.and_(case.c.lead_agency == by.org_code, case.c.officers.contains([by.name]))
        conditions.append(sa.and_(_lies_in(table, by.jurisdiction), handled))
    if table is clue and files_clues(by):
        conditions.append(sa.and_(_lies_in(table, by.jurisdiction), table.c.state.in_(WITH_OPINION)))
    if by.has(Role.SUPERIOR_REVIEWER) and table in (clue, rectification) and is_prefix(by.jurisdiction, 2):
        conditions.append(_lies_in(table, by.jurisdiction))
    if table is evidence:
        conditions += _seen_with_the_clue(by)
    return sa.or_(*conditions) if conditions else sa.false()


def _visible_letters(by: Actor) -> ColumnElement[bool]:
    if not is_prefix(by.jurisdiction, COUNTY_DIGITS):
        return sa.false()
    conditions: list[ColumnElement[bool]] = []
    if by.has(Role.COORDINATOR):
        conditions.append(sa.true())
    if by.has(*IN_AGENCY):
        asked, asking = assistance_request.c.to_agency, assistance_request.c.from_agency
        conditions.append(sa.or_(asked == by.org_code, asking == by.org_code))
    return sa.and_(_lies_in(assistance_request, by.jurisdiction), sa.or_(sa.false(), *conditions))


def _seen_with_the_clue(by: Actor) -> list[ColumnElement[bool]]:
    """Evidence as its object: who verifies a clue sees that of the clue, who reviews above that of clues and items."""
    conditions: list[ColumnElement[bool]] = []
    e = evidence.c
    if by.has(*VERIFYING) and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        own = clue.c.agency == by.org_code
        theirs = sa.or_(own, clue.c.state.in_(WITH_OPINION)) if files_clues(by) else own
        given = sa.select(clue.c.id).where(theirs, _lies_in(clue, by.jurisdiction))
        conditions.append(sa.and_(e.object == EvidenceObject.CLUE.value, e.clue_id.in_(given)))
    if by.has(Role.SUPERIOR_REVIEWER) and is_prefix(by.jurisdiction, 2):
        conditions.append(sa.and_(e.object.in_(_REVIEWED), _lies_in(evidence, by.jurisdiction)))
    return conditions


def visible_copies(table: Table, by: Actor) -> ColumnElement[bool]:
    """Copies of evidence: the coordinator its county's, an agency those given to it there. Others: none."""
    conditions: list[ColumnElement[bool]] = []
    if by.has(Role.COORDINATOR) and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        conditions.append(_lies_in(table, by.jurisdiction))
    if by.has(Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM) and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        conditions.append(sa.and_(table.c.to_agency == by.org_code, _lies_in(table, by.jurisdiction)))
    return sa.or_(*conditions) if conditions else sa.false()


def in_county(table: Table, by: Actor) -> ColumnElement[bool]:
    """The condition that a row is of the county of somebody who works on clues there."""
    works = by.has(Role.COORDINATOR) or by.has(Role.TOWNSHIP_OFFICER)
    if not (works and is_prefix(by.jurisdiction, COUNTY_DIGITS)):
        return sa.false()
    return _lies_in(table, by.jurisdiction[:COUNTY_DIGITS])


def visible_to_county(table: Table, by: Actor) -> ColumnElement[bool]:
    """As visible, of what only the county's coordinators decide: proposals that two clues are one."""
    if by.has(Role.COORDINATOR) and is_prefix(by.jurisdiction, COUNTY_DIGITS):
        return _lies_in(table, by.jurisdiction)
    return sa.false()


def may_report_in(division_code: str, by: Actor) -> bool:
    """Whether a division lies where the actor may take in clues."""
    return is_prefix(by.jurisdiction, 2) and division_code.startswith(by.jurisdiction)


def _led_by(table: Table, agency: str) -> ColumnElement[bool]:
    """Whether a row is a case that the agency leads, or stands beside one."""
    if table is case:
        led: ColumnElement[bool] = case.c.lead_agency == agency
        return led
    if table is clue:
        return clue.c.id.in_(sa.select(case.c.clue_id).where(case.c.lead_agency == agency))
    if table is evidence:
        return evidence.c.clue_id.in_(sa.select(case.c.clue_id).where(case.c.lead_agency == agency))
    if "case_id" not in table.c:
        return sa.false()  # an import is its county's
    beside: ColumnElement[bool] = table.c.case_id.in_(sa.select(case.c.id).where(case.c.lead_agency == agency))
    return beside


def _lies_in(table: Table, prefix: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = table.c.division_code.startswith(prefix)
    return condition


def is_prefix(text: str, digits: int) -> bool:
    """At least that many digits and nothing else: an empty prefix would show the whole country."""
    return len(text) >= digits and text.isascii() and text.isdigit()
