"""Transition tables: who may do what in which state, on which documents, and which clocks it starts and stops.

What has no row is refused. A side path is a new row (and its method), never a new if.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from shared.contracts.codes import DocumentKind, Role
from shared.errors import Conflict, NotAllowed
from shared.principal import Actor

S = TypeVar("S", bound=StrEnum)

# Row.stops of a step that ends the object: every clock still running stops.
ALL_CLOCKS = frozenset({"*"})

COORDINATOR = frozenset({Role.COORDINATOR})
TOWNSHIP = frozenset({Role.COORDINATOR, Role.TOWNSHIP_OFFICER})
CHIEFS = frozenset({Role.CHIEF, Role.ACTING_CHIEF})
LEADERS = frozenset({Role.LEADER}) | CHIEFS
DECIDERS = COORDINATOR | LEADERS


class TransitionNotAllowed(Conflict):
    """The state has no such step. allowed: the steps it has. law: the rule the step stands under."""

    def __init__(self, name: str, state: str | None, verb: str, allowed: Iterable[str], law: str = "") -> None:
        super().__init__(
            "cases.transition-not-allowed", None, object=name, state=state, verb=verb, allowed=sorted(allowed), law=law
        )


class OutcomeNotAllowed(Conflict):
    """The state has the step, but not with this outcome (a legal opinion makes no case)."""

    def __init__(
        self, name: str, state: str | None, verb: str, outcome: str, allowed: Iterable[str], law: str = ""
    ) -> None:
        super().__init__(
            "cases.outcome-not-allowed",
            None,
            object=name,
            state=state,
            verb=verb,
            outcome=outcome,
            allowed=sorted(allowed),
            law=law,
        )


class DocumentMissing(Conflict):
    """Documents that must exist before this step."""

    def __init__(self, name: str, verb: str, missing: Iterable[DocumentKind], law: str = "") -> None:
        super().__init__(
            "cases.document-missing", "documents", object=name, verb=verb, missing=sorted(missing), law=law
        )


class Forbidden(Conflict):
    """A rule forbids the step as things stand. law: its citation (shared/citations.py)."""

    def __init__(self, code: str, field: str | None, law: str, **facts: Any) -> None:
        super().__init__(code, field, law=law, **facts)


class RoleMissing(NotAllowed):
    """The step belongs to another role. law: the rule that gives it to that role."""

    def __init__(self, allowed: Iterable[Role], law: str) -> None:
        super().__init__("role-not-allowed", None, allowed=sorted(allowed), law=law)


@dataclass(frozen=True)
class Row(Generic[S]):
    """One permitted step.

    at: the state it leaves, None for what does not exist yet. outcome: tells rows of one verb and state apart.
    who: roles; empty for a fact that another service tells. stops: rule ids, or ALL_CLOCKS.
    """

    verb: str
    at: S | None
    to: S
    who: frozenset[Role] = COORDINATOR
    outcome: str = ""
    needs: frozenset[DocumentKind] = frozenset()
    starts: tuple[str, ...] = ()
    stops: frozenset[str] = frozenset()


class Transitions(Generic[S]):
    """name: the object's name in errors. law: what its steps stand under; laws: of single verbs, otherwise."""

    def __init__(self, name: str, *rows: Row[S], law: str = "", laws: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.rows = rows
        self._law, self._laws = law, dict(laws or {})
        if unknown := self._laws.keys() - {row.verb for row in rows}:
            raise ValueError(f"laws of no verb: {sorted(unknown)}")
        self._by_step: dict[tuple[S | None, str], dict[str, Row[S]]] = {}
        for row in rows:
            outcomes = self._by_step.setdefault((row.at, row.verb), {})
            if row.outcome in outcomes:
                raise ValueError(f"two rows for {row.at}, {row.verb}, {row.outcome}")
            outcomes[row.outcome] = row

    def __iter__(self) -> Iterator[Row[S]]:
        return iter(self.rows)

    def law(self, verb: str) -> str:
        """The rule a step stands under, as refusals cite it; empty for none."""
        return self._laws.get(verb, self._law)

    def verbs(self, state: S | None) -> list[str]:
        """The steps that somebody may take there; what other objects tell is not among them."""
        return sorted({row.verb for row in self.rows if row.at == state and row.who})

    def who(self, verb: str) -> frozenset[Role]:
        """Every role that has a row of this verb."""
        return frozenset(role for row in self.rows if row.verb == verb for role in row.who)

    def permit(
        self, state: S | None, verb: str, by: Actor, held: Iterable[DocumentKind] = (), outcome: str = ""
    ) -> Row[S]:
        """The row of this step. Raises TransitionNotAllowed, OutcomeNotAllowed, NotAllowed, DocumentMissing."""
        outcomes = self._by_step.get((state, verb))
        if outcomes is None:
            raise TransitionNotAllowed(self.name, state, verb, self.verbs(state), self.law(verb))
        row = outcomes.get(outcome)
        if row is None:
            raise OutcomeNotAllowed(self.name, state, verb, outcome, outcomes, self.law(verb))
        if row.who and row.who.isdisjoint(by.roles):
            raise RoleMissing(row.who, self.law(verb))
        if missing := row.needs.difference(held):
            raise DocumentMissing(self.name, verb, missing, self.law(verb))
        return row
