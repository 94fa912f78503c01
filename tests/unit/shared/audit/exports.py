"""An export of the audit made in memory, as the house makes it: both chains of a service, and signed checkpoints."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from shared import keys
from shared.audit.chain import ENTRY, Entry, meta_of
from shared.audit.checkpoints import digest as checkpoint_digest
from shared.audit.checkpoints import sign
from shared.audit.links import GENESIS, HashName, content_digest, link_hash
from shared.bundles.verifier.audit import EXPORT, Audit
from shared.bundles.verifier.audit_program import audited
from shared.bundles.verifier.links import canonical_of
from shared.contracts.audit import AuditKind, Chain, KeptCheckpoint, Outcome, SignedHead
from shared.delivery.log import event_meta

KEY = keys.new_key(keys.ED25519)
AT = datetime(2026, 11, 27, 8, tzinfo=UTC)
LOG = {Chain.ACCESS: UUID(int=1), Chain.CHANGES: UUID(int=2)}

Line = dict[str, Any]


def entry_link(number: int, prev_hash: str, digest: HashName = "sha256", **said: Any) -> Line:
    """The entry at a place."""
    entry = Entry(
        **{
            "kind": AuditKind.READ,
            "operation": "case.get",
            "outcome": Outcome.DONE,
            "actor": str(UUID(int=number % 7)),
            "actor_name": f"承办人{number % 7}",
            "org_code": "natural_resources",
            "objects": (UUID(int=number), UUID(int=number + 1)),
            "request_id": f"request-{number}",
            "id": UUID(int=100_000 + number),
            "at": AT + timedelta(seconds=number),
            **said,
        }
    )
    meta = meta_of({**vars(entry), "kind": entry.kind.value, "outcome": entry.outcome.value})
    return _link(Chain.ACCESS, number, prev_hash, entry.id, ENTRY, meta, "", digest)


def event_link(number: int, prev_hash: str, digest: HashName = "sha256") -> Line:
    meta = event_meta(
        actor=str(UUID(int=number % 7)),
        actor_name="承办人",
        aggregate_id=UUID(int=number % 5),
        aggregate_seq=number // 5 + 1,
        aggregate_type="case",
        audience="640521000000",
        causation_id=None,
        correlation_id=f"request-{number}",
        occurred_at=AT + timedelta(seconds=number),
    )
    content = content_digest({"number": number}, digest)
    place = UUID(int=200_000 + number)
    return _link(Chain.CHANGES, number, prev_hash, place, "tianwei.cases.case-filed.v1", meta, content, digest)


def _link(
    chain: Chain, number: int, prev_hash: str, id_: UUID, type_: str, meta: Line, content: str, digest: HashName
) -> Line:
    made = link_hash(prev_hash, LOG[chain], number, id_, type_, meta, content, digest)
    return {
        "position": number,
        "log_id": str(LOG[chain]),
        "id": str(id_),
        "type": type_,
        "prev_hash": prev_hash,
        "hash": made,
        "meta": meta,
        "content": content,
    }


@dataclass
class Export:
    """One service's two chains. signed: positions at which a checkpoint was made of both."""

    access: list[Line]
    changes: list[Line]
    checkpoints: list[KeptCheckpoint]
    heads: dict[Chain, int] = field(default_factory=dict)
    firsts: dict[Chain, int] = field(default_factory=dict)

    @classmethod
    def make(cls, length: int, signed: tuple[int, ...], digest: HashName = "sha256") -> "Export":
        access, changes = [], []
        before_entry = before_event = GENESIS
        for number in range(1, length + 1):
            access.append(entry_link(number, before_entry, digest))
            changes.append(event_link(number, before_event, digest))
            before_entry, before_event = access[-1]["hash"], changes[-1]["hash"]
        made = cls(access, changes, [])
        for number, position in enumerate(signed, 1):
            heads = [head(Chain.ACCESS, position, access), head(Chain.CHANGES, position, changes)]
            before = checkpoint_digest(made.checkpoints[-1]) if made.checkpoints else None
            at = AT + timedelta(hours=number)
            made.checkpoints.append(sign(KEY, number, at, "640521000000", heads, previous=before))
        return made

    def chain(self, chain: Chain) -> list[Line]:
        return self.access if chain is Chain.ACCESS else self.changes

    def text(self) -> str:
        lines: list[Line] = [{"format": EXPORT, "made_at": AT.isoformat(), "version": 1}]
        lines += [{"checkpoint": one.model_dump(mode="json")} for one in self.checkpoints]
        for chain in Chain:
            links = self.chain(chain)
            end, first = self.heads.get(chain, len(links)), self.firsts.get(chain, 1)
            section = {"service": "cases", "chain": chain.value, "first": first, "head": end}
            lines += [{"section": section}, *links]
        return "".join(f"{canonical_of(line)}\n" for line in lines)

    def verify(self, folder: Path) -> Audit:
        return verified(self.text().encode(), folder)


def head(chain: Chain, position: int, links: list[Line]) -> SignedHead:
    at = links[position - 1]
    return SignedHead(service="cases", chain=chain, log_id=LOG[chain], position=position, hash=at["hash"])


def verified(content: bytes, folder: Path, checkpoints: tuple[str, ...] = (), key: str = "") -> Audit:
    file = folder / "audit.jsonl"
    file.write_bytes(content)
    return audited(str(file), list(checkpoints), key)


def first_bad(found: Audit, chain: Chain) -> int | None:
    trail = found.trails.get(("cases", chain.value))
    return trail.bad[0] if trail and trail.bad else None
