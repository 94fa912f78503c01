"""Task letters on their way to an agency's webhook, and what is told of them."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg2
from standardwebhooks import Webhook

from services.agencies.sender import build_sender
from services.agencies.settings import SenderSettings
from shared.contracts.codes import Agency
from shared.outgoing.sender import SenderLimits
from tests.integration.services.agencies.house import SECRETS_KEY, House, administrator, coordinator, officer
from tests.integration.shared.outgoing.receiver import Answer, Receiver
from tests.support.nodes import wait_until
from tests.unit.services.agencies.builders import convened, reassigned

NOW = "UPDATE delivery SET next_at = now(), lease_until = NULL"


def configure(house: House, url: str) -> str:
    body = {"agency": "natural_resources", "protocol": "signed_webhook", "url": url}
    return str(house.configure(body)["secret"])


def issue(house: House) -> UUID:
    event = convened(Agency.NATURAL_RESOURCES)
    house.react(event)
    return event.tasks[0].task_id


def carry(house: House, until: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Run a sender in this process until the condition holds."""

    async def scenario() -> None:
        settings = SenderSettings.model_validate(
            {"agencies_dsn": house.dsn, "secrets_key": SECRETS_KEY, "webhook_allowed_hosts": "127.0.0.1"}
        )
        sender = build_sender(settings, SenderLimits(poll_s=0.2))
        running = asyncio.create_task(sender.run())
        meanwhile()
        await asyncio.to_thread(wait_until, until, 20, "the delivery")
        sender.stop()
        await running

    asyncio.run(scenario())


def state_is(house: House, task: UUID, state: str) -> Callable[[], bool]:
    return lambda: house.delivery(task)["state"] == state


def tries_are(house: House, task: UUID, number: int) -> Callable[[], bool]:
    return lambda: house.delivery(task)["tries"] == number and house.delivery(task)["lease_until"] is None


def test_a_task_letter_is_delivered_signed_and_told_once(house: House) -> None:
    with Receiver() as receiver:
        secret = configure(house, receiver.url)
        task = issue(house)
        carry(house, state_is(house, task, "delivered"))
    (got,) = receiver.received
    sent = Webhook(secret).verify(got.body, dict(got.headers))
    assert (sent["type"], sent["id"], sent["subject"]) == ("tianwei.task.issued.v1", got.webhook_id, str(task))
    assert sent["data"]["letter"]["任务标识"] == str(task)
    assert house.told(task) == ["task-issued", "task-delivered"]
    told = house.events(task)[-1]
    assert (told.payload["channel"], told.actor) == ("signed_webhook", "agencies-sender")
    assert told.correlation_id == house.events(task)[0].correlation_id
    assert house.asked(officer(Agency.NATURAL_RESOURCES), "task.get", id=str(task))["delivery_state"] == "delivered"


def test_a_task_issued_while_the_sender_waits_goes_out_at_once(house: House) -> None:
    made: list[UUID] = []
    with Receiver() as receiver:
        configure(house, receiver.url)
        carry(house, lambda: bool(receiver.received), lambda: made.append(issue(house)))
    assert str(made[0]) in receiver.received[0].body.decode()


def test_an_event_told_by_the_sender_wakes_the_sequencer(house: House) -> None:
    listening = psycopg2.connect(house.dsn.replace("postgresql+psycopg2", "postgresql"))
    listening.autocommit = True
    listening.cursor().execute("LISTEN tianwei_outbox")

    def woken() -> bool:
        listening.poll()
        return bool(listening.notifies)

    with Receiver() as receiver:
        configure(house, receiver.url)
        issue(house)
        carry(house, woken)
    assert {notice.channel for notice in listening.notifies} == {"tianwei_outbox"}
    listening.close()


