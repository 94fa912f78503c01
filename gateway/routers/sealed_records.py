"""Sealed hand-overs of clues on officials (问题线索移送): by their address alone, for named readers alone."""

from gateway.forwarding import Api, CommandRoute
from shared.contracts.sealed_records import SEALED_COMMANDS, OpenedSealed, OpenSealed, SealClue, SealedView

_TAG = "sealed-records"
_PATH = "/sealed-records"


def add_to(api: Api) -> None:
    api.command(
        CommandRoute("cases", SealClue, "/cases/{id}/sealed-records", SealedView, location=f"{_PATH}/{{id}}"), _TAG
    )
    api.command(CommandRoute("cases", OpenSealed, f"{_PATH}/{{id}}/open", OpenedSealed), _TAG)
    api.commands("cases", SEALED_COMMANDS, _PATH, SealedView, _TAG)
