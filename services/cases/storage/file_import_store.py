"""Saves the end of a file's import; what comes before is progress that a worker counts, not state that events tell."""

from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.engine import RowMapping

from services.cases.domain.file_import import FileImport, ImportState

Import = TypeVar("Import", bound=FileImport[Any])

_SAME = ("id", "version", "file_name", "file_sha256", "rows_created", "rows_known", "rows_rejected", "finished_at")


class FileImportStore(Generic[Import]):
    """more: columns that only this kind of import has."""

    def __init__(self, table: Table, kind: type[Import], *more: str) -> None:
        self._table, self._kind, self._names = table, kind, (*_SAME, *more)

    def from_row(self, row: RowMapping) -> Import:
        told = {name: row[name] for name in self._names}
        return self._kind(state=ImportState(row["state"]), jurisdiction=row["division_code"], **told)

    def save(self, connection: Connection, aggregate: Import, stored_version: int) -> None:
        """The row is locked by its worker."""
        ended: dict[str, Any] = {"lease_token": None, "lease_until": None, "finished_at": aggregate.finished_at}
        c = self._table.c
        connection.execute(
            sa.update(self._table)
            .where(c.id == aggregate.id, c.version == stored_version)
            .values(state=aggregate.state.value, version=aggregate.version, **ended)
        )
