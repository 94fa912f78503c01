"""Envelopes: CloudEvents 1.0 for events, one request and one reply for RPC (design.md 4)."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Contract, Instant


class CloudEvent(Contract):
    """One event on the bus or out of read_log. A stub (foreign type, catch-up only) has no data."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(description="/cases, /agencies, /notify")
    type: str
    subject: UUID = Field(description="id of the aggregate")
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    data: dict[str, Any] | None
    position: int = Field(ge=1, description="gap-free per source")
    previous: int | None = Field(None, description="position of the former event of the same subject")
    logid: UUID = Field(description="identity of the producer's log; changes after a restore")
    numberedin: UUID | None = Field(None, description="identity of the log when this event was numbered, if another")
    prevhash: str
    hash: str
    subjecttype: str
    sequence: int = Field(description="version of the aggregate after this event")
    correlationid: str
    causationid: str | None = None
    actor: str = Field(description="account id of the person who acted")
    actorname: str
    jurisdiction: str
    traceparent: str | None = None


class RpcRequest(Contract):
    """A call. principal: JWT signed by the gateway, short-lived. deadline: unix seconds."""

    operation: str
    body: dict[str, Any]
    target_id: UUID | None = None
    expected_version: int | None = None
    command_id: str | None = Field(None, max_length=200)
    principal: str
    deadline: float
    correlation_id: str


class LogRequest(Contract):
    """read_log: events of the callee above `after`; types the consumer does not want come as stubs."""

    consumer: str
    after: int = Field(ge=0)
    limit: int = Field(200, ge=1, le=500)
    wanted: list[str] = Field(default_factory=list)
    deadline: float


class LogPage(Contract):
    """Answer to read_log. anchor_hash: hash at `after` (genesis for 0), None when after > head."""

    log_id: UUID
    head: int
    anchor_hash: str | None
    events: list[CloudEvent]
