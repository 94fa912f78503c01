"""What notify knows of the things that cases tells of, so that no document has a fact typed again (design.md 5).

A dossier a thing: a clue, a case, an item, an action. Its facts are by the name that a field of a document asks for
(`case.party_name` is the fact party_name of a case), in the form in which a draft has them: text, number, day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.contracts.parts import DocumentRef


class DossierKind(StrEnum):
    CLUE = "clue"
    CASE = "case"
    ITEM = "item"
    ACTION = "action"
    TASK = "task"
    LISTING = "listing"
    TRANSFER = "transfer"
    LETTER = "letter"
    PIECE = "piece"  # of evidence


@dataclass(frozen=True)
class Dossier:
    """parent_id: what it belongs to: of a case its clue, of a task its action, of all else the case or what it proves.

    jurisdiction: 12-digit code of the place.
    """

    id: UUID
    kind: DossierKind
    parent_id: UUID | None
    jurisdiction: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What an event adds to a dossier. more: lines to be added to lists. instead: in a list, one line for another."""

    id: UUID
    kind: DossierKind
    facts: Mapping[str, Any] = field(default_factory=dict)
    parent_id: UUID | None = None
    more: Mapping[str, list[str]] = field(default_factory=dict)
    instead: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)


def merged(before: Mapping[str, Any], told: Told) -> dict[str, Any]:
    """The facts after an event. What it leaves open stays as it was."""
    facts = {**before, **{name: value for name, value in told.facts.items() if value not in (None, "", [])}}
    for name, lines in told.more.items():
        known = list(facts.get(name, []))
        facts[name] = [*known, *(line for line in lines if line not in known)]
    for name, (old, new) in told.instead.items():
        left = [line for line in facts.get(name, []) if line != old]
        facts[name] = [*left, *([new] if new else [])]
    return facts


def papers(documents: Iterable[DocumentRef]) -> list[str]:
    """Documents as a list of materials names them."""
    return [f"{one.title}（{one.document_no}）" if one.document_no else one.title for one in documents]