def test_after_a_500_it_is_tried_again_under_the_same_id(house: House) -> None:
    with Receiver(Answer(500)) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        carry(house, tries_are(house, task, 1))
        assert house.delivery(task)["last_error"] == "HTTP 500"
        (wait,) = house.sql("SELECT extract(epoch FROM next_at - now()) AS s FROM delivery")
        assert 0 < wait["s"] <= 6
        house.sql(NOW)
        carry(house, state_is(house, task, "delivered"))
    first, second = receiver.received
    assert first.webhook_id == second.webhook_id == str(house.delivery(task)["id"])
    assert house.told(task) == ["task-issued", "task-delivered"]


def test_retry_after_is_honoured_and_uses_up_no_try(house: House) -> None:
    with Receiver(*[Answer(503, {"retry-after": "3600"})] * 12) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        for number in range(1, 13):
            carry(house, tries_are(house, task, number))
            (wait,) = house.sql("SELECT extract(epoch FROM next_at - now()) AS s FROM delivery")
            assert 3500 < wait["s"] <= 3600
            house.sql(NOW)
    assert (house.delivery(task)["state"], house.delivery(task)["deferrals"]) == ("pending", 12)


def test_410_disables_the_endpoint_until_a_person_configures_it_again(house: House) -> None:
    with Receiver(Answer(410)) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        carry(house, lambda: house.sql("SELECT active FROM endpoint")[0]["active"] is False)
        assert "agency-endpoint-disabled" in house.told()
        assert house.delivery(task)["state"] == "pending"
        configure(house, receiver.url)
        carry(house, state_is(house, task, "delivered"))
    assert len(receiver.received) == 2


def test_after_the_last_try_it_is_exhausted_and_told(house: House) -> None:
    with Receiver(Answer(500)) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        house.sql("UPDATE delivery SET tries = 9")
        carry(house, state_is(house, task, "exhausted"))
    assert house.told(task) == ["task-issued", "task-delivery-exhausted"]
    assert house.events(task)[-1].payload["error"] == "HTTP 500"
    (row,) = house.asked(officer(Agency.NATURAL_RESOURCES), "agency.list")["items"]
    assert row["deliveries_exhausted"] == 1
    (letter,) = house.asked(administrator(), "dead-letter.list", ended=False)["items"]
    assert (letter["kind"], letter["error"], letter["party"]) == (
        "exhausted_delivery",
        "HTTP 500",
        "natural_resources",
    )
    # A person carries it: what the agency signs for has been delivered after all.
    house.done(officer(Agency.NATURAL_RESOURCES), "task.sign", {"signed_by": "王五", "channel": "paper"}, task)
    assert house.told(task)[2:] == ["task-delivered", "task-signed"]
    assert house.delivery(task)["state"] == "delivered"
    settled = house.asked(administrator(), "dead-letter.get", id=letter["id"])
    assert (settled["status"], settled["decision"]) == ("settled", "handed_over")


def test_a_delivery_given_up_is_tried_again_by_a_person_with_a_new_schedule(house: House) -> None:
    with Receiver(Answer(500), Answer(500), Answer(204)) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        house.sql("UPDATE delivery SET tries = 9")
        carry(house, state_is(house, task, "exhausted"))
        (letter,) = house.asked(coordinator(), "dead-letter.list")["items"]
        done = house.done(coordinator(), "dead-letter.replay", {}, letter["id"])
        assert (done["status"], done["replayed"]) == ("settled", 1)
        carry(house, lambda: len(receiver.received) == 2)
        assert house.delivery(task)["state"] == "pending"
        house.sql("UPDATE delivery SET next_at = now()")
        carry(house, state_is(house, task, "delivered"))
    assert house.told(task) == ["task-issued", "task-delivery-exhausted", "task-delivery-resumed", "task-delivered"]
    assert len({call.webhook_id for call in receiver.received}) == 1


