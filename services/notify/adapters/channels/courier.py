"""A channel as the sender drives it: a claimed delivery and its letter become a parcel on a route."""

from collections.abc import Sequence
from dataclasses import replace

from services.notify.domain.channel import ParcelKind
from services.notify.ports import Channel, ParcelLetter, Route
from shared.outgoing.courier import Failed, Letter, Outcome
from shared.outgoing.deliveries import Claimed


class ChannelCourier:
    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def carry(self, claimed: Claimed, letter: Letter, secrets: Sequence[str]) -> Outcome:
        if not isinstance(letter, ParcelLetter):
            raise TypeError(f"{type(letter).__name__} is no letter of notify")
        route = Route(claimed.party, claimed.url, secrets, letter.options, letter.number)
        outcome = await self._channel.send(letter.parcel, route)
        if letter.parcel.kind is ParcelKind.PROBE and isinstance(outcome, Failed):
            # Nothing is owed: what came of a probe is looked at, nobody has to carry it by hand.
            return replace(outcome, final=False)
        return outcome

    async def aclose(self) -> None:
        await self._channel.aclose()
