"""The audit, as its administrator asks for it: who read, exported or tried what; the chains; their checkpoints."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer, StringConstraints

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
    View,
)


class Chain(StrEnum):
    """changes: the event log. access: reads, exports, refusals; of the gateway also logins and accounts."""

    CHANGES = "changes"
    ACCESS = "access"


class AuditKind(StrEnum):
    """change: an event of the log. command: one that was refused. access: logging in, accounts, the door itself."""

    CHANGE = "change"
    READ = "read"
    EXPORT = "export"
    UNMASKING = "unmasking"
    COMMAND = "command"
    ACCESS = "access"


class Outcome(StrEnum):
    """denied: no right, or nobody known. absent: not there, or not to be seen. refused: the rules or the input."""

    DONE = "done"
    DENIED = "denied"
    ABSENT = "absent"
    REFUSED = "refused"
    FAILED = "failed"


class AuditFilter(Query):
    """since, until: when it was written down, by the machine's clock. operation_name: or an event's type."""

    chain: Chain | None = None
    kind: AuditKind | None = None
    actor: ShortText | None = Field(None, description="account id")
    object_id: UUID | None = None
    operation_name: ShortText | None = None
    outcome: Outcome | None = None
    request_id: ShortText | None = None
    since: Instant | None = None
    until: Instant | None = None


class ListAudit(AuditFilter, ListQuery, operation="audit.list"):
    """Who did or tried what, newest first. No content: an administrator reads no case."""


class AuditEntryView(View):
    id: UUID
    service: str
    chain: Chain
    position: int | None = Field(description="null while the event waits for its number")
    at: Instant = Field(description="of a change the business clock's")
    kind: AuditKind
    operation: str
    outcome: Outcome
    code: str | None = Field(description="of the error")
    actor: str = Field(description="account id; empty for who did not prove who it is")
    actor_name: str
    org_code: str | None
    behind: str | None = Field(description="of an act of the house itself: account id of the person it goes back to")
    behind_name: str | None
    objects: list[UUID]
    request_id: str
    source: str | None = Field(description="address, where it is known")
    times: int


class AuditPage(Page[AuditEntryView]):
    """Of all services and the gateway, or of those asked for."""

    missing: list[str] = Field([], description="services that did not answer: theirs are not among the items")


class ReadChain(Query, operation="audit.chain", audited=Audited.EXPORT):
    """Links of one chain above a position, in order, as a verifier takes them."""

    chain: Chain
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 500


class ChainLink(View):
    """content: digest of the event's payload; empty for an entry. whole: of an event of the first form, whether its
    hash is that of its payload, which only the service itself can tell; else null."""

    position: int
    log_id: UUID
    id: UUID
    type: str
    prev_hash: str
    hash: str
    meta: dict[str, Any]
    content: str
    whole: bool | None = None


class ChainPage(View):
    service: str
    chain: Chain
    log_id: UUID
    head: int
    first: int = Field(description="position of the first link that is kept")
    links: list[ChainLink]


class GetAuditHeads(Query, operation="audit.heads", audited=Audited.NOT):
    """The ends of both chains."""


class ChainHead(Contract):
    chain: Chain
    log_id: UUID
    position: Int
    hash: str


class AuditHeads(View):
    heads: list[ChainHead]


def _as_signed(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class KeptCheckpoint(Contract):
    """statement: canonical JSON, the very text that is signed (shared/audit/checkpoints.py); it says the rest too."""

    number: Int
    made_at: Annotated[Instant, PlainSerializer(_as_signed, return_type=str, when_used="json")]
    statement: Annotated[str, StringConstraints(max_length=20_000)]
    public_key: str
    key_id: str
    alg: Literal["ed25519", "sm2"]
    signature: str


class KeepCheckpoint(Command, on="audit", verb="keep-checkpoint"):
    """Keep a checkpoint beside the chains it is of."""

    checkpoint: KeptCheckpoint


class CheckpointKept(View):
    number: int


class CheckpointView(View):
    number: int
    made_at: Instant
    sha256: str = Field(description="of the statement")
    key_id: str
    missing: list[str] = Field(description="services that did not answer: it says nothing of them")
    file: str | None = Field(description="its name in the write-once folder")
    checkpoint: KeptCheckpoint


class ListCheckpoints(ListQuery, operation="audit.checkpoints"):
    """Newest first."""


class SignedHead(Contract):
    """Where a chain ended."""

    service: str
    chain: Chain
    log_id: UUID
    position: Int
    hash: str


class AuditCheckpointKeptV1(Event, source="notify"):
    """The heads of all chains were signed; whoever keeps this can prove later what was there."""

    at: Instant
    checkpoint_id: UUID
    number: Int
    made_at: Instant
    sha256: str = Field(description="of the statement")
    key_id: str
    heads: list[SignedHead]
