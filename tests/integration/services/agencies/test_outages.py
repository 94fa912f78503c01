"""An agency that is not reached is told of, by an answer, by time, configured or not; and that it is over."""

from typing import Any
from uuid import UUID

from services.agencies.wiring import sweep_late
from shared.clock import SystemClock
from shared.contracts.codes import Agency, Role
from shared.delivery.runner import UnitRunner
from tests.integration.services.agencies.house import House, administrator, coordinator, officer
from tests.integration.services.agencies.test_commands import SIGN, task_of
from tests.integration.services.agencies.test_sender import carry, configure, issue, state_is, tries_are
from tests.integration.shared.outgoing.receiver import Answer, Receiver

NATURAL, AGRICULTURE = Agency.NATURAL_RESOURCES, Agency.AGRICULTURE


def waited(house: House, minutes: int) -> None:
    house.sql("UPDATE delivery SET owed_since = owed_since - make_interval(mins => :minutes)", minutes=minutes)


def sweep(house: House) -> None:
    runner: UnitRunner[Any] = UnitRunner(house.engine, house.parts.open_unit, SystemClock(), lambda: None)
    sweep_late(runner, house.settings.county_code)


def row_of(house: House, agency: Agency) -> dict[str, Any]:
    rows = house.asked(administrator(), "agency.list")["items"]
    return next(row for row in rows if row["code"] == agency)


def outages(house: House) -> list[str]:
    return [kind for kind in house.told() if kind in ("agency-endpoint-failing", "agency-endpoint-recovered")]


def errors(house: House, task: UUID) -> list[str]:
    return [row.payload["error"] for row in house.events(task) if row.type.endswith("task-delivery-waiting.v1")]


def test_an_endpoint_that_its_receiver_shut_is_an_outage_until_it_takes_letters_again(house: House) -> None:
    with Receiver(Answer(410)) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        carry(house, lambda: house.sql("SELECT active FROM endpoint")[0]["active"] is False)
        assert outages(house) == ["agency-endpoint-failing"]
        assert errors(house, task) == ["HTTP 410"]
        shown = row_of(house, NATURAL)
        assert (shown["health"], shown["last_error"]) == ("disabled", "HTTP 410")
        assert shown["failing_since"] is not None
        sweep(house)
        assert outages(house) == ["agency-endpoint-failing"]
        configure(house, receiver.url)
        assert row_of(house, NATURAL)["last_error"] is None
        carry(house, state_is(house, task, "delivered"))
    assert outages(house) == ["agency-endpoint-failing", "agency-endpoint-recovered"]
    assert row_of(house, NATURAL)["health"] == "ok"


def test_letters_for_an_agency_that_nobody_has_configured_are_an_outage_too(house: House) -> None:
    task = issue(house)
    sweep(house)
    assert outages(house) == []
    waited(house, 16)
    sweep(house)
    sweep(house)
    assert outages(house) == ["agency-endpoint-failing"]
    assert errors(house, task) == ["还没有配置接入方式"]
    shown = row_of(house, NATURAL)
    assert (shown["health"], shown["endpoint_active"]) == ("not_configured", None)
    problem = house.command(administrator(), "agency.pause", {"agency": "natural_resources", "reason": "试"})["problem"]
    assert problem["code"] == "agencies.endpoint-not-configured"
    # The outage is on record; the system is in use no more than before.
    asked = house.query(officer(NATURAL, Role.AGENCY_SYSTEM), "task.get", id=str(task))
    assert asked["problem"]["code"] == "agencies.not-activated"
    with Receiver() as receiver:
        configure(house, receiver.url)
        carry(house, state_is(house, task, "delivered"))
    assert outages(house) == ["agency-endpoint-failing", "agency-endpoint-recovered"]


def test_one_letter_that_waits_too_long_is_enough_and_an_urgent_one_sooner(house: House) -> None:
    with Receiver(Answer(500)) as receiver:
        configure(house, receiver.url)
        task = issue(house)
        carry(house, tries_are(house, task, 1))
        waited(house, 6)
        sweep(house)
        assert (outages(house), row_of(house, NATURAL)["health"]) == ([], "ok")
        house.sql("UPDATE agency_task SET urgent = true")
        sweep(house)
        assert (outages(house), row_of(house, NATURAL)["health"]) == (["agency-endpoint-failing"], "failing")
        assert errors(house, task) == ["HTTP 500"]
        house.sql("UPDATE delivery SET next_at = now()")
        carry(house, state_is(house, task, "delivered"))
    assert outages(house) == ["agency-endpoint-failing", "agency-endpoint-recovered"]
    shown = row_of(house, NATURAL)
    assert (shown["health"], shown["last_error"], shown["failing_since"]) == ("ok", None, None)


def test_a_mailbox_that_nobody_opens_is_an_outage_and_opening_it_the_end(house: House) -> None:
    house.activate(AGRICULTURE)
    task = task_of(house, AGRICULTURE)
    waited(house, 16)
    sweep(house)
    assert (outages(house), errors(house, task)) == (["agency-endpoint-failing"], ["对方没有来取"])
    assert row_of(house, AGRICULTURE)["health"] == "failing"
    house.done(officer(AGRICULTURE, Role.AGENCY_SYSTEM), "task.read", {"task_ids": [str(task)]})
    sweep(house)
    assert outages(house) == ["agency-endpoint-failing", "agency-endpoint-recovered"]
    assert row_of(house, AGRICULTURE)["health"] == "passive"


def test_a_pause_and_an_inbox_of_people_are_no_outage(house: House) -> None:
    house.configure({"agency": "agriculture", "protocol": "console_inbox"})
    task_of(house, AGRICULTURE)
    with Receiver() as receiver:
        configure(house, receiver.url)
    house.done(coordinator(), "agency.pause", {"agency": "natural_resources", "reason": "对方系统升级"})
    issue(house)
    waited(house, 60)
    sweep(house)
    assert outages(house) == []


def test_messages_that_wait_are_counted_with_the_lag(house: House) -> None:
    house.activate(AGRICULTURE)
    task = task_of(house, AGRICULTURE)
    house.done(officer(AGRICULTURE), "task.sign", SIGN, task)
    assert row_of(house, AGRICULTURE)["deliveries_pending"] == 0
    house.done(coordinator(), "task.withdraw", {"reason": "改由其他部门办理"}, task)
    waited(house, 1)
    for by in (administrator(), coordinator(), officer(AGRICULTURE)):
        rows = house.asked(by, "agency.list")["items"]
        shown = next(row for row in rows if row["code"] == "agriculture")
        assert shown["deliveries_pending"] == 1
        assert shown["lag_s"] >= 60
