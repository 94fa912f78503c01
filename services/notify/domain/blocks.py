"""An official document as blocks: what both writers (DOCX, PDF) set, and nothing about how a file format does it.

The measures of the layout are `domain/layout.py` (GB/T 9704-2012). All text is plain: no sign in it is ever markup.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Layout(StrEnum):
    """How the first page looks (domain.md 5.4)."""

    DOCUMENT = "document"  # 文件格式: mark with 文件, number, one red line, 版记 with lines
    LETTER = "letter"  # 信函格式: two red double lines, number at the right, no page number on page 1
    MINUTES = "minutes"  # 纪要格式: red mark XX纪要, no seal
    PROCEDURE = "procedure"  # 执法文书: the ministry's own forms, black, issuer and title centred
    FORM = "form"  # 审批表, 单: internal, a ruled table under its title


class Face(StrEnum):
    """Which typeface; which font that is stands in register/fonts.toml."""

    FANG = "fang"  # 仿宋: the body
    HEI = "hei"  # 黑体: headings of the first level
    KAI = "kai"  # 楷体: headings of the second level, name of the signer
    TITLE = "title"  # 小标宋: title and mark
    SONG = "song"  # 宋体: page numbers


class Align(StrEnum):
    JUSTIFY = "justify"
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True)
class Run:
    text: str
    face: Face = Face.FANG


@dataclass(frozen=True)
class Paragraph:
    """indent: the first line by two characters. gap: one blank line before it."""

    runs: tuple[Run, ...]
    indent: bool = True
    align: Align = Align.JUSTIFY
    gap: bool = False

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Column:
    """share: of the width, relative to the other columns."""

    title: str
    share: int = 1
    align: Align = Align.LEFT


@dataclass(frozen=True)
class Table:
    """A ruled table whose head is said again on every page. rows: one text a column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Cell:
    """label: the name of a field. height: lines the cell is at least high, room for handwriting."""

    text: str
    span: int = 1
    label: bool = False
    height: int = 1


@dataclass(frozen=True)
class Form:
    """A ruled form: the spans of each row's cells make `columns`. shares: widths of the columns."""

    shares: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Series:
    """One bar a label."""

    title: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """Bars beside each other for every label, from the top; drawn as a picture under its caption."""

    caption: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]


Block = Paragraph | Table | Form | Chart


@dataclass(frozen=True)
class Annex:
    """Begins a new page: 附件 (label 附件1, in 黑体 at the top left) or the receipt slip 回执 (without a label)."""

    label: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """One document, complete. template: what wrote it, like clue_transfer_letter/1.

    number: 发文字号, empty for what has none (internal forms). signer: 签发人, only upward documents show it.
    dated_on: 成文日期; printed_on: 印发日期, for the 版记 of the document layout. values: each field's words by its
    name, so that what is wrong with a character can be said of its field. verify_url: where whoever holds a copy
    can verify it, printed as a QR code; empty for a draft.
    """

    template: str
    layout: Layout
    issuer: str
    mark: str
    number: str
    title: str
    to: str
    body: tuple[Block, ...]
    dated_on: date
    signed: bool = True
    signer: str = ""
    secrecy: str = ""
    urgency: str = ""
    attachments: tuple[str, ...] = ()
    note: str = ""
    annexes: tuple[Annex, ...] = ()
    copies: str = ""
    printed_by: str = ""
    printed_on: date | None = None
    verify_url: str = ""
    values: tuple[tuple[str, str], ...] = ()


def texts(document: Document) -> Iterator[tuple[str, Face]]:
    """Every piece of text that a writer sets, with its face; what the layout adds of its own is layout.FIXED."""
    yield document.mark, Face.TITLE
    yield document.title, Face.TITLE
    yield document.signer, Face.KAI
    for label in (document.secrecy, document.urgency):
        yield label, Face.HEI
    for text in (document.issuer, document.number, document.to, document.note, document.copies, document.printed_by):
        yield text, Face.FANG
    for name in document.attachments:
        yield name, Face.FANG
    yield from _texts(document.body)
    for annex in document.annexes:
        yield annex.label, Face.HEI
        yield annex.title, Face.TITLE
        yield from _texts(annex.blocks)


def _texts(blocks: tuple[Block, ...]) -> Iterator[tuple[str, Face]]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from ((run.text, run.face) for run in block.runs)
        elif isinstance(block, Table):
            yield from ((column.title, Face.HEI) for column in block.columns)
            yield from ((text, Face.FANG) for row in block.rows for text in row)
        elif isinstance(block, Chart):
            yield block.caption, Face.FANG
            yield from ((text, Face.HEI) for text in (*block.labels, *(one.title for one in block.series)))
        else:
            yield from ((cell.text, Face.FANG) for row in block.rows for cell in row)
