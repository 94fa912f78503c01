"""What a caller wants of an answer: only some of its fields (`fields`), and what belongs to the object (`expand`).

What is expanded is asked of the services by the caller's own principal, so nobody is told more than a request of its
own would tell: what may not be seen is absent exactly as what does not exist.
"""

import asyncio
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, get_args, get_origin

from fastapi import Query
from pydantic import BaseModel, Field, create_model
from starlette.background import BackgroundTask, BackgroundTasks
from starlette.datastructures import QueryParams

from gateway.errors import ExpansionUnknown, FieldUnknown
from shared.contracts import base
from shared.contracts.base import Page, View
from shared.errors import NotAllowed, NotFound

FIELDS, EXPAND = "fields", "expand"
NAMES = frozenset({FIELDS, EXPAND})
# Of an answer with some of its fields: the documented shape of application/json has all of them.
SPARSE = "application/vnd.tianwei.sparse+json"
_MOST_TEXT = 2000
_OF_A_PAGE = 50
_EMPTY_PAGE: dict[str, Any] = {"items": [], "next_cursor": None, "total": None}


class _Asks(Protocol):
    async def query(self, service: str, query: type[base.Query], body: dict[str, Any]) -> Any: ...


@dataclass(frozen=True)
class Expansion:
    """What `expand=name` adds to an object: the answer of another query.

    ask: of the object, the query's body; None where the object names nothing to ask for.
    after, told: as QueryRoute has them.
    """

    name: str
    service: str
    query: type[base.Query]
    view: type[View]
    ask: Callable[[Any], dict[str, Any] | None]
    told: Callable[[Any], Any] | None = None
    after: Callable[[Any, Any], BackgroundTask | None] | None = None

    @property
    def is_list(self) -> bool:
        return issubclass(self.view, Page)

    async def of(self, call: _Asks, found: Any) -> tuple[Any, BackgroundTask | None]:
        """What the caller may see of it, and what to do once it was shown."""
        nothing = dict(_EMPTY_PAGE) if self.is_list else None
        body = self.ask(found)
        if body is None:
            return nothing, None
        try:
            answer = await call.query(self.service, self.query, body | ({"limit": _OF_A_PAGE} if self.is_list else {}))
        except (NotFound, NotAllowed):
            return nothing, None
        return (self.told(answer) if self.told else answer), (self.after(call, answer) if self.after else None)


@dataclass(frozen=True)
class Shape:
    """fields: None for all. expansions: those asked for."""

    fields: frozenset[str] | None = None
    expansions: tuple[Expansion, ...] = ()

    @property
    def media_type(self) -> str:
        return SPARSE if self.fields is not None else "application/json"

    async def of(self, call: _Asks, answer: Any, task: BackgroundTask | None) -> tuple[Any, BackgroundTask | None]:
        """The answer in this shape; what follows once it was sent.

        The queries run together; there are no more of them than names to expand.
        """
        if self == PLAIN:
            return answer, task
        found = await asyncio.gather(*(expansion.of(call, answer) for expansion in self.expansions))
        told = _only(answer, self.fields) if self.fields is not None else dict(answer)
        if self.expansions:
            names = (expansion.name for expansion in self.expansions)
            told["expanded"] = dict(zip(names, (part for part, _ in found), strict=True))
        return told, _all_of([task, *(later for _, later in found)])


PLAIN = Shape()


def shape_of(params: QueryParams, view: type[BaseModel], offered: Iterable[Expansion] = ()) -> Shape:
    """What the address asks for. Raises FieldUnknown, ExpansionUnknown naming what there is not."""
    if not NAMES & set(params):
        return PLAIN
    fields, expansions = None, {expansion.name: expansion for expansion in offered}
    if FIELDS in params:
        known = field_names(view)
        fields = frozenset(_parts(params[FIELDS]))
        for name in sorted(fields - set(known)):
            raise FieldUnknown(name, known)
    wanted = dict.fromkeys(_parts(params[EXPAND])) if EXPAND in params else {}
    for name in wanted:
        if name not in expansions:
            raise ExpansionUnknown(name, list(expansions))
    return Shape(fields, tuple(expansions[name] for name in wanted))


def field_names(view: type[BaseModel]) -> list[str]:
    """Of an object its fields, of a list those of its items."""
    return list((_item_of(view) or view).model_fields)


def parameters(view: type[BaseModel], offered: Iterable[Expansion] = ()) -> Iterator[inspect.Parameter]:
    """As the documentation names them."""
    of_items = " of each item" if _item_of(view) else ""
    yield _said(FIELDS, f"only these fields{of_items}, separated by commas; answered as {SPARSE}", field_names(view))
    if names := [expansion.name for expansion in offered]:
        yield _said(EXPAND, "what belongs to it and the caller may see, separated by commas", names)


def expanded_view(view: type[View], offered: tuple[Expansion, ...]) -> type[View]:
    """The view with what may be expanded, for the documentation."""
    if not offered:
        return view
    parts: dict[str, Any] = {
        expansion.name: (expansion.view | None, Field(None, description=_told_of(expansion))) for expansion in offered
    }
    name = view.__name__.removesuffix("View")
    members = create_model(f"{name}Expansion", __base__=View, **parts)
    expanded: Any = (members | None, Field(None, description="of what `expand` asked for"))
    return create_model(f"{name}Expanded", __base__=view, __doc__=view.__doc__, expanded=expanded)


def _told_of(expansion: Expansion) -> str:
    return f"its first {_OF_A_PAGE}, as their own list" if expansion.is_list else "null where there is none to be seen"


def _said(name: str, about: str, known: list[str]) -> inspect.Parameter:
    # A pattern of the known names and commas, so that whoever reads the document knows them too.
    one = "|".join(known)
    said = Query(max_length=_MOST_TEXT, pattern=f"^({one})(,({one}))*$", description=about)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, said])


def _item_of(view: type[BaseModel]) -> type[BaseModel] | None:
    items = view.model_fields.get("items")
    if items is None or get_origin(items.annotation) is not list:
        return None
    (item,) = get_args(items.annotation)
    return item if isinstance(item, type) and issubclass(item, BaseModel) else None


def _parts(given: str) -> list[str]:
    return [part.strip() for part in given[:_MOST_TEXT].split(",")]


def _only(answer: Any, names: frozenset[str]) -> dict[str, Any]:
    items = answer.get("items")
    if isinstance(items, list) and all(isinstance(item, dict) for item in items):
        return {**answer, "items": [_picked(item, names) for item in items]}
    return _picked(answer, names)


def _picked(one: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name in names}


def _all_of(tasks: list[BackgroundTask | None]) -> BackgroundTask | None:
    given = [task for task in tasks if task is not None]
    return BackgroundTasks(given) if len(given) > 1 else given[0] if given else None
