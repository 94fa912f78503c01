"""What a vendor is told of an answer that is parked: in its own words, with what would be right."""

from typing import Any
from uuid import UUID, uuid4

from shared.contracts.codes import Agency, ReturnReason, Role
from tests.integration.services.agencies.house import House, coordinator, officer
from tests.integration.services.agencies.test_commands import DECLINE, SIGN, task_of
from tests.unit.services.agencies.builders import result

AG = Agency.AGRICULTURE


def answered(house: House, verb: str, task: UUID | None, data: dict[str, Any]) -> dict[str, Any]:
    said = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": f"/agencies/{AG.value}",
        "type": f"tianwei.answer.{verb}.v1",
        "data": data,
        **({"subject": str(task)} if task else {}),
    }
    receipt: dict[str, Any] = house.done(officer(AG, Role.AGENCY_SYSTEM), "agency.answer", {"answer": said})
    return receipt


def test_of_a_step_that_is_not_allowed_the_agencys_own_answers_are_named(house: House) -> None:
    house.activate(AG)
    task = task_of(house, AG)
    receipt = answered(house, "accept", task, {"contact_person": "赵六"})
    (fault,) = receipt["faults"]
    assert fault["allowed"] == ["tianwei.answer.decline.v1", "tianwei.answer.sign.v1"]
    assert "应为：tianwei.answer.decline.v1、tianwei.answer.sign.v1" in fault["text"]
    house.done(coordinator(), "task.withdraw", {"reason": "情况有变"}, task)
    (fault,) = answered(house, "accept", task, {"contact_person": "赵六"})["faults"]
    assert (fault["reason"], fault["allowed"]) == ("agencies.task-transition-not-allowed", [])
    assert "现在没有可做的步骤" in fault["text"]


def test_of_a_code_that_is_not_in_its_list_the_list_is_told_in_chinese(house: House) -> None:
    house.activate(AG)
    task = task_of(house, AG)
    body = {"return_reason": "bad_mood", "reason": "", "proposed_agency": "nobody"}
    faults = {fault["field"]: fault for fault in answered(house, "decline", task, body)["faults"]}
    assert faults["data.return_reason"]["allowed"] == [reason.value for reason in ReturnReason]
    assert faults["data.proposed_agency"]["allowed"] == [agency.value for agency in Agency]
    assert faults["data.return_reason"]["text"].startswith("代码不在代码表内，应为：not_our_duty、")
    for fault in faults.values():
        assert "Input" not in fault["text"]
        assert "should" not in fault["text"]


def test_nobody_proposes_itself(house: House) -> None:
    house.activate(AG)
    task = task_of(house, AG)
    body = {**DECLINE, "proposed_agency": AG.value}
    problem = house.command(officer(AG), "task.decline", body, task)["problem"]
    assert (problem["code"], problem["field"]) == ("agencies.proposes-itself", "proposed_agency")
    (fault,) = answered(house, "decline", task, body)["faults"]
    assert (fault["field"], fault["reason"]) == ("data.proposed_agency", "agencies.proposes-itself")
    assert house.done(officer(AG), "task.sign", SIGN, task)["state"] == "signed"


def test_packages_that_never_were_are_not_asked_for(house: House) -> None:
    house.activate(AG)
    receipt = answered(house, "resend", None, {"numbers": [1, 2, 999]})
    (fault,) = receipt["faults"]
    assert (receipt["status"], fault["field"], fault["reason"]) == ("parked", "data.numbers", "number-unknown")
    assert "1、2、999" in fault["text"]


def test_a_land_class_that_is_not_listed_is_refused_on_every_form_with_the_list(house: House) -> None:
    nature = Agency.NATURAL_RESOURCES
    task, by = task_of(house, nature), officer(nature)
    house.done(by, "task.sign", SIGN, task)
    house.done(by, "task.accept", {"contact_person": "赵六"}, task)
    form = {**house.parts_integration(nature).result_form(result(nature)), "地类编码": "9999"}
    problem = house.command(by, "task.report-form", {"form": form}, task)["problem"]
    (fault,) = [one for one in problem["facts"]["faults"] if one["field"] == "form.地类编码"]
    assert (problem["code"], fault["reason"]) == ("agencies.form-refused", "code_unknown")
    typed = {**result(nature).model_dump(mode="json"), "land_class_code": "9999", "classes": []}
    problem = house.command(by, "task.report", {"result": typed}, task)["problem"]
    assert (problem["code"], problem["field"]) == ("agencies.code-unknown", "result.land_class_code")
    assert {"0102", "0201K", "1202"} <= set(problem["facts"]["allowed"])
    assert house.asked(by, "task.get", id=str(task))["state"] == "accepted"
