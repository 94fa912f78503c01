"""Steps of a joint action once its agencies are called (domain.md 4.3, 5 to 10): commands, and what is kept of them."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Bool, Command, Contract, Instant, Int, Sha256, ShortText, Text, View
from shared.contracts.codes import Agency
from shared.contracts.parts import DocumentRef

Documents = Annotated[list[DocumentRef], Field(max_length=50)]


class MusterEntry(Contract):
    """Who of an agency signed in at the muster (到场签到)."""

    agency: Agency
    persons: Annotated[list[ShortText], Field(min_length=1, max_length=100)]


class HandedItem(Contract):
    """A copy of evidence on the handover list (证据交接清单)."""

    title: ShortText
    sha256: Sha256


class AgencyScore(Contract):
    agency: Agency
    score: Annotated[Int, Field(ge=0, le=100)]
    note: ShortText | None = None


class ActionStep(Command, on="joint_action", verb=""):
    """A step of the action, with the papers it brings."""

    documents: Documents = Field(default_factory=list)


class RecordMeeting(ActionStep, on="joint_action", verb="record-meeting"):
    """The pre-meeting: law basis, roles, risks (会商). An urgent one is by phone and minuted afterwards."""

    met_at: Instant
    attended: Annotated[list[Agency], Field(min_length=1, max_length=10)]
    by_phone: Bool = False
    account: Text


class RecordActing(ActionStep, on="joint_action", verb="record-acting"):
    """What was done on site (行动): muster, certificates, film. With the on-site record, when it was signed there."""

    started_at: Instant
    ended_at: Instant | None = None
    muster: Annotated[list[MusterEntry], Field(min_length=1, max_length=10)]
    certificates_shown: Bool = True
    filmed: Bool = True
    account: Text


class RecordOnSite(ActionStep, on="joint_action", verb="record-on-site"):
    """The on-site record, signed after the action (现场记录补签)."""

    signed_by: Annotated[list[ShortText], Field(min_length=1, max_length=100)]


class RecordEvidence(ActionStep, on="joint_action", verb="record-evidence"):
    """An agency hands copies of its evidence over to the lead, with hashes. No items: it took none."""

    agency: Agency
    handed_at: Instant
    received_by: ShortText
    items: Annotated[list[HandedItem], Field(max_length=500)] = Field(default_factory=list)


class SummariseAction(ActionStep, on="joint_action", verb="summarise"):
    """The lead's summary: scores and lessons (总结); closes the action."""

    account: Text
    scores: Annotated[list[AgencyScore], Field(max_length=10)] = Field(default_factory=list)
    lessons: Text | None = None


class MeetingHeld(View):
    met_at: Instant
    attended: list[Agency]
    by_phone: bool
    account: str


class Acted(View):
    started_at: Instant
    ended_at: Instant | None
    muster: list[MusterEntry]
    certificates_shown: bool
    filmed: bool
    account: str


class OnSiteSigned(View):
    """at_scene: signed_by are those of the muster."""

    at: Instant
    at_scene: bool
    signed_by: list[str]


class EvidenceHanded(View):
    agency: Agency
    handed_at: Instant
    received_by: str
    items: list[HandedItem]


class Summary(View):
    at: Instant
    account: str
    scores: list[AgencyScore]
    lessons: str | None


class ActionSteps(View):
    """What has been done of the steps; null: not yet, or not of this form of action."""

    meeting: MeetingHeld | None = None
    acting: Acted | None = None
    on_site: OnSiteSigned | None = None
    evidence: list[EvidenceHanded] = Field(default_factory=list)
    summary: Summary | None = None


ACTION_STEP_COMMANDS: tuple[type[Command], ...] = (
    RecordMeeting,
    RecordActing,
    RecordOnSite,
    RecordEvidence,
    SummariseAction,
)
