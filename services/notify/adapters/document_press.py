"""Prints an official document: PDF and DOCX with one layout, and the digests by which both are known."""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path

from services.notify.adapters.charts import Charts
from services.notify.adapters.docx_writer import DocxWriter
from services.notify.adapters.fonts import FREE, FontSet, folders
from services.notify.adapters.pdf_writer import PdfWriter
from services.notify.domain.blocks import Document
from services.notify.domain.composing import facts_digest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PrintedFile:
    content: bytes
    sha256: str


@dataclass(frozen=True)
class Printed:
    """template: what wrote it. digest: of everything the document says, whatever the file format."""

    template: str
    digest: str
    pdf: PrintedFile
    docx: PrintedFile


class DocumentPress:
    """office_fonts: the office's own licensed fonts, which come first; free_fonts: what `make fonts` fetched.

    Raises FontsMissing when made without any Chinese font.
    """

    def __init__(self, office_fonts: Path | None = None, free_fonts: Path | None = FREE) -> None:
        fonts = FontSet(folders(office_fonts, free_fonts))
        if fonts.substituted:
            told = ", ".join(f"{face} in {family}" for face, family in fonts.substituted.items())
            log.warning("documents are set with other fonts (%s): run make fonts or set TIANWEI_FONT_DIR", told)
        charts = Charts(fonts)
        self._pdf = PdfWriter(fonts, charts)
        self._docx = DocxWriter(charts)

    def print(self, document: Document) -> Printed:
        """The same bytes for the same document. Raises GlyphMissing, naming the field and the character."""
        pdf = self._pdf.write(document)
        docx = self._docx.write(document, pdf.pages_after)
        return Printed(document.template, facts_digest(document), _file(pdf.content), _file(docx))


def _file(content: bytes) -> PrintedFile:
    return PrintedFile(content, hashlib.sha256(content).hexdigest())
