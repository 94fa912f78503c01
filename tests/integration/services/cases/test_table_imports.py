"""The ministry's working table as a spreadsheet: into clues, never twice, and out again in its column order."""

import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.cases.adapters.patch_files import read_patches
from services.cases.adapters.patch_limits import PatchLimits
from services.cases.adapters.patch_refusals import FileRefused
from services.cases.domain.patch import Patch, RowRejected
from services.cases.domain.patch_columns import ColumnBook, plain_header
from shared.contracts.cases_events import ClueReceivedV1
from tests.integration.services.cases.clue_desk import CITY, PROOF, review
from tests.integration.services.cases.import_desk import Desk
from tests.integration.services.cases.office import (
    AGENCY,
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    filing,
    papers,
)
from tests.integration.services.cases.patch_reading import BOUNDARIES, DIVISIONS, codes, read, refusal
from tests.integration.services.cases.patch_writing import geojson, row, square
from tests.integration.services.cases.test_main_path import strike_off

pytestmark = pytest.mark.evidence_not_asked

BOOK = ColumnBook.load()
Values = dict[str, Any]


def good(number: int, **changes: Any) -> Values:
    return {
        "线索编号": f"XS2026{number:05d}",
        "图斑编号": f"640521SJBG26{number:06d}",
        "监测批次": "2026年一季度",
        "监测类型": "1A",
        "县级行政区名称": "中宁县",
        "乡镇名称": "恩和镇",
        "村名称": "恩和村",
        "图斑面积": 12.6,
        "耕地面积": 10.5,
        "永久基本农田面积": 6.3,
        **changes,
    }


def table(path: Path, rows: Sequence[Values], *, title: Sequence[Any] = (), sheets: int = 1) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number in range(sheets):
        sheet = book.create_sheet(f"表{number + 1}")
        if title:
            sheet.append(list(title))
        sheet.append(list(rows[0]))
        for values in rows:
            sheet.append(list(values.values()))
    book.save(path)
    return path


def outcomes(path: Path) -> list[Patch | RowRejected]:
    return read(path)[1]


def areas(patch: Patch) -> list[str]:
    return [str(area) for area in (patch.area_m2, patch.farmland_area_m2, patch.pbf_area_m2)]


def warned(path: Path) -> dict[str, Any]:
    (outcome,) = outcomes(path)
    assert isinstance(outcome, Patch), outcome
    return {warning.code: warning.facts for warning in outcome.warnings}


# --- reading


def test_a_row_of_the_working_table_is_a_patch_without_a_shape(tmp_path: Path) -> None:
    header, (patch,) = read(table(tmp_path / "a.xlsx", [good(1)]))
    assert (header.kind, header.crs, header.rows) == ("xlsx", "", 1)
    assert isinstance(patch, Patch)
    assert (patch.patch_no, patch.aliases) == ("640521SJBG26000001", ("XS202600001",))
    assert (patch.division_code, patch.village_code) == ("640521104202", "640521104202")
    assert areas(patch) == ["8400.00", "7000.00", "4200.00"]
    assert (patch.geometry_wkb, patch.longitude) == (b"", None)
    assert patch.raw["监测类型"] == "1A"


@pytest.mark.parametrize(
    "headers",
    [
        {"图斑编号": "监测图斑编号", "图斑面积": "图斑面积（亩）", "乡镇名称": "乡（镇）", "耕地面积": "占耕地(亩)"},
        {"图斑编号": "JCBH", "图斑面积": "JCMJ", "耕地面积": "ZGDMJ", "永久基本农田面积": "ZJBNTMJ"},
        {"图斑编号": "*图斑编号", "图斑面积": "图斑\n面积", "永久基本农田面积": "占永久基本农田面积 （亩）"},
    ],
)
def test_a_county_may_write_its_headers_otherwise(tmp_path: Path, headers: dict[str, str]) -> None:
    values = {headers.get(name, name): value for name, value in good(1).items()}
    (patch,) = outcomes(table(tmp_path / "a.xlsx", [values]))
    assert isinstance(patch, Patch)
    assert areas(patch) == ["8400.00", "7000.00", "4200.00"]


