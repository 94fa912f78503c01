"""The transition table of a case, exactly as domain.md 3.2 has it. Its state clue_verified is the clue's opinion."""

from typing import Any

from services.cases.domain.transitions import (
    ALL_CLOCKS,
    COORDINATOR,
    DECIDERS,
    LEADERS,
    TOWNSHIP,
    Row,
    Transitions,
)
from shared.contracts.codes import CaseState, ClosingGround, DocumentKind, Role

_STATE = CaseState
_DOC = DocumentKind
_FACT: frozenset[Role] = frozenset()
_LEGAL = frozenset({Role.LEGAL_REVIEWER})
# Who may have a case taken up: the coordinator and the leaders of the agency.
_OFFICE = COORDINATOR | LEADERS

UNDER_INQUIRY = (
    _STATE.FILED,
    _STATE.INVESTIGATING,
    _STATE.SUSPENDED,
    _STATE.REPORT_DONE,
    _STATE.UNDER_REVIEW,
    _STATE.LEGAL_REVIEW,
    _STATE.COLLECTIVE,
    _STATE.NOTICED,
    _STATE.HEARING,
)
_SERVED = (
    _STATE.SERVED,
    _STATE.PERFORMING,
    _STATE.DEMANDED,
    _STATE.COURT_APPLIED,
    _STATE.COURT_RULED,
    _STATE.EXECUTED,
)
_DECIDED = (_STATE.DECIDED, *_SERVED)
_ENFORCEABLE = (_STATE.SERVED, _STATE.PERFORMING, _STATE.DEMANDED)
_ENDED = (_STATE.CLOSED, _STATE.ARCHIVED)
_NEVER_FILED = (_STATE.STOPPED, _STATE.NOT_FILED)
# A crime may be suspected at any time from the investigation on, until the case is closed.
_SUSPECTING = (
    *(state for state in UNDER_INQUIRY if state is not _STATE.FILED),
    *_DECIDED,
    _STATE.NO_PENALTY,
    _STATE.TERMINATED,
    _STATE.REOPENED,
)
# Until the closing, which waits for the opinion where the area reaches the limit of the crime.
APPRAISED = (_STATE.FILED, *_SUSPECTING)


def _beside(verb: str, *states: CaseState, **more: Any) -> tuple[Row[CaseState], ...]:
    """Steps that leave the case's own state alone."""
    return tuple(Row(verb, state, state, **more) for state in states)


def _papers(*kinds: DocumentKind) -> frozenset[DocumentKind]:
    return frozenset(kinds)


_NOTICE: dict[str, Any] = {
    "needs": _papers(_DOC.CASE_REVIEW_RECORD, _DOC.PENALTY_NOTICE),
    "starts": ("D14", "D15"),
    "stops": frozenset({"S05"}),
}
_DECIDE: dict[str, Any] = {
    "who": DECIDERS,
    "needs": _papers(_DOC.PENALTY_DECISION),
    "starts": ("D17",),
    "stops": frozenset({"D10", "D14", "D15"}),
}
_NO_PENALTY: dict[str, Any] = {
    "who": DECIDERS,
    "needs": _papers(_DOC.NO_PENALTY_DECISION),
    "starts": ("S07",),
    "stops": frozenset({"D10", "S05", "D14", "D15"}),
}
_LEGAL_REVIEW: dict[str, Any] = {"needs": _papers(_DOC.CASE_REVIEW_RECORD)}
_CLOSE: dict[str, Any] = {
    "who": _OFFICE,
    "needs": _papers(_DOC.CLOSING_APPROVAL),
    "starts": ("A01",),
    "stops": ALL_CLOCKS,
}
_TRANSFERRED: dict[str, Any] = {
    **_CLOSE,
    "outcome": ClosingGround.JURISDICTION_TRANSFERRED,
    "needs": _papers(_DOC.JURISDICTION_LETTER),
}
_SUSPENDED = frozenset({"S03", "D10", "D12"})

