"""What is seen of tasks, and by whom."""

import base64
import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from services.agencies.handlers.on_cases import on_joint_action_convened
from shared.contracts.codes import Agency, Role
from tests.integration.services.agencies.house import House, administrator, coordinator, officer, stranger
from tests.support.nodes import wait_until
from tests.unit.services.agencies.builders import convened


def convene(house: House, *agencies: Agency, division_code: str = "640521101201") -> list[str]:
    event = convened(*agencies, division_code=division_code)
    house.react(event)
    return [str(task.task_id) for task in event.tasks]


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def test_an_agency_sees_only_its_own_tasks_in_every_reading(house: House) -> None:
    (own,) = convene(house, Agency.AGRICULTURE)
    (foreign,) = convene(house, Agency.PUBLIC_SECURITY)
    by = officer(Agency.AGRICULTURE)
    for body in ({}, {"after": 0}, {"agency": "public_security"}, {"with_total": True}):
        page = house.asked(by, "task.list", **body)
        assert foreign not in str(page)
    assert house.asked(by, "task.list", with_total=True)["total"] == 1
    assert house.asked(by, "task.list", agency="public_security", with_total=True)["total"] == 0
    assert house.query(by, "task.get", id=foreign)["problem"]["kind"] == "not-found"
    assert house.asked(by, "task.get", id=own)["id"] == own


def test_the_coordinator_sees_all_tasks_of_its_county_and_none_beyond(house: House) -> None:
    here = convene(house)
    (elsewhere,) = convene(house, Agency.AGRICULTURE, division_code="640522100200")
    assert sorted(ids(house.asked(coordinator(), "task.list"))) == sorted(here)
    assert house.query(coordinator(), "task.get", id=elsewhere)["problem"]["kind"] == "not-found"
    assert ids(house.asked(coordinator(""), "task.list")) == []


@pytest.mark.parametrize("role", [Role.TOWNSHIP_OFFICER, Role.RECIPIENT_CLERK, Role.ADMINISTRATOR])
def test_for_everybody_else_there_are_no_tasks(house: House, role: Role) -> None:
    task, *_ = convene(house)
    by = stranger(role)
    assert house.query(by, "task.get", id=task)["problem"]["kind"] == "not-found"
    assert house.asked(by, "task.list", with_total=True) == {"items": [], "next_cursor": None, "total": 0}


def test_the_list_is_newest_first_and_pages_without_loss_or_repetition(house: House) -> None:
    made = [convene(house, Agency.AGRICULTURE)[0] for _ in range(5)]
    by, seen, cursor = officer(Agency.AGRICULTURE), [], None
    for _ in range(3):
        page = house.asked(by, "task.list", limit=2, cursor=cursor)
        seen += ids(page)
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == made[::-1]


def test_the_mailbox_is_oldest_first_above_the_given_position(house: House) -> None:
    made = [convene(house, Agency.AGRICULTURE)[0] for _ in range(3)]
    convene(house, Agency.PUBLIC_SECURITY)
    house.activate(Agency.AGRICULTURE)
    by = officer(Agency.AGRICULTURE, Role.AGENCY_SYSTEM)
    first = house.asked(by, "task.list", after=0, limit=2)
    assert ids(first) == made[:2]
    assert ids(house.asked(by, "task.list", after=first["items"][-1]["position"])) == made[2:]
    assert ids(house.asked(by, "task.list", after=0, limit=2, cursor=first["next_cursor"])) == made[2:]


@pytest.mark.parametrize("after", [2**53, 2**63, 10**20, -1])
@pytest.mark.parametrize("operation", ["task.list", "task.messages"])
def test_a_position_that_no_mailbox_has_is_refused(house: House, operation: str, after: int) -> None:
    house.activate(Agency.AGRICULTURE)
    by = officer(Agency.AGRICULTURE, Role.AGENCY_SYSTEM)
    problem = house.query(by, operation, after=after)["problem"]
    assert (problem["kind"], problem["field"]) == ("invalid-input", "after")
    assert house.asked(by, operation, after=2**53 - 1)["items"] == []


def test_the_list_filters_by_state_action_and_case(house: House) -> None:
    first, second = convene(house, Agency.AGRICULTURE), convene(house, Agency.AGRICULTURE)
    by = officer(Agency.AGRICULTURE)
    row = house.asked(by, "task.get", id=first[0])
    assert ids(house.asked(by, "task.list", action_id=row["action_id"])) == first
    assert ids(house.asked(by, "task.list", case_id=row["case_id"])) == first
    assert ids(house.asked(by, "task.list", state="offered")) == second + first
    assert ids(house.asked(by, "task.list", state="signed")) == []


@pytest.mark.parametrize("said", [[], [False], [False, -1e9], [False, 10**19], [False, "1"], [True, 1], [False, 1, 1]])
def test_a_cursor_that_is_none_of_ours_is_refused(house: House, said: list[Any]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    problem = house.query(coordinator(), "task.list", cursor=cursor)["problem"]
    assert (problem["code"], problem["field"]) == ("cursor-invalid", "cursor")


def test_a_cursor_of_the_mailbox_is_none_of_the_list(house: House) -> None:
    convene(house)
    mailbox = house.asked(coordinator(), "task.list", after=0, limit=1)
    problem = house.query(coordinator(), "task.list", cursor=mailbox["next_cursor"])["problem"]
    assert problem["code"] == "cursor-invalid"


def test_the_registry_shows_counts_and_keeps_addresses_from_the_coordinator(house: House) -> None:
    convene(house)
    body = {"agency": "natural_resources", "url": "http://127.0.0.1:9/hook"}
    house.configure(body)
    for by, url in ((coordinator(), None), (administrator(), body["url"])):
        rows = {row["code"]: row for row in house.asked(by, "agency.list")["items"]}
        assert set(rows) == set(Agency)
        assert rows["natural_resources"]["endpoint_url"] == url
        assert rows["natural_resources"]["endpoint_active"] is True
        assert {row["tasks_open"] for row in rows.values()} == {1}
        assert {row["deliveries_pending"] for row in rows.values()} == {1}
        assert (rows["agriculture"]["protocol"], rows["agriculture"]["name"]) == ("polled_mailbox", "农业农村局")
    (own,) = house.asked(officer(Agency.NATURAL_RESOURCES), "agency.list")["items"]
    assert (own["code"], own["endpoint_url"]) == ("natural_resources", body["url"])
    assert "problem" in house.query(stranger(Role.RECIPIENT_CLERK), "agency.list")


def test_no_task_ever_appears_in_the_mailbox_below_one_that_was_read(house: House) -> None:
    """Two writers at once: the second gets its position only when the first one's is there to be read."""
    by, first, second = officer(Agency.AGRICULTURE), convened(Agency.AGRICULTURE), convened(Agency.AGRICULTURE)
    with house.engine.begin() as connection:
        unit = house.parts.open_unit(connection, coordinator(), datetime.now(UTC), "correlation")
        on_joint_action_convened(first, house.meta(first), unit)
        unit.flush()
        other = threading.Thread(target=house.react, args=(second,))
        other.start()
        wait_until(lambda: bool(house.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'")), 10)
        assert ids(house.asked(by, "task.list", after=0)) == []
    other.join(10)
    wanted = [str(event.tasks[0].task_id) for event in (first, second)]
    assert ids(house.asked(by, "task.list", after=0)) == wanted
