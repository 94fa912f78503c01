"""A sealed clue on an official (domain.md 2.7): who may do what with it. What it says lies elsewhere, encrypted.

Whoever is no named reader finds nothing: NotFound, never NotAllowed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.progress import Moment, Progress
from services.cases.domain.transitions import (
    COORDINATOR,
    LEADERS,
    DocumentMissing,
    Forbidden,
    Row,
    Transitions,
)
from shared.contracts.codes import DocumentKind, Recipient, Role, SealedState
from shared.contracts.sealed_records import (
    AnswerSealed,
    DeclineSealed,
    ReceiptSealed,
    SealClue,
    SealedContent,
    SealedEvent,
    SealedRecordAnsweredV1,
    SealedRecordDeclinedV1,
    SealedRecordDraftedV1,
    SealedRecordOpenedV1,
    SealedRecordReceiptedV1,
    SealedRecordSentV1,
    SealedView,
    SendSealed,
)
from shared.errors import InvalidInput, NotFound
from shared.principal import Actor

_STATE = SealedState
_SENDERS = COORDINATOR | LEADERS
_READERS = _SENDERS | {Role.RECIPIENT_CLERK}

TABLE: Transitions[SealedState] = Transitions(
    "sealed_record",
    Row("seal-clue", None, _STATE.DRAFTED, who=_SENDERS),
    Row("send", _STATE.DRAFTED, _STATE.SENT, who=_SENDERS),
    Row("decline", _STATE.DRAFTED, _STATE.DECLINED, who=_SENDERS),
    Row("receipt", _STATE.SENT, _STATE.RECEIPTED, who=_READERS),
    Row("enter-result", _STATE.RECEIPTED, _STATE.ANSWERED, who=_READERS),
    *(Row("open", state, state, who=_READERS) for state in _STATE),
    law="SUP 37",
)


@dataclass(kw_only=True)
class SealedRecord(Progress):
    """digest: SHA-256 of the sealed content. jurisdiction: the county alone, for the place would tell too much."""

    TYPE: ClassVar[str] = "sealed_record"

    state: SealedState | None = None
    digest: str = ""
    changed_at: datetime | None = None

    @property
    def names(self) -> dict[str, Any]:
        return {"record_id": self.id}

    def draft(self, moment: Moment, digest: str) -> list[SealedEvent]:
        row = TABLE.permit(self.state, "seal-clue", moment.by)
        return [SealedRecordDraftedV1(digest=digest, **self.told(row, moment))]

    def told_by(self, verb: str, moment: Moment, digest: str) -> list[SealedEvent]:
        """The event of a step whose content has been changed and sealed again."""
        row = TABLE.permit(self.state, verb, moment.by)
        return [_EVENTS[verb](digest=digest, **self.told(row, moment))]

    def check(self, verb: str, moment: Moment) -> None:
        """Raises TransitionNotAllowed."""
        TABLE.permit(self.state, verb, moment.by)

    def _change(self, event: SealedEvent) -> None:
        self.digest, self.changed_at = event.digest, event.at

    def view(self) -> SealedView:
        assert self.state is not None
        assert self.changed_at is not None
        return SealedView(id=self.id, version=self.version, state=self.state, changed_at=self.changed_at)


_EVENTS: dict[str, type[SealedEvent]] = {
    "send": SealedRecordSentV1,
    "decline": SealedRecordDeclinedV1,
    "receipt": SealedRecordReceiptedV1,
    "enter-result": SealedRecordAnsweredV1,
    "open": SealedRecordOpenedV1,
}


def drafted(cmd: SealClue, by: Actor, case_id: UUID, case_no: str) -> SealedContent:
    """What is sealed. The receiver is neither who sends it nor the leader. Raises InvalidInput."""
    if str(cmd.receiver_id) in (by.account_id, str(cmd.leader_id)):
        raise InvalidInput("cases.sealed-receiver", "receiver_id", law="SUP 37")
    return SealedContent(
        case_id=case_id,
        case_no=case_no,
        title=cmd.title,
        person=cmd.person,
        post=cmd.post,
        allegation=cmd.allegation,
        attachments=cmd.attachments,
        sender_id=by.account_id,
        sender_name=by.name,
        leader_id=str(cmd.leader_id),
        receiver_id=str(cmd.receiver_id),
        receiver_name=cmd.receiver_name,
    )


def changed(content: SealedContent, cmd: Any, moment: Moment) -> SealedContent:
    """The content after a step by one who may take it. Raises NotFound for everybody else, Conflict, InvalidInput."""
    by = moment.by.account_id
    match cmd:
        case SendSealed():
            _only(by, content.leader_id)
            return content.model_copy(update={"document_no": cmd.document_no, "sent_on": moment.today})
        case DeclineSealed():
            _only(by, content.leader_id)
            return content.model_copy(update={"declined": cmd.reason})
        case ReceiptSealed():
            _only(by, content.sender_id, content.leader_id, content.receiver_id)
            on = moment.past_day(cmd.received_on, "received_on", content.sent_on)
            if by != content.receiver_id:
                _check_paper_receipt(cmd, content, by)
            said = {"received_on": on, "received_by": cmd.received_by, "channel": cmd.channel}
            return content.model_copy(update={**said, "receipt_documents": cmd.documents})
        case AnswerSealed():
            _only(by, content.sender_id, content.receiver_id)
            on = moment.past_day(cmd.answered_on, "answered_on", content.received_on)
            return content.model_copy(update={"result": cmd.result, "answered_on": on})
        case _:
            raise TypeError(type(cmd).__name__)


def _check_paper_receipt(cmd: ReceiptSealed, content: SealedContent, by: str) -> None:
    """Who drafted it never proves its receipt; the leader does, by the paper that came back (domain.md 2.7).

    Raises Forbidden, DocumentMissing, InvalidInput.
    """
    if by == content.sender_id:
        raise Forbidden("cases.sealed-receipt-own", "received_by", TABLE.law("receipt"))
    if cmd.channel == "system":
        raise InvalidInput("cases.sealed-receipt-channel", "channel", law=TABLE.law("receipt"))
    papers = [paper for paper in cmd.documents if paper.kind is DocumentKind.PAPER_RECEIPT]
    if not papers:
        raise DocumentMissing(TABLE.name, cmd.verb, [DocumentKind.PAPER_RECEIPT], TABLE.law("receipt"))
    if not any((paper.document_no or paper.sha256) and paper.dated_on == cmd.received_on for paper in papers):
        raise InvalidInput("cases.sealed-receipt-paper", "documents", law=TABLE.law("receipt"))


def may_read(content: SealedContent, state: SealedState, by: Actor) -> bool:
    """Sender and leader always; the receiver, a clerk of the discipline commission, once it was sent."""
    if by.has(*_SENDERS) and by.account_id in (content.sender_id, content.leader_id):
        return True
    receives = by.has(Role.RECIPIENT_CLERK) and by.org_code == Recipient.DISCIPLINE_COMMISSION
    was_sent = state not in (_STATE.DRAFTED, _STATE.DECLINED)
    return receives and was_sent and by.account_id == content.receiver_id


def _only(account_id: str, *allowed: str) -> None:
    if account_id not in allowed:
        raise NotFound
