"""Hand-overs of suspected crimes to public security (移送公安)."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from shared.contracts.base import Page
from shared.contracts.police_transfers import (
    TRANSFER_COMMANDS,
    GetPoliceTransfer,
    ListPoliceTransfers,
    PoliceTransferRow,
    PoliceTransferView,
    SuspectCrime,
)

_TAG = "police-transfers"
_PATH = "/police-transfers"


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListPoliceTransfers, _PATH, Page[PoliceTransferRow]), _TAG)
    api.query(QueryRoute("cases", GetPoliceTransfer, f"{_PATH}/{{id}}", PoliceTransferView, single=True), _TAG)
    api.command(
        CommandRoute(
            "cases",
            SuspectCrime,
            "/cases/{id}/transfer-to-police",
            PoliceTransferView,
            location=f"{_PATH}/{{id}}",
        ),
        _TAG,
    )
    api.commands("cases", TRANSFER_COMMANDS, _PATH, PoliceTransferView, _TAG)
