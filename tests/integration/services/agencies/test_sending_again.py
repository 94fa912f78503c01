"""A person pauses an agency, lets one letter through, goes on, and has things sent again."""

from typing import Any
from uuid import UUID

import pytest

from shared.contracts.codes import Agency, Role
from tests.integration.services.agencies.house import House, administrator, coordinator, officer
from tests.integration.services.agencies.test_commands import ACCEPT, SIGN, report_body, task_of
from tests.integration.services.agencies.test_sender import carry, configure, issue, state_is
from tests.integration.shared.outgoing.receiver import Receiver

AGRICULTURE = {"agency": "agriculture"}
NATURAL = {"agency": "natural_resources"}
SYSTEM = officer(Agency.AGRICULTURE, Role.AGENCY_SYSTEM)


def mailbox(house: House, after: int = 0) -> list[UUID]:
    """As the door does it: what is listed is read."""
    ids = [row["id"] for row in house.asked(SYSTEM, "task.list", after=after)["items"]]
    house.done(SYSTEM, "task.read", {"task_ids": ids})
    return [UUID(id_) for id_ in ids]


def cursor(house: House) -> int:
    return max((row["position"] for row in house.asked(SYSTEM, "task.list", after=0)["items"]), default=0)


def pause(house: House, body: dict[str, Any]) -> None:
    house.done(coordinator(), "agency.pause", {**body, "reason": "对方系统升级"})


def test_what_was_reported_really_goes_out_again_and_stays_proven(house: House) -> None:
    by = officer(Agency.NATURAL_RESOURCES)
    with Receiver() as receiver:
        configure(house, receiver.url)
        task = issue(house)
        carry(house, state_is(house, task, "delivered"))
        house.done(by, "task.sign", SIGN, task)
        house.done(by, "task.accept", ACCEPT, task)
        house.done(by, "task.report", report_body(Agency.NATURAL_RESOURCES), task)
        before = house.asked(by, "task.get", id=str(task))
        for number in (2, 3):
            again = house.done(administrator(), "agency.resend", {**NATURAL, "subject_id": str(task)})
            assert again["state"] == "pending"
            assert house.asked(by, "task.get", id=str(task))["delivered_at"] == before["delivered_at"]
            carry(house, state_is(house, task, "delivered"))
            assert len(receiver.received) == number
    assert len({call.webhook_id for call in receiver.received}) == 1
    assert len({call.body for call in receiver.received}) == 1
    after = house.asked(by, "task.get", id=str(task))
    assert (after["delivered_at"], after["delivery_state"], after["state"]) == (
        before["delivered_at"],
        "delivered",
        "reported",
    )
    assert house.told(task).count("task-delivered") == 1


def test_of_what_waits_to_go_out_again_the_proof_outlives_a_withdrawal(house: House) -> None:
    with Receiver() as receiver:
        configure(house, receiver.url)
        task = issue(house)
        carry(house, state_is(house, task, "delivered"))
    pause(house, NATURAL)
    house.done(administrator(), "agency.resend", {**NATURAL, "subject_id": str(task)})
    house.done(coordinator(), "task.withdraw", {"reason": "改由其他部门办理"}, task)
    seen = house.asked(coordinator(), "task.get", id=str(task))
    assert (seen["state"], seen["delivery_state"]) == ("withdrawn", "delivered")
    assert seen["delivered_at"] is not None


def test_what_waits_to_go_out_again_and_is_signed_for_meanwhile_came_when_it_first_came(house: House) -> None:
    by = officer(Agency.NATURAL_RESOURCES)
    with Receiver() as receiver:
        configure(house, receiver.url)
        task = issue(house)
        carry(house, state_is(house, task, "delivered"))
    pause(house, NATURAL)
    before = house.asked(by, "task.get", id=str(task))["delivered_at"]
    house.done(administrator(), "agency.resend", {**NATURAL, "subject_id": str(task)})
    house.done(by, "task.sign", SIGN, task)
    seen = house.asked(by, "task.get", id=str(task))
    assert (seen["state"], seen["delivery_state"], seen["delivered_at"]) == ("signed", "delivered", before)


