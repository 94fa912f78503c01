"""A clue under random commands by everybody: what must never be, whatever comes first."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.cases.domain.clue import Clue
from services.cases.domain.clue_table import REVIEW, TABLE
from services.cases.wiring import shipped_clue_rules
from shared.aggregate import replay
from shared.clock import local_day
from shared.contracts import clue_steps as steps
from shared.contracts.clue_parts import AliasRef, OpinionProof
from shared.contracts.clues import AssignClue, ReturnClue
from shared.contracts.codes import (
    AliasKind,
    ClueSource,
    ClueState,
    DocumentKind,
    ReturnReason,
    ReviewState,
    SentBackReason,
    TransferReply,
    VerificationOpinion,
)
from shared.contracts.parts import DocumentRef
from shared.errors import TianweiError
from shared.ids import new_id
from shared.principal import Actor
from tests.unit.services.cases import commands
from tests.unit.services.cases.commands import (
    AGENCY,
    ALL_PAPERS,
    CITY,
    COORDINATOR,
    OFFICER,
    PROVINCE,
    START,
    STRANGER,
    TOWNSHIP,
)

RULES = shipped_clue_rules()
COLLEAGUE = replace(COORDINATOR, account_id="c2", name="钱审核")
OTHER_CITY = replace(CITY, account_id="s2", jurisdiction="6404")
PEOPLE = [COORDINATOR, COLLEAGUE, OFFICER, AGENCY, CITY, PROVINCE, OTHER_CITY, STRANGER]
# None: whoever may do it in this state, so that the machine gets on.
people = st.sampled_from([None, None, None, *PEOPLE])
PROOFS = {
    VerificationOpinion.NON_AGRI_ILLEGAL: OpinionProof(party_name="甲", use_class="硬化", built_on=START.date()),
    VerificationOpinion.NON_GRAIN_ILLEGAL: OpinionProof(crop_type="鱼塘", operator_name="甲"),
    VerificationOpinion.LEGAL: OpinionProof(approval_no="1", approval_share=100),
    VerificationOpinion.FACILITY_AGRI_LAND: OpinionProof(
        facility_filing_no="1", facility_map_no="2", facility_inside=True
    ),
    VerificationOpinion.RURAL_ROAD: OpinionProof(road_width_m=4, road_outside_network=True),
    VerificationOpinion.OTHER: OpinionProof(other_ground="sliver"),
    VerificationOpinion.FALSE_CHANGE: OpinionProof(images_compared=True),
}
ENDS = {ClueState.LINKED_TO_EXISTING, ClueState.SPLIT, ClueState.REJECTED, ClueState.ARCHIVED}


class ClueMachine(RuleBasedStateMachine):
    """One clue, the children it is cut in, and all that was told of them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.clue = Clue(id=new_id())
        self.children: list[Clue] = []
        self.log: dict[Any, list[Any]] = {}
        self.by: dict[int, Actor] = {}
        self.reviewed = False
        cmd = commands.report(source=ClueSource.SATELLITE_PATCH)
        required = RULES.review_required(cmd.source, local_day(self.now))
        told = self.clue.receive(cmd, self.moment(COORDINATOR), "CL-1", "恩和镇", review_required=required)
        self.tell(COORDINATOR, self.clue, told)

    def moment(self, by: Actor) -> Any:
        return commands.moment(by, self.now)

    def who(self, by: Actor | None, verb: str, clue: Clue | None = None) -> Actor:
        """by, or whom the tables let do it here."""
        clue = clue or self.subject
        if by is not None:
            return by
        level = {ReviewState.CITY_REVIEW: CITY, ReviewState.PROVINCE_REVIEW: PROVINCE}
        if verb in ("pass-review", "send-back") and clue.review_state in level:
            return level[clue.review_state]
        if verb in ("sign", "return", "start-verification", "submit-opinion", "split"):
            return AGENCY if clue.agency else OFFICER
        return COLLEAGUE if verb in ("start-review", "pass-review", "send-back") else COORDINATOR

    def attempt(self, by: Actor, clue: Clue, decide: Any) -> Any:
        before = replace(clue)
        try:
            events = decide(self.moment(by))
        except TianweiError:
            events = None
        assert clue == before, "deciding, or refusing to, changes nothing"
        if events:
            self.tell(by, clue, events)
        return events

    def tell(self, by: Actor, clue: Clue, events: list[Any]) -> None:
        for event in events:
            rows = [row for row in TABLE.rows if (row.at, row.to) == (event.from_state, event.to_state)]
            assert any(row.who & by.roles for row in rows), (event, by)
            assert event.from_state == clue.state
            replay(clue, [event])
            assert clue.state == event.to_state
            self.log.setdefault(clue.id, []).append((event, by))

    @property
    def subject(self) -> Clue:
        """What can still be worked on: the clue, or once it was cut its first child."""
        return self.children[0] if self.children else self.clue

    @rule(days=st.integers(0, 9))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=1)

    @rule(by=people, undecided=st.sampled_from([0, 0, 1]), to_agency=st.booleans())
    def assign(self, by: Actor | None, undecided: int, to_agency: bool) -> None:
        given = {"agency": "agriculture"} if to_agency else {"township_code": TOWNSHIP}
        by = self.who(by, "assign", self.clue)
        cmd = AssignClue(**given)
        before = self.clue.state
        if self.attempt(by, self.clue, lambda m: self.clue.assign(cmd, m, undecided)):
            assert not (undecided and before is ClueState.RECEIVED)

    @rule(
        by=people,
        verb=st.sampled_from(["sign", "return", "start-verification", "close", "reject"]),
    )
    def step(self, by: Actor | None, verb: str) -> None:
        clue, cmd, by = self.subject, commands.clue_command(verb, ALL_PAPERS), self.who(by, verb)
        name = {"return": "return_"}.get(verb, verb.replace("-", "_"))
        self.attempt(by, clue, lambda m: getattr(clue, name)(cmd, m))

    @rule(by=people, to_agency=st.booleans())
    def return_as_not_ours(self, by: Actor | None, to_agency: bool) -> None:
        cmd = ReturnClue(return_reason=ReturnReason.NOT_OUR_DUTY, reason="不属本单位职责")
        duty, by = self.clue.duty, self.who(by, "return", self.clue)
        if self.attempt(by, self.clue, lambda m: self.clue.return_(cmd, m)):
            assert duty is None, "a clue is passed on once"
            self.assign(None, 0, to_agency)

    @rule(by=people, to_agency=st.booleans())
    def rule_duty(self, by: Actor | None, to_agency: bool) -> None:
        given: Any = {"agency": "agriculture"} if to_agency else {"township_code": TOWNSHIP}
        cmd = steps.RuleDuty(**given, reason="裁定")
        duty, by = self.clue.duty, self.who(by, "rule-duty", self.clue)
        if self.attempt(by, self.clue, lambda m: self.clue.rule_duty(cmd, m)):
            assert duty is not None
            assert (self.clue.agency is not None) == to_agency

    @rule(by=people, undecided=st.sampled_from([0, 1]))
    def confirm_unique(self, by: Actor | None, undecided: int) -> None:
        by = self.who(by, "deduplicate", self.clue)
        self.attempt(by, self.clue, lambda m: self.clue.confirm_unique(steps.ConfirmUnique(), m, undecided))

    @rule(by=people, opinion=st.sampled_from(VerificationOpinion), proved=st.booleans(), papers=st.booleans())
    def submit(self, by: Actor | None, opinion: VerificationOpinion, proved: bool, papers: bool) -> None:
        proof = PROOFS[opinion] if proved else None
        cmd = commands.opinion(opinion, ALL_PAPERS if papers else []).model_copy(update={"proof": proof})
        missing = RULES.missing_proofs(opinion, proof, local_day(self.now))
        assert bool(missing) != proved
        clue, by = self.subject, self.who(by, "submit-opinion")
        if self.attempt(by, clue, lambda m: clue.submit_opinion(cmd, m, missing)):
            assert clue.submitted_by == by.account_id

    @rule(by=people, verb=st.sampled_from(["start_review", "pass_review", "send_back"]))
    def review(self, by: Actor | None, verb: str) -> None:
        cmd: Any = {
            "start_review": steps.StartReview(),
            "pass_review": steps.PassReview(),
            "send_back": steps.SendBack(reasons=[SentBackReason.NO_AZIMUTH], note="补"),
        }[verb]
        clue, by = self.subject, self.who(by, verb.replace("_", "-"))
        level, submitted_by = clue.review_state, clue.submitted_by
        if self.attempt(by, clue, lambda m: getattr(clue, verb)(cmd, m)):
            assert by.account_id != submitted_by
            digits = {ReviewState.CITY_REVIEW: 4, ReviewState.PROVINCE_REVIEW: 2}.get(level or ReviewState.VERIFYING, 6)
            assert len(by.jurisdiction) == digits
            assert clue.division_code.startswith(by.jurisdiction)
            assert not (verb == "start_review" and clue.missing_proofs)

    @rule(by=people)
    def review_all_the_way(self, by: Actor | None) -> None:
        """So that the end of the review comes into being often."""
        for verb in ("start_review", "pass_review", "pass_review"):
            self.review(None, verb)
        self.review(by, "pass_review")

    @rule(
        choice=st.integers(0, 30),
        opinion=st.sampled_from([VerificationOpinion.NON_AGRI_ILLEGAL, *VerificationOpinion]),
        number=st.integers(1, 5),
    )
    def go_on(self, choice: int, opinion: VerificationOpinion, number: int) -> None:
        """Something that the tables allow here, by whoever may do it, some times over."""
        for _ in range(number):
            clue = self.subject
            verbs = TABLE.verbs(clue.state)
            if clue.state is ClueState.TO_CASE:
                verbs = REVIEW.verbs(clue.review_state)
            aside = {"add-aliases", "note-rebound", "link", "reject", "take-shape", "extend-filing"}
            verbs = [verb for verb in verbs if verb not in aside]
            # Else hardly a clue would come to the end of its review.
            verbs += [verb for verb in verbs if verb in ("start-review", "pass-review")] * 2
            if verbs:
                self.do(verbs[choice % len(verbs)], opinion)

    def do(self, verb: str, opinion: VerificationOpinion) -> None:
        if verb in ("sign", "return", "start-verification", "close"):
            self.step(None, verb)
        elif verb in ("start-review", "pass-review", "send-back"):
            self.review(None, verb.replace("-", "_"))
        elif verb == "submit-opinion":
            self.submit(None, opinion, True, True)
        elif verb == "assign":
            self.assign(None, 0, opinion is VerificationOpinion.LEGAL)
        elif verb == "rule-duty":
            to_agency = opinion is VerificationOpinion.LEGAL
            if self.clue.duty is None:
                self.return_as_not_ours(None, to_agency)
                self.step(None, "sign")
            self.rule_duty(None, to_agency)
        elif verb == "split":
            if not self.children:
                self.split(None, [Decimal(5000), Decimal(3400)])
        elif verb == "answer-transfer":
            returned = opinion is VerificationOpinion.LEGAL
            self.answer(None, TransferReply.RETURNED if returned else TransferReply.ACCEPTED)
        elif verb == "transfer-out":
            self.transfer(None)
        elif verb == "file-case":
            self.file_case(None)
        elif verb == "archive":
            self.archive(None, False)
        elif verb == "deduplicate":
            self.confirm_unique(None, 0)

    @rule(to_agency=st.booleans())
    def hurry(self, to_agency: bool) -> None:
        self.assign(None, 0, to_agency)
        for verb in ("sign", "start-verification"):
            self.step(None, verb)

    @rule(by=people)
    def file_case(self, by: Actor | None) -> None:
        clue, before, by = self.subject, self.subject.review_state, self.who(by, "file-case")
        if self.attempt(by, clue, lambda m: clue.turn_into_case(commands.filing(ALL_PAPERS), m, new_id(), "CA-1")):
            assert clue.outcome == "illegal"
            assert clue.review_state == before, "the review goes on where it stood"
            assert before not in (None, ReviewState.VERIFYING, ReviewState.SENT_BACK)

    @precondition(lambda self: self.now > START + timedelta(days=3))
    @rule(by=people)
    def transfer(self, by: Actor | None) -> None:
        first, by = self.clue.transfer is None, self.who(by, "transfer-out")
        cmd = steps.TransferOut(body="林草局", reason="林地")
        if self.attempt(by, self.clue, lambda m: self.clue.transfer_out(cmd, m)):
            assert first, "a clue is passed on once"

    @rule(by=people, days=st.sampled_from([7, 7, 1, 8]))
    def extend_filing(self, by: Actor | None, days: int) -> None:
        clue, by = self.subject, self.who(by, "extend-filing")
        before = clue.clock("D09")
        paper = DocumentRef(kind=DocumentKind.EXTENSION_APPROVAL, title="延期审批表")
        cmd = steps.ExtendFiling(days=days, approved_by="局长", reason="案情复杂", documents=[paper])
        if self.attempt(by, clue, lambda m: clue.extend_filing(cmd, m)):
            assert before is not None
            assert before.due_on is not None
            assert (before.met_at, before.extensions) == (None, []), "once, while it runs"
            assert local_day(self.now) <= before.due_on
            assert days <= 7

    @rule(by=people, reply=st.sampled_from(TransferReply))
    def answer(self, by: Actor | None, reply: TransferReply) -> None:
        cmd = steps.AnswerTransfer(reply=reply, replied_on=local_day(self.now))
        by = self.who(by, "answer-transfer")
        self.attempt(by, self.clue, lambda m: self.clue.answer_transfer(cmd, m))

    @rule(by=people, waits=st.booleans())
    def archive(self, by: Actor | None, waits: bool) -> None:
        clue, by = self.subject, self.who(by, "archive")
        if self.attempt(by, clue, lambda m: clue.archive(steps.ArchiveClue(), m, waits)):
            assert not waits

    @rule(by=people, numbers=st.lists(st.sampled_from("甲乙丙"), min_size=1, max_size=3))
    def add_aliases(self, by: Actor | None, numbers: list[str]) -> None:
        cmd = steps.AddAliases(aliases=[AliasRef(number=number, kind=AliasKind.OTHER) for number in numbers])
        by = self.who(by, "add-aliases")
        self.attempt(by, self.clue, lambda m: self.clue.add_aliases(cmd, m))

    @precondition(lambda self: self.now > START + timedelta(days=6))
    @rule(by=people)
    def link(self, by: Actor | None) -> None:
        other, by = Clue(id=new_id(), clue_no="CL-2"), self.who(by, "link")
        self.attempt(by, self.clue, lambda m: self.clue.link(other, new_id(), m, "同一处"))

    @precondition(lambda self: not self.children)
    @rule(by=people, areas=st.lists(st.integers(0, 5000).map(Decimal), min_size=2, max_size=4))
    def split(self, by: Actor | None, areas: list[Decimal]) -> None:
        cmd = steps.SplitClue(children=[steps.ChildPatch(area_m2=area) for area in areas], reason="用途不同")
        by = self.who(by, "split")
        ids, clocks, whole = [new_id() for _ in areas], self.clue.running, self.clue.area_m2
        told = self.attempt(by, self.clue, lambda m: self.clue.split_up(cmd, m, ids))
        if not told:
            return
        assert whole is not None
        off = abs(sum(areas) - whole) * 3 / 2000
        assert self.clue.split is not None
        assert self.clue.split.within_tolerance == (off <= Decimal("0.01"))
        for fact, child in zip(self.clue.split.children, cmd.children, strict=True):
            made = Clue(id=fact.clue_id)
            assert self.attempt(
                by,
                made,
                lambda m, made=made, fact=fact, child=child: made.split_off(self.clue, fact, child, clocks, None, m),
            )
            self.children.append(made)

    @invariant()
    def replay_gives_the_same(self) -> None:
        for clue in (self.clue, *self.children):
            again = Clue(id=clue.id)
            told = [type(event).model_validate_json(event.model_dump_json()) for event, _ in self.log[clue.id]]
            replay(again, told)
            assert again == clue

    @invariant()
    def ends_are_ends_and_have_no_clocks(self) -> None:
        for clue in (self.clue, *self.children):
            if clue.state in ENDS:
                assert not clue.running
                assert all(row.to == clue.state for row in TABLE if row.at == clue.state)
            running = [clock.rule_id for clock in clue.running]
            assert len(running) == len(set(running))

    @invariant()
    def what_the_levels_above_review_is_not_closed_before_they_have(self) -> None:
        clue = self.subject
        if clue.state in (ClueState.CLOSED_LEGAL, ClueState.CLOSED_OTHER):
            assert clue.review_state is ReviewState.REVIEW_ENDED

    @invariant()
    def state_and_review_go_together_until_there_is_a_case(self) -> None:
        for clue in (self.clue, *self.children):
            if clue.state is not None and clue.state.value in set(ReviewState):
                assert clue.review_state == clue.state.value

    @invariant()
    def the_review_went_by_its_table(self) -> None:
        for clue in (self.clue, *self.children):
            stages = [event.review_state for event, _ in self.log[clue.id] if hasattr(event, "review_state")]
            assert len(clue.sent_back) == stages.count(ReviewState.SENT_BACK)
            assert set(stages) <= {row.to for row in REVIEW}

    @invariant()
    def numbers_are_kept_and_told_once(self) -> None:
        numbers = [alias.number for alias in self.clue.numbers]
        assert len(numbers) == len(set(numbers))
        assert self.clue.clue_no == "CL-1"
        assert all(child.parent_no == "CL-1" for child in self.children)


ClueMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestClueMachine = ClueMachine.TestCase


def test_random_walks_take_every_way_of_the_table() -> None:
    """What the machine above may leave out by chance: many walks by those who may, each step under its invariants."""
    taken: set[tuple[Any, Any]] = set()
    for seed in range(500):
        chance = Random(seed)
        machine = ClueMachine()
        for _ in range(40):
            opinions = [VerificationOpinion.NON_AGRI_ILLEGAL, VerificationOpinion.FALSE_CHANGE, *VerificationOpinion]
            machine.now += timedelta(hours=chance.choice([0, 5, 30]))
            aside = chance.random()
            if aside < 0.03:
                machine.link(None)
            elif aside < 0.08:
                machine.step(None, "reject")
            else:
                machine.go_on(chance.randrange(30), chance.choice(opinions), 1)
            machine.what_the_levels_above_review_is_not_closed_before_they_have()
            machine.state_and_review_go_together_until_there_is_a_case()
        machine.replay_gives_the_same()
        machine.ends_are_ends_and_have_no_clocks()
        machine.the_review_went_by_its_table()
        taken |= {(event.from_state, event.to_state) for told in machine.log.values() for event, _ in told}
    # A patch that a file names as split begins so; a patch is not closed before its review; notes leave the state.
    never = {(None, ClueState.SPLIT)} | {
        (ClueState.OPINION_SUBMITTED, to) for to in (ClueState.CLOSED_LEGAL, ClueState.CLOSED_OTHER)
    }
    assert {(row.at, row.to) for row in TABLE if row.at != row.to} - never <= taken
