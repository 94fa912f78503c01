"""Types of official documents as the register has them: dated versions of fields, wording, law and approver.

Wording is data with one sign of its own, {field}; what a field says is put in once and never read again, so nothing in
a value can act. A version that asks for a field it does not declare, or leaves one unsaid, is refused when it is read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from services.notify.domain.blocks import Align, Face, Layout
from services.notify.domain.errors import DocumentTypeUnknown
from shared.citations import known

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9]+)?)\}")
# What every document knows without declaring it (composing.py fills them).
HEADER = frozenset({"issuer", "to", "copies", "dated_on", "number", "law", "contact"})
EACH = frozenset({"item", "n"})


class FieldKind(StrEnum):
    LINE = "line"  # one line
    TEXT = "text"  # paragraphs
    DATE = "date"
    INSTANT = "instant"  # said to the minute in Asia/Shanghai
    COUNT = "count"
    AREA = "area"  # square metres; {x} in both units, {x.mu}, {x.m2}
    LINES = "lines"  # several lines; inline joined by 、
    ROWS = "rows"  # rows of a table, by column


class Origin(StrEnum):
    """Who knows the fact: the first part of a field's source (known.py).

    subject: what the document is about, whatever that is. answer: a letter or a task, to those who answer it.
    """

    CASE = "case"
    CLUE = "clue"
    PATCH = "patch"
    ITEM = "item"
    ACTION = "action"
    TASK = "task"
    LISTING = "listing"
    TRANSFER = "transfer"
    LETTER = "letter"
    SUBJECT = "subject"
    ANSWER = "answer"
    PERIOD = "period"
    OFFICE = "office"
    RULE = "rule"
    HAND = "hand"


class Approver(StrEnum):
    """Who may issue (签发) a document of the type; the life of a document asks it."""

    OFFICE_DIRECTOR = "office_director"  # 领导小组办公室主任
    GROUP_HEAD = "group_head"  # 领导小组组长
    AGENCY_HEAD = "agency_head"  # 办案机关负责人


# What a field wants, in the words of a refusal.
WANTED: Mapping[FieldKind, str] = {
    FieldKind.LINE: "一行文字，不超过500字",
    FieldKind.TEXT: "文字，不超过20000字",
    FieldKind.DATE: "日期",
    FieldKind.INSTANT: "带时区的时间",
    FieldKind.COUNT: "非负整数",
    FieldKind.AREA: "非负面积（平方米）",
    FieldKind.LINES: "若干行文字",
    FieldKind.ROWS: "列名相符的若干行",
}
PARTS: Mapping[FieldKind, frozenset[str]] = {FieldKind.AREA: frozenset({"mu", "m2"})}


@dataclass(frozen=True)
class Field:
    """source: where in the facts it stands, like case.party_name. columns: keys of a row, of rows alone."""

    name: str
    title: str
    kind: FieldKind
    source: str
    required: bool = True
    columns: tuple[str, ...] = ()

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Field":
        field = cls(**{**row, "kind": FieldKind(row["kind"]), "columns": tuple(row.get("columns", ()))})
        origin, _, rest = field.source.partition(".")
        if not rest or origin not in set(Origin):
            raise ValueError(f"{field.name}: no source {field.source}")
        if (field.kind is FieldKind.ROWS) != bool(field.columns) or field.name in HEADER | EACH:
            raise ValueError(f"{field.name}: columns belong to rows alone, and a name of the header to the header")
        return field


@dataclass(frozen=True)
class ColumnWording:
    key: str
    title: str
    share: int = 1
    align: Align = Align.LEFT


@dataclass(frozen=True)
class CellWording:
    text: str
    span: int = 1
    label: bool = False
    height: int = 1


@dataclass(frozen=True)
class Part:
    """A piece of wording: a paragraph, a table of rows, a form, or a chart of rows.

    head, second: opening words in 黑体 and 楷体 before the text. when, unless: said only if the field is there, or is
    not. each: said once for every line of the field, as {item} numbered {n}. chart: the field whose rows are drawn,
    label: the column that names each, series: the columns of numbers.
    """

    text: str = ""
    head: str = ""
    second: str = ""
    when: str = ""
    unless: str = ""
    each: str = ""
    indent: bool = True
    align: Align = Align.JUSTIFY
    gap: bool = False
    table: str = ""
    columns: tuple[ColumnWording, ...] = ()
    chart: str = ""
    label: str = ""
    caption: str = ""
    series: tuple[ColumnWording, ...] = ()
    shares: tuple[int, ...] = ()
    form: tuple[tuple[CellWording, ...], ...] = ()

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Part":
        values = dict(row)
        values["align"] = Align(values.get("align", "justify"))
        for name in ("columns", "series"):
            values[name] = tuple(
                ColumnWording(**{**column, "align": Align(column.get("align", "left"))})
                for column in values.get(name, ())
            )
        values["form"] = tuple(tuple(_cell(cell) for cell in cells) for cells in values.get("form", ()))
        values["shares"] = tuple(values.get("shares", ()))
        part = cls(**values)
        if any(sum(cell.span for cell in cells) != len(part.shares) for cells in part.form):
            raise ValueError(f"a row of the form does not fill its {len(part.shares)} columns")
        return part

    def wordings(self) -> Iterator[str]:
        yield from (self.head, self.second, self.text)
        yield from (cell.text for cells in self.form for cell in cells)


def _cell(row: str | Mapping[str, Any]) -> CellWording:
    """A bare string is the name of a field."""
    return CellWording(row, label=True) if isinstance(row, str) else CellWording(**row)


@dataclass(frozen=True)
class AnnexWording:
    """An attachment with its name, or the receipt slip, which has a title and no label."""

    title: str
    parts: tuple[Part, ...]
    attached: bool = True
    when: str = ""


@dataclass(frozen=True)
class Version:
    """The wording of a type from valid_from to valid_to. law: citations, as {law} says them."""

    type: str
    title: str
    group: str
    version: int
    valid_from: date
    layout: Layout
    law: tuple[str, ...]
    approver: Approver
    heading: str
    fields: tuple[Field, ...]
    parts: tuple[Part, ...]
    mark: str = "{issuer}"
    to: str = "{to}"
    to_required: bool = True
    signed: bool = True
    restricted: bool = False
    upward: bool = False
    note: str = ""
    annexes: tuple[AnnexWording, ...] = ()
    valid_to: date | None = None

    @property
    def template(self) -> str:
        return f"{self.type}/{self.version}"

    @property
    def has_receipt(self) -> bool:
        return any(not annex.attached for annex in self.annexes)

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)


class DocumentTypes:
    """The register of document types."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._versions: dict[str, list[Version]] = {}
        for version in versions:
            self._versions.setdefault(version.type, []).append(version)
        for kept in self._versions.values():
            kept.sort(key=lambda version: version.valid_from)
            for before, after in pairwise(kept):
                if before.valid_to is None or before.valid_to >= after.valid_from or before.version >= after.version:
                    raise ValueError(f"{after.template} begins before {before.template} has ended")

    @classmethod
    def from_files(cls, files: Iterable[Mapping[str, Any]]) -> "DocumentTypes":
        """A file is {type, title, group, version = [...]}; ValueError, TypeError or KeyError for a wrong one."""
        return cls(
            read_version(file["type"], file["title"], file["group"], row) for file in files for row in file["version"]
        )

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._versions))

    def versions(self) -> Iterator[Version]:
        for kept in self._versions.values():
            yield from kept

    def titles(self) -> dict[str, str]:
        """What each type is called."""
        return {name: kept[-1].title for name, kept in self._versions.items()}

    def on(self, document_type: str, day: date) -> Version:
        """The version in force. Raises DocumentTypeUnknown, also for a day on which there is none."""
        for version in self._versions.get(document_type, ()):
            if version.valid_from <= day and (version.valid_to is None or day <= version.valid_to):
                return version
        raise DocumentTypeUnknown(document_type, day)


