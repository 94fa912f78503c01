"""A joint action on site, step by step (domain.md 4.3; 8.2, steps 8 to 15): what each needs, starts and stops."""

from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.joint_action import JointAction
from services.cases.handlers.on_agencies import REACTIONS
from services.cases.storage.repository import JointActionStore
from shared.aggregate import replay
from shared.contracts import catalogue
from shared.contracts.agencies import TaskReportedV1, TaskSignedV1
from shared.contracts.codes import Agency
from tests.integration.services.cases.office import COORDINATOR, Office, Refused, filed, invitation, papers

NR, AG, PS, CE, TWN = "natural_resources", "agriculture", "public_security", "comprehensive_enforcement", "township"
FIVE = (NR, AG, PS, CE, TWN)
PLANS = ("meeting_minutes", "action_plan", "risk_plan")
SHA = "a" * 64
EVENTS = {event.type: event for event in catalogue.EVENTS}


class Site:
    """An action of five on its own dates: called on 2026-04-28 for 2026-05-07 09:00."""

    def __init__(self, office: Office, **changes: Any) -> None:
        self.office = office
        office.days_pass(8)
        self.case = filed(office)
        body = invitation(*FIVE, **{"form": "action", **changes})
        self.made = office.command(COORDINATOR, "case.convene-joint-action", body, self.case["id"])
        self.id = self.made["id"]

    def now(self) -> dict[str, Any]:
        return self.office.query(COORDINATOR, "joint_action.get", id=self.id)

    def clocks(self) -> dict[str, Any]:
        return {clock["rule_id"]: clock for clock in self.now()["deadlines"]}

    def step(self, verb: str, **body: Any) -> dict[str, Any]:
        return self.office.command(COORDINATOR, f"joint_action.{verb}", body, self.id)

    def refused(self, verb: str, **body: Any) -> str:
        with pytest.raises(Refused) as caught:
            self.step(verb, **body)
        return str(caught.value.code)

    def tell(self, event: type[Any], agency: str, **facts: Any) -> None:
        task = next(task for task in self.now()["tasks"] if task["agency"] == agency)
        about = {"task_id": UUID(task["task_id"]), "action_id": UUID(self.id), "case_id": UUID(self.case["id"])}
        at = self.office.clock.at
        self.office.react(REACTIONS, event(at=at, agency=Agency(agency), **about, **facts))

    def all_sign(self) -> None:
        for agency in FIVE:
            self.tell(TaskSignedV1, agency, signed_by="钱某", channel="system")

    def report(self, *agencies: str) -> None:
        for agency in agencies:
            self.tell(TaskReportedV1, agency, result={"kind": "land_survey"})

    def meet(self, **changes: Any) -> dict[str, Any]:
        self.office.days_pass(8)  # 2026-05-06
        at = self.office.clock.at.isoformat()
        return self.step("record-meeting", **{**meeting(at), **changes})

    def act(self, *documents: str, **changes: Any) -> dict[str, Any]:
        self.office.days_pass(1)  # 2026-05-07
        return self.step("record-acting", **{**acting(self.office), **papers(*documents), **changes})

    def hand_over(self, *agencies: str) -> dict[str, Any]:
        return [self.step("record-evidence", **handed(self.office, agency)) for agency in agencies][-1]


def meeting(at: str) -> dict[str, Any]:
    return {"met_at": at, "attended": [*FIVE], "account": "明确分工、依据和风险。", **papers(*PLANS)}


def acting(office: Office) -> dict[str, Any]:
    return {
        "started_at": office.clock.at.isoformat(),
        "muster": [{"agency": agency, "persons": [f"{agency}甲"]} for agency in FIVE],
        "account": "停工，设置警戒，取土样。",
    }


def handed(office: Office, agency: str) -> dict[str, Any]:
    return {
        "agency": agency,
        "handed_at": office.clock.at.isoformat(),
        "received_by": "王立新",
        "items": [{"title": "现场照片", "sha256": SHA}],
        **papers("evidence_handover_list"),
    }


