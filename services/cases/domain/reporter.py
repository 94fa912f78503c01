"""Who reported a clue (举报人): a record of its own, sealed, for the receiving clerk alone (domain.md 4.6, 5.7).

What is in its events says nothing of the person. The sealed words travel beside them and are kept by the store.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.clue_events import ReporterEvent, ReporterRecordedV1, ReporterToldV1, ReporterViewedV1
from shared.contracts.codes import ReportChannel
from shared.errors import InvalidInput


class ReporterNamedInText(InvalidInput):
    """Who reported must not stand where everybody reads it. The name is not repeated here."""

    def __init__(self, field: str) -> None:
        super().__init__("cases.reporter-in-text", field)


class ReporterNotHere(InvalidInput):
    """Only a report of a person has a reporter and a channel."""

    def __init__(self, field: str) -> None:
        super().__init__("cases.reporter-not-here", field)


@dataclass(kw_only=True)
class ReporterRecord:
    """sealed, replies: sealed texts, of which no event tells. told_at: when the outcome was last told."""

    TYPE: ClassVar[str] = "clue_reporter"

    id: UUID
    version: int = 0
    jurisdiction: str = ""
    clue_id: UUID | None = None
    clue_no: str = ""
    received_by: str = ""
    channel: ReportChannel = ReportChannel.VISIT
    received_at: datetime | None = None
    sealed: str = ""
    replies: str = ""
    views: int = 0
    told_at: datetime | None = None
    told_outcome: str | None = None

    def record(
        self, clue_id: UUID, clue_no: str, where: str, received_by: str, channel: ReportChannel, at: datetime
    ) -> list[ReporterEvent]:
        return [
            ReporterRecordedV1(
                at=at,
                reporter_id=self.id,
                clue_id=clue_id,
                clue_no=clue_no,
                received_by=received_by,
                division_code=where,
                channel=channel,
            )
        ]

    def view(self, purpose: str, at: datetime) -> list[ReporterEvent]:
        """Somebody looks: told before anything is shown."""
        return [ReporterViewedV1(at=at, reason=purpose, **self._names)]

    def tell(self, channel: ReportChannel, told_at: datetime, outcome: str, at: datetime) -> list[ReporterEvent]:
        return [ReporterToldV1(at=at, channel=channel, told_at=told_at, outcome=outcome, **self._names)]

    @property
    def _names(self) -> dict[str, UUID | str]:
        assert self.clue_id is not None
        return {"reporter_id": self.id, "clue_id": self.clue_id, "clue_no": self.clue_no}

    def apply(self, event: ReporterEvent) -> None:
        if isinstance(event, ReporterRecordedV1):
            self.clue_id, self.clue_no = event.clue_id, event.clue_no
            self.received_by, self.channel = event.received_by, event.channel
            self.jurisdiction, self.received_at = event.division_code, event.at
        elif isinstance(event, ReporterViewedV1):
            self.views += 1
        elif isinstance(event, ReporterToldV1):
            self.told_at, self.told_outcome = event.told_at, event.outcome
