"""Bad input for documents, as a clerk or a malicious one sends it: printed as it was written, or refused by name."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from pypdf import PdfReader

from tests.integration.services.notify.document_desk import CONTENT, DIRECTOR, HEAD, LETTER, DocumentDesk
from tests.integration.services.notify.house import COORDINATOR, House

LONG_NAME = "中宁县恩和镇恩和村第三村民小组" + "田" * 45
HOSTILE = {
    "quotes": '“砂场”\'s "yard"',
    "a formula": "=cmd|' /C calc'!A0",
    "a sum": "+SUM(1,2)",
    "at": "@import",
    "typst": '#read("/etc/passwd") $x$ *粗* _斜_ `码`',
    "a field of Word": "{ INCLUDETEXT C:\\\\x }",
    "a placeholder": "{party}{law}",
    "markup": "<w:p/>&amp;]]>",
    "a template": "{{ 7*7 }}{% raw %}",
    "sixty characters": LONG_NAME,
}


@pytest.fixture
def desk(house: House, tmp_path: Path) -> DocumentDesk:
    return DocumentDesk(house, tmp_path / "blobs")


def content(**changes: Any) -> dict[str, Any]:
    return {**CONTENT, "facts": {**LETTER, **changes}}


def files_of(desk: DocumentDesk, view: Any) -> dict[str, bytes]:
    found = {}
    for file in view["files"]:
        with desk.blobs.open(file["sha256"]) as kept:
            found[file["format"]] = kept.read()
    return found


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_written_is_printed_as_it_stands_and_does_nothing(desk: DocumentDesk, name: str) -> None:
    wrote = HOSTILE[name]
    view = desk.issued(content=content(matter=wrote, situation=f"第一行{wrote}\n第二行"))
    assert (view["state"], view["problem"]) == ("issued", None)
    files = files_of(desk, view)
    printed = squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages))
    opened = docx.Document(io.BytesIO(files["docx"]))
    words = squeezed("".join(paragraph.text for paragraph in opened.paragraphs))
    assert squeezed(wrote) in words
    assert f"第一行{squeezed(wrote)}" in words
    if name != "typst":  # reading a PDF back, a reader makes one sign of some pairs
        assert squeezed(wrote)[:20] in printed
    with zipfile.ZipFile(io.BytesIO(files["docx"])) as package:
        body = ElementTree.fromstring(package.read("word/document.xml"))
    fields = [node.text for node in body.iter() if node.tag.endswith("}instrText")]
    assert all(text is not None and text.strip().startswith("PAGE") for text in fields)


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\u200b", "\u202e", "\ufffe", "\u3164"])
@pytest.mark.parametrize("field", ["matter", "situation", "request"])
def test_control_characters_are_refused_by_field_and_code_point(desk: DocumentDesk, field: str, sign: str) -> None:
    wrote: Any = f"砂场{sign}拆除"
    problem = desk.drafted(content=content(**{field: [wrote] if field == "request" else wrote}))
    assert (problem["code"], problem["field"]) == ("notify.character-refused", field)
    assert problem["facts"]["code_point"] == f"U+{ord(sign):04X}"
    assert desk.house.rows("SELECT * FROM document") == []


@pytest.mark.parametrize("sign", ["\x07", "\u202e"])
@pytest.mark.parametrize("line", ["to", "copies", "contact"])
def test_control_characters_in_who_it_goes_to_are_refused(desk: DocumentDesk, line: str, sign: str) -> None:
    wrote: Any = f"恩和镇{sign}政府"
    problem = desk.drafted(content={**CONTENT, line: wrote if line == "contact" else [wrote]})
    assert problem["code"] in ("notify.character-refused", "invalid-field")
    assert line in problem["field"]


def test_line_breaks_in_a_name_cannot_pass_for_a_paragraph(desk: DocumentDesk) -> None:
    view = desk.issued(content=content(matter="砂场\n\n一、准予保留"))
    opened = docx.Document(io.BytesIO(files_of(desk, view)["docx"]))
    assert not [one.text for one in opened.paragraphs if one.text.startswith("一、准予保留")]


@pytest.mark.parametrize("field", LETTER)
def test_missing_field_is_named_with_its_document(desk: DocumentDesk, field: str) -> None:
    facts = {name: value for name, value in LETTER.items() if name != field}
    problem = desk.drafted(content={**CONTENT, "facts": facts})
    assert (problem["code"], problem["field"]) == ("notify.document-field-missing", field)
    assert (problem["facts"]["document"], problem["facts"]["type"]) == ("督办函", "supervise_letter")
    assert problem["facts"]["title"]
    nobody = desk.drafted(content={**CONTENT, "to": []})
    assert (nobody["code"], nobody["field"], nobody["facts"]["title"]) == (
        "notify.document-field-missing",
        "to",
        "主送机关",
    )


def test_two_clerks_who_issue_at_once_leave_no_gap_and_no_double(desk: DocumentDesk) -> None:
    drafted = [desk.drafted()["id"] for _ in range(6)]
    for id_ in drafted:
        desk.step(DIRECTOR, "check", id_)
    together = Barrier(2)

    def issue(by: Any, ids: list[str]) -> list[Any]:
        together.wait()
        return [desk.step(by, "issue", id_)["state"] for id_ in ids]

    with ThreadPoolExecutor(2) as clerks:
        asked = [clerks.submit(issue, DIRECTOR, drafted[::2]), clerks.submit(issue, HEAD, drafted[1::2])]
        assert [state for one in asked for state in one.result()] == ["approved"] * 6

    def press() -> None:
        worker = desk.worker()
        while worker.run_once():
            pass

    with ThreadPoolExecutor(2) as presses:
        for one in [presses.submit(press), presses.submit(press)]:
            one.result()
    press()
    assert desk.numbers() == [f"中宁耕保督〔2026〕{number}号" for number in range(1, 7)]


def test_two_clerks_who_correct_the_same_correction_at_once_make_one_of_it(desk: DocumentDesk) -> None:
    first = desk.issued()
    second = desk.issued(corrects=first["id"], content=content(days=5))
    rivals = [desk.drafted(corrects=second["id"], content=content(days=days))["id"] for days in (6, 7)]
    for id_ in rivals:
        desk.step(DIRECTOR, "check", id_)
        desk.step(DIRECTOR, "issue", id_)
    while desk.worker().run_once():
        pass
    seen = [desk.seen(id_) for id_ in rivals]
    (made,) = [one for one in seen if one["state"] == "issued"]
    (late,) = [one for one in seen if one["state"] == "drafted"]
    assert [one["number"] for one in made["chain"]] == [first["number"], second["number"]]
    assert late["problem"]["code"] == "notify.document-not-in-force"
    assert desk.seen(second["id"])["replaced_by"]["number"] == made["number"]
    assert len(desk.numbers()) == 3


def test_a_correction_of_another_type_or_of_a_draft_is_refused(desk: DocumentDesk) -> None:
    first, draft = desk.issued(), desk.drafted()
    facts = {"case_no": "1", "case_title": "甲", "listing_no": "1", "level": "县", "result": "好"}
    other = desk.house.command(
        COORDINATOR,
        "document.draft",
        type="delisting_notice",
        corrects=first["id"],
        content={"to": ["甲"], "facts": facts},
    )
    assert (other["code"], other["field"]) == ("notify.correction-of-another-type", "type")
    again = desk.drafted(corrects=draft["id"])
    assert again["code"] == "notify.document-not-in-force"
