"""Sealed hand-overs of clues on officials (问题线索移送): by their address alone, for named readers alone."""

import asyncio
from uuid import UUID

from gateway.auth.accounts import Account
from gateway.auth.errors import LeaderUnfit, ReceiverUnfit
from gateway.forwarding import Api, Asked, CommandRoute
from shared.contracts.codes import Recipient, Role
from shared.contracts.sealed_records import SEALED_COMMANDS, OpenedSealed, OpenSealed, SealClue, SealedView

_TAG = "sealed-records"
_PATH = "/sealed-records"
_LEADERS = (Role.LEADER, Role.CHIEF, Role.ACTING_CHIEF)


def add_to(api: Api) -> None:
    location = f"{_PATH}/{{id}}"
    api.command(
        CommandRoute(
            "cases", SealClue, "/cases/{id}/sealed-records", SealedView, location=location, checked=named_readers
        ),
        _TAG,
    )
    # No address shows one, so none tells its version: opening it is a command of its own, and is logged.
    api.command(CommandRoute("cases", OpenSealed, f"{_PATH}/{{id}}/open", OpenedSealed, guarded=False), _TAG)
    api.commands("cases", SEALED_COMMANDS, _PATH, SealedView, _TAG, guarded=False)


async def named_readers(call: Asked, body: SealClue) -> None:
    """Accounts are the gateway's: what they are is asked here, before the service seals for them.

    Who may not seal learns nothing of accounts: the service refuses. Raises LeaderUnfit, ReceiverUnfit.
    """
    by = call.caller.actor
    if not by.has(Role.COORDINATOR, *_LEADERS):
        return
    leader, receiver = [await _active(call, id_) for id_ in (body.leader_id, body.receiver_id)]
    if leader is None or not leader.actor.has(*_LEADERS) or leader.jurisdiction != by.jurisdiction:
        raise LeaderUnfit("leader_id")
    if (
        receiver is None
        or not receiver.actor.has(Role.RECIPIENT_CLERK)
        or receiver.org_code != Recipient.DISCIPLINE_COMMISSION
        or receiver.jurisdiction != by.jurisdiction
    ):
        raise ReceiverUnfit("receiver_id")


async def _active(call: Asked, account_id: UUID) -> Account | None:
    return await asyncio.to_thread(call.parts.accounts.active, account_id)
