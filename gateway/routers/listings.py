"""Supervision listings (挂牌督办)."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from shared.contracts.base import Page
from shared.contracts.listings import (
    LISTING_COMMANDS,
    GetListing,
    ListingRow,
    ListingView,
    ListListings,
    ProposeListing,
)

_TAG = "listings"


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListListings, "/listings", Page[ListingRow]), _TAG)
    api.query(QueryRoute("cases", GetListing, "/listings/{id}", ListingView, single=True), _TAG)
    api.command(
        CommandRoute("cases", ProposeListing, "/cases/{id}/listings", ListingView, location="/listings/{id}"), _TAG
    )
    api.commands("cases", LISTING_COMMANDS, "/listings", ListingView, _TAG)
