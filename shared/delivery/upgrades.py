"""Changes of the kernel's tables since their first release, each for a revision of every service.

A new database is made by `create_kernel` as the tables are today; there every step finds its work done. So each step
may only add what is missing.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from shared.delivery.schema import make_append_only
from shared.delivery.tables import KERNEL, dead_letter, inbox_superseded

_NUMBERED_IN = """
DO $$
BEGIN
    EXECUTE format('ALTER TABLE log_order ADD COLUMN log_id uuid NOT NULL DEFAULT %L',
                   (SELECT log_id FROM log_head WHERE id = 1));
    ALTER TABLE log_order ALTER COLUMN log_id DROP DEFAULT;
END $$
"""
_ACCEPTING = """
ALTER TABLE feed_cursor DROP CONSTRAINT IF EXISTS feed_cursor_state_check;
"""
# Trouble of the first release becomes entries of the register; nobody was told of it by an event (version 0).
_PARKED = """
ALTER TABLE parked ADD COLUMN dead_letter_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
ALTER TABLE parked ALTER COLUMN dead_letter_id DROP DEFAULT;
INSERT INTO dead_letter (id, version, jurisdiction, kind, status, reason, error, tries, producer, position, event_type,
                         subject_id, opened_at)
SELECT dead_letter_id, 0, envelope ->> 'jurisdiction', 'parked_event', 'open', reason, NULL, tries, producer, position,
       type, aggregate_id, at
FROM parked WHERE status = 'open';
"""
_REFUSED = """
INSERT INTO dead_letter (id, version, jurisdiction, kind, status, reason, tries, times, producer, opened_at, last_at,
                         excerpt)
SELECT gen_random_uuid(), 0, '000000000000', 'refused_message', 'open', 'unreadable', 0, count(*), producer, min(at),
       max(at), (array_agg(excerpt ORDER BY id DESC))[1]
FROM refused_message GROUP BY producer;
DROP TABLE refused_message;
"""


def add_dead_letters(connection: Connection) -> None:
    """The register of dead letters, the log's identity beside each position, and the way out of a fork."""
    KERNEL.create_all(connection, tables=[dead_letter])
    known = sa.inspect(connection)
    if not known.has_table(inbox_superseded.name):
        KERNEL.create_all(connection, tables=[inbox_superseded])
        make_append_only(connection, inbox_superseded.name)
    if "log_id" not in _columns(connection, "log_order"):
        connection.execute(sa.text(_NUMBERED_IN))
    connection.execute(sa.text(_ACCEPTING))
    if "dead_letter_id" not in _columns(connection, "parked"):
        connection.execute(sa.text(_PARKED))
    if known.has_table("refused_message"):
        connection.execute(sa.text(_REFUSED))


def _columns(connection: Connection, table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(connection).get_columns(table)}
