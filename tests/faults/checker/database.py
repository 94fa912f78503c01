"""A service's database, read in one snapshot. Nothing is ever written."""

import re
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

import psycopg2
import psycopg2.extensions

APPLICATION = "tianwei-checker"
_OPTIONS = (
    "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read "
    "-c statement_timeout=60s -c timezone=UTC -c jit=off"
)
_DRIVER = re.compile(r"^postgresql\+\w+:")

Row = tuple[Any, ...]


def libpq(dsn: str) -> str:
    """A SQLAlchemy URL, a libpq URI or a libpq keyword text as what libpq takes."""
    return _DRIVER.sub("postgresql:", dsn)


class Database:
    """One connection in one read-only transaction: everything asked is of the same moment.

    name: of the service, as logs and cursors have it.
    """

    def __init__(self, name: str, dsn: str) -> None:
        self.name = name
        self._connection: psycopg2.extensions.connection = psycopg2.connect(
            libpq(dsn), application_name=APPLICATION, options=_OPTIONS, connect_timeout=10
        )
        with self._connection.cursor() as cursor:
            # Text: the checker decodes JSON itself, and compares identifiers as they are written.
            for oid, kind in ((114, "JSON"), (3802, "JSONB"), (2950, "UUID")):
                as_text = psycopg2.extensions.new_type((oid,), kind, psycopg2.extensions.UNICODE)
                psycopg2.extensions.register_type(as_text, self._connection)
            cursor.execute("SELECT 1")

    def rows(self, query: str, *values: Any) -> list[Row]:
        """values: one for each %s."""
        with self._connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())

    def row(self, query: str, *values: Any) -> Row:
        """The only row."""
        (found,) = self.rows(query, *values)
        return found

    def number(self, query: str, *values: Any) -> int:
        """The only value, as a number; 0 for NULL."""
        return int(self.row(query, *values)[0] or 0)

    def stream(self, query: str, *values: Any) -> Iterator[Row]:
        """Rows as they come, without holding all of them."""
        with self._connection.cursor("checker_stream") as cursor:
            cursor.itersize = 2000
            cursor.execute(query, values)
            yield from cursor

    def has_table(self, table: str) -> bool:
        return bool(self.number("SELECT count(*) FROM pg_class WHERE oid = to_regclass(%s)", f'public."{table}"'))

    def has_column(self, table: str, column: str) -> bool:
        return bool(
            self.number(
                "SELECT count(*) FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name = %s AND column_name = %s",
                table,
                column,
            )
        )

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def among(values: Sequence[str]) -> list[str]:
    """For `= ANY(%s::uuid[])` and `= ANY(%s::text[])`."""
    return list(values)
