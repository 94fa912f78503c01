"""Proposals of joint actions (domain.md 4.2): the system or an agency proposes, a named person decides."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Bool, Command, GetOne, Instant, ListQuery, ShortText, Text, View
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import ActionForm, ActionTrigger, Agency, CountyAgency, ProposalState
from shared.contracts.joint_actions import JoinPolicy, TaskLetter
from shared.contracts.parts import DeadlineView


class ProposeJointAction(Command, on="case", verb="propose-joint-action"):
    """An agency asks for a joint action (联合执法申请): facts, reason, whom it wishes, how urgent.

    Where a proposal waits already, it is asked for there: urgent makes it urgent, within the urgent term from now.
    """

    reason: Text
    wished: list[Agency] = Field(default_factory=list, max_length=len(Agency))
    urgent: Bool = False


class ApproveProposal(Command, on="action_proposal", verb="approve"):
    """Approve it and convene the action, in one step."""

    title: ShortText
    reason: Text
    place: ShortText
    acting_at: Instant
    urgent: Bool = False
    lead_agency: CountyAgency
    tasks: Annotated[list[TaskLetter], Field(min_length=1, max_length=10)]
    join: JoinPolicy = JoinPolicy()
    form: ActionForm = ActionForm.ACTION


class DeclineProposal(Command, on="action_proposal", verb="decline"):
    reason: Text


class Raised(View):
    """A trigger, and what it was raised by."""

    trigger: ActionTrigger
    fact: str
    raised_at: Instant
    raised_by: str = Field(description="system, or the person's name")


class ProposalRow(View):
    id: UUID
    proposal_no: str = Field(description="ZW-AP-{county6}-{yyyy}-{seq5}")
    version: int
    state: ProposalState
    case_id: UUID
    case_no: str
    division_code: str
    triggers: list[ActionTrigger]
    urgent: bool
    proposed_at: Instant
    due_on: date | None
    action_id: UUID | None


class ProposalView(ProposalRow):
    raised: list[Raised]
    wished: list[Agency]
    reason: str | None = Field(description="of the decision")
    decided_by: str | None
    deadlines: list[DeadlineView]


class GetProposal(GetOne, operation="action_proposal.get"):
    pass


class ListProposals(ListQuery, operation="action_proposal.list"):
    state: ProposalState | None = None
    case_id: UUID | None = None


PROPOSAL_COMMANDS: tuple[type[Command], ...] = (DeclineProposal,)


class ProposalEvent(CasesEvent):
    proposal_id: UUID
    proposal_no: str
    case_id: UUID
    from_state: ProposalState | None
    to_state: ProposalState


class ActionProposedV1(ProposalEvent):
    case_no: str
    division_code: str
    raised: list[Raised]
    wished: list[Agency]
    urgent: bool


class ActionProposalRaisedV1(ProposalEvent):
    """More triggers of a proposal that waits for its decision. wished: whom who asks wishes beside those before."""

    raised: list[Raised]
    urgent: bool
    wished: list[Agency] = Field(default_factory=list)


class ActionProposalApprovedV1(ProposalEvent):
    action_id: UUID
    decided_by: str


class ActionProposalDeclinedV1(ProposalEvent):
    decided_by: str