def test_titles_above_the_header_and_blank_rows_count_for_nothing_but_the_row_number(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.xlsx", [good(1), dict.fromkeys(good(1)), good(2)], title=["中宁县卫片图斑", None, "2026"]
    )
    assert [outcome.row_no for outcome in outcomes(path)] == [3, 5]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"图斑编号": None}, "图斑编号", "attribute.missing"),
        ({"图斑面积": "很大"}, "图斑面积", "attribute.wrong-type"),
        ({"图斑面积": -1}, "图斑面积", "attribute.out-of-range"),
        ({"耕地面积": 12.7}, "耕地面积", "patch.farmland-exceeds-patch"),
        ({"永久基本农田面积": 11}, "永久基本农田面积", "patch.pbf-exceeds-farmland"),
        ({"乡镇名称": None}, "乡镇名称", "attribute.missing"),
        ({"乡镇名称": "海城镇"}, "乡镇名称", "division.name-unknown"),
    ],
)
def test_a_bad_row_names_the_column_as_the_file_has_it(tmp_path: Path, changes: Values, field: str, code: str) -> None:
    first, second = outcomes(table(tmp_path / "a.xlsx", [good(1, **changes), good(2)]))
    assert isinstance(first, RowRejected)
    assert (first.field, first.code) == (field, code)
    assert first.raw["监测批次"] == "2026年一季度"
    assert isinstance(second, Patch)


def test_a_number_that_stands_twice_in_a_file_is_refused_the_second_time(tmp_path: Path) -> None:
    first, second = outcomes(table(tmp_path / "a.xlsx", [good(1), good(1)]))
    assert isinstance(first, Patch)
    assert isinstance(second, RowRejected)
    assert (second.code, second.facts["first_row"]) == ("patch.duplicate-number", 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"占非耕农用地": 2.1, "占未利用地": 0, "占建设用地": 0}, None),
        ({"占非耕农用地": 2.1, "占未利用地": 0, "占建设用地": 0.01}, None),
        ({"占非耕农用地": 2.1, "占未利用地": 0, "占建设用地": 0.02}, "patch.land-sum-differs"),
        ({"占非耕农用地": 2.2}, "patch.land-sum-differs"),
        ({"占非耕农用地": 1.0}, None),
        ({"占生态红线": 12.7}, "patch.part-exceeds-whole"),
        ({"非农违法面积": 5, "非农违法耕地": 6}, "patch.part-exceeds-whole"),
        ({"非农违法面积": 5, "拆除面积": 2, "补办面积": 1, "剩余未整改面积": 2}, None),
        ({"非农违法面积": 5, "拆除面积": 2, "补办面积": 1, "剩余未整改面积": 1}, "patch.rectified-sum-differs"),
        ({"用地审批占比": "120%"}, "patch.share-out-of-range"),
        ({"用地审批占比": "95.5%"}, None),
        ({"永久基本农田面积": None}, "patch.overlay-missing"),
    ],
)
def test_what_does_not_add_up_in_a_row_is_told(tmp_path: Path, changes: Values, code: str | None) -> None:
    assert list(warned(table(tmp_path / "a.xlsx", [good(1, **changes)]))) == ([code] if code else [])


@pytest.mark.parametrize(
    ("x", "y"),
    [(105.7386, 37.5432), (37.5432, 105.7386), (35565220, 4157000), (4157000, 35565220), (565220, 4157000)],
    ids=["degrees", "swapped", "zone", "zone-swapped", "no-zone"],
)
def test_a_centre_is_understood_by_its_magnitude(tmp_path: Path, x: float, y: float) -> None:
    (patch,) = outcomes(table(tmp_path / "a.xlsx", [good(1, 中心点X=x, 中心点Y=y)]))
    assert isinstance(patch, Patch)
    assert patch.longitude == pytest.approx(105.7386, abs=0.002)
    assert patch.latitude == pytest.approx(37.5432, abs=0.003)


def test_a_centre_far_from_the_county_is_left_out(tmp_path: Path) -> None:
    (patch,) = outcomes(table(tmp_path / "a.xlsx", [good(1, 中心点X=116.4, 中心点Y=39.9)]))
    assert isinstance(patch, Patch)
    assert patch.longitude is None


