"""Working lists as rows of a spreadsheet, page by page."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Audited
from shared.contracts.work import ListWork


class ExportWork(ListWork, operation="work.export", audited=Audited.EXPORT):
    """A working list as a spreadsheet: the rows of the list that the caller may see, in its order."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 500
