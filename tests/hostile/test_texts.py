"""Texts that would act somewhere: in SQL, a template, a spreadsheet, a page, a log. They stay what somebody wrote."""

import io
import json
import time
import zipfile
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest
from pypdf import PdfReader

from tests.hostile.conftest import PREFIX, Target
from tests.system.county import County, report
from tests.system.running_house import RunningHouse

SQL = (
    "砂场'; DROP TABLE clue; --",
    "砂场' OR '1'='1",
    "砂场\\'; SELECT pg_sleep(5); --",
    "砂场') UNION SELECT secret FROM account --",
    "砂场%",
    "_" * 12,
    "%",
    "砂场$$; DELETE FROM event_log; $$",
    "%s %(id)s :id {id}",
)
TEMPLATES = (
    "{{7*7}}砂场",
    "{%import os%}",
    "${7*7}砂场",
    "{case_no}{0.__class__.__init__.__globals__}",
    '#eval("7*7") #read("/etc/passwd") $7*7$',
    "<script>alert(1)</script>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
)
FORMULAS = ("=cmd|'/C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "＝1+1", "＋1", "－1", "＠SUM(1)", '=HYPERLINK("http://x")')


@pytest.mark.parametrize("text", SQL)
def test_a_text_is_searched_for_and_never_run(text: str, house: RunningHouse, target: Target) -> None:
    began = time.monotonic()
    before = house.coordinator.get("/clues", with_total=True, limit=1)["total"]
    for path, params in (
        ("/clues", {"no": text}),
        ("/cases", {"no": text}),
        ("/cases", {"division": text}),
        ("/search", {"q": text}),
        ("/search", {"party": text}),
        ("/search", {"text": text}),
        ("/work", {"holder": text}),
        ("/work", {"officer": text}),
        ("/clues", {"cursor": text}),
        ("/rules/deadline", {"on": text}),
        (f"/rules/{text}", {}),
        (f"/plots/{text}", {}),
    ):
        answer = house.coordinator.ask("GET", path, params=params)
        assert answer.status_code < 500, f"{path} {params}: {answer.text}"
        if answer.is_success and "no" in params:
            assert answer.json()["items"] == [], f"{path} {params}"
    assert time.monotonic() - began < 5, "something slept"
    assert house.coordinator.get("/clues", with_total=True, limit=1)["total"] == before
    assert house.coordinator.get(f"/cases/{target.case['id']}")["case_no"] == target.case["case_no"]


@pytest.mark.parametrize("text", ["%", "_" * 12, "%砂%"])
def test_signs_of_a_pattern_match_themselves_alone(text: str, house: RunningHouse) -> None:
    for path, name in (("/clues", "no"), ("/cases", "no")):
        assert house.coordinator.get(path, **{name: text})["items"] == []


@pytest.mark.parametrize("text", [*SQL, *TEMPLATES, *FORMULAS])
def test_a_text_comes_back_as_it_was_written(text: str, house: RunningHouse) -> None:
    made = house.coordinator.post("/clues", {**report("640521104", "x"), "description": text})
    assert house.coordinator.get(f"/clues/{made['id']}")["description"] == text


def test_a_spreadsheet_holds_texts_and_no_formula(house: RunningHouse) -> None:
    for text in FORMULAS:
        body = {**report("640521104", uuid4().hex), "place": text, "description": text}
        assert house.coordinator.ask("POST", "/clues", body).status_code == 201
    answer = house.coordinator.ask("GET", "/work/export.xlsx")
    assert answer.status_code == 200
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].rows for cell in row]
    assert set(FORMULAS) <= {cell.value for cell in cells}
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        told = b"".join(book.read(name) for name in book.namelist())
    assert b"<f>" not in told
    assert b"<hyperlink" not in told


@pytest.mark.timeout(180)
def test_a_document_prints_the_signs_of_a_template_as_signs(
    house: RunningHouse, county: County, target: Target
) -> None:
    text = '{{7*7}} {case_no} #eval("7*7") ${7*7} <b>粗</b> \\input'
    made = county.notice(target.case, text, main_recipient="party_committee", copies=[])
    docx = house.coordinator.ask("GET", f"/notices/{made['id']}/files/docx").content
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        written = parts.read("word/document.xml").decode()
    pdf = PdfReader(io.BytesIO(house.coordinator.ask("GET", f"/notices/{made['id']}/files/pdf").content))
    printed = "".join(page.extract_text() for page in pdf.pages)
    for sign in ("{{7*7}}", "{case_no}", "#eval", "${7*7}"):
        assert sign in written
        assert sign in printed
    assert "<w:b/>粗" not in written
    assert "49" not in printed.replace(target.case["case_no"], "").split("请阅")[0][-60:]


def test_a_page_shows_markup_as_text(house: RunningHouse) -> None:
    for code in ("<script>alert(1)</script>", "'\"><img src=x>", "</title><script>"):
        answer = httpx.get(f"{house.address}/verify", params={"code": code}, trust_env=False)
        assert "<script>alert" not in answer.text
        assert "<img src=x>" not in answer.text
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_nobody_writes_a_line_of_the_log(house: RunningHouse) -> None:
    """Line breaks, escapes and terminal codes in everything a request may carry; each line stays one JSON object."""
    forged = '{"level":"critical","message":"伪造"}'
    nasty = f"x\r\n{forged}\r\n\x1b[2J\u2028{forged}\u202e"
    for name in ("X-Correlation-Id", "User-Agent", "Idempotency-Key", "Authorization"):
        headers = [(name.encode(), f"Bearer {forged}".encode())]
        httpx.post(f"{house.address}{PREFIX}/clues", headers=headers, json={"place": nasty}, trust_env=False)
    for path in (f"/%0d%0a{forged}", "/api/v1/cases/%0a%1b[2J", f"/api/v1/clues/{forged}"):
        httpx.get(f"{house.address}{path}", trust_env=False)
    body = {**report("640521104", uuid4().hex), "description": nasty.replace("\u202e", "")}
    assert house.coordinator.ask("POST", "/clues", body).status_code == 201
    logs = [*house.home.logs.glob("*.log")]
    assert logs
    for file in logs:
        for line in file.read_text(encoding="utf-8", errors="replace").split("\n"):
            if line.startswith("{"):
                told: Any = json.loads(line)
                assert told.get("message") != "伪造"
                assert "\x1b" not in line
            assert not line.startswith(forged)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x00"])
def test_signs_that_turn_a_text_round_are_refused(sign: str, house: RunningHouse) -> None:
    answer = house.coordinator.ask("POST", "/clues", {**report("640521104", "x"), "place": f"砂场{sign}"})
    assert answer.status_code == 422
