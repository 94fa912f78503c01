"""A list as a spreadsheet shows it, page by page."""

from shared.contracts.base import View


class SheetPage(View):
    """headings: the same on every page. An empty cell is null."""

    headings: list[str]
    rows: list[list[str | float | int | None]]
    next_cursor: str | None = None
