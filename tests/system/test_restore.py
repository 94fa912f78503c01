"""The database of cases comes back from an older copy in a running house: who follows it stops, says so, goes on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from gateway.cli.stack.layout import read_state
from gateway.cli.stack.postgres import SUPERUSER
from gateway.cli.stack.secrets import load_or_make
from tests.system.books import Books
from tests.system.county import County, View
from tests.system.running_house import RunningHouse

pytestmark = pytest.mark.timeout(300)

CONSUMERS = {"agencies", "notify"}
_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'tianwei_cases'"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[RunningHouse]:
    """One of its own: it is not the same afterwards."""
    with RunningHouse(tmp_path / "house", None) as house:
        yield house


@pytest.fixture
def books(house: RunningHouse) -> Iterator[Books]:
    opened = Books(house.home)
    yield opened
    opened.close()


class Copies:
    """What the administrator of the database does while the processes of cases stand still."""

    def __init__(self, house: RunningHouse) -> None:
        self._house = house

    def back_up(self) -> None:
        self._stand_still()
        self._run(_CUT, "CREATE DATABASE older TEMPLATE tianwei_cases OWNER cases_owner")
        for process in ("cases", "cases.worker", "cases.scheduler"):
            self._house.resume(process)

    def restore(self) -> None:
        """The processes still stand."""
        self._stand_still()
        self._run(
            _CUT,
            "DROP DATABASE tianwei_cases WITH (FORCE)",
            "ALTER DATABASE older RENAME TO tianwei_cases",
            "GRANT CONNECT, TEMPORARY ON DATABASE tianwei_cases TO cases_app",
        )

    def start(self) -> None:
        for process in ("cases", "cases.worker", "cases.scheduler"):
            self._house.kill(process)

    def _stand_still(self) -> None:
        for process in ("cases", "cases.worker", "cases.scheduler"):
            self._house.pause(process)

    def _run(self, *statements: str) -> None:
        home = self._house.home
        connection = psycopg2.connect(
            host=str(Path(read_state(home).sockets) / "postgres"),
            dbname="postgres",
            user=SUPERUSER,
            password=load_or_make(home).postgres_password,
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()


def test_a_restored_producer_stops_its_consumers_until_two_people_accept_it(house: RunningHouse, books: Books) -> None:
    county, copies = County(house), Copies(house)
    township = house.townships[0]
    kept = county.case(township)
    house.settle()
    copies.back_up()
    house.until(lambda: house.readiness().status_code == 200, "cases back at work")
    lost = county.case(township)
    action = county.joint_action(lost, {"agriculture": "到场"})
    house.settle()

    copies.restore()
    renewed = house.tianwei("log", "renew", "cases", "--reason", "用四月的备份恢复", "--yes")
    assert renewed.returncode == 0, renewed.stderr
    assert "forked_feed" in renewed.stdout
    copies.start()
    house.until(lambda: _forked(house) == CONSUMERS, "both consumers stopped")
    status = house.tianwei("status").stdout
    assert "须处理：agencies：分叉 1" in status
    assert "须处理：notify：分叉 1" in status
    stopped = house.tianwei("rebuild", "notify", "case_brief")
    assert stopped.returncode == 2
    assert "分叉" in stopped.stderr

    newer = county.case(township)
    letters = _letters(house)
    assert {(letter["service"], letter["reason"]) for letter in letters} == {
        (name, "log_contradicts") for name in CONSUMERS
    }
    for letter in letters:
        _succeeds(house, "dead-letters", "discard", letter["id"], "--reason", "没有更新的备份", by="admin")
        _succeeds(house, "dead-letters", "confirm-discard", letter["id"], by="coordinator")
    house.until(lambda: {feed.state for feed in books.feeds()} == {"running"}, "every feed goes on")
    house.settle()
    assert _letters(house) == []
    for name in CONSUMERS:
        assert books.rows(name, "SELECT count(*) FROM inbox_superseded WHERE outcome = 'applied'") > [(0,)]

    _puts_right(house, books, kept, lost, newer)
    assert house.coordinator.get(f"/tasks/{action['tasks'][0]['task_id']}")["state"] in ("offered", "delivered")
    for service, projections in {
        "cases": ("case", "clue"),
        "agencies": ("agency_task",),
        "notify": ("document",),
    }.items():
        for projection in projections:
            assert _rebuilt(house, service, projection)["equal"]


def _puts_right(house: RunningHouse, books: Books, kept: View, lost: View, newer: View) -> None:
    """What the lost events left in a projection is named, and goes when a person has said so."""
    found = _rebuilt(house, "notify", "case_brief", status=1)
    assert [(row["key"], row["fault"]) for row in found["rows"]] == [(lost["id"], "extra")]
    shown = house.tianwei("rebuild", "notify", "case_brief")
    assert f"多余  case_brief  {lost['id']}" in shown.stdout
    unsaid = house.tianwei("rebuild", "notify", "case_brief", "--repair")
    assert unsaid.returncode == 2
    _succeeds(house, "rebuild", "notify", "case_brief", "--repair", "--reason", "恢复点之后的案件已不存在")
    assert _rebuilt(house, "notify", "case_brief")["equal"]
    known = {row[0] for row in books.rows("notify", "SELECT case_id::text FROM case_brief")}
    assert known == {kept["id"], newer["id"]}
    told = books.rows("notify", "SELECT payload ->> 'reason' FROM event_log WHERE type LIKE '%projection-repaired%'")
    assert told == [("恢复点之后的案件已不存在",)]


def _rebuilt(house: RunningHouse, service: str, projection: str, status: int = 0) -> dict[str, Any]:
    done = house.tianwei("rebuild", service, projection, "--json")
    assert done.returncode == status, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _succeeds(house: RunningHouse, *words: str, by: str = "") -> None:
    done = house.tianwei(*words, by=by)
    assert done.returncode == 0, done.stdout + done.stderr


def _letters(house: RunningHouse) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(house.tianwei("dead-letters", "list", "--json", by="admin").stdout)
    return listed


def _forked(house: RunningHouse) -> set[str]:
    answer = house.readiness().json()
    return {alert["service"] for alert in answer["alerts"] if alert["what"] == "forked"}
