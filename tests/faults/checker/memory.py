"""How far earlier calls have verified, so that a later one looks only at what is new."""

from dataclasses import dataclass, field

from tests.faults.checker.chain import GENESIS
from tests.faults.checker.evidence import CommandBook, Files, Reception


@dataclass(frozen=True)
class Anchor:
    """The last verified position of a log, and its hash."""

    position: int = 0
    hash: str = GENESIS


@dataclass
class Memory:
    """One for a run. After a producer was put back to an older state on purpose, begin with a new one.

    logs: service -> verified up to here. feeds: (consumer, producer) -> positions whose outcomes and effects are
    verified. causes: service -> positions whose causes are. What was found once is not found again, so that it counts
    for the fault that did it.
    """

    logs: dict[str, Anchor] = field(default_factory=dict)
    feeds: dict[tuple[str, str], int] = field(default_factory=dict)
    causes: dict[str, int] = field(default_factory=dict)
    known_causes: set[str] = field(default_factory=set)
    book: CommandBook = field(default_factory=CommandBook)
    received: list[Reception] = field(default_factory=list)
    received_files: Files = field(default_factory=Files)

    def anchor(self, service: str) -> Anchor:
        return self.logs.get(service, Anchor())

    def settled(self, consumer: str, producer: str) -> int:
        return self.feeds.get((consumer, producer), 0)
