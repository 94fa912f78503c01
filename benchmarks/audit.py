"""The audit: links verified a second by the offline verifier, entries written a second, what a read pays."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from shared import keys
from shared.audit import chain, checkpoints
from shared.audit.chain import Entry
from shared.audit.schema import create_audit
from shared.audit.witness import Witness
from shared.audit.writer import AuditWriter
from shared.bundles.verifier.audit import EXPORT
from shared.bundles.verifier.audit_program import audited
from shared.bundles.verifier.links import canonical_of
from shared.clock import SystemClock
from shared.contracts.audit import AuditKind, Chain, ChainLink, KeptCheckpoint, Outcome, SignedHead
from shared.contracts.cases import GetCase
from shared.contracts.codes import Role
from shared.database import open_engine
from shared.ids import new_id
from shared.principal import Actor, PrincipalSigner, PrincipalVerifier
from tests.support.nodes import PostgresNode
from tests.support.signing_keys import fresh_signing_key

ENTRIES = 50_000
_FOR_S = 2.0
_BY = Actor(str(UUID(int=1)), "承办人", frozenset({Role.AGENCY_OFFICER}), "natural_resources", "640521")


def audit() -> dict[str, Any]:
    with PostgresNode() as postgres:
        engine = open_engine(postgres.create_database("bench_audit"), pool_size=4)
        with engine.begin() as connection:
            create_audit(connection)
        figures = {"reading": _reading(engine), "writing": _writing(engine)}
        with TemporaryDirectory() as folder:
            file = Path(folder) / "audit.jsonl"
            _export(engine, file)
            figures["verifying"] = _verifying(file)
        engine.dispose()
    return figures


def _entry(kind: AuditKind = AuditKind.READ) -> Entry:
    return Entry(
        kind=kind,
        operation="case.get",
        outcome=Outcome.DONE,
        actor=_BY.account_id,
        actor_name=_BY.name,
        org_code=_BY.org_code,
        objects=(new_id(),),
        request_id="0123456789abcdef0123456789abcdef",
    )


def _reading(engine: sa.Engine) -> dict[str, Any]:
    """What a read pays before its answer leaves: the entry made and laid where the next round finds it."""
    private, public = fresh_signing_key()
    request = {"operation": "case.get", "correlation_id": "r", "body": {"id": str(new_id())}}
    request["principal"] = PrincipalSigner(private).sign(_BY)
    writer = AuditWriter(engine)
    witness = Witness(writer, PrincipalVerifier(public), {"case.get": GetCase})
    answer = {"ok": {"id": request["body"]["id"], "version": 1}}  # type: ignore[index]
    each = []
    for _ in range(1_500):
        began = time.perf_counter()
        witness.query(request, answer)
        each.append((time.perf_counter() - began) * 1e6)
    writer.flush()
    return {"noting_one_us": round(sorted(each)[len(each) // 2], 1)}


def _writing(engine: sa.Engine) -> dict[str, Any]:
    writer = AuditWriter(engine)

    def batch() -> int:
        for _ in range(500):
            writer.note(_entry())
        return writer.flush()

    def one() -> int:
        writer.write(_entry(AuditKind.EXPORT))
        return 1

    figures = {"in_batches_per_second": _rate(batch), "each_before_its_answer_per_second": _rate(one)}
    with engine.connect() as connection:
        written = checkpoints.access_head(connection).position
    while written < ENTRIES:
        written += batch()
    return figures


def _rate(act: Callable[[], int]) -> int:
    done, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < _FOR_S:
        done += act()
    return round(done / passed)


def _export(engine: sa.Engine, file: Path) -> None:
    """Of one chain, with a checkpoint of its end, as `tianwei audit export` writes it."""
    with engine.connect() as connection, file.open("w", encoding="utf-8", newline="\n") as out:
        head = checkpoints.access_head(connection)
        out.writelines(f"{canonical_of(line)}\n" for line in _head(head.position, _signed(head)))
        after = 0
        while links := chain.links(connection, after, 5_000):
            told = (ChainLink(**link).model_dump(mode="json", exclude={"whole"}) for link in links)
            out.writelines(f"{canonical_of(link)}\n" for link in told)
            after = links[-1]["position"]


def _signed(head: Any) -> KeptCheckpoint:
    signed = SignedHead(service="cases", **head.model_dump())
    return checkpoints.sign(keys.new_key(keys.ED25519), 1, SystemClock().now(), "640521000000", [signed])


def _head(position: int, kept: KeptCheckpoint) -> Iterator[dict[str, Any]]:
    yield {"format": EXPORT, "made_at": "", "version": 1}
    yield {"checkpoint": kept.model_dump(mode="json")}
    yield {"section": {"service": "cases", "chain": Chain.ACCESS.value, "first": 1, "head": position}}


def _verifying(file: Path) -> dict[str, Any]:
    began = time.perf_counter()
    found = audited(str(file), [])
    seconds = time.perf_counter() - began
    assert not found.faults, found.faults
    (trail,) = found.trails.values()
    return {"links": trail.last, "links_per_second": round(trail.last / seconds), "seconds": round(seconds, 2)}


if __name__ == "__main__":
    print(json.dumps(audit(), ensure_ascii=False, indent=2))
