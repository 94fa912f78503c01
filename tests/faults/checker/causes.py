"""Nothing without a cause, nothing twice from one: the causation of every event (R1, R4)."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from tests.faults.checker.database import Database
from tests.faults.checker.memory import Memory
from tests.faults.checker.report import Findings

_TOLD = """
SELECT o.position, e.event_id, e.type, e.aggregate_id, e.causation_id FROM log_order o JOIN event_log e USING (event_id)
WHERE o.position > %s ORDER BY o.position
"""
# What comes with one answer is told a file an event (checker/answers.py).
# What a document is to each of its recipients is told a recipient an event (checker/notices.py).
# A delivery that a person has tried again, or an address that was put right, may tell these again for the same cause.
_DOUBLED = """
SELECT causation_id, type, aggregate_id, count(*) FROM event_log
WHERE causation_id IS NOT NULL AND type NOT LIKE '%%-delivery-exhausted.v_' AND type NOT LIKE '%%-endpoint-disabled.v_'
  AND type NOT LIKE '%%-endpoint-failing.v_' AND type NOT LIKE '%%-endpoint-recovered.v_'
  AND type NOT LIKE '%%-message-delivered.v_' AND type NOT LIKE '%%-attachment-handed-in.v_'
  AND type NOT LIKE '%%.document-served.v_' AND type NOT LIKE '%%.document-delivered.v_'
  AND type NOT LIKE '%%.document-urged.v_'
GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
_EVENTS = "SELECT event_id FROM event_log WHERE event_id = ANY(%s::uuid[])"
_SUPERSEDED = "SELECT event_id FROM inbox_superseded WHERE event_id = ANY(%s::uuid[])"
# A step of a ladder is raised once of one end of a clock.
_RAISED_TWICE = """
SELECT aggregate_id, payload->>'step', payload->>'due_on', count(*) FROM event_log WHERE type = %s
GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
_CLOCKS = "SELECT id FROM deadline WHERE id = ANY(%s::uuid[])"
_ROWS = 'SELECT id FROM "{table}" WHERE id = ANY(%s::uuid[])'

# Ids of these rows are causes of what a sender or worker found out, or a receiver took.
_CAUSING_TABLES = ("delivery", "document", "clue_import", "evidence", "proof_bundle", "agency_answer")
# What the gateway records by itself when something was shown or chains were signed, what comparing all clues finds,
# who is urged and which bulletin is due because time has passed: no key, no cause.
_BY_ITSELF = (
    "tianwei.agencies.task-delivered.v1",
    "tianwei.agencies.task-message-delivered.v1",
    "tianwei.notify.document-delivered.v1",
    "tianwei.notify.document-opened.v1",
    "tianwei.notify.document-urged.v1",
    "tianwei.notify.bulletin-due.v1",
    "tianwei.notify.audit-checkpoint-kept.v1",
    "tianwei.cases.clue-duplicate-proposed.v1",
)
# What the passing of time causes: an alarm of a clock that there is.
_BY_TIME = "tianwei.cases.deadline-alarm-raised.v1"


def check_twice(database: Database, findings: Findings) -> None:
    """One cause tells the same fact of the same object once."""
    for cause, type_, aggregate, number in database.rows(_DOUBLED):
        line = f"{database.name}: {number} times {type_} of {aggregate} from {cause}"
        findings.add("doubled", line, number - 1)
    for clock, step, due_on, number in database.rows(_RAISED_TWICE, _BY_TIME):
        findings.add(
            "doubled", f"{database.name}: step {step} of clock {clock}, due {due_on}, {number} times", number - 1
        )


def check_causes(
    databases: Mapping[str, Database],
    findings: Findings,
    memory: Memory,
    keys: Collection[str],
    poisoned: Collection[str] = frozenset(),
) -> None:
    """Every event above memory has a cause that exists: a command, an event, a delivery or an import.

    keys: of all commands that were ever tried.
    """
    for database in databases.values():
        _check_service(database, list(databases.values()), findings, memory, keys, poisoned)


def _check_service(
    database: Database,
    everywhere: Sequence[Database],
    findings: Findings,
    memory: Memory,
    keys: Collection[str],
    poisoned: Collection[str],
) -> None:
    told = database.rows(_TOLD, memory.causes.get(database.name, 0))
    unknown = {row[4] for row in told if row[4] is not None} - set(keys) - memory.known_causes
    known = _existing(unknown, database, everywhere)
    alarmed = {str(row[3]) for row in told if row[2] == _BY_TIME}
    clocks = {str(row[0]) for row in database.rows(_CLOCKS, sorted(alarmed))} if alarmed else set()
    for position, event_id, type_, aggregate, cause in told:
        if aggregate in poisoned or ".dead-letter-" in type_:
            continue
        if type_ == _BY_TIME:
            if str(aggregate) not in clocks:
                findings.add("phantom", f"{database.name}: {type_} at {position} is of clock {aggregate}, which is not")
        elif cause is None and type_ not in _BY_ITSELF:
            findings.add("phantom", f"{database.name}: {type_} at {position} ({event_id}) has no cause")
        elif cause in unknown and cause not in known:
            findings.add("phantom", f"{database.name}: {type_} at {position} comes from {cause}, which nobody knows")
    memory.known_causes |= known
    if told:
        memory.causes[database.name] = told[-1][0]
    findings.looked_at("causes", len(told))


def _existing(causes: Collection[str], database: Database, everywhere: Sequence[Database]) -> set[str]:
    """Those of the causes that are an event of any log, or a row of the service's own that acts."""
    ids = [cause for cause in causes if _is_uuid(cause)]
    if not ids:
        return set()
    found: set[str] = set()
    for other in everywhere:
        found |= {row[0] for row in other.rows(_EVENTS, ids)}
    if database.has_table("inbox_superseded"):
        found |= {row[0] for row in database.rows(_SUPERSEDED, ids)}
    for table in _CAUSING_TABLES:
        if database.has_table(table):
            found |= {row[0] for row in database.rows(_ROWS.format(table=table), ids)}
    return found


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
