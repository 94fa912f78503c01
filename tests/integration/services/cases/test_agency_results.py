"""Results of agencies' tasks, taken to what waits for them in the case: by event, once, and only there."""

from typing import Any
from uuid import UUID

import pytest

from services.cases.handlers.on_agencies import REACTIONS
from shared.contracts.agencies import TaskAcceptedV1, TaskDoneV1, TaskReportedV1, TaskSignedV1
from shared.contracts.codes import Agency
from tests.integration.services.cases.office import COORDINATOR, OFFICER, Office, invitation, papers
from tests.integration.services.cases.path_people import (
    CHIEF,
    appraised,
    clock_of,
    commission,
    get_case,
    handed_over,
    investigating,
    move,
    today,
    transfer_of,
)

pytestmark = pytest.mark.evidence_not_asked
NR, AG, PS = "natural_resources", "agriculture", "public_security"


@pytest.fixture
def office(same_office: Office) -> Office:
    return same_office


class Invited:
    """A joint action of some agencies about a case."""

    def __init__(self, office: Office, case: Any, *agencies: str) -> None:
        self.office, self.case = office, case
        acting_at = {"acting_at": office.clock.at.isoformat()}
        body = invitation(*agencies, **acting_at)
        self.id = office.command(COORDINATOR, "case.convene-joint-action", body, case["id"])["id"]

    def report(self, agency: str, **result: Any) -> None:
        task = next(task for task in self._now()["tasks"] if task["agency"] == agency)
        about: dict[str, Any] = {
            "at": self.office.clock.at,
            "task_id": UUID(task["task_id"]),
            "action_id": UUID(self.id),
            "case_id": UUID(self.case["id"]),
            "agency": Agency(agency),
        }
        if task["state"] == "issued":
            self.office.react(REACTIONS, TaskSignedV1(**about, signed_by="钱某", channel="system"))
            self.office.react(REACTIONS, TaskAcceptedV1(**about, contact_person="钱某", contact_phone=None))
        self.office.react(REACTIONS, TaskReportedV1(**about, result=result))

    def complete(self, agency: str) -> None:
        """Its report is accepted."""
        task = next(task for task in self._now()["tasks"] if task["agency"] == agency)
        about = {"task_id": task["task_id"], "action_id": self.id, "case_id": self.case["id"], "agency": agency}
        self.office.react(REACTIONS, TaskDoneV1.model_validate({"at": self.office.clock.at, **about}))

    def _now(self) -> dict[str, Any]:
        return self.office.query(COORDINATOR, "joint_action.get", id=self.id)

    def result_of(self, agency: str) -> Any:
        return next(task["result"] for task in self._now()["tasks"] if task["agency"] == agency)


def decision(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "criminal_decision",
        "decision": "filed",
        "decided_on": today(office),
        "accepted_on": today(office),
        "document_no": "公立字〔2026〕1号",
        "suspected_crime": "C342",
        "conclusion": "决定立案侦查",
        **changes,
    }


def refusal(office: Office, **changes: Any) -> dict[str, Any]:
    said = {"decision": "refused", "reasons": "没有犯罪事实", "papers_returned": True, "document_no": "公不立字1号"}
    return decision(office, **said, **changes)


def answer(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "reconsideration_answer",
        "outcome": "upheld",
        "requested_on": today(office),
        "refusal_no": "公不立字1号",
        "decided_on": today(office),
        "document_no": "公复字1号",
        "reasons": "事实不清",
        "conclusion": "维持不予立案决定",
        **changes,
    }


def appraisal(office: Office, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "damage_appraisal",
        "appraised_on": today(office),
        "report_no": "耕鉴〔2026〕1号",
        "destroyed_area_m2": 7000,
        "destroyed_pbf_area_m2": 4200,
        "degree": "serious",
        "restorable": True,
        "causes": "取土",
        "appraiser": "某测绘院",
        "conclusion": "种植条件严重毁坏",
        **changes,
    }


def titles(office: Office, case: Any, by: Any = COORDINATOR) -> list[str]:
    return [step["title"] for step in office.query(by, "case.timeline", id=case["id"])["items"]]


def problems(office: Office, case: Any, by: Any = COORDINATOR) -> list[dict[str, Any]]:
    steps = office.query(by, "case.timeline", id=case["id"])["items"]
    return [step["problem"] for step in steps if step["problem"]]


