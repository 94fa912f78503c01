"""What holds for every protocol, whatever carries it. A protocol's test class gives a peer: a system as a vendor's."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest

from services.agencies.adapters.protocols.cloud_event import SOURCE
from shared.contracts.codes import Agency
from tests.integration.services.agencies.house import House, administrator, coordinator, officer
from tests.support.nodes import wait_until
from tests.unit.services.agencies.builders import cancelled, convened, result

# Generous: the machine may be busy, and no test is about speed.
WAIT_S = 60


@dataclass
class Peer(ABC):
    """An agency's own system. answers: receipts it got, by the id of the answer."""

    house: House
    agency: Agency
    protocol: ClassVar[str]
    pushes: ClassVar[bool] = True
    receipts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @abstractmethod
    def configure(self) -> dict[str, Any]:
        """Tell the house how this system is reached; what the house answered."""

    @abstractmethod
    def look(self) -> list[dict[str, Any]]:
        """Everything that has come so far, as CloudEvents; receipts are put into `receipts`, letters acknowledged."""

    @abstractmethod
    def tell(self, answer: dict[str, Any]) -> None:
        """Send an answer."""

    @abstractmethod
    def forge(self, answer: dict[str, Any]) -> str:
        """Send an answer with another agency's proof; the reason for which it must be refused."""

    def body(self, **fields: Any) -> dict[str, Any]:
        return {"agency": self.agency.value, "protocol": self.protocol, **fields}

    def answer(self, verb: str, task: UUID | str, data: dict[str, Any], answer_id: str | None = None) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": answer_id or str(uuid4()),
            "source": f"/agencies/{self.agency.value}",
            "type": f"tianwei.answer.{verb}.v1",
            "subject": str(task),
            "data": data,
        }

    def about(self, task: UUID, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.look() if one["subject"] == str(task) and one["type"] == f"tianwei.task.{kind}.v1"]

    def keep(self, event: dict[str, Any]) -> None:
        """Remember a receipt."""
        if event["type"] == "tianwei.answer.receipt.v1":
            self.receipts.setdefault(event["data"]["answer_id"], []).append(event["data"])

    def wait_for_receipt(self, answer_id: str, status: str) -> dict[str, Any]:
        def there() -> bool:
            self.look()
            return any(one["status"] == status for one in self.receipts.get(answer_id, []))

        wait_until(there, WAIT_S, f"the receipt {status}")
        return next(one for one in self.receipts[answer_id] if one["status"] == status)


class ProtocolSuite:
    """Tests for a fixture `peer`, which is not configured yet."""

    def issue(self, peer: Peer) -> UUID:
        event = convened(peer.agency)
        peer.house.react(event)
        return event.tasks[0].task_id

    def state(self, peer: Peer, task: UUID) -> str:
        return str(peer.house.asked(officer(peer.agency), "task.get", id=str(task))["state"])

    def wait_for_state(self, peer: Peer, task: UUID, state: str) -> None:
        def reached() -> bool:
            peer.look()
            return self.state(peer, task) == state

        wait_until(reached, WAIT_S, f"state {state}")

    def test_a_letter_comes_as_a_cloud_event_and_its_delivery_is_told_once(self, peer: Peer) -> None:
        peer.configure()
        task = self.issue(peer)
        self.wait_for_state(peer, task, "delivered")
        (event, *more) = peer.about(task, "issued")
        assert {one["id"] for one in more} <= {event["id"]}
        assert (event["specversion"], event["source"]) == ("1.0", SOURCE)
        assert str(task) in str(event["data"]["letter"])
        assert peer.house.told(task) == ["task-issued", "task-delivered"]
        assert peer.house.events(task)[-1].payload["channel"] in (peer.protocol, "polled_mailbox")

    def test_what_became_of_a_task_is_told_too(self, peer: Peer) -> None:
        peer.configure()
        event = convened(peer.agency)
        peer.house.react(event)
        task = event.tasks[0].task_id
        wait_until(lambda: bool(peer.about(task, "issued")), WAIT_S, "the letter")
        peer.house.react(cancelled(event, task))
        wait_until(lambda: bool(peer.about(task, "withdrawn")), WAIT_S, "the withdrawal")
        assert peer.about(task, "withdrawn")[0]["data"]["reason"] == "当事人已自行拆除"

    def test_a_task_is_signed_for_taken_on_and_reported(self, peer: Peer) -> None:
        peer.configure()
        task = self.issue(peer)
        wait_until(lambda: bool(peer.about(task, "issued")), WAIT_S, "the letter")
        form = peer.house.parts_integration(peer.agency).result_form(result(peer.agency))
        for verb, data, state in (
            ("sign", {"signed_by": "王五"}, "signed"),
            ("accept", {"contact_person": "赵六"}, "accepted"),
            ("report", {"form": form}, "reported"),
        ):
            answer = peer.answer(verb, task, data)
            peer.tell(answer)
            assert peer.wait_for_receipt(answer["id"], "taken")["task_id"] == str(task)
            assert self.state(peer, task) == state

    def test_what_does_not_parse_is_parked_and_answered_with_field_and_reason(self, peer: Peer) -> None:
        peer.configure()
        task = self.issue(peer)
        answer = peer.answer("sign", task, {"signed_by": "", "stamp": 1})
        peer.tell(answer)
        receipt = peer.wait_for_receipt(answer["id"], "parked")
        assert {fault["field"] for fault in receipt["faults"]} == {"data.signed_by", "data.stamp"}
        assert all(fault["text"] for fault in receipt["faults"])
        assert self.state(peer, task) in ("offered", "delivered")
        assert "agency-answer-parked" in peer.house.told()
        (row,) = peer.house.asked(coordinator(), "agency.answers", status="parked")["items"]
        assert (row["agency"], row["answer_id"]) == (peer.agency, answer["id"])
        listed = {one["code"]: one for one in peer.house.asked(coordinator(), "agency.list")["items"]}
        assert listed[peer.agency]["answers_parked"] == 1

    def test_what_the_task_does_not_allow_is_parked_with_its_reason(self, peer: Peer) -> None:
        peer.configure()
        task = self.issue(peer)
        answer = peer.answer("accept", task, {"contact_person": "赵六"})
        peer.tell(answer)
        (fault,) = peer.wait_for_receipt(answer["id"], "parked")["faults"]
        assert fault["reason"] == "agencies.task-transition-not-allowed"

    def test_the_same_answer_again_has_one_effect_and_is_recognised(self, peer: Peer) -> None:
        peer.configure()
        task = self.issue(peer)
        answer = peer.answer("sign", task, {"signed_by": "王五"})
        peer.tell(answer)
        peer.wait_for_receipt(answer["id"], "taken")
        peer.tell(answer)
        peer.wait_for_receipt(answer["id"], "repeated")
        assert peer.house.told(task).count("task-signed") == 1

    def test_an_id_used_for_something_else_is_parked(self, peer: Peer) -> None:
        peer.configure()
        task = self.issue(peer)
        answer = peer.answer("sign", task, {"signed_by": "王五"})
        peer.tell(answer)
        peer.wait_for_receipt(answer["id"], "taken")
        peer.tell({**answer, "data": {"signed_by": "李四"}})
        assert peer.wait_for_receipt(answer["id"], "parked")["faults"][0]["reason"] == "id-reused"

    def test_another_agencys_task_does_not_exist_for_it(self, peer: Peer) -> None:
        peer.configure()
        other = next(agency for agency in Agency if agency is not peer.agency)
        event = convened(other)
        peer.house.react(event)
        answer = peer.answer("sign", event.tasks[0].task_id, {"signed_by": "王五"})
        peer.tell(answer)
        (fault,) = peer.wait_for_receipt(answer["id"], "parked")["faults"]
        assert fault["reason"] == "not-found"

    def test_an_answer_with_another_agencys_proof_is_refused_and_audited(self, peer: Peer) -> None:
        peer.configure()
        task = self.issue(peer)
        reason = peer.forge(peer.answer("sign", task, {"signed_by": "王五"}))
        expected = ("agency-answer-refused", "agency-answer-parked")
        wait_until(lambda: any(name in expected for name in peer.house.told()), WAIT_S, "the refusal")
        told = next(row for row in peer.house.events() if row.type.split(".")[2] in expected)
        faults = told.payload.get("faults") or [told.payload]
        assert faults[0]["reason"] == reason
        assert "task-signed" not in peer.house.told(task)

    def test_another_protocol_takes_over_what_is_owed(self, peer: Peer) -> None:
        task = self.issue(peer)  # before anything is configured: it waits
        body = {"agency": peer.agency.value, "protocol": "polled_mailbox"}
        peer.house.configure(body)
        assert peer.house.delivery(task)["channel"] == "polled_mailbox"
        peer.configure()
        assert peer.house.delivery(task)["channel"] == peer.protocol
        self.wait_for_state(peer, task, "delivered")


