"""Random commands in any order: nothing happens outside the tables, everything is told, replay gives the same state."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.cases.domain import case as case_module
from services.cases.domain import clue as clue_module
from services.cases.domain import joint_action as action_module
from services.cases.domain import rectification as item_module
from services.cases.domain.case import Case
from services.cases.domain.clue import Clue
from services.cases.domain.clue_review import ReviewStanding
from services.cases.domain.joint_action import JointAction
from services.cases.domain.joint_task import live
from services.cases.domain.progress import Moment
from services.cases.domain.rectification import Rectification
from services.cases.domain.rectification_facts import Room
from services.cases.domain.transitions import Transitions
from shared.aggregate import replay
from shared.areas import Areas
from shared.contracts.action_steps import ActionSteps
from shared.contracts.codes import ActionForm, Agency, ClosingGround, ReturnReason, VerificationOpinion
from shared.contracts.joint_actions import ReassignTask, TaskLetter
from shared.contracts.parts import DocumentRef
from shared.errors import TianweiError
from shared.ids import new_id
from shared.principal import Actor
from tests.unit.services.cases import commands
from tests.unit.services.cases.commands import ALL_PAPERS, COORDINATOR, OFFICER, START, STRANGER

TABLES: dict[type[Any], Transitions[Any]] = {
    Clue: clue_module.TABLE,
    Case: case_module.TABLE,
    Rectification: item_module.TABLE,
    JointAction: action_module.TABLE,
}
papers = st.sampled_from([ALL_PAPERS, ALL_PAPERS, ALL_PAPERS, []])
people = st.sampled_from([COORDINATOR, COORDINATOR, COORDINATOR, OFFICER, STRANGER])
areas = st.sampled_from([Decimal(8400), Decimal(8400), Decimal("8399.99"), Decimal(9000)])
CASE_VERBS = ["investigate", "conclude", "review", "notice", "decide", "serve", "perform", "execute", "close"]
ACTION_STEPS = ["record-meeting", "record-acting", "record-on-site", "record-evidence", "summarise"]
CLUE_STEPS = {
    "assign": "assign",
    "sign": "sign",
    "return": "return_",
    "reject": "reject",
    "start-verification": "start_verification",
    "submit-opinion": "submit_opinion",
    "close": "close",
}


class Office(RuleBasedStateMachine):
    """One clue and all that grows from it, with the log of what was told."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.clue = Clue(id=new_id())
        self.case: Case | None = None
        self.items: list[Rectification] = []
        self.actions: list[JointAction] = []
        self.log: dict[Any, list[Any]] = {}

    @initialize(reviewed=st.booleans())
    def received(self, reviewed: bool) -> None:
        order = commands.report()
        self.attempt(
            COORDINATOR,
            self.clue,
            lambda m: self.clue.receive(order, m, "CL-1", "恩和镇", review_required=reviewed),
        )

    def moment(self, by: Actor) -> Moment:
        return commands.moment(by, self.now)

    def attempt(self, by: Actor, aggregate: Any, decide: Any) -> bool:
        """Decide, apply, log. A refusal is one of our own errors and leaves the aggregate as it was."""
        before = replace(aggregate)
        try:
            events = decide(self.moment(by))
        except TianweiError:
            events = None
        assert aggregate == before, "deciding, or refusing to, changes nothing"
        if events is None:
            return False
        self.tell(by, aggregate, events)
        return True

    def tell(self, by: Actor, aggregate: Any, events: list[Any]) -> None:
        rows = TABLES[type(aggregate)].rows
        for event in events:
            known = [row for row in rows if (row.at, row.to) == (event.from_state, event.to_state)]
            assert known, (event.from_state, event.to_state)
            assert any(not row.who or row.who & by.roles for row in known)
            assert event.from_state == aggregate.state
            assert event.at == self.now
            replay(aggregate, [event])
            assert aggregate.state == event.to_state
            self.log.setdefault(aggregate.id, []).append(event)

    @rule(days=st.integers(0, 12))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days, minutes=1)

    @rule(
        verb=st.sampled_from(list(CLUE_STEPS)),
        by=people,
        documents=papers,
        opinion=st.sampled_from([VerificationOpinion.NON_AGRI_ILLEGAL, *VerificationOpinion]),
    )
    def step_clue(self, verb: str, by: Actor, documents: Any, opinion: VerificationOpinion) -> None:
        cmd = commands.clue_command(verb, documents, opinion)
        self.attempt(by, self.clue, lambda m: getattr(self.clue, CLUE_STEPS[verb])(cmd, m))

    @rule(opinion=st.sampled_from([VerificationOpinion.NON_AGRI_ILLEGAL, VerificationOpinion.NON_GRAIN_ILLEGAL]))
    def hurry_clue(self, opinion: VerificationOpinion) -> None:
        """The main path, so that the later objects come into being often."""
        for verb in ("assign", "sign", "start-verification", "submit-opinion"):
            self.step_clue(verb, COORDINATOR, ALL_PAPERS, opinion)
        self.file_case(COORDINATOR, ALL_PAPERS)

    @rule(by=people, documents=papers)
    def file_case(self, by: Actor, documents: Any) -> None:
        case = Case(id=new_id())
        cmd = commands.filing(documents)
        if self.attempt(by, self.clue, lambda m: self.clue.turn_into_case(cmd, m, case.id, "CA-1")):
            assert self.case is None, "one clue makes one case"
            self.case = case
            assert self.attempt(by, case, lambda m: case.file(cmd, m, self.clue, "CA-1"))

    @precondition(lambda self: self.case is not None)
    @rule(
        verb=st.sampled_from(CASE_VERBS),
        by=people,
        documents=papers,
        ground=st.sampled_from([ClosingGround.EXECUTED, ClosingGround.OTHER]),
    )
    def step_case(self, verb: str, by: Actor, documents: Any, ground: ClosingGround) -> None:
        case = self.case
        assert case is not None
        cmd = commands.case_command(verb, documents, self.now, ground)
        self.attempt(by, case, lambda m: getattr(case, verb)(cmd, m))

    @precondition(lambda self: self.case is not None)
    @rule(steps=st.integers(1, 9))
    def hurry_case(self, steps: int) -> None:
        for verb in CASE_VERBS[:steps]:
            self.step_case(verb, COORDINATOR, ALL_PAPERS, ClosingGround.EXECUTED)

    @precondition(lambda self: self.case is not None and len(self.items) < 2)
    @rule(by=people, documents=papers)
    def order(self, by: Actor, documents: Any) -> None:
        item, case = Rectification(id=new_id()), self.case
        assert case is not None
        before = sum((other.area_m2 for other in self.items), Decimal(0))
        pbf_m2 = sum((other.facts.pbf_area_m2 for other in self.items), Decimal(0))
        room = Room(Areas(case.area_m2, case.farmland_area_m2, case.pbf_area_m2), before, pbf_m2)
        if self.attempt(by, item, lambda m: item.order(commands.order(documents), m, case, "RI-1", room)):
            self.items.append(item)

    @precondition(lambda self: self.items)
    @rule(
        verb=st.sampled_from(["report", "check", "accept", "request-review", "strike-off"]),
        which=st.integers(0, 1),
        by=people,
        documents=papers,
        area_m2=areas,
        passed=st.booleans(),
    )
    def step_item(self, verb: str, which: int, by: Actor, documents: Any, area_m2: Decimal, passed: bool) -> None:
        item = self.items[which % len(self.items)]
        cmd = commands.item_command(verb, documents, area_m2, passed=passed)
        above = ReviewStanding(self.clue.review_required, self.clue.review_state)
        more = [above] if verb == "strike-off" else []
        if self.attempt(by, item, lambda m: getattr(item, verb.replace("-", "_"))(cmd, m, *more)) and more:
            assert not above.awaited
            assert item.facts.review_ended or not above.asked

    @precondition(lambda self: self.items)
    @rule(
        which=st.integers(0, 1),
        steps=st.sampled_from([5, 1, 2, 3, 4]),
        area_m2=areas,
        passed=st.sampled_from([True, True, False]),
    )
    def hurry_item(self, which: int, steps: int, area_m2: Decimal, passed: bool) -> None:
        for verb in ["report", "check", "accept", "request-review", "strike-off"][:steps]:
            self.step_item(verb, which, COORDINATOR, ALL_PAPERS, area_m2, passed)

    @precondition(lambda self: self.case is not None and len(self.actions) < 2)
    @rule(
        by=people,
        agencies=st.lists(st.sampled_from(Agency), min_size=1, max_size=4),
        urgent=st.booleans(),
        form=st.sampled_from(ActionForm),
    )
    def convene(self, by: Actor, agencies: list[Agency], urgent: bool, form: ActionForm) -> None:
        action, case = JointAction(id=new_id()), self.case
        assert case is not None
        cmd = commands.invitation(*agencies, acting_at=self.now, urgent=urgent, form=form)
        if self.attempt(by, action, lambda m: action.convene(cmd, m, case, "JA-1")):
            assert len(set(agencies)) == len(agencies)
            self.actions.append(action)

    @precondition(lambda self: self.actions)
    @rule(
        what=st.sampled_from(["sign", "accept", "decline", "report"]), which=st.integers(0, 1), task=st.integers(0, 7)
    )
    def agency_acts(self, what: str, which: int, task: int) -> None:
        action = self.actions[which % len(self.actions)]
        task_id = action.tasks[task % len(action.tasks)].id
        decide = {
            "sign": lambda m: action.task_signed(task_id, "钱某", m),
            "accept": lambda m: action.task_accepted(task_id, m),
            "decline": lambda m: action.task_declined(task_id, ReturnReason.NOT_OUR_DUTY, "不属", m),
            "report": lambda m: action.task_reported(task_id, {"kind": "land_survey"}, m),
        }[what]
        nobody = replace(COORDINATOR, roles=frozenset())
        assert self.attempt(nobody, action, decide), "a fact of another service is never refused"

    @precondition(lambda self: self.actions)
    @rule(what=st.sampled_from(["sign", "accept", "report"]), which=st.integers(0, 1))
    def all_agencies_act(self, what: str, which: int) -> None:
        for task in range(len(self.actions[which % len(self.actions)].tasks)):
            self.agency_acts(what, which, task)

    @precondition(lambda self: self.actions)
    @rule(by=people, which=st.integers(0, 1), task=st.integers(0, 7), agency=st.sampled_from(Agency))
    def reassign(self, by: Actor, which: int, task: int, agency: Agency) -> None:
        action = self.actions[which % len(self.actions)]
        task_id = action.tasks[task % len(action.tasks)].id
        cmd = ReassignTask(task_id=task_id, letter=TaskLetter(agency=agency, matter="再来"), reason="补充")
        self.attempt(by, action, lambda m: action.reassign(cmd, m))

    @precondition(lambda self: self.actions)
    @rule(verb=st.sampled_from(ACTION_STEPS), which=st.integers(0, 1), by=people, documents=papers, all_=st.booleans())
    def step_action(self, verb: str, which: int, by: Actor, documents: list[DocumentRef], all_: bool) -> None:
        action = self.actions[which % len(self.actions)]
        agencies = [task.letter.agency for task in live(action.tasks)]
        owing = action.owes_evidence if verb == "record-evidence" else []
        cmd = commands.action_step(verb, owing or (agencies if all_ else agencies[:1]), self.now, documents)
        self.attempt(by, action, lambda m: getattr(action, verb.replace("-", "_"))(cmd, m))

    @precondition(lambda self: self.actions)
    @rule(which=st.integers(0, 1), steps=st.integers(1, 8))
    def hurry_action(self, which: int, steps: int) -> None:
        for verb in ["record-meeting", "record-acting", *["record-evidence"] * 4, "report", "summarise"][:steps]:
            if verb == "report":
                self.all_agencies_act(verb, which)
            else:
                self.step_action(verb, which, COORDINATOR, ALL_PAPERS, True)

    def all(self) -> list[Any]:
        return [self.clue, *([self.case] if self.case else []), *self.items, *self.actions]

    @invariant()
    def replay_gives_the_same(self) -> None:
        for aggregate in self.all():
            again = type(aggregate)(id=aggregate.id)
            told = [type(event).model_validate_json(event.model_dump_json()) for event in self.log[aggregate.id]]
            replay(again, told)
            assert again == aggregate
            assert aggregate.version == len(told)

    @invariant()
    def no_clock_runs_twice(self) -> None:
        for aggregate in self.all():
            running = [clock.rule_id for clock in aggregate.running]
            assert len(running) == len(set(running))

    @invariant()
    def what_must_never_be(self) -> None:
        for item in self.items:
            assert item.state != "struck_off" or item.remaining_area_m2 == 0
            assert item.state != "struck_off" or {clock.rule_id for clock in item.running} <= {"R05"}
            assert 0 <= item.rectified_area_m2 <= item.area_m2
        if self.case is not None:
            assert sum(item.area_m2 for item in self.items) <= self.case.area_m2
        for action in self.actions:
            counted = live(action.tasks)
            answered = all(task.state == "reported" for task in counted)
            if action.form is ActionForm.CONSULTATION:
                assert (action.state == "closed") == answered
                assert action.steps == ActionSteps()
            if action.on_site and action.state in ("feedback_complete", "closed"):
                assert answered
                assert action.steps.on_site is not None
            if action.on_site and action.state == "closed":
                assert action.steps.summary is not None
                assert not action.owes_evidence
                assert action.steps.meeting is not None or action.form is ActionForm.INSPECTION
            if action.steps.acting is not None and action.form is ActionForm.ACTION and not action.urgent:
                assert action.steps.meeting is not None
            assert len({task.letter.agency for task in counted}) == len(counted)
        if self.case is not None and self.case.decided_at is not None:
            noticed, decided = self._when("CasePartyNotifiedV1"), self._when("CaseDecidedV1")
            assert decided - noticed > timedelta(days=5)

    def _when(self, name: str) -> datetime:
        assert self.case is not None
        at: datetime = next(event.at for event in self.log[self.case.id] if type(event).__name__ == name)
        return at


Office.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestOffice = Office.TestCase
