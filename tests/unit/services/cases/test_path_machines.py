"""Random walks through every path of a case: no forbidden state is ever reached, and replay gives the same objects."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.cases.domain import assistance as assistance_module
from services.cases.domain import case_table, case_transfer, police_transfer_table
from services.cases.domain import listing as listing_module
from services.cases.domain.assistance import AssistanceRequest
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.listing import Listing
from services.cases.domain.police_transfer import PoliceTransfer
from services.cases.domain.progress import Moment
from shared.aggregate import replay
from shared.clock import local_day
from shared.contracts import assistance as asst
from shared.contracts import case_path_events as e
from shared.contracts import cases_events as main
from shared.contracts import listings as li
from shared.contracts import police_transfer_events as pte
from shared.contracts.codes import (
    AssistanceState,
    CaseState,
    ClosingGround,
    CountyAgency,
    DocumentKind,
    ListingState,
    Role,
    TransferState,
)
from shared.contracts.parts import DocumentRef
from shared.errors import TianweiError
from shared.ids import new_id
from shared.principal import Actor
from tests.unit.services.cases import commands
from tests.unit.services.cases import path_commands as paths
from tests.unit.services.cases.commands import COORDINATOR, OFFICER, START, STRANGER

CHIEF = replace(COORDINATOR, roles=frozenset({Role.CHIEF}), name="局长")
DEPUTY = replace(COORDINATOR, roles=frozenset({Role.LEADER}), name="副局长")
LEGAL = replace(COORDINATOR, roles=frozenset({Role.LEGAL_REVIEWER}), name="法制员")
HANDLER = replace(LEGAL, name="乙")
ASKED_OFFICER = replace(commands.AGENCY, name="农办")
OFFICE = replace(COORDINATOR, roles=frozenset({Role.COORDINATOR, Role.LEADER, Role.LEGAL_REVIEWER, Role.CHIEF}))
EVERY_PAPER = {
    kind: DocumentRef(kind=kind, title=kind.value, document_no="1", dated_on=START.date()) for kind in DocumentKind
}

people = st.sampled_from(
    [OFFICE, OFFICE, OFFICE, OFFICE, COORDINATOR, CHIEF, DEPUTY, LEGAL, HANDLER, OFFICER, STRANGER]
)
good = st.sampled_from([True, True, True, True, False])
SETTLED = {None, TransferState.FILED, TransferState.CLOSED_ADMIN, TransferState.ENDED}
# An act that was not, or not ours: the machine terminates and waives for other reasons.
NO_ACT = {ClosingGround.JURISDICTION_TRANSFERRED}
AFTER_DECISION = {
    CaseState.DECIDED,
    CaseState.SERVED,
    CaseState.PERFORMING,
    CaseState.DEMANDED,
    CaseState.COURT_APPLIED,
    CaseState.COURT_RULED,
    CaseState.EXECUTED,
}


WAYS = {
    "court": "investigate conclude review notice decide serve perform demand apply-to-court court-accept court-rule "
    "execute close archive reopen review",
    "refused": "investigate conclude review notice decide serve perform demand apply-to-court court-refuse "
    "apply-to-court court-refuse ask-higher-court court-accept court-rule execute",
    "published": "investigate conclude review notice decide serve! publish-decision perform execute close reopen "
    "withdraw-publication review",
    "building": "investigate conclude review notice decide serve! hand-building perform execute close",
    "opinions": "investigate conclude review legal-review legal-opinion deliberate notice decide serve perform execute "
    "close archive",
    "hearing": "investigate conclude review notice! request-hearing announce-hearing hold-hearing legal-review "
    "legal-opinion decide serve perform record-payment execute close",
    "police": "investigate commission-appraisal record-appraisal t:report t:approve t:hand-over t:police-file "
    "t:hand-material conclude review notice decide serve",
    "refusal": "investigate commission-appraisal record-appraisal t:report t:approve t:hand-over t:ask-supplement "
    "t:supplement t:police-refuse t:reconsider t:police-refuse t:suggest-supervision t:procuratorate-asks "
    "t:police-explain t:order-filing t:close-admin",
    "stop": "investigate suspend tell-party resume tell-party request-recusal decide-recusal terminate close archive "
    "reopen",
    "waived": "investigate conclude review no-penalty close archive",
    "remedy": "investigate conclude review notice decide serve record-remedy end-remedy perform demand apply-to-court "
    "close",
    "listing": "propose l:approve l:notify l:sign l:begin l:request-extension l:grant-extension l:report-done l:verify "
    "delist l:publish",
    "letter": "investigate ask a:extend a:answer ask a:refuse ask a:withdraw",
    "overdue": "propose l:approve l:notify l:sign l:begin l:mark-overdue l:talk l:report-done l:verify delist",
}
# So many days after a step, but where ! says at once. A fine may be sued against for six months, a demolition for less.
LATER = {"notice": 10, "serve": 190, "demand": 20, "announce-hearing": 15, "l:begin": 50, "commission-appraisal": 3}


_PAPERS_OF: tuple[Any, ...] = (
    case_table.TABLE,
    police_transfer_table.TABLE,
    listing_module.TABLE,
    assistance_module.TABLE,
)


def papers_of(verb: str) -> list[DocumentRef]:
    """Every paper that a row of this verb could ask for."""
    rows = [row for table in _PAPERS_OF for row in table]
    kinds = {kind for row in rows if row.verb == verb for kind in row.needs}
    more = {DocumentKind.HEARING_RIGHT_NOTICE, DocumentKind.COLLECTIVE_RECORD, DocumentKind.APPRAISAL_OPINION}
    return [EVERY_PAPER[kind] for kind in sorted(kinds | more)]


class Walk(RuleBasedStateMachine):
    """One case with its hand-over, its listing and the last of its letters of assistance."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.case = Case(id=new_id())
        self.transfer: PoliceTransfer | None = None
        self.listing: Listing | None = None
        self.letter: AssistanceRequest | None = None
        self.log: dict[Any, list[Any]] = {}

    @initialize(near=st.booleans())
    def filed(self, near: bool) -> None:
        clue = Clue(id=new_id(), clue_no="CL-1", division_code="640521104000", area_m2=Decimal(8400))
        clue.farmland_area_m2, clue.pbf_area_m2 = Decimal(7000), Decimal("3333.33") if near else Decimal(4200)
        order = commands.filing([])
        assert self.attempt(COORDINATOR, self.case, lambda m: self.case.file(order, m, clue, "CA-1"))

    def moment(self, by: Actor) -> Moment:
        return commands.moment(by, self.now)

    def attempt(self, by: Actor, aggregate: Any, decide: Callable[[Moment], list[Any]]) -> list[Any] | None:
        """A refusal is one of our own errors and changes nothing."""
        before = replace(aggregate)
        try:
            events = decide(self.moment(by))
        except TianweiError:
            events = None
        assert aggregate == before
        if events is None:
            return None
        for event in events:
            self.judge(by, event)
            assert event.from_state == aggregate.state
            replay(aggregate, [event])
            self.log.setdefault(aggregate.id, []).append(event)
        return events

    def judge(self, by: Actor, event: Any) -> None:
        """What must be true in the moment before the event is applied."""
        case, crime = self.case, self.case.procedure.crime
        assert crime is not None
        match event:
            case main.CaseDecidedV1():
                assert case.notice_served_at is not None
                term = commands.REGISTER.start("D14", case.notice_served_at).due_on
                assert term is not None
                assert local_day(self.now) > term
                assert event.to_state is CaseState.DECIDED
                if crime.due:
                    assert crime.transfer_state not in (None, "due", "reported", "approved", "refused_by_chief")
                if event.fine_yuan:
                    assert not self.is_unappraised()
                    assert crime.transfer_state in (None, "closed_admin", "refused_by_chief")
                    former = case.procedure.penalty
                    assert former is None or not former.fine_yuan or case.procedure.penalty_revoked
                assert not case.procedure.review_owed
                assert not case.procedure.opinion_against
                told = case.procedure.intended
                assert told is not None
                assert set(event.measures) <= set(told.measures)
                assert event.fine_yuan <= told.fine_yuan
            case main.CasePartyNotifiedV1():
                assert event.measures
                assert event.hearing_offered or "demolish" not in event.measures
                assert not case.procedure.opinion_against
            case main.CaseClosedV1():
                self.nothing_is_owed()
                if event.ground not in NO_ACT:
                    assert not self.is_unappraised()
                if event.ground is ClosingGround.EXECUTED:
                    assert case.state is CaseState.EXECUTED
            case main.CaseReviewStartedV1():
                assert not set(event.reviewers) & set(case.procedure.handlers)
            case main.CaseExecutedV1():
                assert case.procedure.court in (None, "granted")
            case e.CaseLegalOpinionGivenV1():
                assert by.name not in case.procedure.handlers
            case e.CaseHearingAnnouncedV1() | e.CaseHearingHeldV1():
                assert event.chair not in case.procedure.handlers
            case e.CaseCourtAppliedV1():
                demanded, power = case.clock("D23"), case.clock("D22")
                assert demanded is not None
                assert demanded.due_on is not None
                assert power is not None
                assert power.due_on is not None
                assert demanded.due_on < event.applied_on <= power.due_on
                assert case.procedure.remedy_running is None
            case e.CaseReopenedV1():
                assert case.state in (CaseState.CLOSED, CaseState.ARCHIVED)
            case pte.PoliceTransferApprovedV1():
                assert by.has(Role.CHIEF, Role.ACTING_CHIEF)
            case asst.AssistanceRequestedV1():
                assert case.state not in (CaseState.CLOSED, CaseState.ARCHIVED, CaseState.NOT_FILED)
                assert event.to_agency != event.from_agency
            case asst.AssistanceRefusedV1():
                assert self.letter is not None
                assert self.letter.requested_at is not None
                last = commands.REGISTER.start("J09", self.letter.requested_at).due_on
                assert last is not None
                assert event.refused_on <= last
            case asst.AssistanceExtendedV1():
                assert self.letter is not None
                assert not self.letter.urgent
                assert event.days <= 5
            case li.ListingDelistedV1():
                self.nothing_is_owed()
                assert case.state in AFTER_DECISION | {CaseState.CLOSED, CaseState.ARCHIVED}
            case _:
                pass

    def is_unappraised(self) -> bool:
        """Large enough for a crime, not in the hands of the police, and no word of the tillage (domain.md 2.6)."""
        crime = self.case.procedure.crime
        assert crime is not None
        handed = crime.transfer_state not in (None, "due", "reported", "approved", "refused_by_chief")
        return bool(crime.area_threshold_met) and crime.tillage_destroyed is None and not handed

    def nothing_is_owed(self) -> None:
        """The hand-over that was due is made, and nothing of it waits for the agency."""
        crime = self.case.procedure.crime
        assert crime is not None
        kept = crime.transfer_state is TransferState.REFUSED_BY_CHIEF and not crime.due
        assert kept or crime.transfer_state in SETTLED
        assert not (crime.due and crime.transfer_state is None)

    @rule(days=st.sampled_from([0, 1, 3, 8, 20, 70]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=1)

    @rule(verb=st.sampled_from(paths.CASE_STEPS), by=people, well=good, fined=st.booleans(), bare=st.integers(0, 9))
    def case_step(self, verb: str, by: Actor, well: bool, fined: bool, bare: int) -> None:
        decide, cmd = paths.case_step(verb, [] if bare == 0 else papers_of(verb), self.now, well, fined)
        events = self.attempt(by, self.case, lambda m: decide(self.case, cmd, m))
        if events is not None and verb == "record-appraisal":
            self.open_if_due()

    @rule(data=st.data(), fined=st.booleans(), steps=st.integers(1, 6))
    def wander(self, data: st.DataObject, fined: bool, steps: int) -> None:
        """Steps that the table has for the state: far places are reached."""
        for _ in range(steps):
            known = [verb for verb in case_table.TABLE.verbs(self.case.state) if verb in paths.CASE_STEPS]
            if not known:
                return
            verb = data.draw(st.sampled_from(known))
            self.case_step(verb, OFFICE, True, fined, 1)
            if verb in ("notice", "serve", "demand", "announce-hearing"):
                self.time_passes(20)

    @rule(way=st.sampled_from(sorted(WAYS)), share=st.integers(1, 4), fined=st.sampled_from([True, True, True, False]))
    def hurry(self, way: str, share: int, fined: bool) -> None:
        """The beginning of a way, or all of it, so that the far places are reached often."""
        verbs = WAYS[way].split()
        for verb in verbs[: len(verbs) * share // 4]:
            if verb == "close":
                for ground in ClosingGround:
                    self.close(OFFICE, ground)
            elif verb == "ask":
                self.ask(OFFICE, paths.ASKED[share % 3], not fined)
            elif self.letter is not None and verb.startswith("a:"):
                self.letter_step(verb[2:], OFFICE, True)
            elif verb in ("propose", "delist"):
                getattr(self, verb)(OFFICE)
            elif self.transfer is not None and verb.startswith("t:"):
                self.transfer_step(verb[2:], OFFICE, True, 1)
            elif self.listing is not None and verb.startswith("l:"):
                self.listing_step(verb[2:], OFFICE, True)
            elif ":" not in verb:
                self.case_step(verb.removesuffix("!"), OFFICE, True, fined, 1)
            self.time_passes(LATER.get(verb, 0))

    @rule(by=people, ground=st.sampled_from(ClosingGround))
    def close(self, by: Actor, ground: ClosingGround) -> None:
        cmd = paths.close(ground, papers_of("close"))
        self.attempt(by, self.case, lambda m: self.case.close(cmd, m))

    def open_if_due(self) -> None:
        if case_transfer.is_wanted(self.case):
            transfer = PoliceTransfer(id=new_id())
            told = self.attempt(COORDINATOR, transfer, lambda m: transfer.become_due(self.case, m, "TR-1"))
            assert told
            self.transfer = transfer
            self.follow(told)

    def follow(self, events: list[Any]) -> None:
        for event in events:
            assert self.attempt(COORDINATOR, self.case, partial(self.following, event))

    def following(self, event: Any, moment: Moment) -> list[Any]:
        return list(case_transfer.follow(self.case, event, moment))

    @precondition(lambda self: self.transfer is not None)
    @rule(verb=st.sampled_from(paths.TRANSFER_STEPS), by=people, well=good, bare=st.integers(0, 9))
    def transfer_step(self, verb: str, by: Actor, well: bool, bare: int) -> None:
        transfer = self.transfer
        assert transfer is not None
        decide, cmd = paths.transfer_step(verb, [] if bare == 0 else papers_of(verb), self.now, well)
        self.follow(self.attempt(by, transfer, lambda m: decide(transfer, cmd, m)) or [])

    @precondition(lambda self: self.listing is None)
    @rule(by=people)
    def propose(self, by: Actor) -> None:
        if self.listing is not None:
            return
        listing = Listing(id=new_id())
        cmd = li.ProposeListing(
            level="county", target_unit="恩和镇", requirements=["整改"], term_days=60, contact="张", reason="大"
        )
        if self.attempt(by, listing, lambda m: listing.propose(cmd, m, self.case, "LS-1")):
            self.listing = listing

    @precondition(lambda self: self.listing is not None)
    @rule(verb=st.sampled_from(paths.LISTING_STEPS), by=people, well=good)
    def listing_step(self, verb: str, by: Actor, well: bool) -> None:
        listing = self.listing
        assert listing is not None
        decide, cmd = paths.listing_step(verb, papers_of(verb), self.now, well)
        self.attempt(by, listing, lambda m: decide(listing, cmd, m))

    @precondition(lambda self: self.listing is not None)
    @rule(by=people)
    def delist(self, by: Actor) -> None:
        listing = self.listing
        if listing is None:
            return
        cmd = li.Delist(documents=[*papers_of("delist"), EVERY_PAPER[DocumentKind.LEGALITY_PROOF]])
        self.attempt(by, listing, lambda m: listing.delist(cmd, m, self.case, [], False))

    @rule(by=people, to=st.sampled_from(paths.ASKED), urgent=st.booleans())
    def ask(self, by: Actor, to: CountyAgency | None, urgent: bool) -> None:
        if self.letter is not None and self.letter.is_open:
            return
        letter, cmd = (
            AssistanceRequest(id=new_id()),
            paths.request_assistance(papers_of("request-assistance"), to, urgent),
        )
        if self.attempt(by, letter, lambda m: letter.request(cmd, m, self.case, "AS-1")):
            self.letter = letter

    @precondition(lambda self: self.letter is not None)
    @rule(verb=st.sampled_from(paths.ASSISTANCE_STEPS), by=people | st.just(ASKED_OFFICER), well=good)
    def letter_step(self, verb: str, by: Actor, well: bool) -> None:
        letter = self.letter
        assert letter is not None
        decide, cmd = paths.assistance_step(verb, papers_of(verb), self.now, well)
        told = self.attempt(by, letter, lambda m: decide(letter, cmd, m))
        if told and verb != "withdraw" and by is ASKED_OFFICER:
            assert letter.to_agency == by.org_code

    def all(self) -> list[Any]:
        objects = (self.case, self.transfer, self.listing, self.letter)
        return [one for one in objects if one is not None and one.id in self.log]

    @invariant()
    def replay_gives_the_same(self) -> None:
        for aggregate in self.all():
            again = type(aggregate)(id=aggregate.id)
            replay(
                again, [type(event).model_validate_json(event.model_dump_json()) for event in self.log[aggregate.id]]
            )
            assert again == aggregate

    @invariant()
    def no_clock_runs_twice(self) -> None:
        for aggregate in self.all():
            running = [clock.rule_id for clock in aggregate.running]
            assert len(running) == len(set(running)), running

    @invariant()
    def what_must_never_be(self) -> None:
        case = self.case
        if case.id not in self.log:
            return
        assert len(set(case.officers)) >= 2
        crime = case.procedure.crime
        assert crime is not None
        if self.transfer is not None:
            assert crime.transfer_state == self.transfer.state
            waits = any(
                pause.to_on is None and pause.reason == "awaiting_police_or_procuratorate"
                for clock in case.running
                for pause in clock.pauses
            )
            assert not waits or self.transfer.state in police_transfer_table.AWAITED
        if case.state in (CaseState.CLOSED, CaseState.ARCHIVED):
            self.nothing_is_owed()
        if case.state in AFTER_DECISION:
            assert case.notice_served_at is not None
        penalty = case.procedure.penalty
        if penalty is not None:
            assert penalty.added_yuan <= penalty.fine_yuan
            assert penalty.paid_yuan <= 2 * penalty.fine_yuan
        letter = self.letter
        if letter is not None:
            assert bool(letter.running) is letter.is_open
            assert len([clock for clock in letter.deadlines if clock.extensions]) <= 1
            assert (letter.state is AssistanceState.EXTENDED) is (
                letter.is_open and letter.facts.extension_days is not None
            )
        listing = self.listing
        if listing is not None and listing.state in (ListingState.DELISTED, ListingState.PUBLISHED):
            assert not listing.running


Walk.TestCase.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
TestWalk = Walk.TestCase