def read_version(document_type: str, title: str, group: str, row: Mapping[str, Any]) -> Version:
    values = dict(row)
    values["layout"] = Layout(values["layout"])
    values["approver"] = Approver(values["approver"])
    values["law"] = tuple(values["law"])
    values["fields"] = tuple(Field.from_row(field) for field in values["fields"])
    values["parts"] = tuple(Part.from_row(part) for part in values["parts"])
    values["annexes"] = tuple(
        AnnexWording(**{**annex, "parts": tuple(Part.from_row(part) for part in annex["parts"])})
        for annex in values.get("annexes", ())
    )
    version = Version(type=document_type, title=title, group=group, **values)
    _check(version)
    return version


def _check(version: Version) -> None:
    """Every field said, nothing said that is no field, every law known. Raises ValueError."""
    fields = {field.name: field for field in version.fields}
    if len(fields) != len(version.fields):
        raise ValueError(f"{version.template}: a field is declared twice")
    if unknown := [law for law in version.law if not known(law)]:
        raise ValueError(f"{version.template}: unknown law {unknown}")
    said: set[str] = set()
    parts = [*version.parts, *(part for annex in version.annexes for part in annex.parts)]
    for part in parts:
        said |= {name for name in (part.each, part.table, part.chart) if name}
        for condition in (part.when, part.unless):
            if condition and condition not in fields:
                raise ValueError(f"{version.template}: no field {condition}")
        if part.table and {column.key for column in part.columns} != set(_columns(fields, part.table)):
            raise ValueError(f"{version.template}: {part.table} has other columns")
        drawn = {part.label, *(one.key for one in part.series)}
        if part.chart and not drawn <= set(_columns(fields, part.chart)):
            raise ValueError(f"{version.template}: {part.chart} has no columns to draw")
    wordings = [(text, part.each) for part in parts for text in part.wordings()]
    wordings += [(text, "") for text in (version.heading, version.mark, version.to, version.note)]
    wordings += [(annex.title, "") for annex in version.annexes]
    for text, each in wordings:
        if set("{}") & set(PLACEHOLDER.sub("", text)):
            raise ValueError(f"{version.template}: a brace that is no field in {text}")
        for whole in PLACEHOLDER.findall(text):
            name, _, part_of = whole.partition(".")
            if name in HEADER or (each and whole in EACH):
                continue
            kind = fields[name].kind if name in fields else None
            if kind is None or kind is FieldKind.ROWS or (part_of and part_of not in PARTS.get(kind, ())):
                raise ValueError(f"{version.template}: no field {whole}")
            said.add(name)
    if said != set(fields):
        raise ValueError(
            f"{version.template}: unknown {sorted(said - set(fields))}, unused {sorted(set(fields) - said)}"
        )


def _columns(fields: Mapping[str, Field], name: str) -> tuple[str, ...]:
    return fields[name].columns if name in fields else ()


FACES: Mapping[str, Face] = {"head": Face.HEI, "second": Face.KAI, "text": Face.FANG}
