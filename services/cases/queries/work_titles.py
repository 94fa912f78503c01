"""What states and offices of the working lists are called."""

from enum import StrEnum

from services.cases.domain.work import HOLDERS
from shared.contracts.codes import (
    Agency,
    AssistanceState,
    CaseState,
    ClueState,
    Holder,
    JointActionState,
    ListingState,
    ProposalState,
    RectificationState,
    TransferState,
    WorkKind,
    title,
)
from shared.divisions.register import Divisions

STATES: dict[WorkKind, type[StrEnum]] = {
    WorkKind.CLUE: ClueState,
    WorkKind.CASE: CaseState,
    WorkKind.RECTIFICATION: RectificationState,
    WorkKind.JOINT_ACTION: JointActionState,
    WorkKind.LISTING: ListingState,
    WorkKind.POLICE_TRANSFER: TransferState,
    WorkKind.ACTION_PROPOSAL: ProposalState,
    WorkKind.ASSISTANCE_REQUEST: AssistanceState,
}
_ORGANS = {str(member): title(member) for member in (*Holder, *Agency)}
assert STATES.keys() == HOLDERS.keys()


def title_of(kind: type[StrEnum], code: str) -> str:
    """Of a code of a newer or older release: the code itself."""
    return title(kind(code)) if code in {member.value for member in kind} else code


def state_title(kind: WorkKind, state: str) -> str:
    return title_of(STATES[kind], state)


def unit_title(unit: str | None, divisions: Divisions) -> str:
    """`township:640521104` as 恩和镇; `natural_resources:640521` as 中宁县自然资源局 or what it is called."""
    if unit is None:
        return ""
    organ, _, code = unit.partition(":")
    division = divisions.find(code)
    place = division.name if division else code
    return place if organ == Holder.TOWNSHIP else f"{place}{_ORGANS.get(organ, organ)}"
