"""The figures of a bulletin are those of an independent count over the data of cases, at every point in time."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from services.notify.domain.figures import COLUMNS
from services.notify.rebuild import PROJECTIONS
from shared.clock import local_day
from shared.contracts.codes import WorkKind
from shared.rebuild.comparison import FeedProjection
from shared.rebuild.feeds import FeedLog
from tests.integration.services.bulletins.telling import Telling
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    acceptance,
    correction,
    filed,
    papers,
    sand_yard,
    verified,
)
from tests.integration.services.cases.work.county import settle

AMOUNTS = ("items", "area_m2", "farmland_area_m2", "pbf_area_m2", "done_area_m2")
PERIODS = ("2026-04", "2026-Q2", "2026-H1", "2026-07", "2026-Q3", "2026", "2027-02", "2025")

# Counted anew from the objects' own tables, with no word of the projection or of the statistics of cases. Of patches
# that were cut the original ones; official areas before the claim.
_CLUE = """
SELECT left(division_code, 9) AS township, {what} FROM clue
WHERE division_code LIKE '640521%' AND parent_no IS NULL AND {which} GROUP BY 1
"""
_AREA = """
coalesce((basis->'official'->>'{name}')::numeric, (basis->'claimed'->>'{name}')::numeric, {name}, 0)
"""
_ITEM = """
SELECT left(division_code, 9) AS township, count(*) AS items, sum(area_m2) AS area_m2,
       sum(farmland_area_m2) AS farmland_area_m2, sum(coalesce((facts->>'pbf_area_m2')::numeric, 0)) AS pbf_area_m2,
       sum(accepted_area_m2) AS done_area_m2
FROM rectification r WHERE division_code LIKE '640521%' AND {which} GROUP BY 1
"""
_CASE = """
SELECT left(division_code, 9) AS township, count(*) AS items, sum(area_m2) AS area_m2,
       sum(farmland_area_m2) AS farmland_area_m2, sum(pbf_area_m2) AS pbf_area_m2, 0 AS done_area_m2
FROM "case" WHERE division_code LIKE '640521%' AND {which} GROUP BY 1
"""
_OVERDUE = """
state <> 'struck_off' AND EXISTS (
    SELECT 1 FROM deadline d WHERE d.object_id = r.id AND d.state = 'running' AND d.direction <> 'not_before'
    AND d.due_on < DATE '{today}')
"""


def _clue(which: str) -> str:
    areas = ", ".join(
        f"sum({_AREA.format(name=name)}) AS {name}" for name in ("area_m2", "farmland_area_m2", "pbf_area_m2")
    )
    return _CLUE.format(what=f"count(*) AS items, {areas}, 0 AS done_area_m2", which=which)


def _recounts(today: str) -> dict[str, str]:
    illegal = "('non_agri_illegal', 'non_grain_illegal')"
    return {
        "found": _clue("true"),
        "unverified": _clue("opinion IS NULL"),
        "verified": _clue("opinion IS NOT NULL"),
        "violations": _clue(f"opinion IN {illegal}"),
        "dismissed": _clue(f"opinion NOT IN {illegal}"),
        "cases": _CASE.format(which="true"),
        "cases_closed": _CASE.format(which="state IN ('closed', 'archived')"),
        "items": _ITEM.format(which="true"),
        "struck_off": _ITEM.format(which="state = 'struck_off'"),
        "in_rectification": _ITEM.format(which="state <> 'struck_off'"),
        "rebound": _ITEM.format(which="state = 'reopened'"),
        "overdue": _ITEM.format(which=_OVERDUE.format(today=today)),
        "listed": "SELECT left(division_code, 9) AS township, count(*) AS items FROM listing WHERE division_code LIKE "
        "'640521%' AND state NOT IN ('proposed', 'declined', 'delisted', 'published') GROUP BY 1",
        "transfers": "SELECT left(division_code, 9) AS township, count(*) AS items FROM police_transfer "
        "WHERE division_code LIKE '640521%' GROUP BY 1",
    }


def figures(told: Any) -> dict[tuple[str, str], dict[str, float]]:
    """(township, column) -> amounts, of those that are not nothing."""
    return {
        (township["code"], one["column"]): {name: one["this"][name] for name in AMOUNTS}
        for township in told["figures"]["townships"]
        for one in township["figures"]
        if any(one["this"][name] for name in AMOUNTS)
    }


def recount(telling: Telling, today: str) -> dict[tuple[str, str], dict[str, float]]:
    found = {}
    with telling.office.parts.engine.connect() as connection:
        for column, statement in _recounts(today).items():
            for row in connection.execute(sa.text(statement)).mappings():
                found[row["township"], column] = {name: float(row.get(name) or Decimal(0)) for name in AMOUNTS}
    return found


def statistics(telling: Telling, period: str) -> dict[tuple[str, str], dict[str, float]]:
    """What the statistics of cases say of the same words."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for kind in {column.kind for column in COLUMNS.values()}:
        asked = {"kind": kind, "by": "township", "period": period}
        answer = telling.office.query(COORDINATOR, "cases.statistic_table", **asked)
        for row in answer["rows"]:
            for column in COLUMNS.values():
                if column.kind is not WorkKind(kind) or column.overdue:
                    continue
                parts = [row["amounts"][name] for name in column.of]
                amounts = {name: round(sum(part[name] for part in parts), 2) for name in AMOUNTS}
                if any(amounts.values()):
                    found[row["key"], column.name] = amounts
    return found


def same_as_statistics(telling: Telling, period: str) -> None:
    told = {key: one for key, one in figures(telling.preview(period=period)).items() if key[1] != "overdue"}
    assert told == statistics(telling, period)


