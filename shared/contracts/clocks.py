"""What an event tells of clocks: started, paused, resumed, extended, counted again (domain.md 3.3, 5.6).

A fact about a running clock names it by its rule: the latest running clock of that rule is meant.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import Contract, Instant, Int, Text
from shared.contracts.codes import PauseReason
from shared.contracts.parts import ClockUnit, DocumentRef, ExtensionView, PauseView, PlannedAlarm


class DueFact(Contract):
    """Where a clock ends. due_at: the last moment, of terms in hours only."""

    due_on: date | None
    due_at: Instant | None = None
    provisional: bool
    ends_on: date | None = None
    rolled_on: date | None = None
    alarm_on: date | None = None
    alarms: list[PlannedAlarm] = Field(default_factory=list)


class DeadlineFact(DueFact):
    """A clock that started with this event, with its rule as it is now: later rules do not rewrite it.

    pauses, extensions: of a clock that goes on as it was, met too soon or at a part cut off from its object.
    """

    rule_id: str
    title: str
    limit: int
    unit: str
    started_at: Instant
    law: str | None = None
    article: str | None = None
    mark: str | None = None
    direction: Literal["until", "not_before", "before"] = "until"
    rolls: bool = False
    overlay: bool = False
    alarm_on_earlier: bool = False
    holder: str = ""
    pauses: list[PauseView] = Field(default_factory=list)
    extensions: list[ExtensionView] = Field(default_factory=list)


class PauseFact(Contract):
    """A clock stands still from a day on. The day itself still counts; the day of the resumption no more."""

    rule_id: str
    reason: PauseReason
    from_on: date
    proof: DocumentRef


class ResumeFact(Contract):
    """A clock goes on. proof: of the end, where there is another paper than that of the beginning."""

    rule_id: str
    reason: PauseReason
    to_on: date
    proof: DocumentRef | None = None


class ExtensionFact(Contract):
    """More time for a clock. asked_on: when it was asked for; None: on the day of the step."""

    rule_id: str
    amount: Annotated[Int, Field(ge=1, le=3650)]
    unit: ClockUnit
    reason: Text
    approved_by: str
    document: DocumentRef
    asked_on: date | None = None


class RecountFact(DueFact):
    """A running clock ends at another time than was told before."""

    rule_id: str
