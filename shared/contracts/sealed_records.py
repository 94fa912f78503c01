"""Clues on officials for the discipline commission (问题线索移送, domain.md 2.7): sealed, for named readers only.

Nothing of them is in a list, a search, a count or a timeline; to everybody else they do not exist. What they say is
encrypted at rest, and their events carry none of it.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Command, Instant, ShortText, Text, View
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import SealedState
from shared.contracts.parts import DocumentRef

Channel = Literal["system", "paper", "package", "mail", "in_person"]


class SealClue(Command, on="case", verb="seal-clue"):
    """Draft the hand-over of a clue on an official; until the named leader has decided, the case is not closed.

    leader_id, receiver_id: accounts, as GET /me gives their id; with the caller they are all who will ever read it.
    The leader is a leader or chief of an agency of the county, the receiver a clerk of its discipline commission.
    """

    title: ShortText
    person: ShortText
    post: ShortText | None = None
    allegation: Text
    leader_id: UUID
    receiver_id: UUID
    receiver_name: ShortText
    attachments: list[ShortText] = Field(default_factory=list, max_length=50)


class SendSealed(Command, on="sealed_record", verb="send"):
    """The leader sends it to the receiver."""

    document_no: ShortText


class DeclineSealed(Command, on="sealed_record", verb="decline"):
    """The leader decides that there is nothing to hand over."""

    reason: Text


class ReceiptSealed(Command, on="sealed_record", verb="receipt"):
    """The receiver has it: signed by the receiver; or from paper by the leader, never by who drafted it.

    From paper needs the receipt among the documents (paper_receipt, with its number or digest and the day of
    received_on), and a channel that is not the system.
    """

    received_on: date
    received_by: ShortText
    channel: Channel = "system"
    documents: list[DocumentRef] = Field(default_factory=list, max_length=50)


class AnswerSealed(Command, on="sealed_record", verb="enter-result"):
    """What came back, entered by the sender from a paper reply, or by the receiver."""

    result: Text
    answered_on: date


class OpenSealed(Command, on="sealed_record", verb="open"):
    """Read it. Every opening is logged."""


class SealedView(View):
    """What is told outside the seal, and to its readers only."""

    id: UUID
    version: int
    state: SealedState
    changed_at: Instant


class SealedContent(View):
    """What is inside the seal."""

    case_id: UUID
    case_no: str
    title: str
    person: str
    post: str | None = None
    allegation: str
    attachments: list[str] = Field(default_factory=list)
    sender_id: str
    sender_name: str
    leader_id: str
    receiver_id: str
    receiver_name: str
    document_no: str | None = None
    sent_on: date | None = None
    declined: str | None = None
    received_on: date | None = None
    received_by: str | None = None
    channel: str | None = None
    receipt_documents: list[DocumentRef] = Field(default_factory=list)
    result: str | None = None
    answered_on: date | None = None


class SealedOpening(View):
    opened_at: Instant
    opened_by: str


class OpenedSealed(SealedView):
    """content, openings: shown in this answer only, never stored with it; null when it is asked for again."""

    content: SealedContent | None
    openings: list[SealedOpening] | None


SEALED_COMMANDS: tuple[type[Command], ...] = (SendSealed, DeclineSealed, ReceiptSealed, AnswerSealed)


class SealedEvent(CasesEvent):
    """digest: SHA-256 of the sealed content as it is after the step. No name, no place, no case."""

    record_id: UUID
    from_state: SealedState | None
    to_state: SealedState
    digest: str


class SealedRecordDraftedV1(SealedEvent):
    pass


class SealedRecordSentV1(SealedEvent):
    pass


class SealedRecordDeclinedV1(SealedEvent):
    pass


class SealedRecordReceiptedV1(SealedEvent):
    pass


class SealedRecordAnsweredV1(SealedEvent):
    pass


class SealedRecordOpenedV1(SealedEvent):
    """The envelope says who opened it."""
