"""What carries a letter to a receiver that is not trusted, and what may come of a try."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shared.outgoing.deliveries import Claimed


@dataclass(frozen=True)
class Letter:
    """body: JSON. number: its place where a channel counts what it carries. facts: what else its courier must know."""

    body: bytes
    number: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivered:
    """The receiver has it. status: of HTTP, elsewhere 0. reference: its own mark of it, where it gives one."""

    status: int = 0
    reference: str = ""


@dataclass(frozen=True)
class Failed:
    """Anything else; the schedule goes on. reached: the receiver answered and refused this one letter.

    final: for good, so that no further try can help; it is given up at once.
    """

    error: str
    reached: bool = False
    final: bool = False


@dataclass(frozen=True)
class Deferred:
    """The receiver names the next moment (429 or 503 with Retry-After), or has not yet said that it has the letter."""

    error: str
    after_s: float


@dataclass(frozen=True)
class Gone:
    """410: the receiver wants no more; a person must see to it."""

    error: str


Outcome = Delivered | Failed | Deferred | Gone


class Courier(Protocol):
    """One channel's way out. Made and used inside one running loop; carry never raises for what a receiver does."""

    async def carry(self, claimed: Claimed, letter: Letter, secrets: Sequence[str]) -> Outcome:
        """Within a deadline of its own that is shorter than the lease. secrets: opened, the newest first."""
        ...

    async def aclose(self) -> None: ...
