"""The unit of work of cases: its stores, and the registers that its rules ask."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.rulebook import Rules
from services.cases.storage.numbers import NumberKind, Numbers
from services.cases.storage.path_repository import (
    ActionProposalStore,
    ListingStore,
    PoliceTransferStore,
    SealedRecordStore,
)
from services.cases.storage.repository import CaseStore, ClueStore, JointActionStore, RectificationStore
from services.cases.storage.sealing import Seals
from shared.delivery.unit import Unit
from shared.divisions.bounds import CountyBoxes
from shared.divisions.register import Divisions
from shared.principal import Actor


@dataclass(frozen=True)
class Desk:
    """Registers of the service, made once at start; the same for every unit."""

    divisions: Divisions
    deadlines: DeadlineRegister
    numbers: Numbers
    boxes: CountyBoxes
    path_rules: Rules
    seals: Seals | None = None


class CasesUnit(Unit):
    clues = ClueStore()
    cases = CaseStore()
    rectifications = RectificationStore()
    joint_actions = JointActionStore()
    police_transfers = PoliceTransferStore()
    listings = ListingStore()
    proposals = ActionProposalStore()
    sealed = SealedRecordStore()

    def __init__(
        self,
        connection: Connection,
        by: Actor,
        now: datetime,
        correlation_id: str,
        causation_id: str | None = None,
        *,
        desk: Desk,
    ) -> None:
        super().__init__(connection, by, now, correlation_id, causation_id)
        self.desk = desk

    @property
    def moment(self) -> Moment:
        """What a decision in this unit is taken with."""
        return self.moment_at(self.now)

    def moment_at(self, now: datetime) -> Moment:
        """The same for a fact that happened at another instant."""
        return Moment(self.by, now, self.desk.deadlines, self.desk.path_rules)

    def number(self, kind: NumberKind, division_code: str) -> str:
        return self.desk.numbers.next(kind, division_code, self.now)


class Stored:
    """A store for aggregates whose rows the handler has written itself, many at once."""

    def save(self, connection: Connection, aggregate: Progress, stored_version: int) -> None:
        """Nothing is left to do."""
