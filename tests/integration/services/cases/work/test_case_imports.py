"""A county's existing cases from its own list: every row with its outcome, nothing twice, nothing half."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from services.cases.adapters.case_table_process import CaseTableReader
from services.cases.case_importer import CaseImporter, Stopped
from services.cases.settings import CasesData
from services.cases.storage import statistics
from services.cases.wiring import wire_import
from shared.blobs import FolderBlobStore
from shared.contracts.case_table import COLUMNS, NOTE
from shared.crash_points import CrashPoint, install
from tests.integration.services.cases.office import (
    COORDINATOR,
    OFFICER,
    OTHER_COUNTY,
    Office,
    Refused,
    correction,
    papers,
)
from tests.integration.services.cases.path_people import CHIEF
from tests.integration.services.cases.test_rebuild import rebuild

ROW: dict[str, Any] = {
    "原案号": "宁自然资罚〔2025〕1号",
    "立案日期": date(2026, 3, 2),
    "案由": "某养殖场违法占地案",
    "当事人": "某养殖场",
    "当事人类型": "企业",
    "违法类型": "VT01、VT03",
    "承办人": "甲、乙",
    "行政区划": "恩和镇",
    "面积（亩）": 12.6,
    "耕地面积（亩）": 3,
    "状态": "立案",
}


class Importing:
    def __init__(self, office: Office, home: Path) -> None:
        self.office, self.home = office, home
        self.files = FolderBlobStore(home / "blobs")
        dsn = office.parts.engine.url.render_as_string(hide_password=False)
        self.runner = wire_import(CasesData(cases_dsn=SecretStr(dsn)), lambda: None, office.clock)

    def importer(self, **limits: Any) -> CaseImporter:
        return CaseImporter(self.runner, self.files, **limits)

    def ask(self, file: Path, *, dry_run: bool = False, by: Any = COORDINATOR) -> str:
        with file.open("rb") as stream:
            stored = self.files.put(stream)
        body = {"file_sha256": stored.sha256, "file_name": file.name, "size_bytes": stored.size, "dry_run": dry_run}
        return str(self.office.command(by, "case_import.start", body)["id"])

    def imported(self, file: Path, *, dry_run: bool = False) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The job carried to its end, and its rows."""
        job = self.ask(file, dry_run=dry_run)
        assert self.importer().run_once()
        return self.job(job)

    def job(self, id_: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        rows = self.office.query(COORDINATOR, "case_import.rows", id=id_, limit=200)["items"]
        return self.office.query(COORDINATOR, "case_import.get", id=id_), rows

    def cases(self) -> int:
        with self.office.parts.engine.connect() as connection:
            return int(connection.execute(sa.text('SELECT count(*) FROM "case"')).scalar_one())


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Iterator[Importing]:
    made = Importing(office, tmp_path)
    yield made
    made.runner.engine.dispose()


def sheet(folder: Path, *rows: Mapping[str, Any], name: str = "cases.xlsx") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["中宁县违法占地案件台账"])
    page.append([f"{heading}*" for heading in COLUMNS])
    page.append([f"{NOTE}必填", *([None] * 5)])
    for row in rows:
        page.append([row.get(heading) for heading in COLUMNS])
    file = folder / name
    book.save(file)
    return file


def old(number: int, **changes: Any) -> dict[str, Any]:
    return {**ROW, "原案号": f"宁自然资罚〔2026〕{number}号", **changes}


def test_a_case_comes_in_with_its_state_its_history_and_its_clocks(desk: Importing, tmp_path: Path) -> None:
    job, rows = desk.imported(sheet(tmp_path, ROW))
    assert (job["state"], job["rows_total"], job["rows_created"], job["rows_rejected"]) == ("finished", 1, 1, 0)
    (row,) = rows
    assert (row["row_no"], row["outcome"], row["old_no"]) == (4, "created", ROW["原案号"])
    case = desk.office.query(COORDINATOR, "case.get", id=row["case_id"])
    assert (case["case_no"], case["state"], case["old_no"]) == (row["case_no"], "filed", ROW["原案号"])
    assert datetime.fromisoformat(case["filed_at"]).date() == date(2026, 3, 2)
    assert (case["area_m2"], case["farmland_area_m2"]) == (8400.0, 2000.0)
    clocks = {clock["rule_id"]: clock for clock in case["deadlines"]}
    # 90 calendar days from 2 March.
    assert clocks["D10"]["due_on"] == "2026-05-31"
    assert "S02" in clocks
    clue = desk.office.query(COORDINATOR, "clue.get", id=case["clue_id"])
    assert (clue["state"], clue["source"], clue["case_id"]) == ("to_case", "taken_over", case["id"])
    timeline = desk.office.query(COORDINATOR, "case.timeline", id=case["id"])["items"]
    assert [step["title"] for step in timeline] == ["接收原有案件的线索", "接收原有案件"]
    found = desk.office.query(COORDINATOR, "work.search", no=ROW["原案号"])["items"]
    assert [one["number"] for one in found] == [case["case_no"]]
    assert found[0]["days_in_state"] == 48
    assert desk.office.query(COORDINATOR, "case.list", no=ROW["原案号"])["items"][0]["id"] == case["id"]
    with desk.office.parts.engine.connect() as connection:
        assert statistics.differences(connection) == []
    for kind in ("case", "clue"):
        assert rebuild(desk.office, kind).differences == []


