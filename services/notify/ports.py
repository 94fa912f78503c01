"""What notify needs from outside its rules: ways to its recipients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.notify.domain.channel import Parcel
from shared.contracts.codes import ChannelKind
from shared.outgoing.courier import Letter, Outcome


@dataclass(frozen=True)
class ParcelLetter(Letter):
    """What an errand gives for a claimed delivery; its channel writes the body. options: as the route is configured."""

    parcel: Parcel = field(kw_only=True)
    options: Mapping[str, object] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True)
class Route:
    """An endpoint as a channel uses it: address, opened secrets (the newest first), what else is configured.

    number: the parcel's place where the channel counts what it carries.
    """

    party: str
    address: str
    secrets: Sequence[str] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    number: int = 0


class Channel(Protocol):
    """One way out. Used inside one running loop; send never raises for what a receiver does or fails to do."""

    @property
    def kind(self) -> ChannelKind: ...

    async def send(self, parcel: Parcel, route: Route) -> Outcome:
        """Delivered(reference: the receiver's own mark), Failed, Deferred or Gone, within a deadline of its own."""
        ...

    async def aclose(self) -> None: ...
