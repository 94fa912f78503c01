"""What may be done with a clue in which state (domain.md 3.1), and how its review above goes.

The review has a table of its own, because it goes on beside the case once one is filed: then every step of REVIEW is a
step of the clue that leaves it `to_case`.
"""

from collections.abc import Iterator

from services.cases.domain.transitions import ALL_CLOCKS, DECIDERS, LEADERS, TOWNSHIP, Row, Transitions
from shared.contracts.codes import ClueState, DocumentKind, ReviewState, Role, TransferReply

_STATE = ClueState
_REVIEW = ReviewState
# domain.md 3.1: the township, natural resources or agriculture verify, whomever it was given to.
VERIFIERS = TOWNSHIP | {Role.AGENCY_OFFICER}
# The opinion is the agency's: its leader may submit what its officers verified (domain.md 8.2, step 5).
_OPINION_GIVERS = VERIFIERS | LEADERS
_FACT: frozenset[Role] = frozenset()
_SUPERIOR = frozenset({Role.SUPERIOR_REVIEWER})
_OPINION_PAPERS = frozenset({DocumentKind.VERIFICATION_REPORT, DocumentKind.SITE_PHOTOS})

REVIEW: Transitions[ReviewState] = Transitions(
    "clue-review",
    Row("start-review", _REVIEW.OPINION_SUBMITTED, _REVIEW.COUNTY_REVIEW, who=DECIDERS),
    Row("pass-review", _REVIEW.COUNTY_REVIEW, _REVIEW.CITY_REVIEW, who=DECIDERS),
    Row("pass-review", _REVIEW.CITY_REVIEW, _REVIEW.PROVINCE_REVIEW, who=_SUPERIOR),
    Row("pass-review", _REVIEW.PROVINCE_REVIEW, _REVIEW.REVIEW_ENDED, who=_SUPERIOR),
    Row("send-back", _REVIEW.COUNTY_REVIEW, _REVIEW.SENT_BACK, who=DECIDERS, starts=("C01",)),
    Row("send-back", _REVIEW.CITY_REVIEW, _REVIEW.SENT_BACK, who=_SUPERIOR, starts=("C01",)),
    Row("send-back", _REVIEW.PROVINCE_REVIEW, _REVIEW.SENT_BACK, who=_SUPERIOR, starts=("C01",)),
    Row("start-verification", _REVIEW.SENT_BACK, _REVIEW.VERIFYING, who=VERIFIERS),
    Row(
        "submit-opinion",
        _REVIEW.VERIFYING,
        _REVIEW.OPINION_SUBMITTED,
        who=_OPINION_GIVERS,
        needs=_OPINION_PAPERS,
        stops=frozenset({"C01"}),
    ),
    law="HOUSE.clue",
)

# Where a clue may still be found to be another: before there is an opinion of its own.
_LINKABLE = (
    _STATE.RECEIVED,
    _STATE.DEDUPLICATED,
    _STATE.ASSIGNED,
    _STATE.SIGNED,
    _STATE.RETURNED_UNIT_WRONG,
    _STATE.VERIFYING,
)
_TRANSFERABLE = (
    _STATE.RECEIVED,
    _STATE.DEDUPLICATED,
    _STATE.RETURNED_UNIT_WRONG,
    _STATE.OPINION_SUBMITTED,
    _STATE.REVIEW_ENDED,
)
FILABLE = (
    _STATE.OPINION_SUBMITTED,
    _STATE.COUNTY_REVIEW,
    _STATE.CITY_REVIEW,
    _STATE.PROVINCE_REVIEW,
    _STATE.REVIEW_ENDED,
)
AFTER_VISIT = (_STATE.VERIFYING, *FILABLE, _STATE.SENT_BACK)
# What may be noted of a clue at any time while it lives: steps that leave its state alone.
_LIVING: tuple[ClueState, ...] = tuple(
    state
    for state in _STATE
    if state not in (_STATE.LINKED_TO_EXISTING, _STATE.SPLIT, _STATE.REJECTED, _STATE.ARCHIVED)
)


