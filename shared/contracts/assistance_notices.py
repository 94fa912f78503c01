"""Notices of letters of assistance (协助函提醒): to the agency asked, and back to the one that asked."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Bool, Command, Event, Instant, ListQuery, View
from shared.contracts.codes import Agency, AssistanceState


class AcknowledgeAssistanceNotice(Command, on="assistance-notice", verb="acknowledge"):
    """Somebody of the agency has seen it. It answers nothing: the clock of the letter runs on."""


class AssistanceNoticeView(View):
    id: UUID
    version: int
    agency: Agency = Field(description="who is told")
    letter_id: UUID
    letter_no: str
    case_no: str | None = Field(description="only of a letter that asks")
    news: AssistanceState = Field(description="what has become of the letter")
    other_body: str = Field(description="the other side: code of an agency, or the name of a body")
    urgent: Bool
    due_on: date | None = Field(description="last day of the answer, as of this notice")
    issued_at: Instant
    acknowledged_at: Instant | None
    acknowledged_by: str | None


class ListAssistanceNotices(ListQuery, operation="assistance-notice.list"):
    """Newest first."""

    unseen: bool = Field(False, description="only those that nobody has acknowledged")


class AssistanceNoticeEvent(Event, source="notify"):
    at: Instant
    notice_id: UUID
    agency: Agency


class AssistanceNoticeIssuedV1(AssistanceNoticeEvent):
    letter_id: UUID
    letter_no: str
    case_no: str | None
    news: AssistanceState
    other_body: str
    urgent: bool
    due_on: date | None


class AssistanceNoticeAcknowledgedV1(AssistanceNoticeEvent):
    acknowledged_by: str