DECIDED = {"决定书文号": "罚1", "决定日期": "2026-03-16"}
CLOSED = {"结案日期": "2026-04-16", "结案理由": "执行完毕"}
STATES: list[tuple[dict[str, Any], str, set[str]]] = [
    ({"状态": "调查取证", "进入状态日期": "2026-03-05"}, "investigating", {"D10", "S03"}),
    ({"状态": "调查终结"}, "report_done", {"D10", "S04"}),
    ({"状态": "审理"}, "under_review", {"D10", "S05"}),
    ({"状态": "告知", "告知送达日期": "2026-04-17"}, "noticed", {"D10", "D14"}),
    ({"状态": "处罚决定", **DECIDED}, "decided", {"D17"}),
    ({"状态": "送达", **DECIDED, "送达日期": "2026-03-20"}, "served", {"S06", "D20", "D21", "D22"}),
    (
        {"状态": "履行", **DECIDED, "送达日期": "2026-03-20", "罚款（元）": "50,000"},
        "performing",
        {"D18", "D20", "D21", "D22"},
    ),
    ({"状态": "结案", **CLOSED}, "closed", {"A01"}),
    ({"状态": "归档", "立案日期": "2009-03-02", **CLOSED}, "archived", set()),
]


def test_every_state_has_the_clocks_that_run_in_it(desk: Importing, tmp_path: Path) -> None:
    job, rows = desk.imported(sheet(tmp_path, *(old(n, **changes) for n, (changes, _, _) in enumerate(STATES))))
    assert job["rows_created"] == len(STATES), rows
    found = [desk.office.query(COORDINATOR, "case.get", id=row["case_id"]) for row in rows]
    for case, (_, state, running) in zip(found, STATES, strict=True):
        assert case["state"] == state
        assert {clock["rule_id"] for clock in case["deadlines"]} - {"D19"} == running, state


def test_a_case_that_was_taken_over_goes_on(desk: Importing, tmp_path: Path) -> None:
    row = {
        **ROW,
        "状态": "履行",
        "决定书文号": "罚1",
        "决定日期": "2026-03-16",
        "送达日期": "2026-03-20",
    }
    _, rows = desk.imported(sheet(tmp_path, row))
    id_ = rows[0]["case_id"]
    desk.office.command(COORDINATOR, "case.order-rectification", correction(), id_)
    desk.office.command(COORDINATOR, "case.execute", papers("performance_record"), id_)
    closed = desk.office.command(COORDINATOR, "case.close", {"ground": "executed", **papers("closing_approval")}, id_)
    assert closed["state"] == "closed"


def test_each_row_says_what_is_wrong_with_it_and_the_others_come_in(desk: Importing, tmp_path: Path) -> None:
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"当事人": ""}, "当事人", "case-row.missing"),
        ({"立案日期": "去年"}, "立案日期", "case-row.date-malformed"),
        ({"立案日期": "2026-02-30"}, "立案日期", "case-row.date-malformed"),
        ({"立案日期": "2027-01-01"}, "立案日期", "case-row.in-the-future"),
        ({"立案日期": "1980-01-01"}, "立案日期", "case-row.too-early"),
        ({"面积（亩）": "约十亩"}, "面积（亩）", "case-row.number-malformed"),
        ({"面积（亩）": "-1"}, "面积（亩）", "case-row.out-of-range"),
        ({"面积（亩）": None}, "面积（平方米）", "case-row.missing"),
        ({"耕地面积（亩）": 13}, "耕地面积（亩）", "case-row.part-exceeds"),
        ({"状态": "听证"}, "状态", "case-row.unknown"),
        ({"状态": "处罚决定", "决定日期": "2026-04-01"}, "决定书文号", "case-row.missing"),
        ({"状态": "处罚决定", "决定书文号": "1", "决定日期": "2026-03-01"}, "决定日期", "case-row.before"),
        ({"状态": "结案", "结案日期": "2026-04-01"}, "结案理由", "case-row.missing"),
        ({"承办人": "甲"}, "承办人", "case-row.two-officers"),
        ({"承办人": "甲、甲"}, "承办人", "case-row.two-officers"),
        ({"行政区划": "无此镇"}, "行政区划", "case-row.division-unknown"),
        ({"行政区划": "640522100000"}, "行政区划", "case-row.division-unknown"),
        ({"行政区划": "640521"}, "行政区划", "case-row.not-a-township"),
        ({"经度": 105.7}, "纬度", "case-row.missing"),
        ({"经度": 37.4, "纬度": 105.7}, "经度", "case-row.outside-county"),
        ({"违法类型": "VT99"}, "违法类型", "case-row.unknown"),
        ({"案由": "长" * 201}, "案由", "case-row.too-long"),
    ]
    rows = [old(number, **changes) for number, (changes, _, _) in enumerate(wrong)]
    job, outcomes = desk.imported(sheet(tmp_path, *rows, old(100), old(101)))
    assert (job["rows_created"], job["rows_rejected"]) == (2, len(wrong))
    assert [(row["field"], row["code"]) for row in outcomes[:-2]] == [(field, code) for _, field, code in wrong]
    assert desk.cases() == 2


