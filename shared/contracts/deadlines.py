"""Clocks explained: how each was counted, why days were left out, what has been raised (domain.md 3.3, 7.7)."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import GetOne, Instant, Query, View
from shared.contracts.codes import AlarmAction, AlarmColour, PauseReason
from shared.contracts.parts import ClockUnit, DeadlineView


class SkippedDay(View):
    """A day that did not count. rolled: the end itself fell on it and ran on."""

    on: date
    why: Literal["weekend", "holiday", "rest", "pause", "rolled"]
    title: str = Field(description="in Chinese: the holiday's name, the reason of the pause")
    reason: PauseReason | None = None


class RaisedAlarm(View):
    """A step of the ladder that has been raised."""

    step: str
    action: AlarmAction
    colour: AlarmColour
    planned_at: Instant
    raised_at: Instant
    due_on: date


class ExplainedDeadline(DeadlineView):
    """A clock with the way it was counted, as of a day."""

    object: str = Field(description="clue, case, rectification, joint_action, …")
    object_id: UUID
    object_no: str
    source: str = Field(description="law and article, or that the term is customary")
    status: Literal["running", "paused", "overdue", "met", "met_late"]
    as_of: date
    first_day_on: date | None = Field(description="day 1: the day after the event; null for hours")
    current_due_on: date | None = Field(
        description="while it stands still: the end if it went on today; otherwise due_on"
    )
    extended_due_on: date | None = Field(
        description="its end with all the time that may simply be given: D10 with D11; null: no more"
    )
    last_to_ask_on: date | None = Field(
        description="last day on which more time may be asked for, where that must be before the end (L03, R06)"
    )
    used: int = Field(description="how much has passed, in used_unit, without what does not count: 33 of 33/90")
    total: int = Field(description="limit and extensions in used_unit: 90 of 33/90")
    used_unit: ClockUnit
    paused_days: int = Field(description="calendar days left out up to as_of, a day that pauses share once")
    late_days: int = Field(description="working days after the end at which it was met, or stands now; 0 in time")
    skipped: list[SkippedDay]
    raised: list[RaisedAlarm]


class Deadlines(View):
    items: list[ExplainedDeadline]


class GetDeadlines(GetOne, operation="case.deadlines"):
    """Every clock of the case, its clue, items and joint actions, with how it was counted."""


class GetClueDeadlines(GetOne, operation="clue.deadlines"):
    """Every clock of the clue, with how it was counted."""


class GetRectificationDeadlines(GetOne, operation="rectification.deadlines"):
    """Every clock of the rectification item, with how it was counted."""


class GetJointActionDeadlines(GetOne, operation="joint_action.deadlines"):
    """Every clock of the joint action, with how it was counted."""


class MyDeadline(View):
    """An open clock, as a list or a calendar shows it."""

    id: UUID
    object: str
    object_id: UUID
    object_no: str
    rule_id: str
    title: str
    mark: str | None
    holder: str
    agencies: list[str]
    township_code: str | None
    started_at: Instant
    due_on: date | None
    due_at: Instant | None
    alarm_on: date | None
    paused: bool
    provisional: bool
    raised_step: str | None = Field(description="the last step raised for this end")


class ListMyDeadlines(Query, operation="deadline.mine"):
    """The open clocks that the caller holds or must watch, the earliest end first; at most 1,000."""


class MyDeadlines(View):
    items: list[MyDeadline]
