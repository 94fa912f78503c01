"""A joint action: convened by the coordinator, moved by what agencies tells, closed when all have reported."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.joint_action import JointAction
from services.cases.handlers.on_agencies import REACTIONS
from services.cases.storage.repository import JointActionStore
from shared.aggregate import replay
from shared.contracts.agencies import TaskAcceptedV1, TaskDeclinedV1, TaskReportedV1, TaskSignedV1
from shared.contracts.codes import COUNTY_AGENCIES, Agency, ReturnReason, Role
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_OFFICER,
    Office,
    Refused,
    actor,
    filed,
    invitation,
)
from tests.integration.services.cases.test_main_path import EVENTS

NR, AG = "natural_resources", "agriculture"


class Action:
    """An action of two agencies, and the agencies' side of it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.case = filed(office)
        self.made = office.command(COORDINATOR, "case.convene-joint-action", invitation(NR, AG), self.case["id"])
        self.id = self.made["id"]

    def now(self) -> dict[str, Any]:
        return self.office.query(COORDINATOR, "joint_action.get", id=self.id)

    def task(self, agency: str) -> dict[str, Any]:
        """The live task of an agency."""
        return next(task for task in self.now()["tasks"] if task["agency"] == agency and not task["replaced_by"])

    def _about(self, agency: str) -> dict[str, Any]:
        return {
            "at": self.office.clock.at,
            "task_id": UUID(self.task(agency)["task_id"]),
            "action_id": UUID(self.id),
            "case_id": UUID(self.case["id"]),
            "agency": Agency(agency),
        }

    def sign(self, agency: str) -> None:
        self.office.react(REACTIONS, TaskSignedV1(**self._about(agency), signed_by="钱某", channel="system"))

    def accept(self, agency: str) -> None:
        about = self._about(agency)
        self.office.react(REACTIONS, TaskAcceptedV1(**about, contact_person="钱某", contact_phone=None))

    def decline(self, agency: str) -> None:
        reason = ReturnReason.MATERIAL_INCOMPLETE
        about = self._about(agency)
        self.office.react(REACTIONS, TaskDeclinedV1(**about, return_reason=reason, reason="缺图件"))

    def report(self, agency: str) -> None:
        self.office.react(REACTIONS, TaskReportedV1(**self._about(agency), result={"kind": "land_survey"}))

    def reassign(self, agency: str, to: str) -> dict[str, Any]:
        body = {
            "task_id": self.task(agency)["task_id"],
            "letter": {"agency": to, "matter": "补充图件后勘测"},
            "reason": "已补充",
        }
        return self.office.command(COORDINATOR, "joint_action.reassign", body, self.id)


@pytest.fixture
def action(office: Office) -> Action:
    office.days_pass(8)  # 2026-04-28, as in the worked example
    return Action(office)


def test_convening_tells_every_agency_its_task_with_its_dates(action: Action) -> None:
    assert action.made["action_no"] == "ZW-JA-640521-2026-00001"
    assert action.made["state"] == "notified"
    assert {task["sign_due_on"] for task in action.made["tasks"]} == {"2026-04-29"}
    [event] = action.office.events(action.id)
    assert event.type == "tianwei.cases.joint-action-convened.v1"
    assert [task["letter"]["agency"] for task in event.payload["tasks"]] == [NR, AG]
    assert {task["feedback_due_on"] for task in event.payload["tasks"]} == {"2026-05-13"}
    assert event.payload["brief"]["case_no"] == action.case["case_no"]
    seen = action.office.query(COORDINATOR, "case.get", id=action.case["id"])
    assert seen["joint_action_ids"] == [action.id]


def test_it_moves_with_its_tasks_and_closes_itself_when_all_have_reported(action: Action) -> None:
    states = []
    for act, agency in [
        (action.sign, NR),
        (action.accept, NR),
        (action.sign, AG),
        (action.accept, AG),
        (action.report, AG),
        (action.report, NR),
    ]:
        act(agency)
        states.append(action.now()["state"])
    assert states == [
        "partly_signed",
        "partly_signed",
        "all_signed",
        "all_signed",
        "feedback_partial",
        "closed",
    ]
    closed = action.now()
    assert closed["closed_at"] is not None
    assert all(clock["met_at"] for clock in closed["deadlines"])
    assert [task["state"] for task in closed["tasks"]] == ["reported", "reported"]
    told = [event.type.split(".")[2] for event in action.office.events(action.id)]
    assert told[-2:] == ["joint-action-task-reported", "joint-action-closed"]


