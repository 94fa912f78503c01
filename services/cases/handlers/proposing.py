"""What the system proposes by itself: joint actions by the triggers of 4.2, listings of large cases. A person decides.

The case is locked by whoever calls; its proposal is locked after it.
"""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from services.cases.domain import action_proposal as rules
from services.cases.domain.action_proposal import ActionProposal, Found
from services.cases.domain.case import Case
from services.cases.domain.large_area import LandFound
from services.cases.domain.listing import Listing
from services.cases.domain.rectification import Rectification
from services.cases.storage.numbers import NumberKind
from services.cases.storage.tables import case as case_table
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import ActionTrigger, CaseState, ClueSource
from shared.contracts.listings import ProposeListing
from shared.divisions.register import COUNTY_DIGITS
from shared.ids import new_id

_DAYS_A_MONTH = 31
# The level at which the county itself lists; where no rule has it, nothing is proposed.
_COUNTY = "county"


def propose_at_filing(case: Case, source: ClueSource, unit: CasesUnit) -> None:
    """A joint action for what its facts raise; a listing for what reaches the limit of the crime."""
    raise_in_proposal(case, rules.seen_at_filing(case, source, _other_cases(case, unit), unit.moment), unit)
    crime = case.procedure.crime
    if crime is not None and crime.area_threshold_met and not unit.listings.has(unit.connection, case.id):
        areas = f"占用永久基本农田 {case.pbf_area_m2} 平方米、耕地 {case.farmland_area_m2} 平方米"
        _propose_listing(case, areas, unit)


def propose_at_overlay(case: Case, found: LandFound, unit: CasesUnit) -> None:
    """A joint action and a listing for an area that only an overlay told; nothing of one that is merely near."""
    if not found.met:
        return
    areas = f"套合：永久基本农田 {found.pbf_m2} 平方米" + (
        "" if found.farmland_m2 is None else f"，耕地 {found.farmland_m2} 平方米"
    )
    raise_in_proposal(case, rules.switched_on({ActionTrigger.LARGE_AREA: areas}, unit.moment), unit)
    if not unit.listings.has(unit.connection, case.id):
        _propose_listing(case, areas, unit)


def propose_at_order(case: Case, item: Rectification, unit: CasesUnit) -> None:
    raise_in_proposal(case, rules.seen_at_order(item.method, item.item_no, unit.moment), unit)


def propose_at_stop(case: Case, continues: bool, people: int, violence: bool, unit: CasesUnit) -> None:
    raise_in_proposal(case, rules.seen_at_stop(case, continues, people, violence, unit.moment), unit)


def raise_in_proposal(case: Case, found: Found, unit: CasesUnit) -> None:
    """In the proposal that waits, or in a new one."""
    if not found:
        return
    waiting = unit.proposals.waiting(unit.connection, case.id)
    if waiting is not None:
        unit.record(waiting, unit.proposals, waiting.raise_more(found, unit.moment))
        return
    proposal = ActionProposal(id=new_id())
    proposal_no = unit.number(NumberKind.PROPOSAL, case.division_code)
    unit.record(proposal, unit.proposals, proposal.propose_itself(found, unit.moment, case, proposal_no))


def settle_proposal(case: Case, action_id: UUID, reason: str, unit: CasesUnit) -> None:
    """An action that was convened straight away is what a waiting proposal came to."""
    waiting = unit.proposals.waiting(unit.connection, case.id)
    if waiting is not None:
        unit.record(waiting, unit.proposals, waiting.approve(action_id, reason, unit.moment))


def _propose_listing(case: Case, areas: str, unit: CasesUnit) -> None:
    level = unit.path_rules.listing_level(_COUNTY, unit.moment.today)
    if level is None or not level.term_days:
        return
    summed = case.procedure.crime.summed if case.procedure.crime else []
    beside = f"，与同一当事人未处理的 {len(summed)} 件案件累计" if summed else ""
    order = ProposeListing(
        level=level.code,
        target_unit=case.division_name or case.place,
        requirements=["依法查处，拆除复耕，恢复耕地种植条件；对责任人依规处理或者移送。"],
        term_days=level.term_days[0],
        contact="县联合执法协调员",
        reason=f"{areas}{beside}，达到移送标准面积。",
    )
    listing = Listing(id=new_id())
    listing_no = unit.number(NumberKind.LISTING, case.division_code)
    unit.record(listing, unit.listings, listing.propose(order, unit.moment, case, listing_no, by_itself=True))


def _other_cases(case: Case, unit: CasesUnit) -> list[str]:
    """Numbers of cases of the same party in the county, filed within the months that the rules call repeated."""
    months = unit.path_rules.repeated_months(unit.moment.today)
    c = case_table.c
    found = unit.connection.execute(
        sa.select(c.case_no)
        .where(
            c.party_name == case.party_name,
            c.division_code.startswith(case.division_code[:COUNTY_DIGITS]),
            c.filed_at >= unit.now - timedelta(days=months * _DAYS_A_MONTH),
            c.id != case.id,
            c.state.not_in([CaseState.NOT_FILED.value, CaseState.STOPPED.value]),
        )
        .order_by(c.case_no)
        .limit(20)
    )
    return list(found.scalars())
