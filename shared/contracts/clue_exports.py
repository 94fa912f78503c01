"""Clues in the column order of the upper system (domain.md 7.6), page by page."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import Audited, View
from shared.contracts.clues import ClueFilter

Cell = str | float | int | None


class ExportClues(ClueFilter, operation="clue.export", audited=Audited.EXPORT):
    """Clues as rows of the upper system's table, newest first."""

    layout: Literal["working_table", "shapefile_fields"] = Field(
        "working_table", description="the ministry's working table, or the fields of the classic Shapefile"
    )
    limit: Annotated[int, Field(ge=1, le=1000)] = 500


class ExportPage(View):
    """headings: the same on every page. An empty cell is null."""

    headings: list[str]
    rows: list[list[Cell]]
    next_cursor: str | None = None
