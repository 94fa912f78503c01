"""How each agency is reached: its protocol and endpoint, who works on it and how: commands, queries, views, events."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import (
    Audited,
    Command,
    Contract,
    Event,
    Instant,
    Int,
    ListQuery,
    Page,
    Query,
    ShortText,
    Text,
    View,
)
from shared.contracts.codes import Agency, DeliveryState, TaskResultKind

Protocol = Literal["signed_webhook", "polled_mailbox", "file_exchange", "bus_queue", "console_inbox"]
Body = Literal["letter", "link"]
SignatureKind = Literal["ed25519", "sm2"]
Address = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^(|(https?://|sftp://|folder:|queue:).*)$",
        description="https:// of a webhook; sftp://user@host:port/path or folder:name of a file exchange; queue:",
    ),
]
PublicKey = Annotated[str, Field(max_length=400, pattern=r"^(ed25519|sm2):[0-9A-Za-z+/=]+$")]


class EndpointSettings(Contract):
    """What a protocol asks for beside its address. Left out: as it was, or the protocol's own."""

    protocol: Protocol | None = Field(None, description="another way from now on; what is owed already goes that way")
    body: Body | None = Field(None, description="of a webhook: the whole task letter, or only its id and link")
    signature: SignatureKind | None = Field(None, description="of our packages: Ed25519 with SHA-256, or SM2 with SM3")
    partner_key: PublicKey | None = Field(None, description="by which the agency's packages are verified")
    host_key: Annotated[str, Field(max_length=800)] | None = Field(
        None, description="of the SFTP server, as in known_hosts: `ssh-ed25519 AAAA…`"
    )
    password: Annotated[str, Field(max_length=200)] | None = Field(None, description="of the SFTP account; not shown")


class ConfigureEndpoint(EndpointSettings, Command, on="agency", verb="configure-endpoint"):
    """How and where this agency is reached. The answer shows a new signing secret once."""

    agency: Agency
    url: Address = ""


class RotateEndpointKey(Command, on="agency", verb="rotate-key"):
    """A new key of ours, and of the agency when it gives one; for a day the former keys hold beside them."""

    agency: Agency
    partner_key: PublicKey | None = None


class PauseEndpoint(Command, on="agency", verb="pause"):
    """Send this agency nothing for now; what is owed to it waits. A mailbox shows only what it has shown already."""

    agency: Agency
    reason: Text


class ResumeEndpoint(Command, on="agency", verb="resume"):
    """Send what waits."""

    agency: Agency


class TryDelivery(Command, on="agency", verb="try-one"):
    """Let one waiting letter through a paused endpoint, to see whether it arrives before the others go.

    Of a mailbox: that one is shown, and has arrived when it was read.
    """

    agency: Agency
    subject_id: UUID | None = Field(None, description="a task or message; left out, the one that waits longest")


class ResendDelivery(Command, on="agency", verb="resend"):
    """Send a task letter or message again under the same id, whether or not it had arrived, which stays proven.

    An agency that comes for what it is owed reads it again from any position: that is refused.
    """

    agency: Agency
    subject_id: UUID


class EndpointView(View):
    agency: Agency
    protocol: Protocol
    url: str
    secret: str | None = Field(description="Standard Webhooks secret (whsec_…), shown once; of webhooks and queues")
    public_key: str | None = Field(description="by which the agency verifies our packages")
    active: bool
    paused: bool


class TrialView(View):
    agency: Agency
    subject_id: UUID


class ResendView(View):
    agency: Agency
    subject_id: UUID
    delivery_id: UUID
    state: DeliveryState


Health = Literal["ok", "paused", "failing", "disabled", "not_configured", "passive"]


