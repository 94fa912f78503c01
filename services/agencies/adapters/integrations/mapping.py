"""An agency's mapping table: field names, codes, units, layouts, read from `tables/<agency>.toml`.

The table is data: letters and forms are written and read by it (writing.py, reading.py), and all that a vendor needs is
made of it (material.py). `version` is part of the contract with the vendor: a table that changes gets a new one.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from services.agencies.adapters.integrations import values
from services.agencies.domain.results import NEEDED
from shared.contracts.codes import Agency
from shared.contracts.task_results import TaskResult

_FOLDER = Path(__file__).with_name("tables")
# Kinds of values that only a letter has: what they are made of lies in several places, or nowhere.
COMPOSED = frozenset({"address", "position", "constant", "version"})
MODELS: Mapping[str, type[BaseModel]] = MappingProxyType(
    {model.model_fields["kind"].annotation.__args__[0]: model for model in get_args(get_args(TaskResult)[0])}
)


@dataclass(frozen=True)
class FormField:
    """name: theirs; dots in a letter make an object. at: path in our contract. needed: must be in the form.

    kind: None for what is composed, and for a list, whose entries have `fields`.
    """

    name: str
    at: str
    how: str
    kind: values.Kind | None
    needed: bool
    about: str = ""
    codes: str = ""
    value: Any = None
    example: Any = None
    fields: tuple["FormField", ...] = ()


@dataclass(frozen=True)
class Form:
    """kind: of the result. code: what stands in the table's kind_field."""

    kind: str
    code: str
    title: str
    fields: tuple[FormField, ...]

    @property
    def model(self) -> type[BaseModel]:
        return MODELS[self.kind]

    def contract(self, at: str) -> TypeAdapter[Any]:
        """Of one field, so that the fault of another does not hide its own."""
        return _contract(self.model, at)


@dataclass(frozen=True)
class CodeEntry:
    theirs: str
    ours: Any
    title: str


@dataclass(frozen=True)
class Table:
    """sha256: of the file, so that a change without a new version is seen."""

    agency: Agency
    version: str
    title: str
    kind_field: str
    codes: Mapping[str, Sequence[CodeEntry]]
    letter: tuple[FormField, ...]
    forms: tuple[Form, ...]
    sha256: str

    def form(self, kind: str) -> Form:
        """Raises TypeError for a result of another trade."""
        found = next((form for form in self.forms if form.kind == kind), None)
        if found is None:
            raise TypeError(kind)
        return found


@cache
def _contract(model: type[BaseModel], at: str) -> TypeAdapter[Any]:
    field = model.model_fields[at]
    annotation: Any = field.annotation
    return TypeAdapter(Annotated[(annotation, *field.metadata)] if field.metadata else annotation)


@cache
def table_of(agency: Agency) -> Table:
    raw = (_FOLDER / f"{agency.value}.toml").read_bytes()
    return _table(tomllib.loads(raw.decode("utf-8")), hashlib.sha256(raw).hexdigest())


def named(fields: Sequence[FormField], path: Sequence[str | int]) -> str:
    """A path in our contract in the agency's field names: photographs, 0, taken_at gives 照片.0.拍摄时间."""
    if not path:
        return ""
    field = next((one for one in fields if one.at == path[0]), None)
    if field is None:
        return ".".join(map(str, path))
    rest = path[1:]
    if field.fields and rest:
        return ".".join(part for part in (field.name, str(rest[0]), named(field.fields, rest[1:])) if part)
    return ".".join(map(str, (field.name, *rest)))


def _table(raw: Mapping[str, Any], sha256: str) -> Table:
    codes = {name: [_entry(one) for one in entries] for name, entries in raw["codes"].items()}
    make = _Fields(raw, codes)
    return Table(
        agency=Agency(raw["agency"]),
        version=raw["version"],
        title=raw["title"],
        kind_field=raw["kind_field"],
        codes=codes,
        letter=tuple(make.of(raw["letter"], None, "")),
        forms=tuple(
            Form(
                one["kind"], one["code"], one["title"], tuple(make.of(one["fields"], MODELS[one["kind"]], one["kind"]))
            )
            for one in raw["form"]
        ),
        sha256=sha256,
    )


def _entry(raw: Mapping[str, Any]) -> CodeEntry:
    return CodeEntry(raw["theirs"], raw["ours"], raw.get("title", raw["theirs"]))


class _Fields:
    """Makes the fields of one table."""

    def __init__(self, raw: Mapping[str, Any], codes: Mapping[str, Sequence[CodeEntry]]) -> None:
        self._raw, self._codes = raw, codes

    def of(self, rows: Sequence[Mapping[str, Any]], model: type[BaseModel] | None, kind: str) -> Iterator[FormField]:
        """model: of the contract that the rows map to; None in a letter, where all that there is is written."""
        for row in rows:
            at = row.get("at", "")
            entries = row.get("fields", ())
            yield FormField(
                name=row["name"],
                at=at,
                how=row["as"],
                kind=self._kind(row),
                needed=model is None or model.model_fields[at].is_required() or at in NEEDED.get(kind, ()),
                about=row.get("about", ""),
                codes=row.get("codes", ""),
                value=row.get("value"),
                example=row.get("example"),
                fields=tuple(self.of(entries, item_model(model, at), "")) if entries and model else (),
            )

    def _kind(self, row: Mapping[str, Any]) -> values.Kind | None:
        match row["as"]:
            case "text":
                return values.Text()
            case "texts":
                return values.Texts(row.get("joined"))
            case "titles":
                return values.Titles(row.get("joined"))
            case "code":
                return values.Code({one.theirs: one.ours for one in self._codes[row["codes"]]})
            case "listed":
                return values.Listed({one.theirs: one.ours for one in self._codes[row["codes"]]})
            case "day":
                return values.Day(self._raw["day"])
            case "instant":
                return values.Instant(self._raw["instant"])
            case "area_m2":
                return values.AreaM2()
            case "area_mu":
                return values.AreaMu()
            case "degrees":
                return values.Degrees()
            case "whole":
                return values.Whole()
            case "list":
                return None
            case how if how in COMPOSED:
                return None
            case how:
                raise ValueError(f"{row['name']}: no such kind of value: {how}")


def item_model(model: type[BaseModel], at: str) -> type[BaseModel]:
    """The contract of the entries of a list."""
    return next(part for part in _parts(model.model_fields[at].annotation) if isinstance(part, type))


def _parts(annotation: Any) -> Iterator[Any]:
    """The contracts in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) is Annotated or get_args(annotation):
        for part in get_args(annotation):
            yield from _parts(part)
