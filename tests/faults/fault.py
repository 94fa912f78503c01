"""A fault: what it is called, and how it is done to a stack and taken back."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.stack import Stack

Heal = Callable[[], None]


def nothing() -> None:
    """For faults after which the house must put itself right."""


@dataclass(frozen=True)
class Fault:
    """inject returns when the fault has been seen to take effect, else it raises NotSeen; heal takes it back.

    rows: names of its rows in the table, several where points of different processes are tried at once.
    hold_s: how long it lasts under load once it has been seen. short: also in the short run. mixable: may come in the
    random mix. then: what comes right after it, whatever the order of the others.
    """

    name: str
    group: str
    inject: Callable[[Stack], Heal]
    rows: tuple[str, ...] = ()
    hold_s: float = 1.0
    short: bool = False
    mixable: bool = False
    then: "Fault | None" = None

    @property
    def names(self) -> tuple[str, ...]:
        return self.rows or (self.name,)
