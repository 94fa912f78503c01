"""Signed checkpoints: where every chain of the house ended, in a form that anybody can verify later without us."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
import rfc8785
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from shared import keys
from shared.audit.links import instant
from shared.audit.tables import audit_checkpoint, audit_entry, audit_head
from shared.contracts.audit import Chain, ChainHead, KeptCheckpoint, SignedHead
from shared.errors import Conflict, InvalidInput

FORMAT = "tianwei-audit-checkpoint"
_KEPT = tuple(KeptCheckpoint.model_fields)


class CheckpointUnproven(InvalidInput):
    """Its signature is not that of its key, or it is none of ours at all."""

    def __init__(self) -> None:
        super().__init__("audit.checkpoint-unproven", "checkpoint")


class ChainContradicts(Conflict):
    """A chain is not what was signed of it, or another checkpoint was signed under the same number."""

    def __init__(self, number: int, position: int | None = None) -> None:
        super().__init__("audit.chain-contradicts", None, number=number, position=position)


def sign(
    private_key: str,
    number: int,
    made_at: datetime,
    county_code: str,
    heads: Sequence[SignedHead],
    *,
    missing: Sequence[str] = (),
    previous: str | None = None,
) -> KeptCheckpoint:
    """missing: services that did not answer. previous: digest of the statement before. Raises keys.KeyUnusable."""
    said: dict[str, Any] = {
        "format": FORMAT,
        "version": 1,
        "number": number,
        "made_at": instant(made_at),
        "county_code": county_code,
        "heads": [head.model_dump(mode="json") for head in heads],
        "missing": sorted(missing),
        "previous": previous,
    }
    statement = rfc8785.dumps(said)
    signature = keys.sign(private_key, statement)
    return KeptCheckpoint(
        number=number,
        made_at=made_at,
        statement=statement.decode(),
        public_key=keys.public_key(private_key),
        key_id=signature.key_id,
        alg=signature.alg,
        signature=signature.value,
    )


def read(kept: KeptCheckpoint) -> dict[str, Any]:
    """What it says. Raises CheckpointUnproven."""
    signature = keys.Signature(kept.alg, kept.key_id, kept.signature)
    said: Any = None
    if keys.is_public_key(kept.public_key) and keys.verifies(kept.public_key, signature, kept.statement.encode()):
        said = orjson.loads(kept.statement)
    told_so = (FORMAT, kept.number, instant(kept.made_at))
    proper = isinstance(said, dict) and tuple(said.get(name) for name in ("format", "number", "made_at")) == told_so
    if not proper or keys.key_id(kept.public_key) != kept.key_id:
        raise CheckpointUnproven
    told: dict[str, Any] = said
    return told


def heads_of(said: Mapping[str, Any]) -> list[SignedHead]:
    return [SignedHead.model_validate(head) for head in said["heads"]]


def digest(kept: KeptCheckpoint) -> str:
    """SHA-256 of the statement: what the next one names, and what a person compares."""
    return hashlib.sha256(kept.statement.encode()).hexdigest()


def access_head(connection: Connection) -> ChainHead:
    """Where this database's own chain of entries ends."""
    log_id, position, hash_ = connection.execute(
        sa.select(audit_head.c.log_id, audit_head.c.position, audit_head.c.hash)
    ).one()
    return ChainHead(chain=Chain.ACCESS, log_id=log_id, position=position, hash=hash_)


def keep(connection: Connection, kept: KeptCheckpoint, service: str) -> bool:
    """Keep it beside the chain; whether it is new. Raises CheckpointUnproven, ChainContradicts."""
    own = next((head for head in heads_of(read(kept)) if (head.service, head.chain) == (service, Chain.ACCESS)), None)
    if own is not None:
        _require(connection, kept.number, own)
    values = {name: getattr(kept, name) for name in _KEPT}
    values |= {"access_position": own and own.position, "access_hash": own and own.hash}
    added = connection.execute(insert(audit_checkpoint).values(values).on_conflict_do_nothing())
    if added.rowcount:
        return True
    known = sa.select(audit_checkpoint.c.statement).where(audit_checkpoint.c.number == kept.number)
    if connection.execute(known).scalar_one() != kept.statement:
        raise ChainContradicts(kept.number)
    return False


def _require(connection: Connection, number: int, head: SignedHead) -> None:
    if head.position == 0:
        return
    at = sa.select(audit_entry.c.hash, audit_entry.c.log_id).where(audit_entry.c.position == head.position)
    found = connection.execute(at).one_or_none()
    if found is None or tuple(found) != (head.hash, head.log_id):
        raise ChainContradicts(number, head.position)


def newest(connection: Connection) -> KeptCheckpoint | None:
    found = connection.execute(
        sa.select(*(audit_checkpoint.c[name] for name in _KEPT)).order_by(audit_checkpoint.c.number.desc()).limit(1)
    ).mappings()
    return next((KeptCheckpoint(**row) for row in found), None)
