"""Brings the shipped rows of this release into the database, as often as it is asked: `rule_seed`.

A row that is new is added; one whose content changed is superseded and the new one added; one that is no longer shipped
stays. What people edited lies in other tables and rules over the shipped rows of its key, so no release alters it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.storage.rule_tables import rule_seed
from services.cases.storage.shipped_row import ShippedRow
from shared.ids import derived_id


def seed(connection: Connection, rows: Iterable[ShippedRow], now: datetime) -> int:
    """How many rows are new. Callers keep others away: migrations run one at a time."""
    shipped = {(row.register.value, row.key, digest(row)): row for row in rows}
    keys = {(register, key) for register, key, _ in shipped}
    c = rule_seed.c
    current = {
        (found.register, found.key, found.digest): found.row_id
        for found in connection.execute(
            sa.select(c.row_id, c.register, c.key, c.digest).where(c.superseded_at.is_(None))
        )
    }
    gone = [id_ for known, id_ in current.items() if known not in shipped and known[:2] in keys]
    if gone:
        connection.execute(sa.update(rule_seed).where(c.row_id.in_(gone)).values(superseded_at=now))
    fresh = [_columns(*place, row, now) for place, row in shipped.items() if place not in current]
    if fresh:
        connection.execute(sa.insert(rule_seed), fresh)
    return len(fresh)


def digest(row: ShippedRow) -> str:
    """What makes two shipped rows of a key the same row."""
    said = [row.value, row.valid_from, row.valid_to, row.mark, row.unsure, row.source.model_dump(mode="json")]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _columns(register: str, key: str, sha256: str, row: ShippedRow, now: datetime) -> dict[str, Any]:
    return {
        "row_id": derived_id("rule-seed", register, key, sha256, now.isoformat()),
        "register": register,
        "key": key,
        "digest": sha256,
        "value": row.value,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "mark": row.mark.value,
        "unsure": row.unsure,
        "source": row.source.model_dump(mode="json", exclude_none=True),
        "origin": "seed",
        "recorded_at": now,
    }
