"""PDF/A-2b of an official document, set by typst: `official.typ` is all of its language there is."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typst

from services.notify.adapters import qr
from services.notify.adapters.charts import Charts
from services.notify.adapters.fonts import FontSet
from services.notify.domain import layout
from services.notify.domain.blocks import Block, Chart, Document, Face
from services.notify.domain.composing import plain
from services.notify.domain.documents import chinese_date

TEMPLATE = Path(__file__).parent / "official.typ"
_MEASURES = {
    "character": layout.CHARACTER_PT,
    "pitch": layout.PITCH_PT,
    "title": layout.TITLE_PT,
    "title-pitch": layout.TITLE_PITCH_PT,
    "small": layout.SMALL_PT,
    "form": layout.FORM_PT,
    "form-pitch": layout.FORM_PITCH_PT,
    "top": layout.TOP_MM,
    "left": layout.LEFT_MM,
    "right": layout.RIGHT_MM,
    "bottom": layout.BOTTOM_MM,
    "area-width": layout.AREA_WIDTH_MM,
    "mark-below": layout.MARK_BELOW_AREA_TOP_MM,
    "letter-mark-top": layout.LETTER_MARK_TOP_MM,
    "line-below": layout.LINE_BELOW_MM,
    "letter-line": layout.LETTER_LINE_MM,
    "letter-line-bottom": layout.LETTER_LINE_BOTTOM_MM,
    "page-number-below": layout.PAGE_NUMBER_BELOW_MM,
    "thick": layout.THICK_MM,
    "thin": layout.THIN_MM,
    "document-mark": layout.DOCUMENT_MARK_PT,
    "letter-mark": layout.LETTER_MARK_PT,
    "red": layout.RED,
    "signature-gap": layout.SIGNATURE_GAP_LINES,
    "date-indent": layout.DATE_INDENT,
    "qr": layout.QR_MM,
    "qr-top": layout.QR_TOP_MM,
    "qr-gap": layout.QR_GAP_MM,
    "qr-text": layout.QR_TEXT_PT,
}
_WORDS = {
    "attachments": layout.ATTACHMENTS,
    "signer": layout.SIGNER,
    "copies": layout.COPIES,
    "printed": layout.PRINTED,
    "unit": layout.UNIT,
}


@dataclass(frozen=True)
class Pdf:
    """pages_after: the last page, of the 版记, is so many after that on which the text ends: 0, 1, or 2 with a blank
    page between. The DOCX is given the same breaks."""

    content: bytes
    pages_after: int


class PdfWriter:
    """Keeps its compiler, so that fonts and template are read once. One thread at a time."""

    def __init__(self, fonts: FontSet, charts: Charts) -> None:
        self._fonts, self._charts = fonts, charts
        self._compiler = typst.Compiler(
            str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts.fonts, ignore_system_fonts=True
        )

    def write(self, document: Document) -> Pdf:
        """The same bytes for the same document: ids and times come from it. Raises GlyphMissing."""
        self._fonts.require(document)
        content = self._compiler.compile(
            format="pdf",
            sys_inputs={"document": json.dumps(self._values(document), ensure_ascii=False)},
            pdf_standards="a-2b",
            timestamp=datetime(document.dated_on.year, document.dated_on.month, document.dated_on.day, tzinfo=UTC),
        )
        if not isinstance(content, bytes):
            raise TypeError("typst gave no single file")
        return Pdf(content, int(self._compiler.query("<pages-after>", field="value", one=True)))

    def _values(self, document: Document) -> dict[str, object]:
        values = plain(document)
        del values["values"]
        return {
            **values,
            "body": self._blocks(document.body),
            "annexes": [{**plain(annex), "blocks": self._blocks(annex.blocks)} for annex in document.annexes],
            "fonts": {face.value: list(self._fonts.families[face]) for face in Face},
            "covers": dict(self._fonts.covers),
            "measures": _MEASURES,
            "words": _WORDS,
            "year": document.dated_on.year,
            "month": document.dated_on.month,
            "day": document.dated_on.day,
            "dated": chinese_date(document.dated_on),
            "qr": qr.svg(document.verify_url) if document.verify_url else "",
            "verify-words": layout.verify_words(document),
            "printed-by": document.printed_by,
            "printed-on": chinese_date(document.printed_on) if document.printed_on else "",
        }

    def _blocks(self, blocks: tuple[Block, ...]) -> list[dict[str, object]]:
        """A chart goes as its drawing."""
        return [
            {**plain(block), "svgs": self._charts.svgs(block)} if isinstance(block, Chart) else plain(block)
            for block in blocks
        ]
