"""The rows of an import: what the clues already hold of their patches, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from services.cases.domain.clue_import import ImportRow
from services.cases.storage.tables import clue

_STORED = (clue.c.patch_no, clue.c.id, clue.c.clue_no, clue.c.division_code)
_DIGEST = clue.c.patch["geometry_digest"].astext.label("geometry_digest")

# One JSON document instead of a list of values: a batch is parsed once, by the server.
_ADD = sa.text("""
INSERT INTO clue_import_row (import_id, row_no, outcome, clue_id, clue_no, patch_no, field, code, facts, warnings, raw)
SELECT :import_id, r.row_no, r.outcome, r.clue_id, r.clue_no, r.patch_no, r.field, r.code, r.facts, r.warnings, r.raw
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
    row_no int, outcome text, clue_id uuid, clue_no text, patch_no text, field text, code text,
    facts jsonb, warnings jsonb, raw jsonb)
""")


@dataclass(frozen=True, slots=True)
class StoredPatch:
    """The clue that a patch number belongs to. geometry_digest: of the shape it came with."""

    clue_id: UUID
    clue_no: str
    division_code: str
    geometry_digest: str | None


def stored_patches(connection: Connection, numbers: Sequence[str]) -> dict[str, StoredPatch]:
    """By patch number, wherever the patch lies."""
    if not numbers:
        return {}
    rows = connection.execute(sa.select(*_STORED, _DIGEST).where(clue.c.patch_no == sa.func.any(list(numbers))))
    return {row.patch_no: StoredPatch(row.id, row.clue_no, row.division_code, row.geometry_digest) for row in rows}


def add(connection: Connection, import_id: UUID, rows: Sequence[ImportRow]) -> None:
    """Keep the outcome of rows, in one statement."""
    connection.execute(_ADD, {"import_id": import_id, "rows": orjson.dumps(rows).decode()})
