"""Every document is owed to those it names and to nobody else, each told once, numbers have no gap (R9, R10)."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from tests.faults.checker.database import Database
from tests.faults.checker.names import COPY_KINDS, DOCUMENT_DRAFTED, DOCUMENT_ISSUED, RECIPIENTS
from tests.faults.checker.report import Findings

_NUMBER = re.compile(r"^(.+)〔(\d{4})〕(\d+)号$")
_FACTS = """
SELECT event_id, type, aggregate_id FROM event_log JOIN log_order USING (event_id) WHERE type = ANY(%s)
"""
_DOCUMENTS = "SELECT id, type, number, state, id IN (SELECT document_id FROM document_press) FROM document"
_TOLD = "SELECT aggregate_id, payload FROM event_log WHERE type = %s"
_RECEIPTS = "SELECT document_id, recipient, line FROM document_receipt ORDER BY document_id, place"
_SERIES = "SELECT series, year, last FROM notice_number"
# Of one recipient each of these is told once, a service of a round once.
_TWICE = """
SELECT type, aggregate_id, payload ->> 'recipient', count(*) FROM event_log
WHERE type LIKE '%%.notify.document-delivered.v_' OR type LIKE '%%.notify.document-opened.v_'
   OR type LIKE '%%.notify.document-signed-for.v_'
GROUP BY 1, 2, 3 HAVING count(*) > 1
UNION ALL
SELECT type, aggregate_id, payload ->> 'recipient' || ' ' || coalesce(payload ->> 'round', payload ->> 'step'), count(*)
FROM event_log
WHERE type LIKE '%%.notify.document-served.v_' OR type LIKE '%%.notify.document-urged.v_'
GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
_RECEIPT_VERSIONS = """
SELECT r.document_id, r.recipient, r.version, 1 + count(e.event_id) FROM document_receipt r
LEFT JOIN event_log e ON e.aggregate_id = r.document_id AND e.aggregate_type = 'document'
                     AND e.payload ->> 'recipient' = r.recipient
GROUP BY 1, 2, 3 HAVING r.version <> 1 + count(e.event_id)
"""
_OUT = ("issued", "delivered", "signed_for", "closed", "withdrawn", "replaced")


def check_notices(cases: Database | None, notify: Database, findings: Findings, poisoned: Collection[str]) -> None:
    """poisoned: objects of cases whose copies may be missing. Without cases what asks for a copy is not judged."""
    documents = notify.rows(_DOCUMENTS)
    drafted = {id_: json.loads(payload) for id_, payload in notify.rows(_TOLD, DOCUMENT_DRAFTED)}
    if cases is not None:
        _check_asked(cases, notify, drafted, findings, poisoned)
    _check_issued(documents, drafted, findings)
    _check_recipients(notify, {row[0]: row[1] for row in documents}, findings)
    _check_numbers(notify, [number for _, _, number, _, _ in documents if number], findings)
    for document, recipient, version, told in notify.rows(_RECEIPT_VERSIONS):
        findings.add("half_written", f"notify: receipt {recipient} of {document} is at {version}, told was {told}")
    for type_, document, recipient, number in notify.rows(_TWICE):
        findings.add("doubled", f"notify: {number} times {type_} of {document} by {recipient}", number - 1)
    findings.looked_at("notices", len(documents))


def _check_asked(
    cases: Database,
    notify: Database,
    drafted: dict[str, dict[str, Any]],
    findings: Findings,
    poisoned: Collection[str],
) -> None:
    """For each fact of article 10 one copy, on its case, and no other."""
    found: dict[str, list[str]] = defaultdict(list)
    for id_, told in drafted.items():
        if told["document_type"] in COPY_KINDS.values():
            found[told["caused_by"]].append(f"{told['document_type']} {id_}")
    for event_id, type_, aggregate in cases.rows(_FACTS, list(COPY_KINDS)):
        copies = found.pop(event_id, [])
        if not copies and aggregate not in poisoned:
            findings.add("lost", f"notify: no {COPY_KINDS[type_]} on {aggregate} ({event_id})")
        if len(copies) > 1:
            findings.add("doubled", f"notify: {copies} on one event {event_id}", len(copies) - 1)
        if copies and not copies[0].startswith(COPY_KINDS[type_]):
            findings.add("phantom", f"notify: {copies[0]} on {type_}")
    superseded = notify.has_table("inbox_superseded")
    for cause, copies in found.items():
        if not (superseded and notify.rows("SELECT 1 FROM inbox_superseded WHERE event_id::text = %s", cause)):
            findings.add("phantom", f"notify: {copies} on an event {cause} that cases has not told", len(copies))