def contacts(action: Action) -> list[tuple[str, str, bool]]:
    """Of the clocks for naming a contact: since when, until when, whether met."""
    clocks = (clock for clock in action.now()["deadlines"] if clock["rule_id"] == "J03")
    return [(clock["started_at"][:10], clock["due_on"], clock["met_at"] is not None) for clock in clocks]


def charged(action: Action) -> list[str]:
    """Agencies whose own clock it is."""
    people = [(agency, replace(actor(Role.AGENCY_OFFICER, "640521"), org_code=agency)) for agency in (NR, AG)]
    return [
        agency
        for agency, by in people
        if "J03" in {one["rule_id"] for one in action.office.query(by, "deadline.mine")["items"]}
    ]


def test_who_has_signed_names_a_contact_within_a_working_day(action: Action) -> None:
    assert contacts(action) == []
    action.sign(NR)
    assert contacts(action) == [("2026-04-28", "2026-04-29", False)]
    action.office.days_pass(1)
    action.sign(AG)
    assert contacts(action) == [("2026-04-28", "2026-04-29", False)]
    assert charged(action) == [NR]
    # Who signed later has its own day: the clock begins anew from its signature.
    action.accept(NR)
    assert contacts(action) == [("2026-04-28", "2026-04-29", True), ("2026-04-29", "2026-04-30", False)]
    assert charged(action) == [AG]
    action.accept(AG)
    assert [met for _, _, met in contacts(action)] == [True, True]


def test_a_task_that_is_declined_or_reported_names_no_contact(action: Action) -> None:
    action.sign(NR)
    action.decline(NR)
    assert [met for _, _, met in contacts(action)] == [True]
    action.sign(AG)
    assert [met for _, _, met in contacts(action)] == [True, False]
    action.report(AG)
    assert [met for _, _, met in contacts(action)] == [True, True]


def test_who_signs_and_answers_late_is_told_by_working_days(action: Action) -> None:
    action.sign(NR)
    action.office.days_pass(2)  # 30 April: to be signed for by the 29th
    action.sign(AG)
    action.office.days_pass(14)  # 14 May: to be answered by the 13th
    action.report(NR)
    late = {task["agency"]: (task["sign_late_days"], task["feedback_late_days"]) for task in action.now()["tasks"]}
    assert late == {NR: (0, 1), AG: (1, None)}


def test_a_decline_comes_back_and_the_new_task_takes_its_place(action: Action) -> None:
    for agency in (NR, AG):
        action.sign(agency)
    action.decline(NR)
    declined = action.task(NR)
    assert (declined["state"], declined["return_reason"], declined["decline_reason"]) == (
        "declined",
        "material_incomplete",
        "缺图件",
    )
    action.report(AG)
    assert action.now()["state"] == "feedback_partial"  # the declined task still waits for the coordinator
    action.office.days_pass(2)
    again = action.reassign(NR, NR)
    assert again["tasks"][0]["replaced_by"] == again["tasks"][2]["task_id"]
    assert again["tasks"][2]["sign_due_on"] == "2026-05-06"
    event = action.office.events(action.id)[-1]
    assert event.payload["declined_task_id"] == declined["task_id"]
    assert event.payload["brief"]["case_no"] == action.case["case_no"]
    for act in (action.sign, action.accept, action.report):
        act(NR)
    assert action.now()["state"] == "closed"


def test_reassigning_before_anybody_else_signed_starts_over(action: Action) -> None:
    action.sign(NR)
    action.decline(NR)
    assert action.reassign(NR, "public_security")["state"] == "notified"


def test_only_a_declined_task_is_reassigned_and_no_agency_twice(action: Action) -> None:
    def refused(agency: str, to: str) -> str:
        with pytest.raises(Refused) as caught:
            action.reassign(agency, to)
        return str(caught.value.code)

    assert refused(NR, NR) == "cases.task-not-declined"
    action.decline(NR)
    assert refused(NR, AG) == "cases.agency-twice"
    body = {"task_id": action.id, "letter": {"agency": NR, "matter": "x"}, "reason": "x"}
    with pytest.raises(Refused) as caught:
        action.office.command(COORDINATOR, "joint_action.reassign", body, action.id)
    assert caught.value.code == "cases.task-unknown"


