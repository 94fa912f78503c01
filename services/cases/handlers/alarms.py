"""The sweep: what is due of the ladders is raised, each step once and in order, with its event or not at all."""

import heapq
from datetime import datetime

from services.cases.domain.alarms import ClockAlarms
from services.cases.storage import deadlines, work
from services.cases.storage.unit import CasesUnit, Stored
from shared.crash_points import CrashPoint, reach

_STORED = Stored()


def raise_alarms(unit: CasesUnit, most: int) -> int:
    """How many alarms were raised: of at most so many clocks, in the order in which they were planned.

    After a standstill a clock may have several to catch up; they come one after the other, and no step of another
    clock that was planned before is passed over.
    """
    clocks = deadlines.take_due(unit.connection, unit.now, most)
    reach(CrashPoint.SWEEP_AFTER_TAKING, unit.connection)
    # Clocks beyond the batch wait since the batch's last one at the earliest.
    until = clocks[-1].next if len(clocks) == most else None
    raised = _raise_in_order(clocks, unit.now if until is None else min(unit.now, until.at), unit)
    if clocks:
        deadlines.mark(unit.connection, clocks)
        work.note_alarms(unit.connection, (clock.object_id for clock in clocks))
    reach(CrashPoint.SWEEP_AFTER_MARKING, unit.connection)
    return raised


def _raise_in_order(clocks: list[ClockAlarms], until: datetime, unit: CasesUnit) -> int:
    waiting = [(clock.next.at, place) for place, clock in enumerate(clocks) if clock.next is not None]
    heapq.heapify(waiting)
    raised = 0
    while waiting:
        at, place = heapq.heappop(waiting)
        if at > until:
            break
        clock = clocks[place]
        told = clock.raise_next(unit.now, unit.desk.deadlines)
        unit.record(clock, _STORED, told)
        raised += len(told)
        if clock.next is not None:
            heapq.heappush(waiting, (clock.next.at, place))
    return raised