def _check_issued(documents: Iterable[tuple[Any, ...]], drafted: dict[str, dict[str, Any]], findings: Findings) -> None:
    """What a rule issues by itself is out, or waits for the press: nowhere else."""
    for id_, kind, _, state, waits in documents:
        if kind in COPY_KINDS.values() and state not in _OUT and not (state == "approved" and waits):
            findings.add("lost", f"notify: {kind} {id_} is {state} and does not wait for the press")
        if id_ not in drafted:
            findings.add("phantom", f"notify: {kind} {id_} was never drafted")


def _check_recipients(notify: Database, kinds: dict[str, str], findings: Findings) -> None:
    """Receipts are those the document was issued with; a copy of article 10 goes to whom the article names."""
    held: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for document, recipient, line in notify.rows(_RECEIPTS):
        held[document].append((recipient, line))
    by_law = [(recipient, "copy" if place else "main") for place, recipient in enumerate(RECIPIENTS)]
    for document, payload in notify.rows(_TOLD, DOCUMENT_ISSUED):
        issued = json.loads(payload)
        told = [*((name, "main") for name in issued["recipients"]), *((name, "copy") for name in issued["copies"])]
        receipts = held.pop(document, [])
        by_code = [(issued["codes"].get(name), line) for name, line in told]
        if kinds.get(document) in COPY_KINDS.values() and by_code != by_law:
            findings.add("wrong_receiver", f"notify: {document} was issued to {told}, the article says {by_law}")
        _compare(document, told, receipts, findings)
    for document, receipts in held.items():
        findings.add("phantom", f"notify: receipts {receipts} of {document}, which was never issued", len(receipts))
    findings.looked_at("receipts", notify.number("SELECT count(*) FROM document_receipt"))


def _compare(document: str, told: list[tuple[str, str]], receipts: list[tuple[str, str]], findings: Findings) -> None:
    offices = {recipient for recipient, _ in told}
    for recipient, _ in receipts:
        if recipient not in offices:
            findings.add("wrong_receiver", f"notify: {document} has a receipt of {recipient}, to whom it did not go")
    for recipient in offices - {recipient for recipient, _ in receipts}:
        findings.add("lost", f"notify: {document} has no receipt of {recipient}")
    if offices == {recipient for recipient, _ in receipts} and told != receipts:
        findings.add("disagree", f"notify: {document} was issued to {told}, its receipts are {receipts}")


def _check_numbers(notify: Database, numbers: Iterable[str], findings: Findings) -> None:
    """Per series and year 1, 2, 3 … without a gap, none twice, and the counter at the last (domain.md 5.1)."""
    used: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
    for number in numbers:
        if (found := _NUMBER.match(number)) is None:
            findings.add("numbers", f"notify: {number} is no number")
        else:
            used[found[1], int(found[2])][int(found[3])] += 1
    counters = {(series, year): last for series, year, last in notify.rows(_SERIES)}
    for key in used.keys() | counters.keys():
        given, last = used[key], counters.get(key, 0)
        missing = sorted(set(range(1, last + 1)) - set(given))
        twice = sorted(number for number, times in given.items() if times > 1)
        beyond = sorted(number for number in given if number > last)
        if missing or twice or beyond:
            line = f"notify: {key[0]} {key[1]} up to {last}: missing {missing}, twice {twice}, beyond {beyond}"
            findings.add("numbers", line, len(missing) + len(twice) + len(beyond))