SUMMARY = {
    "account": "全部停工，移交证据。",
    "scores": [{"agency": NR, "score": 95}, {"agency": PS, "score": 80, "note": "签收迟一日"}],
    "lessons": "提前一日落实警力。",
    **papers("action_summary"),
}


def test_the_action_of_the_worked_example_with_its_clocks(office: Office) -> None:
    """8.2, steps 8 to 15: J06 05-09 (a working Saturday), J07 05-13, J10 05-20."""
    site = Site(office)
    due = {rule: clock["due_on"] for rule, clock in site.clocks().items()}
    assert due == {"J02": "2026-04-29", "J04": "2026-05-06"}
    site.all_sign()
    assert site.now()["state"] == "all_signed"
    assert site.meet()["state"] == "met"
    assert site.clocks()["J04"]["met_at"] is not None
    acted = site.act("on_site_record")
    assert (acted["state"], acted["steps"]["on_site"]["at_scene"]) == ("acted", True)
    due = {rule: clock["due_on"] for rule, clock in site.clocks().items() if clock["met_at"] is None}
    # All have signed and nobody has accepted: contacts are still to be named (J03).
    assert due == {"J03": "2026-04-29", "J06": "2026-05-09", "J07": "2026-05-13", "J10": "2026-05-20"}
    assert {task["feedback_due_on"] for task in acted["tasks"]} == {"2026-05-13"}
    site.hand_over(AG, PS, CE)
    assert site.clocks()["J06"]["met_at"] is None
    site.step("record-evidence", **{**handed(office, TWN), "items": [], "documents": []})
    assert site.clocks()["J06"]["met_at"] is not None
    site.report(TWN, AG, CE)
    assert site.now()["state"] == "feedback_partial"
    site.report(NR, PS)
    assert site.now()["state"] == "feedback_complete"
    assert site.clocks()["J07"]["met_at"] is not None
    assert site.clocks()["J10"]["met_at"] is None
    closed = site.step("summarise", **SUMMARY)
    assert (closed["state"], closed["steps"]["summary"]["scores"][1]["score"]) == ("closed", 80)
    assert closed["closed_at"] is not None
    assert all(clock["met_at"] for clock in closed["deadlines"])


def test_an_action_is_not_begun_without_its_pre_meeting(office: Office) -> None:
    site = Site(office)
    office.days_pass(9)
    assert site.refused("record-acting", **acting(office)) == "cases.meeting-missing"
    assert site.refused("record-meeting", **{**meeting(office.clock.at.isoformat()), **papers("meeting_minutes")}) == (
        "cases.document-missing"
    )
    assert site.now()["state"] == "notified"


def test_an_urgent_action_is_minuted_afterwards_but_not_closed_without(office: Office) -> None:
    site = Site(office, urgent=True)
    assert "J04" not in site.clocks()
    office.days_pass(8)
    site.act("on_site_record")
    site.hand_over(AG, PS, CE, TWN)
    site.report(*FIVE)
    assert site.refused("summarise", **SUMMARY) == "cases.meeting-missing"
    minuted = {**meeting(office.clock.at.isoformat()), **papers("meeting_minutes"), "by_phone": True}
    assert site.step("record-meeting", **minuted)["state"] == "feedback_complete"
    assert site.refused("record-meeting", **minuted) == "cases.meeting-known"
    assert site.step("summarise", **SUMMARY)["state"] == "closed"


def test_an_inspection_goes_without_a_pre_meeting(office: Office) -> None:
    site = Site(office, form="inspection")
    office.days_pass(8)
    assert site.act("on_site_record")["state"] == "acted"
    site.hand_over(AG, PS, CE, TWN)
    site.report(*FIVE)
    assert site.step("summarise", **SUMMARY)["state"] == "closed"


def test_a_consultation_takes_no_step_on_site(office: Office) -> None:
    site = Site(office, form="consultation")
    assert set(site.clocks()) == {"J02", "J07"}
    for verb, body in (("record-meeting", meeting(office.clock.at.isoformat())), ("record-acting", acting(office))):
        assert site.refused(verb, **body) == "cases.step-not-of-form"
    site.report(*FIVE)
    assert site.now()["state"] == "closed"