def test_a_task_that_has_ended_is_not_sent_any_more(house: House) -> None:
    with Receiver() as receiver:
        configure(house, receiver.url)
        event = convened(Agency.NATURAL_RESOURCES)
        house.react(event)
        task = event.tasks[0].task_id
        house.react(reassigned(event, task, Agency.AGRICULTURE))
        house.sql("UPDATE delivery SET state = 'pending' WHERE subject_id = :id", id=task)
        told_of = "SELECT 1 FROM delivery d JOIN task_message m ON m.id = d.subject_id WHERE d.state = 'delivered'"
        carry(house, lambda: state_is(house, task, "cancelled")() and bool(house.sql(told_of)))
        told = [orjson.loads(got.body) for got in receiver.received]
        # Of what is withdrawn the letter goes out no more; that it is withdrawn does.
        assert [(one["type"], one["data"]["task_id"]) for one in told] == [("tianwei.task.withdrawn.v1", str(task))]
    assert house.told(task) == ["task-issued", "task-withdrawn", "task-message-delivered"]


def test_signing_before_the_outcome_is_recorded_tells_one_delivery(house: House) -> None:
    answer = threading.Event()
    with Receiver(Answer(wait_for=answer)) as receiver:
        configure(house, receiver.url)
        task = issue(house)

        def signed() -> bool:
            if not receiver.received:
                return False
            house.done(officer(Agency.NATURAL_RESOURCES), "task.sign", {"signed_by": "王五"}, task)
            answer.set()
            return True

        carry(house, signed)
    assert house.told(task) == ["task-issued", "task-delivered", "task-signed"]


def test_a_task_waits_for_an_endpoint_to_be_configured(house: House) -> None:
    task = issue(house)
    with Receiver() as receiver:
        assert house.delivery(task)["state"] == "pending"
        configure(house, receiver.url)
        carry(house, state_is(house, task, "delivered"))
        assert [str(task) in call.body.decode() for call in receiver.received] == [True]


@contextmanager
def sender_process(house: House, heartbeat: Path) -> Iterator["subprocess.Popen[bytes]"]:
    environment: dict[str, Any] = {
        **os.environ,
        "TIANWEI_AGENCIES_DSN": house.dsn,
        "TIANWEI_SECRETS_KEY": SECRETS_KEY,
        "TIANWEI_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1",
        "TIANWEI_HEARTBEAT_FILE": str(heartbeat),
    }
    log = heartbeat.with_suffix(".log").open("ab")
    process = subprocess.Popen([sys.executable, "-m", "services.agencies.sender"], env=environment, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)
        log.close()


def test_killed_between_try_and_outcome_it_sends_again_under_the_same_id(house: House, tmp_path: Path) -> None:
    answer = threading.Event()
    with Receiver(Answer(wait_for=answer)) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        with sender_process(house, tmp_path / "first") as process:
            wait_until(lambda: bool(receiver.received), what="the first try")
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        answer.set()
        assert (house.delivery(task)["state"], house.delivery(task)["tries"]) == ("pending", 1)
        house.sql("UPDATE delivery SET lease_until = now()")
        with sender_process(house, tmp_path / "second"):
            wait_until(state_is(house, task, "delivered"), what="the second try")
    first, second = receiver.received
    assert first.webhook_id == second.webhook_id
    assert first.body == second.body
    assert house.told(task) == ["task-issued", "task-delivered"]


def test_sigterm_ends_the_sender_in_good_order_with_its_heartbeat_written(house: House, tmp_path: Path) -> None:
    heartbeat = tmp_path / "beat"
    answer = threading.Event()
    with Receiver(Answer(wait_for=answer)) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        with sender_process(house, heartbeat) as process:
            wait_until(lambda: bool(receiver.received), what="the try")
            process.terminate()
            answer.set()
            assert process.wait(15) == 0
    assert heartbeat.exists()
    assert house.delivery(task)["state"] == "delivered"


def test_a_sender_with_another_key_sends_nothing(house: House) -> None:
    with Receiver() as receiver:
        configure(house, receiver.url)
        task = issue(house)
        house.sql("UPDATE endpoint SET secret = 'v1.AAAA'")
        carry(house, tries_are(house, task, 1))
        assert receiver.received == []
    assert "TIANWEI_SECRETS_KEY" in house.delivery(task)["last_error"]
