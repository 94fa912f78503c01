"""What has been raised of a clock: each step of its ladder once, in order (domain.md 4.4).

A clock's alarms are an object of their own, so that raising one never makes the version of a case stale for the person
who is working on it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.ladder import days_over
from shared.contracts.cases_events import DeadlineAlarmRaisedV1
from shared.contracts.codes import Agency
from shared.contracts.parts import PlannedAlarm


@dataclass(kw_only=True)
class ClockAlarms:
    """A clock as the sweep meets it: running, with the plan of its alarms.

    version: how many were raised. raised_until: the planned instant of the last one; what was planned up to then is
    over, whether it was raised or the clock was counted anew.
    """

    TYPE: ClassVar[str] = "deadline"

    id: UUID
    version: int
    jurisdiction: str
    object_type: str
    object_id: UUID
    object_no: str
    rule_id: str
    title: str
    started_at: datetime
    due_on: date
    due_at: datetime | None
    overlay: bool
    holder: str
    agencies: list[Agency]
    township_code: str | None
    alarms: list[PlannedAlarm] = field(default_factory=list)
    raised_step: str | None = None
    raised_due_on: date | None = None
    raised_until: datetime | None = None

    @property
    def next(self) -> PlannedAlarm | None:
        """The step that comes next; None at the top of the ladder."""
        return next((one for one in self.alarms if self.raised_until is None or one.at > self.raised_until), None)

    def raise_next(self, now: datetime, deadlines: DeadlineRegister) -> list[DeadlineAlarmRaisedV1]:
        """The next step, when its time has come."""
        planned = self.next
        if planned is None or planned.at > now:
            return []
        step = deadlines.step(self.rule_id, self.started_at, planned.step)
        return [
            DeadlineAlarmRaisedV1(
                at=now,
                object_type=self.object_type,
                object_id=self.object_id,
                object_no=self.object_no,
                division_code=self.jurisdiction,
                rule_id=self.rule_id,
                title=self.title,
                step=planned.step,
                action=step.action,
                colour=step.colour,
                to=list(step.to),
                holder=self.holder,
                agencies=self.agencies,
                township_code=self.township_code,
                due_on=self.due_on,
                due_at=self.due_at,
                planned_at=planned.at,
                days_over=days_over(self.due_on, now, deadlines.days(self.overlay).guess()),
            )
        ]

    def apply(self, event: DeadlineAlarmRaisedV1) -> None:
        self.raised_step, self.raised_due_on, self.raised_until = event.step, event.due_on, event.planned_at
