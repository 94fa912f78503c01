"""The transition table of a document: who may do what in which state (domain.md 5.1). What has no row is refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.notify.domain.document_types import Approver
from services.notify.domain.errors import DocumentRoleMissing, DocumentTransitionNotAllowed
from shared.contracts.codes import DocumentState, Role
from shared.contracts.documents import COORDINATION
from shared.principal import Actor

_S = DocumentState
CHIEFS = frozenset({Role.LEADER, Role.CHIEF, Role.ACTING_CHIEF})
OFFICE = frozenset({Role.COORDINATOR, Role.OFFICE_DIRECTOR, Role.GROUP_HEAD})
AGENCY = frozenset({Role.AGENCY_OFFICER, Role.LEGAL_REVIEWER}) | CHIEFS

# Who issues a type (签发), by its register; who drafts and checks is anybody of the office but the same person.
APPROVERS: Mapping[Approver, frozenset[Role]] = {
    Approver.OFFICE_DIRECTOR: frozenset({Role.OFFICE_DIRECTOR, Role.GROUP_HEAD}),
    Approver.GROUP_HEAD: frozenset({Role.GROUP_HEAD}),
    Approver.AGENCY_HEAD: CHIEFS,
}
DRAFTERS = frozenset({Role.COORDINATOR, Role.OFFICE_DIRECTOR, Role.AGENCY_OFFICER}) | CHIEFS
STAFF = OFFICE | AGENCY
DECIDERS = frozenset({Role.OFFICE_DIRECTOR, Role.GROUP_HEAD}) | CHIEFS
# 条例 on the handling of official documents: checking, returning, issuing, registering and printing, withdrawing.
LAWS: Mapping[str, str] = {
    "draft": "GWCL 19",
    "revise": "GWCL 21",
    "fill": "GWCL 21",
    "check": "GWCL 20",
    "return": "GWCL 21",
    "issue": "GWCL 22",
    "issue-by-rule": "GWCL 22",
    "print": "GWCL 25",
    "print-refused": "GWCL 25",
    "deliver": "GWCL 25",
    "withdraw": "GWCL 33",
    "replace": "GWCL 33",
}
_HOUSE = "HOUSE.document"


@dataclass(frozen=True)
class Row:
    """who: roles; empty for what the press or another document does. outcome: tells rows of one verb apart."""

    verb: str
    at: DocumentState | None
    to: DocumentState
    who: frozenset[Role] = STAFF
    outcome: str = ""

    @property
    def law(self) -> str:
        return law(self.verb)


# Outcomes of a receipt, by what is then still awaited; and why a document is closed.
WAITING, ARRIVED, ALL_SIGNED = "waiting", "arrived", "signed"
UNADDRESSED, UNSIGNED = "unaddressed", "unsigned"
NOBODY: frozenset[Role] = frozenset()
IN_FORCE = (_S.ISSUED, _S.DELIVERED, _S.SIGNED_FOR, _S.CLOSED)
# On its way to those who have not signed yet.
OUT = (_S.ISSUED, _S.DELIVERED)

TABLE: tuple[Row, ...] = (
    Row("draft", None, _S.DRAFTED, DRAFTERS),
    Row("revise", _S.DRAFTED, _S.DRAFTED, DRAFTERS),
    Row("fill", _S.DRAFTED, _S.DRAFTED, NOBODY),
    Row("fill", _S.CHECKED, _S.CHECKED, NOBODY),
    Row("discard", _S.DRAFTED, _S.DISCARDED, DRAFTERS),
    Row("check", _S.DRAFTED, _S.CHECKED),
    Row("return", _S.CHECKED, _S.DRAFTED),
    Row("issue", _S.CHECKED, _S.APPROVED, DECIDERS),
    Row("return", _S.APPROVED, _S.DRAFTED, DECIDERS),
    Row("issue-by-rule", _S.DRAFTED, _S.APPROVED, NOBODY),
    Row("print", _S.APPROVED, _S.ISSUED, NOBODY),
    Row("print-refused", _S.APPROVED, _S.DRAFTED, NOBODY),
    Row("deliver", _S.ISSUED, _S.ISSUED, outcome=WAITING),
    Row("deliver", _S.ISSUED, _S.DELIVERED, outcome=ARRIVED),
    Row("sign-for", _S.ISSUED, _S.ISSUED, outcome=WAITING),
    Row("sign-for", _S.ISSUED, _S.DELIVERED, outcome=ARRIVED),
    Row("sign-for", _S.ISSUED, _S.SIGNED_FOR, outcome=ALL_SIGNED),
    Row("sign-for", _S.DELIVERED, _S.DELIVERED, outcome=ARRIVED),
    Row("sign-for", _S.DELIVERED, _S.SIGNED_FOR, outcome=ALL_SIGNED),
    *(Row(verb, at, at, NOBODY) for verb in ("serve", "accept", "exhaust", "resume", "urge") for at in OUT),
    *(Row("re-serve", at, at) for at in OUT),
    *(Row("open", at, at, NOBODY) for at in IN_FORCE),
    Row("close", _S.ISSUED, _S.CLOSED, outcome=UNADDRESSED),
    Row("close", _S.ISSUED, _S.CLOSED, DECIDERS, outcome=UNSIGNED),
    Row("close", _S.DELIVERED, _S.CLOSED, DECIDERS, outcome=UNSIGNED),
    Row("close", _S.SIGNED_FOR, _S.CLOSED, outcome=ALL_SIGNED),
    Row("withdraw", _S.ISSUED, _S.WITHDRAWN, DECIDERS),
    Row("withdraw", _S.DELIVERED, _S.WITHDRAWN, DECIDERS),
    *(Row("replace", at, _S.REPLACED, NOBODY) for at in IN_FORCE),
)
_BY_STEP: Mapping[tuple[DocumentState | None, str], Mapping[str, Row]] = {
    (state, verb): {row.outcome: row for row in TABLE if (row.at, row.verb) == (state, verb)}
    for state, verb in {(row.at, row.verb) for row in TABLE}
}


def law(verb: str) -> str:
    """The rule a step stands under, as refusals cite it."""
    return LAWS.get(verb, _HOUSE)


def permit(state: DocumentState | None, verb: str, by: Actor | None, outcome: str = "") -> Row:
    """The row of a step. by: None for the press and for other documents.

    Raises DocumentTransitionNotAllowed, DocumentRoleMissing.
    """
    row = _BY_STEP.get((state, verb), {}).get(outcome)
    if row is None or (by is not None and not row.who):
        raise DocumentTransitionNotAllowed(state, verb, verbs(state), law(verb))
    if by is not None and row.who.isdisjoint(by.roles):
        raise DocumentRoleMissing(row.who, law(verb))
    return row


def may_issue(approver: Approver, by: Actor) -> None:
    """Raises DocumentRoleMissing unless the type is his to issue (签发)."""
    if APPROVERS[approver].isdisjoint(by.roles):
        raise DocumentRoleMissing(APPROVERS[approver], law("issue"))


def office_of(by: Actor) -> str:
    """The office that a person drafts, checks and issues for; empty for who belongs to none."""
    if by.has(*OFFICE):
        return COORDINATION
    return by.org_code if by.has(*AGENCY) else ""


def verbs(state: DocumentState | None) -> list[str]:
    """Steps that a person may take in a state."""
    return sorted({row.verb for row in TABLE if row.at == state and row.who})


def arrows() -> Iterator[tuple[str, DocumentState, str]]:
    """Every step that changes the state, in the order of the table."""
    for row in TABLE:
        if row.at != row.to:
            yield (row.at.value if row.at else "[*]", row.to, row.verb)
