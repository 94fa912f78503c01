"""Random commands in any order: nothing happens outside the table, replay of what was told gives the same state."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.cases.domain import custody as custody_module
from services.cases.domain import evidence as evidence_module
from services.cases.domain.custody import Copy, Custody
from services.cases.domain.evidence import About, Evidence, Examination
from services.cases.domain.handed_in import HandInEvidence
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import Transitions
from shared.aggregate import replay
from shared.contracts.codes import (
    Agency,
    CopyState,
    EvidenceDisposition,
    EvidenceKind,
    EvidenceObject,
    EvidenceStage,
    EvidenceState,
    Role,
    ScanVerdict,
)
from shared.contracts.custody import RevokeCopy, ShareEvidence
from shared.contracts.evidence import AddEvidence, DisposeEvidence, ExcludeEvidence, PairEvidence, UnpairEvidence
from shared.errors import TianweiError
from shared.ids import new_id
from shared.principal import Actor
from tests.unit.services.cases.commands import COORDINATOR, OFFICER, REGISTER, START, STRANGER
from tests.unit.services.cases.commands import RULES as PATH_RULES
from tests.unit.services.cases.evidence.builders import RULE, RULES, photo

AGENCY = Actor("agency", "周部门", frozenset({Role.AGENCY_OFFICER}), "natural_resources", "640521")
TABLES: dict[type[Any], Transitions[Any]] = {Evidence: evidence_module.TABLE, Copy: custody_module.TABLE}
people = st.sampled_from([COORDINATOR, COORDINATOR, OFFICER, STRANGER, AGENCY])
SHA, OTHER = "a" * 64, "b" * 64


class Store(RuleBasedStateMachine):
    """One before photograph, one piece under test, its custody and a copy of it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.before = Evidence(id=new_id())
        self.piece = Evidence(id=new_id())
        self.custody = Custody(id=self.piece.id)
        self.copy = Copy(id=new_id())
        self.told: dict[tuple[str, UUID], list[Any]] = {}
        self._do(self.before, lambda one: one.add(_adding("before", False), *self._adding()))
        self._do(self.before, lambda one: one.examine(Examination(ScanVerdict.CLEAN, photo()), self._moment()))

    def _moment(self, by: Actor = COORDINATOR) -> Moment:
        return Moment(by, self.now, REGISTER, PATH_RULES)

    def _adding(self, by: Actor = COORDINATOR) -> tuple[Any, ...]:
        about = About(EvidenceObject.CASE, UUID(int=1), UUID(int=2), UUID(int=1), "640521104000", None)
        return self._moment(by), about, "ZW-EV-640521-2026-00001", RULES, None

    def _do(self, one: Any, decide: Any) -> bool:
        """Whether it was permitted. A refusal leaves everything as it was."""
        before = repr(one)
        try:
            events = decide(one)
        except TianweiError:
            assert repr(one) == before
            return False
        state = getattr(one, "state", None)
        for event in events:
            one.apply(event)
            one.version += 1
            self.told.setdefault((one.TYPE, one.id), []).append(event)
        if isinstance(one, Evidence | Copy) and events and hasattr(events[0], "to_state"):
            moves = {(row.at, row.to) for row in TABLES[type(one)]}
            assert (state, one.state) in moves | {(state, state)}
        return True

    @rule(by=people, stage=st.sampled_from(["before", "after", "check"]), registered=st.booleans())
    def add(self, by: Actor, stage: str, registered: bool) -> None:
        was = self.piece.state
        done = self._do(self.piece, lambda one: one.add(_adding(stage, registered), *self._adding(by)))
        assert done == (was is None and by in (COORDINATOR, OFFICER, AGENCY))
        if done:
            assert self.piece.is_running("D13") == registered

    @rule(by=people, stage=st.sampled_from(["before", "after"]))
    def hand_in(self, by: Actor, stage: str) -> None:
        """What agencies tells: nobody's role is asked."""
        cmd = HandInEvidence(**_adding(stage, False).model_dump())
        was = self.piece.state
        assert self._do(self.piece, lambda one: one.add(cmd, *self._adding(by))) == (was is None)

    @rule(shift=st.sampled_from([0.0, 0.0, 0.001]), azimuth=st.sampled_from([10.0, 35.0, 90.0, None]))
    def examine(self, shift: float, azimuth: float | None) -> None:
        found = Examination(ScanVerdict.CLEAN, photo(longitude=105.68 + shift, azimuth_deg=azimuth))
        self._do(self.piece, lambda one: one.examine(found, self._moment()))

    @rule()
    def quarantine(self) -> None:
        if self._do(self.piece, lambda one: one.quarantine("Eicar", self._moment())):
            assert not self.piece.running

    @rule(by=people)
    def pair(self, by: Actor) -> None:
        cmd = PairEvidence(before_id=self.before.id)
        if self._do(self.piece, lambda one: one.pair_with(cmd, self.before, self._moment(by), RULE)):
            assert self.piece.stage is not EvidenceStage.BEFORE
            assert self.piece.pair is not None
            assert self.piece.pair.distance_m <= RULE.pair_distance_m
            assert self.piece.pair.azimuth_difference_deg <= RULE.pair_azimuth_deg

    @rule(by=people)
    def unpair(self, by: Actor) -> None:
        had = self.piece.pair is not None
        assert self._do(self.piece, lambda one: one.unpair(UnpairEvidence(reason="错"), self._moment(by))) <= had

    @rule(by=people)
    def exclude(self, by: Actor) -> None:
        self._do(self.piece, lambda one: one.exclude(ExcludeEvidence(reason="非法取得"), self._moment(by)))

    @rule(by=people)
    def dispose(self, by: Actor) -> None:
        cmd = DisposeEvidence(disposition=EvidenceDisposition.RELEASED, reason="解除")
        if self._do(self.piece, lambda one: one.dispose(cmd, self._moment(by))):
            assert self.piece.registered_in_advance
            assert not self.piece.is_running("D13")

    @precondition(lambda self: self.piece.state is not None)
    @rule(found=st.sampled_from([SHA, OTHER, None]))
    def verify(self, found: str | None) -> None:
        was = self.piece.damaged_at
        self._do(self.custody, lambda one: one.verified(self.piece, found, 10, self._moment()))
        self._do(self.piece, lambda one: one.found(found, 10, self._moment()))
        assert (self.piece.damaged_at is None) == (found == SHA)
        if found != SHA and was is not None:
            assert self.piece.damaged_at == was

    @precondition(lambda self: self.piece.state is not None)
    @rule()
    def read(self) -> None:
        try:
            self.piece.may_be_read()
        except TianweiError:
            assert (
                self.piece.state in (EvidenceState.UNEXAMINED, EvidenceState.QUARANTINED)
                or self.piece.damaged_at is not None
            )
        else:
            self._do(self.custody, lambda one: one.read(self.piece, "view", None, self._moment()))

    @precondition(lambda self: self.piece.state is not None)
    @rule(by=people, days=st.integers(-2, 5))
    def share(self, by: Actor, days: int) -> None:
        cmd = ShareEvidence(
            to_agency=Agency.NATURAL_RESOURCES, purpose="复核", expires_at=self.now + timedelta(days=days)
        )
        if self._do(self.copy, lambda one: one.grant(cmd, self.piece, self._moment(by))):
            assert days > 0

    @precondition(lambda self: self.copy.state is not None)
    @rule(by=people)
    def read_copy(self, by: Actor) -> None:
        alive = self.copy.state is CopyState.ACTIVE and self.copy.expires_at is not None
        in_time = alive and self.copy.expires_at is not None and self.now < self.copy.expires_at
        done = self._do(self.copy, lambda one: one.read(None, self.piece, self._moment(by)))
        assert not done or (in_time and by in (AGENCY, STRANGER))

    @precondition(lambda self: self.copy.state is not None)
    @rule(by=people)
    def revoke_copy(self, by: Actor) -> None:
        self._do(self.copy, lambda one: one.revoke(RevokeCopy(reason="收回"), self._moment(by)))

    @rule(hours=st.integers(1, 72))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def what_was_told_gives_the_same_state(self) -> None:
        for one in (self.piece, self.custody, self.copy):
            again: Any = type(one)(id=one.id)
            replay(again, self.told.get((one.TYPE, one.id), []))
            assert again == replace(one, jurisdiction=again.jurisdiction)

    @invariant()
    def a_virus_is_never_served(self) -> None:
        if self.piece.state is EvidenceState.QUARANTINED:
            assert self.piece.scan is ScanVerdict.INFECTED


def _adding(stage: str, registered: bool) -> AddEvidence:
    return AddEvidence(
        object=EvidenceObject.CASE,
        object_id=UUID(int=1),
        kind=EvidenceKind.AUDIOVISUAL,
        item="photo",
        title="全景",
        stage=EvidenceStage(stage),
        register_in_advance=registered,
        sha256=SHA,
        sm3=SHA,
        size_bytes=10,
        media_type="image/jpeg",
        file_name="a.jpg",
    )


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
