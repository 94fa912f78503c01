"""A bulletin (通报): a reminder that it is due, then the figures it froze. Its document leads its own life beside it.

Frozen is frozen: what comes later makes a correction, which is another bulletin of the same period.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from services.notify.domain.bulletin_period import BulletinPeriod
from shared.contracts.bulletins import BulletinDraftedV1, BulletinDueV1, BulletinEvent, BulletinSnapshot
from shared.contracts.codes import BulletinState
from shared.ids import derived_id


@dataclass
class Bulletin:
    TYPE: ClassVar[str] = "bulletin"

    id: UUID
    jurisdiction: str
    version: int = 0
    state: BulletinState | None = None
    period: BulletinPeriod | None = None
    due_on: date | None = None
    revision: int = 0
    told_at: datetime | None = None
    drafted: BulletinSnapshot | None = None

    @property
    def of(self) -> BulletinPeriod:
        if self.period is None:
            raise LookupError(f"bulletin {self.id} has not begun")
        return self.period

    def remind(self, period: BulletinPeriod, due_on: date, now: datetime) -> list[BulletinEvent]:
        """Once: nothing where there is one already."""
        if self.state is not None:
            return []
        return [BulletinDueV1(at=now, bulletin_id=self.id, to_state=BulletinState.DUE, **_named(period), due_on=due_on)]

    def draft(
        self, period: BulletinPeriod, revision: int, snapshot: BulletinSnapshot, due_on: date | None, now: datetime
    ) -> list[BulletinEvent]:
        return [
            BulletinDraftedV1(
                at=now,
                bulletin_id=self.id,
                to_state=BulletinState.DRAFTED,
                **_named(period),
                due_on=due_on,
                revision=revision,
                snapshot=snapshot,
            )
        ]

    def apply(self, event: BulletinEvent) -> None:
        self.state, self.told_at = event.to_state, event.at
        if not isinstance(event, BulletinDueV1 | BulletinDraftedV1):
            raise TypeError(f"a bulletin does not know {type(event).__name__}")
        self.period = BulletinPeriod(event.kind, event.period, event.since, event.until, event.name)
        self.due_on = event.due_on
        if isinstance(event, BulletinDraftedV1):
            self.revision, self.drafted = event.revision, event.snapshot


def bulletin_id(county_code: str, period: BulletinPeriod, revision: int = 0) -> UUID:
    """The same for the same county, period and revision: two who begin it meet."""
    return derived_id("bulletin", county_code, period.kind.value, period.said, revision)


def _named(period: BulletinPeriod) -> dict[str, Any]:
    return {
        "kind": period.kind,
        "period": period.said,
        "name": period.name,
        "since": period.since,
        "until": period.until,
    }
