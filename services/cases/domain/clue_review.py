"""The review of a verification opinion by county, city and region (domain.md 3.1), also beside a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.domain.clue_errors import ClueNotAssigned, ProofMissing, ReviewerSubmitted, ReviewLevelWrong
from services.cases.domain.clue_record import ClueRecord
from services.cases.domain.clue_table import REVIEW, TABLE
from services.cases.domain.progress import Moment
from services.cases.domain.transitions import LEADERS, Row
from shared.contracts.cases_events import ClueEvent
from shared.contracts.clue_events import ClueReviewPassedV1, ClueReviewStartedV1, ClueSentBackV1
from shared.contracts.clue_steps import PassReview, SendBack, StartReview
from shared.contracts.codes import ClueState, ReviewState, Role
from shared.contracts.parts import DocumentRef

# Digits of the jurisdiction that the reviewer of a level has: a city's, a province's.
_DIGITS = {ReviewState.CITY_REVIEW: 4, ReviewState.PROVINCE_REVIEW: 2}
# Stages of a review that somebody has begun, also of what need not have been reviewed.
_BEGUN = frozenset(
    {ReviewState.COUNTY_REVIEW, ReviewState.CITY_REVIEW, ReviewState.PROVINCE_REVIEW, ReviewState.SENT_BACK}
)


@dataclass(frozen=True)
class ReviewStanding:
    """How the review above of a clue stands. required: whether the levels above review it at all."""

    required: bool
    state: ReviewState | None

    @property
    def ended(self) -> bool:
        return self.state is ReviewState.REVIEW_ENDED

    @property
    def asked(self) -> bool:
        """Whether there is, or must be, a review: the rules ask for it, or it was begun."""
        return self.required or self.ended or self.state in _BEGUN

    @property
    def awaited(self) -> bool:
        return self.asked and not self.ended


# Of a case that was taken over with no clue to review, or of what the county found by itself.
NOT_REVIEWED = ReviewStanding(required=False, state=None)


class ClueReview(ClueRecord):
    """Steps of the review."""

    def start_review(self, cmd: StartReview, moment: Moment) -> list[ClueEvent]:
        """The county takes the opinion up. Raises ProofMissing, ReviewerSubmitted."""
        row = self._permit_reviewer("start-review", moment)
        if self.missing_proofs:
            raise ProofMissing(self.missing_proofs)
        to = ReviewState.COUNTY_REVIEW
        return [ClueReviewStartedV1(review_state=to, **self.told(row, moment, reason=cmd.note))]

    def pass_review(self, cmd: PassReview, moment: Moment) -> list[ClueEvent]:
        """Raises ReviewerSubmitted, ReviewLevelWrong."""
        row, level = self._permit_reviewer("pass-review", moment), self._level
        told = self.told(row, moment, reason=cmd.note)
        return [ClueReviewPassedV1(review_state=self._goes_to("pass-review"), level=level, **told)]

    def send_back(self, cmd: SendBack, moment: Moment) -> list[ClueEvent]:
        """Raises ReviewerSubmitted, ReviewLevelWrong."""
        row, level = self._permit_reviewer("send-back", moment), self._level
        told = self.told(row, moment, reason=cmd.note)
        reasons = list(dict.fromkeys(cmd.reasons))
        return [ClueSentBackV1(review_state=ReviewState.SENT_BACK, level=level, reasons=reasons, **told)]

    @property
    def _level(self) -> ReviewState:
        assert self.review_state is not None
        return self.review_state

    def _goes_to(self, verb: str) -> ReviewState:
        return next(row.to for row in REVIEW if (row.at, row.verb) == (self.review_state, verb))

    def permit(
        self, verb: str, moment: Moment, brought: Sequence[DocumentRef] = (), outcome: str = ""
    ) -> Row[ClueState]:
        """The row of a step; of a clue that became a case, a step of its review. Raises as Transitions.permit."""
        held = self.held(brought)
        if self.state is ClueState.TO_CASE and any(row.verb == verb for row in REVIEW):
            REVIEW.permit(self.review_state, verb, moment.by, held)
            outcome = str(self.review_state)
        return TABLE.permit(self.state, verb, moment.by, held, outcome)

    def permit_verifier(self, verb: str, moment: Moment, documents: Sequence[DocumentRef] = ()) -> Row[ClueState]:
        """As permit(); a township or an agency only where the clue was given to it. Raises ClueNotAssigned.

        A leader also where his agency has stopped the act: only he sees the clue of its case.
        """
        row = self.permit(verb, moment, documents)
        by = moment.by
        ours = by.has(Role.TOWNSHIP_OFFICER) and (self.township_code or "").startswith(by.jurisdiction)
        agencys = by.has(Role.AGENCY_OFFICER) and self.agency is not None and self.agency.value == by.org_code
        leads = by.has(*LEADERS) and (self.case_id is not None or by.org_code == self.agency)
        if not (ours or agencys or leads or by.has(Role.COORDINATOR)):
            raise ClueNotAssigned(self.township_code)
        return row

    def _permit_reviewer(self, verb: str, moment: Moment) -> Row[ClueState]:
        row = self.permit(verb, moment)
        digits: Any = _DIGITS.get(self.review_state) if self.review_state else None
        if digits is not None and not (
            len(moment.by.jurisdiction) == digits and self.division_code.startswith(moment.by.jurisdiction)
        ):
            raise ReviewLevelWrong(self.review_state)
        if moment.by.account_id == self.submitted_by:
            raise ReviewerSubmitted
        return row
