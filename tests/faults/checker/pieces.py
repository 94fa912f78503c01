"""Every piece of evidence is examined or waits for it, and is told of once (R1, R4)."""

from tests.faults.checker.database import Database
from tests.faults.checker.report import Findings

WAITING = "SELECT count(*) FROM evidence_examination"
_LOST = """
SELECT id FROM evidence e WHERE state = 'unexamined'
AND NOT EXISTS (SELECT FROM evidence_examination x WHERE x.id = e.id)
"""
_HALF = """
SELECT x.id, e.state FROM evidence_examination x LEFT JOIN evidence e ON e.id = x.id
WHERE e.state IS DISTINCT FROM 'unexamined'
"""
_TWICE = """
SELECT aggregate_id, count(*) FROM event_log
WHERE type IN ('tianwei.cases.evidence-examined.v1', 'tianwei.cases.evidence-quarantined.v1')
GROUP BY 1 HAVING count(*) > 1
"""


def check_pieces(database: Database, findings: Findings) -> None:
    """Nothing waits that nobody will take up; nothing is taken up that has ended; nothing is examined twice."""
    if not database.has_table("evidence_examination"):
        return
    for (id_,) in database.rows(_LOST):
        findings.add("lost", f"{database.name}: evidence {id_} was never examined, and no worker will")
    for id_, state in database.rows(_HALF):
        findings.add("half_written", f"{database.name}: evidence {id_} is {state}, and waits for its examination")
    for id_, number in database.rows(_TWICE):
        findings.add("doubled", f"{database.name}: evidence {id_} was examined {number} times", number - 1)
    findings.looked_at("evidence", database.number("SELECT count(*) FROM evidence"))