# --- completeness


def test_the_report_says_which_columns_parents_children_and_sums_are_missing(tmp_path: Path) -> None:
    parent, number = good(1, 图斑状态="被拆分"), "640521SJBG26000001"
    first = good(2, 图斑编号=f"{number}_1", 图斑面积=8, 图斑状态="拆分", 耕地面积=8)
    second = good(3, 图斑编号=f"{number}_2", 图斑面积=4.58, 耕地面积=1, 永久基本农田面积=0, 图斑状态="拆分")
    orphan = good(4, 图斑编号="640521SJBG26009999_1", 图斑状态="拆分")
    barren = good(5, 图斑状态="被拆分")
    rows = [parent, first, second, orphan, barren]
    header, _ = read(table(tmp_path / "a.xlsx", [{**values, "图斑状态": values["图斑状态"]} for values in rows]))
    report = header.completeness
    assert report is not None
    counts = ("patches", "original", "children", "split_parents", "verified", "without_shape")
    assert [report[name] for name in counts] == [5, 2, 3, 2, 3, 5]
    assert report["children_without_parent"] == ["640521SJBG26009999"]
    assert report["parents_without_children"] == ["640521SJBG26000005"]
    [differing] = report["sums_differing"]
    assert (differing["parent"], round(differing["difference_mu"], 2)) == (number, -0.02)
    assert "用地审批批准文号" in report["columns"]["proof"]["absent"]
    assert report["columns"]["areas"]["filled"]["图斑面积"] == 5
    assert codes(header) == [
        "import.columns-absent",
        "import.children-without-parent",
        "import.parents-without-children",
        "import.split-sums-differ",
    ]


# --- whole files


def test_what_is_no_table_of_patches_is_refused(tmp_path: Path) -> None:
    assert refusal(table(tmp_path / "a.xlsx", [{"姓名": "甲", "电话": "1"}])).code == "file.columns-missing"
    no_place = {name: value for name, value in good(1).items() if "名称" not in name}
    assert refusal(table(tmp_path / "b.xlsx", [no_place])).code == "file.columns-missing"
    assert refusal(table(tmp_path / "c.xlsx", [good(1)], sheets=2)).code == "file.several-layers"
    empty = tmp_path / "d.xlsx"
    book = openpyxl.Workbook()
    book.active.append(list(good(1)))
    book.save(empty)
    assert refusal(empty).code == "file.no-patches"
    assert refusal(table(tmp_path / "e.xlsx", [good(n) for n in range(4)]), PatchLimits(rows=3)).code == (
        "file.too-many-rows"
    )
    old = tmp_path / "f.xlsx"
    old.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    assert refusal(old).code == "file.kind-mismatch"


def test_an_archive_bomb_in_the_shape_of_a_workbook_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path / "a.xlsx", [good(1)])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(8 * 1024 * 1024))
    assert refusal(path).code == "file.archive-too-large"


@cache
def whole_workbook() -> bytes:
    """The same bytes every time: a workbook holds the moment at which it was written."""
    with TemporaryDirectory() as folder:
        return table(Path(folder) / "whole.xlsx", [good(1)]).read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_workbook_is_refused_and_never_breaks_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    broken = bytearray(whole_workbook())
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(4, len(broken) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "broken.xlsx"
    path.write_bytes(bytes(broken[: data.draw(st.integers(30, len(broken)))]))
    with suppress(FileRefused):
        read_patches(path, path.name, "640521000000", DIVISIONS, BOUNDARIES)


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30),
    st.datetimes(min_value=datetime(1950, 1, 1)),
    st.sampled_from(["12.6", "１２.６", "=1+1", "被拆分", "恩和镇", "640521104000", "10%"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from([column.header for column in BOOK.working]), cells, max_size=12))
