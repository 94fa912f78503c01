"""Printed documents, as a reader of each format finds them: text, fonts, layout, and the same bytes again."""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document as DocxDocument
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from services.notify.adapters.charts import Charts
from services.notify.adapters.document_press import DocumentPress
from services.notify.adapters.docx_writer import DocxWriter
from services.notify.adapters.fonts import FREE, FontSet, folders
from services.notify.adapters.registers import read_document_types
from services.notify.domain.blocks import Document, texts
from services.notify.domain.composing import compose
from services.notify.domain.errors import CharacterRefused, FontsMissing, GlyphMissing
from services.notify.domain.layout import CHARACTER_PT, LINES, MM, PITCH_PT
from tests.unit.services.notify.paper_facts import document, facts, header, official_fonts, press, version

TYPES = list(read_document_types())
# Signs that mean something to typst, Word's XML, field codes, templates, spreadsheets or a shell, and Chinese between.
BODY = CHARACTER_PT
SIGNS = "田卫耕地甲乙#$*_@<>\\/`~[](){}\"'&;%^|=+-.,:!?0aZ“”‘’（）《》、。—…〇〔〕"

# What may stand in a Chinese document, with controls, private use and emoji between: scripts that join their letters
# (Thai, Arabic) are printed too, but no reader of a PDF gets them back sign by sign.
WRITTEN = st.one_of(
    *(
        st.characters(min_codepoint=first, max_codepoint=last)
        for first, last in (
            (0x0, 0x24F),
            (0x2000, 0x2E7F),
            (0x3000, 0x3130),
            (0x3400, 0x9FFF),
            (0xE000, 0xFAFF),
            (0xFE00, 0xFFFF),
            (0x1F300, 0x1F6FF),
            (0x20000, 0x323AF),
        )
    )
)


@pytest.fixture
def free_fonts() -> Path:
    """Those of `make fonts`; without them the test does not run."""
    return official_fonts()


@cache
def charts() -> Charts:
    return Charts(FontSet(folders()))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def pdf_of(made: Document) -> PdfReader:
    return PdfReader(io.BytesIO(press().print(made).pdf.content))


def docx_of(made: Document) -> DocxDocument:
    return docx.Document(io.BytesIO(DocxWriter(charts()).write(made)))


def pdf_text(made: Document) -> str:
    return squeezed("".join(page.extract_text() for page in pdf_of(made).pages))


def docx_text(made: Document) -> str:
    opened = docx_of(made)
    elements = [opened.element, opened.sections[0].first_page_header._element]
    return squeezed("".join(node.text or "" for element in elements for node in element.iter(qn("w:t"))))


def fonts(reader: PdfReader) -> Iterator[tuple[str, Any]]:
    """(name without its subset, descriptor) of each font on each page."""
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[attr-defined]
            kind = font.get_object()["/DescendantFonts"][0].get_object()
            yield str(kind["/BaseFont"]).partition("+")[2], kind["/FontDescriptor"].get_object()


@pytest.mark.parametrize("document_type", TYPES)
def test_pdf_of_every_type_says_all_its_words_in_embedded_fonts(document_type: str) -> None:
    made = document(document_type)
    reader = pdf_of(made)
    printed = squeezed("".join(page.extract_text() for page in reader.pages))
    for text, _ in texts(made):
        assert squeezed(text) in printed
    for page in reader.pages:
        assert (round(page.mediabox.width / MM), round(page.mediabox.height / MM)) == (210, 297)
    for name, descriptor in fonts(reader):
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), name
        assert name.startswith(("Fandol", "NotoSerifSC", "NotoSansSC", "HanaMin")), name


@pytest.mark.parametrize("document_type", TYPES)
def test_docx_of_every_type_says_all_its_words_in_official_fonts(document_type: str) -> None:
    made = document(document_type)
    printed = docx_text(made)
    for text, _ in texts(made):
        assert squeezed(text) in printed
    opened = docx_of(made)
    for run in opened.element.iter(qn("w:r")):
        font = run.find(qn("w:rPr")).find(qn("w:rFonts")).get(qn("w:eastAsia"))
        assert font in {"仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"}