def test_a_fact_told_twice_tells_nothing_new(action: Action) -> None:
    action.sign(NR)
    action.accept(NR)
    before = action.now()
    action.sign(NR)
    action.accept(NR)
    assert action.now() == before
    assert len(action.office.events(action.id)) == 3


def test_agencies_are_named_once(office: Office) -> None:
    case = filed(office)
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "case.convene-joint-action", invitation(NR, AG, NR), case["id"])
    assert (caught.value.code, caught.value.field) == ("cases.agency-twice", "tasks.2.agency")


def test_urgent_notices_are_signed_for_within_two_hours(office: Office) -> None:
    case = filed(office)
    body = invitation(NR, urgent=True)
    made = office.command(COORDINATOR, "case.convene-joint-action", body, case["id"])
    clock = next(clock for clock in made["deadlines"] if clock["rule_id"] == "J02U")
    assert (clock["unit"], clock["limit"], clock["due_at"]) == ("hour", 2, "2026-04-20T03:12:00Z")


def test_a_township_sees_the_action_in_its_place_but_does_not_steer_it(action: Action) -> None:
    assert action.office.query(OFFICER, "joint_action.get", id=action.id)["id"] == action.id
    with pytest.raises(Refused) as caught:
        action.office.command(OFFICER, "joint_action.reassign", {}, action.id)
    assert caught.value.kind == "not-allowed"


def test_replaying_the_log_gives_the_stored_action(action: Action) -> None:
    action.sign(NR)
    action.decline(AG)
    action.reassign(AG, AG)
    action.report(NR)
    again = JointAction(id=UUID(action.id))
    replay(again, [EVENTS[event.type].model_validate(event.payload) for event in action.office.events(action.id)])
    with action.office.parts.engine.connect() as connection:
        assert JointActionStore().get(connection, UUID(action.id)) == again


def test_the_timeline_of_the_case_tells_of_its_action(action: Action) -> None:
    action.sign(NR)
    told = action.office.query(COORDINATOR, "case.timeline", id=action.case["id"])["items"]
    assert [entry["title"] for entry in told if entry["object"] == "joint_action"] == ["召集联合执法", "部门签收任务"]


def test_an_action_is_not_convened_for_a_day_that_is_over(office: Office) -> None:
    office.days_pass(8)
    case = filed(office)
    yesterday = invitation(NR, acting_at=(office.clock.at - timedelta(days=1)).isoformat())
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "case.convene-joint-action", yesterday, case["id"])
    assert (caught.value.kind, caught.value.code, caught.value.field) == (
        "invalid-input",
        "cases.in-the-past",
        "acting_at",
    )
    today = invitation(NR, acting_at=(office.clock.at - timedelta(hours=1)).isoformat())
    assert office.command(COORDINATOR, "case.convene-joint-action", today, case["id"])["state"] == "notified"


def test_the_lead_agency_is_one_of_those_called(office: Office) -> None:
    case = filed(office)
    body = invitation(AG, lead_agency=NR)
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "case.convene-joint-action", body, case["id"])
    assert (caught.value.code, caught.value.field) == ("cases.lead-not-invited", "lead_agency")
    assert caught.value.facts == {"agency": NR, "invited": [AG]}


def test_a_township_has_a_task_letter_beside_the_four_agencies(office: Office) -> None:
    """domain.md 8.2, step 8."""
    office.days_pass(8)
    case = filed(office)
    body = invitation(*COUNTY_AGENCIES, "township")
    made = office.command(COORDINATOR, "case.convene-joint-action", body, case["id"])
    assert [task["agency"] for task in made["tasks"]] == [*COUNTY_AGENCIES, "township"]
    mine = office.query(OFFICER, "deadline.mine")["items"]
    assert {clock["rule_id"] for clock in mine if clock["object_id"] == made["id"]} >= {"J02"}
    theirs = office.query(OTHER_OFFICER, "deadline.mine")["items"]
    assert made["id"] not in {clock["object_id"] for clock in theirs}


def test_a_township_does_not_lead(office: Office) -> None:
    case = filed(office)
    with pytest.raises(Refused) as caught:
        office.command(COORDINATOR, "case.convene-joint-action", invitation("township"), case["id"])
    assert (caught.value.code, caught.value.field) == ("invalid-field", "lead_agency")
