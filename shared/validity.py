"""Since when an object is in its state, as its papers have it: apart from the moment at which the house was told.

Figures of a period that has ended rest on what had been told by its end; what is told later of a day within it is
shown beside them as late (domain.md 5.3).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from shared.clock import noon
from shared.contracts.assistance import AssistanceAnsweredV1, AssistanceRefusedV1
from shared.contracts.case_path_events import (
    CaseCourtAppliedV1,
    CaseCourtRuledV1,
    CaseHearingHeldV1,
    CasePerformanceDemandedV1,
)
from shared.contracts.cases_events import CasePartyNotifiedV1, CaseServedV1
from shared.contracts.listings import ListingNotifiedV1, ListingPublishedV1, ListingTalkedV1
from shared.contracts.police_transfer_events import (
    PoliceTransferFiledV1,
    PoliceTransferHandedOverV1,
    PoliceTransferRefusedV1,
)

# Which of its days is that of the state it leads to.
_STATED: Mapping[type[Any], str] = {
    CasePartyNotifiedV1: "served_at",
    CaseServedV1: "served_at",
    CaseHearingHeldV1: "held_at",
    CasePerformanceDemandedV1: "served_at",
    CaseCourtAppliedV1: "applied_on",
    CaseCourtRuledV1: "ruled_on",
    ListingNotifiedV1: "sent_on",
    ListingPublishedV1: "published_on",
    ListingTalkedV1: "talked_on",
    PoliceTransferHandedOverV1: "received_at",
    PoliceTransferFiledV1: "received_on",
    PoliceTransferRefusedV1: "received_on",
    AssistanceAnsweredV1: "answered_on",
    AssistanceRefusedV1: "refused_on",
}


def valid_since(event: Any, *, is_first: bool) -> datetime:
    """When the state that an event leads to began; never after the event was told.

    What an event says of its own day comes first; else a step is done when the last of the papers it brings is dated,
    where all of them are. is_first: it begins the object; papers of before do not make that older, only what says so
    (state_since of what was taken over).
    """
    told: datetime = event.at
    taken_over = getattr(event, "state_since", None)
    if taken_over is not None:
        return min(_instant(taken_over), told)
    if is_first:
        return told
    stated = _STATED.get(type(event))
    if stated is not None:
        return min(_instant(getattr(event, stated)), told)
    days = [document.dated_on for document in event.documents]
    known = [day for day in days if day is not None]
    return min(noon(max(known)), told) if known and len(known) == len(days) else told


def _instant(said: date | datetime) -> datetime:
    return said if isinstance(said, datetime) else noon(said)