def test_a_filing_decision_moves_the_hand_over_and_starts_the_handing_over_of_material(office: Office) -> None:
    case = appraised(office)
    handed_over(office, case)
    invited = Invited(office, case, PS, NR)
    office.days_pass(2)
    invited.report(PS, **decision(office))
    transfer = transfer_of(office, case)
    assert (transfer["state"], transfer["facts"]["filed_on"]) == ("filed", today(office))
    assert transfer["facts"]["filing_no"] == "公立字〔2026〕1号"
    assert clock_of(transfer, "T05")["met_at"] is not None
    assert clock_of(transfer, "T11")["met_at"] is None
    [paper] = [document for document in transfer["documents"] if document["kind"] == "police_reply"]
    assert (paper["document_no"], paper["dated_on"]) == ("公立字〔2026〕1号", today(office))
    seen = get_case(office, case)
    assert seen["procedure"]["crime"]["transfer_state"] == "filed"
    [pause] = [one for one in clock_of(seen, "D10")["pauses"] if one["reason"] == "awaiting_police_or_procuratorate"]
    assert pause["to_on"] == today(office)
    assert problems(office, case) == []
    assert titles(office, case)[-3:] == ["部门反馈结果：刑事立案决定", "公安机关立案", "移送公安进展"]


def test_a_refusal_and_the_answer_to_a_reconsideration_run_their_clocks(office: Office) -> None:
    case = appraised(office)
    handed_over(office, case)
    first, second = Invited(office, case, PS, NR), Invited(office, case, PS, NR)
    first.report(PS, **refusal(office))
    transfer = transfer_of(office, case)
    assert (transfer["state"], transfer["facts"]["refusal"]) == ("refused", "没有犯罪事实")
    assert clock_of(transfer, "T06")["met_at"] is None
    asked = {"asked_on": today(office), **papers("reconsideration_request")}
    move(office, transfer, "reconsider", **asked)
    second.report(PS, **answer(office))
    transfer = transfer_of(office, case)
    assert transfer["state"] == "refused_final"
    assert clock_of(transfer, "T07")["met_at"] is not None
    assert clock_of(transfer, "T08")["met_at"] is None
    assert titles(office, case).count("公安机关不予立案") == 2


def test_a_reconsideration_that_overturns_files_the_case(office: Office) -> None:
    case = appraised(office)
    handed_over(office, case)
    first, second = Invited(office, case, PS, NR), Invited(office, case, PS, NR)
    first.report(PS, **refusal(office))
    asked = {"asked_on": today(office), **papers("reconsideration_request")}
    move(office, transfer_of(office, case), "reconsider", **asked)
    second.report(PS, **answer(office, outcome="filed", reasons=None, conclusion="予以立案"))
    assert transfer_of(office, case)["state"] == "filed"


def test_an_old_refusal_that_comes_again_does_not_end_a_reconsideration(office: Office) -> None:
    case = appraised(office)
    handed_over(office, case)
    first, second = Invited(office, case, PS, NR), Invited(office, case, PS, NR)
    first.report(PS, **refusal(office))
    asked = {"asked_on": today(office), **papers("reconsideration_request")}
    move(office, transfer_of(office, case), "reconsider", **asked)
    second.report(PS, **refusal(office))
    assert transfer_of(office, case)["state"] == "reconsidering"
    assert problems(office, case) == []


def test_the_same_report_told_twice_moves_once(office: Office) -> None:
    case = appraised(office)
    handed_over(office, case)
    invited = Invited(office, case, PS, NR)
    for _ in range(2):
        invited.report(PS, **decision(office))
    assert titles(office, case).count("公安机关立案") == 1
    assert problems(office, case) == []


@pytest.mark.parametrize("handed", [False, True])
def test_where_no_hand_over_waits_the_decision_stands_with_the_action_alone(office: Office, handed: bool) -> None:
    case = appraised(office) if handed else investigating(office)
    invited = Invited(office, case, PS, NR)
    before = get_case(office, case)["version"]
    invited.report(PS, **decision(office))
    assert get_case(office, case)["version"] == before
    assert invited.result_of(PS)["document_no"] == "公立字〔2026〕1号"
    assert titles(office, case)[-1] == "部门反馈结果：刑事立案决定"
    if handed:
        assert transfer_of(office, case)["state"] == "due"


