"""The second wall: what PostgreSQL itself lets a transaction see and write, whatever a query forgot.

Every transaction says who stands behind it, in settings that end with it; row-level policies compare rows with them.
Who says nothing sees nothing. The settings of a principal are made by a service's wall (shared/standing.py), which puts
up the policies as well (storage/wall.py of each); here is what all of them share. The conditions of storage/scope.py
stay the first wall and are narrower. A wall is no shield against SQL that an attacker writes: he could say he were
somebody else.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

NOBODY = "-"
"""A setting that no code, name or division begins with."""
_OPTION = "tianwei_stands_for"

Facts = Mapping[str, str]
"""Settings of a transaction without their prefix `tianwei.`:

by: the account, or internal:<process>. place: prefix of the divisions within which rows lie at all; whole: on where all
of them are shown. house: on for what the house does by itself. township: the division whose rows a township sees.
A service adds its own.
"""


def internal(name: str) -> Facts:
    """What a process of the house says that acts for no principal: relays, feeds, schedulers, workers, senders."""
    return {"by": f"internal:{name}", "house": "on", "whole": "on"}


# ---- connections -----------------------------------------------------------------------------------------------------


def stands_at_begin(engine: Engine) -> None:
    """Let transactions of an engine say at their begin what its or their connection's options hold."""
    sa.event.listen(engine, "begin", _say)


def acting(engine: Engine, facts: Facts) -> Engine:
    """The engine, of whose transactions each says this."""
    return engine.execution_options(**{_OPTION: dict(facts)})


def unnamed(engine: Engine) -> Engine:
    """The engine, of whose transactions none says anything: they see nothing until stand() has been called."""
    return engine.execution_options(**{_OPTION: {}})


def stand(connection: Connection, facts: Facts) -> None:
    """What the next transactions of this connection say; before they begin."""
    connection.execution_options(**{_OPTION: dict(facts)})


def _say(connection: Connection) -> None:
    facts = connection.get_execution_options().get(_OPTION)
    if facts:
        calls = ", ".join(f"set_config('tianwei.{name}', %s, true)" for name in facts)
        connection.exec_driver_sql(f"SELECT {calls}", tuple(facts.values()))


# ---- policies --------------------------------------------------------------------------------------------------------

HOUSE = "current_setting('tianwei.house', true) = 'on'"
# Said as "is not off": the planner takes a comparison of two unknown things to hold for one row in two hundred when it
# asks for equality, and then sorts what it should read in order; of inequality it takes the contrary. Nothing said is
# null, and shows nothing.
WHOLE = "nullif(current_setting('tianwei.whole', true), '') <> 'off'"


def said(name: str) -> str:
    """A setting of the transaction, in SQL; null or empty where nothing is said."""
    return f"current_setting('tianwei.{name}', true)"


def lies_within(column: str) -> str:
    """A row lies where the principal may see rows at all.

    starts_with leaks nothing, so that it may be asked first, and the planner knows how many rows a prefix has, so that
    it keeps the index that a list's order asks for. An empty prefix, which is what is left of a setting, is none.
    """
    return f"({HOUSE} OR starts_with({column}, nullif({said('place')}, '')))"


def in_township(column: str) -> str:
    return f"starts_with({column}, {said('township')})"


def any_of(*conditions: str) -> str:
    return "(" + " OR ".join(conditions) + ")"


def build(connection: Connection, table: str, *, seen: str, written: str | None = None) -> None:
    """Put up the wall of one table, or put it up anew. seen: which rows exist; written: which may be added or left.

    The owner of the tables, who migrates them, is not held by it; the run-time role is (shared/migration.py). A table
    that a later migration makes has none yet: that migration puts up the walls again.
    """
    if connection.exec_driver_sql("SELECT to_regclass(%s)", (table,)).scalar_one() is None:
        return
    connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    connection.exec_driver_sql(f"DROP POLICY IF EXISTS tianwei_wall ON {table}")
    _policy(connection, table, f"USING ({seen}) WITH CHECK ({written or seen})")


def build_kernel(connection: Connection) -> None:
    """Of the kernel's tables those with what things say: the log, and the answers that were given to commands."""
    build(connection, "event_log", seen=lies_within("audience"), written="true")
    build(connection, "idempotency", seen=any_of(HOUSE, f"principal = {said('by')}"))


def walled(connection: Connection) -> set[str]:
    """Names of the tables that have a wall."""
    rows = connection.exec_driver_sql("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
    return {str(row[0]) for row in rows}


def _policy(connection: Connection, table: str, rule: str) -> None:
    connection.exec_driver_sql(f"CREATE POLICY tianwei_wall ON {table} {rule}".replace("%", "%%"))


class RoleTooStrong(Exception):
    """The run-time role would stand above the wall."""


def require_held(connection: Connection, role: str, tables: Iterable[str]) -> None:
    """Raises RoleTooStrong for a run-time role that no policy holds: superuser, BYPASSRLS, owner of a walled table."""
    found = connection.execute(
        sa.text(
            "SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM pg_class c WHERE c.relname = ANY(:tables)"
            " AND c.relkind = 'r' AND pg_has_role(r.oid, c.relowner, 'USAGE')) FROM pg_roles r WHERE r.rolname = :role"
        ),
        {"role": role, "tables": sorted(tables)},
    ).scalar_one_or_none()
    if found:
        raise RoleTooStrong(f"{role}: superuser, BYPASSRLS or owner of the tables; policies would not hold it")
