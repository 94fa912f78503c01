"""A supervision listing (挂牌督办, domain.md 3.8): its term, more time asked in time, and what ends it.

Levels are data: formal listing is the province's and above, city and county listing rests on local rule (NRP 49).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain import decision
from services.cases.domain.case import Case
from services.cases.domain.clocks import ExtensionTooLate
from services.cases.domain.path_rules import ListingLevel
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.rectification import Rectification
from services.cases.domain.standstill import asked_day, extension, proof
from services.cases.domain.transitions import ALL_CLOCKS, TOWNSHIP, Forbidden, Row, Transitions
from shared.clock import local_day
from shared.contracts import listings as c
from shared.contracts.codes import CaseState, DocumentKind, ListingState, RectificationState, Role
from shared.errors import InvalidInput

_STATE = ListingState
_DOC = DocumentKind
_FACT: frozenset[Role] = frozenset()
_RUNNING = (_STATE.IN_PROGRESS, _STATE.EXTENDED)
# One of these is at its end; any other waits or runs, and a case has one of those at most.
ENDED = frozenset({_STATE.DECLINED, _STATE.DELISTED, _STATE.PUBLISHED})
# A case so far that a listing may end (domain.md 3.8).
_FAR_ENOUGH = frozenset(
    {
        CaseState.DECIDED,
        CaseState.SERVED,
        CaseState.PERFORMING,
        CaseState.DEMANDED,
        CaseState.EXECUTED,
        CaseState.COURT_APPLIED,
        CaseState.COURT_RULED,
        CaseState.CLOSED,
        CaseState.ARCHIVED,
    }
)

TABLE: Transitions[ListingState] = Transitions(
    "listing",
    Row("propose-listing", None, _STATE.PROPOSED),
    # The system proposes, a named person decides.
    Row("propose-itself", None, _STATE.PROPOSED, who=_FACT),
    Row(
        "approve",
        _STATE.PROPOSED,
        _STATE.APPROVED,
        needs=frozenset({_DOC.LISTING_APPROVAL}),
        starts=("L01", "L02"),
    ),
    Row("decline", _STATE.PROPOSED, _STATE.DECLINED),
    Row(
        "notify",
        _STATE.APPROVED,
        _STATE.NOTIFIED,
        needs=frozenset({_DOC.LISTING_NOTICE}),
        stops=frozenset({"L01"}),
    ),
    Row("sign", _STATE.NOTIFIED, _STATE.SIGNED, who=TOWNSHIP),
    Row("begin", _STATE.SIGNED, _STATE.IN_PROGRESS, who=TOWNSHIP),
    *(Row("request-extension", state, state, who=TOWNSHIP) for state in _RUNNING),
    *(Row("grant-extension", state, _STATE.EXTENDED, needs=frozenset({_DOC.EXTENSION_APPROVAL})) for state in _RUNNING),
    *(Row("refuse-extension", state, state) for state in _RUNNING),
    *(
        Row("report-done", state, _STATE.DONE_REPORTED, who=TOWNSHIP)
        for state in (*_RUNNING, _STATE.OVERDUE, _STATE.TALK)
    ),
    Row("verify", _STATE.DONE_REPORTED, _STATE.VERIFIED, outcome="passed"),
    Row("verify", _STATE.DONE_REPORTED, _STATE.IN_PROGRESS, outcome="failed"),
    Row(
        "delist",
        _STATE.VERIFIED,
        _STATE.DELISTED,
        needs=frozenset({_DOC.DELISTING_APPROVAL}),
        stops=ALL_CLOCKS,
    ),
    Row("publish", _STATE.DELISTED, _STATE.PUBLISHED),
    *(
        Row("mark-overdue", state, _STATE.OVERDUE)
        for state in (_STATE.APPROVED, _STATE.NOTIFIED, _STATE.SIGNED, *_RUNNING)
    ),
    Row("talk", _STATE.OVERDUE, _STATE.TALK),
    law="NRP 49; LIST",
)


@dataclass(kw_only=True)
class Listing(Progress):
    TYPE: ClassVar[str] = "listing"

    listing_no: str = ""
    state: ListingState | None = None
    case_id: UUID | None = None
    case_no: str = ""
    division_code: str = ""
    level: str = ""
    level_title: str = ""
    target_unit: str = ""
    term_days: int = 0
    term_on: date | None = None
    is_open: bool = True
    reason: str = ""
    proposed_at: datetime | None = None
    facts: c.ListingFacts = field(default_factory=c.ListingFacts)

    @property
    def names(self) -> dict[str, Any]:
        return {"listing_id": self.id, "listing_no": self.listing_no, "case_id": self.case_id}

    # decisions

    def propose(
        self,
        cmd: c.ProposeListing,
        moment: Moment,
        case: Case,
        listing_no: str,
        *,
        open_one: "Listing | None" = None,
        by_itself: bool = False,
    ) -> list[c.ListingEvent]:
        """open_one: of the case, that waits or runs: there is no second (domain.md 9). by_itself: by the system.

        Raises Forbidden, InvalidInput for a level or term that no rule knows.
        """
        row = TABLE.permit(self.state, "propose-itself" if by_itself else cmd.verb, moment.by)
        if case.state in (CaseState.CLOSED, CaseState.ARCHIVED, CaseState.NOT_FILED):
            raise Forbidden("cases.case-over", None, "NRP 49", state=case.state)
        _check_alone(open_one)
        level = level_of(cmd.level, cmd.term_days, moment)
        return [
            c.ListingProposedV1(
                listing_id=self.id,
                listing_no=listing_no,
                case_id=case.id,
                case_no=case.case_no,
                division_code=case.division_code,
                level=level.code,
                level_title=level.title,
                basis=level.basis,
                target_unit=cmd.target_unit,
                requirements=cmd.requirements,
                term_days=cmd.term_days,
                contact=cmd.contact,
                is_open=cmd.is_open,
                proposed_by="system" if by_itself else moment.by.name,
                **self.step(row, moment, reason=cmd.reason),
            )
        ]

    def approve(self, cmd: c.ApproveListing, moment: Moment, open_one: "Listing | None" = None) -> list[c.ListingEvent]:
        """L01 to send the notice, L02 the term itself, both from today. open_one: another of the case that runs.

        Raises Forbidden.
        """
        term_days = cmd.term_days or self.term_days
        level_of(self.level, term_days, moment)
        notice = moment.deadlines.start("L01", moment.now)
        term = moment.deadlines.start("L02", moment.now, term_days)
        told = self._take(cmd, moment, starts=[notice, term])
        _check_alone(open_one)
        return [
            c.ListingApprovedV1(
                approved_by=cmd.approved_by,
                target_unit=cmd.target_unit or self.target_unit,
                term_days=term_days,
                contact=cmd.contact or self.facts.contact,
                requirements=cmd.requirements or self.facts.requirements,
                term_on=term.due_on,
                **told,
            )
        ]

    def decline(self, cmd: c.DeclineListing, moment: Moment) -> list[c.ListingEvent]:
        return [c.ListingDeclinedV1(**self._take(cmd, moment))]

    def notify(self, cmd: c.NotifyListing, moment: Moment) -> list[c.ListingEvent]:
        on = moment.past_day(cmd.sent_on, "sent_on", self._began("L01"))
        return [c.ListingNotifiedV1(notice_no=cmd.notice_no, sent_on=on, **self._take(cmd, moment))]

    def sign(self, cmd: c.SignListing, moment: Moment) -> list[c.ListingEvent]:
        return [c.ListingSignedV1(signed_by=cmd.signed_by, **self._take(cmd, moment))]

    def begin(self, cmd: c.BeginListing, moment: Moment) -> list[c.ListingEvent]:
        return [c.ListingBegunV1(plan=cmd.plan, **self._take(cmd, moment))]

    def request_extension(self, cmd: c.RequestListingExtension, moment: Moment) -> list[c.ListingEvent]:
        """Three working days before the end at the latest; later it is refused. Raises ExtensionTooLate.

        Whoever asks for himself asks today; the day of a letter is proved by it. Raises InvalidInput.
        """
        told = self._take(cmd, moment)
        term = self.clock("L02")
        on = asked_day(cmd.asked_on, cmd.documents, term, moment)
        last = moment.deadlines.last_to_ask(term, moment.today) if term is not None else None
        if last is not None and on > last:
            raise ExtensionTooLate("L02", last)
        return [c.ListingExtensionRequestedV1(days=cmd.days, delay_reason=cmd.delay_reason, asked_on=on, **told)]

    def grant_extension(self, cmd: c.GrantListingExtension, moment: Moment) -> list[c.ListingEvent]:
        """Only what was asked for, as of the day it was asked."""
        paper = proof((*self.documents, *cmd.documents), _DOC.EXTENSION_APPROVAL)
        asked_on = self.facts.extension_asked_on
        extends = extension(
            paper if asked_on is not None else None,
            rule_id="L02",
            amount=cmd.days,
            unit="calendar_day",
            reason=cmd.reason or self.facts.extension_reason or "",
            approved_by=cmd.approved_by,
            asked_on=asked_on,
        )
        told = self._take(cmd, moment, extends=extends)
        self._check_asked()
        return [c.ListingExtendedV1(approved_by=cmd.approved_by, **told)]

    def refuse_extension(self, cmd: c.RefuseListingExtension, moment: Moment) -> list[c.ListingEvent]:
        told = self._take(cmd, moment)
        self._check_asked()
        return [c.ListingExtensionRefusedV1(**told)]

    def report_done(self, cmd: c.ReportListingDone, moment: Moment) -> list[c.ListingEvent]:
        return [c.ListingDoneReportedV1(account=cmd.account, **self._take(cmd, moment))]

    def verify(self, cmd: c.VerifyListing, moment: Moment) -> list[c.ListingEvent]:
        told = self._take(cmd, moment, "passed" if cmd.passed else "failed")
        return [c.ListingVerifiedV1(passed=cmd.passed, account=cmd.account, **told)]

    def delist(
        self, cmd: c.Delist, moment: Moment, case: Case, items: Sequence[Rectification], transfers_pending: bool
    ) -> list[c.ListingEvent]:
        """items: of the case. transfers_pending: a hand-over beside it is due and not made. Raises Forbidden."""
        told = self._take(cmd, moment)
        if case.state not in _FAR_ENOUGH:
            raise Forbidden("cases.listed-case-undecided", None, "LIST", state=case.state)
        restored = bool(items) and all(item.state is RectificationState.STRUCK_OFF for item in items)
        if not restored and _DOC.LEGALITY_PROOF not in self.held(cmd.documents):
            raise Forbidden("cases.listed-land-remains", None, "LIST")
        if transfers_pending or decision.is_crime_open(case):
            raise Forbidden("cases.transfers-due", None, "LIST")
        return [c.ListingDelistedV1(**told)]

    def publish(self, cmd: c.PublishListing, moment: Moment) -> list[c.ListingEvent]:
        """Raises Forbidden for a listing that was not open."""
        on = moment.past_day(cmd.published_on, "published_on", self.facts.delisted_on)
        told = self._take(cmd, moment)
        if not self.is_open:
            raise Forbidden("cases.listing-not-open", None, "LIST")
        return [c.ListingPublishedV1(published_on=on, place=cmd.place, **told)]

    def mark_overdue(self, cmd: c.MarkListingOverdue, moment: Moment) -> list[c.ListingEvent]:
        """Raises Forbidden before the term has passed."""
        told = self._take(cmd, moment)
        term = self.clock("L02")
        due_on = None if term is None else term.due_on
        if due_on is None or moment.today <= due_on:
            raise Forbidden("cases.listing-not-overdue", None, "LIST", until=str(due_on))
        return [c.ListingOverdueV1(due_on=due_on, **told)]

    def talk(self, cmd: c.TalkListing, moment: Moment) -> list[c.ListingEvent]:
        """Of a term that has passed: after its last day."""
        told, term = self._take(cmd, moment), self.clock("L02")
        over = None if term is None or term.due_on is None else term.due_on + timedelta(days=1)
        on = moment.past_day(cmd.talked_on, "talked_on", over)
        return [c.ListingTalkedV1(with_whom=cmd.with_whom, talked_on=on, **told)]

    def _began(self, rule_id: str) -> date | None:
        """The day on which a clock began."""
        clock = self.clock(rule_id)
        return None if clock is None else local_day(clock.started_at)

    def _check_asked(self) -> None:
        if self.facts.extension_asked_on is None:
            raise Forbidden("cases.extension-not-asked", None, "HOUSE.listing-terms")

    def _take(self, cmd: c.ListingStep, moment: Moment, outcome: str = "", **more: Any) -> dict[str, Any]:
        row = TABLE.permit(self.state, cmd.verb, moment.by, self.held(cmd.documents), outcome)
        return self.told(row, moment, reason=cmd.reason, documents=cmd.documents, **more)

    # changes

    def _set(self, **facts: Any) -> None:
        self.facts = self.facts.model_copy(update=facts)

    @singledispatchmethod
    def _change(self, event: c.ListingEvent) -> None:
        """Declined: the state alone changes."""

    @_change.register
    def _(self, event: c.ListingProposedV1) -> None:
        self.listing_no, self.case_id, self.case_no = event.listing_no, event.case_id, event.case_no
        self.division_code = self.jurisdiction = event.division_code
        self.level, self.level_title, self.target_unit = event.level, event.level_title, event.target_unit
        self.term_days, self.is_open, self.reason = event.term_days, event.is_open, event.reason or ""
        self.proposed_at = event.at
        self._set(
            basis=event.basis, requirements=event.requirements, contact=event.contact, proposed_by=event.proposed_by
        )

    @_change.register
    def _(self, event: c.ListingApprovedV1) -> None:
        self.target_unit, self.term_days, self.term_on = event.target_unit, event.term_days, event.term_on
        self._set(approved_by=event.approved_by, contact=event.contact, requirements=event.requirements)

    @_change.register
    def _(self, event: c.ListingNotifiedV1) -> None:
        self._set(notice_no=event.notice_no, sent_on=event.sent_on)

    @_change.register
    def _(self, event: c.ListingSignedV1) -> None:
        self._set(signed_by=event.signed_by)

    @_change.register
    def _(self, event: c.ListingBegunV1) -> None:
        self._set(plan=event.plan)

    @_change.register
    def _(self, event: c.ListingExtensionRequestedV1) -> None:
        self._set(extension_asked_on=event.asked_on, extension_days=event.days, extension_reason=event.delay_reason)

    @_change.register
    def _(self, event: c.ListingExtendedV1) -> None:
        self._set(extension_asked_on=None)
        self.term_on = next((one.due_on for one in event.recounts if one.rule_id == "L02"), self.term_on)

    @_change.register
    def _(self, _: c.ListingExtensionRefusedV1) -> None:
        self._set(extension_asked_on=None)

    @_change.register
    def _(self, event: c.ListingDoneReportedV1) -> None:
        self._set(account=event.account)

    @_change.register
    def _(self, _: c.ListingOverdueV1) -> None:
        self._set(was_overdue=True)

    @_change.register
    def _(self, event: c.ListingTalkedV1) -> None:
        self._set(talked_on=event.talked_on, talked_with=event.with_whom)

    @_change.register
    def _(self, event: c.ListingDelistedV1) -> None:
        self._set(delisted_on=local_day(event.at))

    @_change.register
    def _(self, event: c.ListingPublishedV1) -> None:
        self._set(published_on=event.published_on)

    def view(self) -> c.ListingView:
        assert self.state is not None
        assert self.case_id is not None
        assert self.proposed_at is not None
        return c.ListingView(
            id=self.id,
            listing_no=self.listing_no,
            version=self.version,
            state=self.state,
            level=self.level,
            level_title=self.level_title,
            target_unit=self.target_unit,
            case_id=self.case_id,
            case_no=self.case_no,
            division_code=self.division_code,
            term_days=self.term_days,
            proposed_at=self.proposed_at,
            term_on=self.term_on,
            due_on=self.due_on,
            is_open=self.is_open,
            facts=self.facts,
            reason=self.reason,
            documents=self.documents,
            deadlines=self.deadlines,
        )


def _check_alone(open_one: Listing | None) -> None:
    """Three superiors chase one item in one listing, not in three. Raises Forbidden, naming the first."""
    if open_one is not None:
        facts = {"listing_no": open_one.listing_no, "listing_id": open_one.id, "state": open_one.state}
        raise Forbidden("cases.listing-open", None, "NRP 49", object="listing", **facts)


def level_of(code: str, term_days: int, moment: Moment) -> ListingLevel:
    """The level of today's rules. Raises InvalidInput, also for a term that it does not give."""
    level = moment.rules.listing_level(code, moment.today)
    if level is None:
        raise InvalidInput("cases.listing-level-unknown", "level", law="NRP 49", level=code)
    if term_days not in level.term_days:
        raise InvalidInput("cases.listing-term", "term_days", law="LIST", allowed_days=list(level.term_days))
    return level
