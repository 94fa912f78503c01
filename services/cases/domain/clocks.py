"""Clocks that stand still, go on and get more time: what is refused, and what every change makes of them.

A clock is a DeadlineView: the rule as it was when it started, its pauses with their papers, its extensions. Facts about
it come in events; applying them needs neither register nor calendar, because the new end is told with them.
Source: NRP 38; domain.md 3.3, 4.4, 5.6.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared.clock import local_day
from shared.contracts.cases_events import CasesEvent
from shared.contracts.clocks import DeadlineFact, DueFact, ExtensionFact, PauseFact, RecountFact, ResumeFact
from shared.contracts.codes import PauseReason
from shared.contracts.parts import DeadlineView, DocumentRef, ExtensionView, PauseView
from shared.errors import Conflict, InvalidInput

_DUE = tuple(DueFact.model_fields)


class ClockNotRunning(Conflict):
    """The object has no running clock of that rule."""

    def __init__(self, rule_id: str, running: Iterable[str]) -> None:
        super().__init__("cases.clock-not-running", "rule_id", rule=rule_id, running=sorted(set(running)))


class PauseWithoutProof(InvalidInput):
    """Time is left out only where a paper proves why (NRP 38)."""

    def __init__(self, reason: PauseReason) -> None:
        super().__init__("cases.pause-without-proof", "proof", law="NRP 38", reason=reason)


class PauseReasonNotAllowed(Conflict):
    """The rule of the clock does not stand still for this reason."""

    def __init__(self, rule_id: str, reason: PauseReason, allowed: Iterable[PauseReason]) -> None:
        super().__init__(
            "cases.pause-not-allowed", "reason", law="NRP 38", rule=rule_id, reason=reason, allowed=sorted(allowed)
        )


class PauseBeforeClock(InvalidInput):
    """A clock cannot stand still before it runs."""

    def __init__(self, from_on: date, started_on: date) -> None:
        super().__init__(
            "cases.pause-before-clock", "from_on", value=from_on.isoformat(), started_on=started_on.isoformat()
        )


class PauseAfterDue(Conflict):
    """A term that is over does not stand still any more."""

    def __init__(self, rule_id: str, due_on: date) -> None:
        super().__init__("cases.pause-after-due", "from_on", law="NRP 38", rule=rule_id, due_on=due_on.isoformat())


class PauseRunning(Conflict):
    """A pause of the same reason runs already."""

    def __init__(self, rule_id: str, reason: PauseReason, since: date) -> None:
        super().__init__(
            "cases.pause-running", "reason", law="NRP 38", rule=rule_id, reason=reason, since=since.isoformat()
        )


class NoPauseRunning(Conflict):
    """There is no pause of that reason to end."""

    def __init__(self, rule_id: str, reason: PauseReason) -> None:
        super().__init__("cases.no-pause-running", "reason", law="NRP 38", rule=rule_id, reason=reason)


class PauseEndBeforeStart(InvalidInput):
    def __init__(self, to_on: date, from_on: date) -> None:
        super().__init__("cases.pause-end-before-start", "to_on", value=to_on.isoformat(), from_on=from_on.isoformat())


class DayToCome(InvalidInput):
    """A day on which something happened cannot lie ahead."""

    def __init__(self, name: str, value: date) -> None:
        super().__init__("cases.in-the-future", name, value=value.isoformat())


class ExtensionNotAllowed(Conflict):
    """The rule gives no more time, or not so often. times: how often it may be extended."""

    def __init__(self, rule_id: str, times: int) -> None:
        super().__init__("cases.extension-not-allowed", "rule_id", rule=rule_id, times=times)


class ExtensionTooLong(InvalidInput):
    def __init__(self, rule_id: str, most: int, unit: str) -> None:
        super().__init__("cases.extension-too-long", "amount", rule=rule_id, most=most, unit=unit)


class ExtensionTooLate(Conflict):
    """It had to be asked for by that day. last_on: the last day for it."""

    def __init__(self, rule_id: str, last_on: date) -> None:
        super().__init__("cases.extension-too-late", "asked_on", rule=rule_id, last_on=last_on.isoformat())


@dataclass(frozen=True)
class Bounds:
    """What the rule of a clock allows beside its limit.

    pausable: reasons for which it may stand still. extend_times: how often it may be extended; None: no limit.
    extend_most, extend_unit: at most so much more each time; None: no limit.
    extend_before: working days before the end by which it must be asked for. extend_after_due: also once it is over.
    """

    pausable: frozenset[PauseReason] = frozenset(PauseReason)
    extend_times: int | None = None
    extend_most: int | None = None
    extend_unit: str | None = None
    extend_before: int = 0
    extend_after_due: bool = False


def pause(rule_id: str, reason: PauseReason, from_on: date, proof: DocumentRef | None) -> PauseFact:
    """The fact of a pause. Raises PauseWithoutProof."""
    if proof is None:
        raise PauseWithoutProof(reason)
    return PauseFact(rule_id=rule_id, reason=reason, from_on=from_on, proof=proof)


def started(fact: DeadlineFact) -> DeadlineView:
    # The fact has been validated, and has fields of the same names; checking them again costs most of an import.
    return DeadlineView.model_construct(**dict(fact))


def again(clock: DeadlineView, end: DueFact, now: datetime) -> DeadlineFact:
    """A clock going on as it was, once it had been met or at a part cut off from its object; end: as counted anew.

    What was to be raised by now is not raised.
    """
    same = clock.model_dump(include=set(DeadlineFact.model_fields) - {"alarms"})
    return DeadlineFact(**same, alarms=[alarm for alarm in end.alarms if alarm.at > now])


def stopped(clock: DeadlineView, at: datetime) -> DeadlineView:
    """Met: nothing is raised of it any more."""
    return clock.model_copy(update={"met_at": at, "alarms": []})


def paused(clock: DeadlineView, fact: PauseFact) -> DeadlineView:
    one = PauseView(reason=fact.reason, from_on=fact.from_on, proof=fact.proof)
    return clock.model_copy(update={"pauses": [*clock.pauses, one]})


def resumed(clock: DeadlineView, fact: ResumeFact) -> DeadlineView:
    pauses = [
        one.model_copy(update={"to_on": fact.to_on, "end_proof": fact.proof})
        if one.to_on is None and one.reason is fact.reason
        else one
        for one in clock.pauses
    ]
    return clock.model_copy(update={"pauses": pauses})


def extended(clock: DeadlineView, fact: ExtensionFact, on: date) -> DeadlineView:
    """on: the day of the step, for what does not say when it was asked for."""
    one = ExtensionView(**{**fact.model_dump(exclude={"rule_id"}), "asked_on": fact.asked_on or on})
    return clock.model_copy(update={"extensions": [*clock.extensions, one]})


def recounted(clock: DeadlineView, fact: DueFact) -> DeadlineView:
    return clock.model_copy(update={name: getattr(fact, name) for name in _DUE})


def recount_fact(clock: DeadlineView, end: DeadlineView) -> RecountFact | None:
    """What is told of a clock that ends otherwise than before; None when it does not."""
    if all(getattr(clock, name) == getattr(end, name) for name in _DUE):
        return None
    return RecountFact(rule_id=clock.rule_id, **{name: getattr(end, name) for name in _DUE})


def check_pause(clock: DeadlineView, fact: PauseFact, started_on: date, today: date, bounds: Bounds) -> None:
    """Raises DayToCome, PauseReasonNotAllowed, PauseBeforeClock, PauseAfterDue, PauseRunning."""
    if fact.from_on > today:
        raise DayToCome("from_on", fact.from_on)
    if fact.reason not in bounds.pausable:
        raise PauseReasonNotAllowed(clock.rule_id, fact.reason, bounds.pausable)
    if fact.from_on < started_on:
        raise PauseBeforeClock(fact.from_on, started_on)
    same = next((one for one in clock.pauses if one.to_on is None and one.reason is fact.reason), None)
    if same is not None:
        raise PauseRunning(clock.rule_id, fact.reason, same.from_on)
    # While it stands still anyway, a second reason may join: its end lies open.
    if not clock.is_paused and clock.due_on is not None and fact.from_on > clock.due_on:
        raise PauseAfterDue(clock.rule_id, clock.due_on)


def check_resume(clock: DeadlineView, fact: ResumeFact, today: date) -> None:
    """Raises DayToCome, NoPauseRunning, PauseEndBeforeStart."""
    if fact.to_on > today:
        raise DayToCome("to_on", fact.to_on)
    running = next((one for one in clock.pauses if one.to_on is None and one.reason is fact.reason), None)
    if running is None:
        raise NoPauseRunning(clock.rule_id, fact.reason)
    if fact.to_on < running.from_on:
        raise PauseEndBeforeStart(fact.to_on, running.from_on)


def check_extension(
    clock: DeadlineView, fact: ExtensionFact, today: date, bounds: Bounds, last_on: date | None
) -> None:
    """last_on: the last day on which it may be asked for; None: there is none.

    Raises DayToCome, ExtensionNotAllowed, ExtensionTooLong, ExtensionTooLate.
    """
    asked_on = fact.asked_on or today
    if asked_on > today:
        raise DayToCome("asked_on", asked_on)
    if bounds.extend_times is not None and len(clock.extensions) >= bounds.extend_times:
        raise ExtensionNotAllowed(clock.rule_id, bounds.extend_times)
    if bounds.extend_most is not None:
        unit = bounds.extend_unit or clock.unit
        if fact.unit != unit or fact.amount > bounds.extend_most:
            raise ExtensionTooLong(clock.rule_id, bounds.extend_most, unit)
    if last_on is not None and asked_on > last_on:
        raise ExtensionTooLate(clock.rule_id, last_on)


def noted(clocks: Sequence[DeadlineView], event: CasesEvent) -> list[DeadlineView]:
    """The clocks after an event, changed in the order in which it was decided."""
    after = ticking(clocks, event.stops, event.at, event.starts)
    for resume in event.resumes:
        place = latest(after, resume.rule_id)
        after[place] = resumed(after[place], resume)
    for one in event.pauses:
        place = latest(after, one.rule_id)
        after[place] = paused(after[place], one)
    for more in event.extends:
        place = latest(after, more.rule_id)
        after[place] = extended(after[place], more, local_day(event.at))
    for recount in event.recounts:
        place = latest(after, recount.rule_id)
        after[place] = recounted(after[place], recount)
    return after


def ticking(
    clocks: Sequence[DeadlineView], stops: Collection[str], at: datetime, starts: Iterable[DeadlineFact]
) -> list[DeadlineView]:
    """The clocks after some have been met and others started."""
    kept = [stopped(clock, at) if clock.met_at is None and clock.rule_id in stops else clock for clock in clocks]
    return kept + [started(fact) for fact in starts]


def latest(clocks: Sequence[DeadlineView], rule_id: str) -> int:
    """The place of the latest running clock of a rule. Raises ClockNotRunning."""
    for place in range(len(clocks) - 1, -1, -1):
        if clocks[place].rule_id == rule_id and clocks[place].met_at is None:
            return place
    raise ClockNotRunning(rule_id, (clock.rule_id for clock in clocks if clock.met_at is None))
