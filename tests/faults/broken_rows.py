"""Damage that a healthy house never does to itself, and exactly which counts of the checker must speak of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

Lines = list[dict[str, Any]]


@dataclass(frozen=True)
class Damage:
    """statements: run one after the other in a copy of the service's database; a %s is a fresh uuid, HASH_BEFORE_HEAD
    the hash that the last event of cases follows.
    """

    name: str
    service: str
    statements: tuple[str, ...]
    counts: frozenset[str]
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FileDamage:
    """file: commands or received. change: from the lines as they were to the lines as they shall be."""

    name: str
    file: str
    change: Callable[[Lines], Lines]
    counts: frozenset[str]


def _rows(name: str, service: str, counts: str, *statements: str, **evidence: Any) -> Damage:
    return Damage(name, service, statements, frozenset(counts.split()), evidence)


_FIRST_CASE_STEP = """
(SELECT min(position) FROM inbox WHERE outcome = 'applied' AND position NOT IN (
    SELECT i.position FROM inbox i JOIN event_log e ON e.causation_id = i.event_id::text))
"""

# What came in a package. The columns that matter follow.
_ANSWER = """
INSERT INTO agency_answer (id, version, agency, answer_id, protocol, sha256, faults, received_at, status, verb, task_id)
SELECT %s::uuid, 0, 'public_security', 'sign.1', 'file_exchange', repeat('a', 64), '[]', now(),
"""

DATABASE_DAMAGE = (
    # what must be there
    _rows("a projection forgets a case", "notify", "lost", "DELETE FROM case_brief"),
    _rows("a delivery vanishes", "notify", "lost", "DELETE FROM delivery WHERE channel = 'inbox'"),
    _rows(
        "a task vanishes",
        "agencies",
        "lost half_written phantom",
        "DELETE FROM agency_task WHERE id = (SELECT min(id::text)::uuid FROM agency_task)",
    ),
    _rows(
        "a wanted event is skipped",
        "notify",
        "lost",
        f"UPDATE inbox SET outcome = 'skipped' WHERE position = {_FIRST_CASE_STEP}",
    ),
    _rows(
        "an event never follows",
        "agencies",
        "lost phantom chain_broken",
        "UPDATE event_log SET causation_id = %s WHERE type LIKE '%%.task-issued.v1'"
        " AND event_id = (SELECT min(event_id::text)::uuid FROM event_log WHERE type LIKE '%%.task-issued.v1')",
    ),
    _rows(
        "an examination is forgotten",
        "cases",
        "lost",
        "UPDATE evidence SET state = 'unexamined' WHERE id = (SELECT min(id::text)::uuid FROM evidence)",
    ),
    _rows(
        "what was examined waits to be examined",
        "cases",
        "half_written",
        "INSERT INTO evidence_examination (id, requested_at, correlation_id)"
        " SELECT id, now(), 'again' FROM evidence WHERE state = 'kept' LIMIT 1",
    ),
    _rows(
        "an answer of a package is taken and does nothing",
        "agencies",
        "lost",
        f"{_ANSWER} 'taken', 'sign', id FROM agency_task LIMIT 1",
    ),
    # what must be there once
    _rows(
        "an answer is kept twice",
        "cases",
        "doubled",
        "INSERT INTO idempotency SELECT 'somebody', key, request_hash, response, at FROM idempotency LIMIT 1",
    ),
    _rows(
        "a notice goes out twice",
        "notify",
        "phantom half_written numbers",
        "INSERT INTO document SELECT (jsonb_populate_record(d, jsonb_build_object('id', %s, 'verify_code', 'X',"
        " 'serial', 999, 'number', replace(number, '号', '0号')))).*"
        " FROM document d WHERE type = 'case_filed_copy' LIMIT 1",
    ),
    # what must not be there
    _rows(
        "a case that nobody filed is known",
        "notify",
        "phantom",
        "INSERT INTO rectification_brief SELECT %s, case_id, state FROM rectification_brief LIMIT 1",
    ),
    _rows(
        "a delivery of nothing",
        "notify",
        "phantom",
        "INSERT INTO delivery (id, subject_id, party, channel, state, correlation_id)"
        " SELECT id, id, '640521:party_committee', 'inbox', 'pending', 'c' FROM (SELECT %s::uuid AS id) made",
    ),
    _rows(
        "a parked answer of a package has its effect",
        "agencies",
        "phantom half_written chain_broken",
        f"WITH made AS ({_ANSWER} 'parked', 'sign', (SELECT aggregate_id FROM event_log"
        " WHERE type LIKE '%%.task-signed.v1' ORDER BY event_id LIMIT 1) RETURNING id, task_id)"
        " UPDATE event_log e SET causation_id = made.id::text FROM made"
        " WHERE e.aggregate_id = made.task_id AND e.type LIKE '%%.task-signed.v1'",
    ),
    # order
    _rows(
        "an event names another predecessor",
        "cases",
        "out_of_order",
        "UPDATE log_order SET previous = previous + 1 WHERE position = (SELECT max(position) FROM log_order"
        " WHERE previous IS NOT NULL)",
    ),
    # places
    _rows(
        "a task is at another agency",
        "agencies",
        "wrong_receiver",
        "UPDATE delivery SET party = 'agriculture' WHERE party = 'public_security'",
        "UPDATE agency_task SET agency = 'agriculture' WHERE agency = 'public_security'",
        "UPDATE task_message SET agency = 'agriculture' WHERE agency = 'public_security'",
    ),
    _rows(
        "a delivery is addressed to the next county",
        "notify",
        "wrong_receiver lost",
        "UPDATE delivery SET party = '640522:discipline_commission' WHERE party = '640521:discipline_commission'",
    ),
    _rows(
        "a receipt is another office's",
        "notify",
        "wrong_receiver lost half_written disagree",
        "UPDATE document_receipt SET recipient = 'stranger' WHERE code = 'discipline_commission'",
    ),
    # the chain
    _rows("the head has another hash", "notify", "chain_broken", "UPDATE log_head SET hash = repeat('1', 64)"),
    _rows(
        "an event's words are changed",
        "notify",
        "chain_broken",
        'UPDATE event_log SET payload = payload || \'{"title": "别的"}\' WHERE event_id ='
        " (SELECT event_id FROM event_log WHERE type LIKE '%.document-issued.v1' LIMIT 1)",
    ),
    _rows(
        "an event is taken out",
        "notify",
        "chain_broken gaps out_of_order lost phantom",
        "DELETE FROM event_log WHERE event_id = (SELECT event_id FROM log_order WHERE position = 2)",
        "DELETE FROM log_order WHERE position = 2",
    ),
    _rows(
        "an event waits although it is numbered",
        "cases",
        "gaps",
        "INSERT INTO outbox (event_id) SELECT event_id FROM log_order LIMIT 1",
    ),
    _rows("the last event is not published", "cases", "unpublished", "UPDATE log_head SET published = published - 1"),
    # whole or not at all
    _rows(
        "an object is ahead of its events",
        "cases",
        "half_written",
        "UPDATE clue SET version = version + 1 WHERE id = (SELECT min(id::text)::uuid FROM clue)",
    ),
    _rows(
        "an answer was not kept",
        "cases",
        "half_written",
        "DELETE FROM idempotency WHERE key ="
        " (SELECT min(causation_id) FROM event_log WHERE type LIKE '%.case-filed.v1')",
    ),
    _rows(
        "a receipt knows nothing of its event",
        "notify",
        "half_written",
        "UPDATE document_receipt SET version = version - 1, signed_at = NULL WHERE code = 'party_committee'",
    ),
    # readings
    _rows(
        "a consumer is one event behind",
        "agencies",
        "cursor_behind",
        "UPDATE feed_cursor SET hash = 'HASH_BEFORE_HEAD', position = position - 1",
        "DELETE FROM inbox i USING feed_cursor c WHERE i.position > c.position",
    ),
    _rows(
        "an outcome is missing",
        "agencies",
        "inbox_holes",
        "DELETE FROM inbox WHERE position = (SELECT min(position) FROM inbox WHERE outcome = 'skipped')",
    ),
    _rows(
        "an outcome is ahead of the cursor",
        "agencies",
        "inbox_holes",
        "INSERT INTO inbox SELECT consumer, producer, position + 1, %s, 'skipped', now() FROM feed_cursor",
    ),
    _rows("a cursor is in another log", "agencies", "forked", "UPDATE feed_cursor SET log_id = %s"),
    _rows("a cursor has another hash", "agencies", "forked", "UPDATE feed_cursor SET hash = repeat('1', 64)"),
    _rows(
        "another event was settled",
        "agencies",
        "forked",
        "UPDATE inbox SET event_id = %s WHERE position = (SELECT max(position) FROM inbox WHERE outcome = 'skipped')",
    ),
    _rows("a feed stopped and told nobody", "agencies", "forked unlisted", "UPDATE feed_cursor SET state = 'forked'"),
    # trouble
    _rows(
        "a try is left over",
        "agencies",
        "parked",
        "INSERT INTO attempt SELECT consumer, producer, position, 1, NULL, now() FROM feed_cursor",
    ),
    _rows(
        "an event is put aside and not listed",
        "notify",
        "unlisted",
        f"UPDATE inbox SET outcome = 'parked' WHERE position = {_FIRST_CASE_STEP}",
    ),
    _rows(
        "a delivery is given up and not listed",
        "notify",
        "unlisted",
        "UPDATE document_receipt SET delivered_at = NULL, signed_at = NULL,"
        " services = jsonb_set(services, '{0,failed_at}', '\"2026-04-24T04:00:00Z\"') WHERE code = 'party_committee'",
        "UPDATE delivery d SET state = 'exhausted' FROM document_service s"
        " WHERE s.id = d.subject_id AND s.party = d.party AND s.kind = 'serve' AND d.party = '640521:party_committee'",
    ),
    _rows(
        "a dead letter that was never told",
        "notify",
        "unlisted half_written disagree",
        "INSERT INTO dead_letter (id, version, jurisdiction, kind, status, reason, tries, opened_at)"
        " VALUES (%s, 1, '640521000000', 'parked_event', 'open', 'handler_error', 5, now())",
    ),
    _rows(
        "a refused message was not counted",
        "notify",
        "unlisted",
        "UPDATE log_head SET id = 1",
        refused={"notify": 1},
    ),
    # projections
    _rows(
        "a projection is in another state",
        "notify",
        "disagree",
        "UPDATE case_brief SET state = 'filed' WHERE case_id = (SELECT min(case_id::text)::uuid FROM case_brief)",
    ),
    _rows(
        "the coordinator pictures a task otherwise",
        "agencies",
        "disagree",
        "UPDATE agency_task SET signed_by = '别人' WHERE agency = 'agriculture'",
    ),
    _rows(
        "a delivery differs from its receipt",
        "notify",
        "disagree",
        "UPDATE delivery SET state = 'pending' WHERE party = '640521:party_committee'",
    ),
    _rows(
        "a delivery differs from what was told",
        "agencies",
        "disagree",
        "UPDATE delivery SET state = 'pending' WHERE party = 'agriculture'",
    ),
    # numbers
    _rows("a number of a notice is lost", "notify", "numbers", "UPDATE notice_number SET last = last + 1"),
)


# ---- files -------------------------------------------------------------------------------------------------------


def _first(lines: Lines, path_end: str) -> dict[str, Any]:
    return next(line for line in lines if line["path"].endswith(path_end))


def _changed(path_end: str, **changes: Any) -> Callable[[Lines], Lines]:
    def change(lines: Lines) -> Lines:
        _first(lines, path_end).update(changes)
        return lines

    return change


def _without(path_end: str) -> Callable[[Lines], Lines]:
    return lambda lines: [line for line in lines if line is not _first(lines, path_end)]


def _accepted_and_gone(lines: Lines) -> Lines:
    return [*lines, {**_first(lines, "/file-case"), "key": str(uuid4())}]


def _said_otherwise(lines: Lines) -> Lines:
    line = _first(lines, "/file-case")
    line["body"] = {**line["body"], "title": "别的案件"}
    return lines


def _answered_otherwise(lines: Lines) -> Lines:
    line = _first(lines, "/file-case")
    line["answer"] = {**line["answer"], "case_no": "ZW-CA-0"}
    return lines


def _another(**changes: Any) -> Callable[[Lines], Lines]:
    return lambda lines: [*lines, {**lines[0], **changes}]


def _elsewhere(lines: Lines) -> Lines:
    return [{**lines[0], "receiver": "agriculture"}, *lines[1:]]


def _hung_up(lines: Lines) -> Lines:
    return [{**lines[0], "status": None}, *lines[1:]]


FILE_DAMAGE = tuple(
    FileDamage(name, file, change, frozenset(counts.split()))
    for name, file, counts, change in (
        ("an accepted command left nothing", "commands", "lost", _accepted_and_gone),
        ("a refused command has an effect", "commands", "phantom", _changed("/file-case", status=409, answer=None)),
        ("an effect of a command that nobody sent", "commands", "phantom", _without("/file-case")),
        ("an event tells otherwise than was sent", "commands", "disagree", _said_otherwise),
        ("the answer is another than was kept", "commands", "disagree", _answered_otherwise),
        ("a command without an answer may have its effect", "commands", "", _changed("/file-case", status=None)),
        ("nobody took what is told as delivered", "received", "lost", lambda lines: lines[1:]),
        (
            "an endpoint took it and hung up",
            "received",
            "lost",
            _hung_up,
        ),
        ("the same webhook twice under one id", "received", "", _another()),
        ("a webhook of nothing", "received", "phantom", _another(webhook_id=str(uuid4()), subject=None)),
        ("a webhook under a second id", "received", "doubled phantom", _another(webhook_id=str(uuid4()))),
        ("a webhook at another's endpoint", "received", "wrong_receiver", _elsewhere),
    )
)
