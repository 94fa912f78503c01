"""Examples for the OpenAPI document, made of the schemas themselves: one for every body and every answer.

A test sends every body to the gateway and holds every answer against its schema, so none can be out of date.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_DEEPEST = 7
_OF_FORMAT = {
    "uuid": "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b",
    "date-time": "2026-11-02T09:30:00+08:00",
    "date": "2026-11-02",
    "time": "09:30:00",
    "duration": "PT15M",
    "uri": "https://example.org/hook",
    "password": "correct-horse-battery",
    "binary": "",
}
_OF_PATTERN = {
    r"^\d{12}$": "640521104000",
    r"^\d{6,12}$": "640521",
    r"^(\d{6}|\d{9}|\d{12})$": "640521",
    r"^\d{2}(\d{2}(\d{2}(\d{3})?)?)?$": "640521",
    r"^[a-z][a-z0-9_]{1,39}$": "natural_resources",
    r"^[a-z][a-z0-9_]{0,59}$": "natural_resources",
    r"^[a-z_]{1,40}$": "natural_resources",
    r"^[a-z-]{2,40}$": "conclude",
    r"^(19|20)\d\d(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?$": "2026-10",
    r"^(19|20)\d\d-(0[1-9]|1[0-2])$": "2026-10",
    r"^(\d{2,4}|\d{2}H\d)[A-Z]?$": "0201",
    r"^(|(https?://|sftp://|folder:|queue:).*)$": "https://example.org/hook",
    r"^[a-z]+(\.[a-z-]+)+$": "cases.close",
    r"^[a-z0-9][a-z0-9._-]{1,63}$": "zhang",
    r"^[A-Za-z0-9_-]{0,40}$": "house",
    r"^(ed25519|sm2):[0-9A-Za-z+/=]+$": "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    r"^[0-9a-f]{64}$": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
# By the name of the field, what an office would write there.
_OF_NAME = {
    "title": "恩和镇砂场违法占用耕地案",
    "place": "恩和镇砂场",
    "reason": "责令停止后仍在施工",
    "note": "已电话核实",
    "description": "耕地上堆放砂石",
    "requirement": "限期拆除地上物，恢复耕种条件",
    "party_name": "中宁县某砂场",
    "case_no": "中宁自然资耕立〔2026〕3号",
    "signed_by": "王五",
    "officers": "马建国",
    "name": "马建国",
    "phone": "0955-1234567",
    "url": "https://example.org/hook",
    "township_code": "640521104000",
    "division_code": "640521104000",
    "jurisdiction": "640521",
    "login": "zhang",
    "period": "2026-10",
    "detail": "记录已被他人更新（您的版本 3，当前版本 5），请刷新后重试。",
}
# What rules between fields ask for, which a schema cannot say: a value as a whole, or a field that must be given too.
_AS_A_WHOLE = {"JoinPolicy": {"kind": "quorum", "quorum": 2}}
_ALSO = {"RuleSource": ("text",)}
_TEXT = "示例"
_SECOND = ("李晓燕", "张志强", "王海")


def example(schema: Schema, schemas: Mapping[str, Schema], *, whole: bool, name: str = "") -> Any:
    """A value of the schema. whole: with every field; else with those alone that must be given.

    schemas: by the name that references use. name: of the field it is for.
    """
    return _Maker(schemas, whole).value(schema, name, 0)


class _Maker:
    def __init__(self, schemas: Mapping[str, Schema], whole: bool) -> None:
        self._schemas = schemas
        self._whole = whole

    def value(self, schema: Schema, name: str, depth: int) -> Any:
        if schema.get("examples"):
            return schema["examples"][0]
        if "$ref" in schema:
            return self.value(self._schemas[str(schema["$ref"]).rpartition("/")[2]], name, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return self._one_of(schema[word], name, depth)
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return list(self._items(schema, name, depth))
            case "string":
                return _text(schema, name)
            case "integer":
                return int(_number(schema, 1))
            case "number":
                return _number(schema, 1200.5)
            case "boolean":
                return False
            case _:
                return None

    def _one_of(self, kinds: list[Schema], name: str, depth: int) -> Any:
        if depth >= _DEEPEST and any(kind.get("type") == "null" for kind in kinds):
            return None
        return self.value(next(kind for kind in kinds if kind.get("type") != "null"), name, depth)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        if schema.get("title") in _AS_A_WHOLE:
            return dict(_AS_A_WHOLE[schema["title"]])
        needed = schema.get("required", ())
        if not self._whole and schema.get("title") in _ALSO:
            needed = [*needed, *_ALSO[schema["title"]]]
        wanted = [name for name in schema.get("properties", {}) if name in needed or (self._whole and depth < _DEEPEST)]
        return {name: self.value(schema["properties"][name], name, depth + 1) for name in wanted}

    def _items(self, schema: Schema, name: str, depth: int) -> Iterator[Any]:
        least = schema.get("minItems", 0)
        if depth >= _DEEPEST and not least:
            return
        for place in range(max(1, least)):
            made = self.value(schema.get("items", {}), name, depth + 1)
            # What may not repeat is another person.
            if place and isinstance(made, str):
                made = _SECOND[place - 1]
            elif place and isinstance(made, dict) and "name" in made:
                made = {**made, "name": _SECOND[place - 1]}
            yield made


def _text(schema: Schema, name: str) -> str:
    found = _OF_FORMAT.get(schema.get("format", ""))
    if found is None:
        found = _OF_PATTERN.get(schema.get("pattern", ""))
    if found is None:
        found = _OF_NAME.get(name, _TEXT)
    if len(found) < schema.get("minLength", 0):
        found = (found * schema["minLength"])[: schema["minLength"]]
    return found[: schema.get("maxLength", len(found))]


def _number(schema: Schema, usual: float) -> float:
    low = schema.get("minimum", schema.get("exclusiveMinimum", usual - 1) + 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum", usual + 1) - 1)
    return float(min(max(usual, low), high)) if isinstance(usual, float) else min(max(usual, low), high)
