"""What a vendor needs to speak as an agency's mapping table has it; made of the table, so that the two cannot differ.

`python -m services.agencies.adapters.integrations.material FOLDER` writes a folder for each agency: JSON Schemas of the
letter and of the forms, the code lists, what each field means, the reasons of a refusal, the golden vectors.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.agencies.adapters.integrations import values
from services.agencies.adapters.integrations.mapping import Form, FormField, Table, item_model, table_of
from shared.contracts.codes import Agency

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_VECTORS = Path(__file__).with_name("vectors")
# Of the contract, where the kind of value does not say it better.
_CONSTRAINTS = (
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minimum",
    "maximum",
    "exclusiveMaximum",
)
_BLANK_EDGES = r"^\S([\s\S]*\S)?$"


def material(table: Table) -> dict[str, Any]:
    """File name -> content, JSON-safe."""
    return {
        "letter.schema.json": letter_schema(table),
        "report.schema.json": report_schema(table),
        "codes.json": {
            name: [{"code": one.theirs, "title": one.title} for one in entries] for name, entries in table.codes.items()
        },
        "fields.json": {
            "letter": list(_dictionary(table.letter, "")),
            "forms": [
                {"code": form.code, "title": form.title, "fields": list(_dictionary(form.fields, ""))}
                for form in table.forms
            ],
        },
        "vectors.json": vectors(table.agency),
    }


def vectors(agency: Agency) -> dict[str, Any]:
    """Golden vectors both ways: letters, reports, refused forms with every fault."""
    read: dict[str, Any] = json.loads((_VECTORS / f"{agency.value}.json").read_text("utf-8"))
    return read


def report_schema(table: Table) -> dict[str, Any]:
    """Of what comes back: one of the forms."""
    return {
        "$schema": _DIALECT,
        "$id": f"urn:tianwei:agency:{table.agency}:report:{table.version}",
        "title": f"{table.title}反馈表",
        "oneOf": [_form_schema(form, table) for form in table.forms],
    }


def letter_schema(table: Table) -> dict[str, Any]:
    """Of the task letter; what an order does not say is null."""
    schema = _object({})
    for field in table.letter:
        *parents, name = field.name.split(".")
        place = schema
        for parent in parents:
            place["required"] = [*dict.fromkeys([*place["required"], parent])]
            place = place["properties"].setdefault(parent, _object({}))
        place["properties"][name] = _in_letter(field, table)
        place["required"].append(name)
    head = {"$schema": _DIALECT, "$id": f"urn:tianwei:agency:{table.agency}:letter:{table.version}"}
    return {**head, "title": f"{table.title}任务表", **schema}


def _in_letter(field: FormField, table: Table) -> dict[str, Any]:
    match field.how:
        case "constant":
            return {"const": field.value}
        case "version":
            return {"const": table.version}
    schema = {"type": "string"} if field.kind is None else _described(field, field.kind.schema())
    if "enum" in schema or schema["type"] == "array":
        return schema
    # A text of an order may be empty, and some facts of it are not known.
    return {**{name: value for name, value in schema.items() if name != "minLength"}, "type": [schema["type"], "null"]}


def _form_schema(form: Form, table: Table) -> dict[str, Any]:
    schema = _record_schema(form.fields, form.model)
    schema["properties"] = {table.kind_field: {"const": form.code}, **schema["properties"]}
    schema["required"] = [table.kind_field, *schema["required"]]
    return {"title": form.title, **schema}


def _record_schema(fields: Sequence[FormField], model: type[BaseModel]) -> dict[str, Any]:
    schema = _object({field.name: _field_schema(field, model) for field in fields})
    schema["required"] = [field.name for field in fields if field.needed]
    return schema


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": []}


def _field_schema(field: FormField, model: type[BaseModel]) -> dict[str, Any]:
    bounds = _bounds(model, field.at)
    if field.kind is None:
        items = _record_schema(field.fields, item_model(model, field.at))
        return _described(field, {"type": "array", "items": items, "minItems": 1, **bounds})
    schema = field.kind.schema()
    match field.kind:
        case values.Text():
            schema = {**schema, "pattern": _BLANK_EDGES, **bounds}
        case values.Texts(joined=None) | values.Degrees() | values.Whole():
            schema = {**schema, **bounds}
    return _described(field, schema)


def _bounds(model: type[BaseModel], at: str) -> dict[str, Any]:
    """What the contract asks of a value."""
    said = model.model_json_schema()["properties"][at]
    parts = [said, *said.get("anyOf", ())]
    return {name: part[name] for part in parts for name in _CONSTRAINTS if name in part}


def _described(field: FormField, schema: dict[str, Any]) -> dict[str, Any]:
    about = "；".join(part for part in (field.about, schema.get("description", "")) if part)
    example = {} if field.example is None else {"examples": [field.example]}
    return {**schema, **({"description": about} if about else {}), **example}


def _dictionary(fields: Sequence[FormField], within: str) -> Iterator[dict[str, Any]]:
    for field in fields:
        yield {
            "name": f"{within}{field.name}",
            "meaning": field.at or field.how,
            "needed": field.needed,
            "unit": field.kind.unit if field.kind else "",
            "codes": field.codes,
            "about": field.about,
        }
        yield from _dictionary(field.fields, f"{within}{field.name}[].")


def write(folder: Path) -> None:
    for agency in Agency:
        place = folder / agency.value
        place.mkdir(parents=True, exist_ok=True)
        for name, content in material(table_of(agency)).items():
            (place / name).write_text(as_text(content), encoding="utf-8")


def as_text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