def test_a_decision_older_than_the_hand_over_is_kept_out_and_told(office: Office) -> None:
    case = appraised(office)
    transfer = handed_over(office, case)
    invited = Invited(office, case, PS, NR)
    invited.report(PS, **decision(office, decided_on=today(office, -1), accepted_on=today(office, -2)))
    assert transfer_of(office, case)["version"] == transfer["version"]
    [problem] = problems(office, case)
    assert (problem["code"], problem["field"]) == ("cases.before-earlier-step", "decided_on")
    assert titles(office, case)[-1] == "部门反馈结果未能采用：刑事立案决定"
    # The chief of the agency that leads the case is told, a township is not told that there is such a matter.
    assert problems(office, case, CHIEF) == [problem]
    assert problems(office, case, OFFICER) == []
    assert "部门反馈结果" in titles(office, case, OFFICER)
    assert not [title for title in titles(office, case, OFFICER) if "立案决定" in title]


def test_an_opinion_meets_the_commissioned_appraisal_and_opens_the_mandatory_hand_over(office: Office) -> None:
    case = investigating(office)
    commission(office, case)
    invited = Invited(office, case, AG, NR)
    office.days_pass(10)
    invited.report(AG, **appraisal(office, restoration_advice="客土 30 厘米"))
    seen = get_case(office, case)
    crime = seen["procedure"]["crime"]
    assert (crime["tillage_destroyed"], crime["due"], crime["transfer_state"]) == (True, True, "due")
    told = crime["appraisal"]
    assert (told["opinion_no"], told["opinion_on"]) == ("耕鉴〔2026〕1号", today(office))
    assert told["recoverability"] == "可恢复耕种。客土 30 厘米"
    [pause] = [one for one in clock_of(seen, "D10")["pauses"] if one["reason"] == "appraisal"]
    assert pause["to_on"] == today(office)
    assert transfer_of(office, case)["mandatory"] is True


def test_lighter_damage_is_an_opinion_but_accuses_nobody(office: Office) -> None:
    case = investigating(office)
    commission(office, case)
    Invited(office, case, AG, NR).report(AG, **appraisal(office, degree="light"))
    crime = get_case(office, case)["procedure"]["crime"]
    assert (crime["tillage_destroyed"], crime["due"]) == (False, False)
    assert office.query(COORDINATOR, "police_transfer.list", case_id=case["id"])["items"] == []


def test_an_opinion_from_an_agency_adds_up_the_acts_of_the_party(office: Office) -> None:
    """JI2000 9: neither act alone is enough, both together are."""
    first, second = investigating(office), investigating(office)
    for case in (first, second):
        commission(office, case)
        Invited(office, case, AG, NR).report(
            AG, **appraisal(office, destroyed_area_m2=2000, destroyed_pbf_area_m2=2000)
        )
    for case in (first, second):
        assert get_case(office, case)["procedure"]["crime"]["due"] is True
        assert transfer_of(office, case)["mandatory"] is True


def test_an_opinion_that_nobody_commissioned_stays_with_the_action(office: Office) -> None:
    case = investigating(office)
    invited = Invited(office, case, AG, NR)
    before = get_case(office, case)["version"]
    invited.report(AG, **appraisal(office))
    assert get_case(office, case)["version"] == before
    assert invited.result_of(AG)["degree"] == "serious"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"destroyed_area_m2": 9000}, "destroyed_area_m2"),
        ({"destroyed_pbf_area_m2": None}, "destroyed_pbf_area_m2"),
        ({"appraiser": "鉴定委员会"}, "appraiser"),
    ],
)
def test_an_opinion_that_the_case_cannot_take_is_kept_out_and_told(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    case = investigating(office)
    commission(office, case)
    invited = Invited(office, case, AG, NR)
    invited.report(AG, **appraisal(office, **changes))
    [problem] = problems(office, case)
    assert problem["field"] == field
    assert get_case(office, case)["procedure"]["crime"]["appraisal"]["opinion_on"] is None
    assert invited.result_of(AG)["report_no"] == "耕鉴〔2026〕1号"
    # A person enters it, and the case goes on.
    body = {
        "opinion_on": today(office),
        "opinion_no": "耕鉴〔2026〕1号",
        "destroyed": True,
        "destroyed_area_m2": 7000,
        "destroyed_pbf_area_m2": 4200,
        "recoverability": "可恢复",
        **papers("appraisal_opinion"),
    }
    office.command(COORDINATOR, "case.record-appraisal", body, case["id"])
    assert get_case(office, case)["procedure"]["crime"]["due"] is True
