"""The unit of work of cases: its stores, and the registers that its rules ask."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.progress import Moment, Progress
from services.cases.storage.numbers import NumberKind, Numbers
from services.cases.storage.repository import CaseStore, ClueStore, JointActionStore, RectificationStore
from shared.delivery.unit import Unit
from shared.divisions.register import Divisions
from shared.principal import Actor


@dataclass(frozen=True)
class CasesUnits:
    """Opens units. One per process: the registers and stores in it are shared by all its units."""

    divisions: Divisions
    deadlines: DeadlineRegister
    numbers: Numbers
    clues: ClueStore = field(default_factory=ClueStore)
    cases: CaseStore = field(default_factory=CaseStore)
    rectifications: RectificationStore = field(default_factory=RectificationStore)
    joint_actions: JointActionStore = field(default_factory=JointActionStore)

    def open(
        self, connection: Connection, by: Actor, now: datetime, correlation_id: str, causation_id: str | None = None
    ) -> "CasesUnit":
        return CasesUnit(self, connection, by, now, correlation_id, causation_id)


class CasesUnit(Unit):
    def __init__(
        self,
        house: CasesUnits,
        connection: Connection,
        by: Actor,
        now: datetime,
        correlation_id: str,
        causation_id: str | None = None,
    ) -> None:
        super().__init__(connection, by, now, correlation_id, causation_id)
        self.divisions = house.divisions
        self.clues, self.cases = house.clues, house.cases
        self.rectifications, self.joint_actions = house.rectifications, house.joint_actions
        self._numbers = house.numbers
        self._deadlines = house.deadlines

    @property
    def moment(self) -> Moment:
        """What a decision in this unit is taken with."""
        return self.moment_at(self.now)

    def moment_at(self, now: datetime) -> Moment:
        """The same for a fact that happened at another instant."""
        return Moment(self.by, now, self._deadlines)

    def number(self, kind: NumberKind, division_code: str) -> str:
        return self._numbers.next(kind, division_code, self.now)


class Stored:
    """A store for aggregates whose rows the handler has written itself, many at once."""

    def save(self, connection: Connection, aggregate: Progress, stored_version: int) -> None:
        """Nothing is left to do."""
