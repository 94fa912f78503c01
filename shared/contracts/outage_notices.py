"""Notices to the coordinator that an agency cannot be reached (接口中断提醒): commands, queries, views, events."""

from uuid import UUID

from pydantic import Field

from shared.contracts.base import Command, Event, Instant, Int, ListQuery, View
from shared.contracts.codes import Agency


class AcknowledgeOutage(Command, on="outage-notice", verb="acknowledge"):
    """The coordinator has seen that an agency cannot be reached."""


class OutageNoticeView(View):
    id: UUID
    version: int
    agency: Agency
    since: Instant = Field(description="of the first failure")
    issued_at: Instant
    error: str
    waiting: Int = Field(description="letters and messages that waited for the agency when this was issued")
    ended_at: Instant | None = Field(description="when the agency could be reached again")
    acknowledged_at: Instant | None
    acknowledged_by: str | None


class ListOutageNotices(ListQuery, operation="outage-notice.list"):
    """Newest first."""

    unseen: bool = Field(False, description="only those that nobody has acknowledged")


class OutageNoticeEvent(Event, source="notify"):
    at: Instant
    outage_id: UUID
    agency: Agency


class OutageNoticeIssuedV1(OutageNoticeEvent):
    since: Instant
    error: str
    waiting: int


class OutageNoticeEndedV1(OutageNoticeEvent):
    """The agency can be reached again."""


class OutageNoticeAcknowledgedV1(OutageNoticeEvent):
    acknowledged_by: str
