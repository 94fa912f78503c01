"""What needs a person (R7): parked events, refused messages, exhausted deliveries, forked feeds; and what was decided.

Every service keeps its own register and tells of it in its own log, which is hash-chained and append-only: that is the
audit of the decisions, and DeadLetterOpenedV1 is the alert.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Audited, Command, Event, GetOne, Instant, ListQuery, Page, ShortText, Text, View


class DeadLetterKind(StrEnum):
    PARKED_EVENT = "parked_event"
    REFUSED_MESSAGE = "refused_message"
    EXHAUSTED_DELIVERY = "exhausted_delivery"
    FORKED_FEED = "forked_feed"


class DeadLetterStatus(StrEnum):
    """settled: done by replay, or by itself (the agency got it another way). discarded: by two people."""

    OPEN = "open"
    DISCARD_PROPOSED = "discard_proposed"
    SETTLED = "settled"
    DISCARDED = "discarded"


WAITING = (DeadLetterStatus.OPEN, DeadLetterStatus.DISCARD_PROPOSED)
"""Those that wait for a person."""


class Settlement(StrEnum):
    """How a dead letter came to its end without being discarded."""

    REPLAYED = "replayed"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class ListDeadLetters(ListQuery, operation="dead-letter.list", audited=Audited.NOT):
    """What waits for a person, and what was decided; newest first.

    ended: false for those that wait, true for those that do not any more; all when it is left out.
    """

    kind: DeadLetterKind | None = None
    ended: bool | None = None
    producer: ShortText | None = None
    subject_id: UUID | None = None


class GetDeadLetter(GetOne, operation="dead-letter.get", audited=Audited.NOT):
    pass


class ReplayDeadLetter(Command, on="dead-letter", verb="replay"):
    """Try again: a parked event with all that is parked of its aggregate, in order; a delivery with a new schedule;
    a stopped feed against its producer's log as it is now. What fails again stays, and says why."""


class ProposeDiscard(Command, on="dead-letter", verb="discard"):
    """Propose to give it up; a second person has to agree."""

    reason: Text


class ConfirmDiscard(Command, on="dead-letter", verb="confirm-discard"):
    """Agree to give it up, as the second person."""


class DeadLetterView(View):
    """No content of events or messages: an administrator reads no case."""

    id: UUID
    version: int
    service: str
    kind: DeadLetterKind
    status: DeadLetterStatus
    reason: str
    error: str | None
    tries: int
    times: int = Field(description="how often it came while it was open")
    producer: str | None
    position: int | None
    event_type: str | None
    subject_id: UUID | None
    party: str | None
    opened_at: Instant
    age_s: int = Field(description="seconds since it was opened, or from then until it ended")
    last_at: Instant | None
    proposed_by: str | None
    proposed_reason: str | None
    decided_by: str | None
    decided_at: Instant | None
    decision: str | None


class DeadLetterPage(Page[DeadLetterView]):
    """Of all services, or of those asked for."""

    missing: list[str] = Field([], description="services that did not answer: theirs are not among the items")


class ReplayedView(DeadLetterView):
    """The dead letter after the replay."""

    replayed: int = Field(description="events applied, deliveries or feeds set going")
    remaining: int = Field(description="events of the same aggregate that are still parked")
    failed_id: UUID | None = Field(description="the dead letter at which it stopped")


class DeadLetterEvent(Event):
    at: Instant
    dead_letter_id: UUID


class DeadLetterOpened(DeadLetterEvent):
    """The alert. reason: a code, see the register; error: what went wrong, without any content of the event."""

    kind: DeadLetterKind
    reason: str
    error: str | None
    tries: int
    producer: str | None
    position: int | None
    event_type: str | None
    subject_id: UUID | None
    party: str | None


class DeadLetterReplayFailed(DeadLetterEvent):
    reason: str
    error: str | None
    tries: int


class DeadLetterSettled(DeadLetterEvent):
    how: Settlement
    by: str


class DeadLetterDiscardProposed(DeadLetterEvent):
    reason: str
    by: str


class DeadLetterDiscarded(DeadLetterEvent):
    """by: the second person."""

    reason: str
    proposed_by: str
    by: str


@dataclass(frozen=True)
class DeadLetterEvents:
    """The event classes of one source."""

    opened: type[DeadLetterOpened]
    replay_failed: type[DeadLetterReplayFailed]
    settled: type[DeadLetterSettled]
    discard_proposed: type[DeadLetterDiscardProposed]
    discarded: type[DeadLetterDiscarded]


class CasesDeadLetterOpenedV1(DeadLetterOpened, source="cases"):
    """The alert: something in cases needs a person."""


class CasesDeadLetterReplayFailedV1(DeadLetterReplayFailed, source="cases"):
    """Tried again by a person, and failed again."""


class CasesDeadLetterSettledV1(DeadLetterSettled, source="cases"):
    """It needs nobody any more."""


class CasesDeadLetterDiscardProposedV1(DeadLetterDiscardProposed, source="cases"):
    """One person wants it discarded."""


class CasesDeadLetterDiscardedV1(DeadLetterDiscarded, source="cases"):
    """A second person agreed."""


class AgenciesDeadLetterOpenedV1(DeadLetterOpened, source="agencies"):
    """The alert: something in agencies needs a person."""


class AgenciesDeadLetterReplayFailedV1(DeadLetterReplayFailed, source="agencies"):
    """Tried again by a person, and failed again."""


class AgenciesDeadLetterSettledV1(DeadLetterSettled, source="agencies"):
    """It needs nobody any more."""


class AgenciesDeadLetterDiscardProposedV1(DeadLetterDiscardProposed, source="agencies"):
    """One person wants it discarded."""


class AgenciesDeadLetterDiscardedV1(DeadLetterDiscarded, source="agencies"):
    """A second person agreed."""


class NotifyDeadLetterOpenedV1(DeadLetterOpened, source="notify"):
    """The alert: something in notify needs a person."""


class NotifyDeadLetterReplayFailedV1(DeadLetterReplayFailed, source="notify"):
    """Tried again by a person, and failed again."""


class NotifyDeadLetterSettledV1(DeadLetterSettled, source="notify"):
    """It needs nobody any more."""


class NotifyDeadLetterDiscardProposedV1(DeadLetterDiscardProposed, source="notify"):
    """One person wants it discarded."""


class NotifyDeadLetterDiscardedV1(DeadLetterDiscarded, source="notify"):
    """A second person agreed."""


EVENTS_OF: Mapping[str, DeadLetterEvents] = {
    "cases": DeadLetterEvents(
        CasesDeadLetterOpenedV1,
        CasesDeadLetterReplayFailedV1,
        CasesDeadLetterSettledV1,
        CasesDeadLetterDiscardProposedV1,
        CasesDeadLetterDiscardedV1,
    ),
    "agencies": DeadLetterEvents(
        AgenciesDeadLetterOpenedV1,
        AgenciesDeadLetterReplayFailedV1,
        AgenciesDeadLetterSettledV1,
        AgenciesDeadLetterDiscardProposedV1,
        AgenciesDeadLetterDiscardedV1,
    ),
    "notify": DeadLetterEvents(
        NotifyDeadLetterOpenedV1,
        NotifyDeadLetterReplayFailedV1,
        NotifyDeadLetterSettledV1,
        NotifyDeadLetterDiscardProposedV1,
        NotifyDeadLetterDiscardedV1,
    ),
}
