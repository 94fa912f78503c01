"""A letter asking another body for help (协助函, APL 26; domain.md 4.1, 4.4): commands, queries, views, events."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Bool, Command, GetOne, Instant, Int, ListQuery, ShortText, Text, View
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import (
    Agency,
    AnswerForm,
    AssistanceMatter,
    AssistanceRefusal,
    AssistanceResult,
    AssistanceState,
    CountyAgency,
)
from shared.contracts.parts import DeadlineView, DocumentRef
from shared.contracts.police_transfers import Channel

_Documents = Annotated[list[DocumentRef], Field(default_factory=list, max_length=50)]
_PaperDay = Annotated[
    date | None,
    Field(description="day of the paper, where the coordinator records it; who answers himself answers today"),
]


class AssistanceStep(Command, on="assistance_request", verb=""):
    reason: Text | None = None
    documents: _Documents


class RequestAssistance(Command, on="case", verb="request-assistance"):
    """Ask one of the four agencies, or another body by its name, for help with a case (协助函, APL 26)."""

    to_agency: CountyAgency | None = None
    to_body: ShortText | None = Field(
        None, description="in place of to_agency: a body without an account here, like 不动产登记中心"
    )
    from_agency: CountyAgency | None = Field(
        None, description="who asks, where the coordinator enters it; absent: the lead agency, or one's own"
    )
    matters: Annotated[list[AssistanceMatter], Field(min_length=1, max_length=8)]
    details: Text = Field(description="the matters in words")
    answer_form: AnswerForm = AnswerForm.WRITTEN_REPLY
    contact: ShortText
    urgent: Bool = Field(False, description="one working day (J08U) in place of five (J08)")
    documents: _Documents


class ExtendAssistance(AssistanceStep, on="assistance_request", verb="extend"):
    """The body asked needs more time and gives notice of it: once, at most five working days, before the end (J08)."""

    days: Annotated[Int, Field(ge=1, le=30, description="working days")]
    reason: Text
    noticed_on: _PaperDay = None


class AnswerAssistance(AssistanceStep, on="assistance_request", verb="answer"):
    """The substantive answer (反馈函): what was done, or how far, or why it cannot be done."""

    result: AssistanceResult
    account: Text
    answered_by: ShortText = Field(description="who answers for the body")
    answered_on: _PaperDay = None


class RefuseAssistance(AssistanceStep, on="assistance_request", verb="refuse"):
    """Refuse in writing with the legal reason, within two working days of the request (J09)."""

    ground: AssistanceRefusal
    law: ShortText = Field(description="law and article that keep it from helping")
    reason: Text
    refused_by: ShortText
    refused_on: _PaperDay = None


class WithdrawAssistance(AssistanceStep, on="assistance_request", verb="withdraw"):
    """Whoever asked needs it no longer."""

    reason: Text


class AssistanceRow(View):
    id: UUID
    letter_no: str = Field(description="ZW-AS-{county6}-{yyyy}-{seq5}")
    version: int
    state: AssistanceState
    case_id: UUID
    case_no: str
    division_code: str
    from_agency: Agency
    to_agency: Agency | None
    to_body: str | None
    matters: list[AssistanceMatter]
    urgent: bool
    requested_at: Instant
    refuse_by_on: date | None = Field(description="last day on which it may be refused (J09)")
    due_on: date | None


class AssistanceFacts(View):
    """What has come together so far."""

    basis: str = ""
    details: str = ""
    answer_form: AnswerForm = AnswerForm.WRITTEN_REPLY
    contact: str = ""
    requested_by: str = ""
    extension_days: int | None = None
    extension_reason: str | None = None
    extended_on: date | None = None
    result: AssistanceResult | None = None
    account: str | None = None
    answered_by: str | None = None
    answered_on: date | None = None
    ground: AssistanceRefusal | None = None
    law: str | None = None
    refusal: str | None = None
    refused_by: str | None = None
    refused_on: date | None = None
    channel: Channel | None = Field(None, description="paper: recorded by the coordinator from the body's paper")
    withdrawal: str | None = None


class AssistanceView(AssistanceRow):
    facts: AssistanceFacts
    documents: list[DocumentRef]
    deadlines: list[DeadlineView]


class GetAssistance(GetOne, operation="assistance_request.get"):
    pass


class ListAssistance(ListQuery, operation="assistance_request.list"):
    state: AssistanceState | None = None
    case_id: UUID | None = None


ASSISTANCE_COMMANDS: tuple[type[Command], ...] = (
    ExtendAssistance,
    AnswerAssistance,
    RefuseAssistance,
    WithdrawAssistance,
)


class AssistanceEvent(CasesEvent):
    assistance_id: UUID
    letter_no: str
    case_id: UUID
    from_agency: Agency
    to_agency: Agency | None
    to_body: str | None
    from_state: AssistanceState | None
    to_state: AssistanceState


class AssistanceRequestedV1(AssistanceEvent):
    case_no: str
    division_code: str
    matters: list[AssistanceMatter]
    details: str
    basis: str
    answer_form: AnswerForm
    contact: str
    urgent: bool
    requested_by: str
    refuse_by_on: date | None


class AssistanceExtendedV1(AssistanceEvent):
    """The new end stands in recounts."""

    days: int
    noticed_on: date
    channel: Channel


class AssistanceAnsweredV1(AssistanceEvent):
    result: AssistanceResult
    account: str
    answered_by: str
    answered_on: date
    channel: Channel


class AssistanceRefusedV1(AssistanceEvent):
    ground: AssistanceRefusal
    law: str
    refused_by: str
    refused_on: date
    channel: Channel


class AssistanceWithdrawnV1(AssistanceEvent):
    pass
