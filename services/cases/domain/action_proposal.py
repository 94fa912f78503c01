"""A proposal of a joint action (domain.md 4.2): the rules propose, a named person decides in time (J01)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.case import Case
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.transitions import ALL_CLOCKS, COORDINATOR, LEADERS, Row, Transitions
from shared.contracts import action_proposals as c
from shared.contracts.clocks import DeadlineFact
from shared.contracts.codes import (
    ActionTrigger,
    Agency,
    CaseState,
    ClueSource,
    ProposalState,
    RectificationMethod,
    Role,
)

_STATE = ProposalState
_FACT: frozenset[Role] = frozenset()
_ASKING = COORDINATOR | LEADERS | {Role.TOWNSHIP_OFFICER}
_FROM_ABOVE = frozenset({ClueSource.SUPERIOR_ASSIGNMENT, ClueSource.INSPECTION_FEEDBACK, ClueSource.MEDIA})
_COLLECTIVE = frozenset({"village_collective", "state_unit"})
_ON_SITE = frozenset({RectificationMethod.DEMOLISH_AND_RESTORE, RectificationMethod.COMBINED})
SYSTEM = "system"

Found = dict[ActionTrigger, str]
"""Trigger -> the fact that raised it, in words."""

TABLE: Transitions[ProposalState] = Transitions(
    "action_proposal",
    Row("propose", None, _STATE.PROPOSED, who=_ASKING, starts=("J01",)),
    Row("propose-itself", None, _STATE.PROPOSED, who=_FACT, starts=("J01",)),
    # Who asks is answered within the term of asking, whatever the rules have proposed before.
    Row("raise", _STATE.PROPOSED, _STATE.PROPOSED, who=_FACT, starts=("J01",)),
    Row("approve", _STATE.PROPOSED, _STATE.APPROVED, stops=ALL_CLOCKS),
    Row("decline", _STATE.PROPOSED, _STATE.DECLINED, stops=ALL_CLOCKS),
    law="SEED 9",
)


@dataclass(kw_only=True)
class ActionProposal(Progress):
    TYPE: ClassVar[str] = "action_proposal"

    proposal_no: str = ""
    state: ProposalState | None = None
    case_id: UUID | None = None
    case_no: str = ""
    division_code: str = ""
    raised: list[c.Raised] = field(default_factory=list)
    wished: list[Agency] = field(default_factory=list)
    urgent: bool = False
    proposed_at: datetime | None = None
    reason: str | None = None
    decided_by: str | None = None
    action_id: UUID | None = None

    @property
    def names(self) -> dict[str, Any]:
        return {"proposal_id": self.id, "proposal_no": self.proposal_no, "case_id": self.case_id}

    @property
    def triggers(self) -> list[ActionTrigger]:
        """Each once, in the order in which they were raised first."""
        return list(dict.fromkeys(one.trigger for one in self.raised))

    # decisions

    def propose(self, cmd: c.ProposeJointAction, moment: Moment, case: Case, proposal_no: str) -> list[c.ProposalEvent]:
        """By a person, who says why."""
        row = TABLE.permit(self.state, "propose", moment.by)
        found = [_raised(ActionTrigger.LEAD_ASKS, cmd.reason, moment, moment.by.name)]
        return self._open(row, found, moment, case, proposal_no, cmd.wished, cmd.urgent)

    def propose_itself(self, found: Found, moment: Moment, case: Case, proposal_no: str) -> list[c.ProposalEvent]:
        """By the rules. Nothing is proposed for a case that is over."""
        if not found or case.state in (CaseState.CLOSED, CaseState.ARCHIVED, CaseState.NOT_FILED):
            return []
        row = TABLE.permit(self.state, "propose-itself", moment.by)
        raised = [_raised(trigger, fact, moment, SYSTEM) for trigger, fact in found.items()]
        return self._open(row, raised, moment, case, proposal_no, [], _is_urgent(found))

    def raise_more(self, found: Found, moment: Moment) -> list[c.ProposalEvent]:
        """What the rules have found and is not known yet; nothing when all of it is."""
        fresh = {trigger: fact for trigger, fact in found.items() if trigger not in self.triggers}
        if not fresh:
            return []
        raised = [_raised(trigger, fact, moment, SYSTEM) for trigger, fact in fresh.items()]
        return self._raise(raised, [], _is_urgent(fresh), moment, answered=False)

    def ask_too(self, cmd: c.ProposeJointAction, moment: Moment) -> list[c.ProposalEvent]:
        """A person asks for what waits already: kept with who and why, whom they wish, and how urgent it is to them.

        Nothing when that person has asked already and says nothing new.
        """
        wished = [agency for agency in cmd.wished if agency not in self.wished]
        said = {(one.raised_by, one.fact) for one in self.raised}
        urgent = cmd.urgent and not self.urgent
        if (moment.by.name, cmd.reason) in said and not wished and not urgent:
            return []
        first = ActionTrigger.LEAD_ASKS not in self.triggers
        raised = [_raised(ActionTrigger.LEAD_ASKS, cmd.reason, moment, moment.by.name)]
        return self._raise(raised, wished, cmd.urgent, moment, answered=first)

    def _raise(
        self, raised: list[c.Raised], wished: list[Agency], urgent: bool, moment: Moment, *, answered: bool
    ) -> list[c.ProposalEvent]:
        """What becomes urgent has the urgent term from now on, beside the one that runs: the earlier end is its day.

        answered: who asks is answered within a term of asking.
        """
        row = TABLE.permit(self.state, "raise", moment.by)
        starts = [self._term(urgent or self.urgent, moment)] if answered or (urgent and not self.urgent) else []
        told = self.told(row, moment, starts=starts)
        return [c.ActionProposalRaisedV1(raised=raised, wished=wished, urgent=urgent or self.urgent, **told)]

    def approve(self, action_id: UUID, reason: str, moment: Moment) -> list[c.ProposalEvent]:
        """The action it comes to is convened with it."""
        row = TABLE.permit(self.state, "approve", moment.by)
        told = self.told(row, moment, reason=reason)
        return [c.ActionProposalApprovedV1(action_id=action_id, decided_by=moment.by.name, **told)]

    def decline(self, cmd: c.DeclineProposal, moment: Moment) -> list[c.ProposalEvent]:
        row = TABLE.permit(self.state, cmd.verb, moment.by)
        told = self.told(row, moment, reason=cmd.reason)
        return [c.ActionProposalDeclinedV1(decided_by=moment.by.name, **told)]

    def _open(
        self,
        row: Row[ProposalState],
        raised: Sequence[c.Raised],
        moment: Moment,
        case: Case,
        proposal_no: str,
        wished: Sequence[Agency],
        urgent: bool,
    ) -> list[c.ProposalEvent]:
        return [
            c.ActionProposedV1(
                proposal_id=self.id,
                proposal_no=proposal_no,
                case_id=case.id,
                case_no=case.case_no,
                division_code=case.division_code,
                raised=list(raised),
                wished=list(wished),
                urgent=urgent,
                **self.step(row, moment, starts=[self._term(urgent, moment)]),
            )
        ]

    def _term(self, urgent: bool, moment: Moment) -> DeadlineFact:
        return moment.deadlines.start("J01U" if urgent else "J01", moment.now)

    # changes

    @singledispatchmethod
    def _change(self, event: c.ProposalEvent) -> None:
        raise TypeError(type(event).__name__)

    @_change.register
    def _(self, event: c.ActionProposedV1) -> None:
        self.proposal_no, self.case_id, self.case_no = event.proposal_no, event.case_id, event.case_no
        self.division_code = self.jurisdiction = event.division_code
        self.raised, self.wished, self.urgent = event.raised, event.wished, event.urgent
        self.proposed_at = event.at

    @_change.register
    def _(self, event: c.ActionProposalRaisedV1) -> None:
        self.raised, self.urgent = [*self.raised, *event.raised], event.urgent
        self.wished = [*self.wished, *event.wished]

    @_change.register
    def _(self, event: c.ActionProposalApprovedV1) -> None:
        self.reason, self.decided_by, self.action_id = event.reason, event.decided_by, event.action_id

    @_change.register
    def _(self, event: c.ActionProposalDeclinedV1) -> None:
        self.reason, self.decided_by = event.reason, event.decided_by

    def view(self) -> c.ProposalView:
        assert self.state is not None
        assert self.case_id is not None
        assert self.proposed_at is not None
        return c.ProposalView(
            id=self.id,
            proposal_no=self.proposal_no,
            version=self.version,
            state=self.state,
            case_id=self.case_id,
            case_no=self.case_no,
            division_code=self.division_code,
            triggers=self.triggers,
            urgent=self.urgent,
            proposed_at=self.proposed_at,
            due_on=self.due_on,
            action_id=self.action_id,
            raised=self.raised,
            wished=self.wished,
            reason=self.reason,
            decided_by=self.decided_by,
            deadlines=self.deadlines,
        )


def seen_at_filing(case: Case, source: ClueSource, repeated: Iterable[str], moment: Moment) -> Found:
    """What speaks for a joint action when a case has been filed. repeated: numbers of the party's other cases."""
    found: Found = {}
    leads = [moment.rules.leads(violation, moment.today) for violation in case.violation_types]
    known = [agencies for agencies in leads if agencies]
    if len(known) > 1 and not frozenset.intersection(*known):
        found[ActionTrigger.SEVERAL_LEADS] = "、".join(violation.value for violation in case.violation_types)
    if case.procedure.crime is not None and case.procedure.crime.area_threshold_met:
        found[ActionTrigger.LARGE_AREA] = f"永久基本农田 {case.pbf_area_m2} 平方米，耕地 {case.farmland_area_m2} 平方米"
    official = ActionTrigger.OFFICIAL_OR_COLLECTIVE
    if case.party_kind in _COLLECTIVE:
        found[official] = case.party_name
    elif by_officials := moment.rules.raised_by(official, moment.today).intersection(case.violation_types):
        found[official] = "、".join(sorted(by_officials))
    if others := list(repeated):
        found[ActionTrigger.REPEATED] = "、".join(others)
    if source in _FROM_ABOVE:
        found[ActionTrigger.SUPERIOR_OR_MEDIA] = source.value
    return switched_on(found, moment)


def seen_at_stop(case: Case, continues: bool, people: int, violence: bool, moment: Moment) -> Found:
    """What speaks for one when the stop order has been reported on."""
    found: Found = {}
    if continues:
        found[ActionTrigger.STOP_ORDER_IGNORED] = case.procedure.stop_order_no or case.case_no
    if violence or people >= moment.rules.people_resisting(moment.today):
        found[ActionTrigger.RESISTANCE] = f"{people} 人" + ("，有暴力行为" if violence else "")
    return switched_on(found, moment)


def seen_at_order(method: RectificationMethod, item_no: str, moment: Moment) -> Found:
    """What speaks for one when the land is ordered put right."""
    return switched_on({ActionTrigger.DEMOLITION_ON_SITE: item_no} if method in _ON_SITE else {}, moment)


def switched_on(found: Found, moment: Moment) -> Found:
    return {trigger: fact for trigger, fact in found.items() if moment.rules.trigger_is_on(trigger, moment.today)}


def _is_urgent(found: Found) -> bool:
    return ActionTrigger.RESISTANCE in found


def _raised(trigger: ActionTrigger, fact: str, moment: Moment, by: str) -> c.Raised:
    return c.Raised(trigger=trigger, fact=fact, raised_at=moment.now, raised_by=by)
