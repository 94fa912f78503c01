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
from shared.divisions.register import COUNTY_DIGITS, Divisions

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
# Behind the name of a place a title says neither the place's level again nor "above" of itself.
_UNITS = {str(member): title(member) for member in (*Holder, *Agency)} | {
    Holder.COORDINATOR.value: "协调机构",
    Holder.SUPERIOR.value: "上级审核部门",
}
assert STATES.keys() == HOLDERS.keys()


def title_of(kind: type[StrEnum], code: str) -> str:
    """Of a code of a newer or older release: the code itself."""
    return title(kind(code)) if code in {member.value for member in kind} else code


def state_title(kind: WorkKind, state: str) -> str:
    return title_of(STATES[kind], state)


def unit_title(unit: str | None, divisions: Divisions) -> str:
    """`township:640521104` as 恩和镇, `public_security:640521` as 中宁县公安局, `superior:6405` as 中卫市上级审核部门.

    The code is a prefix: two digits name a region, four a city.
    """
    if unit is None:
        return ""
    organ, _, code = unit.partition(":")
    division = divisions.find(code.ljust(COUNTY_DIGITS, "0"))
    place = division.name if division else code
    return place if organ == Holder.TOWNSHIP else f"{place}{_UNITS.get(organ, organ)}"
