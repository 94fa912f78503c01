"""Everything that proves a struck-off item, read in one snapshot: what goes into its proof bundle."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.domain.custody import custody_id
from services.cases.domain.evidence import Evidence
from services.cases.queries.cases import get_case
from services.cases.queries.clues import get_clue
from services.cases.queries.custody import custody_of
from services.cases.queries.discretion import hidden_from, is_hidden
from services.cases.queries.rectifications import get_rectification
from services.cases.queries.timeline import get_timeline, told_of
from services.cases.storage.evidence_stores import EvidenceStore
from services.cases.storage.evidence_tables import evidence_copy
from shared.audit.links import canonical
from shared.contracts import joint_action_events as ja
from shared.contracts.cases import GetCase, GetTimeline
from shared.contracts.cases_events import CaseServedV1
from shared.contracts.clues import GetClue
from shared.contracts.codes import DocumentKind, EvidenceState, title
from shared.contracts.evidence_events import EvidenceCopyReadV1
from shared.contracts.rectifications import GetRectification
from shared.delivery.log import meta_of
from shared.delivery.tables import event_log, log_head, log_order
from shared.principal import Actor

_STORE = EvidenceStore()
# What others signed for or answered, as far as cases was told.
_RECEIPTS = {
    ja.JointActionTaskSignedV1.type: "部门签收任务",
    ja.JointActionTaskAcceptedV1.type: "部门接受任务",
    ja.JointActionTaskDeclinedV1.type: "部门退回任务",
    ja.JointActionTaskReportedV1.type: "部门反馈结果",
    CaseServedV1.type: "处罚决定送达",
    EvidenceCopyReadV1.type: "部门领取证据副本",
}


class NotNumberedYet(Exception):
    """Something of it has no place in the log yet, or was not examined: it comes within seconds."""


@dataclass(frozen=True)
class Proof:
    """parts: name -> content, JSON-safe. events: with their places and hashes, in log order."""

    bundle_id: UUID
    item_no: str
    made_at: datetime
    made_by: str
    parts: dict[str, Any]
    events: list[dict[str, Any]]
    evidence: list[Evidence]
    custody: dict[str, list[dict[str, Any]]]
    log: dict[str, Any]

    @property
    def evidence_ids(self) -> list[UUID]:
        return [piece.id for piece in self.evidence]


def gather(connection: Connection, item_id: UUID, by: Actor, bundle_id: UUID, made_at: datetime) -> Proof:
    """connection: in one snapshot. Raises NotFound, NotNumberedYet, what a piece that may not be read raises."""
    item = get_rectification(GetRectification(id=item_id), by, connection)
    case = get_case(GetCase(id=item.case_id), by, connection)
    clue = get_clue(GetClue(id=case.clue_id), by, connection)
    every = _STORE.of_land(connection, by, clue.id)
    pieces = _readable(every)
    ids = [
        *connection.execute(told_of(case.id, clue.id, by)).scalars(),
        *(custody_id(piece.id) for piece in every),
        *_copies(connection, every),
    ]
    hidden = hidden_from(by)
    events = [
        event
        for event in _events(connection, ids)
        if event["type"] not in hidden and not is_hidden(by, event["payload"])
    ]
    head = connection.execute(sa.select(log_head.c.log_id, log_head.c.position, log_head.c.hash)).one()
    timeline = get_timeline(GetTimeline(id=case.id), by, connection)
    return Proof(
        bundle_id=bundle_id,
        item_no=item.item_no,
        made_at=made_at,
        made_by=by.name,
        parts={
            "item.json": item.model_dump(mode="json"),
            "case.json": case.model_dump(mode="json"),
            "clue.json": clue.model_dump(mode="json"),
            "timeline.json": timeline.model_dump(mode="json")["items"],
            "documents.json": list(_documents(events)),
            "receipts.json": list(_receipts(events)),
        },
        events=events,
        evidence=pieces,
        custody={
            piece.evidence_no: [entry.model_dump(mode="json") for entry in custody_of(connection, piece.id)]
            for piece in pieces
        },
        log={"log_id": str(head.log_id), "position": head.position, "hash": head.hash},
    )


def _readable(pieces: Iterable[Evidence]) -> list[Evidence]:
    """Without what carries a virus. Raises NotNumberedYet for what is not examined, ContentDamaged."""
    found = []
    for piece in pieces:
        if piece.state is EvidenceState.UNEXAMINED:
            raise NotNumberedYet(f"{piece.evidence_no} is not examined yet")
        if piece.state is not EvidenceState.QUARANTINED:
            piece.may_be_read()
            found.append(piece)
    return found


def _copies(connection: Connection, pieces: Iterable[Evidence]) -> list[UUID]:
    ids = [piece.id for piece in pieces]
    return list(connection.execute(sa.select(evidence_copy.c.id).where(evidence_copy.c.evidence_id.in_(ids))).scalars())


def _events(connection: Connection, ids: list[UUID]) -> list[dict[str, Any]]:
    """Every event of these aggregates with what its hash was made of. Raises NotNumberedYet."""
    rows = connection.execute(
        sa.select(event_log, *(log_order.c[name] for name in ("position", "log_id", "previous", "prev_hash", "hash")))
        .select_from(event_log.outerjoin(log_order, log_order.c.event_id == event_log.c.event_id))
        .where(event_log.c.aggregate_id.in_(ids))
        .order_by(log_order.c.position)
    ).mappings()
    return [_event(dict(row)) for row in rows]


def _event(row: dict[str, Any]) -> dict[str, Any]:
    if row["position"] is None:
        raise NotNumberedYet(f"event {row['event_id']} has no position yet")
    meta = meta_of(row)
    return {
        "position": row["position"],
        "log_id": str(row["log_id"]),
        "previous": row["previous"],
        "prev_hash": row["prev_hash"],
        "hash": row["hash"],
        "event_id": str(row["event_id"]),
        "type": row["type"],
        "aggregate_type": row["aggregate_type"],
        "aggregate_id": str(row["aggregate_id"]),
        "aggregate_seq": row["aggregate_seq"],
        "actor": row["actor"],
        "actor_name": row["actor_name"],
        "occurred_at": meta["occurred_at"],
        # The very bytes under the hash (RFC 8785), so that checking needs no canonical form of its own.
        "meta": canonical(meta).decode(),
        "canonical": rfc8785.dumps(row["payload"]).decode(),
        "payload": row["payload"],
    }


def _documents(events: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Every document that a step named, with the step."""
    for event in events:
        for document in event["payload"].get("documents") or ():
            named = {**document, "kind_title": _kind(document["kind"])}
            yield {"event_id": event["event_id"], "at": event["payload"]["at"], "document": named}


def _kind(code: str) -> str:
    try:
        return title(DocumentKind(code))
    except ValueError:
        return code


def _receipts(events: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for event in events:
        if (what := _RECEIPTS.get(event["type"])) is not None:
            said = event["payload"]
            told = {name: said[name] for name in ("agency", "signed_by", "service_method", "to_agency") if name in said}
            yield {
                "event_id": event["event_id"],
                "at": said["at"],
                "title": what,
                "by": event["actor_name"],
                **told,
            }
