"""DOCX of an official document by python-docx: names the official fonts, which every office computer has."""

import io
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import docx
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as DocxParagraph

from services.notify.adapters import qr
from services.notify.adapters.charts import Charts
from services.notify.adapters.docx_parts import (
    at_foot,
    at_place,
    border,
    element,
    fixed,
    no_automatic_space,
    page_field,
    set_cell,
    set_table,
)
from services.notify.adapters.fonts import word_names
from services.notify.domain import layout
from services.notify.domain.blocks import Align, Block, Chart, Document, Face, Form, Layout, Paragraph, Run, Table
from services.notify.domain.documents import chinese_date

_ALIGN = {
    Align.JUSTIFY: WD_ALIGN_PARAGRAPH.JUSTIFY,
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
}
# A word processor sets a character into the middle of its line: room above 3号, and around a mark.
_LEAD_PT = (layout.PITCH_PT - layout.CHARACTER_PT) / 2
_EDGE_PT = 5.0
_RED = RGBColor.from_string(layout.RED)
_HEADED = (Layout.DOCUMENT, Layout.MINUTES)


class DocxWriter:
    """Each document is built from python-docx's own empty one. charts: draws, of documents that have any."""

    def __init__(self, charts: Charts | None = None) -> None:
        self._charts = charts

    def write(self, document: Document, pages_after: int = 0) -> bytes:
        """The same bytes for the same document. pages_after: breaks before the 版记, as the PDF has them."""
        sheet = _Sheet(document, self._charts)
        sheet.head()
        sheet.body()
        sheet.end_block(pages_after)
        return fixed(sheet.docx, document)


