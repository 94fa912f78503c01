"""Taking over a county's existing cases from a spreadsheet: command, queries, views."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Command, GetOne, Instant, Int, ListQuery, Sha256, ShortText, View

RowOutcomeName = Literal["created", "acceptable", "known", "rejected"]


class StartCaseImport(Command, on="case_import", verb="start"):
    """Take over cases from a stored spreadsheet. The gateway stored it by digest before it sent this."""

    file_sha256: Sha256
    file_name: ShortText
    size_bytes: Annotated[Int, Field(ge=1)]
    dry_run: bool = Field(False, description="only say of every row what would become of it")


class CaseImportView(View):
    id: UUID
    state: Literal["queued", "running", "finished", "refused"]
    dry_run: bool
    file_name: str
    file_sha256: str
    requested_at: Instant
    finished_at: Instant | None
    rows_total: int | None
    rows_done: int
    rows_created: int = Field(description="taken over; in a dry run: would be")
    rows_known: int = Field(description="taken over before: nothing new was made")
    rows_rejected: int
    problem: dict[str, Any] | None = Field(description="why the whole file was refused: code, field, facts")


class CaseImportRowView(View):
    row_no: int = Field(description="as the spreadsheet counts it, the heading included")
    outcome: RowOutcomeName
    old_no: str | None
    case_id: UUID | None
    case_no: str | None
    field: str | None = Field(description="heading of the column that is wrong")
    code: str | None
    facts: dict[str, Any]


class GetCaseImport(GetOne, operation="case_import.get"):
    pass


class ListCaseImportRows(ListQuery, operation="case_import.rows"):
    """Rows in file order."""

    id: UUID
    outcome: RowOutcomeName | None = None
