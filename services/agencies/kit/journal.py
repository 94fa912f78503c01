"""Everything that came from the system under test, in order; the checks are asked of it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts.agency_endpoints import AnswerFault

TAKEN, REPEATED, PARKED, HINDERED = "taken", "repeated", "parked", "hindered"


@dataclass(frozen=True)
class Heard:
    """status: hindered: it was not even looked at, on purpose. dropped: taken, but its sender got no reply.

    content: what would have to be the same when it is repeated.
    """

    at: float
    answer_id: str
    verb: str | None
    task_id: UUID | None
    status: str
    faults: Sequence[AnswerFault] = ()
    dropped: bool = False
    content: str = ""


@dataclass
class Journal:
    """Threads wait here for what they expect. requests: (path, at) of everything else that was asked."""

    heard: list[Heard] = field(default_factory=list)
    requests: list[tuple[str, float]] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def add(self, heard: Heard) -> None:
        with self._news:
            self.heard.append(heard)
            self._news.notify_all()

    def ask(self, path: str) -> None:
        with self._news:
            self.requests.append((path, time.monotonic()))
            self._news.notify_all()

    def news(self) -> None:
        """Something changed that somebody may wait for."""
        with self._news:
            self._news.notify_all()

    def wait(self, until: Callable[[], bool], within_s: float) -> bool:
        """Whether it came about in time."""
        end = time.monotonic() + within_s
        with self._news:
            while not until():
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._news.wait(min(left, 0.2))
            return True

    def about(self, task_id: UUID, verb: str | None = None, since: float = 0.0) -> list[Heard]:
        """What was answered about a task, what was hindered too."""
        return [
            one
            for one in list(self.heard)
            if one.task_id == task_id and (verb is None or one.verb == verb) and one.at >= since
        ]

    def took(self, task_id: UUID, *verbs: str) -> list[Heard]:
        return [one for one in self.about(task_id) if one.status == TAKEN and one.verb in verbs]
