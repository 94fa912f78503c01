"""The hash chain, computed anew (reliability.md 2): length-prefixed fields, canonical JSON, SHA-256 or SM3.

Of today's form (`v2:`, `v2-sm3:`) the fields are who acted and when, and the digest of the payload; of the first one
the payload itself.
"""

import hashlib
from dataclasses import dataclass

from tests.faults.checker.canonical import canonical

GENESIS = "0" * 64
"""What the first event follows."""

_ALGORITHMS = {"": "sha256", "sm3:": "sm3", "v2:": "sha256", "v2-sm3:": "sm3"}
_LENGTH_BYTES = 8


@dataclass(frozen=True)
class Link:
    """One numbered event. payload, meta: JSON text; meta is who acted, when, on what. hash, prev_hash: form and hex."""

    position: int
    event_id: str
    log_id: str
    prev_hash: str
    hash: str
    type: str
    payload: str
    meta: str


def expected_hash(link: Link) -> str:
    """The hash the link must have, in the algorithm its own text names. Raises ValueError where there is none."""
    prefix = link.hash[: link.hash.find(":") + 1]
    if prefix not in _ALGORITHMS:
        raise ValueError(f"unknown hash {prefix}")
    digest = hashlib.new(_ALGORITHMS[prefix])
    head = (link.prev_hash, link.log_id, str(link.position), link.event_id, link.type)
    said = [canonical(link.payload)]
    if prefix.startswith("v2"):
        said = [canonical(link.meta), hashlib.new(_ALGORITHMS[prefix], said[0]).hexdigest().encode()]
    for field in (*(part.encode() for part in head), *said):
        digest.update(len(field).to_bytes(_LENGTH_BYTES, "big"))
        digest.update(field)
    return prefix + digest.hexdigest()


def fault(link: Link, before: str) -> str | None:
    """What is wrong with a link whose predecessor has the hash `before`; None when it follows."""
    if link.prev_hash != before:
        return f"position {link.position} does not follow the hash before it"
    try:
        right = link.hash == expected_hash(link)
    except ValueError as error:
        return f"position {link.position}: {error}"
    return None if right else f"position {link.position} ({link.type}) has another hash than its content"
