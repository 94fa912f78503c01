"""One run: the tasks that were given, what was waited for, and what came of each check."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from services.agencies.domain.conformance import CHECKS
from services.agencies.kit.county import County
from services.agencies.kit.doors.base import Door, How
from services.agencies.kit.journal import TAKEN, Journal
from services.agencies.kit.vendor import Vendor
from services.agencies.ports import Dispatch


@dataclass(frozen=True)
class Pace:
    """patience_s: for what must come. quiet_s: at least so long it is listened for what must not come.

    stops: after the first phase in which something failed; for who mends one thing after the other.
    """

    patience_s: float = 30.0
    quiet_s: float = 2.0
    stops: bool = False


@dataclass(frozen=True)
class Result:
    """seen: what was met, in words; for a check that passed too. skipped: it was not come to."""

    check: str
    passed: bool
    seen: str
    skipped: bool = False


@dataclass
class Trial:
    """plain: tasks that went their way without anything done to them on purpose, with their number of reports."""

    county: County
    door: Door
    vendor: Vendor
    pace: Pace
    results: dict[str, Result] = field(default_factory=dict)
    plain: dict[UUID, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _slowest_s: float = 0.0

    @property
    def journal(self) -> Journal:
        return self.county.journal

    def skip(self, check: str, why: str) -> None:
        self.results[check] = Result(check, False, why, skipped=True)

    def record(self, check: str, passed: bool, seen: str) -> bool:
        """The first failure of a check stays."""
        assert check in CHECKS, check
        with self._lock:
            before = self.results.get(check)
            if before is None or (before.passed and not passed):
                self.results[check] = Result(check, passed, seen)
        return passed

    def issue(self, how: How = How.PLAIN, *, plain: bool = True) -> Dispatch:
        """A new task, its letter sent."""
        letter = self.county.issue()
        if plain:
            self.plain[letter.subject_id] = 1
        self.door.send(letter, how)
        return letter

    def wait_taken(self, task: UUID, verb: str, count: int = 1) -> bool:
        """Whether the step was taken so many times, within the patience."""
        begun = time.monotonic()
        there = self.wait(lambda: len(self.journal.took(task, verb)) >= count)
        if there and verb == "sign":
            self._slowest_s = max(self._slowest_s, time.monotonic() - begun)
        return there

    def wait(self, until: Callable[[], bool], within_s: float = 0) -> bool:
        """within_s: default the patience. Ends early when the system has ended: nothing more can come."""
        self.journal.wait(lambda: until() or self.vendor.trouble() is not None, within_s or self.pace.patience_s)
        return until()

    def quiet(self) -> None:
        """Listen long enough for what must not come: twice what it took for the slowest step so far."""
        time.sleep(self.quiet_s)

    @property
    def quiet_s(self) -> float:
        return min(max(self.pace.quiet_s, 2 * self._slowest_s), self.pace.patience_s)

    def told(self, task: UUID) -> str:
        """What has come about a task, for people."""
        words = []
        for one in self.journal.about(task):
            faults = "；".join(f"{fault.field}：{fault.text}" for fault in one.faults)
            words.append(f"{one.verb or '?'}（{one.answer_id[:60]}）{one.status}{'，' + faults if faults else ''}")
        return "、".join(words) or "没有任何答复"

    def state(self) -> str:
        """Whether the system still runs, for people."""
        return self.vendor.trouble() or "程序仍在运行"

    def is_taken(self, task: UUID, verb: str) -> bool:
        return any(one.status == TAKEN for one in self.journal.about(task, verb))
