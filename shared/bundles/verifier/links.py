"""The hash of a link of a chain, made without a library: of an event of a log, of an entry of an audit."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from shared.bundles.verifier.digests import new_sm3

GENESIS = "0" * 64
FORMS = {"v2:": "sha256", "v2-sm3:": "sm3"}


def form_of(hash_: str) -> str:
    """In front of a hash: how it was made. Empty, or sm3:, for one of the first form, which covers content alone."""
    return hash_[: hash_.find(":") + 1]


def link_hash(link: dict[str, Any], canonical: str, content: str) -> str | None:
    """None where SM3 is not to be had. canonical: of the link's meta; content: digest of what was said."""
    form = form_of(link["hash"])
    fields = (
        link["prev_hash"],
        link["log_id"],
        str(link["position"]),
        link["id"],
        link["type"],
        canonical,
        content,
    )
    made = hex_digest(framed(fields), FORMS[form])
    return None if made is None else form + made


def canonical_of(meta: dict[str, Any]) -> str:
    """RFC 8785 of text, integers, null and lists of text under ASCII names."""
    return json.dumps(meta, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def framed(fields: tuple[str, ...]) -> bytes:
    """Each with its length in front, 8 bytes."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in (field.encode("utf-8") for field in fields))


def hex_digest(raw: bytes, name: str) -> str | None:
    if name != "sm3":
        return hashlib.sha256(raw).hexdigest()
    sm3 = new_sm3(len(raw))
    if sm3 is None:
        return None
    sm3.update(raw)
    digest: str = sm3.hexdigest()
    return digest
