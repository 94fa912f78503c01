"""A body for any step of the API, made from its own description: right in form, and about nothing in particular."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

_DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_text(encoding="utf-8"))
_PREFIX = "/api/v1"


class Bodies:
    """now: which its days and instants tell."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def of(self, path: str) -> dict[str, Any]:
        """What POST of a path like /cases/{id}/conclude must be given; optional fields stay away."""
        form = _DOCUMENT["paths"][f"{_PREFIX}{path}"]["post"].get("requestBody")
        return dict(self.of_schema(next(iter(form["content"].values()))["schema"])) if form else {}

    def of_schema(self, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            return self.of_schema(_DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        if several := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
            return self.of_schema(several[0])
        match schema["type"]:
            case "object":
                wanted = schema.get("required", [])
                return {name: self.of_schema(schema["properties"][name]) for name in wanted}
            case "array":
                return [self.of_schema(schema["items"]) for _ in range(schema.get("minItems", 0))]
            case "string":
                return self._text(schema.get("format"))
            case "boolean":
                return False
            case number:
                least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
                return int(least) if number == "integer" else least

    def _text(self, form: str | None) -> str:
        told = {"date": self._now.date().isoformat(), "date-time": self._now.isoformat(), "uuid": str(uuid4())}
        return told[form] if form in told else f"某{uuid4().hex[:6]}"


def steps_of(collection: str) -> list[str]:
    """The verbs of POST /{collection}/{id}/{verb}."""
    start = f"{_PREFIX}/{collection}/{{id}}/"
    return sorted(
        path.removeprefix(start)
        for path, methods in _DOCUMENT["paths"].items()
        if path.startswith(start) and "/" not in path.removeprefix(start) and "post" in methods
    )