class _Sheet:
    def __init__(self, document: Document, charts: Charts | None) -> None:
        self.document, self.charts = document, charts
        self.docx: DocxDocument = docx.Document()
        self.faces, self.rare, self.beyond = word_names()
        self._page()

    # ---- page ----

    def _page(self) -> None:
        section = self.docx.sections[0]
        section.page_width, section.page_height = Mm(layout.PAGE_WIDTH_MM), Mm(layout.PAGE_HEIGHT_MM)
        section.top_margin, section.bottom_margin = Mm(layout.TOP_MM), Mm(layout.BOTTOM_MM)
        section.left_margin, section.right_margin = Mm(layout.LEFT_MM), Mm(layout.RIGHT_MM)
        letter = self.document.layout is Layout.LETTER
        section.header_distance = Mm(layout.LETTER_MARK_TOP_MM if letter else 15)
        section.footer_distance = Mm(layout.LETTER_LINE_BOTTOM_MM)
        section.different_first_page_header_footer = letter
        self.docx.settings.odd_and_even_pages_header_footer = True
        normal = self.docx.styles["Normal"]
        normal.font.size = Pt(layout.BODY_PT)
        self._fonts(normal.element.get_or_add_rPr(), self.faces[Face.FANG])
        no_automatic_space(normal.element.get_or_add_pPr())
        for footer, align in ((section.footer, Align.RIGHT), (section.even_page_footer, Align.LEFT)):
            self._page_number(footer.paragraphs[0], align)
        if letter:
            self._letter_lines(section)

    def _page_number(self, paragraph: DocxParagraph, align: Align) -> None:
        """7 mm under the type area: the line of 4号 ends where the footer's distance and this space begin."""
        paragraph.alignment = _ALIGN[align]
        one = Pt(layout.CHARACTER_PT)
        paragraph.paragraph_format.right_indent = one if align is Align.RIGHT else None
        paragraph.paragraph_format.left_indent = one if align is Align.LEFT else None
        self._line(paragraph, layout.SMALL_PT + 1)
        room = (layout.BOTTOM_MM - layout.PAGE_NUMBER_BELOW_MM - layout.LETTER_LINE_BOTTOM_MM) * layout.MM
        paragraph.paragraph_format.space_after = Pt(room - layout.SMALL_PT - 1)
        for part in ("— ", None, " —"):
            run = paragraph.add_run(part or "")
            run.font.size = Pt(layout.SMALL_PT)
            self._fonts(run._r.get_or_add_rPr(), self.faces[Face.SONG])
            if part is None:
                page_field(run._r)

    def _letter_lines(self, section: Any) -> None:
        """First page alone: mark and red double line above, the other double line 20 mm from the foot."""
        mark = section.first_page_header.paragraphs[0]
        self._mark(mark, layout.LETTER_MARK_PT)
        mark.paragraph_format.space_after = Pt(0)
        foot = section.first_page_footer.paragraphs[0]
        for paragraph, side, kind, space in (
            (mark, "bottom", "thickThinSmallGap", layout.LINE_BELOW_MM * layout.MM - _EDGE_PT),
            (foot, "bottom", "thinThickSmallGap", 0),
        ):
            # The line is 170 mm on the page's middle: 8 mm beyond the type area at the left, 6 mm at the right.
            paragraph.paragraph_format.left_indent = Mm(-8)
            paragraph.paragraph_format.right_indent = Mm(-6)
            border(paragraph, {side: (kind, 24, round(space), layout.RED)})
        self._line(foot, 6)

    # ---- head ----

    def head(self) -> None:
        document = self.document
        if document.verify_url:
            self._verify()
        if document.layout is Layout.LETTER:
            self._letter_number()
            self._blank(2)
        elif document.layout in _HEADED:
            self._red_head()
            self._blank(2)
        elif document.layout is Layout.PROCEDURE:
            self._title(document.issuer)
        self._title(document.title)
        if document.layout is Layout.PROCEDURE:
            self._paragraph((Run(document.number),), align=Align.RIGHT)
        if document.layout is Layout.FORM:
            line = f"{layout.UNIT}{document.issuer}\t{chinese_date(document.dated_on)}"
            unit = self._paragraph((Run(line),), size=layout.FORM_PT)
            unit.paragraph_format.tab_stops.add_tab_stop(Mm(layout.AREA_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
        if document.layout is not Layout.FORM:
            self._blank()
        if document.to:
            self._paragraph((Run(f"{document.to}："),), align=Align.JUSTIFY)

    def _verify(self) -> None:
        """QR code and its words in a frame in the lower margin of the first page."""
        paragraph = self.docx.add_paragraph()
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.SINGLE, 1.0
        form.space_before = form.space_after = Pt(0)
        at_place(paragraph, layout.LEFT_MM, layout.QR_TOP_MM, layout.AREA_WIDTH_MM / 2)
        paragraph.add_run().add_picture(io.BytesIO(qr.png(self.document.verify_url)), width=Mm(layout.QR_MM))
        for run in self._runs(paragraph, Run(f" {layout.verify_words(self.document)}", Face.SONG)):
            run.font.size = Pt(layout.QR_TEXT_PT)

    def _labels(self) -> list[str]:
        return [label for label in (self.document.secrecy, self.document.urgency) if label]

    def _letter_number(self) -> None:
        labels = self._labels()
        first = self._paragraph((Run(labels[0] if labels else "", Face.HEI), Run(f"\t{self.document.number}")))
        first.paragraph_format.tab_stops.add_tab_stop(Mm(layout.AREA_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
        first.paragraph_format.space_before = Pt(layout.CHARACTER_PT * 7 / 8 - _LEAD_PT)
        for label in labels[1:]:
            self._paragraph((Run(label, Face.HEI),))

    def _red_head(self) -> None:
        labels = self._labels()
        for label in labels:
            self._paragraph((Run(label, Face.HEI),))
        mark = self.docx.add_paragraph()
        self._mark(mark, layout.DOCUMENT_MARK_PT)
        mark.paragraph_format.space_before = Pt(
            layout.MARK_BELOW_AREA_TOP_MM * layout.MM - len(labels) * layout.PITCH_PT
        )
        if not labels:  # a word processor drops space before the first line of a page, never an exact line
            mark.paragraph_format.space_before = Pt(0)
            space = self._paragraph((), height=layout.MARK_BELOW_AREA_TOP_MM * layout.MM - _EDGE_PT)
            mark._p.addprevious(space._p)
        self._blank(2)
        if self.document.signer:
            number = self._paragraph(
                (
                    Run(f"\t{self.document.number}\t{layout.SIGNER}"),
                    Run(self.document.signer, Face.KAI),
                )
            )
            # Tabs and no indent: the red line below is as wide as its paragraph.
            number.paragraph_format.tab_stops.add_tab_stop(Pt(layout.CHARACTER_PT))
            number.paragraph_format.tab_stops.add_tab_stop(
                Pt(layout.AREA_WIDTH_MM * layout.MM - layout.CHARACTER_PT), WD_TAB_ALIGNMENT.RIGHT
            )
        else:
            number = self._paragraph((Run(self.document.number),), align=Align.CENTRE)
        border(number, {"bottom": ("single", 16, round(layout.LINE_BELOW_MM * layout.MM), layout.RED)})

    def _mark(self, paragraph: DocxParagraph, most: float) -> None:
        """Red, in one line of 156 mm: a long name is set smaller and narrower, never narrower than three quarters."""
        text = self.document.mark
        wide = layout.AREA_WIDTH_MM * layout.MM / max(layout.width(text), 1)
        size = min(most, wide / 0.75)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._line(paragraph, round(size * 1.15))
        for run in self._runs(paragraph, Run(text, Face.TITLE)):
            run.font.size, run.font.color.rgb, run.font.bold = Pt(round(size)), _RED, False
            if wide < size:
                element(run._r.get_or_add_rPr(), "w:w", val=str(int(wide / size * 98)))

    def _title(self, text: str) -> None:
        most = layout.AREA_WIDTH_MM * layout.MM / layout.TITLE_PT
        side = Pt((most - layout.balanced(text, int(most))) / 2 * layout.TITLE_PT)
        paragraph = self._paragraph((Run(text, Face.TITLE),), align=Align.CENTRE, size=layout.TITLE_PT)
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
        paragraph.paragraph_format.keep_with_next = True
        self._line(paragraph, layout.TITLE_PITCH_PT)

    # ---- body ----

    def body(self) -> None:
        document = self.document
        self._blocks(document.body)
        if document.signed and document.body and isinstance(document.body[-1], Paragraph):
            # The signature never stands alone on a page.
            self.docx.paragraphs[-1].paragraph_format.keep_with_next = True
        self._attachments()
        if document.signed:
            self._signature()
        if document.note:
            self._paragraph((Run(f"（{document.note}）"),), indent=True)
        for annex in document.annexes:
            first = self._paragraph((Run(annex.label, Face.HEI),))
            first.paragraph_format.page_break_before = True
            if annex.label:
                self._blank()
            else:
                self._line(first, 1)
            self._title(annex.title)
            self._blank()
            self._blocks(annex.blocks)

    def _blocks(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            if isinstance(block, Paragraph):
                if block.gap:
                    self._blank()
                made = self._paragraph(block.runs, indent=block.indent and block.align is Align.JUSTIFY)
                made.alignment = _ALIGN[block.align]
                made.paragraph_format.keep_with_next = bool(block.runs) and all(
                    run.face is not Face.FANG for run in block.runs
                )
            elif isinstance(block, Table):
                self._table(block)
            elif isinstance(block, Chart):
                self._chart(block)
            else:
                self._form(block)

    def _table(self, table: Table) -> None:
        made = self.docx.add_table(rows=0, cols=len(table.columns))
        set_table(made, [column.share for column in table.columns])
        head = made.add_row()
        element(head._tr.get_or_add_trPr(), "w:tblHeader")
        for cell, column in zip(head.cells, table.columns, strict=True):
            self._cell(cell, column.title, Face.HEI, Align.CENTRE)
        for row in table.rows:
            for cell, text, column in zip(made.add_row().cells, row, table.columns, strict=True):
                self._cell(cell, text, Face.FANG, column.align)
        self._paragraph((), height=6)

    def _chart(self, chart: Chart) -> None:
        """As pictures, since Word takes no SVG through python-docx; its caption is their text for who cannot see."""
        if self.charts is None:
            raise LookupError("a chart, and nobody to draw it")
        for png in self.charts.pngs(chart):
            paragraph = self.docx.add_paragraph()
            form = paragraph.paragraph_format
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.SINGLE, 1.0
            form.space_before = form.space_after = Pt(0)
            form.keep_with_next = True
            run = paragraph.add_run()
            self._fonts(run._r.get_or_add_rPr(), self.faces[Face.FANG])
            picture = run.add_picture(io.BytesIO(png), width=Mm(layout.AREA_WIDTH_MM))
            picture._inline.docPr.set("descr", chart.caption)
        self._paragraph((Run(chart.caption),), align=Align.CENTRE, size=layout.FORM_PT)

    def _form(self, form: Form) -> None:
        made = self.docx.add_table(rows=0, cols=len(form.shares))
        set_table(made, form.shares)
        for cells in form.rows:
            row, at = made.add_row(), 0
            row.height = Pt(max(cell.height for cell in cells) * layout.FORM_PITCH_PT + 10)
            for cell in cells:
                merged = row.cells[at]
                if cell.span > 1:
                    merged = merged.merge(row.cells[at + cell.span - 1])
                self._cell(merged, cell.text, Face.FANG, Align.CENTRE if cell.label else Align.LEFT)
                at += cell.span
        self._paragraph((), height=6)

    def _cell(self, cell: Any, text: str, face: Face, align: Align) -> None:
        set_cell(cell)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = _ALIGN[Align.LEFT if align is Align.JUSTIFY else align]
        self._line(paragraph, layout.FORM_PITCH_PT)
        for run in self._runs(paragraph, Run(text, face)):
            run.font.size = Pt(layout.FORM_PT)

    def _attachments(self) -> None:
        names = self.document.attachments
        if names:
            self._blank(keep=True)
        for at, name in enumerate(names):
            numbered = f"{at + 1}. {name}" if len(names) > 1 else name
            made = self._paragraph((Run((layout.ATTACHMENTS if at == 0 else "") + numbered),))
            hang = 3 + (1 if len(names) > 1 else 0)
            made.paragraph_format.keep_with_next = self.document.signed
            made.paragraph_format.left_indent = Pt((2 + hang) * layout.CHARACTER_PT)
            made.paragraph_format.first_line_indent = Pt(-(hang if at == 0 else hang - 3) * layout.CHARACTER_PT)

    def _signature(self) -> None:
        self._blank(layout.SIGNATURE_GAP_LINES, keep=True)
        dated = chinese_date(self.document.dated_on)
        lines = (self.document.issuer, dated)
        for text, indent in zip(lines, layout.signature_indents(*lines), strict=True):
            made = self._paragraph((Run(text),), align=Align.RIGHT)
            made.paragraph_format.right_indent = Pt(max(indent, 0) * layout.CHARACTER_PT)
            made.paragraph_format.keep_with_next = text is not dated or bool(self.document.note)

    # ---- 版记 ----

    def end_block(self, pages_after: int) -> None:
        """At the foot of the last page: a frame that the lower margin holds."""
        document = self.document
        if not layout.has_end_block(document):
            return
        ruled = document.layout is Layout.DOCUMENT
        for _ in range(pages_after if ruled else 0):
            self._paragraph((), height=1).paragraph_format.page_break_before = True
        lines: list[str] = [f"{layout.COPIES}{document.copies}。"] if document.copies else []
        if ruled and document.printed_on:
            lines.append(f"{document.printed_by}\t{chinese_date(document.printed_on)}{layout.PRINTED}")
        thick, thin = layout.THICK_MM * layout.MM, layout.THIN_MM * layout.MM
        for at, text in enumerate(lines):
            if ruled:
                self._rule(thin if at else thick)
            made = self._paragraph((Run(text),), size=layout.SMALL_PT, height=24, align=Align.LEFT)
            copies, form = text.startswith(layout.COPIES), made.paragraph_format
            form.left_indent = Pt(layout.SMALL_PT * (4 if copies else 1))
            form.first_line_indent = Pt(-3 * layout.SMALL_PT) if copies else None
            form.right_indent = Pt(layout.SMALL_PT)
            form.tab_stops.add_tab_stop(Pt(layout.AREA_WIDTH_MM * layout.MM - layout.SMALL_PT), WD_TAB_ALIGNMENT.RIGHT)
            at_foot(made)
        if ruled:
            self._rule(thick)
        self._paragraph((), height=1)

    def _rule(self, height_pt: float) -> None:
        """A line of the 版记: a black paragraph of that height, because LibreOffice draws no borders in a frame."""
        rule = self._paragraph((), height=height_pt)
        at_foot(rule)
        element(rule._p.get_or_add_pPr(), "w:shd", val="clear", color="auto", fill="000000")

    # ---- small things ----

    def _paragraph(
        self,
        runs: Iterable[Run],
        *,
        indent: bool = False,
        align: Align = Align.JUSTIFY,
        size: float | None = None,
        height: float = layout.PITCH_PT,
    ) -> DocxParagraph:
        paragraph = self.docx.add_paragraph()
        paragraph.alignment = _ALIGN[align]
        self._line(paragraph, height)
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * layout.CHARACTER_PT)
            indents = paragraph._p.get_or_add_pPr().find(qn("w:ind"))
            if indents is not None:
                indents.set(qn("w:firstLineChars"), "200")
        for piece in runs:
            for run in self._runs(paragraph, piece):
                if size is not None:
                    run.font.size = Pt(size)
                else:
                    # 16 pt characters set 15.75 pt wide: 28 of them in the type area.
                    element(run._r.get_or_add_rPr(), "w:spacing", val="-5")
        return paragraph

    def _blank(self, lines: int = 1, *, keep: bool = False) -> None:
        for _ in range(lines):
            self._paragraph(()).paragraph_format.keep_with_next = keep or None

    @staticmethod
    def _line(paragraph: DocxParagraph, height: float) -> None:
        form = paragraph.paragraph_format
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(height)
        form.space_before = form.space_after = Pt(0)

    def _runs(self, paragraph: DocxParagraph, piece: Run) -> Iterator[Any]:
        """One run for each font: what the official fonts, which are GB 2312, have not is set in one that has it."""
        for font, signs in groupby(piece.text, lambda sign: self._font_of(sign, piece.face)):
            run = paragraph.add_run("".join(signs))
            self._fonts(run._r.get_or_add_rPr(), font)
            yield run

    def _font_of(self, sign: str, face: Face) -> str:
        if ord(sign) > 0xFFFF:
            return self.beyond
        return self.faces[face] if sign in "\t" or _in_gb2312(sign) else self.rare

    @staticmethod
    def _fonts(properties: Any, font: str) -> None:
        fonts = properties.get_or_add_rFonts()
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), font)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)


def _in_gb2312(sign: str) -> bool:
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
