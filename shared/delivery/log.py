"""The hash chain over a service's log (reliability.md 2)."""

import hashlib
from typing import Any
from uuid import UUID

import rfc8785

GENESIS = "0" * 64


def chain_hash(prev_hash: str, log_id: UUID, position: int, event_id: UUID, type_: str, payload: dict[str, Any]) -> str:
    """SHA-256 over the length-prefixed fields, the payload as canonical JSON (RFC 8785)."""
    digest = hashlib.sha256()
    fields = (
        prev_hash.encode(),
        str(log_id).encode(),
        str(position).encode(),
        str(event_id).encode(),
        type_.encode(),
        rfc8785.dumps(payload),
    )
    for field in fields:
        digest.update(len(field).to_bytes(8, "big"))
        digest.update(field)
    return digest.hexdigest()