TABLE: Transitions[CaseState] = Transitions(
    "case",
    # stopped, filed or not
    Row("stop", None, _STATE.STOPPED, who=TOWNSHIP, needs=_papers(_DOC.STOP_ORDER), starts=("D05",)),
    Row("file-case", None, _STATE.FILED, who=_OFFICE, starts=("D10", "S02", "S09", "S10", "D07")),
    Row("file-case", _STATE.STOPPED, _STATE.FILED, who=_OFFICE, starts=("D10", "S02", "S09", "S10", "D07")),
    Row("decline-filing", None, _STATE.NOT_FILED, who=_OFFICE, needs=_papers(_DOC.NOT_FILED_APPROVAL)),
    Row(
        "decline-filing",
        _STATE.STOPPED,
        _STATE.NOT_FILED,
        who=_OFFICE,
        needs=_papers(_DOC.NOT_FILED_APPROVAL),
        stops=ALL_CLOCKS,
    ),
    *_beside("report-stop", _STATE.STOPPED, *UNDER_INQUIRY, who=TOWNSHIP, starts=("D06",), stops=frozenset({"D05"})),
    *_beside("report-defiance", _STATE.STOPPED, *UNDER_INQUIRY, who=TOWNSHIP, stops=frozenset({"D06"})),
    *_beside("report-large", _STATE.STOPPED, *UNDER_INQUIRY, *_DECIDED, stops=frozenset({"D07"})),
    # investigation
    Row("investigate", _STATE.FILED, _STATE.INVESTIGATING, who=_OFFICE, starts=("S03",), stops=frozenset({"S02"})),
    Row("investigate", _STATE.REOPENED, _STATE.INVESTIGATING, who=_OFFICE, starts=("S03",)),
    Row(
        "conclude",
        _STATE.INVESTIGATING,
        _STATE.REPORT_DONE,
        needs=_papers(_DOC.INVESTIGATION_REPORT, _DOC.EVIDENCE_LIST),
        starts=("S04",),
        stops=frozenset({"S03"}),
    ),
    Row(
        "suspend",
        _STATE.INVESTIGATING,
        _STATE.SUSPENDED,
        who=_OFFICE,
        needs=_papers(_DOC.SUSPENSION_DECISION),
        starts=("D12",),
    ),
    Row(
        "resume",
        _STATE.SUSPENDED,
        _STATE.INVESTIGATING,
        who=_OFFICE,
        needs=_papers(_DOC.RESUMPTION_DECISION),
        starts=("D12",),
    ),
    *_beside("tell-party", _STATE.SUSPENDED, _STATE.INVESTIGATING, stops=frozenset({"D12"})),
    *(
        Row(
            "terminate",
            state,
            _STATE.TERMINATED,
            who=_OFFICE,
            needs=_papers(_DOC.TERMINATION_APPROVAL),
            starts=("S07",),
            stops=_SUSPENDED,
        )
        for state in (_STATE.INVESTIGATING, _STATE.SUSPENDED)
    ),
    *_beside("sign-survey-record", _STATE.INVESTIGATING, needs=_papers(_DOC.SURVEY_RECORD)),
    *_beside(
        "extend",
        *(state for state in UNDER_INQUIRY if state is not _STATE.FILED),
        who=_OFFICE,
        needs=_papers(_DOC.EXTENSION_APPROVAL),
    ),
    *_beside("commission-appraisal", *APPRAISED, needs=_papers(_DOC.APPRAISAL_COMMISSION), stops=frozenset({"S10"})),
    *_beside("record-appraisal", *APPRAISED, needs=_papers(_DOC.APPRAISAL_OPINION)),
    # The same opinion, as agriculture reports it of its task in a joint action.
    *_beside("appraisal-told", *APPRAISED, who=_FACT, needs=_papers(_DOC.APPRAISAL_OPINION)),
    *_beside(
        "review-threshold", *UNDER_INQUIRY, who=_LEGAL, needs=_papers(_DOC.LEGAL_OPINION), stops=frozenset({"S09"})
    ),
    # Another act of the party came up: the areas are added (JI2000 9).
    *_beside("sum-acts", *UNDER_INQUIRY, who=_FACT, starts=("S09", "S10")),
    # An overlay found other areas than the case was filed with (domain.md 6.8).
    *_beside("find-land", *APPRAISED, who=_FACT, starts=("D07", "S09", "S10")),
    *_beside("request-recusal", *UNDER_INQUIRY, who=TOWNSHIP | LEADERS),
    *_beside("decide-recusal", *UNDER_INQUIRY, who=LEADERS, needs=_papers(_DOC.RECUSAL_DECISION)),
    # the hand-over to public security, beside the case
    *_beside("transfer-to-police", *_SUSPECTING, who=_OFFICE),
    *_beside("transfer-moved", *(state for state in _STATE if state not in _NEVER_FILED), who=_FACT),
    *_beside("result-not-taken", *(state for state in _STATE if state not in _NEVER_FILED), who=_FACT),
    # review, notice, hearing
    Row("review", _STATE.REPORT_DONE, _STATE.UNDER_REVIEW, starts=("S05",), stops=frozenset({"S04"})),
    Row("review", _STATE.LEGAL_REVIEW, _STATE.UNDER_REVIEW),
    Row("review", _STATE.COLLECTIVE, _STATE.UNDER_REVIEW),
    Row("review", _STATE.NOTICED, _STATE.UNDER_REVIEW, starts=("S05",), stops=frozenset({"D14", "D15"})),
    Row("review", _STATE.HEARING, _STATE.UNDER_REVIEW, starts=("S05",)),
    Row("review", _STATE.REOPENED, _STATE.UNDER_REVIEW, starts=("S05",)),
    Row("supplement", _STATE.UNDER_REVIEW, _STATE.INVESTIGATING, starts=("S03",), stops=frozenset({"S05"})),
    Row("legal-review", _STATE.UNDER_REVIEW, _STATE.LEGAL_REVIEW, **_LEGAL_REVIEW),
    Row("legal-review", _STATE.HEARING, _STATE.LEGAL_REVIEW, **_LEGAL_REVIEW),
    *_beside("legal-opinion", _STATE.LEGAL_REVIEW, who=_LEGAL, needs=_papers(_DOC.LEGAL_OPINION)),
    Row(
        "deliberate",
        _STATE.LEGAL_REVIEW,
        _STATE.COLLECTIVE,
        who=_OFFICE,
        needs=_papers(_DOC.COLLECTIVE_RECORD),
    ),
    Row("notice", _STATE.UNDER_REVIEW, _STATE.NOTICED, **_NOTICE),
    Row("notice", _STATE.LEGAL_REVIEW, _STATE.NOTICED, **_NOTICE),
    Row("notice", _STATE.COLLECTIVE, _STATE.NOTICED, **_NOTICE),
    Row(
        "request-hearing",
        _STATE.NOTICED,
        _STATE.HEARING,
        needs=_papers(_DOC.HEARING_REQUEST),
        stops=frozenset({"D14", "D15"}),
    ),
    *_beside(
        "announce-hearing",
        _STATE.HEARING,
        needs=_papers(_DOC.HEARING_NOTICE),
        starts=("D16",),
        stops=frozenset({"D16"}),
    ),
    *_beside(
        "hold-hearing",
        _STATE.HEARING,
        needs=_papers(_DOC.HEARING_RECORD, _DOC.HEARING_REPORT),
        stops=frozenset({"D16"}),
    ),
    *_beside(
        "publish",
        _STATE.UNDER_REVIEW,
        _STATE.LEGAL_REVIEW,
        _STATE.COLLECTIVE,
        _STATE.DECIDED,
        _STATE.PERFORMING,
        needs=_papers(_DOC.PUBLIC_SERVICE_RECORD),
    ),
    # decision
    Row("decide", _STATE.NOTICED, _STATE.DECIDED, **_DECIDE),
    Row("decide", _STATE.LEGAL_REVIEW, _STATE.DECIDED, **_DECIDE),
    Row("decide", _STATE.COLLECTIVE, _STATE.DECIDED, **_DECIDE),
    Row("no-penalty", _STATE.UNDER_REVIEW, _STATE.NO_PENALTY, **_NO_PENALTY),
    Row("no-penalty", _STATE.COLLECTIVE, _STATE.NO_PENALTY, **_NO_PENALTY),
    Row("no-penalty", _STATE.NOTICED, _STATE.NO_PENALTY, **_NO_PENALTY),
    Row(
        "serve",
        _STATE.DECIDED,
        _STATE.SERVED,
        needs=_papers(_DOC.SERVICE_RECEIPT),
        starts=("S06", "D18", "D19", "D20", "D21", "D22", "D26"),
        stops=frozenset({"D17"}),
    ),
    # performance and court
    Row("perform", _STATE.SERVED, _STATE.PERFORMING, stops=frozenset({"S06"})),
    Row("perform", _STATE.DEMANDED, _STATE.PERFORMING, stops=frozenset({"D23"})),
    *_beside("record-payment", _STATE.SERVED, _STATE.PERFORMING, _STATE.DEMANDED, _STATE.COURT_APPLIED),
    *_beside("hand-building", *_SERVED, needs=_papers(_DOC.BUILDING_RECEIPT), stops=frozenset({"D26"})),
    # While the party's remedy runs, the power to enforce does not; it begins anew with the remedy's end.
    *_beside("record-remedy", _STATE.SERVED, _STATE.PERFORMING, _STATE.DEMANDED, stops=frozenset({"D22"})),
    *_beside(
        "end-remedy",
        _STATE.SERVED,
        _STATE.PERFORMING,
        _STATE.DEMANDED,
        outcome="upheld",
        starts=("D22",),
        stops=frozenset({"D22"}),
    ),
    # A decision that was revoked confiscates nothing.
    *_beside(
        "end-remedy",
        _STATE.SERVED,
        _STATE.PERFORMING,
        _STATE.DEMANDED,
        outcome="revoked",
        starts=("D27",),
        stops=frozenset({"D22", "D26"}),
    ),
    # Made public (APL 48); what was changed or revoked is taken back, wherever the case has come to.
    *_beside("publish-decision", *_SERVED),
    *_beside(
        "withdraw-publication",
        *_SERVED,
        *(state for state in UNDER_INQUIRY if state is not _STATE.FILED),
        _STATE.DECIDED,
        _STATE.NO_PENALTY,
        _STATE.TERMINATED,
        _STATE.REOPENED,
        stops=frozenset({"D27"}),
    ),
    Row("demand", _STATE.PERFORMING, _STATE.DEMANDED, needs=_papers(_DOC.DEMAND_NOTICE), starts=("D23",)),
    Row(
        "apply-to-court",
        _STATE.DEMANDED,
        _STATE.COURT_APPLIED,
        needs=_papers(_DOC.COURT_APPLICATION),
        starts=("D24",),
        stops=frozenset({"D22", "D23"}),
    ),
    *_beside("court-accept", _STATE.COURT_APPLIED, starts=("D25", "D25L"), stops=frozenset({"D24", "D25"})),
    # Not taken up: the higher court is asked, or the application is made again; else it is given up.
    *_beside(
        "court-refuse",
        _STATE.COURT_APPLIED,
        needs=_papers(_DOC.COURT_REFUSAL),
        starts=("D24R",),
        stops=frozenset({"D24"}),
    ),
    *_beside(
        "ask-higher-court",
        _STATE.COURT_APPLIED,
        needs=_papers(_DOC.HIGHER_COURT_REQUEST),
        stops=frozenset({"D24R"}),
    ),
    *_beside(
        "apply-to-court",
        _STATE.COURT_APPLIED,
        needs=_papers(_DOC.COURT_APPLICATION),
        starts=("D24",),
        stops=frozenset({"D24R"}),
    ),
    Row(
        "court-rule",
        _STATE.COURT_APPLIED,
        _STATE.COURT_RULED,
        needs=_papers(_DOC.COURT_RULING),
        stops=frozenset({"D24", "D25", "D25L"}),
    ),
    *(
        Row(
            "execute",
            state,
            _STATE.EXECUTED,
            needs=_papers(_DOC.PERFORMANCE_RECORD),
            starts=("S07",),
            stops=frozenset({"D18", "D22"}),
        )
        for state in (_STATE.PERFORMING, _STATE.COURT_RULED)
    ),
    # the end (NRP 46), and after it
    Row("close", _STATE.EXECUTED, _STATE.CLOSED, outcome=ClosingGround.EXECUTED, **_CLOSE),
    Row("close", _STATE.NO_PENALTY, _STATE.CLOSED, outcome=ClosingGround.NO_PENALTY, **_CLOSE),
    Row("close", _STATE.TERMINATED, _STATE.CLOSED, outcome=ClosingGround.TERMINATED, **_CLOSE),
    Row("close", _STATE.COURT_APPLIED, _STATE.CLOSED, outcome=ClosingGround.ENFORCEMENT_APPLIED, **_CLOSE),
    Row("close", _STATE.COURT_APPLIED, _STATE.CLOSED, outcome=ClosingGround.OTHER, **{**_CLOSE, "who": LEADERS}),
    Row("close", _STATE.COURT_RULED, _STATE.CLOSED, outcome=ClosingGround.ENFORCEMENT_ENDED, **_CLOSE),
    Row("close", _STATE.COURT_RULED, _STATE.CLOSED, outcome=ClosingGround.OTHER, **{**_CLOSE, "who": LEADERS}),
    Row("close", _STATE.REOPENED, _STATE.CLOSED, outcome=ClosingGround.OTHER, **{**_CLOSE, "who": LEADERS}),
    *(Row("close", state, _STATE.CLOSED, **_TRANSFERRED) for state in UNDER_INQUIRY),
    Row(
        "archive",
        _STATE.CLOSED,
        _STATE.ARCHIVED,
        needs=_papers(_DOC.ARCHIVE_INDEX),
        stops=frozenset({"A01"}),
    ),
    *(
        Row(
            "reopen",
            state,
            _STATE.REOPENED,
            who=_OFFICE,
            needs=_papers(_DOC.REOPENING_ORDER),
            starts=("D10", "D27"),
            stops=frozenset({"A01"}),
        )
        for state in _ENDED
    ),
    # two cases about one act
    *_beside("report-conflict", *UNDER_INQUIRY, *_DECIDED, starts=("D28",)),
    *_beside("settle-jurisdiction", *UNDER_INQUIRY, *_DECIDED, stops=frozenset({"D28"})),
    # 结案 is not 销号: the land may be ordered put right even after the procedure has ended.
    *_beside("order-rectification", *_STATE),
    *_beside("open-rectification", *_STATE),
    *_beside("convene-joint-action", *(state for state in _STATE if state not in (*_ENDED, _STATE.NOT_FILED))),
    law="HOUSE.case",
    laws={
        "stop": "LAL 68; NRP 15",
        "file-case": "NRP 16",
        "decline-filing": "NRP 16",
        "report-defiance": "NRP 20",
        "report-large": "R2014",
        "investigate": "APL 42; NRP 17",
        "sign-survey-record": "APL 42; NRP 17",
        "suspend": "NRP 27",
        "resume": "NRP 27",
        "tell-party": "NRP 27",
        "terminate": "NRP 28",
        "extend": "NRP 38",
        "commission-appraisal": "NRP 38",
        "record-appraisal": "NRP 38",
        "appraisal-told": "NRP 38",
        "review-threshold": "JI2000 3",
        "sum-acts": "JI2000 9",
        "find-land": "HOUSE.land",
        "request-recusal": "APL 43",
        "decide-recusal": "APL 43",
        "transfer-to-police": "APL 27; T310 3",
        "conclude": "NRP 29",
        "review": "NRP 30",
        "supplement": "NRP 30",
        "legal-review": "APL 58",
        "legal-opinion": "APL 58",
        "deliberate": "APL 57",
        "notice": "APL 44; NRP 33",
        "request-hearing": "APL 64; NRP 34",
        "announce-hearing": "APL 64",
        "hold-hearing": "APL 64",
        "publish": "APL 61; CPL 95",
        "publish-decision": "APL 48",
        "withdraw-publication": "APL 48",
        "decide": "APL 57; APL 62",
        "no-penalty": "APL 33",
        "serve": "APL 61",
        "perform": "APL 66",
        "record-payment": "APL 67",
        "hand-building": "LALR 58; NRP 43",
        "record-remedy": "ARL 20; ALL 46",
        "end-remedy": "ARL 20; ALL 46",
        "demand": "AEL 54",
        "apply-to-court": "AEL 53",
        "court-accept": "AEL 56; AEL 57; AEL 58",
        "court-refuse": "AEL 56",
        "ask-higher-court": "AEL 56",
        "court-rule": "AEL 57",
        "execute": "APL 66",
        "close": "NRP 46",
        "archive": "NRP 47",
        "report-conflict": "APL 25",
        "settle-jurisdiction": "APL 25; NRP 10",
        "order-rectification": "LAL 75",
        "convene-joint-action": "SEED 9",
    },
)
