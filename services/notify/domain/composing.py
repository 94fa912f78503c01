"""A document out of a type's wording and the facts: nothing is typed again, nothing that is missing is passed over."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785

from services.notify.domain import blocks
from services.notify.domain.blocks import (
    Annex,
    Block,
    Cell,
    Chart,
    Column,
    Document,
    Face,
    Form,
    Layout,
    Paragraph,
    Run,
    Series,
    Table,
)
from services.notify.domain.document_types import FACES, PLACEHOLDER, AnnexWording, Part, Version
from services.notify.domain.documents import chinese_date
from services.notify.domain.errors import DocumentFieldMissing, DocumentFieldUnknown, DocumentFieldWrong
from services.notify.domain.wording import Said, line, say
from shared.citations import cite

# With a red mark and a line of copies; procedure papers and forms have neither.
_HEADED = (Layout.DOCUMENT, Layout.LETTER, Layout.MINUTES)
DRAFT = "（草稿，未编号）"
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True)
class Header:
    """What the document is beside its facts. number: 发文字号; empty while it is a draft.

    contact: 联系人及电话, for the note. countersigned upward documents name their signer. corrects: number or title of
    what it corrects, the first document first; verify_url: for the QR code.
    """

    issuer: str
    dated_on: date
    number: str = ""
    to: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    signer: str = ""
    secrecy: str = ""
    urgency: str = ""
    contact: str = ""
    printed_by: str = ""
    printed_on: date | None = None
    corrects: tuple[str, ...] = ()
    verify_url: str = ""


def compose(version: Version, header: Header, facts: Mapping[str, Any]) -> Document:
    """Raises DocumentFieldMissing, DocumentFieldUnknown, DocumentFieldWrong or CharacterRefused: each names document
    and field. A fact that is None or absent is missing."""
    said = {**_header(version, header), **_facts(version, facts)}
    _check_charts(version, said)
    annexes = [annex for annex in version.annexes if not annex.when or annex.when in said]
    attached = [annex for annex in annexes if annex.attached]
    return Document(
        template=version.template,
        layout=version.layout,
        issuer=said["issuer"].text,
        mark=_fill(version.mark, said) if version.layout in _HEADED else "",
        number=said["number"].text if version.group else "",
        title=_fill(version.heading, said),
        to=_fill(version.to, said),
        body=(*_corrected(header), *_blocks(version.parts, said)),
        dated_on=header.dated_on,
        signed=version.signed,
        signer=line(header.signer, "signer") if version.upward else "",
        secrecy=line(header.secrecy, "secrecy"),
        urgency=line(header.urgency, "urgency"),
        attachments=tuple(_fill(annex.title, said) for annex in attached),
        note=_fill(version.note, said) if said["contact"].text or "{contact}" not in version.note else "",
        annexes=tuple(_annex(annex, attached, said) for annex in annexes),
        copies=said["copies"].text if version.layout in _HEADED else "",
        printed_by=line(header.printed_by, "printed_by"),
        printed_on=header.printed_on,
        verify_url=header.verify_url,
        values=tuple((name, text) for name, value in said.items() for text in _words(value)),
    )


def _corrected(header: Header) -> tuple[Block, ...]:
    """What it corrects, before all else: a correction of a correction names the first document and every step."""
    if not header.corrects:
        return ()
    *before, last = (line(name, "corrects") for name in header.corrects)
    history = f"（最初印发：{before[0]}；历次更正：{'、'.join([*before[1:], last])}）" if before else ""
    return (Paragraph((Run(f"本文更正并代替{last}{history}，原文自本文印发之日起停止使用。", Face.FANG),)),)


def facts_digest(document: Document) -> str:
    """SHA-256 of all that the document says and how, in canonical JSON: the same facts by the same template."""
    return hashlib.sha256(rfc8785.dumps(plain(document))).hexdigest()


def plain(value: Any) -> Any:
    """A document as JSON-safe values, for the digest and for the PDF writer."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        kind = {"kind": type(value).__name__.lower()} if isinstance(value, Block) else {}
        return {**kind, **{name: plain(getattr(value, name)) for name in value.__dataclass_fields__}}
    return value.value if isinstance(value, (blocks.Face, blocks.Align, Layout)) else value