def test_nothing_is_sent_again_to_who_comes_for_it_or_after_the_task_has_ended_first(house: House) -> None:
    house.activate(Agency.AGRICULTURE)
    read = task_of(house, Agency.AGRICULTURE)
    mailbox(house)
    problem = house.command(administrator(), "agency.resend", {**AGRICULTURE, "subject_id": str(read)})["problem"]
    assert (problem["code"], problem["facts"]["rule"]) == ("agencies.not-resendable", "comes-for-it")
    assert house.asked(SYSTEM, "task.get", id=str(read))["delivered_at"] is not None
    ended = issue(house)
    with Receiver() as receiver:
        configure(house, receiver.url)
        house.done(coordinator(), "task.withdraw", {"reason": "改由其他部门办理"}, ended)
        problem = house.command(administrator(), "agency.resend", {**NATURAL, "subject_id": str(ended)})["problem"]
        assert (problem["code"], problem["facts"]["rule"]) == ("agencies.not-resendable", "cancelled")
    problem = house.command(administrator(), "agency.resend", {**NATURAL, "subject_id": str(read)})["problem"]
    assert problem["kind"] == "not-found"


def test_a_paused_mailbox_shows_nothing_new_and_one_on_trial_and_loses_nothing(house: House) -> None:
    house.activate(Agency.AGRICULTURE)
    shown = task_of(house, Agency.AGRICULTURE)
    assert mailbox(house) == [shown]
    pause(house, AGRICULTURE)
    held = [task_of(house, Agency.AGRICULTURE) for _ in range(3)]
    assert mailbox(house) == [shown]
    assert house.asked(SYSTEM, "task.get", id=str(shown))["id"] == str(shown)
    for task in held:
        assert house.query(SYSTEM, "task.get", id=str(task))["problem"]["kind"] == "not-found"
        assert house.command(SYSTEM, "task.sign", SIGN, task)["problem"]["kind"] == "not-found"
        assert house.done(SYSTEM, "task.read", {"task_ids": [str(task)]})["delivered"] == []
    # The coordinator sees them waiting, and so do the agency's people, who may act.
    assert house.asked(coordinator(), "task.get", id=str(held[0]))["delivered_at"] is None
    assert house.asked(officer(Agency.AGRICULTURE), "task.get", id=str(held[0]))["state"] == "offered"
    chosen = house.done(coordinator(), "agency.try-one", {**AGRICULTURE, "subject_id": str(held[1])})
    assert chosen["subject_id"] == str(held[1])
    assert mailbox(house) == [shown, held[1]]
    assert mailbox(house) == [shown, held[1]]
    (row,) = house.asked(SYSTEM, "agency.list")["items"]
    assert (row["health"], row["trial_error"], row["trial_at"] is not None) == ("paused", None, True)
    read_up_to = cursor(house)
    house.done(coordinator(), "agency.resume", AGRICULTURE)
    # Whoever reads on from the last one it saw gets every one that was held back.
    assert mailbox(house, read_up_to) == [held[0], held[2]]
    assert house.asked(SYSTEM, "task.list", after=0, with_total=True)["total"] == 4


def test_a_paused_mailbox_holds_messages_back_too(house: House) -> None:
    house.activate(Agency.AGRICULTURE)
    task = task_of(house, Agency.AGRICULTURE)
    mailbox(house)
    pause(house, AGRICULTURE)
    house.done(coordinator(), "task.withdraw", {"reason": "改由其他部门办理"}, task)
    assert house.asked(SYSTEM, "task.messages", after=0)["items"] == []
    tried = house.done(coordinator(), "agency.try-one", AGRICULTURE)
    (message,) = house.asked(SYSTEM, "task.messages", after=0)["items"]
    assert (message["id"], message["kind"]) == (tried["subject_id"], "withdrawn")
    house.done(SYSTEM, "task.read", {"task_ids": [], "message_ids": [message["id"]]})
    assert house.command(coordinator(), "agency.try-one", AGRICULTURE)["problem"]["code"] == "agencies.nothing-to-try"
    house.done(coordinator(), "agency.resume", AGRICULTURE)
    assert [one["id"] for one in house.asked(SYSTEM, "task.messages", after=0)["items"]] == [message["id"]]


@pytest.mark.parametrize("body", [{"agency": "agriculture", "protocol": "console_inbox"}])
def test_of_a_paused_inbox_people_wait_too(house: House, body: dict[str, Any]) -> None:
    house.configure(body)
    pause(house, AGRICULTURE)
    task = task_of(house, Agency.AGRICULTURE)
    by = officer(Agency.AGRICULTURE)
    assert house.query(by, "task.get", id=str(task))["problem"]["kind"] == "not-found"
    house.done(coordinator(), "agency.resume", AGRICULTURE)
    assert house.done(by, "task.sign", SIGN, task)["state"] == "signed"