def same_as_recount(telling: Telling) -> None:
    """Now: of a time that ends with today, as nobody has told anything later."""
    today = local_day(telling.office.clock.at)
    told = figures(telling.preview(since="2026-01-01", until=today.isoformat()))
    expected = recount(telling, (today + timedelta(days=1)).isoformat())
    assert {key: one for key, one in told.items() if key[1] in _recounts("")} == expected


def test_a_settled_county_is_counted_as_cases_counts_it(shared_telling: Telling) -> None:
    settle(shared_telling.office)
    shared_telling.hear()
    told = shared_telling.preview(period="2027")
    assert told["wrong"] == []
    assert len(figures(told)) > 15
    same_as_recount(shared_telling)
    for period in PERIODS:
        same_as_statistics(shared_telling, period)


def test_any_history_is_counted_as_an_independent_recount_has_it(telling: Telling) -> None:
    """Random steps over months, some told late; after each month both counts are equal, and at the end of all so are
    those of every month before."""
    chance = random.Random(20260706)
    steps = [_report, _verify, _file, _order, _report_done, _check, _accept, _strike_off]
    work: dict[str, list[Any]] = {}
    for month in range(5, 11):
        telling.at(f"2026-{month:02d}-0{chance.randrange(1, 9)}T03:00:00+00:00")
        for _ in range(14):
            chance.choice(steps)(telling, work, chance)
            if chance.random() < 0.3:
                telling.hear()
        telling.hear()
        same_as_recount(telling)
    for period in ("2026-05", "2026-Q2", "2026-08", "2026-Q3", "2026"):
        same_as_statistics(telling, period)
    _computed_again(telling)


def _computed_again(telling: Telling) -> None:
    """From the log alone, and equal."""
    for projection in PROJECTIONS:
        if isinstance(projection, FeedProjection) and projection.producer == "cases":
            log = FeedLog(
                telling.house.parts.engine, "notify", projection, telling.page, telling.house.clock, lambda *_: None
            )
            assert log.rebuild(None).differences == [], projection.title


def _take(work: dict[str, list[Any]], name: str, chance: random.Random) -> Any:
    return work[name].pop(chance.randrange(len(work[name]))) if work.get(name) else None


def _put(work: dict[str, list[Any]], name: str, one: Any) -> None:
    work.setdefault(name, []).append(one)


def _report(telling: Telling, work: dict[str, list[Any]], chance: random.Random) -> None:
    where = chance.choice(["640521104000", "640521104202", "640521100000"])
    body = sand_yard(area_m2=chance.randrange(1, 99999), division_code=where)
    made = telling.office.command(COORDINATOR, "clue.report", body)
    if where.startswith("640521104"):
        _put(work, "reported", made)


def _verify(telling: Telling, work: dict[str, list[Any]], chance: random.Random) -> None:
    if clue := _take(work, "reported", chance):
        opinion = chance.choice(["non_agri_illegal", "non_agri_illegal", "non_grain_illegal", "other"])
        area = chance.randrange(5000, 20000)
        changes = {"opinion": opinion, "area_m2": area, "farmland_area_m2": 4000, "pbf_area_m2": 1000}
        made = verified(telling.office, clue["id"], **changes)
        if opinion == "non_agri_illegal":
            _put(work, "verified", made)


def _file(telling: Telling, work: dict[str, list[Any]], chance: random.Random) -> None:
    if chance.random() < 0.8:
        _put(work, "filed", filed(telling.office))


def _order(telling: Telling, work: dict[str, list[Any]], chance: random.Random) -> None:
    if case := _take(work, "filed", chance):
        body = correction(term_days=chance.randrange(1, 60))
        _put(work, "ordered", telling.office.command(COORDINATOR, "case.order-rectification", body, case["id"]))


def _report_done(telling: Telling, work: dict[str, list[Any]], chance: random.Random) -> None:
    if item := _take(work, "ordered", chance):
        body = {"rectified_area_m2": 8400, "account": "已拆除", **papers("rectification_report")}
        _put(work, "done", telling.office.command(OFFICER, "rectification.report", body, item["id"]))


def _check(telling: Telling, work: dict[str, list[Any]], chance: random.Random) -> None:
    if item := _take(work, "done", chance):
        passed = chance.random() < 0.7
        body = {"passed": passed, "account": "属实", **papers("township_check_record")}
        made = telling.office.command(OFFICER, "rectification.check", body, item["id"])
        _put(work, "checked" if passed else "ordered", made)


def _accept(telling: Telling, work: dict[str, list[Any]], chance: random.Random) -> None:
    if item := _take(work, "checked", chance):
        telling.office.command(COORDINATOR, "rectification.accept", acceptance(rectified_area_m2=8400), item["id"])
        asked = telling.office.command(COORDINATOR, "rectification.request-review", papers("review_result"), item["id"])
        _put(work, "accepted", asked)


def _strike_off(telling: Telling, work: dict[str, list[Any]], chance: random.Random) -> None:
    """Sometimes on a paper of the month before."""
    if item := _take(work, "accepted", chance):
        month = telling.office.clock.at.month - chance.randrange(2)
        sheet = {"kind": "strike_off_sheet", "title": "销号单", "dated_on": f"2026-{month:02d}-01"}
        telling.office.command(COORDINATOR, "rectification.strike-off", {"documents": [sheet]}, item["id"])


@pytest.mark.parametrize("size", [1, 7])
def test_what_is_heard_twice_or_in_pieces_counts_once(telling: Telling, size: int) -> None:
    filed(telling.office)
    told = telling.log()
    telling.house.clock.at = telling.office.clock.at
    for first in range(0, len(told), size):
        for _ in range(2):
            telling.house.offer(told[first : first + size])
    same_as_recount(telling)