def test_a_record_not_signed_at_the_scene_is_owed_for_a_working_day(office: Office) -> None:
    site = Site(office)
    site.meet()
    assert site.act()["state"] == "acting"
    assert site.clocks()["J05"]["due_on"] == "2026-05-08"
    site.report(*FIVE)
    assert site.now()["state"] == "acting"
    assert site.refused("record-on-site", signed_by=["某甲"]) == "cases.document-missing"
    signed = site.step("record-on-site", signed_by=["某甲"], **papers("on_site_record"))
    assert (signed["state"], signed["steps"]["on_site"]["at_scene"]) == ("feedback_complete", False)
    assert site.clocks()["J05"]["met_at"] is not None


def test_feedback_from_before_the_action_does_not_close_it(office: Office) -> None:
    site = Site(office)
    site.report(*FIVE)
    assert site.now()["state"] == "all_signed"
    assert site.clocks()["J02"]["met_at"] is not None
    site.meet()
    assert site.act("on_site_record")["state"] == "feedback_complete"


def test_nobody_closes_while_evidence_is_owed(office: Office) -> None:
    site = Site(office)
    site.meet()
    site.act("on_site_record")
    site.report(*FIVE)
    site.hand_over(AG)
    with pytest.raises(Refused) as caught:
        site.step("summarise", **SUMMARY)
    assert (caught.value.code, caught.value.facts["agencies"]) == ("cases.evidence-owed", [PS, CE, TWN])
    unlisted = {**handed(office, PS), "documents": []}
    assert site.refused("record-evidence", **unlisted) == "cases.document-missing"


def test_who_was_not_called_does_not_muster_and_the_lead_does(office: Office) -> None:
    office.days_pass(8)
    case = filed(office)
    body = invitation(NR, AG, form="inspection")
    made = office.command(COORDINATOR, "case.convene-joint-action", body, case["id"])

    def refused(*agencies: str) -> tuple[str, str | None]:
        muster = [{"agency": agency, "persons": ["某甲"]} for agency in agencies]
        with pytest.raises(Refused) as caught:
            office.command(COORDINATOR, "joint_action.record-acting", {**acting(office), "muster": muster}, made["id"])
        return caught.value.code, caught.value.field

    assert refused(NR, PS) == ("cases.agency-not-invited", "muster")
    assert refused(AG) == ("cases.lead-absent", "muster")
    assert refused(NR, AG, AG) == ("cases.agency-twice", "muster.2")


def test_what_was_done_on_site_is_neither_put_off_nor_called_off(office: Office) -> None:
    site = Site(office)
    site.meet()
    site.act("on_site_record")
    site.report(NR)
    for verb in ("postpone", "cancel"):
        assert site.refused(verb, reason="天气") == "cases.transition-not-allowed"


def test_a_new_date_asks_for_the_pre_meeting_again_unless_it_was_held(office: Office) -> None:
    site = Site(office)
    site.step("postpone", reason="大风")
    site.step("reschedule", acting_at="2026-05-12T09:00:00+08:00", reason="天气转好")
    assert [clock["due_on"] for clock in site.now()["deadlines"] if clock["rule_id"] == "J04"][-1] == "2026-05-11"
    site.meet()
    site.step("postpone", reason="大风")
    moved = site.step("reschedule", acting_at="2026-05-14T09:00:00+08:00", reason="天气转好")
    assert moved["state"] == "met"
    assert site.clocks()["J04"]["met_at"] is not None


def test_replaying_the_log_gives_the_stored_action(office: Office) -> None:
    site = Site(office)
    site.all_sign()
    site.meet()
    site.act()
    site.step("record-on-site", signed_by=["某甲"], **papers("on_site_record"))
    site.hand_over(AG, PS, CE, TWN)
    site.report(*FIVE)
    site.step("summarise", **SUMMARY)
    again = JointAction(id=UUID(site.id))
    replay(again, [EVENTS[event.type].model_validate(event.payload) for event in office.events(site.id)])
    with office.parts.engine.connect() as connection:
        assert JointActionStore().get(connection, UUID(site.id)) == again
