"""What WordprocessingML has and python-docx has no word for: borders, fields, tables, packages without times."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from docx.document import Document as DocxDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from services.notify.domain import layout
from services.notify.domain.blocks import Document

# Order of the children of w:pPr and w:rPr that we set ourselves (ECMA-376 17.3.1.26, 17.3.2.28): a reader may refuse
# another one.
_AFTER = {
    "w:pBdr": ("w:shd", "w:tabs"),
    "w:shd": ("w:tabs",),
    "w:tblCellMar": ("w:tblLook",),
    "w:spacing": ("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:vertAlign", "w:lang"),
    "w:w": ("w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:vertAlign", "w:lang"),
}
_AFTER |= {
    "w:framePr": ("w:widowControl", "w:numPr", "w:suppressLineNumbers", "w:pBdr", "w:shd", "w:tabs"),
    "w:autoSpaceDE": ("w:spacing", "w:ind", "w:jc", "w:rPr"),
    "w:autoSpaceDN": ("w:spacing", "w:ind", "w:jc", "w:rPr"),
}
_REST_OF_PARAGRAPH = ("w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr", "w:sectPr")


def element(parent: Any, tag: str, **attributes: str) -> Any:
    """A new child in its place, with its w: attributes."""
    child = OxmlElement(tag)
    for name, value in attributes.items():
        child.set(qn(f"w:{name}"), value)
    after = {qn(name) for name in _AFTER.get(tag, ())}
    if tag in ("w:framePr", "w:pBdr", "w:shd"):
        after |= {qn(name) for name in _REST_OF_PARAGRAPH}
    before = next((old for old in parent if old.tag in after), None)
    if before is None:
        parent.append(child)
    else:
        before.addprevious(child)
    return child


def border(paragraph: Any, sides: Mapping[str, tuple[str, int, int, str]]) -> None:
    """Lines at a paragraph: side -> (kind, width in eighths of a point, space in points, colour)."""
    lines = element(paragraph._p.get_or_add_pPr(), "w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        if side in sides:
            kind, size, space, colour = sides[side]
            element(lines, f"w:{side}", val=kind, sz=str(size), space=str(min(space, 31)), color=colour)


def page_field(run: Any) -> None:
    """The number of the page, computed by the reader."""
    for kind in ("begin", "separate", "end"):
        if kind == "separate":
            code = element(run, "w:instrText")
            code.text = "PAGE"
        element(run, "w:fldChar", fldCharType=kind)


def set_table(table: Any, shares: Sequence[int]) -> None:
    """Ruled, as wide as the type area, columns by their shares."""
    table.style = "Table Grid"
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER  # else its border stands out of the type area at the left
    margins = element(table._tbl.tblPr, "w:tblCellMar")
    for side in ("left", "right"):
        element(margins, f"w:{side}", w="60", type="dxa")
    whole = layout.AREA_WIDTH_MM * layout.MM
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Pt(whole * share / sum(shares))


def set_cell(cell: Any) -> None:
    cell.vertical_alignment = 1  # centre


def no_automatic_space(properties: Any) -> None:
    """No space between Chinese and Latin letters or digits: 28 characters stay 28 characters."""
    for tag in ("w:autoSpaceDE", "w:autoSpaceDN"):
        element(properties, tag, val="0")


def at_foot(paragraph: Any) -> None:
    """Puts the paragraph into a frame as wide as the type area, at its lower edge."""
    element(
        paragraph._p.get_or_add_pPr(),
        "w:framePr",
        w=str(round(layout.AREA_WIDTH_MM * layout.MM * 20)),
        wrap="notBeside",
        vAnchor="margin",
        hAnchor="margin",
        xAlign="left",
        yAlign="bottom",
    )


def at_place(paragraph: Any, left_mm: float, top_mm: float, width_mm: float) -> None:
    """A frame at a place of the page on which the next paragraph stands."""
    twips = {name: str(round(mm * 1440 / 25.4)) for name, mm in (("x", left_mm), ("y", top_mm), ("w", width_mm))}
    element(paragraph._p.get_or_add_pPr(), "w:framePr", **twips, wrap="around", vAnchor="page", hAnchor="page")


def fixed(document: DocxDocument, of: Document) -> bytes:
    """The package with the document's own day as its only time."""
    day = datetime(of.dated_on.year, of.dated_on.month, of.dated_on.day, tzinfo=UTC)
    properties = document.core_properties
    properties.title, properties.author, properties.language = of.title[:255], of.issuer[:255], "zh-CN"
    properties.last_modified_by, properties.comments, properties.subject = "", of.template, of.number[:255]
    properties.created = properties.modified = day
    properties.revision = 1
    made, bare = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(bare, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (max(day.year, 1980), day.month, day.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            target.writestr(entry, source.read(name))
    return bare.getvalue()
