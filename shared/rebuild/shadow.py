"""Tables computed again, each in a temporary table of the same name, and how they differ from the live ones.

PostgreSQL looks for a table in the session's temporary schema first, so the service's own statements fill the
temporary one; `public.` names the live one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from shared.contracts.maintenance import RepairedRow, RowFault

_BATCH = 1000


@dataclass(frozen=True)
class Computed:
    """A table that follows from a log. owner: column with the id of what a row belongs to.

    unkept: columns of which the log says nothing; they are not compared, and keep what they are.
    only: column and value of the rows that are meant, in a table that several projections fill.
    hold: SQL that keeps away who writes such rows without writing what they belong to, in place of a lock on the table.
    """

    table: Table
    owner: str = "id"
    unkept: frozenset[str] = frozenset()
    only: tuple[str, str] | None = None
    hold: str | None = None

    @property
    def keys(self) -> list[str]:
        return [_quoted(column.name) for column in self.table.primary_key]

    @property
    def live(self) -> str:
        """The live rows that are meant, as SQL to select from."""
        name = f"public.{_quoted(self.table.name)}"
        return name if self.only is None else f"(SELECT * FROM {name} WHERE {self.condition})"

    @property
    def condition(self) -> str:
        """Which live rows are meant, as SQL."""
        return "true" if self.only is None else f"{_quoted(self.only[0])} = '{self.only[1]}'"

    @property
    def values(self) -> list[str]:
        """Columns that the log tells, beside the key."""
        keys = {column.name for column in self.table.primary_key}
        names = [column.name for column in self.table.columns if column.name not in keys | self.unkept]
        return [_quoted(name) for name in names]


@dataclass(frozen=True)
class Difference:
    """owner: the id of what the row belongs to."""

    row: RepairedRow
    owner: UUID


class Shadow:
    """The temporary tables of one transaction. owners: of all that is said or done, only rows of these; None: all."""

    def __init__(self, connection: Connection, tables: Sequence[Computed]) -> None:
        self._connection = connection
        self._tables = tables
        for computed in tables:
            name = _quoted(computed.table.name)
            self._run(f"CREATE TEMP TABLE {name} (LIKE public.{name} INCLUDING ALL) ON COMMIT DROP")

    def empty(self) -> None:
        for computed in self._tables:
            self._run(f"TRUNCATE pg_temp.{_quoted(computed.table.name)}")

    def counts(self) -> tuple[int, int]:
        """Rows of the live tables, and of those computed again."""
        live, made = 0, 0
        for computed in self._tables:
            name = _quoted(computed.table.name)
            live += int(self._run(f"SELECT count(*) FROM {computed.live} l").scalar_one())
            made += int(self._run(f"SELECT count(*) FROM pg_temp.{name}").scalar_one())
        return live, made

    def differences(self, owners: Sequence[UUID] | None = None) -> list[Difference]:
        """What is changed, missing or too much in the live tables, in the order of their keys."""
        found: list[Difference] = []
        for computed in self._tables:
            self._run(f"ANALYZE pg_temp.{_quoted(computed.table.name)}")
            found += self._compare(computed, owners)
        return found

    def _compare(self, computed: Computed, owners: Sequence[UUID] | None) -> Iterator[Difference]:
        name, first = _quoted(computed.table.name), computed.keys[0]
        keys = ", ".join(computed.keys)
        owner = f"coalesce(l.{_quoted(computed.owner)}, c.{_quoted(computed.owner)})"
        differing = ", ".join(f"CASE WHEN l.{v} IS DISTINCT FROM c.{v} THEN '{v[1:-1]}' END" for v in computed.values)
        statement = f"""
            SELECT concat_ws('/', {keys}) AS key, {owner} AS owner, l.{first} IS NULL AS missing,
                   c.{first} IS NULL AS extra, array_remove(ARRAY[{differing}]::text[], NULL) AS fields
            FROM {computed.live} l FULL JOIN pg_temp.{name} c USING ({keys})
            WHERE (l.{first} IS NULL OR c.{first} IS NULL OR {_differs(computed)}) AND {_of(owner)}
            ORDER BY {keys}
        """
        rows = self._connection.execute(
            sa.text(statement).execution_options(stream_results=True, yield_per=_BATCH), _owned(owners)
        )
        for row in rows:
            fault = RowFault.MISSING if row.missing else RowFault.EXTRA if row.extra else RowFault.CHANGED
            fields = list(row.fields) if fault is RowFault.CHANGED else []
            yield Difference(RepairedRow(table=computed.table.name, key=row.key, fault=fault, fields=fields), row.owner)

    def put_right(self, owners: Sequence[UUID] | None = None) -> None:
        """Make the live rows those computed again. Tables come parents first: what hangs on them goes before them."""
        for computed in reversed(self._tables):
            name = _quoted(computed.table.name)
            self._run(
                f"DELETE FROM public.{name} l WHERE NOT EXISTS (SELECT 1 FROM pg_temp.{name} c WHERE {_same(computed)})"
                f" AND {computed.condition} AND {_of(f'l.{_quoted(computed.owner)}')}",
                owners,
            )
        for computed in self._tables:
            name = _quoted(computed.table.name)
            changes = ", ".join(f"{value} = c.{value}" for value in computed.values)
            columns = ", ".join([*computed.keys, *computed.values])
            self._run(
                f"UPDATE public.{name} l SET {changes} FROM pg_temp.{name} c "
                f"WHERE {_same(computed)} AND {_differs(computed)}"
            )
            self._run(
                f"INSERT INTO public.{name} ({columns}) SELECT {columns} FROM pg_temp.{name} c "
                f"WHERE NOT EXISTS (SELECT 1 FROM public.{name} l WHERE {_same(computed)})"
            )

    def _run(self, statement: str, owners: Sequence[UUID] | None = None) -> sa.CursorResult[Any]:
        return self._connection.execute(sa.text(statement), _owned(owners) if ":owners" in statement else {})


def _quoted(name: str) -> str:
    return f'"{name}"'


def _same(computed: Computed) -> str:
    return " AND ".join(f"l.{key} = c.{key}" for key in computed.keys)


def _differs(computed: Computed) -> str:
    live, made = (", ".join(f"{side}.{value}" for value in computed.values) for side in ("l", "c"))
    return f"({live}) IS DISTINCT FROM ({made})"


def _of(owner: str) -> str:
    return f"(CAST(:owners AS uuid[]) IS NULL OR {owner} = ANY(CAST(:owners AS uuid[])))"


def _owned(owners: Sequence[UUID] | None) -> dict[str, Any]:
    return {"owners": None if owners is None else [str(owner) for owner in owners]}
