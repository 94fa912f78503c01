"""Supervision listings."""

from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.cases.storage.path_repository import ListingStore
from services.cases.storage.path_tables import listing
from services.cases.storage.scope import visible
from shared.contracts.base import Page
from shared.contracts.listings import GetListing, ListingRow, ListingView, ListListings
from shared.paging import Listing, page
from shared.principal import Actor

_STORE = ListingStore()
_c = listing.c
_ROWS = TypeAdapter(list[ListingRow])
_LISTING = Listing(
    columns=(
        _c.id,
        _c.listing_no,
        _c.version,
        _c.state,
        _c.level,
        _c.level_title,
        _c.target_unit,
        _c.case_id,
        _c.case_no,
        _c.division_code,
        _c.term_days,
        _c.proposed_at,
        _c.term_on,
        _c.due_on,
        _c.is_open,
    ),
    keys=(_c.proposed_at, _c.id),
)


def get_listing(q: GetListing, by: Actor, connection: Connection) -> ListingView:
    return _STORE.get_seen(connection, by, q.id).view()


def list_listings(q: ListListings, by: Actor, connection: Connection) -> Page[ListingRow]:
    where = [visible(listing, by)]
    if q.state is not None:
        where.append(_c.state == q.state.value)
    if q.case_id is not None:
        where.append(_c.case_id == q.case_id)
    return page(_LISTING, where, q, connection, _ROWS.validate_python)