class AgencyView(View):
    code: Agency
    name: str
    protocol: Protocol
    result_kinds: list[TaskResultKind] = Field(description="kinds of results it reports, see TaskResult")
    endpoint_url: str | None
    endpoint_active: bool | None
    health: Health = Field(
        description="passive: nothing is pushed, the agency comes and looks; failing: it cannot be reached, or what it "
        "is owed waits too long"
    )
    lag_s: Int = Field(description="seconds for which a letter or message has waited, the longest; 0: none")
    last_delivered_at: Instant | None
    failing_since: Instant | None
    last_error: str | None = Field(description="of the present address while it fails; null when it answers")
    next_try_at: Instant | None = Field(description="while its circuit is broken")
    paused_at: Instant | None
    paused_reason: str | None
    trial_at: Instant | None
    trial_error: str | None = Field(description="of the last trial; null with a trial_at: it arrived")
    answers_taken_at: Instant | None = Field(description="when its folder or queue was last read")
    packages_missing: list[int] = Field(description="numbers of its packages that have not come")
    answers_parked: Int = Field(description="its answers that did not parse or could not be done, last 30 days")
    tasks_open: int
    deliveries_pending: int = Field(description="letters and messages about tasks that have not arrived")
    deliveries_exhausted: int


class AgencyList(View):
    items: list[AgencyView]


class ListAgencies(Query, operation="agency.list", audited=Audited.NOT):
    pass


class AnswerFault(View):
    """One thing that is wrong with an answer, said so that its sender can mend it."""

    field: str
    reason: str
    text: str
    allowed: list[str] | None = None


class AnswerOutcome(View):
    """What became of an answer. taken: it had its effect; repeated: it had it before; parked: it had none."""

    answer_id: str = Field(
        description="as the answer has it; of what was not readable or not proven: the name of the file, the digest of "
        "the message, or `sha256:` and the digest of the data"
    )
    status: Literal["taken", "repeated", "parked"]
    verb: str | None
    task_id: UUID | None
    faults: list[AnswerFault]
    received_at: Instant


class AnswerReceipt(AnswerOutcome):
    number_used: bool | None = Field(
        None,
        description="of a package: true, its number is used up and what is mended takes the next one; false, what is "
        "mended takes the same number; null: it came in no package",
    )


class AnswerTask(Command, on="agency", verb="answer"):
    """An answer of an agency's system as a CloudEvent, the same as in a package or on a queue."""

    answer: dict[str, object]


class AnswerRow(AnswerOutcome):
    id: UUID
    agency: Agency
    protocol: str
    repeats: Int = Field(description="how often it came again")


class ListAnswers(ListQuery, operation="agency.answers"):
    """Answers of agencies, newest first: an agency's system its own, coordinator and administrator all."""

    agency: Agency | None = None
    status: Literal["taken", "parked"] | None = None


AnswerPage = Page[AnswerRow]


class AgencyEndpointEvent(Event, source="agencies"):
    """Subject is the endpoint."""

    at: Instant
    agency: Agency
    url: str


class AgencyEndpointConfiguredV1(AgencyEndpointEvent):
    """protocol: None in what was told before there was a choice."""

    protocol: str | None = None


class AgencyEndpointDisabledV1(AgencyEndpointEvent):
    """The receiver answered 410: what is owed to it waits until the endpoint is configured again."""

    error: str


class AgencyEndpointRotatedV1(AgencyEndpointEvent):
    """New keys; the former ones hold until then."""

    former_until: Instant


class AgencyEndpointPausedV1(AgencyEndpointEvent):
    reason: str


class AgencyEndpointResumedV1(AgencyEndpointEvent):
    pass


class AgencyEndpointFailingV1(AgencyEndpointEvent):
    """Several tries in a row failed: what is owed to the agency waits. The coordinator is told."""

    error: str
    since: Instant
    waiting: int


class AgencyEndpointRecoveredV1(AgencyEndpointEvent):
    """It takes letters again after it was told as failing."""

    since: Instant


class AgencyAnswerParkedV1(Event, source="agencies"):
    """An outside answer had no effect; its sender was told why. Subject is the answer."""

    at: Instant
    agency: Agency
    protocol: str
    answer_id: str
    verb: ShortText | None
    task_id: UUID | None
    sha256: str
    faults: list[AnswerFault]


class AgencyAnswerRefusedV1(Event, source="agencies"):
    """Something came that was not proven to be from this agency. Subject is the answer."""

    at: Instant
    agency: Agency
    protocol: str
    name: str
    sha256: str
    reason: str
    detail: str
