"""Supervision listings: proposed beside a case, decided, followed to their end."""

from collections.abc import Callable
from typing import Any

from services.cases.domain.case import Case
from services.cases.domain.listing import Listing
from services.cases.domain.progress import Moment
from services.cases.handlers.cases import locked
from services.cases.storage import sealing
from services.cases.storage.numbers import NumberKind
from services.cases.storage.unit import CasesUnit
from shared.contracts import listings as c
from shared.contracts.listings import ListingEvent, ListingView
from shared.errors import NotFound
from shared.ids import new_id
from shared.operations import Call

Handler = Callable[[Any, Call, CasesUnit], ListingView]


def propose_listing(cmd: c.ProposeListing, call: Call, unit: CasesUnit) -> ListingView:
    case = locked(call, unit)
    listing = Listing(id=new_id())
    listing_no = unit.number(NumberKind.LISTING, case.division_code)
    first = unit.listings.open_of(unit.connection, case.id)
    unit.record(listing, unit.listings, listing.propose(cmd, unit.moment, case, listing_no, open_one=first))
    return listing.view()


def approve(cmd: c.ApproveListing, call: Call, unit: CasesUnit) -> ListingView:
    """One of a case at a time: who approves another in the same moment waits for the case."""
    case, listing = _with_case(call, unit)
    first = unit.listings.open_of(unit.connection, case.id, beside=listing.id)
    unit.record(listing, unit.listings, listing.approve(cmd, unit.moment, first))
    return listing.view()


def delist(cmd: c.Delist, call: Call, unit: CasesUnit) -> ListingView:
    """Case, land and people are looked at in the same moment."""
    case, listing = _with_case(call, unit)
    items = unit.rectifications.of_case(unit.connection, case.id)
    pending = sealing.is_pending(unit.connection, unit.desk.seals, case.id)
    unit.record(listing, unit.listings, listing.delist(cmd, unit.moment, case, items, pending))
    return listing.view()


def _with_case(call: Call, unit: CasesUnit) -> tuple[Case, Listing]:
    """Both locked, the case first. Raises NotFound, StaleVersion."""
    seen = unit.listings.get_seen(unit.connection, call.by, call.target)
    if seen.case_id is None:
        raise NotFound
    case = unit.cases.lock(unit.connection, seen.case_id)
    return case, unit.listings.lock_seen(unit.connection, call.by, call.target, call.expected_version)


def _step(decide: Callable[[Listing, Any, Moment], list[ListingEvent]]) -> Handler:
    def handle(cmd: Any, call: Call, unit: CasesUnit) -> ListingView:
        listing = unit.listings.lock_seen(unit.connection, call.by, call.target, call.expected_version)
        unit.record(listing, unit.listings, decide(listing, cmd, unit.moment))
        return listing.view()

    return handle


HANDLERS: dict[type[Any], Handler] = {
    c.ApproveListing: approve,
    c.DeclineListing: _step(Listing.decline),
    c.NotifyListing: _step(Listing.notify),
    c.SignListing: _step(Listing.sign),
    c.BeginListing: _step(Listing.begin),
    c.RequestListingExtension: _step(Listing.request_extension),
    c.GrantListingExtension: _step(Listing.grant_extension),
    c.RefuseListingExtension: _step(Listing.refuse_extension),
    c.ReportListingDone: _step(Listing.report_done),
    c.VerifyListing: _step(Listing.verify),
    c.Delist: delist,
    c.PublishListing: _step(Listing.publish),
    c.MarkListingOverdue: _step(Listing.mark_overdue),
    c.TalkListing: _step(Listing.talk),
}
