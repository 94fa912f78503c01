"""Sums are what a full count gives, whatever was folded when; and the identities hold."""

from typing import Any

import pytest
import sqlalchemy as sa

from services.cases.storage import statistics
from services.cases.storage.work_tables import statistic_delta, statistic_sum, work_item
from shared.contracts.codes import WorkKind
from shared.contracts.statistics import StatisticBy
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    filed,
    sand_yard,
)
from tests.integration.services.cases.work.county import settle

pytestmark = pytest.mark.evidence_not_asked

County = tuple[Office, dict[str, Any]]


def fold(office: Office) -> int:
    with office.parts.engine.begin() as connection:
        return statistics.fold(connection)


def wrong(office: Office) -> list[dict[str, Any]]:
    with office.parts.engine.connect() as connection:
        return statistics.differences(connection)


def tables(office: Office) -> list[dict[str, Any]]:
    return [
        office.query(COORDINATOR, "cases.statistic_table", kind=kind, by=by) for kind in WorkKind for by in StatisticBy
    ]


def test_sums_are_right_before_between_and_after_folding(office: Office) -> None:
    filed(office)
    assert wrong(office) == []
    before = tables(office)
    assert fold(office) > 0
    assert fold(office) == 0
    assert wrong(office) == []
    assert tables(office) == before
    settle(office)
    assert wrong(office) == []
    between = tables(office)
    fold(office)
    assert wrong(office) == []
    assert tables(office) == between
    with office.parts.engine.begin() as connection:
        statistics.drop_empty(connection)
    assert wrong(office) == []
    assert tables(office) == between


def test_counting_again_gives_the_same(office: Office) -> None:
    settle(office)
    fold(office)
    before = tables(office)
    with office.parts.engine.begin() as connection:
        connection.execute(sa.update(statistic_sum).values(items=statistic_sum.c["items"] + 1))
    assert wrong(office)
    with office.parts.engine.begin() as connection:
        connection.execute(sa.delete(statistic_sum))
        connection.execute(sa.delete(statistic_delta))
    assert wrong(office)
    with office.parts.engine.begin() as connection:
        statistics.count_again(connection)
    assert wrong(office) == []
    assert tables(office) == before


def test_a_row_that_is_repaired_by_hand_changes_the_sums(office: Office) -> None:
    filed(office)
    with office.parts.engine.begin() as connection:
        connection.execute(sa.update(work_item).where(work_item.c.kind == "case").values(state="closed"))
    assert wrong(office) == []


@pytest.mark.parametrize("by", list(StatisticBy))
def test_the_rows_of_a_table_add_up_to_its_total_and_every_identity_holds(county: County, by: StatisticBy) -> None:
    office, _ = county
    for kind in WorkKind:
        table = office.query(COORDINATOR, "cases.statistic_table", kind=kind, by=by)
        assert table["difference"] == 0
        for name, whole in table["total"]["amounts"].items():
            parts = [row["amounts"][name] for row in table["rows"]]
            assert whole["items"] == sum(part["items"] for part in parts)
            assert whole["area_m2"] == pytest.approx(sum(part["area_m2"] for part in parts))


def test_a_struck_off_item_is_rectified_by_its_method(county: County) -> None:
    office, _ = county
    table = office.query(COORDINATOR, "cases.statistic_table", kind="rectification")
    amounts = table["total"]["amounts"]
    assert (amounts["total"]["items"], amounts["rectified"]["items"], amounts["demolished"]["items"]) == (2, 1, 1)
    assert amounts["unrectified"]["items"] == 1
    rates = {rate["name"]: rate["by_items"] for rate in table["total"]["rates"]}
    assert rates == {"struck_off": 0.5}
    assert [column["part_of"] for column in table["columns"] if column["name"] == "rectified"] == ["total"]


def test_filters_and_periods(county: County) -> None:
    office, _ = county

    def total(**asked: Any) -> int:
        table = office.query(COORDINATOR, "cases.statistic_table", **asked)
        assert table["difference"] == 0
        return int(table["total"]["amounts"]["total"]["items"])

    all_ = total(kind="clue")
    assert total(kind="clue", since="2026-04", until="2026-12") == all_
    assert total(kind="clue", until="2026-03") == 0
    assert total(kind="clue", division="640521104") + total(kind="clue", division="640521100") == all_
    assert total(kind="clue", division="640521104000") == total(kind="clue", division="640521104")
    assert total(kind="clue", violation_type="VT16") == 1
    keys = [row["key"] for row in office.query(COORDINATOR, "cases.statistic_table", kind="clue", by="quarter")["rows"]]
    assert keys
    assert all(key[4:6] == "-Q" for key in keys)
    by_township = office.query(COORDINATOR, "cases.statistic_table", kind="clue")["rows"]
    assert {row["title"] for row in by_township} == {"恩和镇", "宁安镇"}


AROUND = "105.69,37.44 105.71,37.44 105.70,37.46"
BESIDE = "105.69,37.44 105.71,37.44 105.71,37.449"
"""A triangle with the clue of the rubble in it, and one whose box it lies in without being inside."""


@pytest.mark.parametrize("period", [None, "2026"])
def test_a_polygon_counts_what_has_its_position_inside_and_nothing_else(county: County, period: str | None) -> None:
    office, made = county

    def asked(operation: str, polygon: str) -> dict[str, Any]:
        said = {"kind": "clue", "polygon": polygon, **({"period": period} if period else {})}
        return office.query(COORDINATOR, operation, **said)

    table = asked("cases.statistic_table", AROUND)
    assert table["total"]["amounts"]["total"]["items"] == 1
    assert [row["key"] for row in table["rows"]] == [made["seen"]["division_code"][:9]]
    assert table["difference"] == 0
    (item,) = asked("cases.statistic_items", AROUND)["items"]
    assert item["id"] == made["seen"]["id"]
    assert asked("cases.statistic_table", BESIDE)["rows"] == []
    assert asked("cases.statistic_items", BESIDE)["items"] == []


def test_a_polygon_shows_nobody_what_is_not_theirs(county: County) -> None:
    office, _ = county
    table = office.query(OTHER_COUNTY, "cases.statistic_table", kind="clue", polygon=AROUND)
    assert table["rows"] == []


@pytest.mark.parametrize("polygon", ["1,2 3,4", "1,2 3,4 x,5", "105.6,37.4 105.7,37.5 105.7,37.4 105.6,37.5"])
def test_a_polygon_that_is_none_is_refused(shared_office: Office, polygon: str) -> None:
    with pytest.raises(Refused) as caught:
        shared_office.query(COORDINATOR, "cases.statistic_table", kind="clue", polygon=polygon)
    assert (caught.value.code, caught.value.field) == ("invalid-field", "polygon")


def test_an_officer_counts_what_an_officer_sees(office: Office) -> None:
    office.command(COORDINATOR, "clue.report", sand_yard())
    office.command(COORDINATOR, "clue.report", sand_yard(division_code="640521100000"))
    table = office.query(OFFICER, "cases.statistic_table", kind="clue")
    assert [row["key"] for row in table["rows"]] == ["640521104"]
    assert office.query(OFFICER, "cases.statistics")["clues_by_state"] == {"received": 1}


def test_a_period_that_ends_before_it_begins_is_refused(shared_office: Office) -> None:
    with pytest.raises(Refused) as caught:
        shared_office.query(COORDINATOR, "cases.statistic_table", kind="clue", since="2026-05", until="2026-04")
    assert (caught.value.code, caught.value.field) == ("cases.period-reversed", "until")
