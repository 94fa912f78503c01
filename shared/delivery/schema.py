"""Kernel tables in a migration: create them, make the logs append-only, give the service role its rights."""

from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.audit.schema import grant_audit
from shared.audit.tables import APPEND_ONLY as AUDIT_APPEND_ONLY
from shared.delivery.log import GENESIS
from shared.delivery.tables import APPEND_ONLY, KERNEL, log_head

_REFUSE = """
CREATE OR REPLACE FUNCTION tianwei_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# What a unit of work writes at its end: its events in order, each with its place in the queue of the sequencer, and,
# with a key, the command's answer.
_TELL = """
CREATE FUNCTION tianwei_tell(
    rows jsonb, by_actor text, by_name text, correlation text, causation text, at timestamptz,
    answer_principal text, answer_key text, answer_request_hash text, answer jsonb
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_log (event_id, type, schema_version, aggregate_type, aggregate_id, aggregate_seq,
                           audience, actor, actor_name, correlation_id, causation_id, occurred_at, payload)
    SELECT e.event_id, e.type, e.schema_version, e.aggregate_type, e.aggregate_id, e.aggregate_seq,
           e.audience, by_actor, by_name, correlation, causation, at, e.payload
    FROM jsonb_to_recordset(rows) AS e(
        event_id uuid, type text, schema_version int, aggregate_type text, aggregate_id uuid, aggregate_seq int,
        audience text, payload jsonb);
    INSERT INTO outbox (event_id)
    SELECT CAST(told.event ->> 'event_id' AS uuid)
    FROM jsonb_array_elements(rows) WITH ORDINALITY AS told(event, place)
    ORDER BY told.place;
    IF answer_key IS NOT NULL THEN
        INSERT INTO idempotency (principal, key, request_hash, response)
        VALUES (answer_principal, answer_key, answer_request_hash, answer);
    END IF;
END $$;
"""

_DATABASE = sa.text("SELECT current_database()")


def create_kernel(connection: Connection) -> None:
    """Create the kernel's tables and triggers and an empty log with a fresh log_id."""
    KERNEL.create_all(connection)
    create_append_only_function(connection)
    connection.execute(sa.text(_TELL))
    for table in APPEND_ONLY:
        make_append_only(connection, table.name)
    connection.execute(sa.insert(log_head).values(id=1, log_id=uuid4(), position=0, hash=GENESIS, published=0))


def create_append_only_function(connection: Connection) -> None:
    """Once a database, before make_append_only()."""
    connection.execute(sa.text(_REFUSE))


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
    append_only = {table.name for table in (*APPEND_ONLY, *AUDIT_APPEND_ONLY)}
    database = connection.dialect.identifier_preparer.quote(connection.execute(_DATABASE).scalar_one())
    # Projections are computed again in temporary tables (shared/rebuild).
    connection.execute(sa.text(f"GRANT TEMPORARY ON DATABASE {database} TO {quoted}"))
    connection.execute(sa.text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    for name in sa.inspect(connection).get_table_names():
        rights = "SELECT, INSERT" if name in append_only else "SELECT, INSERT, UPDATE, DELETE"
        connection.execute(sa.text(f'GRANT {rights} ON "{name}" TO {quoted}'))
    connection.execute(sa.text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    grant_audit(connection, quoted)