def _reviews() -> Iterator[Row[ClueState]]:
    """The steps of REVIEW, as steps of a clue of which there is no case, and of one of which there is."""
    for row in REVIEW:
        if row.verb != "submit-opinion":
            at, to = _STATE(str(row.at)), _STATE(str(row.to))
            yield Row(row.verb, at, to, who=row.who, needs=row.needs, starts=row.starts, stops=row.stops)
        yield Row(
            row.verb,
            _STATE.TO_CASE,
            _STATE.TO_CASE,
            who=row.who,
            outcome=str(row.at),
            needs=row.needs,
            starts=row.starts,
            stops=row.stops,
        )


TABLE: Transitions[ClueState] = Transitions(
    "clue",
    Row("report", None, _STATE.RECEIVED, who=TOWNSHIP, starts=("S01",)),
    # A patch that the ministry's table names as cut already: its children come as rows of their own.
    Row("report", None, _STATE.SPLIT, outcome="split", who=TOWNSHIP),
    Row("deduplicate", _STATE.RECEIVED, _STATE.DEDUPLICATED),
    # From received: the system has looked for duplicates and no proposal is left undecided.
    Row("assign", _STATE.RECEIVED, _STATE.ASSIGNED, starts=("D01", "D03", "D09"), stops=frozenset({"S01"})),
    Row("assign", _STATE.DEDUPLICATED, _STATE.ASSIGNED, starts=("D01", "D03", "D09"), stops=frozenset({"S01"})),
    # The verification clock D03 belongs to the clue, not to whom it lies with: it runs on through a return.
    Row("assign", _STATE.RETURNED_UNIT_WRONG, _STATE.ASSIGNED, starts=("D01", "D09"), stops=frozenset({"S01", "D09"})),
    # Returned once as nobody's duty: the coordinator rules whose it is, wherever it lies by then (domain.md 4.7).
    *(
        Row("rule-duty", state, _STATE.ASSIGNED, starts=("D01", "D09"), stops=frozenset({*stops, "D09"}))
        for state, stops in (
            (_STATE.RETURNED_UNIT_WRONG, ("S01",)),
            (_STATE.ASSIGNED, ("D01",)),
            (_STATE.SIGNED, ("D02",)),
        )
    ),
    Row("reject", _STATE.RECEIVED, _STATE.REJECTED, stops=ALL_CLOCKS),
    Row("reject", _STATE.DEDUPLICATED, _STATE.REJECTED, stops=ALL_CLOCKS),
    Row("reject", _STATE.RETURNED_UNIT_WRONG, _STATE.REJECTED, stops=ALL_CLOCKS),
    *(Row("link", state, _STATE.LINKED_TO_EXISTING, stops=ALL_CLOCKS) for state in _LINKABLE),
    *(Row("add-aliases", at, at) for at in _LIVING),
    *(Row("note-rebound", at, at) for at in _LIVING),
    *(Row("take-shape", at, at) for at in (*_LIVING, _STATE.SPLIT)),
    Row("sign", _STATE.ASSIGNED, _STATE.SIGNED, who=VERIFIERS, starts=("D02",), stops=frozenset({"D01"})),
    Row(
        "return",
        _STATE.ASSIGNED,
        _STATE.RETURNED_UNIT_WRONG,
        who=VERIFIERS,
        starts=("S01",),
        stops=frozenset({"D01"}),
    ),
    Row(
        "return",
        _STATE.SIGNED,
        _STATE.RETURNED_UNIT_WRONG,
        who=VERIFIERS,
        starts=("S01",),
        stops=frozenset({"D02"}),
    ),
    Row(
        "start-verification",
        _STATE.SIGNED,
        _STATE.VERIFYING,
        who=VERIFIERS,
        starts=("D08", "D04", "D07"),
        stops=frozenset({"D02"}),
    ),
    # The act is going on: stopped at once (NRP 15); the case begins with it, the clue is verified as before.
    *(Row("stop", state, state, who=VERIFIERS, stops=frozenset({"D04"})) for state in AFTER_VISIT),
    # An overlay found so much land that it is a large case (domain.md 6.8): from the visit on, when it is a violation.
    *(Row("find-land", state, state, who=_FACT, starts=("D07",)) for state in AFTER_VISIT),
    Row("split", _STATE.VERIFYING, _STATE.SPLIT, who=VERIFIERS, stops=ALL_CLOCKS),
    # A child begins where its parent stood, under the clocks that ran there.
    Row("split-off", None, _STATE.VERIFYING, who=VERIFIERS),
    Row(
        "submit-opinion",
        _STATE.VERIFYING,
        _STATE.OPINION_SUBMITTED,
        who=_OPINION_GIVERS,
        needs=_OPINION_PAPERS,
        starts=("D07",),
        stops=frozenset({"D03", "C01"}),
    ),
    # What it lacked is given with it once more; a review has not begun.
    Row(
        "submit-opinion",
        _STATE.OPINION_SUBMITTED,
        _STATE.OPINION_SUBMITTED,
        who=_OPINION_GIVERS,
        needs=_OPINION_PAPERS,
        starts=("D07",),
    ),
    *_reviews(),
    *(
        Row("close", state, to, who=DECIDERS, outcome=outcome, stops=ALL_CLOCKS)
        for state in (_STATE.OPINION_SUBMITTED, _STATE.REVIEW_ENDED)
        for outcome, to in (("legal", _STATE.CLOSED_LEGAL), ("other", _STATE.CLOSED_OTHER))
    ),
    *(
        Row("decline-filing", state, _STATE.TO_CASE, who=DECIDERS, outcome="illegal", stops=ALL_CLOCKS)
        for state in FILABLE
    ),
    *(
        Row(
            "file-case",
            state,
            _STATE.TO_CASE,
            who=DECIDERS,
            outcome="illegal",
            needs=frozenset({DocumentKind.FILING_APPROVAL}),
            stops=ALL_CLOCKS,
        )
        for state in FILABLE
    ),
    *(Row("transfer-out", state, _STATE.TRANSFERRED_OUT, starts=("C02",), stops=ALL_CLOCKS) for state in _TRANSFERABLE),
    Row(
        "answer-transfer",
        _STATE.TRANSFERRED_OUT,
        _STATE.TRANSFERRED_OUT,
        outcome=TransferReply.ACCEPTED,
        stops=frozenset({"C02"}),
    ),
    Row(
        "answer-transfer",
        _STATE.TRANSFERRED_OUT,
        _STATE.RETURNED_UNIT_WRONG,
        outcome=TransferReply.RETURNED,
        starts=("S01",),
        stops=frozenset({"C02"}),
    ),
    # D09: where agriculture has the clue and has not decided yet.
    *(
        Row("extend-filing", state, state, who=DECIDERS, needs=frozenset({DocumentKind.EXTENSION_APPROVAL}))
        for state in (_STATE.ASSIGNED, _STATE.SIGNED, *AFTER_VISIT)
    ),
    Row("archive", _STATE.CLOSED_LEGAL, _STATE.ARCHIVED),
    Row("archive", _STATE.CLOSED_OTHER, _STATE.ARCHIVED),
    Row("archive", _STATE.TRANSFERRED_OUT, _STATE.ARCHIVED, outcome=TransferReply.ACCEPTED),
    law="HOUSE.clue",
    laws={
        "stop": "NRP 15",
        "find-land": "HOUSE.land",
        "file-case": "NRP 16",
        "decline-filing": "NRP 16",
        "transfer-out": "NRP 11",
        "rule-duty": "NRP 11",
        "extend-filing": "AGP",
    },
)
