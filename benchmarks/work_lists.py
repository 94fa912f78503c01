"""Lists, search and statistics of ten thousand and of a million cases, asked of the real queries as the limited role.

The cases are of ten years of one county: a hundred thousand a year is a hundred times what a large county has, a
tenth of them is open, they are of twelve townships, twenty-six types of violation and sixty officers in both sizes.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from benchmarks.http_load import milliseconds, percentile
from services.cases.domain.work import OfCase, WorkItem
from services.cases.queries.search import search
from services.cases.queries.statistic_items import list_statistic_items
from services.cases.queries.statistics import get_statistic_table, get_statistics
from services.cases.queries.work import get_stuck, list_work
from services.cases.storage import statistics, work
from services.cases.storage.migrate import MIGRATIONS
from services.cases.storage.work_tables import statistic_delta
from shared.contracts.cases import GetStatistics
from shared.contracts.codes import Agency, Role, ViolationType, WorkKind, WorkList
from shared.contracts.statistics import GetStatisticTable, ListStatisticItems, StatisticBy
from shared.contracts.work import GetStuck, ListWork, Search
from shared.database import open_engine
from shared.migration import upgrade
from shared.principal import Actor
from tests.support.nodes import PostgresNode

SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 200
_ROLE = "cases_app"
_NOW = datetime(2026, 4, 20, 1, tzinfo=UTC)
_YEARS = 10
_AT_ONCE = 5_000
_OPEN = ("filed", "investigating", "report_done", "under_review", "noticed", "decided", "served", "performing")
_OVER = (("closed", "executed"), ("archived", "executed"), ("archived", "performed"), ("not_filed", ""))
_LEADS = (Agency.NATURAL_RESOURCES, Agency.AGRICULTURE, Agency.COMPREHENSIVE_ENFORCEMENT)
_SURNAMES = "马王李张杨刘陈丁吴白田哈金周赵孙冯黄何郭"
_GIVEN = "建国明德文海军强志伟红梅秀英永福春生玉兰学林"
_TRADES = ("砂石厂", "养殖场", "建材公司", "农家乐", "加工厂", "停车场", "水泥制品厂", "合作社", "物流园", "苗木基地")
_ACTS = (
    "硬化地面",
    "堆放砂石",
    "搭建彩钢房",
    "挖塘养鱼",
    "建房",
    "修路",
    "取土",
    "堆放建筑垃圾",
    "种植草皮",
    "建大棚房",
)
_TOWNSHIPS = [f"6405211{number:02d}" for number in range(12)]
_TYPES = [type_.value for type_ in ViolationType][:26]
_OFFICERS = [f"{_SURNAMES[n % 20]}{_GIVEN[n % 22]}{_GIVEN[(n * 7) % 22]}" for n in range(60)]
_COORDINATOR = Actor("c", "王协调", frozenset({Role.COORDINATOR}), "640521", "640521")
_OFFICER = Actor("t", _OFFICERS[3], frozenset({Role.TOWNSHIP_OFFICER}), _TOWNSHIPS[4], _TOWNSHIPS[4])
_CHIEF = Actor("l", _OFFICERS[5], frozenset({Role.CHIEF}), "natural_resources", "640521")

Ask = Callable[[Connection, random.Random], Any]


def _case(number: int, chance: random.Random) -> WorkItem:
    township = chance.choice(_TOWNSHIPS)
    days = chance.random() * 365 * _YEARS
    opened = _NOW - timedelta(days=days)
    pending = chance.random() < 0.1
    state, outcome = (chance.choice(_OPEN), "") if pending else chance.choice(_OVER)
    due = (opened + timedelta(days=90)).date() if pending else None
    if pending and chance.random() < 0.5:
        due = date(2026, 4, 20) + timedelta(days=chance.randrange(-10, 80))
    area = Decimal(chance.randrange(10_000, 5_000_000)) / 100
    since = opened + timedelta(days=chance.random() * min(days, 300))
    party = f"{chance.choice(_SURNAMES)}{chance.choice(_GIVEN)}{chance.choice(_GIVEN)}{chance.choice(_TRADES)}"
    place = f"中宁县第{township[-2:]}镇{chance.randrange(1, 31)}村{chance.randrange(1, 13)}组"
    return WorkItem(
        id=UUID(int=chance.getrandbits(128), version=4),
        kind=WorkKind.CASE,
        version=5,
        number=f"ZW-CA-640521-{opened.year}-{number:07d}",
        title=f"{party}{chance.choice(_ACTS)}案",
        state=state,
        division_code=f"{township}{chance.randrange(1, 31):03d}",
        place=place,
        opened_at=opened,
        state_since=since,
        told_at=since,
        valid_at=since,
        aliases=(f"ZW-CL-640521-{opened.year}-{number:07d}", f"640521WP{number:08d}"),
        outcome=outcome,
        of_case=OfCase(
            chance.choice(_LEADS),
            party,
            (chance.choice(_TYPES),),
            105.2 + chance.random() * 0.9,
            37.0 + chance.random() * 0.7,
        ),
        officers=tuple(chance.sample(_OFFICERS, 2)),
        area_m2=area,
        farmland_area_m2=area * Decimal("0.80"),
        pbf_area_m2=area * Decimal("0.30"),
        due_on=due,
    )


def _list(by: Actor, **asked: Any) -> Ask:
    return lambda connection, _: list_work(ListWork(**asked), by, connection, _NOW)


def _deep(connection: Connection, _: random.Random) -> Any:
    """The third page of what is stuck."""
    page = list_work(ListWork(which=WorkList.STUCK), _COORDINATOR, connection, _NOW)
    for _page in range(2):
        asked = ListWork(which=WorkList.STUCK, cursor=page.next_cursor)
        page = list_work(asked, _COORDINATOR, connection, _NOW)
    return page


def _find(**asked: Callable[[random.Random], Any]) -> Ask:
    def ask(connection: Connection, chance: random.Random) -> Any:
        said = {name: make(chance) for name, make in asked.items()}
        return search(Search(**said), _COORDINATOR, connection, _NOW)

    return ask


def _number(chance: random.Random) -> str:
    return f"640521WP{chance.randrange(SMALL):08d}"


def _party(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + chance.choice(_GIVEN)


def _box(connection: Connection, chance: random.Random) -> Any:
    west, south = 105.2 + chance.random() * 0.85, 37.0 + chance.random() * 0.65
    asked = Search(west=west, south=south, east=west + 0.05, north=south + 0.05)
    return search(asked, _COORDINATOR, connection, _NOW)


def _ring(connection: Connection, chance: random.Random) -> Any:
    west, south = 105.2 + chance.random() * 0.85, 37.0 + chance.random() * 0.65
    ring = f"{west:.4f},{south:.4f} {west + 0.05:.4f},{south:.4f} {west:.4f},{south + 0.05:.4f}"
    return search(Search(polygon=ring), _COORDINATOR, connection, _NOW)


def _table(who: Actor = _COORDINATOR, **asked: Any) -> Ask:
    question = GetStatisticTable(kind=WorkKind.CASE, **asked)
    return lambda connection, _: get_statistic_table(question, who, connection, _NOW)


QUESTIONS: dict[str, dict[str, Ask]] = {
    "lists": {
        "newest": _list(_COORDINATOR),
        "newest_of_a_state": _list(_COORDINATOR, kind="case", state="decided"),
        "newest_of_a_township": _list(_OFFICER),
        "newest_of_an_agency": _list(_CHIEF),
        "mine": _list(_CHIEF, which=WorkList.MINE),
        "my_unit": _list(_CHIEF, which=WorkList.UNIT),
        "due_today": _list(_COORDINATOR, which=WorkList.DUE_TODAY),
        "overdue": _list(_COORDINATOR, which=WorkList.OVERDUE),
        "overdue_of_a_township": _list(_OFFICER, which=WorkList.OVERDUE),
        "stuck": _list(_COORDINATOR, which=WorkList.STUCK),
        "stuck_third_page": _deep,
        "with_total": _list(_COORDINATOR, with_total=True),
        "stuck_board": lambda connection, _: get_stuck(GetStuck(), _COORDINATOR, connection, _NOW),
        "stuck_board_of_a_township": lambda connection, _: get_stuck(GetStuck(), _OFFICER, connection, _NOW),
    },
    "search": {
        "number": _find(no=_number),
        "part_of_a_number": _find(q=lambda chance: _number(chance)[6:]),
        "party": _find(party=_party),
        "common_word": _find(q=lambda chance: chance.choice(_TRADES)[:2]),
        "one_character": _find(q=lambda chance: chance.choice(_SURNAMES)),
        "party_and_place": _find(party=_party, place=lambda chance: f"{chance.randrange(1, 31)}村"),
        "word_in_a_township": _find(q=lambda chance: chance.choice(_ACTS), division=lambda _: _TOWNSHIPS[4]),
        "box": _box,
        "polygon": _ring,
    },
    "statistics": {
        "by_state": lambda connection, _: get_statistics(GetStatistics(), _COORDINATOR, connection),
        "by_township": _table(),
        "by_type": _table(by=StatisticBy.VIOLATION_TYPE),
        "by_year": _table(by=StatisticBy.YEAR),
        "by_month_of_a_year": _table(by=StatisticBy.MONTH, since="2025-04", until="2026-03"),
        "by_township_of_a_year": _table(since="2025-04", until="2026-03"),
        "by_township_of_a_type": _table(violation_type=_TYPES[3]),
        "by_type_of_a_township": _table(_OFFICER, by=StatisticBy.VIOLATION_TYPE),
        "by_agency": _table(by=StatisticBy.LEAD_AGENCY),
        "by_township_at_the_end_of_a_quarter": _table(period="2026-Q1"),
        "by_type_at_the_end_of_an_old_year": _table(by=StatisticBy.VIOLATION_TYPE, period="2019"),
        "by_township_of_a_type_at_the_end_of_a_month": _table(period="2023-11", violation_type=_TYPES[3]),
        "items_of_a_figure": lambda connection, _: list_statistic_items(
            ListStatisticItems(kind=WorkKind.CASE, period="2024-Q2", column="closed", key=_TOWNSHIPS[4]),
            _COORDINATOR,
            connection,
        ),
    },
}


def lists_search_statistics(large: int = LARGE, rounds: int = ROUNDS) -> dict[str, Any]:
    """p50 and p95 in ms of every question in both sizes; p95 over all questions of a group, and what it grew to."""
    with PostgresNode() as postgres:
        postgres.create_role(_ROLE)
        owner_dsn = postgres.create_database("bench_work")
        upgrade(MIGRATIONS, SecretStr(owner_dsn), _ROLE)
        owner = sa.create_engine(owner_dsn)
        engine = open_engine(postgres.dsn("bench_work", _ROLE), pool_size=2)
        answer: dict[str, Any] = {}
        chance, made = random.Random(640521), 0
        for count in (SMALL, large):
            begun = time.perf_counter()
            _fill(owner, made, count, chance)
            made = count
            filled = round(time.perf_counter() - begun, 1)
            answer[f"of_{count}"] = {"filled_s": filled, **_asked(engine, rounds)}
        engine.dispose()
        owner.dispose()
    small, big = answer[f"of_{SMALL}"], answer[f"of_{large}"]
    answer["p95_at_a_million_to_ten_thousand"] = {
        name: round(big[name]["p95_ms"] / small[name]["p95_ms"], 2) for name in QUESTIONS
    }
    return answer


def _fill(owner: Engine, made: int, count: int, chance: random.Random) -> None:
    """Cases until there are `count`, folded and analysed. The large index is made at the end: it is not measured."""
    with owner.begin() as connection:
        index = connection.execute(
            sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = 'work_text_grams'")
        ).scalar_one()
        connection.execute(sa.text("DROP INDEX work_text_grams"))
    for items in _batches(made, count, chance):
        with owner.begin() as connection:
            work.put(connection, items)
    _step_before(owner)
    with owner.begin() as connection:
        connection.execute(sa.text("SET LOCAL maintenance_work_mem = '1GB'"))
        connection.exec_driver_sql(index)
    with owner.begin() as connection:
        statistics.count_again(connection)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE work_item, work_text, work_history, statistic_sum, statistic_delta"))
        assert connection.execute(sa.select(sa.func.count()).select_from(statistic_delta)).scalar_one() == 0


def _step_before(owner: Engine) -> None:
    """What is over was filed before: a row of history more for each of them, of the month in which it began."""
    kept = "county_code, township_code, kind, outcome, part, lead_agency, violation_type"
    areas = "area_m2, farmland_area_m2, pbf_area_m2, done_area_m2"
    with owner.begin() as connection:
        connection.execute(
            sa.text(
                f"INSERT INTO work_history (id, told_month, valid_month, until_month, until_valid_month, told_at,"
                f" valid_at, state, {kept}, {areas}) "
                f"SELECT h.id, w.month, w.month, h.told_month, h.valid_month, w.opened_at, w.opened_at, 'filed', "
                f"{', '.join('h.' + name.strip() for name in (kept + ',' + areas).split(','))} "
                f"FROM work_history h JOIN work_item w ON w.id = h.id "
                f"WHERE h.state <> 'filed' AND w.month < h.told_month ON CONFLICT DO NOTHING"
            )
        )


def _batches(made: int, count: int, chance: random.Random) -> Iterator[list[WorkItem]]:
    for first in range(made, count, _AT_ONCE):
        yield [_case(number, chance) for number in range(first, min(first + _AT_ONCE, count))]
        if first % 100_000 == 0:
            print(f"{time.strftime('%H:%M:%S')}  {first} of {count}", file=sys.stderr, flush=True)


def _asked(engine: Engine, rounds: int) -> dict[str, Any]:
    """All questions in turn, so that a busy moment of the machine falls on all; the first rounds warm up."""
    waits: dict[str, dict[str, list[float]]] = {group: {name: [] for name in asks} for group, asks in QUESTIONS.items()}
    chance = random.Random(1)
    for turn in range(rounds + 10):
        for group, asks in QUESTIONS.items():
            for name, ask in asks.items():
                with engine.connect() as connection:
                    begun = time.perf_counter()
                    ask(connection, chance)
                    passed = time.perf_counter() - begun
                if turn >= 10:
                    waits[group][name].append(passed)
    return {
        group: {
            "p95_ms": milliseconds(percentile([wait for one in found.values() for wait in one], 95)),
            "each": {
                name: {"p50_ms": milliseconds(percentile(one, 50)), "p95_ms": milliseconds(percentile(one, 95))}
                for name, one in found.items()
            },
        }
        for group, found in waits.items()
    }


if __name__ == "__main__":
    large = int(sys.argv[1]) if len(sys.argv) > 1 else LARGE
    print(json.dumps(lists_search_statistics(large), ensure_ascii=False, indent=2))
