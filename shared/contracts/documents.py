"""Official documents (公文): commands, queries, views. The types and their fields are notify's register."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.base import (
    Audited,
    Command,
    Contract,
    GetOne,
    Instant,
    Int,
    ListQuery,
    Query,
    Sha256,
    ShortText,
    View,
)
from shared.contracts.codes import ChannelKind, DocumentState, Role

COORDINATION = "coordination"
"""The office of the leading group (领导小组办公室); every other office is an agency's by its code."""

FactText = Annotated[str, StringConstraints(max_length=20_000)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
FactValue = Int | Finite | FactText | Annotated[list[FactText | dict[str, FactText]], Field(max_length=2_000)]
Facts = Annotated[
    dict[Annotated[str, StringConstraints(max_length=60)], FactValue],
    Field(
        max_length=60,
        description="by the name of the type's field: text, whole number, number (area in m2), list of "
        "lines, list of rows by column; a date as 2026-07-06, an instant as ISO 8601 with offset",
    ),
]
Parties = Annotated[list[ShortText], Field(max_length=20)]
DocumentType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
VerifyCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{16}$")]
"""16 signs of Crockford's base 32, 80 bits: on paper in fours, in the address of the QR code without hyphens."""


class DocumentContent(Contract):
    """What a draft says. to: 主送; copies: 抄送; contact: 联系人及电话, for the note."""

    to: Parties = Field(default_factory=list)
    copies: Parties = Field(default_factory=list)
    facts: Facts
    contact: Annotated[str, StringConstraints(max_length=100)] = ""
    urgency: Literal["", "加急", "特急"] = ""


class CorrectedDocument(Contract):
    """A document that a correction names."""

    document_id: UUID
    number: str | None
    title: str


class DocumentFile(Contract):
    """A frozen file of an issued document; it lies in the file store under its SHA-256."""

    format: Literal["pdf", "docx"]
    sha256: Sha256
    sm3: Sha256
    size: Int


class DocumentSignature(Contract):
    """The office's signature over `statement`. public_key: `ed25519:` or `sm2:` and base64; value: base64."""

    alg: Literal["ed25519", "sm2"]
    key_id: str
    public_key: str
    value: str
    statement: str = Field(description="the signed bytes: canonical JSON (RFC 8785) of number, office, day and files")


SubjectId = Annotated[
    UUID | None,
    Field(
        description="what it is about: clue, rectification item, joint action, task, supervision listing, hand-over to "
        "the police or letter of assistance; its case follows from it"
    ),
]


class DraftDocument(Command, on="document", verb="draft"):
    """Draft a document of a type (拟稿). What is known of its case or subject is filled in: a name, a number, a day or
    an area cannot be said otherwise, words about it can.

    corrects: the issued document that this one corrects and, once issued, replaces.
    """

    type: DocumentType
    content: DocumentContent
    case_id: UUID | None = None
    subject_id: SubjectId = None
    corrects: UUID | None = None


class DocumentStep(Command):
    """A step of the life of a document."""


class ReviseDocument(DocumentStep, on="document", verb="revise"):
    """Replace the content of a draft."""

    content: DocumentContent


class DiscardDocument(DocumentStep, on="document", verb="discard"):
    """Give up a draft. It never had a number."""

    reason: ShortText


class CheckDocument(DocumentStep, on="document", verb="check"):
    """Check a draft (核稿): by another person than who drafted it."""


class ReturnDocument(DocumentStep, on="document", verb="return"):
    """Send it back to be revised (退回修改)."""

    reason: ShortText


class ApproveDocument(DocumentStep, on="document", verb="issue"):
    """Issue it (签发), as whoever may for its type. The press then numbers, prints, signs and freezes it."""


class DeliverDocument(DocumentStep, on="document", verb="deliver"):
    """Record that it has reached one of those it is addressed to."""

    recipient: ShortText
    channel: ShortText
    delivered_at: Instant


class SignForDocument(DocumentStep, on="document", verb="sign-for"):
    """Record that a recipient has signed for it on paper (签收); what is signed for has arrived.

    sha256: digest of the file that was signed for, where the receipt names it; another one is refused.
    """

    recipient: ShortText
    signed_by: ShortText
    signed_at: Instant
    sha256: Sha256 | None = None


class ReServeDocument(DocumentStep, on="document", verb="re-serve"):
    """Send it once more to one who has not signed (再次送达), by a way that this recipient has."""

    recipient: ShortText
    channel: ChannelKind
    reason: ShortText


class CloseDocument(DocumentStep, on="document", verb="close"):
    """Close it (办结): all have signed, or it says why no signature is awaited any more."""

    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class WithdrawDocument(DocumentStep, on="document", verb="withdraw"):
    """Withdraw an issued document (撤回) before anybody has signed for it. It keeps its number and says so."""

    reason: ShortText


DOCUMENT_COMMANDS: tuple[type[DocumentStep], ...] = (
    ReviseDocument,
    DiscardDocument,
    CheckDocument,
    ReturnDocument,
    ApproveDocument,
    DeliverDocument,
    SignForDocument,
    ReServeDocument,
    CloseDocument,
    WithdrawDocument,
)


class DocumentService(Contract):
    """One time that it was sent out to a recipient (一次送达): by which way, what that proved or why it failed."""

    round: Int
    channel: ChannelKind
    served_at: Instant
    reason: str | None = Field(None, description="why once more; null: the first time")
    accepted_at: Instant | None = Field(None, description="the transport took it")
    reference: str | None = Field(None, description="the transport's own mark of it")
    failed_at: Instant | None = None
    error: str | None = None


class DocumentReceipt(Contract):
    """How far it has come with one of those it is addressed to: accepted, placed (delivered), signed for."""

    recipient: str
    line: Literal["main", "copy"]
    code: str | None = Field(None, description="of a body that the register of the county knows")
    version: Int = Field(1, description="1 when issued, one more with each fact about this recipient")
    services: list[DocumentService] = Field(default_factory=list, description="the last one is the present one")
    channel: str | None = Field(None, description="by which way it arrived")
    delivered_at: Instant | None = Field(None, description="it lies with the recipient: placed in its inbox, or read")
    opened_at: Instant | None = Field(None, description="first reading in the console")
    signed_at: Instant | None = None
    signed_by: str | None = None
    sha256: Sha256 | None = Field(None, description="digest of what was signed for, as the signer sent it")
    entered_by: str | None = Field(None, description="who recorded a receipt that came on paper")
    due_at: Instant | None = Field(None, description="until when it is to be signed for")
    urged: Int = Field(0, description="step of the last urging")
    urged_at: Instant | None = None
    next_urge_at: Instant | None = None

    @property
    def service(self) -> DocumentService | None:
        """The present one."""
        return self.services[-1] if self.services else None


class DocumentProblem(Contract):
    """Why the press could not print it; it went back to its drafter without a number."""

    code: str
    field: str | None
    facts: dict[str, str]


class DocumentRow(View):
    id: UUID
    version: int
    type: str
    office: str = Field(description="`coordination`, or the code of an agency")
    state: DocumentState
    title: str
    number: str | None = Field(description="发文字号; none before it is issued, none of a type without numbers")
    case_id: UUID | None
    subject_id: UUID | None = Field(description="what it is about, where that is not the case itself")
    dated_on: date | None = Field(description="成文日期: the day of its 签发")
    drafted_at: Instant
    issued_at: Instant | None


class DocumentView(DocumentRow):
    content: DocumentContent
    drafted_by: str | None = Field(description="null: by a rule")
    rule_id: str | None = Field(None, description="copy rule that asked for it")
    checked_by: str | None
    approved_by: str | None
    approved_at: Instant | None
    reason: str | None = Field(description="of the last return, withdrawal, discarding or closing")
    problem: DocumentProblem | None
    corrects: CorrectedDocument | None
    chain: list[CorrectedDocument] = Field(description="of a correction: the first document, then each correction")
    replaced_by: CorrectedDocument | None
    receipts: list[DocumentReceipt]
    files: list[DocumentFile]
    signature: DocumentSignature | None
    verify_code: str | None = Field(description="of an issued document, as its QR code has it")
    steps: list[str] = Field(description="steps that its state has")


class GetDocument(GetOne, operation="document.get"):
    pass


class ListDocuments(ListQuery, operation="document.list"):
    """Newest first."""

    type: DocumentType | None = None
    state: DocumentState | None = None
    case_id: UUID | None = None
    awaiting_me: bool = Field(False, description="only those that wait for the caller to check or to issue")


class ListUnsigned(ListQuery, operation="document.unsigned"):
    """Recipients of issued documents who have not signed for them, the longest overdue first."""

    late: bool = Field(False, description="only those past their term")


class UnsignedReceipt(View):
    document_id: UUID
    place: int = Field(description="0 the first main recipient, then the others in their order")
    number: str | None
    type: str
    title: str
    case_id: UUID | None
    issued_at: Instant
    recipient: str
    code: str | None
    channel: str | None = Field(description="by which way it goes out now")
    delivered_at: Instant | None
    due_at: Instant
    due_on: date = Field(description="last day of the term")
    days_late: int = Field(description="working days since then, 0 in time")
    urged: int
    error: str | None = Field(description="why the last service failed")


class DocumentFieldView(View):
    name: str
    title: str
    kind: str = Field(description="line, text, date, instant, count, area, lines or rows")
    required: bool
    columns: list[str] = Field(description="of rows: keys of each row")
    from_case: bool = Field(description="filled in from the case or subject, as far as that is known")


class DocumentTypeView(View):
    type: str
    title: str
    to_required: bool = Field(description="it must be addressed to somebody")
    numbered: bool = Field(description="it has a 发文字号")
    approvers: list[Role] = Field(description="who may issue it")
    fields: list[DocumentFieldView]


class DocumentTypeList(View):
    items: list[DocumentTypeView]


class ListDocumentTypes(Query, operation="document_type.list", audited=Audited.NOT):
    """The types that the caller's office may draft today, with what each must say."""


class PrepareDocument(Query, operation="document_type.prepare"):
    """What a document about something would say by itself, and what is still asked."""

    type: DocumentType
    case_id: UUID | None = None
    subject_id: SubjectId = None


class PreparedDocument(View):
    type: str
    title: str
    facts: Facts = Field(description="known, by the name of the field: they need not be given")
    asked: list[DocumentFieldView] = Field(description="what whoever drafts has to say, or may")


class GetDocumentFile(Query, operation="document.file", audited=Audited.EXPORT):
    """Which frozen file of an issued document is served."""

    id: UUID
    format: Literal["pdf", "docx"]


class DocumentFileView(View):
    file_name: str
    sha256: Sha256
    size: int


class VerifyDocument(Query, operation="document.verify", audited=Audited.NOT):
    """What a stranger with a paper may know of it: by its code, and of a file by its SHA-256."""

    code: VerifyCode
    sha256: Sha256 | None = None


class VerifiedDocument(View):
    """Nothing of what it says or whom it concerns."""

    number: str | None
    issuer: str
    dated_on: date
    standing: Literal["in_force", "withdrawn", "corrected"]
    corrected_by: str | None = Field(description="number of the document that corrects it")
    corrects: str | None = Field(description="number of the document that it corrects")
    file: Literal["pdf", "docx", "none"] | None = Field(
        description="of the file asked for: an issued form of this document, or none of it"
    )
    signature_alg: str
    key_id: str
