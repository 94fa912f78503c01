"""A letter asking another body for help with a case (协助函, APL 26; domain.md 4.1, 4.4), beside the case.

Only a substantive answer meets its clock. A refusal names the law and comes within J09, which is a last day and no
clock: nobody is waited for until then. The case moves neither with the letter nor waits for it.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain.case import Case
from services.cases.domain.progress import Charged, Moment, Progress
from services.cases.domain.standstill import extension, proof
from services.cases.domain.transitions import ALL_CLOCKS, DECIDERS, Forbidden, Row, Transitions
from shared.clock import local_day
from shared.contracts import assistance as c
from shared.contracts.codes import (
    Agency,
    AssistanceMatter,
    AssistanceResult,
    AssistanceState,
    CaseState,
    DocumentKind,
    Role,
)
from shared.contracts.parts import DeadlineView
from shared.contracts.police_transfers import Channel
from shared.errors import InvalidInput, NotAllowed
from shared.principal import Actor

_STATE = AssistanceState
_DOC = DocumentKind
_OPEN = (_STATE.REQUESTED, _STATE.EXTENDED)
# Of the two bodies; which of them, the letter says.
_BODIES = DECIDERS | {Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM}
_FEEDBACK = frozenset({_DOC.FEEDBACK_LETTER})
_OVER = (CaseState.CLOSED, CaseState.ARCHIVED, CaseState.NOT_FILED)

TABLE: Transitions[AssistanceState] = Transitions(
    "assistance_request",
    Row(
        "request-assistance",
        None,
        _STATE.REQUESTED,
        who=DECIDERS,
        needs=frozenset({_DOC.ASSISTANCE_LETTER}),
        starts=("J08", "J08U"),
    ),
    *(Row("extend", state, _STATE.EXTENDED, who=_BODIES, needs=frozenset({_DOC.EXTENSION_NOTICE})) for state in _OPEN),
    *(Row("answer", state, _STATE.ANSWERED, who=_BODIES, needs=_FEEDBACK, stops=ALL_CLOCKS) for state in _OPEN),
    *(Row("refuse", state, _STATE.REFUSED, who=_BODIES, needs=_FEEDBACK, stops=ALL_CLOCKS) for state in _OPEN),
    *(Row("withdraw", state, _STATE.WITHDRAWN, who=_BODIES, stops=ALL_CLOCKS) for state in _OPEN),
    law="APL 26",
    laws={"extend": "HOUSE.assistance", "refuse": "APL 26; HOUSE.assistance"},
)


class NotTheirLetter(NotAllowed):
    """The step is the other body's: who is asked answers, who has asked withdraws."""

    def __init__(self, verb: str, agency: str, law: str) -> None:
        super().__init__("cases.assistance-not-yours", None, object=TABLE.name, verb=verb, agency=agency, law=law)