def test_the_same_file_makes_nothing_twice_and_a_corrected_one_only_what_was_missing(
    desk: Importing, tmp_path: Path
) -> None:
    file = sheet(tmp_path, old(1), old(2, 承办人="甲"), old(1))
    _, rows = desk.imported(file)
    assert [row["outcome"] for row in rows] == ["created", "rejected", "known"]
    assert rows[2]["case_no"] == rows[0]["case_no"]
    again, rows_again = desk.imported(file)
    assert (again["rows_created"], again["rows_known"], again["rows_rejected"]) == (0, 2, 1)
    assert rows_again[0]["case_no"] == rows[0]["case_no"]
    corrected, _ = desk.imported(sheet(tmp_path, old(1), old(2), name="second.xlsx"))
    assert (corrected["rows_created"], corrected["rows_known"]) == (1, 1)
    conflict, rows = desk.imported(sheet(tmp_path, old(1, 当事人="别人"), name="third.xlsx"))
    assert (conflict["rows_rejected"], rows[0]["code"]) == (1, "case-row.number-conflict")
    assert desk.cases() == 2


def test_a_dry_run_says_it_all_and_takes_nothing(desk: Importing, tmp_path: Path) -> None:
    job, rows = desk.imported(sheet(tmp_path, old(1), old(2, 承办人="甲"), old(1)), dry_run=True)
    assert job["dry_run"]
    assert [(row["outcome"], row["code"]) for row in rows] == [
        ("acceptable", None),
        ("rejected", "case-row.two-officers"),
        ("known", None),
    ]
    assert (job["rows_created"], desk.cases()) == (1, 0)


def test_a_dry_run_says_what_the_real_run_will_say(desk: Importing, tmp_path: Path) -> None:
    desk.imported(sheet(tmp_path, old(7), name="before.xlsx"))
    rows = (
        old(1),
        old(1),
        old(1, 当事人="另一人"),
        old(2, 承办人="甲"),
        old(7),
        old(7, 当事人="另一人"),
        old(3, **{"面积（平方米）": 1000, "面积（亩）": 99}),
    )
    file = sheet(tmp_path, *rows)
    told = []
    for dry_run in (True, False):
        job, found = desk.imported(file, dry_run=dry_run)
        told.append([(row["outcome"].replace("acceptable", "created"), row["code"]) for row in found])
        assert (job["rows_created"], job["rows_known"], job["rows_rejected"]) == (1, 2, 4)
    assert (
        told[0]
        == told[1]
        == [
            ("created", None),
            ("known", None),
            ("rejected", "case-row.repeated"),
            ("rejected", "case-row.two-officers"),
            ("known", None),
            ("rejected", "case-row.number-conflict"),
            ("rejected", "case-row.areas-contradict"),
        ]
    )


def test_an_area_in_two_units_must_be_the_same_area(desk: Importing, tmp_path: Path) -> None:
    both = {"面积（平方米）": 1000, "面积（亩）": 99, "耕地面积（亩）": 0}
    _, (wrong, right) = desk.imported(sheet(tmp_path, old(1, **both), old(2, **{**both, "面积（亩）": 1.5})))
    assert (wrong["outcome"], wrong["code"], wrong["field"]) == (
        "rejected",
        "case-row.areas-contradict",
        "面积（平方米）",
    )
    assert wrong["facts"] == {"value": "1000", "other_field": "面积（亩）", "other": "99"}
    assert right["outcome"] == "created"
    part = {"耕地面积（平方米）": 2000, "耕地面积（亩）": 30}
    _, (wrong,) = desk.imported(sheet(tmp_path, old(3, **part), name="part.xlsx"))
    assert (wrong["code"], wrong["field"], wrong["facts"]["other_field"]) == (
        "case-row.areas-contradict",
        "耕地面积（平方米）",
        "耕地面积（亩）",
    )


