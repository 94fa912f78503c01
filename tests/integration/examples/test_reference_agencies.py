"""What every reference agency does with its tasks, on its own protocol."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.agencies.adapters.protocols.bus_queue import user_of_agency
from shared import keys
from shared.contracts.codes import TaskState
from shared.outgoing.secret_box import new_webhook_secret
from tests.integration.examples.vendors import WHOLE_WAY, Exchange, Mailbox, Make, Queue, Webhook, letter
from tests.support.nodes import RabbitNode, wait_until
from tests.support.vendor_house import steps

ALL = ["webhook", "mailbox", "exchange", "queue"]


@pytest.mark.parametrize("name", ALL)
class TestEveryAgency:
    def test_a_task_goes_its_whole_way_and_a_duplicate_has_no_second_effect(self, make: Make, name: str) -> None:
        vendor = make(name)
        event = letter(vendor)
        with vendor.started():
            vendor.deliver(event)
            vendor.until(WHOLE_WAY, event)
            vendor.until_said("report")
        answered = len(vendor.desk.receipts)
        if isinstance(vendor, Mailbox):
            vendor.lose_place()
        with vendor.started():
            if not isinstance(vendor, Mailbox):
                vendor.deliver(event)
            vendor.until_said("repeated")
            vendor.rest(0.5)
        own = [receipt for receipt in vendor.desk.receipts[answered:] if receipt["verb"] != "received"]
        assert own == []
        assert vendor.desk.parked == []

    def test_what_is_not_known_yet_is_passed_over(self, make: Make, name: str) -> None:
        vendor = make(name)
        known = json.loads(letter(vendor))
        new_field = {**known, "newextension": "1", "data": {**known["data"], "new": {"a": 1}}}
        new_field["data"]["letter"] = {**known["data"]["letter"], "新增栏": 1}
        if isinstance(vendor, Mailbox):
            vendor.house.more = {"new_field": 1}
        new_type = json.loads(vendor.desk.event("moved_elsewhere", known["subject"]))
        with vendor.started():
            for event in (new_type, new_field):
                vendor.deliver(json.dumps(event).encode())
            vendor.until(WHOLE_WAY, json.dumps(known).encode())
            vendor.until_said("passed over")
        assert vendor.desk.parked == []

    def test_what_was_withdrawn_is_let_be(self, make: Make, name: str) -> None:
        """Also when the letter comes after it."""
        vendor = make(name)
        first, second = letter(vendor), letter(vendor)
        late = vendor.desk.withdraw(json.loads(second)["subject"])
        with vendor.started():
            vendor.deliver(first)
            vendor.until(WHOLE_WAY, first)
            if isinstance(vendor, Mailbox):
                vendor.deliver(second)
                vendor.house.rows[-1]["state"] = "withdrawn"
                vendor.deliver(late)
            else:
                vendor.deliver(late)
                vendor.deliver(second)
            vendor.until_said("withdrawn")
            vendor.rest(0.5)
        assert vendor.desk.tasks[json.loads(second)["subject"]].told == []
        assert vendor.desk.parked == []

    def test_a_correction_is_answered_with_a_corrected_report(self, make: Make, name: str) -> None:
        vendor = make(name)
        event = letter(vendor)
        with vendor.started():
            vendor.deliver(event)
            vendor.until(WHOLE_WAY, event)
            vendor.until_said("report")
        with vendor.started():  # it has not forgotten the letter
            vendor.deliver(vendor.desk.give_back(json.loads(event)["subject"]))
            vendor.until([*WHOLE_WAY, "report"], event)
        first, second = vendor.desk.tasks[json.loads(event)["subject"]].forms
        assert "面积与套合结果不一致" not in json.dumps(first, ensure_ascii=False)
        assert "面积与套合结果不一致" in json.dumps(second, ensure_ascii=False)


@pytest.mark.parametrize("name", ["webhook", "mailbox"])
class TestByTheApi:
    def test_what_got_no_answer_is_said_again_under_the_same_id(self, make: Make, name: str) -> None:
        vendor = make(name)
        assert isinstance(vendor, Webhook | Mailbox)
        vendor.house.troubles = [503, 0, 429]
        event = letter(vendor)
        with vendor.started():
            vendor.deliver(event)
            vendor.until(WHOLE_WAY, event)
        subject = json.loads(event)["subject"]
        sign = f"{subject}.sign.1"
        # Refused, taken without an answer, put off, and then it was known.
        assert vendor.house.keys == [sign] * 4 + [f"{subject}.{verb}.1" for verb in WHOLE_WAY[1:]]
        assert vendor.desk.parked == []

    def test_wrong_credentials_are_shown_once(self, make: Make, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tests.integration.examples.vendors.PASSWORD", "of yesterday")
        vendor = make(name)
        assert isinstance(vendor, Webhook | Mailbox)
        with vendor.started() as program:
            if isinstance(vendor, Webhook):
                vendor.deliver(letter(vendor))
            assert program.wait(10) == 1
        assert vendor.house.tokens == 1

    def test_a_step_that_the_house_does_not_take_is_not_repeated(self, make: Make, name: str) -> None:
        vendor = make(name)
        event = letter(vendor)
        vendor.desk.tasks[json.loads(event)["subject"]].state = TaskState.DONE
        with vendor.started():
            vendor.deliver(event)
            vendor.until_said("parked")
            vendor.rest(0.5)
        assert [receipt["faults"][0]["reason"] for receipt in vendor.desk.receipts] == [
            "agencies.task-transition-not-allowed"
        ]


class TestWebhook:
    def test_only_the_house_is_believed_and_only_now(self, make: Make) -> None:
        vendor = make("webhook")
        assert isinstance(vendor, Webhook)
        event = letter(vendor)
        with vendor.started():
            assert vendor.post(event, secret=new_webhook_secret()) == 401
            assert vendor.post(event, age=timedelta(minutes=6)) == 401
            assert vendor.post(event, age=timedelta(minutes=-6)) == 401
            vendor.rest(0.5)
            assert vendor.desk.receipts == []
            assert vendor.post(event, age=timedelta(minutes=4)) == 202
            vendor.until(WHOLE_WAY, event)

    def test_a_link_is_enough(self, make: Make) -> None:
        vendor = make("webhook")
        event = letter(vendor)
        thin = json.loads(event)
        del thin["data"]["letter"]
        with vendor.started():
            vendor.deliver(json.dumps(thin).encode())
            vendor.until(WHOLE_WAY, event)
        assert vendor.desk.parked == []


class TestQueue:
    def test_only_the_house_is_believed(self, make: Make) -> None:
        vendor = make("queue")
        assert isinstance(vendor, Queue)
        event = letter(vendor)
        with vendor.started():
            vendor.send(event, secret=new_webhook_secret())
            vendor.send(event, age=timedelta(days=6))
            vendor.until_said("refused", 2)
            assert vendor.desk.receipts == []
            # It waited in the queue while the agency stood still.
            vendor.send(event, age=timedelta(days=4))
            vendor.until(WHOLE_WAY, event)

    def test_a_letter_without_what_it_needs_is_sent_back_with_a_reason(self, make: Make) -> None:
        vendor = make("queue")
        event = vendor.desk.issue()
        with vendor.started():
            vendor.deliver(event)
            vendor.until(["sign", "decline"], event)
            vendor.rest(0.5)
        assert vendor.desk.parked == []


@pytest.fixture(scope="module")
def rabbit() -> Iterator[RabbitNode]:
    with RabbitNode() as node:
        node.ctl("add_user", user_of_agency(Queue.agency), "secret")
        rights = ("^$", rf"^agency\.{Queue.agency}\.answers$", rf"^agency\.{Queue.agency}\.tasks$")
        node.ctl("set_permissions", "-p", "/", user_of_agency(Queue.agency), *rights)
        yield node


class TestQueueOnRabbitMq:
    """With the agency's own user, who may read its tasks and write its answers and nothing else."""

    @pytest.fixture
    def vendor(self, rabbit: RabbitNode, tmp_path: Path) -> Iterator[Queue]:
        own = f"amqp://{user_of_agency(Queue.agency)}:secret@127.0.0.1:{rabbit.port}//"
        made = Queue(tmp_path / "queue", rabbit.url, own)
        yield made
        made.close()

    def test_its_answers_carry_the_name_that_the_broker_vouches_for(self, vendor: Queue) -> None:
        event = letter(vendor)
        with vendor.started():
            vendor.deliver(event)
            vendor.until(WHOLE_WAY, event)
        assert set(vendor.users) == {user_of_agency(vendor.agency)}
        assert vendor.desk.parked == []

    def test_it_finds_a_broker_again_that_was_away(self, vendor: Queue, rabbit: RabbitNode) -> None:
        first, second = letter(vendor), letter(vendor)
        with vendor.started():
            vendor.deliver(first)
            vendor.until(WHOLE_WAY, first)
            vendor.close()
            rabbit.stop_app()
            vendor.until_said("broker away", pumping=False)
            rabbit.start_app()
            vendor.connect()
            vendor.deliver(second)
            vendor.until(WHOLE_WAY, second)
        assert [vendor.desk.tasks[json.loads(one)["subject"]].told for one in (first, second)] == [WHOLE_WAY] * 2