class PushedProtocolSuite(ProtocolSuite):
    """Of protocols that carry something to the agency."""

    def test_sent_again_it_has_the_same_id(self, peer: Peer) -> None:
        peer.configure()
        task = self.issue(peer)
        self.wait_for_state(peer, task, "delivered")
        before = len(peer.about(task, "issued"))
        body = {"agency": peer.agency.value, "subject_id": str(task)}
        made = peer.house.done(coordinator(), "agency.resend", body)
        wait_until(lambda: len(peer.about(task, "issued")) > before, WAIT_S, "the letter again")
        assert {one["id"] for one in peer.about(task, "issued")} == {made["delivery_id"]}

    def test_a_paused_agency_gets_one_letter_on_trial_and_the_rest_when_resumed(self, peer: Peer) -> None:
        peer.configure()
        agency = {"agency": peer.agency.value}
        peer.house.done(coordinator(), "agency.pause", {**agency, "reason": "对方升级"})
        first, second = self.issue(peer), self.issue(peer)
        peer.house.done(coordinator(), "agency.try-one", {**agency, "subject_id": str(second)})
        wait_until(lambda: bool(peer.about(second, "issued")), WAIT_S, "the trial")
        wait_until(lambda: self.listed(peer)["trial_at"] is not None, WAIT_S, "its outcome")
        assert self.listed(peer)["health"] == "paused"
        assert peer.about(first, "issued") == []
        peer.house.done(coordinator(), "agency.resume", agency)
        wait_until(lambda: bool(peer.about(first, "issued")), WAIT_S, "the rest")

    def test_while_keys_are_changed_both_hold(self, peer: Peer) -> None:
        former = peer.configure()
        made = peer.house.done(administrator(), "agency.rotate-key", {"agency": peer.agency.value})
        assert made != former
        task = self.issue(peer)
        wait_until(lambda: bool(peer.about(task, "issued")), WAIT_S, "the letter")
        self.check_both_keys(peer, former, made)

    def check_both_keys(self, peer: Peer, former: dict[str, Any], made: dict[str, Any]) -> None:
        """What came last is proven by the former key and by the new one."""
        raise NotImplementedError

    def listed(self, peer: Peer) -> dict[str, Any]:
        rows = peer.house.asked(coordinator(), "agency.list")["items"]
        return next(row for row in rows if row["code"] == peer.agency)

    @pytest.fixture(autouse=True)
    def _is_pushed(self, peer: Peer) -> None:
        assert peer.pushes
