"""Every object is at its last event: no state without its events, none beside them (R1)."""

from collections.abc import Mapping

from tests.faults.checker.database import Database
from tests.faults.checker.names import Kept
from tests.faults.checker.report import Findings

_VERSIONS = """
SELECT coalesce(t.id, e.id), t.version, e.last FROM (SELECT id, version FROM "{table}") t
FULL JOIN (
    SELECT aggregate_id AS id, max(aggregate_seq) AS last FROM event_log WHERE aggregate_type = %s GROUP BY 1
) e ON e.id = t.id
WHERE t.version IS DISTINCT FROM e.last
"""


def check_objects(database: Database, objects: Mapping[str, Kept], findings: Findings) -> None:
    """objects: aggregate type -> its table."""
    for kind, kept in objects.items():
        if not database.has_table(kept.table):
            continue
        for id_, version, last in database.rows(_VERSIONS.format(table=kept.table), kind):
            if kept.silent and (version, last) == (0, None):
                continue
            findings.add("half_written", f"{database.name}: {kind} {id_} is at {version}, its last event is {last}")
        findings.looked_at("objects", database.number(f'SELECT count(*) FROM "{kept.table}"'))
