"""Prints an official document: PDF and DOCX with one layout, and the digests by which both are known."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from services.notify.adapters.docx_writer import DocxWriter
from services.notify.adapters.fonts import FREE, FontSet, folders
from services.notify.adapters.pdf_writer import PdfWriter
from services.notify.domain.blocks import Document
from services.notify.domain.composing import facts_digest


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
        self._pdf = PdfWriter(FontSet(folders(office_fonts, free_fonts)))
        self._docx = DocxWriter()

    def print(self, document: Document) -> Printed:
        """The same bytes for the same document. Raises GlyphMissing, naming the field and the character."""
        pdf = self._pdf.write(document)
        docx = self._docx.write(document, pdf.pages_after)
        return Printed(document.template, facts_digest(document), _file(pdf.content), _file(docx))


def _file(content: bytes) -> PrintedFile:
    return PrintedFile(content, hashlib.sha256(content).hexdigest())
