"""A row of an old list is read whole or refused with its column, whatever stands in it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.taken_row import KNOWN, Fault, Surroundings, TakenRow, heading, read_row
from shared.contracts.case_table import COLUMNS
from shared.contracts.codes import Agency, CaseState, ViolationType
from shared.divisions.bounds import CountyBoxes
from shared.divisions.register import Divisions

HERE = Surroundings("640521000000", date(2026, 4, 20), Divisions.load(), CountyBoxes.load())
ROW = {
    "原案号": "1号",
    "立案日期": "2026-03-02",
    "案由": "某养殖场违法占地案",
    "当事人": "某养殖场",
    "当事人类型": "企业",
    "违法类型": "VT01、VT03",
    "承办人": "甲、乙",
    "行政区划": "恩和镇",
    "面积（亩）": "12.6",
    "状态": "立案",
}
_CELLS = st.one_of(
    st.text(alphabet="甲乙镇0123456789-/.年月日、VT \x00\u202e\u3000１", max_size=12),
    st.sampled_from(["2026-03-02", "2026/3/2", "2026年3月2日", "2026-03-02T00:00:00"]),
    st.sampled_from(["12.6", "1e3", "NaN", "-0", "1,000", "1e999999", "Infinity"]),
    st.sampled_from(["VT01", "自然资源局", "恩和镇", "640521104", "640521104000"]),
    st.sampled_from(["结案", "履行", "执行完毕", "甲、乙", "个人"]),
)


def read(row: dict[str, str]) -> TakenRow | Fault:
    try:
        return read_row(row, HERE)
    except Fault as fault:
        return fault


@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), _CELLS))
def test_any_row_is_read_or_refused_with_a_column_of_the_table(changes: dict[str, str]) -> None:
    row = read({**ROW, **changes})
    if isinstance(row, Fault):
        assert row.field in COLUMNS
        assert row.code.startswith("case-row.")
        return
    assert row.filed_on <= row.state_on <= HERE.today
    assert Decimal(0) <= row.pbf_area_m2 <= row.farmland_area_m2 <= row.area_m2
    assert len(row.officers) > 1


def test_codes_and_names_mean_the_same() -> None:
    coded = {**ROW, "违法类型": "VT01 VT03", "牵头部门": "natural_resources", "行政区划": "640521104", "状态": "filed"}
    assert read_row(coded, HERE) == read_row(ROW, HERE)
    row = read_row(ROW, HERE)
    assert (row.state, row.lead_agency) == (CaseState.FILED, Agency.NATURAL_RESOURCES)
    assert row.violation_types == (ViolationType.VT01, ViolationType.VT03)
    assert row.area_m2 == Decimal("8400.00")


def test_square_metres_go_before_mu() -> None:
    assert read_row({**ROW, "面积（平方米）": "1,234.56", "面积（亩）": "1.85"}, HERE).area_m2 == Decimal("1234.56")


@pytest.mark.parametrize("said", ["案号*", "案 号", "案号：", "原案号", "＊案号"])
def test_headings_are_known_as_people_write_them(said: str) -> None:
    assert KNOWN[heading(said)] == "原案号"