def _header(version: Version, header: Header) -> dict[str, Said]:
    named = {
        "issuer": line(header.issuer, "issuer"),
        "number": line(header.number, "number") or DRAFT,
        "to": "，".join(line(name, "to") for name in header.to),
        "copies": "，".join(line(name, "copies") for name in header.copies),
        "dated_on": chinese_date(header.dated_on),
        "law": "、".join(cite(law, header.dated_on) for law in version.law),
        "contact": line(header.contact, "contact"),
    }
    required = {"issuer": "发文机关", **({"to": "主送机关"} if version.to_required else {})}
    if version.upward:
        required["signer"] = "签发人"
    for name, title in required.items():
        if not (named[name] if name in named else header.signer.strip()):
            raise DocumentFieldMissing(version.type, version.title, name, title)
    return {name: Said(text) for name, text in named.items()}


def _facts(version: Version, facts: Mapping[str, Any]) -> dict[str, Said]:
    if unknown := sorted(set(facts) - {field.name for field in version.fields}):
        raise DocumentFieldUnknown(version.type, version.title, unknown[0])
    said = {}
    for field in version.fields:
        value = facts.get(field.name)
        if value is None or value in ("", (), []):
            if field.required:
                raise DocumentFieldMissing(version.type, version.title, field.name, field.title)
        else:
            one = say(field, value, version.type)
            if one.text or one.rows:
                said[field.name] = one
    return said


def _check_charts(version: Version, said: Mapping[str, Said]) -> None:
    """What is drawn are numbers from 0 up. Raises DocumentFieldWrong."""
    for part in (part for annex in version.annexes for part in annex.parts if part.chart):
        drawn = [row[one.key] for row in said[part.chart].rows for one in part.series] if part.chart in said else []
        if not all(_NUMBER.fullmatch(text) for text in drawn):
            field = version.field(part.chart)
            title = field.title if field else part.chart
            raise DocumentFieldWrong(version.type, part.chart, title, "可以绘图的非负数")


def _annex(annex: AnnexWording, attached: list[AnnexWording], said: Mapping[str, Said]) -> Annex:
    label = ""
    if annex.attached:
        label = "附件" if len(attached) == 1 else f"附件{attached.index(annex) + 1}"
    return Annex(label, _fill(annex.title, said), _blocks(annex.parts, said))


def _blocks(parts: Iterable[Part], said: Mapping[str, Said]) -> tuple[Block, ...]:
    return tuple(block for part in parts if _holds(part, said) for block in _part(part, said))


def _holds(part: Part, said: Mapping[str, Said]) -> bool:
    return (not part.when or part.when in said) and (not part.unless or part.unless not in said)


def _part(part: Part, said: Mapping[str, Said]) -> Iterable[Block]:
    if part.table:
        columns = tuple(Column(column.title, column.share, column.align) for column in part.columns)
        rows = said[part.table].rows if part.table in said else ()
        yield Table(columns, tuple(tuple(row[column.key] for column in part.columns) for row in rows))
    elif part.chart:
        rows = said[part.chart].rows if part.chart in said else ()
        series = tuple(Series(one.title, tuple(float(row[one.key]) for row in rows)) for one in part.series)
        yield Chart(part.caption, tuple(row[part.label] for row in rows), series)
    elif part.form:
        yield Form(
            part.shares,
            tuple(
                tuple(Cell(_fill(cell.text, said), cell.span, cell.label, cell.height) for cell in cells)
                for cells in part.form
            ),
        )
    elif part.each:
        lines = said[part.each].lines if part.each in said else ()
        for number, item in enumerate(lines, 1):
            yield _paragraph(part, {**said, "item": Said(item), "n": Said(str(number))})
    else:
        yield _paragraph(part, said)


def _paragraph(part: Part, said: Mapping[str, Said]) -> Paragraph:
    runs = ((_fill(getattr(part, name), said), face) for name, face in FACES.items())
    return Paragraph(tuple(Run(text, face) for text, face in runs if text), part.indent, part.align, part.gap)


def _fill(wording: str, said: Mapping[str, Said]) -> str:
    """Each {field} once, by what it says; an optional field that is absent says nothing."""

    def words(name: str) -> str:
        whole, _, part = name.partition(".")
        if whole not in said:
            return ""
        return (said[whole].parts or {})[part] if part else said[whole].text

    return PLACEHOLDER.sub(lambda found: words(found[1]), wording)


def _words(said: Said) -> Iterable[str]:
    return (said.text, *(text for row in said.rows for text in row.values()))
