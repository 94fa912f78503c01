"""The custody log of a piece of evidence: read from the event log itself, so that it can neither miss nor invent."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.domain.custody import custody_id
from services.cases.storage.evidence_stores import EvidenceStore
from services.cases.storage.evidence_tables import evidence_copy
from shared.contracts import evidence_events as e
from shared.contracts.custody import Custody, CustodyEntry, GetCustody
from shared.delivery.tables import event_log
from shared.principal import Actor

_STORE = EvidenceStore()

TITLES: dict[str, str] = {
    e.EvidenceAddedV1.type: "添加证据",
    e.EvidenceExaminedV1.type: "系统核对",
    e.EvidenceQuarantinedV1.type: "发现病毒，隔离",
    e.EvidencePairedV1.type: "确认整改前后对比",
    e.EvidenceUnpairedV1.type: "解除整改前后对比",
    e.EvidenceExcludedV1.type: "排除证据",
    e.EvidenceDisposedV1.type: "处理先行登记保存的证据",
    e.EvidenceDamageFoundV1.type: "发现内容损坏",
    e.EvidenceFoundWholeV1.type: "内容已恢复",
    e.EvidenceReadV1.type: "查看证据",
    e.EvidenceVerifiedV1.type: "核对摘要",
    e.EvidenceBundledV1.type: "装入举证包",
    e.EvidenceCopyGrantedV1.type: "提供副本",
    e.EvidenceCopyReadV1.type: "领取副本",
    e.EvidenceCopyRevokedV1.type: "收回副本",
}
_WAYS = {"download": "下载证据", "thumbnail": "查看缩略图"}


def get_custody(q: GetCustody, by: Actor, connection: Connection) -> Custody:
    """Raises NotFound."""
    _STORE.get_seen(connection, by, q.id)
    return Custody(items=custody_of(connection, q.id))


def custody_of(connection: Connection, evidence_id: UUID) -> list[CustodyEntry]:
    """Every act, oldest first."""
    copies = sa.select(evidence_copy.c.id).where(evidence_copy.c.evidence_id == evidence_id)
    own = (sa.literal(id_, evidence_copy.c.id.type) for id_ in (evidence_id, custody_id(evidence_id)))
    mine = sa.union_all(*(sa.select(id_) for id_ in own), copies)
    rows = connection.execute(
        sa.select(
            event_log.c.event_id,
            event_log.c.occurred_at,
            event_log.c.actor,
            event_log.c.actor_name,
            event_log.c.type,
            event_log.c.payload,
        )
        .where(event_log.c.aggregate_id.in_(mine))
        .order_by(event_log.c.occurred_at, event_log.c.event_id)
    )
    return [_entry(row) for row in rows]


def _entry(row: Any) -> CustodyEntry:
    said = row.payload
    title = _WAYS.get(said.get("way")) or TITLES.get(row.type, row.type)
    return CustodyEntry(
        at=said["at"],
        actor=row.actor,
        actor_name=row.actor_name,
        what=row.type,
        title=title,
        why=said.get("reason") or said.get("purpose"),
        way=said.get("way"),
        to=said.get("to_agency"),
        copy_id=said.get("copy_id"),
        whole=said.get("whole"),
        event_id=row.event_id,
    )
