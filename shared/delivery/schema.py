"""Kernel tables in a migration: create them, make the logs append-only, give the service role its rights."""

from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.delivery.log import GENESIS
from shared.delivery.tables import APPEND_ONLY, KERNEL, log_head

_REFUSE = """
CREATE FUNCTION tianwei_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def create_kernel(connection: Connection) -> None:
    """Create the kernel's tables and triggers and an empty log with a fresh log_id."""
    KERNEL.create_all(connection)
    connection.execute(sa.text(_REFUSE))
    for table in APPEND_ONLY:
        make_append_only(connection, table.name)
    connection.execute(sa.insert(log_head).values(id=1, log_id=uuid4(), position=0, hash=GENESIS, published=0))


def make_append_only(connection: Connection, table: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE by trigger, whoever asks."""
    connection.execute(
        sa.text(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION tianwei_append_only()"
        )
    )


def grant_to_service(connection: Connection, role: str) -> None:
    """Give the run-time role what it needs on every table of the schema, and no more. Safe to repeat.

    role: an existing role; the owner itself needs no grant.
    """
    quoted = connection.dialect.identifier_preparer.quote(role)
    append_only = {table.name for table in APPEND_ONLY}
    connection.execute(sa.text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    for name in sa.inspect(connection).get_table_names():
        rights = "SELECT, INSERT" if name in append_only else "SELECT, INSERT, UPDATE, DELETE"
        connection.execute(sa.text(f'GRANT {rights} ON "{name}" TO {quoted}'))
    connection.execute(sa.text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
