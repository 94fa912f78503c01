"""Every answer that came by package or queue had its effect once, or is parked and had none (R1, R3, R4)."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from tests.faults.checker.database import Database
from tests.faults.checker.names import event
from tests.faults.checker.report import Findings

LOGS = "vendor-*.log"
_FACTS = {"sign": "signed", "accept": "accepted", "decline": "declined", "start": "started", "report": "reported"}
_TYPES = " ".join(f"WHEN '{verb}' THEN '{event('agencies', f'task-{fact}')}'" for verb, fact in _FACTS.items())
_EFFECTS = f"""
SELECT a.id, a.agency, a.answer_id, a.status, a.verb, a.task_id, (
    SELECT count(*) FROM event_log e
    WHERE e.causation_id = a.id::text AND e.aggregate_id = a.task_id AND e.type = CASE a.verb {_TYPES} END)
FROM agency_answer a WHERE a.verb = ANY(%s) AND a.protocol IN ('file_exchange', 'bus_queue')
"""
_FILES = """
SELECT DISTINCT payload ->> 'task_id', payload ->> 'case_id', payload ->> 'file_name', payload ->> 'sha256'
FROM event_log WHERE type = %s
"""
_PIECES = """
SELECT payload ->> 'case_id', payload ->> 'file_name', payload ->> 'sha256' FROM event_log
WHERE type = %s AND payload ->> 'evidence_source' = 'system'
"""
# A file of an answer is told once.
_FILES_TWICE = """
SELECT causation_id, payload ->> 'file_name', payload ->> 'sha256', count(*) FROM event_log WHERE type = %s
GROUP BY 1, 2, 3 HAVING count(*) > 1
"""


def check_answers(agencies: Database, said: Path | None, findings: Findings, poisoned: Collection[str]) -> None:
    """said: folder of the logs in which agencies' systems write what they heard; None: nobody wrote it down."""
    facts = " ".join(
        f"WHEN a.verb = '{verb}' THEN '{event('agencies', f'task-{fact}')}'" for verb, fact in _FACTS.items()
    )
    rows = agencies.rows(_EFFECTS.format(facts=facts), list(_FACTS))
    done: set[tuple[str, str]] = set()
    for id_, agency, answer_id, status, verb, task, number in rows:
        if str(task) in poisoned:
            continue
        label = f"agencies: answer {answer_id} of {agency} ({id_}), {status}"
        if status == "taken":
            done.add((str(task), verb))
            if number == 0:
                findings.add("lost", f"{label}: nothing is told of it")
            elif number > 1:
                findings.add("doubled", f"{label}: told {number} times", number - 1)
        elif number:
            findings.add("phantom", f"{label}: told {number} times all the same", number)
    for cause, name, sha256, number in agencies.rows(_FILES_TWICE, event("agencies", "task-attachment-handed-in")):
        findings.add("doubled", f"agencies: file {name} ({sha256}) of {cause} was told {number} times", number - 1)
    for task, verb in sorted(set(_heard(said)) - done):
        if task not in poisoned:
            findings.add("lost", f"agencies: {verb} of task {task} got a receipt, and there is nothing of it")
    findings.looked_at("answers", len(rows))


def check_handed_in(agencies: Database, cases: Database, findings: Findings, poisoned: Collection[str]) -> None:
    """What came with answers is evidence of the case, each file of a task once, however often it came."""
    files = agencies.rows(_FILES, event("agencies", "task-attachment-handed-in"))
    owed = Counter((case, name, sha256) for task, case, name, sha256 in files if task not in poisoned)
    made = Counter(cases.rows(_PIECES, event("cases", "evidence-added")))
    for one in sorted(owed.keys() | made.keys()):
        if (number := owed[one] - made[one]) > 0:
            findings.add("lost", f"cases: {one} was handed in and is no evidence", number)
        elif number < 0 and one in owed:
            findings.add("doubled", f"cases: {one} is evidence {made[one]} times", -number)
    findings.looked_at("handed_in", len(files))


def _heard(folder: Path | None) -> Iterator[tuple[str, str]]:
    """Task and verb of what a system was told to be done."""
    for file in sorted(folder.glob(LOGS)) if folder else ():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("{") and line.endswith("}"):
                told = json.loads(line)
                if told.get("step") in _FACTS:
                    yield str(told["task"]), str(told["step"])
