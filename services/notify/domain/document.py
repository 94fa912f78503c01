"""An official document (公文): from its draft by its number to whoever signed for it (domain.md 5.1).

A draft has no number. Who approves it decides; the press then numbers, prints, signs and freezes it in one step, so
that neither a number without a document nor a document without its files can be. What is issued never changes: it is
withdrawn, and keeps its number, or a correction that names it takes its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from services.notify.domain import document_table as table
from services.notify.domain.addressed import Addressed, addressed_to
from services.notify.domain.document_table import permit
from services.notify.domain.document_types import Version
from services.notify.domain.errors import (
    CorrectionOfAnotherType,
    DocumentNotInForce,
    DocumentSignedFor,
    DrafterChecks,
    ReasonMissing,
)
from services.notify.domain.former_notice import apply_former
from services.notify.domain.frozen import Frozen as Frozen
from services.notify.domain.frozen import Number as Number
from services.notify.domain.receipts import MOVING
from shared.clock import local_day
from shared.contracts import document_events as e
from shared.contracts.base import Event
from shared.contracts.codes import DocumentState
from shared.contracts.documents import CorrectedDocument, DocumentContent, DocumentProblem, DocumentReceipt
from shared.contracts.notify import NotifyEvent
from shared.errors import TianweiError
from shared.principal import Actor

_S = DocumentState


@dataclass(frozen=True)
class Origin:
    """Where a draft comes from. by: None for a rule. caused_by: event or command id."""

    office: str
    verify_code: str
    caused_by: str
    by: Actor | None
    case_id: UUID | None = None
    subject_id: UUID | None = None
    corrects: "Document | None" = None
    rule_id: str | None = None


@dataclass
class Document(Addressed):
    TYPE: ClassVar[str] = "document"

    id: UUID
    jurisdiction: str
    version: int = 0
    state: DocumentState | None = None
    type: str = ""
    office: str = ""
    approver: str = ""
    title: str = ""
    content: DocumentContent = field(default_factory=lambda: DocumentContent(facts={}))
    case_id: UUID | None = None
    subject_id: UUID | None = None
    verify_code: str = ""
    drafted_at: datetime | None = None
    drafted_by: str | None = None
    drafter_id: str | None = None
    rule_id: str | None = None
    checked_by: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    dated_on: date | None = None
    reason: str | None = None
    problem: DocumentProblem | None = None
    corrects: CorrectedDocument | None = None
    chain: tuple[CorrectedDocument, ...] = ()
    number: Number | None = None
    issued_at: datetime | None = None
    frozen: Frozen | None = None
    receipts: tuple[DocumentReceipt, ...] = ()
    replaced_by: CorrectedDocument | None = None

    @property
    def named(self) -> CorrectedDocument:
        """As other documents name it."""
        return CorrectedDocument(
            document_id=self.id, number=self.number.text if self.number else None, title=self.title
        )

    @property
    def digests(self) -> Sequence[str]:
        if self.frozen is None:
            return ()
        return [file.sha256 for file in self.frozen.files] or [self.frozen.content_sha256]

    @property
    def is_in_force(self) -> bool:
        return self.state in table.IN_FORCE

    @property
    def is_out(self) -> bool:
        """On its way to somebody who has not signed yet."""
        return self.state in table.OUT

    # decisions

    def draft(
        self, version: Version, title: str, content: DocumentContent, origin: Origin, now: datetime
    ) -> list[e.DocumentEvent]:
        """A new draft. Raises DocumentNotInForce, CorrectionOfAnotherType for a correction of what it cannot be of."""
        row = permit(self.state, "draft", origin.by)
        corrected = origin.corrects
        if corrected is not None:
            corrected.require_in_force()
            if corrected.type != version.type:
                raise CorrectionOfAnotherType(corrected.title, version.title)
        return [
            e.DocumentDraftedV1(
                at=now,
                document_id=self.id,
                to_state=row.to,
                document_type=version.type,
                office=origin.office,
                approver=version.approver.value,
                title=title,
                content=content,
                case_id=origin.case_id,
                subject_id=origin.subject_id,
                verify_code=origin.verify_code,
                drafted_by=origin.by.name if origin.by else None,
                drafter_id=origin.by.account_id if origin.by else None,
                caused_by=origin.caused_by,
                corrects=corrected.named if corrected else None,
                chain=[*corrected.chain, corrected.named] if corrected else [],
                rule_id=origin.rule_id,
            )
        ]

    def revise(self, title: str, content: DocumentContent, by: Actor, now: datetime) -> list[e.DocumentEvent]:
        head = self._head("revise", by, now)
        return [e.DocumentRevisedV1(**head, title=title, content=content, drafted_by=by.name, drafter_id=by.account_id)]

    def fill(self, content: DocumentContent, now: datetime) -> list[e.DocumentEvent]:
        """What was not known when it was drafted, put in by the house: who drafted and checked it stays."""
        head = self._head("fill", None, now)
        drafter = {"drafted_by": self.drafted_by, "drafter_id": self.drafter_id}
        return [e.DocumentRevisedV1(**head, title=self.title, content=content, **drafter)]

    def discard(self, reason: str, by: Actor, now: datetime) -> list[e.DocumentEvent]:
        return [e.DocumentDiscardedV1(**self._head("discard", by, now), reason=reason)]

    def check(self, by: Actor, now: datetime) -> list[e.DocumentEvent]:
        """Raises DrafterChecks: four eyes."""
        head = self._head("check", by, now)
        self._other_than_drafter(by, "check")
        return [e.DocumentCheckedV1(**head, checked_by=by.name)]

    def send_back(self, reason: str, by: Actor, now: datetime) -> list[e.DocumentEvent]:
        return [e.DocumentReturnedV1(**self._head("return", by, now), returned_by=by.name, reason=reason)]

    def approve(self, version: Version, by: Actor, now: datetime) -> list[e.DocumentEvent]:
        """签发. Raises DocumentRoleMissing for a type that is not his to issue, DrafterChecks."""
        head = self._head("issue", by, now)
        table.may_issue(version.approver, by)
        self._other_than_drafter(by, "issue")
        return [e.DocumentApprovedV1(**head, approved_by=by.name, dated_on=local_day(now))]

    def approve_by_rule(self, approved_by: str, rule_id: str, now: datetime) -> list[e.DocumentEvent]:
        """签发 without a person, where the copy rule in force says so: signer of record are the rule and the office."""
        head = self._head("issue-by-rule", None, now)
        return [e.DocumentApprovedV1(**head, approved_by=approved_by, dated_on=local_day(now), rule_id=rule_id)]

    def seal(
        self,
        title: str,
        number: Number | None,
        frozen: Frozen,
        corrected: "Document | None",
        now: datetime,
        codes: Mapping[str, str] | None = None,
    ) -> list[e.DocumentEvent]:
        """Numbered, printed and signed by the press. title: as printed. codes: of its recipients that have one.

        Raises DocumentNotInForce when what it corrects is so no more.
        """
        head = self._head("print", None, now)
        if corrected is not None:
            corrected.require_in_force()
        if self.dated_on is None or frozen.signature is None:
            raise LookupError(f"document {self.id} has no day or no signature")
        return [
            e.DocumentIssuedV1(
                **head,
                number=number.text if number else None,
                series=number.series if number else None,
                year=number.year if number else self.dated_on.year,
                serial=number.serial if number else None,
                title=title,
                issuer=frozen.issuer,
                dated_on=self.dated_on,
                template=frozen.template,
                content_sha256=frozen.content_sha256,
                files=list(frozen.files),
                signature=frozen.signature,
                recipients=self.content.to,
                copies=self.content.copies,
                codes=dict(codes or {}),
            )
        ]

    def refuse_print(self, problem: TianweiError, now: datetime) -> list[e.DocumentEvent]:
        """Back to its drafter: a character without a glyph, a correction that came too late."""
        told = DocumentProblem(
            code=problem.code, field=problem.field, facts={name: str(value) for name, value in problem.facts.items()}
        )
        return [e.DocumentPrintRefusedV1(**self._head("print-refused", None, now), problem=told)]

    def close(self, reason: str, by: Actor, now: datetime) -> list[e.DocumentEvent]:
        """Raises ReasonMissing when somebody has not signed and nobody says why that is no longer awaited."""
        signed = all(receipt.signed_at for receipt in self.receipts)
        outcome = table.UNADDRESSED if not self.receipts else table.ALL_SIGNED if signed else table.UNSIGNED
        head = self._head("close", by, now, outcome)
        if outcome == table.UNSIGNED and not reason:
            raise ReasonMissing([one.recipient for one in self.receipts if not one.signed_at], table.law("close"))
        return [e.DocumentClosedV1(**head, closed_by=by.name, reason=reason or None)]

    def withdraw(self, version: Version, reason: str, by: Actor, now: datetime) -> list[e.DocumentEvent]:
        """By who may issue it, before anybody has signed. Raises DocumentSignedFor: then only a correction helps."""
        head = self._head("withdraw", by, now)
        table.may_issue(version.approver, by)
        for receipt in self.receipts:
            if receipt.signed_at:
                raise DocumentSignedFor(receipt.recipient, receipt.signed_by or "", table.law("withdraw"))
        number = self.number.text if self.number else None
        return [e.DocumentWithdrawnV1(**head, withdrawn_by=by.name, number=number, reason=reason)]

    def replace(self, correction: "Document", now: datetime) -> list[e.DocumentEvent]:
        """The correction has been issued."""
        return [e.DocumentReplacedV1(**self._head("replace", None, now), replaced_by=correction.named)]

    def require_in_force(self) -> None:
        """Raises DocumentNotInForce; of one already corrected it names the correction."""
        if not self.is_in_force:
            by = self.replaced_by.number if self.replaced_by else None
            raise DocumentNotInForce(self.state, self.number.text if self.number else None, by, table.law("replace"))

    def _head(self, verb: str, by: Actor | None, now: datetime, outcome: str = "") -> dict[str, Any]:
        row = permit(self.state, verb, by, outcome)
        return {"at": now, "document_id": self.id, "to_state": row.to}

    def _other_than_drafter(self, by: Actor, verb: str) -> None:
        if by.account_id == self.drafter_id:
            raise DrafterChecks(self.drafted_by or "", table.law(verb))

    # changes

    def apply(self, event: Event) -> None:
        """Also of a former notice, whose events the log keeps for ever."""
        if isinstance(event, NotifyEvent):
            apply_former(self, event)
            return
        if not isinstance(event, e.DocumentEvent):
            raise TypeError(f"a document does not know {type(event).__name__}")
        self.state = event.to_state
        match event:
            case e.DocumentDraftedV1():
                self._apply_drafted(event)
            case e.DocumentRevisedV1():
                self.title, self.content, self.problem = event.title, event.content, None
                self.drafted_by, self.drafter_id = event.drafted_by, event.drafter_id
            case e.DocumentCheckedV1():
                self.checked_by, self.problem = event.checked_by, None
            case e.DocumentApprovedV1():
                self.approved_by, self.approved_at, self.dated_on = event.approved_by, event.at, event.dated_on
            case e.DocumentReturnedV1():
                self.reason = event.reason
                self._undecided()
            case e.DocumentPrintRefusedV1():
                self.problem = event.problem
                self._undecided()
            case e.DocumentIssuedV1():
                self._apply_issued(event)
            case e.DocumentReplacedV1():
                self.replaced_by = event.replaced_by
            case e.DocumentClosedV1() | e.DocumentWithdrawnV1() | e.DocumentDiscardedV1():
                self.reason = event.reason
            case _ if isinstance(event, MOVING):
                self._move(event)
            case _:
                raise TypeError(f"a document does not know {type(event).__name__}")

    def _apply_drafted(self, event: e.DocumentDraftedV1) -> None:
        self.approver = event.approver
        self.type, self.office, self.title, self.content = event.document_type, event.office, event.title, event.content
        self.case_id, self.subject_id = event.case_id, event.subject_id
        self.verify_code, self.drafted_at = event.verify_code, event.at
        self.drafted_by, self.drafter_id = event.drafted_by, event.drafter_id
        self.corrects, self.chain = event.corrects, tuple(event.chain)
        self.rule_id = event.rule_id

    def _apply_issued(self, event: e.DocumentIssuedV1) -> None:
        if event.number is not None and event.series is not None and event.serial is not None:
            self.number = Number(event.series, event.year, event.serial, event.number)
        self.title, self.issued_at = event.title, event.at
        self.frozen = Frozen(event.issuer, event.template, event.content_sha256, tuple(event.files), event.signature)
        self.receipts = addressed_to(event.recipients, event.copies, event.codes)

    def _undecided(self) -> None:
        self.checked_by = self.approved_by = self.approved_at = self.dated_on = None
