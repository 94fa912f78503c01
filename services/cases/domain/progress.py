"""What clues, cases, items and actions have in common: documents held, clocks running, steps taken."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain import clocks
from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.path_rules import PathRules
from services.cases.domain.transitions import ALL_CLOCKS, Row
from shared.clock import SHANGHAI, local_day
from shared.contracts.cases_events import CasesEvent, DeadlinesRecountedV1
from shared.contracts.clocks import DeadlineFact, ExtensionFact, PauseFact, RecountFact, ResumeFact
from shared.contracts.codes import Agency, DocumentKind
from shared.contracts.parts import DeadlineView, DocumentRef
from shared.divisions.register import COUNTY_DIGITS, TOWNSHIP_DIGITS
from shared.errors import InvalidInput
from shared.principal import Actor
from shared.validity import valid_since

# The clock of whoever states an instant may be ahead of ours by this much.
_CLOCKS_DIFFER = timedelta(minutes=1)
_FURTHEST = timedelta(days=3653)


def _implausible(name: str, reason: str, at: datetime) -> InvalidInput:
    faults = [{"field": name, "reason": reason, "text": f"{at.isoformat()} is ten years off"}]
    return InvalidInput("invalid-field", name, reason=reason, faults=faults)


@dataclass(frozen=True)
class Moment:
    """Who decides and when, with the register that counts the terms and the rules by date."""

    by: Actor
    now: datetime
    deadlines: DeadlineRegister
    rules: PathRules

    @property
    def today(self) -> date:
        """In Asia/Shanghai."""
        return local_day(self.now)

    def past_day(self, on: date, name: str, earliest: date | None = None) -> date:
        """A day a person states of something that happened, not before an earlier step. Raises InvalidInput."""
        if on > self.today:
            raise InvalidInput("cases.in-the-future", name, value=on.isoformat())
        if on < self.today - _FURTHEST:
            raise _implausible(name, "greater_than_equal", datetime.combine(on, time(), SHANGHAI))
        if earliest is not None and on < earliest:
            raise InvalidInput("cases.before-earlier-step", name, value=on.isoformat(), earlier=earliest.isoformat())
        return on

    def past(self, at: datetime, name: str) -> datetime:
        """An instant a person states of something that happened. Raises InvalidInput when it is still to come."""
        if at > self.now + _CLOCKS_DIFFER:
            raise InvalidInput("cases.in-the-future", name, value=at.isoformat())
        return self.near(at, name)

    def end_of(self, rule_id: str) -> datetime | None:
        """The instant at which a term ends that begins now: at its hour, or with its last day in Asia/Shanghai."""
        fact = self.deadlines.start(rule_id, self.now)
        if fact.due_at is not None or fact.due_on is None:
            return fact.due_at
        return datetime.combine(fact.due_on + timedelta(days=1), time(), SHANGHAI)

    def after(self, at: datetime, earlier: datetime | None, name: str) -> datetime:
        """As past, of something that cannot come before an earlier step.

        Days in Asia/Shanghai are compared: who states only an hour of the day of that step is not wrong.
        """
        self.past(at, name)
        if earlier is not None and local_day(at) < local_day(earlier):
            raise InvalidInput("cases.before-earlier-step", name, value=at.isoformat(), earlier=earlier.isoformat())
        return at

    def ahead(self, at: datetime, name: str) -> datetime:
        """An instant at which something is to happen: today, in Asia/Shanghai, or later. Raises InvalidInput."""
        self.near(at, name)
        if local_day(at) < local_day(self.now):
            raise InvalidInput("cases.in-the-past", name, value=at.isoformat())
        return at

    def near(self, at: datetime, name: str) -> datetime:
        """An instant that terms can be counted from. Raises InvalidInput when it is ten years off."""
        if at < self.now - _FURTHEST:
            raise _implausible(name, "greater_than_equal", at)
        if at > self.now + _FURTHEST:
            raise _implausible(name, "less_than_equal", at)
        return at

    def changed(
        self,
        ticking: Sequence[DeadlineView],
        pauses: Sequence[PauseFact],
        resumes: Sequence[ResumeFact],
        extends: Sequence[ExtensionFact],
    ) -> list[RecountFact]:
        """New ends of the clocks that these facts move. Raises what domain/clocks.py names."""
        after, today = list(ticking), local_day(self.now)
        for resume in resumes:
            place = clocks.latest(after, resume.rule_id)
            clocks.check_resume(after[place], resume, today)
            after[place] = self._counted(clocks.resumed(after[place], resume))
        for pause in pauses:
            place = clocks.latest(after, pause.rule_id)
            clock = after[place]
            clocks.check_pause(clock, pause, local_day(clock.started_at), today, self.deadlines.bounds(clock))
            after[place] = clocks.paused(clock, pause)
        for more in extends:
            place = clocks.latest(after, more.rule_id)
            clock = after[place]
            last_on = self.deadlines.last_to_ask(clock, today)
            clocks.check_extension(clock, more, today, self.deadlines.bounds(clock), last_on)
            after[place] = self._counted(clocks.extended(clock, more, today))
        told = (clocks.recount_fact(before, now) for before, now in zip(ticking, after, strict=True))
        return [fact for fact in told if fact is not None]

    def _counted(self, clock: DeadlineView) -> DeadlineView:
        return clocks.recounted(clock, self.deadlines.count(clock))


@dataclass(frozen=True)
class Charged:
    """Whose clock it is, beside the kind of holder that its rule names.

    holder: another kind of holder than the rule names; None: as the rule has it.
    """

    agencies: Sequence[Agency] = ()
    township_code: str | None = None
    holder: str | None = None


@dataclass(kw_only=True)
class Progress(ABC):
    """version: number of events applied. jurisdiction: 12-digit code of the place it is about.

    touched: places of the clocks that have changed since it was loaded, or have another holder. state_since: when it
    came into its state; None while that has not changed since it was loaded. told_at, valid_at: when the last event
    was told, and since when things are as it says (shared/validity.py); None: nothing was told since it was loaded.
    """

    TYPE: ClassVar[str]

    id: UUID
    version: int = 0
    state: StrEnum | None = None
    jurisdiction: str = ""
    documents: list[DocumentRef] = field(default_factory=list)
    deadlines: list[DeadlineView] = field(default_factory=list)
    touched: set[int] = field(default_factory=set, compare=False, repr=False)
    state_since: datetime | None = field(default=None, compare=False, repr=False)
    told_at: datetime | None = field(default=None, compare=False, repr=False)
    valid_at: datetime | None = field(default=None, compare=False, repr=False)

    @property
    @abstractmethod
    def names(self) -> dict[str, Any]:
        """Its id and numbers, as every event after the first tells them."""

    @property
    def number(self) -> str:
        """The number that people read."""
        return next(str(value) for name, value in self.names.items() if name.endswith("_no"))

    def charged(self, clock: DeadlineView) -> Charged:  # noqa: ARG002 - others look at it
        """Whose clock it is; here: of the place, where that lies in a township."""
        in_township = self.jurisdiction[COUNTY_DIGITS:TOWNSHIP_DIGITS].strip("0")
        return Charged(township_code=self.jurisdiction[:TOWNSHIP_DIGITS] + "000" if in_township else None)

    def recount(self, moment: Moment) -> list[DeadlinesRecountedV1]:
        """Count the running clocks again; nothing is told when every end stays as it was."""
        again = [
            clocks.recounted(clock, moment.deadlines.count(clock)) if clock.met_at is None else clock
            for clock in self.deadlines
        ]
        told = (clocks.recount_fact(before, after) for before, after in zip(self.deadlines, again, strict=True))
        recounts = [fact for fact in told if fact is not None]
        if not recounts or self.state is None:
            return []
        return [
            DeadlinesRecountedV1(
                at=moment.now,
                object_type=self.TYPE,
                object_id=self.id,
                object_no=self.number,
                from_state=self.state.value,
                to_state=self.state.value,
                recounts=recounts,
            )
        ]

    def apply(self, event: Any) -> None:
        """Change as the event tells: what every event says, then what this one does."""
        self._note(event)
        self.told_at = self.valid_at = event.at
        if isinstance(event, DeadlinesRecountedV1):
            return
        if event.to_state != self.state:
            self.valid_at = valid_since(event, is_first=self.state is None)
            # What was taken over from paper has been in its state for longer than the house knows it.
            self.state_since = getattr(event, "state_since", None) or event.at
        before = [] if self.state is None else [self.charged(clock) for clock in self.deadlines]
        self.state = event.to_state
        self._change(event)
        # Also a clock that was met long ago: who has the object now has its clocks, as when the log is replayed.
        self.touched |= {
            place
            for place, (clock, one) in enumerate(zip(self.deadlines, before, strict=False))
            if self.charged(clock) != one
        }

    @abstractmethod
    def _change(self, event: Any) -> None: ...

    @property
    def due_on(self) -> date | None:
        """The earliest day on which a clock ends that runs and does not stand still; a first day allowed is no end."""
        clocks_ = (clock for clock in self.running if clock.direction != "not_before")
        ends = (clock.due_on for clock in clocks_ if not clock.is_paused)
        return min((due_on for due_on in ends if due_on is not None), default=None)

    @property
    def running(self) -> list[DeadlineView]:
        return [clock for clock in self.deadlines if clock.met_at is None]

    def clock(self, rule_id: str) -> DeadlineView | None:
        """The latest clock of a rule, running or met."""
        return next((clock for clock in reversed(self.deadlines) if clock.rule_id == rule_id), None)

    def is_running(self, rule_id: str) -> bool:
        return any(clock.rule_id == rule_id for clock in self.running)

    def held(self, brought: Iterable[DocumentRef] = ()) -> set[DocumentKind]:
        """Kinds of documents there are, with those a command brings."""
        return {document.kind for document in (*self.documents, *brought)}

    def step(
        self,
        row: Row[Any],
        moment: Moment,
        *,
        reason: str | None = None,
        documents: Sequence[DocumentRef] = (),
        started_at: datetime | None = None,
        starts: Sequence[DeadlineFact] | None = None,
        pauses: Sequence[PauseFact] = (),
        resumes: Sequence[ResumeFact] = (),
        extends: Sequence[ExtensionFact] = (),
    ) -> dict[str, Any]:
        """What every event of a step says: states, time, reason, documents, clocks.

        started_at: when the clocks began, if not now. starts: the clocks, if not simply those of the row.
        pauses, resumes, extends: of clocks that run once the step's own have stopped and started; refused as
        services/cases/domain/clocks.py has it.
        """
        if starts is None:
            starts = [moment.deadlines.start(rule_id, started_at or moment.now) for rule_id in row.starts]
        running = {clock.rule_id for clock in self.running}
        stops = running if row.stops == ALL_CLOCKS else running & row.stops
        ticking = clocks.ticking(self.deadlines, stops, moment.now, starts)
        recounts = moment.changed(ticking, pauses, resumes, extends)
        return {
            "at": moment.now,
            "from_state": row.at,
            "to_state": row.to,
            "reason": reason,
            "documents": list(documents),
            "starts": list(starts),
            "stops": sorted(stops),
            "pauses": list(pauses),
            "resumes": list(resumes),
            "extends": list(extends),
            "recounts": recounts,
        }

    def told(self, row: Row[Any], moment: Moment, **more: Any) -> dict[str, Any]:
        """What every event of a step after the first says: the names, and what step() gives for `more`."""
        return {**self.names, **self.step(row, moment, **more)}

    def _note(self, event: CasesEvent) -> None:
        """Keep the event's documents, change its clocks."""
        self.documents, before = [*self.documents, *event.documents], self.deadlines
        after = clocks.noted(before, event)
        self.touched |= {
            place for place, clock in enumerate(after) if place >= len(before) or clock is not before[place]
        }
        self.deadlines = after
