"""The contract of one agency: everything that its vendor is told, as files. Its version is CONTRACT_VERSION.

A test (tests/contract/test_agency_contract.py) holds the content to the version: what changes here gets a new one.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.agencies.adapters.integrations.mapping import table_of
from services.agencies.adapters.integrations.material import material
from services.agencies.domain.answers import DATA
from services.agencies.domain.conformance import EXCHANGE, MAILBOX, WEBHOOK, checks_of
from services.agencies.domain.fault_texts import TEXTS
from shared.contracts.agency_certificates import CONTRACT_VERSION
from shared.contracts.agency_endpoints import AnswerReceipt
from shared.contracts.codes import Agency

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXTS = Path(__file__).with_name("texts")
# What an agency's system may call; the rest of the API is not its.
OPERATIONS = (
    "token",
    "task-list",
    "task-get",
    "task-messages",
    "task-sign",
    "task-accept",
    "task-decline",
    "task-start",
    "task-report",
    "task-report-form",
    "agency-answer",
    "agency-answers",
)
_UUID = {"type": "string", "format": "uuid"}
_TEXT = {"type": "string"}
_ABOUT_TASK = {"task_id": _UUID, "action_no": _TEXT, "link": _TEXT}
_MESSAGES: Mapping[str, dict[str, Any]] = {
    "withdrawn": {"reason": _TEXT},
    "expired": {},
    "returned": {"points": {"type": "array", "items": _TEXT, "minItems": 1}},
    "done": {},
    "shared_result": {"from_agency": _TEXT, "result": {"type": "object"}},
}
_OF_MESSAGE = {"message_id": _UUID, "task_version": {"type": "integer"}}


def documents(agency: Agency, protocol: str, openapi: Mapping[str, Any]) -> dict[str, str]:
    """File name -> text. openapi: the gateway's whole description; of it the agency's part is taken."""
    of_table = {name: content for name, content in material(table_of(agency)).items() if name != "vectors.json"}
    made: dict[str, Any] = {
        **of_table,
        "events.schema.json": events_schema(),
        "answers.schema.json": answers_schema(agency),
        "reasons.json": [{"reason": reason, "text": text} for reason, text in sorted(TEXTS.items())],
        "checks.json": [
            {"id": one.id, "title": one.title, "english": one.english, "mend": one.mend} for one in checks_of(protocol)
        ],
    }
    if protocol in (WEBHOOK, MAILBOX):
        made["openapi.json"] = openapi_of_agency(openapi)
    files = {name: _text(content) for name, content in sorted(made.items())}
    if protocol == EXCHANGE:
        files["package.md"] = (_TEXTS / "package.md").read_text(encoding="utf-8")
    head = {
        "version": CONTRACT_VERSION,
        "agency": agency.value,
        "protocol": protocol,
        "vocabulary": table_of(agency).version,
        "documents": {name: _digest(text) for name, text in sorted(files.items())},
    }
    files["contract.json"] = _text(head)
    return files


def sha256_of(files: Mapping[str, str]) -> str:
    """Of the contract as a whole: of contract.json, which names the digest of every other file."""
    return _digest(files["contract.json"])


def events_schema() -> dict[str, Any]:
    """Of what comes to an agency. Fields may be added in a minor version: a receiver passes over what it does not know.

    The letter in a task's data is described by letter.schema.json.
    """
    kinds = {
        "tianwei.task.issued.v1": _object(
            {**_ABOUT_TASK, "letter": {"$ref": "letter.schema.json"}}, optional=("letter",)
        ),
        **{
            f"tianwei.task.{kind}.v1": _object({**_OF_MESSAGE, **_ABOUT_TASK, **facts})
            for kind, facts in _MESSAGES.items()
        },
        "tianwei.answer.receipt.v1": AnswerReceipt.model_json_schema(mode="serialization"),
        "tianwei.answer.resend.v1": _object({"numbers": {"type": "array", "items": {"type": "integer", "minimum": 1}}}),
    }
    return {
        "$schema": _DIALECT,
        "$id": f"urn:tianwei:agency:events:{CONTRACT_VERSION}",
        "title": "县方发给部门的消息（CloudEvents 1.0）",
        "oneOf": [
            _envelope({"type": {"const": kind}, "source": {"const": "/agencies"}, "subject": _UUID}, data)
            for kind, data in kinds.items()
        ],
    }


def answers_schema(agency: Agency) -> dict[str, Any]:
    """Of what an agency answers. The form in a report is described by report.schema.json."""
    answers = []
    for verb, data in DATA.items():
        schema = data.model_json_schema()
        if verb == "report":
            schema["properties"]["form"] = {"$ref": "report.schema.json"}
        fixed = {
            "type": {"const": f"tianwei.answer.{verb}.v1"},
            "source": {"const": f"/agencies/{agency.value}"},
            "id": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,100}$"},
        }
        about = {} if verb in ("received", "resend") else {"subject": _UUID}
        answers.append({**_envelope({**fixed, **about}, schema), "additionalProperties": False})
    return {
        "$schema": _DIALECT,
        "$id": f"urn:tianwei:agency:{agency.value}:answers:{CONTRACT_VERSION}",
        "title": "部门的答复（CloudEvents 1.0）",
        "oneOf": answers,
    }


def openapi_of_agency(whole: Mapping[str, Any]) -> dict[str, Any]:
    """The operations of an agency's system, and of the components those that they name.

    Raises LookupError when the description lacks one of them.
    """
    paths: dict[str, Any] = {}
    for path, operations in whole["paths"].items():
        kept = {method: one for method, one in operations.items() if one.get("operationId") in OPERATIONS}
        if kept:
            paths[path] = kept
    found = {one["operationId"] for operations in paths.values() for one in operations.values()}
    if missing := set(OPERATIONS) - found:
        raise LookupError(f"the API lacks {sorted(missing)}")
    there = whole["components"]
    named = _named(paths)
    while more := {name for kind, one in named for name in _named(there[kind][one])} - named:
        named |= more
    components = {kind: {name: there[kind][name] for of, name in sorted(named) if of == kind} for kind in sorted(there)}
    components["securitySchemes"] = there["securitySchemes"]
    info = {"title": "田卫：部门业务系统接口", "version": CONTRACT_VERSION}
    return {"openapi": whole["openapi"], "info": info, "paths": paths, "components": components}


def _named(part: Any) -> set[tuple[str, str]]:
    """Components that are referred to anywhere in it: kind and name."""
    if isinstance(part, dict):
        kind, _, name = str(part.get("$ref", "")).removeprefix("#/components/").partition("/")
        own = {(kind, name)} if name else set()
        return own | {one for value in part.values() for one in _named(value)}
    if isinstance(part, list):
        return {one for value in part for one in _named(value)}
    return set()


def _envelope(fixed: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """A CloudEvent. What $defs the data brings stay with it."""
    always = {"specversion": {"const": "1.0"}, "id": _TEXT}
    optional = {
        "subject": _TEXT,
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"const": "application/json"},
        "dataschema": _TEXT,
    }
    body = {name: value for name, value in data.items() if name != "$defs"}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {**always, **optional, **fixed, "data": body},
        "required": sorted({*always, *fixed, "data"}),
    }
    if "$defs" in data:
        schema["$defs"] = data["$defs"]
        schema = _moved(schema)
    return schema


def _moved(schema: dict[str, Any]) -> dict[str, Any]:
    """With its definitions inside of the data, where a reference is resolved whatever stands around it."""
    definitions = schema.pop("$defs")
    data = schema["properties"]["data"]
    schema["properties"]["data"] = _inlined(data, definitions)
    return schema


def _inlined(part: Any, definitions: Mapping[str, Any]) -> Any:
    """References replaced by what they mean: none of these contracts refers to itself."""
    if isinstance(part, dict):
        reference = part.get("$ref", "")
        if reference.startswith("#/$defs/"):
            meant = _inlined(definitions[reference.removeprefix("#/$defs/")], definitions)
            return {**meant, **{name: value for name, value in part.items() if name != "$ref"}}
        kept = {name: value for name, value in part.items() if name != "mapping"}
        return {name: _inlined(value, definitions) for name, value in kept.items()}
    return [_inlined(value, definitions) for value in part] if isinstance(part, list) else part


def _object(properties: Mapping[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
    }


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
