"""Figures of a period stand still at its end; what is told later of it is late (domain.md 5.3, 8.2 step 31)."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from services.cases.domain.work import WorkItem
from services.cases.storage import statistics, work, work_history
from services.cases.storage.migrate import MIGRATIONS
from services.cases.storage.migrations.versions import rev_0016_history as revision
from services.cases.storage.work_tables import statistic_sum
from services.cases.storage.work_tables import work_history as history
from shared.contracts.codes import WorkKind
from shared.contracts.statistics import StatisticBy
from shared.migration import upgrade
from tests.integration.services.cases.conftest import ROLE
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    acceptance,
    correction,
    filed,
    papers,
    sand_yard,
)
from tests.integration.services.cases.path_people import AG_CHIEF, CHIEF
from tests.integration.services.cases.work.county import settle
from tests.support.nodes import PostgresNode

pytestmark = pytest.mark.evidence_not_asked

END_OF_Q2 = datetime(2026, 6, 30, 16, tzinfo=UTC)
"""24:00 of 30 June in Asia/Shanghai."""
_BY = [by for by in StatisticBy if by not in (StatisticBy.MONTH, StatisticBy.QUARTER, StatisticBy.YEAR)]


def table(office: Office, period: str | None, **asked: Any) -> dict[str, Any]:
    said = {"kind": "rectification", **({"period": period} if period else {}), **asked}
    answer = office.query(asked.pop("by_whom", COORDINATOR), "cases.statistic_table", **said)
    assert answer["difference"] == 0
    return answer


def counts(answer: dict[str, Any]) -> dict[str, int]:
    return {name: one["items"] for name, one in answer["total"]["amounts"].items() if one["items"]}


def late(answer: dict[str, Any]) -> dict[str, int]:
    return {name: one["items"] for name, one in answer["total"]["late"].items()}


def items(office: Office, **asked: Any) -> list[dict[str, Any]]:
    said = {"kind": "rectification", **asked}
    return list(office.query(COORDINATOR, "cases.statistic_items", **said)["items"])


def accepted(office: Office, case: dict[str, Any]) -> dict[str, Any]:
    """An item that waits for its strike-off."""
    item = office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    done = {"rectified_area_m2": 8400}
    office.command(
        OFFICER, "rectification.report", {**done, "account": "已拆除", **papers("rectification_report")}, item["id"]
    )
    office.command(
        OFFICER,
        "rectification.check",
        {"passed": True, "account": "属实", **papers("township_check_record")},
        item["id"],
    )
    accept = acceptance(**done)
    office.command(COORDINATOR, "rectification.accept", accept, item["id"])
    return office.command(COORDINATOR, "rectification.request-review", papers("review_result"), item["id"])


def strike_off(office: Office, item: dict[str, Any], dated_on: str | None = None) -> None:
    sheet = {"kind": "strike_off_sheet", "title": "销号单", **({"dated_on": dated_on} if dated_on else {})}
    office.command(COORDINATOR, "rectification.strike-off", {"documents": [sheet]}, item["id"])


def check_sums(office: Office) -> None:
    """The sums are what a count of lists and history gives, and the history ends where the lists are."""
    with office.parts.engine.connect() as connection:
        assert statistics.differences(connection) == []
        assert work_history.strays(connection) == []


def fold(office: Office) -> None:
    with office.parts.engine.begin() as connection:
        statistics.fold(connection)


def test_an_item_struck_off_in_the_third_quarter_stays_unrectified_in_the_second(office: Office) -> None:
    case = filed(office)
    item = accepted(office, case)
    office.clock.at = END_OF_Q2
    before = table(office, "2026-Q2")
    assert before["period"] == {"period": "2026-Q2", "ends_at": "2026-07-01T00:00:00+08:00", "ended": True}
    amounts = before["total"]["amounts"]
    assert counts(before) == {"total": 1, "unrectified": 1}
    assert (amounts["unrectified"]["area_mu"], amounts["unrectified"]["farmland_area_mu"]) == (12.6, 10.5)
    assert amounts["unrectified"]["pbf_area_mu"] == 6.3
    office.clock.at = datetime(2026, 7, 20, 1, tzinfo=UTC)
    strike_off(office, item)
    for folded in (False, True):
        if folded:
            fold(office)
        assert table(office, "2026-Q2") == before
        assert table(office, "2026-06")["total"] == before["total"]
        assert table(office, "2026-H1")["total"] == before["total"]
        third = table(office, "2026-Q3")
        assert third["period"]["ended"] is False
        assert counts(third) == {"total": 1, "rectified": 1, "demolished": 1}
        assert third["total"]["amounts"]["demolished"]["pbf_area_mu"] == 6.3
        assert counts(table(office, "2026")) == counts(third) == counts(table(office, None))
        assert counts(table(office, "2026-Q1")) == counts(table(office, "2025")) == {}
        by_state = office.query(COORDINATOR, "cases.statistics", period="2026-Q2")
        assert by_state["rectifications_by_state"] == {"reviewing_up": 1}
        check_sums(office)
    (then,) = items(office, period="2026-Q2", column="unrectified")
    assert (then["number"], then["aliases"], then["state"]) == (item["item_no"], [case["case_no"]], "reviewing_up")
    assert items(office, period="2026-Q2", column="rectified") == []
    (now,) = items(office, period="2026-Q3", column="demolished", by="township", key="640521104")
    assert (now["number"], now["state"], now["area_m2"]) == (item["item_no"], "struck_off", 8400.0)


@pytest.mark.parametrize(("at", "in_q2"), [(END_OF_Q2 - timedelta(microseconds=1), 1), (END_OF_Q2, 0)])
def test_the_last_moment_of_a_period_is_in_it_and_the_next_is_not(office: Office, at: datetime, in_q2: int) -> None:
    item = accepted(office, filed(office))
    office.clock.at = at
    assert table(office, "2026-Q2")["period"]["ended"] is (not in_q2)
    strike_off(office, item)
    assert counts(table(office, "2026-Q2")).get("rectified", 0) == in_q2
    assert counts(table(office, "2026-Q3"))["rectified"] == 1
    assert late(table(office, "2026-Q2")) == {}


def test_what_is_told_late_stands_beside_the_figures_and_not_in_them(office: Office) -> None:
    item = accepted(office, filed(office))
    office.clock.at = datetime(2026, 7, 3, 1, tzinfo=UTC)
    before = table(office, "2026-Q2")
    strike_off(office, item, dated_on="2026-06-29")
    for folded in (False, True):
        if folded:
            fold(office)
        after = table(office, "2026-Q2")
        assert [row["amounts"] for row in after["rows"]] == [row["amounts"] for row in before["rows"]]
        assert counts(after) == {"total": 1, "unrectified": 1}
        assert late(after) == {"unrectified": -1, "rectified": 1, "demolished": 1}
        assert after["total"]["late"]["demolished"]["pbf_area_mu"] == 6.3
        assert late(table(office, "2026-Q1")) == late(table(office, "2026-Q3")) == {}
        check_sums(office)
    (one,) = items(office, period="2026-Q2", column="rectified", late=True)
    assert (one["number"], one["state"], one["valid_at"][:10]) == (item["item_no"], "struck_off", "2026-06-29")
    assert one["told_at"].startswith("2026-07-03")
    assert items(office, period="2026-Q3", late=True) == []
    assert items(office, period="2026-Q2", column="unrectified", late=True) == []


def test_a_paper_without_its_day_is_as_old_as_the_telling(office: Office) -> None:
    item = accepted(office, filed(office))
    office.clock.at = datetime(2026, 7, 3, 1, tzinfo=UTC)
    strike_off(office, item)
    assert late(table(office, "2026-Q2")) == {}


def test_another_lead_agency_reaches_no_period_that_has_ended(office: Office) -> None:
    case = filed(office)
    office.command(COORDINATOR, "case.order-rectification", correction(), case["id"])
    office.clock.at = datetime(2026, 7, 2, 1, tzinfo=UTC)
    asked = {"by": "lead_agency"}
    before = table(office, "2026-Q2", **asked)
    owner = office.parts.engine
    with owner.begin() as connection:
        connection.execute(
            sa.text("UPDATE work_item SET lead_agency = 'agriculture', beside_at = :at WHERE kind = 'rectification'"),
            {"at": office.clock.at},
        )
    assert table(office, "2026-Q2", **asked) == before
    assert [row["key"] for row in table(office, "2026-Q3", **asked)["rows"]] == ["agriculture"]
    check_sums(office)


@pytest.mark.parametrize("period", [None, "2026-Q2", "2026-Q3", "2026-05"])
def test_every_figure_leads_to_as_many_objects_as_it_says(county: tuple[Office, dict[str, Any]], period: str) -> None:
    office, _ = county
    for kind in WorkKind:
        for by in _BY:
            answer = table(office, period, kind=kind, by=by)
            for row in answer["rows"]:
                for column, amount in row["amounts"].items():
                    asked = {"kind": kind, "by": by, "key": row["key"], "column": column, "limit": 200}
                    found = items(office, **asked, **({"period": period} if period else {}))
                    assert len(found) == amount["items"], (kind, by, row["key"], column)
                    assert sum(one["area_m2"] for one in found) == pytest.approx(amount["area_m2"])


def test_pages_of_the_objects_of_a_figure_lose_none(county: tuple[Office, dict[str, Any]]) -> None:
    office, _ = county
    asked: dict[str, Any] = {"kind": "clue", "period": "2026-Q3", "limit": 2, "with_total": True}
    whole = {one["id"] for one in items(office, kind="clue", period="2026-Q3", limit=200)}
    seen: list[str] = []
    while True:
        page = office.query(COORDINATOR, "cases.statistic_items", **asked)
        assert page["total"] == len(whole)
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert sorted(seen) == sorted(whole)
    assert len(whole) > 2


@pytest.mark.parametrize("who", [COORDINATOR, OFFICER, OTHER_COUNTY, CHIEF, AG_CHIEF])
def test_the_running_period_counts_for_everybody_what_is_there_now(
    county: tuple[Office, dict[str, Any]], who: Any
) -> None:
    office, _ = county
    for kind in WorkKind:
        now = office.query(who, "cases.statistic_table", kind=kind)
        then = office.query(who, "cases.statistic_table", kind=kind, period="2027")
        assert [(row["key"], row["amounts"]) for row in now["rows"]] == [
            (row["key"], row["amounts"]) for row in then["rows"]
        ]
        asked = {"kind": kind, "period": "2027", "limit": 200}
        found = office.query(who, "cases.statistic_items", **asked)["items"]
        assert len(found) == then["total"]["amounts"]["total"]["items"]


@pytest.mark.parametrize("who", [OFFICER, COORDINATOR])
@pytest.mark.parametrize("asked", [{"division": "640521104"}, {"division": "640521104000"}, {"violation_type": "VT16"}])
def test_filters_hold_for_a_period_too(county: tuple[Office, dict[str, Any]], who: Any, asked: dict[str, Any]) -> None:
    office, _ = county
    now = office.query(who, "cases.statistic_table", kind="clue", **asked)
    then = office.query(who, "cases.statistic_table", kind="clue", period="2027", **asked)
    assert now["total"]["amounts"] == then["total"]["amounts"]


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"period": "2026-Q2", "since": "2026-04"}, "cases.period-with-months", "since"),
        ({"period": "2026-Q2", "until": "2026-04"}, "cases.period-with-months", "until"),
        ({"period": "2026-Q2", "by": "month"}, "cases.period-with-months", "by"),
        ({"period": "2026-Q5"}, "invalid-field", "period"),
        ({"period": "2026-13"}, "invalid-field", "period"),
        ({"period": "2026-H3"}, "invalid-field", "period"),
    ],
)
def test_a_period_that_cannot_be_counted_is_refused(
    shared_office: Office, asked: dict[str, Any], code: str, field: str
) -> None:
    for operation in ("cases.statistic_table", "cases.statistic_items"):
        with pytest.raises(Refused) as caught:
            shared_office.query(COORDINATOR, operation, kind="case", **asked)
        assert (caught.value.code, caught.value.field) == (code, field)


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"column": "nothing"}, "cases.statistic-column-unknown", "column"),
        ({"by": "quarter", "key": "2026-Q9"}, "cases.statistic-key-unknown", "key"),
        ({"by": "year", "key": "99999999999"}, "cases.statistic-key-unknown", "key"),
        ({"late": True}, "cases.late-without-period", "late"),
    ],
)
def test_objects_of_a_figure_that_no_table_has_are_refused(
    shared_office: Office, asked: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as caught:
        shared_office.query(COORDINATOR, "cases.statistic_items", kind="case", **asked)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_wrong_sum_of_a_period_is_found_and_counted_anew(office: Office) -> None:
    item = accepted(office, filed(office))
    office.clock.at = datetime(2026, 7, 3, 1, tzinfo=UTC)
    strike_off(office, item, dated_on="2026-06-29")
    fold(office)
    before = [table(office, period) for period in ("2026-Q2", "2026-Q3")]
    with office.parts.engine.begin() as connection:
        connection.execute(
            sa.update(statistic_sum).where(statistic_sum.c.told_month > 0).values(items=statistic_sum.c["items"] + 1)
        )
        assert statistics.differences(connection)
        statistics.count_again(connection)
    check_sums(office)
    assert [table(office, period) for period in ("2026-Q2", "2026-Q3")] == before


def test_any_order_of_steps_counts_as_a_model_of_it_says(office: Office) -> None:
    """Objects change in random months, some told late; at the end of each month the sums are those of the model."""
    chance, models = random.Random(20260630), dict[UUID, list[tuple[int, int, str]]]()
    months = [(2026, month) for month in range(1, 13)] + [(2027, 1), (2027, 2)]
    states = ["open", "rectifying", "reviewing_up", "struck_off", "reopened"]
    with office.parts.engine.begin() as connection:
        for place, (year, month) in enumerate(months):
            told_at = datetime(year, month, 12, tzinfo=UTC)
            for _ in range(6):
                id_ = UUID(int=chance.getrandbits(128), version=4)
                work.put(connection, [row_of_an_item(id_, told_at)])
                models[id_] = [(year * 100 + month, year * 100 + month, "open")]
            for id_ in chance.sample(sorted(models, key=str), 6):
                valid_at = datetime(*months[max(0, place - chance.randrange(4))], 15, tzinfo=UTC)
                valid_at, state = min(valid_at, told_at), chance.choice(states)
                connection.execute(
                    sa.text(
                        "UPDATE work_item SET state = :s, version = version + 1, told_at = :t, valid_at = :v "
                        "WHERE id = :id"
                    ),
                    {"s": state, "t": told_at, "v": valid_at, "id": id_},
                )
                _, last_valid, last_state = models[id_][-1]
                if state != last_state:
                    valid = max(valid_at.year * 100 + valid_at.month, last_valid)
                    models[id_].append((year * 100 + month, valid, state))
            if chance.random() < 0.3:
                statistics.fold(connection)
    check_sums(office)
    for year, month in months:
        last = year * 100 + month
        frozen, known = Counter[str](), Counter[str]()
        for steps in models.values():
            by_then = [state for told, _, state in steps if told <= last]
            by_now = [state for _, valid, state in steps if valid <= last]
            frozen.update(by_then[-1:])
            known.update(by_now[-1:])
        answer = table(office, f"{year}-{month:02d}", by="state")
        rows = {row["key"]: row for row in answer["rows"]}
        told = {key: row["amounts"]["total"]["items"] for key, row in rows.items()}
        assert {key: number for key, number in told.items() if number} == dict(frozen)
        more = {key: row["late"]["total"]["items"] for key, row in rows.items() if "total" in row["late"]}
        assert {
            key: told.get(key, 0) + more.get(key, 0) for key in rows if told.get(key, 0) + more.get(key, 0)
        } == known
        assert sum(more.values()) == 0
        for key in states:
            now_known = items(office, period=f"{year}-{month:02d}", by="state", key=key, limit=200)
            assert len(now_known) == frozen[key]


def row_of_an_item(id_: UUID, at: datetime) -> WorkItem:
    return WorkItem(
        id=id_,
        kind=WorkKind.RECTIFICATION,
        version=1,
        number=f"ZW-RI-{id_}",
        title="某整改事项",
        state="open",
        state_since=at,
        told_at=at,
        valid_at=at,
        division_code="640521104000",
        place="恩和镇",
        opened_at=at,
        outcome="demolish_and_restore",
        area_m2=Decimal(100),
    )


def test_a_database_of_before_gets_its_history_from_the_log(office: Office, postgres: PostgresNode) -> None:
    settle(office)
    item = accepted(office, filed(office))
    office.command(COORDINATOR, "clue.report", sand_yard())
    office.clock.at = datetime(2026, 7, 3, 1, tzinfo=UTC)
    strike_off(office, item, dated_on="2026-06-29")
    columns = list(history.columns)
    order = [history.c.id, history.c.told_month, history.c.valid_month]
    with office.parts.engine.connect() as connection:
        before = connection.execute(sa.select(*columns).order_by(*order)).all()
    told = [table(office, period) for period in ("2026-Q2", "2026-Q3")]
    dsn = postgres.dsn(str(office.parts.engine.url.database))
    owner = sa.create_engine(dsn)
    with owner.begin() as connection:
        for event in ("insert", "update", "delete"):
            connection.execute(sa.text(f"DROP TRIGGER work_item_history_{event} ON work_item"))
            connection.execute(sa.text(f"DROP TRIGGER work_item_{event} ON work_item"))
        connection.execute(sa.text("DROP TABLE work_history, statistic_sum, statistic_delta"))
        connection.execute(
            sa.text("ALTER TABLE work_item DROP COLUMN told_at, DROP COLUMN valid_at, DROP COLUMN beside_at")
        )
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :before"), {"before": revision.down_revision}
        )
    owner.dispose()
    office.parts.engine.dispose()
    upgrade(MIGRATIONS, SecretStr(dsn), ROLE)
    with office.parts.engine.connect() as connection:
        after = connection.execute(sa.select(*columns).order_by(*order)).all()
    assert after == before
    assert [table(office, period) for period in ("2026-Q2", "2026-Q3")] == told
    check_sums(office)
