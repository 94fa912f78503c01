"""What the agencies service does when cases tells of joint actions."""

from uuid import uuid4

from services.agencies.settings import DEFAULT_PROTOCOLS
from shared.contracts.codes import Agency
from tests.integration.services.agencies.house import House, coordinator, officer
from tests.unit.services.agencies.builders import cancelled, convened, reassigned


def test_a_convened_action_becomes_a_task_and_a_delivery_for_every_agency(house: House) -> None:
    event = convened()
    house.react(event)
    for wanted in event.tasks:
        task = house.asked(coordinator(), "task.get", id=str(wanted.task_id))
        assert (task["state"], task["agency"], task["delivery_state"]) == ("offered", wanted.letter.agency, "pending")
        assert task["form"]["任务"]
        assert house.told(wanted.task_id) == ["task-issued"]
    pushed = {agency: house.delivery(task.task_id)["channel"] for agency, task in zip(Agency, event.tasks, strict=True)}
    assert pushed == DEFAULT_PROTOCOLS
    assert house.rings


def test_the_same_event_applied_twice_makes_one_task(house: House) -> None:
    event = convened(Agency.AGRICULTURE)
    house.react(event)
    house.react(event)
    assert house.told() == ["task-issued"]
    assert len(house.sql("SELECT 1 FROM agency_task")) == len(house.sql("SELECT 1 FROM delivery")) == 1


def test_after_a_decline_the_task_goes_to_another_agency(house: House) -> None:
    event = convened(Agency.AGRICULTURE)
    (first,) = event.tasks
    house.react(event)
    by = officer(Agency.AGRICULTURE)
    body = {"return_reason": "not_our_duty", "reason": "不属本单位职责"}
    assert house.done(by, "task.decline", body, first.task_id)["state"] == "declined"
    second = reassigned(event, first.task_id, Agency.NATURAL_RESOURCES)
    house.react(second)
    house.react(second)
    assert house.told(first.task_id) == ["task-issued", "task-delivered", "task-declined"]
    assert house.told(second.task.task_id) == ["task-issued"]
    taken = house.asked(officer(Agency.NATURAL_RESOURCES), "task.get", id=str(second.task.task_id))
    assert taken["action_id"] == str(event.action_id)


def test_a_task_reassigned_while_open_is_withdrawn_and_no_longer_sent(house: House) -> None:
    event = convened(Agency.NATURAL_RESOURCES)
    (first,) = event.tasks
    house.react(event)
    house.react(reassigned(event, first.task_id, Agency.AGRICULTURE))
    assert house.told(first.task_id) == ["task-issued", "task-withdrawn"]
    assert house.delivery(first.task_id)["state"] == "cancelled"


def test_a_reassignment_of_an_unknown_task_still_makes_the_new_one(house: House) -> None:
    event = reassigned(convened(Agency.AGRICULTURE), uuid4(), Agency.AGRICULTURE)
    house.react(event)
    assert house.told() == ["task-issued"]


def test_a_cancelled_action_withdraws_what_is_open_and_leaves_what_was_reported(house: House) -> None:
    event = convened(Agency.NATURAL_RESOURCES, Agency.AGRICULTURE)
    house.react(event)
    open_task, declined = (task.task_id for task in event.tasks)
    body = {"return_reason": "not_our_duty", "reason": "不属本单位职责"}
    house.done(officer(Agency.AGRICULTURE), "task.decline", body, declined)
    called_off = cancelled(event, open_task, declined, uuid4())
    house.react(called_off)
    house.react(called_off)
    assert house.told(open_task) == ["task-issued", "task-withdrawn"]
    assert house.delivery(open_task)["state"] == "cancelled"
    assert house.told(declined)[-1] == "task-declined"
    task = house.asked(coordinator(), "task.get", id=str(open_task))
    assert task["state"] == "withdrawn"
