"""A list of existing cases: taken in by HTTP and by the command line, its template, its rows in Chinese."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from shared.contracts.case_table import COLUMNS
from shared.contracts.codes import Role
from tests.integration.gateway.conftest import MOST_IMPORT, House
from tests.integration.gateway.test_cli import Desk, desk

__all__ = ["desk"]
ID = "0199a1b2-0000-7000-8000-000000000001"
JOB: dict[str, Any] = {
    "id": ID,
    "state": "queued",
    "dry_run": False,
    "file_name": "台账.xlsx",
    "rows_total": None,
    "rows_done": 0,
    "rows_created": 0,
    "rows_known": 0,
    "rows_rejected": 0,
    "problem": None,
}
ROW: dict[str, Any] = {
    "row_no": 7,
    "outcome": "rejected",
    "old_no": "罚1号",
    "case_id": None,
    "case_no": None,
    "field": "立案日期",
    "code": "case-row.date-malformed",
    "facts": {"value": "去年"},
}


@pytest.fixture
def office(house: House) -> House:
    house.account("wang", Role.COORDINATOR)
    house.services.answers["case_import.start"] = JOB
    return house


def send(office: House, content: bytes = b"PK", **more: Any) -> Any:
    return office.ask("POST", "/api/v1/case-imports", by="wang", files={"file": ("../台账.xlsx", content)}, **more)


def test_a_file_becomes_a_job_to_watch(office: House) -> None:
    answer = send(office, headers={"Idempotency-Key": "one"})
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/api/v1/case-imports/{ID}")
    sent = office.services.last("case_import.start")
    assert sent["command_id"] == "one"
    assert sent["body"]["file_name"] == "台账.xlsx"
    assert "dry_run" not in sent["body"]


@pytest.mark.parametrize(("said", "status"), [("true", 202), ("false", 202), ("maybe", 422)])
def test_a_dry_run_is_asked_for_in_the_form(office: House, said: str, status: int) -> None:
    answer = send(office, data={"dry_run": said})
    assert answer.status_code == status, answer.text
    if status == 202:
        assert office.services.last("case_import.start")["body"]["dry_run"] is (said == "true")


def test_a_file_that_is_none_is_refused(office: House) -> None:
    assert send(office, b"").json()["code"] == "http.file-empty"
    assert send(office, b"x" * (MOST_IMPORT + 1)).status_code == 413
    assert office.ask("POST", "/api/v1/case-imports", by="wang", json={}).status_code == 415


def test_a_rejected_row_is_told_in_chinese(office: House) -> None:
    office.services.answers["case_import.rows"] = {"items": [ROW], "next_cursor": None, "total": None}
    answer = office.ask("GET", f"/api/v1/case-imports/{ID}/rows?outcome=rejected", by="wang").json()
    assert answer["items"][0]["detail"] == "“立案日期”应为日期，如 2024-03-01（现为 去年）。"
    problem = {"code": "file.damaged", "field": "file", "facts": {"part": ".xlsx", "reason": "cannot-be-read"}}
    office.services.answers["case_import.get"] = {**JOB, "state": "refused", "problem": problem}
    told = office.ask("GET", f"/api/v1/case-imports/{ID}", by="wang").json()
    assert told["problem"]["detail"]


def test_the_template_has_the_columns_and_says_how_they_are_filled_in(office: House) -> None:
    answer = office.ask("GET", "/api/v1/case-imports/template.xlsx", by="wang")
    headings, notes = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert list(headings) == list(COLUMNS)
    assert str(notes[0]).startswith("说明：")
    assert office.ask("GET", "/api/v1/case-imports/template.xlsx").status_code == 401


def test_the_command_line_follows_the_job_and_tells_the_rows(desk: Desk, tmp_path: Path) -> None:
    done = {**JOB, "state": "finished", "rows_total": 3, "rows_done": 3, "rows_created": 2, "rows_rejected": 1}
    desk.house.services.answers |= {
        "case_import.start": JOB,
        "case_import.get": done,
        "case_import.rows": {"items": [ROW], "next_cursor": None, "total": None},
    }
    desk.log_in()
    file = tmp_path / "台账.xlsx"
    file.write_bytes(b"PK")
    result = desk.run("cases", "import", str(file), "--dry-run")
    assert result.exit_code == 1
    assert "共 3 行：接收 2，以前已接收 0，退回 1" in result.output
    assert "去年" in result.output
    assert desk.house.services.last("case_import.start")["body"]["dry_run"] is True
    saved = desk.run("cases", "template", str(tmp_path / "模板.xlsx"))
    assert saved.exit_code == 0
    assert (tmp_path / "模板.xlsx").stat().st_size > 1000
