"""One hash chain, whatever is chained: events of a log, entries of an audit (reliability.md 2).

A link's hash covers what stands before it, its place, who did it and when (`meta`), and the digest of its content. So a
chain is checked, with every actor and instant in it, by somebody who may not read what was said.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import orjson
import rfc8785
from cryptography.hazmat.primitives import hashes

GENESIS = "0" * 64
HashName = Literal["sha256", "sm3"]
# In front of a hash: how it was made. Without one, or with `sm3:`, it is of the first form (shared/delivery/log.py).
FORMS: dict[HashName, str] = {"sha256": "v2:", "sm3": "v2-sm3:"}

Meta = dict[str, Any]
"""Who, when, about what: strings, integers, null and lists of strings under ASCII names."""


def link_hash(
    prev_hash: str,
    log_id: UUID,
    position: int,
    id_: UUID,
    type_: str,
    meta: Meta,
    content: str,
    digest: HashName = "sha256",
) -> str:
    """Hash of the length-prefixed fields with its form in front. content: hexadecimal digest, "" for no content."""
    fields = (
        prev_hash.encode(),
        str(log_id).encode(),
        str(position).encode(),
        str(id_).encode(),
        type_.encode(),
        canonical(meta),
        content.encode(),
    )
    return FORMS[digest] + hex_digest(framed(fields), digest)


def content_digest(content: Any, digest: HashName = "sha256") -> str:
    """Of its canonical JSON. Raises ValueError for what has none."""
    return hex_digest(rfc8785.dumps(content), digest)


def canonical(meta: Meta) -> bytes:
    """RFC 8785 of what Meta may hold, where sorting ASCII names is all there is to it: ten times as fast."""
    return orjson.dumps(meta, option=orjson.OPT_SORT_KEYS)


def instant(at: datetime) -> str:
    """The one spelling of an instant under a hash."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def form_of(hash_: str) -> HashName | None:
    """By which digest a hash of this form was made; None for one of the first form."""
    return next((name for name, form in FORMS.items() if hash_.startswith(form)), None)


def framed(fields: tuple[bytes, ...]) -> bytes:
    """Each with its length in front, 8 bytes: nothing can move from one field to the next."""
    return b"".join(len(field).to_bytes(8, "big") + field for field in fields)


def hex_digest(content: bytes, digest: HashName) -> str:
    if digest == "sm3":
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(content)
        return sm3.finalize().hex()
    return hashlib.sha256(content).hexdigest()
