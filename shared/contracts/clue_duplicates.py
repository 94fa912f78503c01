"""Proposals that two clues are one, or that a struck-off place has come back: queries, decision, views."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Command, GetOne, ListQuery, Text, View
from shared.contracts.codes import ClueState, DuplicateGround, DuplicateKind, DuplicateState


class DecideDuplicate(Command, on="clue_duplicate", verb="decide"):
    """Decide a proposal (查重认定), by name and with a reason.

    link: of a duplicate, one clue ends and points at the other, both keep their numbers; of a rebound, the new clue
    goes on and points at the struck-off item.
    """

    decision: Literal["link", "separate"]
    into_id: UUID | None = Field(None, description="of a duplicate: which of the two goes on; else the older one")
    reason: Text


class ProposedClue(View):
    """One of the two, as it is now."""

    id: UUID
    clue_no: str
    patch_no: str | None
    state: ClueState
    place: str
    received_at: datetime


class DuplicateRow(View):
    id: UUID
    version: int
    kind: DuplicateKind
    state: DuplicateState
    clue: ProposedClue = Field(description="the newer")
    other: ProposedClue = Field(description="the older")
    item_id: UUID | None = Field(description="of a rebound: the struck-off item")
    item_no: str | None
    grounds: list[DuplicateGround]
    facts: dict[str, Any] = Field(description="iou, number, distance_m … by which they look alike")
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


class GetDuplicate(GetOne, operation="clue_duplicate.get"):
    pass


class ListDuplicates(ListQuery, operation="clue_duplicate.list"):
    """Newest first."""

    state: DuplicateState | None = None
    kind: DuplicateKind | None = None
    clue: UUID | None = Field(None, description="proposals with this clue")
