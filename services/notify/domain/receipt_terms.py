"""Until when a document is to be signed for, when its recipients are urged, and by which ways they are reached.

The rows of register/receipts.toml, each with its validity. A year whose working calendar is not published counts Monday
to Friday: a document is not held up for it, and its term stands in the log as it was counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from shared.clock import SHANGHAI, local_day
from shared.contracts.codes import ChannelKind
from shared.workdays import Limit, LimitUnit, WorkDays, due

_DAY = timedelta(days=1)


class Body(StrEnum):
    """What kind of recipient it is: who receives copies in an inbox, an agency, a body of the register, any other."""

    RECIPIENT = "recipient"
    AGENCY = "agency"
    BODY = "body"
    OTHER = "other"


@dataclass(frozen=True)
class Valid:
    """From and to, both days included."""

    id: str
    basis: str
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


V = TypeVar("V", bound=Valid)


@dataclass(frozen=True)
class Term(Valid):
    """types: of documents, empty for all; urgent: only of documents with an urgency. The first row that fits counts."""

    types: frozenset[str]
    urgent: bool
    limit: Limit


@dataclass(frozen=True)
class Ladder(Valid):
    """after: working days past the term at which each step is told; then every so many. hour: of the day, Shanghai."""

    after: tuple[int, ...]
    every: int
    hour: int

    def at(self, step: int, due_at: datetime, days: WorkDays) -> datetime:
        """When a step (from 1) is told."""
        beyond = max(step - len(self.after), 0)
        number = self.after[min(step, len(self.after)) - 1] + beyond * self.every
        return datetime.combine(days.add_workdays(last_day(due_at), number), time(self.hour), SHANGHAI)

    def passed(self, due_at: datetime, after: int, now: datetime, days: WorkDays) -> int:
        """The last step beyond `after` that has come; `after` itself when none has."""
        step = after
        while self.at(step + 1, due_at, days) <= now:
            step += 1
        return step


@dataclass(frozen=True)
class Ways(Valid):
    """In which order a kind of recipient is served; of these it has those that are set up."""

    body: Body
    order: tuple[ChannelKind, ...]


class ReceiptTerms:
    """The register. days: the working calendar."""

    def __init__(self, terms: Iterable[Term], ladders: Iterable[Ladder], ways: Iterable[Ways], days: WorkDays) -> None:
        self._terms, self._ladders, self._ways = tuple(terms), tuple(ladders), tuple(ways)
        self.days = days.guess()

    @classmethod
    def from_register(cls, register: Mapping[str, Any], days: WorkDays) -> "ReceiptTerms":
        """KeyError, TypeError or ValueError for a wrong row: a process must not start on it."""
        return cls(
            (_term(row) for row in register["term"]),
            (Ladder(**{**_valid(row), "after": tuple(row["after"])}) for row in register["ladder"]),
            (
                Ways(**{**_valid(row), "body": Body(row["body"]), "order": tuple(map(ChannelKind, row["order"]))})
                for row in register["ways"]
            ),
            days,
        )

    def due_at(self, document_type: str, urgency: str, issued_at: datetime) -> datetime:
        """The moment after the last one in time. LookupError without a row: the register must cover every day."""
        on = local_day(issued_at)
        for term in self._terms:
            if term.holds(on) and document_type in (term.types or {document_type}) and (not term.urgent or urgency):
                found = due(term.limit, issued_at, self.days)
                return found.due_at or datetime.combine(found.due_on + _DAY, time(), SHANGHAI)
        raise LookupError(f"no term of receipt for {document_type} on {on}")

    def ladder(self, on: date) -> Ladder:
        return _one(self._ladders, on)

    def order(self, body: Body, on: date) -> tuple[ChannelKind, ...]:
        return _one([one for one in self._ways if one.body is body], on).order

    def days_late(self, due_at: datetime, now: datetime) -> int:
        """Working days since the last day of the term, 0 in time."""
        last, today = last_day(due_at), local_day(now)
        return self.days.workdays_between(last, today) if due_at <= now else 0


def _one(rows: Iterable[V], on: date) -> V:
    for row in rows:
        if row.holds(on):
            return row
    raise LookupError(f"the register of receipts has no row on {on}")


def last_day(due_at: datetime) -> date:
    """The last day of a term that ends at a moment; that of one which ends with a day is this day."""
    return local_day(due_at - timedelta(microseconds=1))


def _valid(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"valid_to": None, **row}


def _term(row: Mapping[str, Any]) -> Term:
    values = _valid(row)
    values["limit"] = Limit(values.pop("amount"), LimitUnit(values.pop("unit")))
    return Term(**{"urgent": False, **values, "types": frozenset(row.get("types", ()))})
