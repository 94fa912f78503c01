"""Imports of satellite patches: command, queries, views."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import (
    Command,
    GetOne,
    Instant,
    Int,
    ListQuery,
    Sha256,
    ShortText,
    View,
)
from shared.contracts.codes import PositionCrs


class StartClueImport(Command, on="clue_import", verb="start"):
    """Import a stored file of satellite patches. The gateway stored it by digest before it sent this."""

    crs: PositionCrs | None = Field(
        None, description="of degrees in the file, where it does not say so itself; kept in CGCS2000"
    )
    file_sha256: Sha256
    file_name: ShortText
    size_bytes: Annotated[Int, Field(ge=1)]


class ImportWarning(View):
    """Something that was read otherwise than the file declares."""

    code: str
    facts: dict[str, Any]


class ClueImportView(View):
    id: UUID
    state: Literal["queued", "running", "finished", "refused"]
    file_name: str
    file_sha256: str
    requested_at: Instant
    finished_at: Instant | None
    rows_total: int | None
    rows_done: int
    rows_created: int
    rows_known: int = Field(description="already imported before: nothing new was made")
    rows_rejected: int
    crs: str | None = Field(description="of the file, as used: EPSG:n, GCJ-02, BD-09; all is kept in EPSG:4490")
    encoding: str | None
    sample: dict[str, str] | None = Field(description="Chinese text as read, by column: shows the encoding")
    warnings: list[ImportWarning] = Field(description="what a person should check about the whole file")
    completeness: dict[str, Any] | None = Field(
        None, description="columns, parents and children, sums: what the file holds and lacks"
    )
    problem: dict[str, Any] | None = Field(description="why the whole file was refused: code, field, facts")


class ImportRowView(View):
    row_no: int
    outcome: Literal["created", "known", "rejected"]
    clue_id: UUID | None
    clue_no: str | None
    patch_no: str | None
    field: str | None
    code: str | None
    facts: dict[str, Any]
    warnings: list[str]


class GetClueImport(GetOne, operation="clue_import.get"):
    pass


class ListImportRows(ListQuery, operation="clue_import.rows"):
    """Rows in file order."""

    id: UUID
    outcome: Literal["created", "known", "rejected"] | None = None