def test_whatever_stands_in_the_cells_a_row_is_taken_or_refused_by_name(tmp_path: Path, changes: Values) -> None:
    path = table(tmp_path / "any.xlsx", [good(1, **changes), good(2, **dict.fromkeys(changes))])
    try:
        found = outcomes(path)
    except FileRefused:
        return
    for outcome in found:
        if isinstance(outcome, RowRejected):
            assert outcome.code
            assert outcome.field
        else:
            assert outcome.area_m2 >= 0
            assert outcome.farmland_area_m2 is None or outcome.farmland_area_m2 <= outcome.area_m2 + 7


def test_no_header_means_two_things_and_every_name_is_understood() -> None:
    for column in BOOK.working:
        assert BOOK.column(f" {column.header}（亩） ") is BOOK.column(column.header)
    assert plain_header("状态(系统)") != plain_header("状态")


# --- into clues


def test_the_same_table_twice_makes_no_duplicates(desk: Desk, tmp_path: Path) -> None:
    path = table(tmp_path / "a.xlsx", [good(number) for number in range(1, 8)])
    first, second = desk.imported(path), desk.imported(path)
    assert (first["rows_created"], first["rows_known"]) == (7, 0)
    assert (second["rows_created"], second["rows_known"]) == (0, 7)
    assert desk.count("clue") == len(desk.told(ClueReceivedV1)) == 7
    assert first["completeness"]["without_shape"] == 7
    assert first["crs"] is None
    [kept] = desk.sql("SELECT raw FROM clue_import_row WHERE row_no = 2 AND import_id = :id", id=first["id"])
    assert kept.raw["监测批次"] == "2026年一季度", "the row is kept as it was"


def test_a_clue_of_a_table_has_its_numbers_and_gets_its_shape_when_that_comes(desk: Desk, tmp_path: Path) -> None:
    desk.imported(table(tmp_path / "a.xlsx", [good(1)]))
    [before] = desk.office.query(COORDINATOR, "clue.list", no="XS202600001")["items"]
    assert before["patch_no"] == "640521SJBG26000001"
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1, JCBH="640521SJBG26000001")], [square()]))
    job = desk.imported(path)
    assert (job["rows_known"], job["rows_created"]) == (1, 0)
    [told] = desk.rows(job["id"])
    assert "patch.shape-added" in told["warnings"]
    after = desk.office.query(COORDINATOR, "clue.get", id=before["id"])
    assert after["geometry"]["type"] == "Polygon"
    assert after["area_m2"] == pytest.approx(10_000, rel=0.01)
    again = desk.imported(path)
    assert (again["rows_known"], desk.rows(again["id"])[0]["warnings"]) == (1, ["patch.overlay-missing"])


def test_children_of_a_file_know_their_parent_and_a_split_parent_is_not_worked_on(desk: Desk, tmp_path: Path) -> None:
    number = "640521SJBG26000001"
    child = good(2, 图斑编号=f"{number}_1", 图斑状态="拆分")
    desk.imported(table(tmp_path / "a.xlsx", [good(1, 图斑状态="被拆分"), child]))
    [parent] = desk.office.query(COORDINATOR, "clue.list", no=number)["items"]
    [found] = desk.office.query(COORDINATOR, "clue.list", no=f"{number}_1")["items"]
    assert (parent["state"], parent["is_split"]) == ("split", True)
    assert (found["parent_id"], found["parent_no"], found["child_no"]) == (parent["id"], number, 1)


# --- and out again


def exported(desk: Desk, by: Any = COORDINATOR, **asked: Any) -> list[dict[str, Any]]:
    rows, cursor = [], None
    while True:
        page = desk.office.query(by, "clue.export", cursor=cursor, **{"limit": 2, **asked})
        rows += [dict(zip(page["headings"], values, strict=True)) for values in page["rows"]]
        if (cursor := page["next_cursor"]) is None:
            return rows


def test_the_working_table_comes_back_in_the_column_order_of_the_upper_system(desk: Desk, tmp_path: Path) -> None:
    extra = {"城镇村属性码": "203", "照片数": 5, "占非耕农用地": 2.1, "是否属于重大典型问题": "是"}
    desk.imported(table(tmp_path / "a.xlsx", [good(number, **extra) for number in (1, 2, 3)]))
    page = desk.office.query(COORDINATOR, "clue.export")
    assert page["headings"] == [column.header for column in BOOK.working]
    assert page["headings"][:8] == [
        "线索编号",
        "图斑编号",
        "监测批次",
        "监测类型",
        "下发时间",
        "县级行政区名称",
        "乡镇名称",
        "村名称",
    ]
    rows = exported(desk)
    assert [row["图斑编号"] for row in rows] == [f"640521SJBG26{number:06d}" for number in (3, 2, 1)]
    for name, value in {**good(1), **extra}.items():
        assert rows[2][name] == value, name
    assert rows[2]["状态(系统)"] == "1"


