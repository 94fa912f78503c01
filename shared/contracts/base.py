"""The kinds of things that cross a border: commands, queries, views, events; and the field types they share."""

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from shared.area import MOST_M2

# NUL breaks PostgreSQL text; the others reorder what a reader sees.
_FORBIDDEN = re.compile("[\x00\u202a-\u202e\u2066-\u2069]")


def _readable(text: str) -> str:
    if _FORBIDDEN.search(text):
        raise ValueError("contains NUL or bidirectional control characters")
    return text


# Beyond this RFC 8785 has no form for an integer, and an event that cannot be hashed could never be numbered.
_MOST_INT = 2**53 - 1
Int = Annotated[int, Strict(), Field(ge=-_MOST_INT, le=_MOST_INT)]
Bool = Annotated[bool, Strict()]
ShortText = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_readable)
]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True), AfterValidator(_readable)
]


def _distinct(names: list[str]) -> list[str]:
    """Two spellings of one name (full width, blanks) are one person."""
    known = {"".join(unicodedata.normalize("NFKC", name).split()).casefold() for name in names}
    if len(known) < len(names):
        raise PydanticCustomError("names_repeated", "the same name stands twice")
    return names


def _at_least_two(names: list[str]) -> list[str]:
    """One alone investigates, checks and accepts nothing (APL 42): a refusal of its own, which names that rule."""
    if len(names) < 2:
        raise PydanticCustomError("people_two", "at least two people")
    return names


def two_people(names: list[str]) -> list[str]:
    """At least two people, each named once."""
    return _at_least_two(_distinct(names))


def _meeting(names: list[str]) -> list[str]:
    """One alone discusses nothing (APL 57)."""
    if len(names) < 2:
        raise PydanticCustomError("meeting_two", "at least two people")
    return names


Members = Annotated[
    list[ShortText],
    Field(max_length=20, json_schema_extra={"uniqueItems": True, "minItems": 2}),
    AfterValidator(_distinct),
    AfterValidator(_meeting),
]
Officers = Annotated[
    list[ShortText],
    Field(max_length=20, json_schema_extra={"uniqueItems": True, "minItems": 2}),
    AfterValidator(_distinct),
    AfterValidator(_at_least_two),
]
"""At least two people, each named once."""
DivisionCode = Annotated[
    str,
    StringConstraints(pattern=r"^\d{12}$"),
    Field(description="12-digit division code (GB/T 2260 + 10114)"),
]
AreaM2 = Annotated[
    Decimal,
    Field(ge=0, le=MOST_M2, max_digits=18, decimal_places=2, description="square metres, 2 decimals"),
    PlainSerializer(float, return_type=float, when_used="json"),
]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="degrees, CGCS2000 (EPSG:4490)")]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="degrees, CGCS2000 (EPSG:4490)")]
Instant = AwareDatetime
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def kebab(name: str) -> str:
    """CaseFiled -> case-filed."""
    return _WORD.sub("-", name).lower()


class Contract(BaseModel):
    """Anything that crosses a border: closed, immutable.

    Built when it is first used: a process uses few of the hundreds it imports, and building all of them was half of its
    start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


class Command(Contract):
    """An order. on: the object it acts on; verb: its name in the transition table and in the URL."""

    on: ClassVar[str] = ""
    verb: ClassVar[str] = ""
    operation: ClassVar[str] = ""

    def __init_subclass__(cls, on: str = "", verb: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.on, cls.verb, cls.operation = on, verb, f"{on}.{verb}"


class Audited(StrEnum):
    """How an answer is written down (shared/audit). export, unmasking: before it leaves; a read within the second.

    others: a read by whoever it does not belong to; an agency sees by it its own alone.
    """

    READ = "read"
    OTHERS = "others"
    EXPORT = "export"
    UNMASKING = "unmasking"
    NOT = "not"


class Query(Contract):
    """A question. operation: its name on the bus. audited: NOT where the answer tells of no case and no person."""

    operation: ClassVar[str] = ""
    audited: ClassVar[Audited] = Audited.READ

    def __init_subclass__(cls, operation: str = "", audited: Audited = Audited.READ, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.operation, cls.audited = operation, audited


class GetOne(Query):
    """A question for one object by its id."""

    id: UUID


class ListQuery(Query):
    """A question for a page of a list, newest first. cursor: next_cursor of the page before."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None
    with_total: bool = False


class View(Contract):
    """An answer."""


T = TypeVar("T", bound=View)


class Page(View, Generic[T]):
    items: list[T]
    next_cursor: str | None = Field(None, description="give it back as cursor for the next page; null on the last page")
    total: int | None = Field(None, description="only when with_total was asked")


class Event(Contract):
    """A fact, past tense, with its version: CaseFiledV1 of source cases is tianwei.cases.case-filed.v1.

    What every source has carries the source in its class name alone: CasesDeadLetterOpenedV1 is
    tianwei.cases.dead-letter-opened.v1.
    """

    source: ClassVar[str] = ""
    type: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1

    def __init_subclass__(cls, source: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if source:
            cls.source = source
        if match := re.fullmatch(r"(\w+?)V(\d+)", cls.__name__):
            cls.schema_version = int(match[2])
            name = kebab(match[1]).removeprefix(f"{cls.source}-")
            cls.type = f"tianwei.{cls.source}.{name}.v{match[2]}"


class EventMeta(Contract):
    """What the envelope says about an event that is being applied."""

    event_id: UUID
    source: str
    type: str
    subject: UUID
    time: datetime
    position: int
    actor: str
    jurisdiction: str
    correlation_id: str
    causation_id: str | None = None
