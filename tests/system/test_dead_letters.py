"""An event that cannot be applied, from its parking to its replay, as a person at the command line sees it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.cli.demo.papers import with_documents
from tests.system.books import Books
from tests.system.county import County, View
from tests.system.running_house import RunningHouse

pytestmark = [pytest.mark.timeout(300), pytest.mark.parametrize("house", ["embedded"], indirect=True)]


@pytest.fixture
def case(house: RunningHouse, county: County, books: Books) -> Iterator[View]:
    """A case of which notify could not apply an event: its table refused what the event tells."""
    made = county.case(house.townships[0])
    county.prove(f"/cases/{made['id']}", "conclude")
    house.settle()
    books.alter("notify", "ALTER TABLE case_brief ADD CONSTRAINT poison CHECK (state <> 'report_done') NOT VALID")
    try:
        body = {"conclusion": "事实清楚。", **with_documents("investigation_report", "evidence_list")}
        house.coordinator.post(f"/cases/{made['id']}/conclude", body)
        house.until(lambda: _alerts(house) == 1, "the alert")
        yield made
    finally:
        books.alter("notify", "ALTER TABLE case_brief DROP CONSTRAINT IF EXISTS poison")


def test_parked_events_are_listed_alarmed_and_replayed_in_order(
    house: RunningHouse, county: County, books: Books, case: View
) -> None:
    other = county.case(house.townships[0])
    assert "须处理：notify：搁置 1" in house.tianwei("status").stdout
    (letter,) = _letters(house)
    assert (letter["service"], letter["kind"], letter["error"]) == (
        "notify",
        "parked_event",
        "CheckViolation 23514 poison",
    )
    listed = house.tianwei("dead-letters", "list", by="admin").stdout
    assert "处理出错" in listed
    assert letter["id"] in listed

    failed = house.tianwei("dead-letters", "replay", letter["id"], by="admin")
    assert failed.returncode == 1
    assert "又失败" in failed.stdout

    books.alter("notify", "ALTER TABLE case_brief DROP CONSTRAINT poison")
    done = house.tianwei("dead-letters", "replay", "--all", "--kind", "parked_event", by="coordinator")
    assert done.returncode == 0, done.stderr
    assert "已重做 1 项，涉及 1 个对象" in done.stdout
    assert _letters(house) == []
    house.settle()
    states = dict(books.rows("notify", "SELECT case_id::text, state FROM case_brief"))
    assert (states[case["id"]], states[other["id"]]) == ("report_done", "investigating")


def test_discarding_takes_two_people(house: RunningHouse, case: View) -> None:
    (letter,) = _letters(house)
    id_ = letter["id"]
    assert house.tianwei("dead-letters", "discard", id_, "--reason", "测试数据", by="admin").returncode == 0
    refused = house.tianwei("dead-letters", "confirm-discard", id_, by="admin")
    assert refused.returncode == 1
    assert "第二人" in refused.stderr
    agreed = house.tianwei("dead-letters", "confirm-discard", id_, by="coordinator")
    assert agreed.returncode == 0, agreed.stderr
    shown = house.tianwei("dead-letters", "show", id_, by="admin").stdout
    assert "状态：已弃置" in shown
    assert "处理结果：测试数据" in shown
    assert case["id"] in shown


def _letters(house: RunningHouse) -> list[dict[str, Any]]:
    words = ("dead-letters", "list", "--kind", "parked_event", "--json")
    listed: list[dict[str, Any]] = json.loads(house.tianwei(*words, by="admin").stdout)
    return listed


def _alerts(house: RunningHouse) -> int:
    return sum(alert["number"] for alert in house.readiness().json()["alerts"] if alert["what"] == "parked")
