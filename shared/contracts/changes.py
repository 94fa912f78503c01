"""What has changed of what a caller may see: kinds, ids and counts of a service's log, never what an event says."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Query, View

MOST_EVENTS = 500


class ListChanges(Query, operation="change.list"):
    """The objects that changed above a position of the log, for whoever may see them.

    log_id, after: as the answer before had them; without them the answer says only where the log ends now.
    """

    log_id: UUID | None = None
    after: Annotated[int, Field(ge=0)] = 0


class ChangedObject(View):
    kind: str = Field(description="what it is, as its address has it in the singular: case, task, notice")
    id: UUID
    count: int = Field(description="facts about it since")


class ChangesView(View):
    """Positions never leave the house: they would count what the caller may not see."""

    log_id: UUID
    upto: int = Field(description="position up to which was looked")
    renewed: bool = Field(description="the log has begun anew since: what happened in between cannot be told")
    changes: list[ChangedObject]
