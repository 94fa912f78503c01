"""What agencies do with their tasks, through the dispatcher."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.agencies.adapters.integrations.mapping import table_of
from services.agencies.adapters.integrations.material import vectors
from services.agencies.adapters.integrations.writing import form_of
from services.agencies.domain.results import RESULT_KINDS
from services.agencies.domain.task import RESULT
from shared.contracts.codes import COUNTY_AGENCIES, Agency, Role
from shared.principal import Actor
from tests.integration.services.agencies.house import (
    House,
    administrator,
    coordinator,
    officer,
    stranger,
    township_officer,
    worker,
)
from tests.unit.services.agencies.builders import convened, every_result, named, result

SIGN = {"signed_by": "王五"}
ACCEPT = {"contact_person": "赵六", "contact_phone": "0955-1234567"}
DECLINE = {"return_reason": "material_incomplete", "reason": "缺少勘测资料"}


def task_of(house: House, agency: Agency) -> UUID:
    event = convened(agency)
    house.react(event)
    return event.tasks[0].task_id


def report_body(agency: Agency, **changes: Any) -> dict[str, Any]:
    return {"result": {**result(agency).model_dump(mode="json"), **changes}}


@pytest.mark.parametrize("agency", list(Agency))
def test_an_agency_signs_accepts_and_reports_its_own_task(house: House, agency: Agency) -> None:
    house.activate(agency)
    task, by = task_of(house, agency), worker(agency, Role.AGENCY_SYSTEM)
    signed = house.done(by, "task.sign", SIGN, task, expected_version=1)
    assert (signed["state"], signed["signed_by"], signed["delivery_state"]) == ("signed", "王五", "delivered")
    assert (signed["version"], signed["holder"]) == (3, "agency")
    assert house.done(by, "task.accept", ACCEPT, task, expected_version=3)["state"] == "accepted"
    reported = house.done(by, "task.report", report_body(agency), task, expected_version=4)
    assert (reported["state"], reported["version"], reported["holder"]) == ("reported", 5, "coordinator")
    assert reported["result"] == result(agency).model_dump(mode="json")
    assert reported["form"]["反馈"]
    assert house.told(task) == ["task-issued", "task-delivered", "task-signed", "task-accepted", "task-reported"]
    assert house.asked(by, "task.get", id=str(task)) == reported


@pytest.mark.parametrize(
    "by",
    [
        township_officer("640521102"),
        township_officer("640522101"),
        township_officer("640521"),
        officer(Agency.TOWNSHIP),
        officer(Agency.COMPREHENSIVE_ENFORCEMENT),
    ],
    ids=lambda by: f"{min(by.roles)}-{by.org_code}-{by.jurisdiction}",
)
def test_the_townships_task_is_there_for_the_officers_of_that_township_alone(house: House, by: Actor) -> None:
    task = task_of(house, Agency.TOWNSHIP)
    for operation, body in (("task.sign", SIGN), ("task.decline", DECLINE), ("task.report-form", {"form": {}})):
        assert house.command(by, operation, body, task) == house.command(by, operation, body, uuid4())
    assert house.query(by, "task.get", id=str(task))["problem"]["kind"] == "not-found"
    assert house.asked(by, "task.list", with_total=True)["total"] == 0
    assert house.done(by, "task.read", {"task_ids": [str(task)]})["delivered"] == []
    assert house.told(task) == ["task-issued"]


def test_a_township_sees_no_task_of_an_agency_in_its_own_division(house: House) -> None:
    others = [task_of(house, agency) for agency in COUNTY_AGENCIES]
    own = task_of(house, Agency.TOWNSHIP)
    by = township_officer()
    assert [row["id"] for row in house.asked(by, "task.list", after=0)["items"]] == [str(own)]
    assert all(house.query(by, "task.get", id=str(task))["problem"]["kind"] == "not-found" for task in others)
    (shown,) = house.asked(by, "agency.list")["items"]
    assert (shown["code"], shown["protocol"], shown["tasks_open"]) == ("township", "console_inbox", 1)
    assert house.done(by, "task.read", {"task_ids": [str(own)]})["delivered"] == [str(own)]


def test_a_result_can_be_reported_on_the_agencys_own_form(house: House) -> None:
    task, by = task_of(house, Agency.AGRICULTURE), officer(Agency.AGRICULTURE)
    house.done(by, "task.sign", SIGN, task)
    house.done(by, "task.accept", ACCEPT, task)
    form = vectors(Agency.AGRICULTURE)["reports"][0]["form"]
    answer = house.done(by, "task.report-form", {"form": form}, task)
    assert (answer["result"]["degree"], answer["result"]["destroyed_area_m2"]) == ("serious", 4000.0)
    assert answer["form"]["反馈"] == form


@pytest.mark.parametrize("agency", list(Agency))
def test_a_form_that_does_not_parse_is_answered_with_every_fault_and_changes_nothing(
    house: House, agency: Agency
) -> None:
    house.activate(agency)
    task, by = task_of(house, agency), worker(agency, Role.AGENCY_SYSTEM)
    house.done(by, "task.sign", SIGN, task)
    house.done(by, "task.accept", ACCEPT, task)
    told = house.told(task)
    for vector in vectors(agency)["refused"]:
        problem = house.command(by, "task.report-form", {"form": vector["form"]}, task)["problem"]
        assert (problem["code"], problem["kind"]) == ("agencies.form-refused", "invalid-input")
        answered = [{"field": one["field"], "reason": one["reason"]} for one in problem["facts"]["faults"]]
        assert answered == [{**fault, "field": f"form.{fault['field']}"} for fault in vector["faults"]]
        assert problem["facts"]["faults_found"] == len(answered)
    assert house.told(task) == told
    assert house.asked(by, "task.get", id=str(task))["state"] == "accepted"


@pytest.mark.parametrize(("agency", "told"), every_result(), ids=named)
def test_every_kind_of_result_is_taken_on_its_form_and_shown_on_it(
    house: House, agency: Agency, told: dict[str, Any]
) -> None:
    task, by = task_of(house, agency), worker(agency)
    house.done(by, "task.sign", SIGN, task)
    house.done(by, "task.accept", ACCEPT, task)
    form = table_form(told)
    answer = house.done(by, "task.report-form", {"form": form}, task)
    assert answer["result"]["kind"] == told["kind"]
    assert answer["form"]["反馈"] == form


def table_form(told: dict[str, Any]) -> dict[str, Any]:
    agency = next(agency for agency, kinds in RESULT_KINDS.items() if told["kind"] in kinds)
    return form_of(RESULT.validate_python(told), table_of(agency))


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("task.sign", SIGN),
        ("task.accept", ACCEPT),
        ("task.decline", DECLINE),
        ("task.report", report_body(Agency.AGRICULTURE)),
        ("task.report-form", {"form": {}}),
    ],
)
def test_another_agencys_task_is_not_found_whatever_is_known_of_it(
    house: House, operation: str, body: dict[str, Any]
) -> None:
    task = task_of(house, Agency.NATURAL_RESOURCES)
    for by in (officer(Agency.AGRICULTURE), officer(Agency.NATURAL_RESOURCES, jurisdiction="640522")):
        for version in (None, 1, 7):
            theirs = house.command(by, operation, body, task, expected_version=version)
            nobodys = house.command(by, operation, body, uuid4(), expected_version=version)
            assert theirs == nobodys
            assert theirs["problem"]["kind"] == "not-found"
    assert house.told(task) == ["task-issued"]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.RECIPIENT_CLERK, Role.ADMINISTRATOR])
def test_who_is_no_agency_may_not_act_on_tasks(house: House, role: Role) -> None:
    task = task_of(house, Agency.AGRICULTURE)
    assert house.command(stranger(role), "task.sign", SIGN, task)["problem"]["code"] == "role-not-allowed"


def test_a_wrong_state_a_stale_version_and_a_wrong_result_change_nothing(house: House) -> None:
    task, by = task_of(house, Agency.AGRICULTURE), officer(Agency.AGRICULTURE)
    early = house.command(by, "task.accept", ACCEPT, task)["problem"]
    assert (early["kind"], early["code"]) == ("conflict", "agencies.task-transition-not-allowed")
    assert early["facts"] == {
        "object": "task",
        "law": "HOUSE.joint-action",
        "verb": "accept",
        "state": "offered",
        "version": 1,
        "holder": "coordinator",
        "allowed": ["decline", "sign"],
    }
    stale = house.command(by, "task.sign", SIGN, task, expected_version=9)["problem"]
    assert stale["kind"] == "stale-version"
    assert stale["facts"] == {
        "expected": 9,
        "actual": 1,
        "object": "task",
        "state": "offered",
        "holder": "coordinator",
    }
    house.done(by, "task.sign", SIGN, task)
    house.done(by, "task.accept", ACCEPT, task)
    foreign = house.command(by, "task.report", report_body(Agency.PUBLIC_SECURITY), task)["problem"]
    assert (foreign["code"], foreign["field"]) == ("agencies.result-kind-wrong", "result.kind")
    odd = house.command(by, "task.report", report_body(Agency.AGRICULTURE, destroyed_area_m2=0), task)["problem"]
    assert (odd["code"], odd["field"]) == ("agencies.result-implausible", "result.destroyed_area_m2")
    unknown = house.command(by, "task.report", report_body(Agency.AGRICULTURE, extra=1), task)["problem"]
    assert unknown["kind"] == "invalid-input"
    assert house.asked(by, "task.get", id=str(task))["state"] == "accepted"


def test_the_same_command_twice_has_one_effect_and_one_answer(house: House) -> None:
    task, by = task_of(house, Agency.AGRICULTURE), officer(Agency.AGRICULTURE)
    first = house.done(by, "task.sign", SIGN, task, command_id="once")
    assert house.done(by, "task.sign", SIGN, task, command_id="once") == first
    assert house.told(task).count("task-signed") == 1


def test_reading_the_mailbox_is_delivery_once_and_only_of_own_tasks(house: House) -> None:
    own, foreign = task_of(house, Agency.AGRICULTURE), task_of(house, Agency.PUBLIC_SECURITY)
    house.activate(Agency.AGRICULTURE)
    by = officer(Agency.AGRICULTURE, Role.AGENCY_SYSTEM)
    body = {"task_ids": [str(own), str(foreign), str(uuid4())]}
    assert house.done(by, "task.read", body) == {"delivered": [str(own)]}
    assert house.done(by, "task.read", body) == {"delivered": []}
    assert house.told(own) == ["task-issued", "task-delivered"]
    assert house.told(foreign) == ["task-issued"]
    seen = house.asked(by, "task.get", id=str(own))
    assert seen["delivered_at"] is not None
    # The proof of delivery is not a change of the task: an If-Match got with the reading still holds.
    assert house.done(by, "task.sign", SIGN, own, expected_version=1)["version"] == 3


@pytest.mark.parametrize("configured", [None, {"protocol": "console_inbox"}], ids=["nothing", "inbox"])
def test_a_system_that_was_not_put_into_use_neither_asks_nor_answers(house: House, configured: Any) -> None:
    if configured:
        house.configure({"agency": "agriculture", **configured})
    task, by = task_of(house, Agency.AGRICULTURE), officer(Agency.AGRICULTURE, Role.AGENCY_SYSTEM)
    asked = [
        house.query(by, "task.list", after=0),
        house.query(by, "task.messages", after=0),
        house.query(by, "task.get", id=str(task)),
        house.command(by, "task.read", {"task_ids": [str(task)]}),
        house.command(by, "task.sign", SIGN, task),
    ]
    assert {answer["problem"]["code"] for answer in asked} == {"agencies.not-activated"}
    said = {"specversion": "1.0", "id": "1", "source": "/agencies/agriculture", "type": "tianwei.answer.sign.v1"}
    given = house.command(by, "agency.answer", {"answer": {**said, "subject": str(task), "data": SIGN}})
    assert given["problem"]["code"] == "agencies.not-activated"
    assert house.told(task) == ["task-issued"]
    assert house.done(officer(Agency.AGRICULTURE), "task.sign", SIGN, task)["state"] == "signed"
    house.activate(Agency.AGRICULTURE)
    assert house.done(by, "task.accept", ACCEPT, task)["state"] == "accepted"


def test_a_system_configured_before_endpoints_had_a_protocol_stays_in_use(house: House) -> None:
    house.activate(Agency.AGRICULTURE)
    house.sql("UPDATE endpoint SET protocol = NULL")
    task = task_of(house, Agency.AGRICULTURE)
    assert house.asked(officer(Agency.AGRICULTURE, Role.AGENCY_SYSTEM), "task.get", id=str(task))["state"] == "offered"


def test_an_endpoint_is_configured_by_the_administrator_and_its_secret_shown_once(house: House) -> None:
    body = {"agency": "natural_resources", "url": "http://127.0.0.1:9/hook"}
    made = house.configure(body)
    assert made["active"] is True
    assert made["secret"].startswith("whsec_")
    (stored,) = house.sql("SELECT * FROM endpoint")
    assert made["secret"] not in str(dict(stored))
    again = house.done(administrator(), "agency.configure-endpoint", body)
    assert again["secret"] != made["secret"]
    (rotated,) = house.sql("SELECT * FROM endpoint")
    assert rotated["previous_secret"] == stored["secret"]
    told = ["agency-kit-issued", "agency-certified", "agency-endpoint-configured", "agency-endpoint-configured"]
    assert house.told() == told
    assert "whsec_" not in str([row.payload for row in house.events()])
    for by in (coordinator(), officer(Agency.NATURAL_RESOURCES)):
        assert house.command(by, "agency.configure-endpoint", body)["problem"]["code"] == "role-not-allowed"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"agency": "natural_resources", "url": "http://10.0.0.1/hook"}, "endpoint-url-refused"),
        ({"agency": "natural_resources", "url": "https://169.254.169.254/"}, "endpoint-url-refused"),
        ({"agency": "agriculture", "url": "https://agency.example/hook"}, "agencies.endpoint-address-wrong"),
        ({"agency": "natural_resources", "url": "gopher://agency.example/"}, "invalid-field"),
    ],
)
def test_an_endpoint_that_leads_astray_is_refused(house: House, body: dict[str, Any], code: str) -> None:
    assert house.command(administrator(), "agency.configure-endpoint", body)["problem"]["code"] == code
    assert house.sql("SELECT 1 FROM endpoint") == []