def test_text_tables_are_read_in_what_excel_writes(desk: Importing, tmp_path: Path) -> None:
    for number, encoding in enumerate(("utf-8-sig", "utf-8", "gb18030")):
        file = tmp_path / f"{encoding}.csv"
        with file.open("w", encoding=encoding, newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(ROW)
            writer.writerow(["2026年3月2日" if isinstance(value, date) else value for value in old(number).values()])
        job, rows = desk.imported(file)
        assert job["rows_created"] == 1, rows


REFUSED: list[tuple[str, bytes, str]] = [
    ("cases.xls", b"\xd0\xcf\x11\xe0", "file.kind-unknown"),
    ("cases.xlsx", b"not a zip", "file.damaged"),
    ("cases.csv", b"\xff\xff\x00", "file.damaged"),
    ("cases.csv", "一,二\n1,2\n".encode(), "file.columns-missing"),
    ("cases.csv", (",".join(ROW) + "\n").encode(), "file.no-rows"),
]


def test_a_file_that_cannot_be_read_is_refused_as_a_whole(desk: Importing, tmp_path: Path) -> None:
    for name, content, code in REFUSED:
        file = tmp_path / name
        file.write_bytes(content)
        job, rows = desk.imported(file)
        assert (job["state"], job["problem"]["code"], rows) == ("refused", code, [])


def test_a_reader_that_dies_is_tried_again_and_then_refused(desk: Importing, tmp_path: Path) -> None:
    class Dying(CaseTableReader):
        _MODULE = "services.cases.adapters.no_such_reader"

    job = desk.ask(sheet(tmp_path, ROW))
    importer = desk.importer(reader=Dying(), tries=2)
    assert importer.run_once()
    assert desk.job(job)[0]["state"] == "queued"
    assert importer.run_once()
    ended, _ = desk.job(job)
    assert (ended["state"], ended["problem"]["code"]) == ("refused", "case-import.parser-crashed")


@pytest.mark.parametrize("point", [CrashPoint.IMPORT_BEFORE_BATCH, CrashPoint.IMPORT_AFTER_BATCH])
def test_a_worker_that_breaks_off_goes_on_where_the_last_batch_ended(
    desk: Importing, tmp_path: Path, point: CrashPoint
) -> None:
    job = desk.ask(sheet(tmp_path, *(old(number) for number in range(7))))
    seen: list[int] = []

    def crash(reached: CrashPoint, *_: Any) -> None:
        if reached is point:
            seen.append(1)
            if len(seen) == 2:
                raise RuntimeError("killed")

    install(crash)
    try:
        assert desk.importer(rows=3).run_once()
    finally:
        install(None)
    assert desk.job(job)[0]["state"] == "queued"
    assert desk.importer(rows=3).run_once()
    ended, rows = desk.job(job)
    assert (ended["state"], ended["rows_created"], len(rows), desk.cases()) == ("finished", 7, 7, 7)


def test_a_worker_that_is_told_to_end_gives_the_job_back(desk: Importing, tmp_path: Path) -> None:
    def stop() -> None:
        raise Stopped

    job = desk.ask(sheet(tmp_path, ROW))
    assert desk.importer().run_once(stop)
    assert desk.job(job)[0]["state"] == "queued"
    assert desk.importer().run_once()
    assert desk.job(job)[0]["state"] == "finished"
    assert not desk.importer().run_once()


def test_only_the_coordinator_of_the_county_asks_and_sees(desk: Importing, tmp_path: Path) -> None:
    job = desk.ask(sheet(tmp_path, ROW))
    for who in (OFFICER, CHIEF):
        with pytest.raises(Refused) as refused:
            desk.ask(sheet(tmp_path, ROW), by=who)
        assert refused.value.code == "role-not-allowed"
    for operation in ("case_import.get", "case_import.rows"):
        with pytest.raises(Refused) as caught:
            desk.office.query(OTHER_COUNTY, operation, id=job)
        assert caught.value.kind == "not-found"
    with pytest.raises(Refused) as caught:
        desk.office.query(CHIEF, "clue_import.get", id=job)
    assert caught.value.kind == "not-found"


def test_what_was_late_long_ago_is_told_once(desk: Importing, tmp_path: Path) -> None:
    _, rows = desk.imported(sheet(tmp_path, {**ROW, "立案日期": "2024-03-01"}))
    case = desk.office.query(COORDINATOR, "case.get", id=rows[0]["case_id"])
    clock = next(clock for clock in case["deadlines"] if clock["rule_id"] == "D10")
    assert len(clock["alarms"]) == 1
    late = desk.office.query(COORDINATOR, "work.list", which="overdue")["items"]
    assert [row["number"] for row in late] == [case["case_no"]]