@pytest.mark.parametrize("document_type", TYPES)
def test_same_facts_and_template_are_the_same_bytes(document_type: str) -> None:
    first = press().print(document(document_type))
    again = DocumentPress(free_fonts=FREE).print(document(document_type))
    assert (again.pdf.sha256, again.docx.sha256, again.digest) == (first.pdf.sha256, first.docx.sha256, first.digest)


def test_other_facts_are_other_bytes() -> None:
    first, other = press().print(document("stop_order")), press().print(document("stop_order", party="乙"))
    assert first.digest != other.digest
    assert first.pdf.sha256 != other.pdf.sha256
    assert first.docx.sha256 != other.docx.sha256


def test_time_in_the_files_is_the_day_of_the_document() -> None:
    printed = press().print(document("stop_order"))
    with zipfile.ZipFile(io.BytesIO(printed.docx.content)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2026, 7, 6, 0, 0, 0)}
    properties = docx.Document(io.BytesIO(printed.docx.content)).core_properties
    assert properties.created is not None
    assert (properties.created.date().isoformat(), properties.title) == ("2026-07-06", "责令停止违法行为通知书")
    metadata = PdfReader(io.BytesIO(printed.pdf.content)).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date().isoformat() == "2026-07-06"


def test_pdf_says_that_it_is_for_the_archive() -> None:
    metadata = pdf_of(document("bulletin")).trailer["/Root"]["/Metadata"].get_data().decode()  # type: ignore[index]
    assert re.search(r"pdfaid:part>2<", metadata)
    assert re.search(r"pdfaid:conformance>B<", metadata)


@pytest.mark.usefixtures("free_fonts")
def test_each_part_is_in_its_typeface() -> None:
    names = " ".join(name for name, _ in fonts(pdf_of(document("report_to_party"))))
    for face in ("FandolFang-Regular", "FandolHei-Regular", "FandolKai-Regular", "FandolSong-Regular"):
        assert face in names


def assert_said_twice(words: str, text: str) -> None:
    """As the party, and among officers, where what would end the sentence is left out."""
    assert squeezed(words) in text
    assert text.count(squeezed(words.rstrip("。；;") or words)) >= 2


