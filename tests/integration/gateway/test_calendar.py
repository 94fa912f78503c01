"""A person's deadlines as a calendar feed: read at a private address, by nobody who has it no more."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from icalendar import Calendar

from gateway.auth.accounts import Accounts
from gateway.storage.tables import calendar_feed
from shared.contracts.codes import Role
from shared.contracts.deadlines import ListMyDeadlines
from shared.ids import new_id
from shared.principal import Actor
from tests.integration.gateway.conftest import House

FEED = "/api/v1/me/calendar"


def clock(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-0000-0000-{number:012}",
        "object": "case",
        "object_id": "00000000-0000-0000-0000-000000000001",
        "object_no": f"ZW-CA-640521-2026-{number:05}",
        "rule_id": "D10",
        "title": "作出处罚决定",
        "mark": "law",
        "holder": "",
        "agencies": ["natural_resources"],
        "township_code": None,
        "started_at": "2026-04-24T02:00:00Z",
        "due_on": "2026-08-09",
        "due_at": None,
        "alarm_on": "2026-08-07",
        "paused": False,
        "provisional": False,
        "raised_step": None,
        **changes,
    }


CLOCKS = [
    clock(1),
    clock(2, rule_id="T02", title="向公安机关移送", due_on="2026-05-28", due_at="2026-05-28T02:00:00Z", alarm_on=None),
    clock(3, provisional=True, due_on="2027-01-04", alarm_on="2027-01-04"),
    clock(4, paused=True),
]


def told(house: House, clocks: list[dict[str, Any]]) -> None:
    house.services.answers[ListMyDeadlines.operation] = {"items": clocks}


def events(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


def test_a_calendar_program_reads_the_clocks_of_its_owner(house: House) -> None:
    house.account("li", Role.TOWNSHIP_OFFICER, "640521104", "640521104")
    told(house, CLOCKS)
    made = house.ask("POST", FEED, by="li")
    assert made.status_code == 201
    read = house.ask("GET", made.json()["address"])
    assert read.status_code == 200
    assert read.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in read.headers["Cache-Control"]
    asked = house.services.actor_of(house.services.last(ListMyDeadlines.operation))
    assert isinstance(asked, Actor)
    assert (asked.name, asked.jurisdiction) == ("li 的姓名", "640521104")
    day, hour, provisional = events(read.content)
    assert day["SUMMARY"] == "作出处罚决定（ZW-CA-640521-2026-00001）"
    # The last day is a Sunday: the working day before it is the one to act on, and both are said.
    assert (day["DTSTART"].dt, day["DTEND"].dt) == (date(2026, 8, 7), date(2026, 8, 8))
    assert "2026-08-09" in day["DESCRIPTION"]
    assert "2026-08-07" in day["DESCRIPTION"]
    assert (hour["DTEND"].dt - hour["DTSTART"].dt) == timedelta(hours=1)
    assert hour["DTEND"].dt.isoformat() == "2026-05-28T02:00:00+00:00"
    assert [one["STATUS"] for one in (day, hour, provisional)] == ["CONFIRMED", "CONFIRMED", "TENTATIVE"]
    assert all(len(one.walk("VALARM")) == 1 for one in (day, hour, provisional))
    again = events(house.ask("GET", made.json()["address"]).content)
    assert [one["UID"] for one in again] == [day["UID"], hour["UID"], provisional["UID"]]


def test_a_new_address_ends_the_old_one_and_ending_ends_it(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    told(house, [])
    first, second = (house.ask("POST", FEED, by="li").json()["address"] for _ in range(2))
    assert first != second
    assert house.ask("GET", first).status_code == 401
    assert house.ask("GET", second).status_code == 200
    assert house.ask("DELETE", FEED, by="li").status_code == 204
    assert house.ask("DELETE", FEED, by="li").status_code == 204
    assert house.ask("GET", second).json()["code"] == "auth.token-invalid"


def test_the_address_of_an_account_that_was_ended_is_good_no_more(house: House) -> None:
    ended = house.account("li", Role.COORDINATOR)
    told(house, [])
    address = house.ask("POST", FEED, by="li").json()["address"]
    root = Actor(str(new_id()), "管理员", frozenset({Role.ADMINISTRATOR}), "640521", "640521")
    Accounts(house.engine, house.clock).disable(ended.id, root)
    assert house.ask("GET", address).status_code == 401


def test_nothing_but_its_own_token_opens_a_feed(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    told(house, [])
    address = house.ask("POST", FEED, by="li").json()["address"]
    assert house.ask("GET", f"{FEED}.ics").json()["code"] == "auth.token-missing"
    assert house.ask("GET", f"{FEED}.ics?token={house.tokens['li']}").status_code == 401
    token = address.partition("token=")[2]
    assert house.ask("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    with house.engine.connect() as connection:
        kept = connection.execute(sa.select(calendar_feed.c.digest)).scalar_one()
    assert token.encode() not in kept


def test_the_list_of_one_s_own_clocks_is_the_service_s_answer(house: House) -> None:
    house.account("li", Role.COORDINATOR)
    told(house, CLOCKS)
    assert house.ask("GET", "/api/v1/me/deadlines", by="li").json()["items"][1]["rule_id"] == "T02"