class TestExchange:
    def test_a_gap_is_seen_and_asked_for_and_waited_for(self, make: Make) -> None:
        vendor = make("exchange")
        assert isinstance(vendor, Exchange)
        first, second, third = (letter(vendor) for _ in range(3))
        lost = vendor.house.number(first)
        with vendor.started():
            vendor.deliver(second)
            vendor.deliver(third)
            vendor.until_said("missing")
            vendor.rest(0.5)
            asked = vendor.house.taken[1]
            assert (asked["type"], asked["data"]) == ("tianwei.answer.resend.v1", {"numbers": [1]})
            assert all(task.told == [] for task in vendor.desk.tasks.values())
            vendor.house.lay(lost)
            for event in (first, second, third):
                vendor.until(WHOLE_WAY, event)
        assert sorted(vendor.house.taken) == list(range(1, len(vendor.house.taken) + 1))

    def test_what_the_house_has_not_signed_is_let_lie(self, make: Make) -> None:
        vendor = make("exchange")
        assert isinstance(vendor, Exchange)
        event = letter(vendor)
        name, content, signature = vendor.house.number(event)
        forged = json.loads(signature)
        forged["signatures"] = [vars(keys.sign(keys.new_key("ed25519"), b"anything"))]
        with vendor.started():
            vendor.house.lay((name, content, json.dumps(forged).encode()))
            vendor.house.lay((name.replace("-00000001-", "-00000002-"), content, signature))
            vendor.until_said("refused", 2)
            vendor.house.lay((name, content[:-10], signature))
            vendor.until_said("refused", 3)
            assert vendor.desk.receipts == []
            vendor.house.lay((name, content, signature))
            vendor.until(WHOLE_WAY, event)

    def test_a_package_that_is_asked_for_is_laid_again_as_it_was(self, make: Make) -> None:
        vendor = make("exchange")
        assert isinstance(vendor, Exchange)
        event = letter(vendor)
        with vendor.started():
            vendor.deliver(event)
            wait_until(lambda: len(list(vendor.house.in_.glob("*.zip.sig"))) == 2, 10)
            before = {file.name: file.read_bytes() for file in vendor.house.in_.iterdir()}
            for file in vendor.house.in_.iterdir():
                file.unlink()
            vendor.deliver(vendor.desk.event("resend", json.loads(event)["subject"], numbers=[1, 2]))
            wait_until(lambda: len(list(vendor.house.in_.glob("*.zip.sig"))) == 2, 10)
            after = {file.name: file.read_bytes() for file in vendor.house.in_.iterdir()}
            assert after == before
            vendor.until(WHOLE_WAY, event)


def test_an_unknown_fault_is_told_with_those_there_are(make: Make) -> None:
    for name in ("webhook", "mailbox"):
        vendor = make(name)
        with vendor.started("--fault", "no-such-fault") as program:
            assert program.wait(10) == 1
        assert "wrong-unit" in vendor.log.read_text("utf-8")
        assert steps(vendor.log) == []
