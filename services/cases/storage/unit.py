"""The unit of work of cases: its stores, and the registers that its rules ask."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from services.cases.domain.clue_rules import ClueRules
from services.cases.domain.deadlines import DeadlineRegister
from services.cases.domain.evidence_rules import EvidenceRules
from services.cases.domain.path_rules import PathRules
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.rule_book import RuleBook
from services.cases.storage.disclosures import DisclosureStore
from services.cases.storage.duplicates import DuplicateStore
from services.cases.storage.evidence_stores import CopyStore, CustodyStore, EvidenceStore
from services.cases.storage.numbers import NumberKind, Numbers
from services.cases.storage.parties import PartyStore
from services.cases.storage.path_repository import (
    ActionProposalStore,
    AssistanceStore,
    ListingStore,
    PoliceTransferStore,
    SealedRecordStore,
)
from services.cases.storage.reporters import ReporterStore
from services.cases.storage.repository import (
    CaseStore,
    ClueStore,
    JointActionStore,
    RectificationStore,
    ScopedStore,
)
from services.cases.storage.rules import Rules
from services.cases.storage.sealing import Seals
from shared.delivery.unit import Unit
from shared.divisions.bounds import CountyBoxes
from shared.divisions.register import Divisions
from shared.principal import Actor


@dataclass(frozen=True)
class Desk:
    """Registers of the service, made once at start; the same for every unit.

    rules: at most a second old. seals: where the secrets key is known.
    """

    divisions: Divisions
    rules: Rules
    numbers: Numbers
    boxes: CountyBoxes
    seals: Seals | None = None

    @property
    def deadlines(self) -> DeadlineRegister:
        """The clocks as their rules are now."""
        return self.rules.book().deadlines


class CasesUnit(Unit):
    clues = ClueStore()
    cases = CaseStore()
    rectifications = RectificationStore()
    joint_actions = JointActionStore()
    evidence = EvidenceStore()
    custody = CustodyStore()
    copies = CopyStore()
    police_transfers = PoliceTransferStore()
    listings = ListingStore()
    proposals = ActionProposalStore()
    assistance = AssistanceStore()
    sealed = SealedRecordStore()
    duplicates = DuplicateStore()
    reporters = ReporterStore()
    parties = PartyStore()
    disclosures = DisclosureStore()

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

    @classmethod
    def store_of(cls, kind: str) -> ScopedStore[Any]:
        """The store of a kind of object: that of its table. Raises KeyError."""
        stores = (store for name in dir(cls) if isinstance(store := getattr(cls, name), ScopedStore))
        found = {store.table.name: store for store in stores}
        return found[kind]

    @cached_property
    def rules(self) -> RuleBook:
        """The rules as they are now: one book for everything this unit decides."""
        return self.desk.rules.book()

    @cached_property
    def path_rules(self) -> PathRules:
        """What the paths of a case ask of the rules."""
        return PathRules(self.rules)

    @cached_property
    def clue_rules(self) -> ClueRules:
        """What proves an opinion, who reviews it, when two clues look like one."""
        return ClueRules(self.rules)

    @cached_property
    def evidence_rules(self) -> EvidenceRules:
        """What evidence must be, and at which step it must be there."""
        return EvidenceRules(self.rules)

    @property
    def moment(self) -> Moment:
        """What a decision in this unit is taken with."""
        return self.moment_at(self.now)

    def moment_at(self, now: datetime) -> Moment:
        """The same for a fact that happened at another instant."""
        return Moment(self.by, now, self.rules.deadlines, self.path_rules)

    def number(self, kind: NumberKind, division_code: str) -> str:
        return self.desk.numbers.next(kind, division_code, self.now)


class Stored:
    """A store for aggregates whose rows the handler has written itself, many at once."""

    def save(self, connection: Connection, aggregate: Progress, stored_version: int) -> None:
        """Nothing is left to do."""
