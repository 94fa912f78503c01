"""Agencies, coordinator, term and feeds act on one joint action at the same moments, in any order, on PostgreSQL.

Whatever happens: one holder, one pending offer, no decline lost, the action closes once, both services agree.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.agencies.domain.task import Task
from services.agencies.storage.repository import TaskStore
from shared.contracts import agencies as contracts
from shared.contracts.base import Event
from shared.contracts.codes import Role, TaskState
from shared.contracts.hand_over import OPEN, PENDING, holder_of
from tests.integration.services.cases.office import COORDINATOR, Refused, filed
from tests.integration.services.hand_over.county import County, at_once, rows

# More of them: TIANWEI_HAND_OVER_EXAMPLES=100 pytest …; one takes a second or two.
_EXAMPLES = int(os.environ.get("TIANWEI_HAND_OVER_EXAMPLES", "12"))
AGENCIES = ("natural_resources", "agriculture", "public_security")
OF_TASKS = {one.type: one for one in vars(contracts).values() if isinstance(one, type) and issubclass(one, Event)}
agency_acts = st.tuples(
    st.sampled_from(AGENCIES), st.sampled_from(["sign", "accept", "decline", "start", "report"]), st.booleans()
)
coordinator_acts = st.tuples(st.sampled_from(AGENCIES), st.sampled_from(["return", "complete", "withdraw", "reassign"]))
joins = st.sampled_from(
    [{"kind": "all"}, {"kind": "all"}, {"kind": "any"}, {"kind": "lead"}, {"kind": "quorum", "quorum": 2}]
)


class HandOver(RuleBasedStateMachine):
    def __init__(self, county: County, case: dict[str, Any]) -> None:
        super().__init__()
        self.county = county
        self.case = case
        self.action = ""
        self.declined: set[str] = set()

    @rule(join=joins)
    def convene(self, join: dict[str, Any]) -> None:
        """A new action now and then; the former one is left as it is."""
        self.check_both_agree()
        self.action = self.county.convene(self.case, *AGENCIES, join=join)["id"]
        self.declined = set()

    @rule(
        of_agencies=st.lists(agency_acts, min_size=1, max_size=3), of_coordinator=st.lists(coordinator_acts, max_size=2)
    )
    def act_at_once(self, of_agencies: list[Any], of_coordinator: list[Any]) -> None:
        """All of them on what they see now, in threads that start together; the feeds run meanwhile."""
        tasks = self.live()
        acts: list[Callable[[], Any]] = [feed.carry for feed in self.county.feeds]
        for agency, verb, by_system in of_agencies:
            if agency in tasks:
                acts.append(self.by_agency(agency, verb, tasks[agency]["task_id"], by_system))
        for agency, verb in of_coordinator:
            if agency in tasks:
                acts.append(self.by_coordinator(agency, verb, tasks[agency]["task_id"]))
        for answer in at_once(*acts):
            if isinstance(answer, Refused):
                assert answer.kind in ("conflict", "invalid-input"), answer
            elif isinstance(answer, Exception):
                raise answer
            elif isinstance(answer, dict) and "problem" in answer:
                problem = answer["problem"]
                assert problem["kind"] == "conflict", problem
                assert problem["facts"]["holder"] == holder_of(TaskState(problem["facts"]["state"])).value

    @rule(agency=st.sampled_from(AGENCIES))
    def hurry(self, agency: str) -> None:
        """The straight way, so that actions come to their end."""
        if task := self.live().get(agency):
            for verb in ("sign", "accept", "report"):
                self.by_agency(agency, verb, task["task_id"], False)()

    @rule(days=st.integers(0, 4))
    def time_passes(self, days: int) -> None:
        """Two sweeps at once, as of two replicas, while an agency signs."""
        self.county.clock.at += timedelta(days=days)
        late = [self.by_agency(agency, "sign", task["task_id"], True) for agency, task in self.live().items()]
        for answer in at_once(self.county.sweep, self.county.sweep, *late[:1]):
            if isinstance(answer, Exception):
                raise answer

    @rule()
    def settle(self) -> None:
        self.county.settle()
        self.check_both_agree()

    def live(self) -> dict[str, dict[str, Any]]:
        return self.county.live(self.action) if self.action else {}

    def by_agency(self, agency: str, verb: str, task: str, by_system: bool) -> Callable[[], Any]:
        def act() -> Any:
            role = Role.AGENCY_SYSTEM if by_system else Role.AGENCY_OFFICER
            answer = self.county.act(agency, verb, task, role=role)
            if verb == "decline" and "ok" in answer:
                assert task not in self.declined, "declined twice"
                self.declined.add(task)
            return answer

        return act

    def by_coordinator(self, agency: str, verb: str, task: str) -> Callable[[], Any]:
        if verb != "reassign":
            return lambda: self.county.direct(verb, task)
        body = {"task_id": task, "letter": {"agency": agency, "matter": "再办"}, "reason": "补充"}
        return lambda: self.county.office.command(COORDINATOR, "joint_action.reassign", body, self.action)

    def tasks(self) -> list[Any]:
        if not self.action:
            return []
        of_action = "SELECT * FROM agency_task WHERE action_id = :id"
        return [row._mapping for row in rows(self.county.house.engine, of_action, id=UUID(self.action))]

    @invariant()
    def every_task_has_one_holder_and_is_what_its_log_says(self) -> None:
        for row in self.tasks():
            state = TaskState(row["state"])
            assert row["holder"] == holder_of(state).value
            again = Task(row["id"])
            log = "SELECT * FROM event_log WHERE aggregate_id = :id ORDER BY aggregate_seq"
            for event in rows(self.county.house.engine, log, id=row["id"]):
                again.apply(OF_TASKS[event.type].model_validate(event.payload))
                again.version += 1
                assert again.version == event.aggregate_seq
            assert again == TaskStore().from_row(row)

    @invariant()
    def one_open_task_of_an_agency_and_one_pending_offer_in_a_chain(self) -> None:
        found = {str(row["id"]): row for row in self.tasks()}
        agencies = [row["agency"] for row in found.values() if TaskState(row["state"]) in OPEN]
        assert len(agencies) == len(set(agencies))
        if not self.action:
            return
        pictured = {task["task_id"]: task for task in self.county.action(self.action)["tasks"]}
        followers = {task["replaced_by"] for task in pictured.values()}
        for first in pictured.keys() - followers:
            chain, task_id = [], first
            while task_id is not None:
                chain.append(found.get(task_id))
                task_id = pictured[task_id]["replaced_by"]
            pending = [row for row in chain if row is not None and TaskState(row["state"]) in PENDING]
            assert len(pending) <= 1

    @invariant()
    def no_decline_is_lost(self) -> None:
        log = "SELECT count(*) FROM event_log WHERE aggregate_id = :id AND type LIKE '%.task-declined.v1'"
        for task in self.declined:
            ((number,),) = rows(self.county.house.engine, log, id=UUID(task))
            assert number == 1

    @invariant()
    def the_action_closes_once(self) -> None:
        if self.action:
            told = [event.type.split(".")[2] for event in self.county.office.events(self.action)]
            assert told.count("joint-action-closed") <= 1

    def check_both_agree(self) -> None:
        if not self.action:
            return
        self.county.settle()
        action = self.county.action(self.action)
        theirs = {str(row["id"]): row["state"] for row in self.tasks()}
        assert {task["task_id"]: task["state"] for task in action["tasks"]} == theirs
        for task in action["tasks"]:
            assert task["task_id"] not in self.declined or task["state"] == "declined"
        back = [one for one in self.live().values() if one["state"] in ("declined", "expired")]
        ((holder,),) = rows(
            self.county.office.parts.engine, "SELECT holder FROM work_item WHERE id = :id", id=self.action
        )
        running = [clock["rule_id"] for clock in action["deadlines"] if clock["met_at"] is None]
        if action["state"] == "closed":
            assert (holder, running) == ("nobody", [])
            assert all(theirs[task] in ("done", "withdrawn", "declined", "expired") for task in theirs)
        else:
            assert (holder == "coordinator") == bool(back)
            assert ("S13" in running) == bool(back)

    def teardown(self) -> None:
        self.check_both_agree()


@pytest.mark.timeout(60 + 20 * _EXAMPLES)
def test_concurrent_actors_never_lose_or_double_a_task(open_county: Callable[[], County]) -> None:
    county = open_county()
    case = filed(county.office)
    run_state_machine_as_test(
        lambda: HandOver(county, case),  # type: ignore[arg-type]
        settings=settings(
            max_examples=_EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
