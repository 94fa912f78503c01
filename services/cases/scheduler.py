"""The scheduler process: `python -m services.cases.scheduler`. Raises reminders, alarms and the ladder after them.

Between the looks it folds what changed of the statistics into their sums (storage/statistics.py).

SIGKILL is safe at any moment: what was raised of a clock and the event that tells it commit together, so a batch is
whole or never was. What fell due while nobody swept is caught up in the order in which it was planned, once.
Time is the business clock's (shared/clock.py): the training clock's days fall due as real ones.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.cases.domain.rule_book import RuleBook
from services.cases.handlers.alarms import raise_alarms
from services.cases.handlers.recount import recount_changed_calendars
from services.cases.settings import SchedulerSettings
from services.cases.storage import statistics
from services.cases.storage.unit import CasesUnit
from services.cases.wiring import scheduler_actor, wire_scheduler
from shared import telemetry
from shared.delivery.runner import UnitRunner
from shared.errors import Unavailable
from shared.ids import new_id
from shared.outgoing.wake import OutboxBell
from shared.principal import Actor

log = logging.getLogger(__name__)

_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout, Unavailable)


@dataclass(frozen=True)
class SchedulerLimits:
    """clocks: in one unit. deltas: of statistics, in one transaction. poll_s: between two looks when nothing was due.

    tidy_s: between two times that sums which came to nothing are dropped. settle_s: from a change of the rules to
    counting by them: other processes work by the former ones for up to a second (storage/rules.py), and a clock that
    one of them has just started must be there to be counted again.
    """

    clocks: int = 200
    deltas: int = 20_000
    poll_s: float = 1.0
    heartbeat_s: float = 5.0
    tidy_s: float = 3600.0
    settle_s: float = 5.0


class Scheduler:
    """runner: over the database of cases, its ring wakes the sequencer. by: in whose name alarms are raised."""

    def __init__(
        self,
        runner: UnitRunner[CasesUnit],
        by: Actor,
        *,
        heartbeat_file: Path | None = None,
        limits: SchedulerLimits | None = None,
    ) -> None:
        self._runner = runner
        self._by = by
        self._heartbeat_file = heartbeat_file
        self._limits = limits or SchedulerLimits()
        self._stopped = threading.Event()
        self._beaten_at = float("-inf")
        self._tidied_at = time.monotonic()
        # The rules of the last sweep, and those by whose calendars the clocks have been counted.
        self._rules: RuleBook | None = None
        self._changed_at = float("-inf")
        self._counted_by: RuleBook | None = None

    def stop(self) -> None:
        """End the batch at hand, then return from run."""
        self._stopped.set()

    def run(self) -> None:
        """Until stop()."""
        while not self._stopped.is_set():
            self._beat()
            try:
                raised = self.run_once()
                if self._counted_by is not self._rules and self._settled():
                    rules = self._rules
                    self.recount()
                    self._counted_by = rules
                self.fold()
            except _DATABASE_AWAY:
                log.warning("the database does not answer", exc_info=True)
                raised = 0
            except Exception:  # what is wrong today may be put right tomorrow; the process is not to die of it
                log.exception("the sweep failed")
                raised = 0
            if not raised:
                self._stopped.wait(self._limits.poll_s)

    def run_once(self) -> int:
        """One batch of what is due; how many alarms it raised."""
        raised = self._unit(self._sweep)
        if raised:
            log.info("raised alarms", extra={"alarms": raised})
        return raised

    def recount(self) -> int:
        """Count by calendars that were loaded or changed; how many objects have other ends now."""
        told = recount_changed_calendars(self._runner, self._by, f"recount-{new_id()}")
        if told:
            log.info("counted clocks again", extra={"objects": told})
        return told

    def fold(self) -> int:
        """Move what changed of the statistics into the sums; how many. Now and then drop sums of nothing."""
        moved = 0
        while True:
            with self._runner.engine.begin() as connection:
                found = statistics.fold(connection, self._limits.deltas)
            moved += found
            if found < self._limits.deltas or self._stopped.is_set():
                break
            self._beat()
        if time.monotonic() - self._tidied_at >= self._limits.tidy_s:
            self._tidied_at = time.monotonic()
            with self._runner.engine.begin() as connection:
                statistics.drop_empty(connection)
        return moved

    def _settled(self) -> bool:
        return time.monotonic() - self._changed_at >= self._limits.settle_s

    def _sweep(self, unit: CasesUnit) -> int:
        if unit.rules is not self._rules:
            self._rules, self._changed_at = unit.rules, time.monotonic()
        return raise_alarms(unit, self._limits.clocks)

    def _unit(self, act: Callable[[CasesUnit], int]) -> int:
        def use_case(unit: CasesUnit) -> dict[str, Any]:
            return {"number": act(unit)}

        return int(self._runner.run(self._by, use_case, correlation_id=f"sweep-{new_id()}")["number"])

    def _beat(self) -> None:
        if self._heartbeat_file is None or time.monotonic() - self._beaten_at < self._limits.heartbeat_s:
            return
        self._heartbeat_file.touch()
        self._beaten_at = time.monotonic()


def build_scheduler(settings: SchedulerSettings, limits: SchedulerLimits | None = None) -> Scheduler:
    runner = wire_scheduler(settings, lambda: ring())
    ring = OutboxBell(runner.engine)
    return Scheduler(
        runner, scheduler_actor(settings.county_code), heartbeat_file=settings.heartbeat_file, limits=limits
    )


def main() -> None:
    settings = SchedulerSettings()
    telemetry.configure("cases.scheduler", settings.log_level)
    scheduler = build_scheduler(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.stop())
    scheduler.run()


if __name__ == "__main__":
    main()
