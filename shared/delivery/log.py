"""The hash chain over a service's log (reliability.md 2)."""

import hashlib
from typing import Any, Literal, Protocol
from uuid import UUID

import rfc8785
from cryptography.hazmat.primitives import hashes

from shared.contracts.envelope import CloudEvent

GENESIS = "0" * 64
HashName = Literal["sha256", "sm3"]
_SM3 = "sm3:"


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def chain_hash(
    prev_hash: str,
    log_id: UUID,
    position: int,
    event_id: UUID,
    type_: str,
    payload: dict[str, Any],
    digest: HashName = "sha256",
) -> str:
    """SHA-256 (plain hex) or SM3 (`sm3:` and hex) over the length-prefixed fields, the payload as RFC 8785 JSON.

    The name of the digest is in its text, so a log may change from one to the other and stay one chain.
    """
    fields = (
        prev_hash.encode(),
        str(log_id).encode(),
        str(position).encode(),
        str(event_id).encode(),
        type_.encode(),
        rfc8785.dumps(payload),
    )
    if digest == "sm3":
        sm3 = hashes.Hash(hashes.SM3())
        _feed(sm3, fields)
        return _SM3 + sm3.finalize().hex()
    sha256 = hashlib.sha256()
    _feed(sha256, fields)
    return sha256.hexdigest()


def _feed(digest: _Digest, fields: tuple[bytes, ...]) -> None:
    for field in fields:
        digest.update(len(field).to_bytes(8, "big"))
        digest.update(field)


def is_whole(event: CloudEvent) -> bool:
    """Whether an event's hash is that of what it says. A stub says nothing and cannot be asked."""
    digest: HashName = "sm3" if event.hash.startswith(_SM3) else "sha256"
    numbered_in = event.numberedin or event.logid
    try:
        made = chain_hash(event.prevhash, numbered_in, event.position, event.id, event.type, event.data or {}, digest)
    except ValueError:  # what has no canonical form was never hashed by us
        return False
    return made == event.hash
