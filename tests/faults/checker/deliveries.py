"""What leaves the house: one delivery a task and a receipt, at the right party, and proven as it says (R9, R10)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from tests.faults.checker.database import Database
from tests.faults.checker.evidence import Reception
from tests.faults.checker.names import (
    DOCUMENT_DELIVERED,
    MESSAGE_DELIVERED,
    TASK_DELIVERED,
    TASK_EXHAUSTED,
    TASK_RESUMED,
)
from tests.faults.checker.report import Findings

_DELIVERIES = "SELECT id, subject_id, party, state FROM delivery"
# A task letter, a message about a task, a reply to an answer.
_TASKS = """
SELECT id, agency FROM agency_task UNION ALL SELECT id, agency FROM task_message
UNION ALL SELECT id, agency FROM agency_reply
"""
# A letter may come to a task that is over already or was signed for: then its arrival is no step of the task.
_GONE_ON = "SELECT id FROM agency_task WHERE state <> 'offered' UNION ALL SELECT id FROM agency_reply"
# A service or an urging of a document is the subject of one delivery; its party is the recipient of one county, as in
# 640521:party_committee. Of a service: whether its recipient has the document, and whether it is known to have failed.
_SERVICES = """
SELECT s.id, s.party, s.document_id, s.kind, r.delivered_at IS NOT NULL,
       coalesce(r.services -> (s.number - 1) ->> 'failed_at' IS NOT NULL, false),
       left(d.jurisdiction, 6) || ':' || coalesce(r.code, r.recipient)
FROM document_service s
LEFT JOIN document_receipt r ON r.document_id = s.document_id AND r.recipient = s.recipient
LEFT JOIN document d ON d.id = s.document_id
"""
_UNSERVED = """
SELECT r.document_id, r.recipient FROM document_receipt r
WHERE NOT EXISTS (SELECT 1 FROM document_service s WHERE s.document_id = r.document_id AND s.recipient = r.recipient
                  AND s.kind = 'serve' AND s.number = jsonb_array_length(r.services))
