"""The county in the kit answers as the house does: the same answers, the same receipts, with the same faults."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.agencies.adapters.integrations.material import vectors
from services.agencies.domain.attachments import Attachment
from services.agencies.handlers.inbound import take_answer
from services.agencies.kit.county import County
from services.agencies.storage.unit import AgenciesUnit
from shared.clock import SystemClock
from shared.contracts.codes import Agency, Role
from shared.delivery.runner import UnitRunner
from tests.integration.services.agencies.house import House, officer
from tests.unit.services.agencies.builders import convened, result

SYSTEMS = [one for one in Agency if one is not Agency.TOWNSHIP]


class Both:
    """One task in the house and one in the kit, said the same things."""

    def __init__(self, house: House, agency: Agency) -> None:
        self._house, self._agency = house, agency
        house.activate(agency)
        event = convened(agency)
        house.react(event)
        self._in_house: UUID = event.tasks[0].task_id
        self._county = County(agency, "polled_mailbox")
        self._in_kit = self._county.issue().subject_id

    def answer(self, verb: str, data: Any, id_: str | None = None, **head: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": id_ or str(uuid4()),
            "source": f"/agencies/{self._agency.value}",
            "type": f"tianwei.answer.{verb}.v1",
            "subject": "TASK",
            "data": data,
            **head,
        }

    def say(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The receipt of both, which are one."""
        by = officer(self._agency, Role.AGENCY_SYSTEM)
        given = self._about(answer, self._in_house)
        house = self._house.done(by, "agency.answer", {"answer": given})
        kit = self._county.take(json.dumps(self._about(answer, self._in_kit)).encode()).model_dump(mode="json")
        assert self._told(house) == self._told(kit)
        return dict(kit)

    def hand_in(self, answer: dict[str, Any], *attachments: Attachment) -> dict[str, Any]:
        """The same of an answer that came in a package with files."""

        def use_case(unit: AgenciesUnit) -> dict[str, Any]:
            raw = json.dumps(self._about(answer, self._in_house)).encode()
            return take_answer(unit, self._agency, "file_exchange", raw, attachments).model_dump(mode="json")

        runner = UnitRunner(self._house.engine, self._house.parts.open_unit, SystemClock(), lambda: None)
        house = runner.run(officer(self._agency, Role.AGENCY_SYSTEM), use_case, correlation_id="test")
        given = json.dumps(self._about(answer, self._in_kit)).encode()
        kit = self._county.take(given, attachments=attachments).model_dump(mode="json")
        assert self._told(house) == self._told(kit)
        return dict(kit)

    @staticmethod
    def _about(answer: dict[str, Any], task: UUID) -> dict[str, Any]:
        return {name: str(task) if value == "TASK" else value for name, value in answer.items()}

    def _told(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """Without what is each one's own: time, task, version; a digest in the place of an id."""
        text = json.dumps(receipt["faults"], ensure_ascii=False)
        for own, name in ((self._in_house, "TASK"), (self._in_kit, "TASK")):
            text = text.replace(str(own), name)
        id_ = "digest" if receipt["answer_id"].startswith("sha256:") else receipt["answer_id"]
        faults = [(one["field"], one["reason"]) for one in json.loads(text)]
        return {"id": id_, "status": receipt["status"], "verb": receipt["verb"], "faults": faults}


@pytest.mark.parametrize("agency", SYSTEMS)
def test_a_task_goes_the_same_way_in_both(house: House, agency: Agency) -> None:
    both = Both(house, agency)
    form = house.parts_integration(agency).result_form(result(agency))
    said = [
        both.answer("report", {"form": form}),  # before it is accepted
        both.answer("accept", {"contact_person": "赵六"}),  # before it is signed
        both.answer("sign", {"signed_by": "王五"}),
        both.answer("sign", {"signed_by": "王五"}),  # again, under another id
        both.answer("accept", {"contact_person": "赵六"}),
        both.answer("start", {}),
        both.answer("report", {"form": form}),
        both.answer("report", {"form": form}),
    ]
    statuses = [both.say(one)["status"] for one in said]
    assert statuses == ["parked", "parked", "taken", "parked", "taken", "taken", "taken", "parked"]
    again = [both.say(one)["status"] for one in said]
    assert again == ["repeated" if status == "taken" else "parked" for status in statuses]
    assert both.say({**said[2], "data": {"signed_by": "别人"}})["faults"][0]["reason"] == "id-reused"


def test_what_comes_with_an_answer_is_judged_the_same_by_both(house: House) -> None:
    agency = Agency.COMPREHENSIVE_ENFORCEMENT
    both = Both(house, agency)
    told = result(agency).model_dump(mode="json")
    told["photographs"][0]["file_name"] = "前.jpg"
    form = house.parts_integration(agency).result_form(type(result(agency)).model_validate(told))
    good = Attachment("前.jpg", "a" * 64, "c" * 64, 10, "image/jpeg")
    sign = both.answer("sign", {"signed_by": "王五"})
    said = [
        (both.answer("accept", {"contact_person": "赵六"}), [good]),  # before it is signed
        (both.answer("received", {"received": [str(uuid4())]}), [good]),
        (sign, [replace(good, media_type=None), replace(good, name="空.jpg", size_bytes=0), good]),
        (sign, [good]),
        (sign, [good]),
        (sign, [replace(good, name="后.jpg")]),
        (both.answer("accept", {"contact_person": "赵六"}), []),
        (both.answer("report", {"form": form}), [replace(good, sha256="d" * 64)]),
        (both.answer("report", {"form": form}), [good]),
    ]
    statuses = [both.hand_in(one, *files)["status"] for one, files in said]
    assert statuses == ["parked", "parked", "parked", "taken", "repeated", "parked", "taken", "parked", "taken"]


@pytest.mark.parametrize("agency", SYSTEMS)
def test_what_is_wrong_is_told_the_same_by_both(house: House, agency: Agency) -> None:
    both = Both(house, agency)
    for verb, data in (("sign", {"signed_by": "王五"}), ("accept", {"contact_person": "赵六"})):
        both.say(both.answer(verb, data))
    good = {"signed_by": "王五"}
    wrong = [
        both.answer("sign", good, source="/agencies/township"),
        both.answer("sign", good, specversion="2.0"),
        both.answer("sign", good, subject="七"),
        both.answer("sign", good, subject=str(uuid4())),
        both.answer("sign", good, more=1),
        both.answer("sign", {"signed_by": ""}),
        both.answer("sign", {}),
        both.answer("dance", {}),
        both.answer("sign", good, id_=" "),
        both.answer("received", {"received": []}),
        both.answer("decline", {"return_reason": "none", "reason": "x"}),
        both.answer("report", {"form": {}}),
        both.answer("report", {"form": {"不明": 1}}),
        *(both.answer("report", {"form": one["form"]}) for one in vectors(agency)["refused"]),
    ]
    for one in wrong:
        assert both.say(one)["status"] == "parked", one


@pytest.mark.parametrize("agency", SYSTEMS)
def test_a_form_of_the_vectors_is_taken_by_the_kit_s_county(agency: Agency) -> None:
    county = County(agency, "polled_mailbox")
    for vector in vectors(agency)["reports"]:
        task = county.issue().subject_id
        head = {"specversion": "1.0", "source": f"/agencies/{agency.value}", "subject": str(task)}
        for verb, data in (
            ("sign", {"signed_by": "王五"}),
            ("accept", {"contact_person": "赵六"}),
            ("report", {"form": vector["form"]}),
        ):
            answer = {**head, "id": str(uuid4()), "type": f"tianwei.answer.{verb}.v1", "data": data}
            receipt = county.take(json.dumps(answer).encode())
            assert receipt.status == "taken", receipt.faults
