"""Notify: notices, their recipients and receipts: commands, queries, views, events."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Command, Contract, Event, GetOne, Instant, ListQuery, ShortText, Text, View
from shared.contracts.codes import DeliveryState, NoticeKind, Recipient


class IssueNotice(Command, on="notice", verb="issue"):
    """Issue a notice on a case by hand (抄告): number, text from the template, main recipient and copies."""

    kind: Literal["case_report_copy"] = "case_report_copy"
    case_id: UUID
    remarks: Text
    main_recipient: Recipient = Recipient.PARTY_COMMITTEE
    copies: Annotated[list[Recipient], Field(max_length=10)] = Field(
        default_factory=lambda: [Recipient.DISCIPLINE_COMMISSION, Recipient.ORGANISATION_DEPARTMENT]
    )


class SignNotice(Command, on="notice", verb="sign"):
    """Sign for a received notice (签收)."""

    signed_by: ShortText


class NoticeReceipt(View):
    """Proof for one recipient."""

    recipient: Recipient
    line: Literal["main", "copy"]
    state: DeliveryState
    delivered_at: Instant | None = Field(description="first recorded reading or 2xx of its endpoint")
    signed_at: Instant | None
    signed_by: str | None


class NoticeRow(View):
    id: UUID
    version: int
    notice_no: str = Field(description="发文字号, like 中宁耕保抄〔2026〕3号")
    kind: NoticeKind
    title: str
    case_id: UUID | None
    issued_at: Instant
    main_recipient: Recipient
    copies: list[Recipient]
    receipts: list[NoticeReceipt] = Field(description="a recipient sees only its own")


class NoticeView(NoticeRow):
    issuer: str
    body: str
    sha256: str = Field(description="digest of number, title, recipients and body")


class GetNotice(GetOne, operation="notice.get"):
    pass


class ListNotices(ListQuery, operation="notice.list"):
    kind: NoticeKind | None = None
    case_id: UUID | None = None
    unsigned: bool = False


class NotifyEvent(Event, source="notify"):
    at: Instant
    notice_id: UUID
    notice_no: str


class NoticeLine(Contract):
    recipient: Recipient
    line: Literal["main", "copy"]


class NoticeIssuedV1(NotifyEvent):
    kind: NoticeKind
    title: str
    body: str
    sha256: str
    issuer: str
    case_id: UUID | None
    caused_by: str = Field(description="event id or command id that asked for it")
    recipients: list[NoticeLine]


class NoticeDeliveredV1(NotifyEvent):
    recipient: Recipient
    channel: str


class NoticeSignedV1(NotifyEvent):
    recipient: Recipient
    signed_by: str


class NoticeDeliveryExhaustedV1(NotifyEvent):
    recipient: Recipient
    error: str


NOTICE_COMMANDS: tuple[type[Command], ...] = (SignNotice,)
