"""What is refused of a clue, beside what the tables refuse. Each names the rule."""

from collections.abc import Sequence
from uuid import UUID

from services.cases.domain.transitions import Forbidden
from shared.contracts.codes import ReviewState
from shared.errors import Conflict, InvalidInput, NotAllowed


class ClueNotAssigned(NotAllowed):
    """The clue was given to another township or agency to verify."""

    def __init__(self, township_code: str | None) -> None:
        super().__init__("cases.clue-not-assigned", None, law="HOUSE.clue", township_code=township_code)


class AssigneeUnclear(InvalidInput):
    """A clue is given to one township or to one agency."""

    def __init__(self) -> None:
        super().__init__("cases.assignee-unclear", "township_code")


class DuplicatesUndecided(Conflict):
    """Somebody must first say whether it is one of these (domain.md 7.2)."""

    def __init__(self, proposals: int) -> None:
        super().__init__("cases.duplicates-undecided", None, law="HOUSE.duplicates", proposals=proposals)


class ReviewNotEnded(Conflict):
    """What the levels above review is closed only after they have (domain.md 3.1)."""

    def __init__(self, review_state: ReviewState | None) -> None:
        super().__init__("cases.review-not-ended", None, law="HOUSE.clue", state=review_state)


class ReviewerSubmitted(NotAllowed):
    """Nobody reviews what he submitted."""

    def __init__(self) -> None:
        super().__init__("cases.reviewer-submitted", None, law="HOUSE.separation")


class ReviewLevelWrong(NotAllowed):
    """The review is another level's. state: where it stands."""

    def __init__(self, state: ReviewState | None) -> None:
        super().__init__("cases.review-level-wrong", None, law="HOUSE.clue", state=state)


class ProofMissing(Conflict):
    """The opinion is not proved (domain.md 3.1). missing: the keys of OpinionProof it still needs."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("cases.proof-missing", "proof", law="HOUSE.clue", missing=list(missing))


class ReporterIsNamed(InvalidInput):
    """Who gave a name is not anonymous."""

    def __init__(self) -> None:
        super().__init__("cases.reporter-is-named", "reject_reason")


class AlreadyPassedOn(Conflict):
    """A clue is passed on once; then the superior decides (domain.md 4.7, NRP 11)."""

    def __init__(self, body: str) -> None:
        super().__init__("cases.already-passed-on", None, law="NRP 11", body=body)


class DutyPassedOn(Conflict):
    """It was returned once as not somebody's duty: whoever got it then waits for the coordinator's ruling."""

    def __init__(self) -> None:
        super().__init__("cases.duty-passed-on", "return_reason", law="NRP 11")


class DutyRuled(Conflict):
    """The coordinator has ruled whose duty it is: that is no reason to return it any more. ruling: the words of it."""

    def __init__(self, ruling: str) -> None:
        super().__init__("cases.duty-ruled", "return_reason", law="NRP 11", ruling=ruling)


class RulingNeeded(Conflict):
    """Who said that it is not his duty gets it again by a ruling only, which says why."""

    def __init__(self, field: str) -> None:
        super().__init__("cases.ruling-needed", field, law="NRP 11")


class DutyUndisputed(Conflict):
    """Nobody has returned it as not his duty: it is given out, not ruled on."""

    def __init__(self) -> None:
        super().__init__("cases.duty-undisputed", None, law="NRP 11")


class CaseBeside(Forbidden):
    """The act was stopped and a case stands beside the clue: end the case first, or verify the clue as it is."""

    def __init__(self, verb: str, case_id: UUID, law: str) -> None:
        super().__init__("cases.case-beside", None, law, object="clue", verb=verb, case_id=str(case_id))


class PatchAlreadySplit(Conflict):
    """A child patch is not cut again: cut its parent in more parts."""

    def __init__(self, parent_no: str) -> None:
        super().__init__("cases.child-not-split", None, law="HOUSE.duplicates", parent_no=parent_no)


class ReporterNotTold(Conflict):
    """Who gave a name must hear the outcome before the clue goes into the archive (domain.md 3.1)."""

    def __init__(self) -> None:
        super().__init__("cases.reporter-not-told", None, law="HOUSE.clue")
