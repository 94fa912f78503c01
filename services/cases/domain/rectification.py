"""A rectification item (整改销号): from the order to the strike-off (domain.md 3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Any, ClassVar
from uuid import UUID

from services.cases.domain import clocks
from services.cases.domain.areas import check_part
from services.cases.domain.case import Case
from services.cases.domain.clue_review import ReviewStanding
from services.cases.domain.progress import Moment, Progress
from services.cases.domain.rectification_facts import (
    Room,
    check_acceptance,
    check_decided,
    check_method,
    checked_pbf,
    noted,
    warnings_of,
)
from services.cases.domain.rectification_table import TABLE as TABLE
from shared.area import mu_from_m2
from shared.contracts.cases_events import CasesEvent
from shared.contracts.clocks import DeadlineFact
from shared.contracts.codes import DocumentKind, RectificationMethod, RectificationState
from shared.contracts.rectification_events import (
    RectificationAcceptedV1,
    RectificationEvent,
    RectificationExtendedV1,
    RectificationOpenedV1,
    RectificationOrderedV1,
    RectificationPbfDecidedV1,
    RectificationPlanSetV1,
    RectificationReboundV1,
    RectificationReportedV1,
    RectificationReviewRequestedV1,
    RectificationStruckOffV1,
    RectificationTownshipCheckedV1,
)
from shared.contracts.rectifications import (
    AcceptRectification,
    CheckRectification,
    OrderRectification,
    RectificationFacts,
    RectificationStep,
    RectificationView,
    ReportRectification,
    RequestReview,
    StrikeOff,
)
from shared.errors import Conflict


class AreaRemaining(Conflict):
    """Land still waits to be put right: no strike-off."""

    def __init__(self, remaining_area_m2: Decimal) -> None:
        facts = {"remaining_area_m2": float(remaining_area_m2), "law": "HOUSE.rectification"}
        super().__init__("cases.area-remaining", None, **facts)


class StrikeOffAwaitsReview(Conflict):
    """The review above has not ended: no strike-off (domain.md 3.7, 8.3).

    missing: whose review: of the clue that the case was filed on, of the item, or of both.
    """

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("cases.strike-off-awaits-review", None, law="HOUSE.rectification", missing=list(missing))


class TillageNotRestored(Conflict):
    """Land that is not ready to sow is not accepted. state: what the acceptance found."""

    def __init__(self, state: str) -> None:
        super().__init__("cases.tillage-not-restored", "tillage_state", law="HOUSE.rectification", state=state)


@dataclass(kw_only=True)
class Rectification(Progress):
    """rectified_area_m2: as last reported or accepted. accepted_area_m2: as the county last accepted."""

    TYPE: ClassVar[str] = "rectification"

    item_no: str = ""
    state: RectificationState | None = None
    case_id: UUID | None = None
    case_no: str = ""
    title: str = ""
    method: RectificationMethod = RectificationMethod.OTHER
    division_code: str = ""
    division_name: str = ""
    place: str = ""
    area_m2: Decimal = Decimal(0)
    farmland_area_m2: Decimal = Decimal(0)
    rectified_area_m2: Decimal = Decimal(0)
    accepted_area_m2: Decimal = Decimal(0)
    ordered_at: datetime | None = None
    term_on: date | None = None
    responsible_person: str = ""
    requirement: str = ""
    struck_off_at: datetime | None = None
    facts: RectificationFacts = field(default_factory=RectificationFacts)

    @property
    def remaining_area_m2(self) -> Decimal:
        return max(self.area_m2 - self.rectified_area_m2, Decimal(0))

    @property
    def names(self) -> dict[str, Any]:
        return {"item_id": self.id, "item_no": self.item_no, "case_id": self.case_id}

    # decisions

    def order(
        self, cmd: OrderRectification, moment: Moment, case: Case, item_no: str, room: Room
    ) -> list[RectificationEvent]:
        """Open the item on a case; its term R01 is the one the order gives.

        room: together the items are no larger than the case.
        """
        case.may_open(cmd.verb, moment)
        held = {document.kind for document in cmd.documents}
        row = TABLE.permit(self.state, cmd.verb, moment.by, held)
        pbf_m2 = checked_pbf(cmd, room)
        check_method(cmd.method, pbf_m2, held)
        term = moment.deadlines.start("R01", moment.now, cmd.term_days)
        return [
            RectificationOrderedV1(
                item_id=self.id,
                item_no=item_no,
                case_id=case.id,
                case_no=case.case_no,
                title=cmd.title,
                method=cmd.method,
                area_m2=cmd.area_m2,
                farmland_area_m2=cmd.farmland_area_m2,
                term_on=term.due_on,
                responsible_person=cmd.responsible_person,
                requirement=cmd.requirement,
                pbf_area_m2=pbf_m2,
                division_code=case.division_code,
                division_name=case.division_name,
                place=case.place,
                **self.step(row, moment, reason=cmd.requirement, documents=cmd.documents, starts=[term]),
            )
        ]

    def report(self, cmd: ReportRectification, moment: Moment) -> list[RectificationEvent]:
        told = self._told(cmd, moment)
        check_part("rectified_area_m2", cmd.rectified_area_m2, self.area_m2)
        return [RectificationReportedV1(rectified_area_m2=cmd.rectified_area_m2, account=cmd.account, **told)]

    def check(self, cmd: CheckRectification, moment: Moment) -> list[RectificationEvent]:
        told = self._told(
            cmd, moment, "passed" if cmd.passed else "failed", None if cmd.passed else self._term_again(moment)
        )
        return [RectificationTownshipCheckedV1(passed=cmd.passed, account=cmd.account, **told)]

    def accept(self, cmd: AcceptRectification, moment: Moment) -> list[RectificationEvent]:
        """Acceptance asks for tillage restored, topsoil back, able to sow (domain.md 3.7). Raises TillageNotRestored,
        Forbidden, InvalidInput.

        Land that still needs levelling or topsoil waits at its township check until it is ready. Only where nothing
        but formalities were to be completed is no land restored, and any state of it accepted.
        """
        told = self._told(cmd, moment)
        if cmd.tillage_state != "ready_to_sow" and self.method is not RectificationMethod.COMPLETE_FORMALITIES:
            raise TillageNotRestored(cmd.tillage_state)
        check_part("rectified_area_m2", cmd.rectified_area_m2, self.area_m2)
        check_acceptance(cmd, self.rectified_area_m2, moment.rules, moment.today)
        if self.method is RectificationMethod.COMPLETE_FORMALITIES or cmd.formalities_area_m2:
            check_decided(self.facts, self.held(cmd.documents))
        # Papers are completed only where no permanent basic farmland is (LAL 44).
        check_part("formalities_area_m2", cmd.formalities_area_m2, self.area_m2 - self.facts.pbf_area_m2)
        return [
            RectificationAcceptedV1(
                rectified_area_m2=cmd.rectified_area_m2,
                tillage_state=cmd.tillage_state,
                members=[member.name for member in cmd.members],
                on_site=cmd.members,
                account=cmd.account,
                formalities_area_m2=cmd.formalities_area_m2,
                signers=cmd.signers,
                **told,
            )
        ]

    def request_review(self, cmd: RequestReview, moment: Moment) -> list[RectificationEvent]:
        return [RectificationReviewRequestedV1(**self._told(cmd, moment))]

    def strike_off(self, cmd: StrikeOff, moment: Moment, above: ReviewStanding) -> list[RectificationEvent]:
        """Nothing remains and every review above has ended. above: of the clue. Raises AreaRemaining,
        StrikeOffAwaitsReview.

        What no level above reviews is struck off when the county has accepted it; once it was handed up, not before
        its result is there.
        """
        told = self._told(cmd, moment)
        if self.method is RectificationMethod.COMPLETE_FORMALITIES or self.facts.formalities_area_m2:
            check_decided(self.facts, self.held(cmd.documents))
        if self.remaining_area_m2 > 0:
            raise AreaRemaining(self.remaining_area_m2)
        if awaited := self._awaited(cmd, above):
            raise StrikeOffAwaitsReview(awaited)
        return [
            RectificationStruckOffV1(
                case_no=self.case_no,
                title=self.title,
                method=self.method,
                division_code=self.division_code,
                division_name=self.division_name,
                place=self.place,
                area_m2=self.area_m2,
                farmland_area_m2=self.farmland_area_m2,
                rectified_area_m2=self.rectified_area_m2,
                **told,
            )
        ]

    def _awaited(self, cmd: StrikeOff, above: ReviewStanding) -> list[str]:
        """Whose review has not ended."""
        brought = any(document.kind is DocumentKind.REVIEW_RESULT for document in cmd.documents)
        reviewed = above.asked or self.state is RectificationState.REVIEWING_UP
        item = reviewed and not (self.facts.review_ended or brought)
        return ["clue"] * above.awaited + ["rectification"] * item

    def _term_again(self, moment: Moment) -> list[DeadlineFact]:
        term = self.clock("R01")
        return [] if term is None else [clocks.again(term, moment.deadlines.count(term), moment.now)]

    def _told(
        self,
        cmd: RectificationStep,
        moment: Moment,
        outcome: str = "",
        starts: Sequence[DeadlineFact] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        row = TABLE.permit(self.state, cmd.verb, moment.by, self.held(cmd.documents), outcome)
        return self.told(row, moment, reason=cmd.reason, documents=cmd.documents, starts=starts, **more)

    # the paths beside the straight one: domain/rectification_paths.py

    def take(self, cmd: RectificationStep, moment: Moment, outcome: str = "", **more: Any) -> dict[str, Any]:
        """What the event of a step says, once the table permits it."""
        return self._told(cmd, moment, outcome, **more)

    def term_again(self, moment: Moment) -> list[DeadlineFact]:
        """The term of the order, going on as it was."""
        return self._term_again(moment)

    # changes

    def _note(self, event: CasesEvent) -> None:
        super()._note(event)
        if isinstance(event, RectificationEvent):
            self.facts = noted(self.facts, event)

    @singledispatchmethod
    def _change(self, event: RectificationEvent) -> None:
        """Handed up for review: the state alone changes."""

    @_change.register
    def _(self, event: RectificationOpenedV1) -> None:
        self.item_no, self.case_id, self.case_no = event.item_no, event.case_id, event.case_no
        self.title, self.ordered_at = event.title, event.at
        self.division_code = self.jurisdiction = event.division_code
        self.division_name, self.place = event.division_name, event.place
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2

    @_change.register
    def _(self, event: RectificationPlanSetV1) -> None:
        self.method, self.term_on = event.method, event.term_on
        self.responsible_person, self.requirement = event.responsible_person, event.requirement

    @_change.register
    def _(self, event: RectificationPbfDecidedV1) -> None:
        self.method = event.method

    @_change.register
    def _(self, event: RectificationExtendedV1) -> None:
        self.term_on = next((one.due_on for one in event.recounts if one.rule_id == "R01"), self.term_on)

    @_change.register
    def _(self, event: RectificationReboundV1) -> None:
        self.rectified_area_m2 = self.accepted_area_m2 = self.area_m2 - event.rebound_area_m2
        self.struck_off_at = self.term_on = None

    @_change.register
    def _(self, event: RectificationOrderedV1) -> None:
        self.item_no, self.case_id, self.case_no = event.item_no, event.case_id, event.case_no
        self.title, self.method = event.title, event.method
        self.division_code = self.jurisdiction = event.division_code
        self.division_name, self.place = event.division_name, event.place
        self.area_m2, self.farmland_area_m2 = event.area_m2, event.farmland_area_m2
        self.ordered_at, self.term_on = event.at, event.term_on
        self.responsible_person, self.requirement = event.responsible_person, event.requirement

    @_change.register
    def _(self, event: RectificationReportedV1) -> None:
        self.rectified_area_m2 = event.rectified_area_m2

    @_change.register
    def _(self, event: RectificationTownshipCheckedV1) -> None:
        if not event.passed:
            # What was reported did not stand; what the county accepted before does.
            self.rectified_area_m2 = self.accepted_area_m2

    @_change.register
    def _(self, event: RectificationAcceptedV1) -> None:
        self.rectified_area_m2 = self.accepted_area_m2 = event.rectified_area_m2

    @_change.register
    def _(self, event: RectificationStruckOffV1) -> None:
        self.struck_off_at = event.at

    def view(self) -> RectificationView:
        assert self.state is not None
        assert self.case_id is not None
        assert self.ordered_at is not None
        return RectificationView(
            id=self.id,
            item_no=self.item_no,
            version=self.version,
            state=self.state,
            title=self.title,
            case_id=self.case_id,
            case_no=self.case_no,
            division_code=self.division_code,
            division_name=self.division_name,
            method=self.method,
            area_m2=self.area_m2,
            rectified_area_m2=self.rectified_area_m2,
            remaining_area_m2=self.remaining_area_m2,
            remaining_area_mu=float(mu_from_m2(self.remaining_area_m2)),
            ordered_at=self.ordered_at,
            term_on=self.term_on,
            due_on=self.due_on,
            struck_off_at=self.struck_off_at,
            farmland_area_m2=self.farmland_area_m2,
            requirement=self.requirement,
            responsible_person=self.responsible_person,
            documents=self.documents,
            deadlines=self.deadlines,
            facts=self.facts,
            warnings=warnings_of(self.facts, self.method),
        )
