"""The transition table of a rectification item (domain.md 3.7). 结案 is not 销号: it outlives the case."""

from services.cases.domain.transitions import ALL_CLOCKS, COORDINATOR, TOWNSHIP, Row, Transitions
from shared.contracts.codes import DocumentKind, RectificationState, Role

_STATE = RectificationState
_DOC = DocumentKind
# City and region themselves, or the coordinator on their paper.
_REVIEWERS = COORDINATOR | {Role.SUPERIOR_REVIEWER}
_FACT: frozenset[Role] = frozenset()
_WORKING = (_STATE.PLAN_SET, _STATE.RECTIFYING)

TABLE: Transitions[RectificationState] = Transitions(
    "rectification",
    Row("open-rectification", None, _STATE.OPEN),
    *(
        Row("set-plan", state, _STATE.PLAN_SET, needs=frozenset({_DOC.CORRECTION_ORDER}), starts=("R01",))
        for state in (_STATE.OPEN, _STATE.REOPENED)
    ),
    Row("start", _STATE.PLAN_SET, _STATE.RECTIFYING, who=TOWNSHIP),
    # The order is opening, plan and start in one.
    Row(
        "order-rectification",
        None,
        _STATE.RECTIFYING,
        needs=frozenset({_DOC.CORRECTION_ORDER}),
        starts=("R01",),
    ),
    Row(
        "report",
        _STATE.RECTIFYING,
        _STATE.REPORTED,
        who=TOWNSHIP,
        needs=frozenset({_DOC.RECTIFICATION_REPORT}),
        starts=("R02",),
        stops=frozenset({"R01"}),
    ),
    Row(
        "check",
        _STATE.REPORTED,
        _STATE.TOWNSHIP_CHECKED,
        who=TOWNSHIP,
        outcome="passed",
        needs=frozenset({_DOC.TOWNSHIP_CHECK_RECORD}),
        starts=("R03",),
        stops=frozenset({"R02"}),
    ),
    # Not passed: the term of the order was never met and goes on as it was.
    Row(
        "check",
        _STATE.REPORTED,
        _STATE.RECTIFYING,
        who=TOWNSHIP,
        outcome="failed",
        starts=("R01",),
        stops=frozenset({"R02"}),
    ),
    Row(
        "accept",
        _STATE.TOWNSHIP_CHECKED,
        _STATE.ACCEPTED_COUNTY,
        needs=frozenset({_DOC.ACCEPTANCE_SHEET}),
        starts=("R04",),
        stops=frozenset({"R03"}),
    ),
    # Accepted in part: what remains is worked on and reported again.
    Row("report", _STATE.ACCEPTED_COUNTY, _STATE.REPORTED, who=TOWNSHIP, starts=("R02",), stops=frozenset({"R04"})),
    Row("report", _STATE.REVIEWING_UP, _STATE.REPORTED, who=TOWNSHIP, starts=("R02",), stops=frozenset({"S08"})),
    Row(
        "request-review",
        _STATE.ACCEPTED_COUNTY,
        _STATE.REVIEWING_UP,
        starts=("S08",),
        stops=frozenset({"R04"}),
    ),
    # R06: once, at most thirty days, asked three working days before the end.
    *(Row("request-extension", state, state, who=TOWNSHIP) for state in _WORKING),
    *(Row("grant-extension", state, state, needs=frozenset({_DOC.EXTENSION_APPROVAL})) for state in _WORKING),
    *(Row("refuse-extension", state, state) for state in _WORKING),
    # Sent back: the term of the order was never met and goes on as it was.
    *(
        Row("send-back", state, _STATE.SENT_BACK, who=who, starts=("R01",), stops=frozenset({"R03", "R04", "S08"}))
        for state, who in (
            (_STATE.TOWNSHIP_CHECKED, COORDINATOR),
            (_STATE.ACCEPTED_COUNTY, COORDINATOR),
            (_STATE.REVIEWING_UP, _REVIEWERS),
        )
    ),
    Row("report", _STATE.SENT_BACK, _STATE.REPORTED, who=TOWNSHIP, starts=("R02",), stops=frozenset({"R01"})),
    Row("resubmit", _STATE.SENT_BACK, _STATE.REVIEWING_UP, starts=("S08",), stops=frozenset({"R01"})),
    Row("end-review", _STATE.REVIEWING_UP, _STATE.REVIEWING_UP, who=_REVIEWERS, needs=frozenset({_DOC.REVIEW_RESULT})),
    # Accepted by the county is enough where no level above reviews it: the item itself asks (3.7).
    *(
        Row(
            "strike-off",
            state,
            _STATE.STRUCK_OFF,
            needs=frozenset({_DOC.ACCEPTANCE_SHEET, _DOC.STRIKE_OFF_SHEET}),
            starts=("R05",),
            stops=ALL_CLOCKS,
        )
        for state in (_STATE.ACCEPTED_COUNTY, _STATE.REVIEWING_UP)
    ),
    # The next crop season: still as it should be, or come back (反弹).
    Row(
        "recheck",
        _STATE.STRUCK_OFF,
        _STATE.STRUCK_OFF,
        who=TOWNSHIP,
        outcome="passed",
        needs=frozenset({_DOC.RECHECK_RECORD}),
        stops=frozenset({"R05"}),
    ),
    Row(
        "recheck",
        _STATE.STRUCK_OFF,
        _STATE.REOPENED,
        who=TOWNSHIP,
        outcome="failed",
        needs=frozenset({_DOC.RECHECK_RECORD}),
        stops=ALL_CLOCKS,
    ),
    # An overlay found more permanent basic farmland: a person says how much of it is in the item (LAL 44).
    *(Row("find-pbf", state, state, who=_FACT) for state in _STATE),
    *(Row("decide-pbf", state, state) for state in _STATE),
    law="HOUSE.rectification",
    laws={"decide-pbf": "LAL 44", "find-pbf": "LAL 44", "order-rectification": "LAL 75", "set-plan": "LAL 75"},
)
