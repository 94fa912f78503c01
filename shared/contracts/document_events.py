"""What is told of official documents. Of an issued one the digests and the signature, never its files."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Event, Instant, Int, Sha256
from shared.contracts.codes import ChannelKind, DocumentState
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
    subject_id: UUID | None = Field(None, description="what it is about, where that is not the case itself")
    verify_code: str = Field(description="says nothing before the document is issued")
    drafted_by: str | None = Field(description="null: by a rule")
    drafter_id: str | None = Field(description="account of who drafted it: another one checks it")
    caused_by: str = Field(description="event id or command id that asked for it")
    corrects: CorrectedDocument | None
    chain: list[CorrectedDocument] = Field(description="the first document, then each correction up to `corrects`")
    rule_id: str | None = Field(None, description="copy rule that asked for it")


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
    """签发. The press has yet to number and print it. rule_id: the copy rule by which it is issued without a person."""

    approved_by: str
    dated_on: date
    rule_id: str | None = None


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
    codes: dict[str, str] = Field(default_factory=dict, description="of the recipients that the register knows")


class DocumentServedV1(DocumentEvent):
    """Sent out to a recipient: the first time when it is issued, once more by a person or when a way has failed."""

    recipient: str
    round: Int
    channel: ChannelKind
    reason: str | None = Field(description="null: the first time")
    due_at: Instant = Field(description="until when it is to be signed for; once more does not move it")
    next_urge_at: Instant | None


class DocumentAcceptedV1(DocumentEvent):
    """First grade: the transport took it. That it lies with the recipient is not known by this."""

    recipient: str
    round: Int
    channel: ChannelKind
    reference: str | None


class DocumentDeliveredV1(DocumentEvent):
    """Second grade: it lies with the recipient (placed in its inbox, taken by its system, handed over, read)."""

    recipient: str
    channel: str
    delivered_at: Instant
    entered_by: str | None = Field(None, description="who recorded what came on paper")


class DocumentOpenedV1(DocumentEvent):
    """First reading in the console."""

    recipient: str


class DocumentSignedForV1(DocumentEvent):
    """Third grade. sha256: digest of what was signed for, as the signer sent it; of a receipt on paper it may lack."""

    recipient: str
    signed_by: str
    signed_at: Instant
    sha256: Sha256 | None = None
    entered_by: str | None = Field(None, description="who recorded what came on paper")


class DocumentDeliveryExhaustedV1(DocumentEvent):
    """Every try by this way failed. Another one is taken, if the recipient has one; else a person must see to it."""

    recipient: str
    round: Int
    channel: ChannelKind
    error: str


class DocumentDeliveryResumedV1(DocumentEvent):
    """A person has the failed way tried again."""

    recipient: str
    round: Int


class DocumentUrgedV1(DocumentEvent):
    """Not signed for in time: urged (催签). step: of the ladder in force; those that passed while the house stood still
    are left out, so that nobody is urged twice at once."""

    recipient: str
    step: Int
    channel: ChannelKind
    due_at: Instant
    next_urge_at: Instant | None


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
