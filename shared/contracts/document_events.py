"""What is told of official documents. Of an issued one the digests and the signature, never its files."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Event, Instant, Sha256
from shared.contracts.codes import DocumentState
from shared.contracts.documents import (
    CorrectedDocument,
    DocumentContent,
    DocumentFile,
    DocumentProblem,
    DocumentSignature,
)


class DocumentEvent(Event, source="notify"):
    at: Instant
    document_id: UUID
    to_state: DocumentState


class DocumentDraftedV1(DocumentEvent):
    document_type: str
    office: str = Field(description="`coordination`, or the code of an agency")
    approver: str = Field(description="who issues the type")
    title: str
    content: DocumentContent
    case_id: UUID | None
    verify_code: str = Field(description="says nothing before the document is issued")
    drafted_by: str | None = Field(description="null: by a rule")
    drafter_id: str | None = Field(description="account of who drafted it: another one checks it")
    caused_by: str = Field(description="event id or command id that asked for it")
    corrects: CorrectedDocument | None
    chain: list[CorrectedDocument] = Field(description="the first document, then each correction up to `corrects`")


class DocumentRevisedV1(DocumentEvent):
    title: str
    content: DocumentContent
    drafted_by: str
    drafter_id: str


class DocumentDiscardedV1(DocumentEvent):
    reason: str


class DocumentCheckedV1(DocumentEvent):
    checked_by: str


class DocumentReturnedV1(DocumentEvent):
    returned_by: str
    reason: str


class DocumentApprovedV1(DocumentEvent):
    """签发. The press has yet to number and print it."""

    approved_by: str
    dated_on: date


class DocumentPrintRefusedV1(DocumentEvent):
    """It cannot be printed as it is; it took no number."""

    problem: DocumentProblem


class DocumentIssuedV1(DocumentEvent):
    """Numbered, printed, signed and frozen in one step (登记、印制、用印)."""

    number: str | None
    series: str | None
    year: int
    serial: int | None
    title: str
    issuer: str
    dated_on: date
    template: str = Field(description="type and version of the wording")
    content_sha256: Sha256 = Field(description="of all that it says, whatever the file format")
    files: list[DocumentFile]
    signature: DocumentSignature
    recipients: list[str]
    copies: list[str]


class DocumentDeliveredV1(DocumentEvent):
    recipient: str
    channel: str
    delivered_at: Instant


class DocumentSignedForV1(DocumentEvent):
    recipient: str
    signed_by: str
    signed_at: Instant


class DocumentClosedV1(DocumentEvent):
    closed_by: str
    reason: str | None


class DocumentWithdrawnV1(DocumentEvent):
    withdrawn_by: str
    number: str | None
    reason: str


class DocumentReplacedV1(DocumentEvent):
    """The correction that names it has been issued."""

    replaced_by: CorrectedDocument
