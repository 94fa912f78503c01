"""Notify: notices, their recipients and receipts: commands, queries, views; and the events of former notices.

A notice (抄告) is an official document as those see it to whom it is addressed (shared/contracts/documents.py).
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import (
    Audited,
    Command,
    Contract,
    Event,
    GetOne,
    Instant,
    Int,
    ListQuery,
    Query,
    Sha256,
    ShortText,
    Text,
    View,
)
from shared.contracts.channels import RecipientChannelView
from shared.contracts.codes import ChannelKind, DeliveryState, DocumentState, NoticeKind, Recipient
from shared.contracts.documents import DocumentFile, DocumentType


class IssueNotice(Command, on="notice", verb="issue"):
    """Issue a notice on a case by hand (抄告): the copy rule for it says whether people check it first."""

    kind: Literal["case_report_copy"] = "case_report_copy"
    case_id: UUID
    remarks: Text
    main_recipient: Recipient = Recipient.PARTY_COMMITTEE
    copies: Annotated[list[Recipient], Field(max_length=10)] = Field(
        default_factory=lambda: [Recipient.DISCIPLINE_COMMISSION, Recipient.ORGANISATION_DEPARTMENT]
    )


class SignNotice(Command, on="notice", verb="sign"):
    """Sign for a received notice (签收). sha256: of the exact text that the signer saw; another one is refused."""

    signed_by: ShortText
    sha256: Sha256


class ReadNotice(Command, on="notice", verb="read"):
    """Record that the recipient has opened the notice: its first reading proves that it has arrived.

    The gateway issues it when a recipient's clerk opens a notice, since queries change nothing. Reading again changes
    nothing and is no error.
    """


class NoticeReceipt(View):
    """Proof for one recipient, in grades: accepted by the transport, delivered (placed with it), signed for."""

    recipient: str = Field(description="code of the register, or the name as the document has it")
    name: str
    line: Literal["main", "copy"]
    state: DeliveryState
    channel: str | None = Field(description="by which way it goes out now, or arrived")
    accepted_at: Instant | None
    delivered_at: Instant | None = Field(description="placed in the inbox, 2xx of its endpoint, or first reading")
    opened_at: Instant | None
    signed_at: Instant | None
    signed_by: str | None
    due_at: Instant | None
    urged: Int


class NoticeRow(View):
    id: UUID
    version: int = Field(description="for If-Match; a recipient's own, which the acts of others do not move")
    notice_no: str | None = Field(description="发文字号, like 中宁耕保抄〔2026〕3号; null until it is printed")
    kind: str = Field(description="type of the document")
    state: DocumentState
    title: str
    case_id: UUID | None
    dated_on: date | None
    issued_at: Instant | None
    sha256: Sha256 | None = Field(description="digest to sign for: of the PDF, of a former notice of its text")
    main_recipient: str | None
    copies: list[str]
    receipts: list[NoticeReceipt] = Field(description="a recipient sees only its own")


class NoticeView(NoticeRow):
    issuer: str
    body: str = Field(description="the text without its layout")
    files: list[DocumentFile]
    verify_code: str | None


class GetNotice(GetOne, operation="notice.get"):
    pass


class ListNotices(ListQuery, operation="notice.list"):
    kind: DocumentType | None = None
    case_id: UUID | None = None
    unsigned: bool = False


class GetNoticeFile(Query, operation="notice.file", audited=Audited.EXPORT):
    """Which frozen file of a notice is served to those it is addressed to."""

    id: UUID
    format: Literal["pdf", "docx"]


class RecipientView(View):
    code: Recipient
    name: str
    endpoint_url: str | None
    endpoint_active: bool | None
    notices_unsigned: int
    deliveries_pending: int = Field(description="to its endpoint; a recipient without one is served by the inbox")
    deliveries_exhausted: int
    channels: list[RecipientChannelView] = Field(description="in their order; empty: nothing but the inbox")


class RecipientList(View):
    items: list[RecipientView]


class ListRecipients(Query, operation="recipient.list", audited=Audited.NOT):
    """Who receives notices and how far each has come, within the caller's jurisdiction."""


class NotifyEvent(Event, source="notify"):
    """What was told of notices before each was an official document. Logs live for ever, so it stays readable; nothing
    tells it any more."""

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


class NoticeDeliveryResumedV1(NotifyEvent):
    """A person had it tried again."""

    recipient: Recipient


class RecipientEndpointEvent(Event, source="notify"):
    """The endpoint's secret is no part of any event."""

    at: Instant
    recipient: Recipient
    url: str
    channel: ChannelKind = ChannelKind.WEBHOOK


class RecipientEndpointConfiguredV1(RecipientEndpointEvent):
    pass


class RecipientEndpointDisabledV1(RecipientEndpointEvent):
    """It wants no more (410, an unknown addressee), or a person has taken it out of use: a person must see to it."""

    error: str


NOTICE_COMMANDS: tuple[type[Command], ...] = (SignNotice, ReadNotice)