@dataclass(kw_only=True)
class AssistanceRequest(Progress):
    TYPE: ClassVar[str] = "assistance_request"

    letter_no: str = ""
    state: AssistanceState | None = None
    case_id: UUID | None = None
    case_no: str = ""
    division_code: str = ""
    from_agency: Agency = Agency.NATURAL_RESOURCES
    to_agency: Agency | None = None
    to_body: str | None = None
    matters: list[AssistanceMatter] = field(default_factory=list)
    urgent: bool = False
    requested_at: datetime | None = None
    refuse_by_on: date | None = None
    facts: c.AssistanceFacts = field(default_factory=c.AssistanceFacts)

    @property
    def names(self) -> dict[str, Any]:
        between = {"from_agency": self.from_agency, "to_agency": self.to_agency, "to_body": self.to_body}
        return {"assistance_id": self.id, "letter_no": self.letter_no, "case_id": self.case_id, **between}

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN

    def charged(self, clock: DeadlineView) -> Charged:
        """The agency asked; of another body, the coordinator, who records its paper and chases it."""
        agencies = () if self.to_agency is None else (self.to_agency,)
        return replace(
            super().charged(clock), agencies=agencies, holder=None if self.to_agency is not None else "coordinator"
        )

    # decisions

    def request(self, cmd: c.RequestAssistance, moment: Moment, case: Case, letter_no: str) -> list[c.AssistanceEvent]:
        """At any time while the case is open. Raises Forbidden, InvalidInput."""
        row = TABLE.permit(self.state, cmd.verb, moment.by, {document.kind for document in cmd.documents})
        if case.state in _OVER:
            raise Forbidden("cases.assistance-case-over", None, "APL 26", state=case.state, object=case.TYPE)
        from_agency = _asking(cmd, moment.by, case)
        if (cmd.to_agency is None) == (cmd.to_body is None):
            raise InvalidInput("cases.assistance-addressee", "to_agency", law="APL 26")
        if cmd.to_agency == from_agency:
            raise InvalidInput("cases.assistance-of-oneself", "to_agency", law="APL 26", agency=from_agency)
        clock = moment.deadlines.start("J08U" if cmd.urgent else "J08", moment.now)
        stops_procedures = AssistanceMatter.STOP_PROCEDURES in cmd.matters
        return [
            c.AssistanceRequestedV1(
                assistance_id=self.id,
                letter_no=letter_no,
                case_id=case.id,
                case_no=case.case_no,
                division_code=case.division_code,
                from_agency=from_agency,
                to_agency=cmd.to_agency,
                to_body=cmd.to_body,
                matters=list(dict.fromkeys(cmd.matters)),
                details=cmd.details,
                basis="APL 26; NRP 40" if stops_procedures else "APL 26",
                answer_form=cmd.answer_form,
                contact=cmd.contact,
                urgent=cmd.urgent,
                requested_by=moment.by.name,
                refuse_by_on=moment.deadlines.start("J09", moment.now).due_on,
                **self.step(row, moment, documents=cmd.documents, starts=[clock]),
            )
        ]

    def extend(self, cmd: c.ExtendAssistance, moment: Moment) -> list[c.AssistanceEvent]:
        """On the notice of the body asked. Raises ExtensionNotAllowed, ExtensionTooLong, ExtensionTooLate."""
        row = self._permit(cmd, moment, self.to_agency)
        on = self._day(cmd.noticed_on, "noticed_on", moment)
        more = extension(
            proof(cmd.documents, _DOC.EXTENSION_NOTICE),
            rule_id="J08U" if self.urgent else "J08",
            amount=cmd.days,
            unit="working_day",
            reason=cmd.reason,
            approved_by=moment.by.name,
            asked_on=on,
        )
        told = self._said(row, cmd, moment, extends=more)
        return [c.AssistanceExtendedV1(days=cmd.days, noticed_on=on, channel=self._channel(moment.by), **told)]

    def answer(self, cmd: c.AnswerAssistance, moment: Moment) -> list[c.AssistanceEvent]:
        """Late is better than never: the clock keeps that it was late."""
        row = self._permit(cmd, moment, self.to_agency)
        on = self._day(cmd.answered_on, "answered_on", moment)
        if cmd.result is not AssistanceResult.DONE and cmd.reason is None:
            raise InvalidInput("cases.assistance-reason-missing", "reason", law="APL 26", given=cmd.result)
        return [
            c.AssistanceAnsweredV1(
                result=cmd.result,
                account=cmd.account,
                answered_by=cmd.answered_by,
                answered_on=on,
                channel=self._channel(moment.by),
                **self._said(row, cmd, moment),
            )
        ]

    def refuse(self, cmd: c.RefuseAssistance, moment: Moment) -> list[c.AssistanceEvent]:
        """Until the last day of J09; after it help is owed. Raises Forbidden."""
        row = self._permit(cmd, moment, self.to_agency)
        on = self._day(cmd.refused_on, "refused_on", moment)
        if self.refuse_by_on is not None and on > self.refuse_by_on:
            raise Forbidden(
                "cases.refusal-too-late",
                "refused_on",
                "HOUSE.assistance",
                rule_id="J09",
                until=self.refuse_by_on.isoformat(),
            )
        return [
            c.AssistanceRefusedV1(
                ground=cmd.ground,
                law=cmd.law,
                refused_by=cmd.refused_by,
                refused_on=on,
                channel=self._channel(moment.by),
                **self._said(row, cmd, moment),
            )
        ]

    def withdraw(self, cmd: c.WithdrawAssistance, moment: Moment) -> list[c.AssistanceEvent]:
        row = self._permit(cmd, moment, self.from_agency)
        return [c.AssistanceWithdrawnV1(**self._said(row, cmd, moment))]

    def _permit(self, cmd: c.AssistanceStep, moment: Moment, whose: Agency | None) -> Row[AssistanceState]:
        """whose: the agency whose step it is; None: of a body that has no account, so the coordinator's alone."""
        # Every paper is of its own step: a notice does not serve twice.
        row = TABLE.permit(self.state, cmd.verb, moment.by, {document.kind for document in cmd.documents})
        if not _is_of(moment.by, whose):
            raise NotTheirLetter(cmd.verb, whose or self.to_body or "", TABLE.law(cmd.verb))
        return row

    def _said(self, row: Row[AssistanceState], cmd: c.AssistanceStep, moment: Moment, **more: Any) -> dict[str, Any]:
        return self.told(row, moment, reason=cmd.reason, documents=cmd.documents, **more)

    def _day(self, stated: date | None, name: str, moment: Moment) -> date:
        """Of the paper. Whoever answers for himself answers today; what came on paper has its own day."""
        if stated is None or stated == moment.today:
            return moment.today
        if not moment.by.has(Role.COORDINATOR):
            raise InvalidInput("cases.paper-day", name, value=stated.isoformat(), law="APL 26")
        earliest = None if self.requested_at is None else local_day(self.requested_at)
        return moment.past_day(stated, name, earliest)

    def _channel(self, by: Actor) -> Channel:
        own = self.to_agency is not None and by.org_code == self.to_agency
        return "system" if own else "paper"

    # changes

    def _set(self, **facts: Any) -> None:
        self.facts = self.facts.model_copy(update=facts)

    @singledispatchmethod
    def _change(self, event: c.AssistanceEvent) -> None:
        raise TypeError(type(event).__name__)

    @_change.register
    def _(self, event: c.AssistanceRequestedV1) -> None:
        self.letter_no, self.case_id, self.case_no = event.letter_no, event.case_id, event.case_no
        self.division_code = self.jurisdiction = event.division_code
        self.from_agency, self.to_agency, self.to_body = event.from_agency, event.to_agency, event.to_body
        self.matters, self.urgent = event.matters, event.urgent
        self.requested_at, self.refuse_by_on = event.at, event.refuse_by_on
        names = ("basis", "details", "answer_form", "contact", "requested_by")
        self._set(**{name: getattr(event, name) for name in names})

    @_change.register
    def _(self, event: c.AssistanceExtendedV1) -> None:
        self._set(extension_days=event.days, extension_reason=event.reason, extended_on=event.noticed_on)

    @_change.register
    def _(self, event: c.AssistanceAnsweredV1) -> None:
        names = ("result", "account", "answered_by", "answered_on", "channel")
        self._set(**{name: getattr(event, name) for name in names})

    @_change.register
    def _(self, event: c.AssistanceRefusedV1) -> None:
        names = ("ground", "law", "refused_by", "refused_on", "channel")
        self._set(refusal=event.reason, **{name: getattr(event, name) for name in names})

    @_change.register
    def _(self, event: c.AssistanceWithdrawnV1) -> None:
        self._set(withdrawal=event.reason)

    def view(self) -> c.AssistanceView:
        assert self.state is not None
        assert self.case_id is not None
        assert self.requested_at is not None
        return c.AssistanceView(
            id=self.id,
            letter_no=self.letter_no,
            version=self.version,
            state=self.state,
            case_id=self.case_id,
            case_no=self.case_no,
            division_code=self.division_code,
            from_agency=self.from_agency,
            to_agency=self.to_agency,
            to_body=self.to_body,
            matters=self.matters,
            urgent=self.urgent,
            requested_at=self.requested_at,
            refuse_by_on=self.refuse_by_on,
            due_on=self.due_on,
            facts=self.facts,
            documents=self.documents,
            deadlines=self.deadlines,
        )


def _asking(cmd: c.RequestAssistance, by: Actor, case: Case) -> Agency:
    """The coordinator enters it for whom he says; the leaders of an agency ask for their own."""
    if by.has(Role.COORDINATOR):
        return cmd.from_agency or case.lead_agency
    own = next((agency for agency in Agency if agency == by.org_code), case.lead_agency)
    if cmd.from_agency is not None and cmd.from_agency != own:
        raise NotTheirLetter(cmd.verb, cmd.from_agency, TABLE.law(cmd.verb))
    return own


def _is_of(by: Actor, agency: Agency | None) -> bool:
    """The coordinator records what came on paper, whomever it came from."""
    return by.has(Role.COORDINATOR) or (agency is not None and by.org_code == agency)
