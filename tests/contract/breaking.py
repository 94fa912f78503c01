"""What a new OpenAPI document takes away from who builds on an older one: every breaking change, named.

A request that was good must stay good, and an answer must stay what a client was promised. So an input may only widen
and an answer only grow: a new value of an enumeration in an answer is growth, which the guide tells clients to expect;
one that is gone is not, for a client may wait for it.
"""

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

Schema = Mapping[str, Any]
Way = Literal["input", "answer"]

_METHODS = ("get", "put", "post", "delete", "patch")
# How a bound narrows: a larger minimum, a smaller maximum.
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_SAME = ("pattern", "format")


def breaking(old: Schema, new: Schema) -> list[str]:
    """Each breaking change as one line: where, and what. Empty when there is none."""
    compare = _Comparison(old, new)
    return sorted(set(compare.documents()))


class _Comparison:
    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new
        # Schemas may contain themselves: a pair that is being compared is not begun again.
        self._open: set[tuple[str, str, Way]] = set()
        self._known: dict[tuple[str, str, Way], list[tuple[str, str]]] = {}

    def documents(self) -> Iterator[str]:
        for path, operations in self._old["paths"].items():
            for method in _METHODS:
                if method in operations:
                    where = f"{method.upper()} {path}"
                    found = self._new["paths"].get(path, {}).get(method)
                    if found is None:
                        yield f"{where}: gone"
                    else:
                        yield from (f"{where}: {what}" for what in self._operation(operations[method], found))

    def _operation(self, old: Schema, new: Schema) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"operationId was {old.get('operationId')}"
        yield from self._parameters(_by_name(old), _by_name(new))
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if status >= "300":
                continue
            if status not in new["responses"]:
                yield f"answer {status} gone"
                continue
            contents = self._new_of(new["responses"][status]).get("content", {})
            for kind, content in self._old_of(answer).get("content", {}).items():
                if kind not in contents:
                    yield f"answer {status} as {kind} gone"
                    continue
                for at, what in self._schemas(content.get("schema", {}), contents[kind].get("schema", {}), "answer"):
                    yield f"answer{at}: {what}"

    def _parameters(self, old: Mapping[str, Schema], new: Mapping[str, Schema]) -> Iterator[str]:
        for name, parameter in old.items():
            if name not in new:
                yield f"parameter {name} gone"
                continue
            if new[name].get("required") and not parameter.get("required"):
                yield f"parameter {name} is required now"
            for at, what in self._schemas(parameter.get("schema", {}), new[name].get("schema", {}), "input"):
                yield f"parameter {name}{at}: {what}"
        for name, parameter in new.items():
            if parameter.get("required") and name not in old:
                yield f"new required parameter {name}"

    def _body(self, old: Schema | None, new: Schema | None) -> Iterator[str]:
        if old is None:
            if new is not None and new.get("required"):
                yield "a body is required now"
            return
        if new is None:
            yield "body gone"
            return
        if new.get("required") and not old.get("required"):
            yield "a body is required now"
        for kind, content in old["content"].items():
            if kind not in new["content"]:
                yield f"body as {kind} gone"
                continue
            for at, what in self._schemas(content["schema"], new["content"][kind]["schema"], "input"):
                yield f"body{at}: {what}"

    def _schemas(self, old: Schema, new: Schema, way: Way) -> list[tuple[str, str]]:
        """Where below, and what."""
        pair = (str(old.get("$ref")), str(new.get("$ref")), way)
        named = "$ref" in old and "$ref" in new
        if named and pair in self._known:
            return self._known[pair]
        if named and pair in self._open:
            return []
        self._open.add(pair)
        found = list(self._compared(self._old_of(old), self._new_of(new), way))
        self._open.discard(pair)
        if named:
            self._known[pair] = found
        return found

    def _compared(self, old: Schema, new: Schema, way: Way) -> Iterator[tuple[str, str]]:
        before, after = self._kinds(old, self._old_of), self._kinds(new, self._new_of)
        # What had to be taken must be taken still; what is answered now must have been promised.
        given, taking = (before, after) if way == "input" else (after, before)
        if not taking or not given:
            if bool(given) < bool(taking):  # anything at all, where something certain is taken
                yield "", "narrower than anything" if way == "input" else "anything now"
            return
        if len(before) == len(after) == 1:
            yield from self._single(before[0], after[0], way)
            return
        for one in given:
            tried = [
                list(self._single(*((one, other) if way == "input" else (other, one)), way))
                for other in taking
                if _type(one) == _type(other) or _type(other) is None or _is_integer_as_number(one, other)
            ]
            if not tried:
                yield "", f"{_type(one)} is {'not taken any more' if way == 'input' else 'answered now'}"
            elif all(tried):
                yield from min(tried, key=len)

    def _kinds(self, schema: Schema, resolve: Any) -> list[Schema]:
        """The alternatives of a schema, each without alternatives; [] for one that takes anything."""
        schema = resolve(schema)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return [kind for part in schema[word] for kind in self._kinds(part, resolve)]
        if isinstance(schema.get("type"), list):
            return [{**schema, "type": kind} for kind in schema["type"]]
        told = {name for name in schema if name not in ("title", "description", "default", "examples")}
        return [schema] if told else []

    def _single(self, old: Schema, new: Schema, way: Way) -> Iterator[tuple[str, str]]:
        if _type(old) != _type(new) and not (way == "input" and _is_integer_as_number(old, new)):
            yield "", f"{_type(old)} is {_type(new)} now"
            return
        yield from self._values(old, new, way)
        if way == "input":
            yield from _bounds(old, new)
        if "properties" in old or "properties" in new:
            yield from self._fields(old, new, way)
        if "items" in old or "items" in new:
            for at, what in self._schemas(old.get("items", {}), new.get("items", {}), way):
                yield f"[]{at}", what
        was, is_ = old.get("additionalProperties"), new.get("additionalProperties")
        if isinstance(was, dict) and isinstance(is_, dict):
            for at, what in self._schemas(was, is_, way):
                yield f".*{at}", what
        elif way == "input" and is_ is False and was not in (False, None):
            yield "", "takes no further fields now"

    @staticmethod
    def _values(old: Schema, new: Schema, way: Way) -> Iterator[tuple[str, str]]:
        before, after = _values_of(old), _values_of(new)
        if before is None:
            if after is not None and way == "input":
                yield "", f"takes {sorted(map(str, after))} only now"
            return
        gone = before - after if after is not None else set()
        for value in sorted(map(str, gone)):
            yield "", f"value {value} gone"

    def _fields(self, old: Schema, new: Schema, way: Way) -> Iterator[tuple[str, str]]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, needs = set(old.get("required", ())), set(new.get("required", ()))
        for name, schema in before.items():
            if name not in after:
                # An input that names it is refused only where the contract is closed.
                if way == "answer" or new.get("additionalProperties") is False:
                    yield f".{name}", "gone"
                continue
            if way == "answer" and name in needed - needs:
                yield f".{name}", "may be absent now"
            for at, what in self._schemas(schema, after[name], way):
                yield f".{name}{at}", what
        if way == "input":
            for name in sorted(needs - needed):
                yield f".{name}", "is required now"

    def _old_of(self, schema: Schema) -> Schema:
        return _resolved(schema, self._old)

    def _new_of(self, schema: Schema) -> Schema:
        return _resolved(schema, self._new)


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for part in str(schema["$ref"]).removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _by_name(operation: Schema) -> dict[str, Schema]:
    return {f"{one['in']} {one['name']}": one for one in operation.get("parameters", ())}