"""
_TASK_FACTS = """
SELECT DISTINCT ON (aggregate_id) aggregate_id, type FROM event_log WHERE type = ANY(%s)
ORDER BY aggregate_id, aggregate_seq DESC
"""
_DELIVERED_TWICE = """
SELECT aggregate_id, count(*) FROM event_log WHERE type = %s GROUP BY 1 HAVING count(*) > 1
"""
_BY_WEBHOOK = {
    "agencies": f"""
        SELECT e.causation_id FROM event_log e WHERE e.type IN ('{TASK_DELIVERED}', '{MESSAGE_DELIVERED}')
        AND e.payload ->> 'channel' = 'signed_webhook'
    """,
    "notify": f"""
        SELECT e.causation_id FROM event_log e WHERE e.type = '{DOCUMENT_DELIVERED}'
        AND e.payload ->> 'channel' = 'webhook'
    """,
}
_STATE_AFTER = {
    TASK_DELIVERED: "delivered",
    MESSAGE_DELIVERED: "delivered",
    TASK_EXHAUSTED: "exhausted",
    TASK_RESUMED: "pending",
}


@dataclass(frozen=True)
class Delivery:
    """id is the webhook-id. about: what a webhook of it names."""

    id: str
    subject: str
    party: str
    state: str
    about: str = ""

    @property
    def named(self) -> str:
        return self.about or self.subject


def check_deliveries(
    databases: Mapping[str, Database],
    received: Collection[Reception] | None,
    findings: Findings,
    poisoned: Collection[str],
) -> None:
    """received: every request at an endpoint; None: nobody wrote them down."""
    known: dict[str, Delivery] = {}
    for name, database in databases.items():
        if name not in _BY_WEBHOOK:
            continue
        own = {row[0]: Delivery(*row) for row in database.rows(_DELIVERIES)}
        known |= own
        if name == "agencies":
            _check_of_tasks(database, own, findings, poisoned)
        else:
            known |= _check_of_services(database, own, findings)
        if received is not None:
            _check_proven(database, received, findings)
    if received is not None:
        _check_received(known, received, findings)
    findings.looked_at("deliveries", len(known))


def _check_of_tasks(
    database: Database, deliveries: Mapping[str, Delivery], findings: Findings, poisoned: Collection[str]
) -> None:
    owed = set(database.rows(_TASKS))
    _check_owed(database.name, owed, deliveries.values(), findings)
    told: dict[str, str] = dict(database.rows(_TASK_FACTS, list(_STATE_AFTER)))
    gone_on = {row[0] for row in database.rows(_GONE_ON)}
    for delivery in deliveries.values():
        # That a letter has come is told of its task, all else of the delivery.
        arrived = _STATE_AFTER.get(told.get(delivery.subject, ""), "pending")
        state = "delivered" if arrived == "delivered" else _STATE_AFTER.get(told.get(delivery.id, ""), "pending")
        if delivery.state == "delivered" and delivery.subject in gone_on:
            continue
        if delivery.state not in (state, "cancelled") and delivery.subject not in poisoned:
            findings.add("disagree", f"agencies: delivery {delivery.id} is {delivery.state}, told was {state}")
    for id_, number in database.rows(_DELIVERED_TWICE, TASK_DELIVERED):
        findings.add("doubled", f"agencies: delivery {id_} was told {number} times", number - 1)


def _check_of_services(
    database: Database, deliveries: Mapping[str, Delivery], findings: Findings
) -> Mapping[str, Delivery]:
    """The same deliveries, each with the document it is about."""
    services = {(row[0], row[1]): row[2:] for row in database.rows(_SERVICES)}
    _check_owed(database.name, set(services), deliveries.values(), findings)
    for document, recipient in database.rows(_UNSERVED):
        findings.add("lost", f"notify: {document} is not served to {recipient}")
    about: dict[str, Delivery] = {}
    for delivery in deliveries.values():
        told = services.get((delivery.subject, delivery.party))
        if told is None:
            about[delivery.id] = delivery
            continue
        document, kind, has_it, failed, party = told
        about[delivery.id] = replace(delivery, about=document)
        if party != delivery.party:
            findings.add("wrong_receiver", f"notify: {document} for {party} goes to {delivery.party}")
        if kind != "serve":
            continue
        # What is called off, because another way was taken or the document is withdrawn, says nothing of the receipt.
        fits = {"cancelled", "delivered" if has_it else "exhausted" if failed else "pending"}
        if delivery.state not in fits | ({"exhausted"} if failed else set()):
            line = f"notify: delivery {delivery.id} to {delivery.party} is {delivery.state}, its recipient"
            findings.add("disagree", f"{line} {'has it' if has_it else 'has it not'}, failed: {failed}")
    return about


def _check_owed(
    service: str, owed: Collection[tuple[str, str]], deliveries: Iterable[Delivery], findings: Findings
) -> None:
    """owed: (subject, party). One delivery each; none of a subject to another party; none of no subject."""
    subjects = {subject for subject, _ in owed}
    made: dict[tuple[str, str], int] = defaultdict(int)
    for delivery in deliveries:
        made[delivery.subject, delivery.party] += 1
        if delivery.subject not in subjects:
            findings.add("phantom", f"{service}: delivery {delivery.id} of {delivery.subject}, which is not there")
        elif (delivery.subject, delivery.party) not in owed:
            findings.add("wrong_receiver", f"{service}: {delivery.subject} is to be delivered to {delivery.party}")
    for subject, party in set(owed) - made.keys():
        findings.add("lost", f"{service}: no delivery of {subject} to {party}")
    for (subject, party), number in made.items():
        if number > 1:
            findings.add("doubled", f"{service}: {number} deliveries of {subject} to {party}", number - 1)


def _check_proven(database: Database, received: Iterable[Reception], findings: Findings) -> None:
    """What was told as delivered by webhook has been taken by an endpoint."""
    taken = {reception.webhook_id for reception in received if reception.is_taken}
    proven = {row[0] for row in database.rows(_BY_WEBHOOK[database.name])}
    for id_ in sorted(proven - taken):
        findings.add("lost", f"{database.name}: {id_} is told as delivered by webhook, and no endpoint took it")
    findings.looked_at("webhooks_proven", len(proven & taken))


def _check_received(known: Mapping[str, Delivery], received: Iterable[Reception], findings: Findings) -> None:
    """Every request is of a delivery, at its party's endpoint, about its subject, under one webhook-id."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    subjects = {(delivery.party, delivery.named): delivery.subject for delivery in known.values()}
    number = 0
    for reception in received:
        number += 1
        delivery = known.get(reception.webhook_id)
        # A document may be served again or urged: each of these is a delivery of its own. What nobody owes is taken for
        # one of those that say the same.
        said = reception.subject
        subject = delivery.subject if delivery is not None else said and subjects.get((reception.receiver, said), said)
        if subject is not None:
            ids[reception.receiver, subject].add(reception.webhook_id)
        if delivery is None:
            line = f"{reception.receiver} got a webhook {reception.webhook_id} that nobody owes"
            findings.add("phantom", line)
        elif delivery.party != reception.receiver or reception.subject not in (None, delivery.named):
            what = f"{delivery.named} for {delivery.party}"
            findings.add("wrong_receiver", f"{reception.receiver} got {reception.subject} as {delivery.id}: {what}")
    for (receiver, subject), webhook_ids in ids.items():
        if len(webhook_ids) > 1:
            line = f"{receiver} got {subject} under {sorted(webhook_ids)}"
            findings.add("doubled", line, len(webhook_ids) - 1)
    findings.looked_at("webhooks_received", number)
