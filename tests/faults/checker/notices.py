"""Every notice is owed to its recipients and to nobody else, each told once, under numbers without a gap (R9, R10)."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from tests.faults.checker.database import Database
from tests.faults.checker.names import COPY_KINDS, NOTICE_ISSUED, RECIPIENTS
from tests.faults.checker.report import Findings

_NUMBER = re.compile(r"^(.+)〔(\d{4})〕(\d+)号$")
_FACTS = """
SELECT event_id, type, aggregate_id FROM event_log JOIN log_order USING (event_id) WHERE type = ANY(%s)
"""
_DOCUMENTS = "SELECT number FROM document WHERE number IS NOT NULL"
_NOTICES = "SELECT id, kind, notice_no, caused_by FROM notice"
_TOLD = "SELECT aggregate_id, payload FROM event_log WHERE type = %s"
_RECEIPTS = "SELECT notice_id, recipient, line FROM notice_receipt ORDER BY notice_id, place"
_SERIES = "SELECT series, year, last FROM notice_number"
_TWICE = """
SELECT type, aggregate_id, payload ->> 'recipient', count(*) FROM event_log
WHERE type LIKE '%%.notify.notice-delivered.v_' OR type LIKE '%%.notify.notice-signed.v_'
GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
_RECEIPT_VERSIONS = """
SELECT r.notice_id, r.recipient, r.version, 1 + count(e.event_id) FROM notice_receipt r
LEFT JOIN event_log e ON e.aggregate_id = r.notice_id AND e.aggregate_type = 'notice'
                     AND e.payload ->> 'recipient' = r.recipient
GROUP BY 1, 2, 3 HAVING r.version <> 1 + count(e.event_id)
"""


def check_notices(cases: Database | None, notify: Database, findings: Findings, poisoned: Collection[str]) -> None:
    """poisoned: objects of cases whose notices may be missing. Without cases what asks for a notice is not judged."""
    notices = notify.rows(_NOTICES)
    if cases is not None:
        _check_asked(cases, notify, notices, findings, poisoned)
    _check_recipients(notify, {row[0]: row[1] for row in notices}, findings)
    documents = [number for (number,) in notify.rows(_DOCUMENTS)]
    _check_numbers(notify, [*(row[2] for row in notices), *documents], findings)
    for notice, recipient, version, told in notify.rows(_RECEIPT_VERSIONS):
        findings.add("half_written", f"notify: receipt {recipient} of {notice} is at {version}, told was {told}")
    for type_, notice, recipient, number in notify.rows(_TWICE):
        findings.add("doubled", f"notify: {number} times {type_} of {notice} by {recipient}", number - 1)
    findings.looked_at("notices", len(notices))


def _check_asked(
    cases: Database,
    notify: Database,
    notices: Iterable[tuple[Any, ...]],
    findings: Findings,
    poisoned: Collection[str],
) -> None:
    """For each fact of article 10 one notice, on its case, and no other copy."""
    found: dict[str, list[str]] = defaultdict(list)
    for id_, kind, _, cause in notices:
        if kind in COPY_KINDS.values():
            found[cause].append(f"{kind} {id_}")
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


def _check_recipients(notify: Database, kinds: dict[str, str], findings: Findings) -> None:
    """Receipts are those the notice was issued with; a copy of article 10 goes to whom the article names."""
    held: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for notice, recipient, line in notify.rows(_RECEIPTS):
        held[notice].append((recipient, line))
    by_law = [(recipient, "copy" if place else "main") for place, recipient in enumerate(RECIPIENTS)]
    for notice, payload in notify.rows(_TOLD, NOTICE_ISSUED):
        told = [(line["recipient"], line["line"]) for line in json.loads(payload)["recipients"]]
        receipts = held.pop(notice, [])
        if kinds.get(notice) in COPY_KINDS.values() and told != by_law:
            findings.add("wrong_receiver", f"notify: {notice} was issued to {told}, the article says {by_law}")
        _compare(notice, told, receipts, findings)
    for notice, receipts in held.items():
        findings.add("phantom", f"notify: receipts {receipts} of {notice}, which was never issued", len(receipts))
    findings.looked_at("receipts", notify.number("SELECT count(*) FROM notice_receipt"))


def _compare(notice: str, told: list[tuple[str, str]], receipts: list[tuple[str, str]], findings: Findings) -> None:
    offices = {recipient for recipient, _ in told}
    for recipient, _ in receipts:
        if recipient not in offices:
            findings.add("wrong_receiver", f"notify: {notice} has a receipt of {recipient}, to whom it did not go")
    for recipient in offices - {recipient for recipient, _ in receipts}:
        findings.add("lost", f"notify: {notice} has no receipt of {recipient}")
    if offices == {recipient for recipient, _ in receipts} and told != receipts:
        findings.add("disagree", f"notify: {notice} was issued to {told}, its receipts are {receipts}")


def _check_numbers(notify: Database, numbers: Iterable[str], findings: Findings) -> None:
    """Per series and year 1, 2, 3 … without a gap, none twice, and the counter at the last (domain.md 5.1)."""
    used: dict[tuple[str, int], Counter[int]] = defaultdict(Counter)
    for notice_no in numbers:
        if (found := _NUMBER.match(notice_no)) is None:
            findings.add("numbers", f"notify: {notice_no} is no number")
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