def _type(schema: Schema) -> str | None:
    if "type" in schema:
        return str(schema["type"])
    return (
        "object" if "properties" in schema else _type_of(schema.get("const", next(iter(schema.get("enum", ())), ...)))
    )


def _type_of(value: Any) -> str | None:
    if value is ...:
        return None
    return {bool: "boolean", int: "integer", float: "number", str: "string"}.get(type(value), "null")


def _is_integer_as_number(old: Schema, new: Schema) -> bool:
    return _type(old) == "integer" and _type(new) == "number"


def _values_of(schema: Schema) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None


def _bounds(old: Schema, new: Schema) -> Iterator[tuple[str, str]]:
    for words, narrower in ((_LOWER, operator.gt), (_UPPER, operator.lt)):
        for word in words:
            if word in new and (word not in old or narrower(new[word], old[word])):
                yield "", f"{word} is {new[word]} now, was {old.get(word, 'none')}"
    for word in _SAME:
        if word in new and new[word] != old.get(word):
            yield "", f"{word} is {new[word]} now, was {old.get(word, 'none')}"
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        yield "", "its items may not repeat now"


def contract_of(document: Schema) -> Any:
    """The document without what it says to people: what a released contract is kept as."""
    return _bare(document, named=False)


_SAID = frozenset({"title", "description", "summary", "examples", "example", "tags", "info", "x-codes"})


def _bare(part: Any, *, named: bool) -> Any:
    """named: the keys of this part are names, of fields or of schemas, and none of the words above."""
    if isinstance(part, Mapping):
        return {
            key: _bare(value, named=not named and key in ("properties", "schemas", "paths", "responses", "content"))
            for key, value in part.items()
            if named or key not in _SAID
        }
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [_bare(item, named=False) for item in part]
    return part
