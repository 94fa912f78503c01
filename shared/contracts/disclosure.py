"""Disclosure: what of a case an agency may be told for a purpose, and the ledger of what it was told."""

from collections.abc import Mapping
from typing import Any, Self, get_args
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.contracts.agencies import TaskResult
from shared.contracts.base import Contract, Instant, ListQuery, ShortText, View
from shared.contracts.cases_events import CasesEvent
from shared.contracts.codes import Agency, DisclosurePurpose
from shared.contracts.joint_action_events import ActionBrief
from shared.contracts.rule_value import RuleValue

_RESULTS: tuple[type[Contract], ...] = get_args(get_args(TaskResult)[0])
# Every field of every result but its kind, as `land_survey.report_no`.
RESULT_FIELDS = frozenset(
    f"{get_args(result.model_fields['kind'].annotation)[0]}.{name}"
    for result in _RESULTS
    for name in result.model_fields
    if name != "kind"
)

# Without these a letter could not be answered: they go to every agency that is asked at all.
ALWAYS_TOLD = frozenset({"case_no", "division_code", "division_name"})

DISCLOSABLE: Mapping[DisclosurePurpose, frozenset[str]] = {
    DisclosurePurpose.TASK_LETTER: frozenset(ActionBrief.model_fields) - ALWAYS_TOLD,
    DisclosurePurpose.JOINT_RESULT: RESULT_FIELDS,
    DisclosurePurpose.EVIDENCE_COPY: frozenset({"title", "file_name", "content"}),
}


class DisclosureValue(RuleValue):
    """What an agency may be told for a purpose, field by field. What no row names is not told.

    fields: of the brief of a case; of a result, as `land_survey.report_no`; of a piece of evidence.
    """

    purpose: DisclosurePurpose
    agency: Agency
    title: ShortText
    fields: list[str] = Field(max_length=100)

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        if unknown := set(self.fields) - DISCLOSABLE[self.purpose]:
            raise PydanticCustomError("no_such_field", "no field of this purpose: {names}", {"names": sorted(unknown)})
        return self

    @property
    def own_key(self) -> str:
        return disclosure_key(self.purpose, self.agency)


def disclosure_key(purpose: DisclosurePurpose, agency: Agency) -> str:
    """task_letter.agriculture."""
    return f"{purpose}.{agency}"


class CaseFieldsDisclosedV1(CasesEvent):
    """An agency was told fields of a case. Subject is the entry of the ledger; it commits with the sending.

    about: the task of the receiver, or the copy of a piece of evidence. rule_key: the row that permits it.
    content: of a result shared with it, what it is told; null where the object itself carries it.
    """

    case_id: UUID | None
    clue_id: UUID | None
    division_code: str
    to_agency: Agency
    purpose: DisclosurePurpose
    about: UUID
    fields: list[str]
    basis: str
    rule_key: str
    from_agency: Agency | None = None
    content: dict[str, Any] | None = None


class CaseFieldsReceivedV1(CasesEvent):
    """What was told has come to the agency, as its own proof of delivery says. Subject is the entry of the ledger."""

    case_id: UUID | None
    to_agency: Agency
    about: UUID


class DisclosureView(View):
    id: UUID
    at: Instant
    to_agency: Agency
    purpose: DisclosurePurpose
    fields: list[str]
    basis: str = Field(description="the rule it rests on, as cited that day")
    rule_key: str = Field(description="row of the register `disclosure`")
    about: UUID = Field(description="the task of the receiver, or the copy of a piece of evidence")
    from_agency: Agency | None = Field(description="whose result it was")
    told_by: str = Field(description="who acted when it was sent")
    received_at: Instant | None = Field(
        description="of a task letter or a shared result: when it was proven to have arrived"
    )
    received_by: str | None = Field(description="of a task letter: who signed for it")


class ListDisclosures(ListQuery, operation="case.disclosures"):
    """Who received which field of this case, when, on what basis; newest first."""

    id: UUID
    to_agency: Agency | None = None
    purpose: DisclosurePurpose | None = None