@given(st.text(SIGNS, min_size=1, max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_pdf_prints_what_users_wrote(words: str) -> None:
    made = document("stop_order", party=words, officers=[words])
    assert_said_twice(words, pdf_text(made))


@given(st.text(WRITTEN, min_size=1, max_size=12).filter(str.strip))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_printed_or_refused_by_name(words: str) -> None:
    printed, refused = "", None
    try:
        printed = pdf_text(document("stop_order", party=words))
    except (CharacterRefused, GlyphMissing) as error:
        refused = error.field
    assert refused == "party" or squeezed(words) in printed


@given(st.text(SIGNS, min_size=1, max_size=60))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_docx_holds_what_users_wrote(words: str) -> None:
    made = document("stop_order", party=words, officers=[words])
    assert_said_twice(words, docx_text(made))


def test_names_of_sixty_characters_stay_inside_the_page() -> None:
    name = ("宁夏回族自治区中卫市中宁县恩和镇" * 4)[:60]
    long = document("crime_transfer", party=name, case_title=name)
    made = compose(version("crime_transfer"), header(issuer=name, to=(name,)), facts(version("crime_transfer")))
    for page in (*pdf_of(long).pages, *pdf_of(made).pages):
        for x, wide, _ in drawn(page):
            assert x > 26.9 * MM
            assert x + wide <= (210 - 26 + 1) * MM


@pytest.mark.parametrize("name", ["㛃", "䶮", "喆", "㎡"])
def test_rare_character_is_printed(name: str) -> None:
    made = document("stop_order", party=f"王{name}")
    assert f"王{name}" in pdf_text(made)
    assert f"王{name}" in docx_text(made)
    run = next(run for run in docx_of(made).element.iter(qn("w:r")) if name in "".join(run.itertext()))
    assert run.find(qn("w:rPr")).find(qn("w:rFonts")).get(qn("w:eastAsia")) == "宋体"


@pytest.mark.parametrize("words", ["ćċc", "ḱk", "éèe"])
def test_letter_with_an_accent_leaves_the_plain_letter_alone(words: str) -> None:
    try:
        printed = pdf_text(document("stop_order", party=words))
    except GlyphMissing:
        return
    assert words in printed


@pytest.mark.usefixtures("free_fonts")
def test_compatibility_ideograph_is_not_drawn_as_another_character() -> None:
    made = document("stop_order", party="王\uf900\uf9dc", place="豈隆")
    assert "王\uf900\uf9dc" in pdf_text(made)
    assert "豈隆" in pdf_text(made)


@pytest.mark.usefixtures("free_fonts")
@pytest.mark.parametrize("name", ["𠮷", "𡋾"])
def test_character_beyond_the_basic_plane_is_printed(name: str) -> None:
    made = document("stop_order", party=f"王{name}")
    assert f"王{name}" in pdf_text(made)
    assert any(font.startswith("HanaMin") for font, _ in fonts(pdf_of(made)))
    run = next(run for run in docx_of(made).element.iter(qn("w:r")) if name in "".join(run.itertext()))
    assert run.find(qn("w:rPr")).find(qn("w:rFonts")).get(qn("w:eastAsia")) == "SimSun-ExtB"


@pytest.mark.parametrize(("field", "sign"), [("party", "𠮷"), ("place", "🌾"), ("officers", "\ue000")])
def test_character_without_a_glyph_is_named_with_its_field(field: str, sign: str) -> None:
    value: Any = [f"甲{sign}"] if field == "officers" else f"甲{sign}"
    with pytest.raises(GlyphMissing) as refused:
        DocumentPress(free_fonts=None).print(document("stop_order", **{field: value}))
    assert refused.value.field == field
    assert refused.value.facts == {"character": sign, "code_point": f"U+{ord(sign):04X}"}


def test_character_of_the_header_without_a_glyph_is_named() -> None:
    kind = version("stop_order")
    with pytest.raises(GlyphMissing) as refused:
        press().print(compose(kind, header(issuer="🌾局"), facts(kind)))
    assert refused.value.field == "issuer"


def test_no_font_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing):
        FontSet([tmp_path])


def test_without_fetched_fonts_the_press_says_what_it_sets_in_another_face(caplog: pytest.LogCaptureFixture) -> None:
    printed = DocumentPress(free_fonts=None).print(document("supervise_letter"))
    assert printed.pdf.content.startswith(b"%PDF")
    assert "fang in Noto Serif SC, kai in Noto Serif SC" in caplog.text
    assert "make fonts" in caplog.text


def test_fetched_fonts_set_every_face_in_its_own(free_fonts: Path) -> None:
    assert not FontSet(folders(free=free_fonts)).substituted


def test_fonts_of_the_office_come_before_the_free_ones(tmp_path: Path, free_fonts: Path) -> None:
    """The office's folder is a folder like any other: what the register names first is taken first."""
    (tmp_path / "own.otf").write_bytes((free_fonts / "FandolFang-Regular.otf").read_bytes())
    assert folders(tmp_path, free_fonts)[0] == tmp_path
    with_own = FontSet(folders(tmp_path, free=None))
    assert next(iter(with_own.families.values()))[0] == "FandolFang R"


def placed(page: Any) -> list[tuple[float, float, str]]:
    """(x, y, text) of each line of text, in points from the lower left."""
    found: list[tuple[float, float, str]] = []

    def visit(text: str, current: list[float], matrix: list[float], *_: Any) -> None:
        if text.strip():
            x, y = matrix[4], matrix[5]
            found.append((x * current[0] + current[4], y * current[3] + current[5], text.strip()))

    page.extract_text(visitor_text=visit)
    return found


def drawn(page: Any) -> list[tuple[float, float, float]]:
    """(x, width, size) of each string of marks and titles as it is drawn, in points: all full-width characters."""
    found: list[tuple[float, float, float]] = []
    size = 0.0

    def visit(operator: bytes, operands: Any, current: list[float], matrix: list[float]) -> None:
        nonlocal size
        if operator == b"Tf":
            size = float(operands[1])
        elif operator == b"TJ":
            signs = sum(len(part) // 2 for part in operands[0] if isinstance(part, bytes))
            found.append((current[4] + matrix[4] * current[0], signs * size * current[0], size))

    page.extract_text(visitor_operand_before=visit)
    return [string for string in found if string[2] not in (BODY, 14.0, 12.0)]


def test_page_has_22_lines_of_28_characters() -> None:
    page = pdf_of(document("crime_transfer", facts="田" * 28 * 60)).pages[1]
    lines = [(x, y, text) for x, y, text in placed(page) if set(text) == {"田"}]
    by_height = sorted({round(y, 1) for _, y, _ in lines}, reverse=True)
    assert len(by_height) == LINES
    steps = [upper - lower for upper, lower in pairwise(by_height)]
    assert all(abs(step - PITCH_PT) < 0.11 for step in steps)
    assert sum(len(text) for _, _, text in lines) == 28 * LINES
    assert min(x for x, _, _ in lines) / MM == pytest.approx(28, abs=0.5)
    assert 297 - by_height[0] / MM == pytest.approx(37 + 0.86 * CHARACTER_PT / MM, abs=1)


def test_page_numbers_are_outside_and_a_letter_has_none_on_its_first_page() -> None:
    first, second, third = pdf_of(document("clue_transfer_letter", facts="田" * 28 * 12)).pages[:3]
    assert "—" not in first.extract_text()
    (even,), (odd,) = ([x for x, _, text in placed(page) if text.startswith("—")][:1] for page in (second, third))
    assert even / MM == pytest.approx(28 + CHARACTER_PT / MM, abs=1)
    assert odd / MM > 150
    height = next(y for _, y, text in placed(second) if text.startswith("—"))
    assert height / MM == pytest.approx(35 - 7 - 0.86 * 14 / MM, abs=1)


@pytest.mark.parametrize("demands", [["甲"], ["甲" * 300], ["甲" * 300, "乙" * 300]])
def test_end_block_is_at_the_foot_of_an_even_page(demands: list[str]) -> None:
    pages = pdf_of(document("bulletin", demands=demands)).pages
    assert len(pages) % 2 == 0
    height = next(y for _, y, text in placed(pages[-1]) if "印发" in text)
    assert 35 < height / MM < 40


def test_blank_page_before_the_end_block_has_no_number_nor_has_the_end_block() -> None:
    """A text that fills its even page to the foot: the 版记 goes to the next even page."""
    whole = [pdf_of(document("report_to_party", proposals=["甲"] * lines)).pages for lines in range(9, 13)]
    (pages, *_) = (pages for pages in whole if len(pages) == 4)
    assert [("—" in page.extract_text(), "印发" in page.extract_text()) for page in pages] == [
        (True, False),
        (True, False),
        (False, False),
        (False, True),
    ]


@pytest.mark.parametrize("lines", range(1, 12))
def test_signature_and_note_never_stand_alone_on_a_page(lines: int) -> None:
    pages = [page.extract_text() for page in pdf_of(document("extension_reply", reason="甲\n" * lines)).pages]
    (signed,) = (at for at, text in enumerate(pages) if "2026年7月6日" in text)
    assert "联系人" in pages[signed]
    assert "2. 恢复耕作层" in pages[signed]


def test_docx_has_the_margins_lines_and_pages_of_the_standard() -> None:
    opened = docx_of(document("copy_notice"))
    section = opened.sections[0]
    lengths = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(length.mm) for length in lengths if length is not None] == [37, 28, 26, 35]
    assert section.different_first_page_header_footer
    assert opened.settings.odd_and_even_pages_header_footer
    body = next(paragraph for paragraph in opened.paragraphs if paragraph.text.startswith("依据"))
    assert body.paragraph_format.line_spacing_rule == WD_LINE_SPACING.EXACTLY
    assert body.paragraph_format.line_spacing is not None
    assert body.paragraph_format.line_spacing / 12700 == PITCH_PT
    assert 'w:firstLineChars="200"' in body._p.xml


def test_docx_end_block_begins_the_page_that_the_pdf_has_it_on() -> None:
    made = document("bulletin")
    written = (DocxWriter(charts()).write(made, breaks) for breaks in (0, 1, 2))
    counted = [
        sum("pageBreakBefore" in paragraph._p.xml for paragraph in docx.Document(io.BytesIO(content)).paragraphs)
        for content in written
    ]
    assert [count - counted[0] for count in counted] == [0, 1, 2]
