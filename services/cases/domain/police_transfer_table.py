"""The transition table of a hand-over to public security (domain.md 3.5)."""

from typing import Any

from services.cases.domain.transitions import ALL_CLOCKS, CHIEFS, COORDINATOR, LEADERS, Row, Transitions
from shared.contracts.codes import DocumentKind, Role, TransferState

_STATE = TransferState
_DOC = DocumentKind
_OFFICE = COORDINATOR | LEADERS
# Whatever the police say, they say themselves or the agency enters it from their paper.
_POLICE = _OFFICE | {Role.AGENCY_OFFICER, Role.AGENCY_SYSTEM}
_FACT: frozenset[Role] = frozenset()
_PACKAGE = frozenset({_DOC.CRIME_TRANSFER_LETTER, _DOC.INVESTIGATION_REPORT, _DOC.PROPERTY_LIST, _DOC.POLICE_RECEIPT})
_ANSWERS = frozenset({"T03", "T04", "T05", "T07", "T09", "T10"})
_REPLY: dict[str, Any] = {"who": _POLICE, "needs": frozenset({_DOC.POLICE_REPLY})}

# In these the answer of police or procuratorate is awaited: the penalty clock stands still (NRP 38).
AWAITED = frozenset({_STATE.RECEIPTED, _STATE.SUPPLEMENT_ASKED, _STATE.RECONSIDERING, _STATE.PROC_SUPERVISION})


def _rows(verb: str, ats: tuple[TransferState | None, ...], to: TransferState, **more: Any) -> list[Row[TransferState]]:
    return [Row(verb, at, to, **more) for at in ats]


TABLE: Transitions[TransferState] = Transitions(
    "police_transfer",
    # The system opens what is due (T310 11); a team may suspect a crime without it.
    Row("become-due", None, _STATE.DUE, who=_FACT, starts=("S11",)),
    *_rows(
        "report",
        (None, _STATE.DUE, _STATE.REFUSED_BY_CHIEF),
        _STATE.REPORTED,
        who=_OFFICE,
        needs=frozenset({_DOC.TRANSFER_REPORT}),
        starts=("T01",),
        stops=frozenset({"S11"}),
    ),
    Row("approve", _STATE.REPORTED, _STATE.APPROVED, who=CHIEFS, starts=("T02",), stops=frozenset({"T01"})),
    # S11: what is mandatory is to be reported again.
    Row(
        "refuse-approval",
        _STATE.REPORTED,
        _STATE.REFUSED_BY_CHIEF,
        who=CHIEFS,
        starts=("S11",),
        stops=frozenset({"T01"}),
    ),
    Row(
        "hand-over",
        _STATE.APPROVED,
        _STATE.RECEIPTED,
        who=_OFFICE,
        needs=_PACKAGE,
        # Not their jurisdiction: passed on within a day (T03). Papers missing: said within a day (T04).
        starts=("T03", "T04", "T05"),
        stops=frozenset({"T02"}),
    ),
    Row(
        "pass-on",
        _STATE.RECEIPTED,
        _STATE.RECEIPTED,
        who=_POLICE,
        starts=("T05",),
        stops=frozenset({"T03", "T04", "T05"}),
    ),
    Row(
        "ask-supplement",
        _STATE.RECEIPTED,
        _STATE.SUPPLEMENT_ASKED,
        who=_POLICE,
        starts=("T04A",),
        stops=frozenset({"T03", "T04", "T05"}),
    ),
    Row(
        "supplement",
        _STATE.SUPPLEMENT_ASKED,
        _STATE.RECEIPTED,
        who=_OFFICE,
        starts=("T05",),
        stops=frozenset({"T04A"}),
    ),
    *_rows(
        "police-file",
        (_STATE.RECEIPTED, _STATE.SUPPLEMENT_ASKED, _STATE.RECONSIDERING, _STATE.PROC_SUPERVISION),
        _STATE.FILED,
        starts=("T11",),
        stops=_ANSWERS | {"T04A"},
        **_REPLY,
    ),
    Row("police-refuse", _STATE.RECEIPTED, _STATE.REFUSED, starts=("T06",), stops=_ANSWERS, **_REPLY),
    Row("police-refuse", _STATE.RECONSIDERING, _STATE.REFUSED_FINAL, starts=("T08",), stops=_ANSWERS, **_REPLY),
    Row(
        "reconsider",
        _STATE.REFUSED,
        _STATE.RECONSIDERING,
        who=_OFFICE,
        needs=frozenset({_DOC.RECONSIDERATION_REQUEST}),
        starts=("T07",),
        stops=frozenset({"T06"}),
    ),
    # Also when the police do not answer at all (T310 17).
    *_rows(
        "suggest-supervision",
        (_STATE.RECEIPTED, _STATE.REFUSED, _STATE.REFUSED_FINAL),
        _STATE.PROC_SUPERVISION,
        who=_OFFICE,
        needs=frozenset({_DOC.SUPERVISION_SUGGESTION}),
        stops=frozenset({"T03", "T04", "T05", "T06", "T08"}),
    ),
    Row("procuratorate-asks", _STATE.PROC_SUPERVISION, _STATE.PROC_SUPERVISION, who=_OFFICE, starts=("T09",)),
    Row(
        "police-explain",
        _STATE.PROC_SUPERVISION,
        _STATE.PROC_SUPERVISION,
        who=_POLICE,
        stops=frozenset({"T09"}),
    ),
    Row(
        "order-filing",
        _STATE.PROC_SUPERVISION,
        _STATE.PROC_SUPERVISION,
        who=_OFFICE,
        starts=("T10",),
        stops=frozenset({"T09"}),
    ),
    Row(
        "hand-material",
        _STATE.FILED,
        _STATE.FILED,
        who=_OFFICE,
        needs=frozenset({_DOC.MATERIAL_HANDOVER}),
        stops=frozenset({"T11"}),
    ),
    *_rows(
        "close-admin",
        (_STATE.REFUSED, _STATE.REFUSED_FINAL, _STATE.PROC_SUPERVISION, _STATE.FILED),
        _STATE.CLOSED_ADMIN,
        who=_OFFICE,
        stops=ALL_CLOCKS,
    ),
    Row("record-judgment", _STATE.FILED, _STATE.ENDED, who=_OFFICE, stops=ALL_CLOCKS),
    law="T310",
    laws={
        "report": "T310 5",
        "approve": "T310 5",
        "refuse-approval": "T310 5",
        "hand-over": "T310 6",
        "pass-on": "T310 7",
        "ask-supplement": "PSC 180",
        "supplement": "PSC 180",
        "police-file": "T310 8",
        "police-refuse": "T310 8",
        "reconsider": "T310 9",
        "suggest-supervision": "T310 9",
        "procuratorate-asks": "PP 10",
        "police-explain": "PSC 182",
        "order-filing": "PSC 182",
        "hand-material": "T310 12",
        "close-admin": "T310 13",
        "record-judgment": "APL 35",
    },
)

# With these the act is the police's, or has been judged: it is dealt with (JI2000 9).
DEALT_WITH = frozenset({_STATE.FILED, _STATE.ENDED})
