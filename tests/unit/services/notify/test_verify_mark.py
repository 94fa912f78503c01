"""The QR code on a document: where it stands, that both formats have the same, and that a draft has none."""

import io

import docx
import pytest
import segno
from docx.oxml.ns import qn
from PIL import Image
from pypdf import PdfReader

from services.notify.adapters import qr
from services.notify.domain import layout
from services.notify.domain.blocks import Document
from services.notify.domain.composing import compose
from services.notify.domain.layout import MM
from tests.unit.services.notify.paper_facts import document, facts, header, press, version
from tests.unit.services.notify.test_printing import placed

URL = "https://tianwei.zhongning.gov.cn/verify/ABCDEFGH12345678"
MARK = ("扫码核验", "ABCD-EFGH-1234-5678")
WORDS = "".join(MARK)
LAYOUTS = ["supervise_letter", "bulletin", "filing_approval", "stop_order", "talk_minutes"]


def marked(document_type: str) -> Document:
    kind = version(document_type)
    return compose(kind, header(verify_url=URL), facts(kind))


@pytest.mark.parametrize("document_type", LAYOUTS)
def test_it_stands_in_the_lower_margin_of_the_first_page_alone(document_type: str) -> None:
    reader = PdfReader(io.BytesIO(press().print(marked(document_type)).pdf.content))
    found = [
        (number, x / MM, y / MM)
        for number, page in enumerate(reader.pages)
        for x, y, text in placed(page)
        if "扫码核验" in text
    ]
    ((page, x, y),) = found
    assert page == 0
    assert x > layout.LEFT_MM + layout.QR_MM
    # Under the type area, above a letter's lower line.
    assert layout.LETTER_LINE_BOTTOM_MM < y < layout.BOTTOM_MM
    assert WORDS in reader.pages[0].extract_text().replace("\u3000", "").replace(" ", "")


@pytest.mark.parametrize("document_type", LAYOUTS)
def test_it_moves_nothing_else(document_type: str) -> None:
    """The same lines at the same places as without it."""

    def lines(made: Document) -> list[list[tuple[float, float, str]]]:
        reader = PdfReader(io.BytesIO(press().print(made).pdf.content))
        return [[one for one in placed(page) if one[2] not in MARK] for page in reader.pages]

    kind = version(document_type)
    assert lines(marked(document_type)) == lines(compose(kind, header(), facts(kind)))


def test_docx_has_the_same_symbol_in_its_own_frame() -> None:
    opened = docx.Document(io.BytesIO(press().print(marked("supervise_letter")).docx.content))
    first = opened.paragraphs[0]
    frame = next(iter(first._p.iter(qn("w:framePr"))))
    assert (frame.get(qn("w:vAnchor")), frame.get(qn("w:hAnchor"))) == ("page", "page")
    assert round(int(frame.get(qn("w:y"))) / 1440 * 25.4, 1) == layout.QR_TOP_MM
    assert first.text.replace("\u3000", "").strip() == WORDS
    (picture,) = [part for part in opened.part.related_parts.values() if part.content_type == "image/png"]
    assert picture.blob == qr.png(URL)


def test_its_dots_are_the_symbol_of_the_address() -> None:
    matrix = [list(row) for row in segno.make_qr(URL, error="m", boost_error=False).matrix]
    image = Image.open(io.BytesIO(qr.png(URL))).convert("1")
    dots = image.width // len(matrix)
    seen = [
        [int(image.getpixel((dots * x + dots // 2, dots * y + dots // 2)) == 0) for x in range(len(matrix))]
        for y in range(len(matrix))
    ]
    assert seen == matrix
    # Not smaller than a phone reads from paper: a third of a millimetre a dot.
    assert layout.QR_MM / len(matrix) > 0.3


def test_same_address_is_the_same_bytes_in_both_files() -> None:
    first, again = press().print(marked("stop_order")), press().print(marked("stop_order"))
    assert (first.pdf.sha256, first.docx.sha256) == (again.pdf.sha256, again.docx.sha256)
    assert first.digest != press().print(document("stop_order")).digest


def test_draft_has_none() -> None:
    printed = press().print(document("stop_order"))
    assert "扫码核验" not in PdfReader(io.BytesIO(printed.pdf.content)).pages[0].extract_text()
    assert not docx.Document(io.BytesIO(printed.docx.content)).inline_shapes