def test_what_we_found_stands_in_the_ministrys_columns(desk: Desk, tmp_path: Path) -> None:
    desk.imported(table(tmp_path / "a.xlsx", [good(1, 核实认定意见="合法")]))
    [clue] = desk.office.query(COORDINATOR, "clue.list")["items"]
    office, id_ = desk.office, clue["id"]
    office.command(COORDINATOR, "clue.assign", {"township_code": "640521104000"}, id_)
    office.command(OFFICER, "clue.sign", {}, id_)
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)
    areas = {"area_m2": 8400, "farmland_area_m2": 7000, "pbf_area_m2": 4200}
    opinion = {"opinion": "non_agri_illegal", "facts": "硬化地面", "proof": PROOF, **areas}
    office.command(OFFICER, "clue.submit-opinion", {**opinion, **papers("verification_report", "site_photos")}, id_)
    case = office.command(COORDINATOR, "clue.file-case", filing(), id_)
    office.command(COORDINATOR, "clue.start-review", {}, id_)
    office.command(COORDINATOR, "clue.pass-review", {}, id_)
    office.command(CITY, "clue.send-back", {"reasons": ["no_azimuth"], "note": "补"}, id_)
    [row] = exported(desk)
    sent_back = {"状态(系统)": "2", "审核阶段(系统)": "90", "打回状态(系统)": "1"}
    assert {name: row[name] for name in sent_back} == sent_back
    office.command(OFFICER, "clue.start-verification", {"officers": ["甲", "乙"]}, id_)
    office.command(OFFICER, "clue.submit-opinion", {**opinion, **papers("verification_report", "site_photos")}, id_)
    review(office, id_)
    strike_off(office, case)
    [row] = exported(desk)
    told = {
        "核实认定意见": "非农违法",
        "分类": "新增",
        "非农违法面积": 12.6,
        "非农违法耕地": 10.5,
        "非农违法基本农田": 6.3,
        "非粮违法面积": 0,
        "项目主体": "某砂场",
        "用途分类细化": "硬化",
        "建设时间": "2026-02-01",
        "现场核查描述": "硬化地面",
        "状态(系统)": "10",
        "审核阶段(系统)": "101",
        "整改情况": "已整改",
        "拆除面积": 12.6,
        "补办面积": 0,
        "剩余未整改面积": 0,
        "核查人": "甲、乙",
    }
    assert {name: row[name] for name in told} == told


def test_the_classic_fields_come_in_their_order(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(geojson([row(1, QSX="2025-09-12", HSX="2026-03-28", ZGDMJ="10", ZJBNTMJ="5")], [square()]))
    desk.imported(path)
    [told] = exported(desk, layout="shapefile_fields")
    assert list(told) == [column.header for column in BOOK.classic]
    assert (told["JCBH"], told["QSX"], told["HSX"], told["TZ"]) == (
        "640521WP26000001",
        "20250912",
        "20260328",
        "彩钢棚",
    )
    assert (told["ZGDMJ"], told["ZJBNTMJ"], told["XZQMC"]) == (10.0, 5.0, "中宁县")
    assert told["XZB"] == pytest.approx(105.7386, abs=1e-3)


@pytest.mark.parametrize(("by", "number"), [(OFFICER, 2), (OTHER_COUNTY, 0), (AGENCY, 0), (CITY, 2)])
def test_an_export_holds_what_its_reader_may_see(desk: Desk, tmp_path: Path, by: Any, number: int) -> None:
    desk.imported(table(tmp_path / "a.xlsx", [good(1), good(2)]))
    assert len(exported(desk, by)) == number
    assert exported(desk, state="assigned") == []
