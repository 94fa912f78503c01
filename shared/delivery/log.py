"""The hash chain over a service's log (reliability.md 2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy.engine import RowMapping

from shared.audit.links import GENESIS as GENESIS
from shared.audit.links import HashName as HashName
from shared.audit.links import Meta, content_digest, form_of, framed, hex_digest, instant, link_hash
from shared.contracts.envelope import CloudEvent

_SM3 = "sm3:"
_COLUMNS = (
    *("actor", "actor_name", "aggregate_id", "aggregate_seq", "aggregate_type"),
    *("audience", "causation_id", "correlation_id", "occurred_at"),
)


def event_hash(
    prev_hash: str,
    log_id: UUID,
    position: int,
    event_id: UUID,
    type_: str,
    meta: Meta,
    payload: dict[str, Any],
    digest: HashName = "sha256",
) -> str:
    """The hash by which an event is numbered today. meta: event_meta()."""
    content = content_digest(payload, digest)
    return link_hash(prev_hash, log_id, position, event_id, type_, meta, content, digest)


def event_meta(
    *,
    actor: str,
    actor_name: str,
    aggregate_id: UUID,
    aggregate_seq: int,
    aggregate_type: str,
    audience: str,
    causation_id: str | None,
    correlation_id: str,
    occurred_at: datetime,
) -> Meta:
    """Who did it, when, to what, on whose account: all of an event's row but its payload, by its columns."""
    return {
        "actor": actor,
        "actor_name": actor_name,
        "aggregate_id": str(aggregate_id),
        "aggregate_seq": aggregate_seq,
        "aggregate_type": aggregate_type,
        "audience": audience,
        "causation_id": causation_id,
        "correlation_id": correlation_id,
        "occurred_at": instant(occurred_at),
    }


def meta_of(row: Mapping[str, Any] | RowMapping) -> Meta:
    """event_meta() of a row of event_log."""
    return event_meta(**{name: row[name] for name in _COLUMNS})


def chain_hash(
    prev_hash: str,
    log_id: UUID,
    position: int,
    event_id: UUID,
    type_: str,
    payload: dict[str, Any],
    digest: HashName = "sha256",
) -> str:
    """The first form, by which no event is numbered any more: SHA-256 (plain hex) or SM3 (`sm3:` and hex).

    It covers the payload and not who acted. The form of a hash is in its text, so a log that went over from one to the
    other stays one chain.
    """
    fields = (
        prev_hash.encode(),
        str(log_id).encode(),
        str(position).encode(),
        str(event_id).encode(),
        type_.encode(),
        rfc8785.dumps(payload),
    )
    return (_SM3 if digest == "sm3" else "") + hex_digest(framed(fields), digest)


def is_whole(event: CloudEvent) -> bool:
    """Whether an event's hash is that of what it says. A stub says nothing and cannot be asked."""
    meta = event_meta(
        actor=event.actor,
        actor_name=event.actorname,
        aggregate_id=event.subject,
        aggregate_seq=event.sequence,
        aggregate_type=event.subjecttype,
        audience=event.jurisdiction,
        causation_id=event.causationid,
        correlation_id=event.correlationid,
        occurred_at=event.time,
    )
    numbered_in = event.numberedin or event.logid
    place = (event.prevhash, numbered_in, event.position, event.id, event.type)
    return is_link(event.hash, place, meta, event.data or {})


def is_link(hash_: str, place: tuple[str, UUID, int, UUID, str], meta: Meta, payload: dict[str, Any]) -> bool:
    """Whether the hash, of whichever form, is that of an event. place: prev_hash, log_id, position, event_id, type."""
    digest = form_of(hash_)
    try:
        if digest is not None:
            return event_hash(*place, meta, payload, digest) == hash_
        return chain_hash(*place, payload, "sm3" if hash_.startswith(_SM3) else "sha256") == hash_
    except (ValueError, TypeError):  # what has no canonical form was never hashed by us
        return False
